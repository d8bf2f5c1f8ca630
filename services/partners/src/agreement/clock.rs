//! What the calendar does to an agreement. Pure: both what is read and the sweep say it by [`settle`].
//!
//! Once all have signed, the days that it is in force are known, as things stand: from `in_force` to `last`. Nothing but a verb
//! moves them, so that whether it is in force on a day is a question to two columns, whatever the clock shows.

use chassis::column::Day;
use chrono::{Datelike as _, Days, Months};
use proto::partners::agreement::{RenewalMode, State};

use super::row::Model;

/// So many days later, or earlier.
pub(super) fn later(day: Day, days: i32) -> Option<Day> {
    let by = Days::new(u64::from(days.unsigned_abs()));
    let found = if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) };
    found.and_then(Day::of)
}

/// So many months earlier.
pub(super) fn months_before(day: Day, months: i32) -> Option<Day> {
    day.checked_sub_months(Months::new(months.unsigned_abs())).and_then(Day::of)
}

/// So many months later.
pub(super) fn months_after(day: Day, months: i32) -> Option<Day> {
    day.checked_add_months(Months::new(months.unsigned_abs())).and_then(Day::of)
}

/// How many days lie between two.
pub(super) fn between(one: Day, other: Day) -> i32 {
    i32::try_from(other.signed_duration_since(*one).num_days()).unwrap_or(i32::MAX)
}

/// The last day of a period that has repeated itself so often (PAR-12): whole months repeat as months, all else as days.
fn repeated(start: Day, end: Day, times: i32) -> Option<Day> {
    let times = u32::try_from(times).ok()?;
    let next = end.succ_opt()?;
    let months = (next.year() - start.year()) * 12 + i32::try_from(next.month()).ok()?
        - i32::try_from(start.month()).ok()?;
    let months = u32::try_from(months).ok()?;
    if months > 0 && start.checked_add_months(Months::new(months)) == Some(next) {
        let all = Months::new(months.checked_mul(times + 1)?);
        return start.checked_add_months(all)?.pred_opt().and_then(Day::of);
    }
    let days = u64::try_from(next.signed_duration_since(*start).num_days()).ok()?;
    end.checked_add_days(Days::new(days.checked_mul(times.into())?)).and_then(Day::of)
}

fn end_after(agreement: &Model, times: i32) -> Option<Day> {
    repeated(agreement.period_start?, agreement.signed_end?, times)
}

/// It repeats itself, and nobody said that it shall not.
pub(super) fn repeats(agreement: &Model) -> bool {
    agreement.renewal_mode == RenewalMode::Tacit && agreement.renewal_notice.partner.is_empty()
}

/// Says anew until when it is in force as things stand, and how it ends: after what was signed, a notice, a termination, or
/// one that takes its place.
pub(super) fn bind(agreement: &mut Model) {
    if agreement.in_force.is_none() {
        return;
    }
    let times = if repeats(agreement) { agreement.max_tacit_renewals } else { agreement.tacit_renewals };
    let mut last = end_after(agreement, times).or(agreement.period_end);
    let mut ending = State::Expired;
    let terminated = agreement.termination.effective_date.as_ref();
    let terminated = terminated.and_then(|date| Day::from_date("effective_date", date).ok());
    for (first_day_without, how) in
        [(terminated, State::Terminated), (agreement.superseded, State::Superseded)]
    {
        let until = first_day_without.and_then(|day| later(day, -1));
        if until.is_some_and(|until| last.is_none_or(|last| until <= last)) {
            last = until;
            ending = how;
        }
    }
    agreement.last = last;
    agreement.ending = ending.into();
}

/// What has become of an agreement by a day: where it stands, and how often it has renewed itself.
pub fn settle(agreement: &mut Model, today: Day) {
    let (Some(from), Some(last)) = (agreement.in_force, agreement.last) else { return };
    let state = match () {
        () if today < from => State::Signed,
        () if today <= last => State::InForce,
        () => agreement.ending.get(),
    };
    agreement.state = state.into();
    let until = Ord::min(today, last);
    // Its last day says how often it may (`bind`): only one that renews itself has days after its period.
    while agreement.period_end.is_some_and(|end| end < until) {
        let Some(end) = end_after(agreement, agreement.tacit_renewals + 1) else { return };
        agreement.tacit_renewals += 1;
        agreement.period_end = Some(end);
        // Of another end, there are other reminders.
        agreement.reminded = 0;
    }
}

impl Model {
    /// The end of its period, or its own last day when that comes first.
    pub(crate) fn end(&self) -> Option<Day> {
        Some(Ord::min(self.period_end?, self.last?))
    }

    /// At the end of its period it begins another one, as things stand (PAR-12).
    pub(crate) fn renews_itself(&self) -> bool {
        repeats(self) && self.period_end < self.last
    }

    /// How many days are left of it, while it is in force (PAR-14).
    pub(crate) fn days_left(&self, today: Day) -> Option<i32> {
        (self.state == State::InForce).then(|| Some(between(today, self.end()?))).flatten()
    }
}

/// Notes the reminder that is due, each once (PAR-14); one that ends by another way than its period needs none.
pub fn remind(agreement: &mut Model, today: Day, days: &[i32]) {
    let Some(left) = agreement.days_left(today) else { return };
    let due = days.iter().copied().filter(|days| left <= *days).min();
    if let Some(due) = due
        && agreement.ending == State::Expired
        && (agreement.reminded == 0 || due < agreement.reminded)
    {
        agreement.reminded = due;
    }
}
