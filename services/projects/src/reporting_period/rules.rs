//! What may become of a reporting period. Pure: rows, messages and a given now.
//!
//! The clock opens it when its first day begins and closes it when its lock date ends, in the network's time zone; a
//! coordinator may be earlier with both, and may open it again.

use chassis::auth::{Caller, Role};
use chassis::clock::Zone;
use chassis::column::{Coded, Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say, text, value};
use chrono::Datelike as _;
use proto::Date;
use proto::common::{LocalizedText, Translation};
use proto::projects as pb;
use proto::projects::reporting_period::{Cycle, State};

use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "reportingPeriods/{reporting_period}";

/// The verbs of a reporting period (domain §4.7).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("OpenReportingPeriod", &[State::Scheduled], State::Open, coordinator),
    Transition::new("CloseReportingPeriod", &[State::Open], State::Closed, coordinator),
    Transition::new("ReopenReportingPeriod", &[State::Closed], State::Open, coordinator),
]);

/// Who may plan and change reporting periods.
pub fn may_plan(caller: &Caller, _: &Model) -> bool {
    caller.is(Role::Coordinator)
}

/// Where a period stands, by the clock and by hand.
pub fn state(period: &Model, zone: Zone, now: Micros) -> State {
    let begun = now >= zone.start(period.open);
    let over = now > zone.end(period.lock);
    match period.by_hand.get() {
        State::Closed => State::Closed,
        _ if over => State::Closed,
        State::Open => State::Open,
        _ if begun => State::Open,
        _ => State::Scheduled,
    }
}

/// The row as the clock has it now.
pub fn settle(period: &mut Model, zone: Zone, now: Micros) {
    period.state = state(period, zone, now).into();
}

/// A new period, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::ReportingPeriod, zone: Zone, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "reporting_period_id", id, 'r')?;
    let cycle = wrong.check(cycle(draft))?;
    let days = wrong.check(Days::read(draft))?;
    let title = wrong.check(title(draft))?;
    wrong.finish()?;
    let (Some(cycle), Some(days), Some(title)) = (cycle, days, title) else {
        return Err(Error::internal("a wrong field was not named"));
    };
    let mut period = Model {
        name: format!("reportingPeriods/{}", &id),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Scheduled.into(),
        by_hand: State::Unspecified.into(),
        state_reason: String::new(),
        cycle: cycle.into(),
        start: days.start,
        end: days.end,
        open: days.open,
        due: days.due,
        lock: days.lock,
        title: title.unwrap_or_else(|| made_title(cycle, days.start, days.end)).into(),
    };
    settle(&mut period, zone, call.now);
    Ok(period)
}

/// Changes a period to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when a closed period would open.
pub fn update(period: &mut Model, draft: &pb::ReportingPeriod, zone: Zone, call: &Call) -> Result<()> {
    settle(period, zone, call.now);
    let mut wrong = Violations::default();
    let days = wrong.check(Days::read(draft))?;
    let title = wrong.check(title(draft))?;
    wrong.finish()?;
    let (Some(days), Some(title)) = (days, title) else {
        return Err(Error::internal("a wrong field was not named"));
    };
    if period.state == State::Closed && days.lock != period.lock {
        return Err(Error::refused(
            "STATE",
            say!(
                "it is closed: reopen it, with a reason, until a new lock date",
                "elle est fermée : rouvrez-la, avec un motif, jusqu'à une nouvelle date de verrouillage"
            ),
        ));
    }
    // A title that was made follows the days it was made of.
    let made = made_title(period.cycle.get(), period.start, period.end);
    (period.start, period.end, period.open, period.due, period.lock) =
        (days.start, days.end, days.open, days.due, days.lock);
    period.title = match title.filter(|title| *title != made) {
        Some(title) => text::revise(&period.title, title).into(),
        None => made_title(period.cycle.get(), period.start, period.end).into(),
    };
    settle(period, zone, call.now);
    Ok(())
}

/// Opens or closes a period before its day.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn take(method: &'static str, period: &mut Model, zone: Zone, call: &Call) -> Result<()> {
    settle(period, zone, call.now);
    LIFECYCLE.take(method, period, call)?;
    period.by_hand = period.state;
    period.state_reason.clone_from(&call.reason);
    Ok(())
}

/// Takes reports again until a new lock date (PRJ-25).
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` on a lock date that is over, or before the due date.
pub fn reopen(period: &mut Model, lock: Option<&Date>, zone: Zone, call: &Call) -> Result<()> {
    take("ReopenReportingPeriod", period, zone, call)?;
    call.reason_required()?;
    let lock = lock.ok_or_else(|| Error::required("lock_date"))?;
    let lock = Day::from_date("lock_date", lock)?;
    if zone.end(lock) < call.now {
        return Err(Error::invalid("lock_date", say!("that day is over", "ce jour est passé")));
    }
    if lock < period.due {
        return Err(Error::invalid("lock_date", say!("before the due date", "antérieure à l'échéance")));
    }
    period.lock = lock;
    Ok(())
}

/// Refuses days that overlap with those of another period of the cycle, or leave a gap to it (PRJ-17).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-17, naming the day that is expected.
pub fn adjoins(period: &Model, others: &[Model]) -> Result<()> {
    let refuse = |why| Err(Error::refused("PRJ-17", why));
    let overlaps = |other: &&Model| period.start <= other.end && other.start <= period.end;
    if let Some(Model { name, start, end, .. }) = others.iter().find(overlaps) {
        return refuse(say!(
            "it overlaps with {name} ({start} to {end})",
            "elle chevauche {name} (du {start} au {end})"
        ));
    }
    let before = others.iter().map(|other| other.end).filter(|end| *end < period.start).max();
    let after = others.iter().map(|other| other.start).filter(|start| *start > period.end).min();
    if let Some(end) = before
        && end.succ_opt() != Some(*period.start)
    {
        let due = end.succ_opt().map(|day| day.to_string()).unwrap_or_default();
        return refuse(say!(
            "it leaves a gap: begin on {due}, the day after the period before",
            "elle laisse un intervalle : commencez le {due}, lendemain de la période précédente"
        ));
    }
    if let Some(start) = after
        && start.pred_opt() != Some(*period.end)
    {
        let due = start.pred_opt().map(|day| day.to_string()).unwrap_or_default();
        return refuse(say!(
            "it leaves a gap: end on {due}, the day before the period after",
            "elle laisse un intervalle : terminez le {due}, veille de la période suivante"
        ));
    }
    Ok(())
}

struct Days {
    start: Day,
    end: Day,
    open: Day,
    due: Day,
    lock: Day,
}

impl Days {
    fn read(draft: &pb::ReportingPeriod) -> Result<Self> {
        let mut wrong = Violations::default();
        let range = draft.period.as_ref();
        let period = wrong.check(match range {
            Some(range) => value::date_range("reporting_period.period", range, false),
            None => Err(Error::required("reporting_period.period")),
        })?;
        let mut day = |field: &str, date: Option<&Date>| {
            let field = format!("reporting_period.{field}");
            wrong.check(
                date.ok_or_else(|| Error::required(&field)).and_then(|date| Day::from_date(&field, date)),
            )
        };
        let open = day("open_date", draft.open_date.as_ref())?;
        let due = day("due_date", draft.due_date.as_ref())?;
        let lock = day("lock_date", draft.lock_date.as_ref())?;
        let period = period.and_then(|(start, end)| Some((start, end?)));
        if let (Some((start, _)), Some(open)) = (period, open)
            && open < start
        {
            wrong.add(
                "reporting_period.open_date",
                say!("before the period begins", "antérieure au début de la période"),
            );
        }
        if let (Some((_, end)), Some(due)) = (period, due)
            && due < end
        {
            wrong.add(
                "reporting_period.due_date",
                say!("before the period ends", "antérieure à la fin de la période"),
            );
        }
        if let (Some(due), Some(lock)) = (due, lock)
            && lock < due
        {
            wrong.add("reporting_period.lock_date", say!("before the due date", "antérieure à l'échéance"));
        }
        if let (Some(open), Some(lock)) = (open, lock)
            && lock < open
        {
            wrong.add(
                "reporting_period.lock_date",
                say!("before the day it opens", "antérieure à l'ouverture"),
            );
        }
        wrong.finish()?;
        let (Some((start, end)), Some(open), Some(due), Some(lock)) = (period, open, due, lock) else {
            return Err(Error::internal("a wrong day was not named"));
        };
        Ok(Self { start, end, open, due, lock })
    }
}

fn cycle(draft: &pb::ReportingPeriod) -> Result<Cycle> {
    match Coded::<Cycle>::read("reporting_period.cycle", draft.cycle)?.get() {
        Cycle::Unspecified => Err(Error::required("reporting_period.cycle")),
        cycle => Ok(cycle),
    }
}

fn title(draft: &pb::ReportingPeriod) -> Result<Option<LocalizedText>> {
    match draft.title.as_ref().filter(|title| !title.translations.is_empty()) {
        None => Ok(None),
        Some(title) => text::check("reporting_period.title", title).map(Some),
    }
}

/// What a period is called by its days: `2026 T1`, `2026 S1`, `2026`; else from when to when.
fn made_title(cycle: Cycle, start: Day, end: Day) -> LocalizedText {
    let months = match cycle {
        Cycle::Quarterly => 3,
        Cycle::HalfYearly => 6,
        Cycle::Annual | Cycle::Unspecified => 12,
    };
    let next = end.succ_opt().unwrap_or(*end);
    let length = (next.year() - start.year()) * 12 + (next.month0() as i32) - (start.month0() as i32);
    let whole =
        start.day() == 1 && next.day() == 1 && length == months && start.month0() as i32 % months == 0;
    let (year, part) = (start.year(), start.month0() as i32 / months + 1);
    let (en, fr) = match cycle {
        _ if !whole => (format!("{start} to {end}"), format!("du {start} au {end}")),
        Cycle::Quarterly => (format!("{year} Q{part}"), format!("{year} T{part}")),
        Cycle::HalfYearly => (format!("{year} S{part}"), format!("{year} S{part}")),
        Cycle::Annual | Cycle::Unspecified => (year.to_string(), year.to_string()),
    };
    let translation = |text| Translation { text, ..Translation::default() };
    let translations = [("en".to_owned(), translation(en)), ("fr".to_owned(), translation(fr))].into();
    let made =
        LocalizedText { default_language_code: "en".to_owned(), translations, ..LocalizedText::default() };
    // As whoever reads it back sends it.
    text::check("title", &made).unwrap_or(made)
}
