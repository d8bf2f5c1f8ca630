//! What may become of a participation. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::clock::Zone;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use chrono::{Datelike as _, Days, Weekday};
use proto::common::{LocalizedText, Translation};
use proto::projects as pb;
use proto::projects::moderate_participation_request::Decision;
use proto::projects::participation::{Kind, Reason, State};
use proto::projects::participation_answer::Outcome;

use super::describe::describe;
use super::row::Model;
use super::subject::Subject;
use crate::settings::Agreed;

/// The pattern of names.
pub const PATTERN: &str = "participations/{participation}";

/// The verbs of a participation (domain §4.9).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ModerateParticipation", &[State::Pending], State::Published, moderates).decides(),
    Transition::new("ModerateParticipation", &[State::Pending], State::Rejected, moderates).decides(),
    Transition::new("AnswerParticipation", &[State::Published], State::Answered, moderates),
    Transition::new("HideParticipation", &[State::Published, State::Answered], State::Hidden, moderates)
        .decides(),
    Transition::new("ConvertParticipation", &[State::Answered], State::Answered, moderates)
        .guarded(may_become_a_need),
]);

/// What the network has agreed on of days.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// Where days begin and end.
    pub zone: Zone,
    /// Working days to moderate (PRJ-31).
    pub moderation_days: i32,
    /// Days to answer a proposal (PRJ-31).
    pub answer_days: i32,
}

impl From<&Agreed> for Calendar {
    fn from(agreed: &Agreed) -> Self {
        let (moderation_days, answer_days) = (agreed.moderation_due_working_days, agreed.answer_due_days);
        Self { zone: agreed.zone, moderation_days, answer_days }
    }
}

impl Calendar {
    fn today(self, now: Micros) -> Result<Day> {
        self.zone.day(now).ok_or_else(|| Error::internal("no day is today"))
    }
}

/// Coordinators, and the administrators of the partner that the subject belongs to.
pub fn moderates(caller: &Caller, row: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&row.subject_owner)
}

/// Whoever is known to the network by a role solves no challenge.
pub fn is_known(caller: &Caller) -> bool {
    !caller.network_roles.is_empty() || caller.partners.values().any(|membership| !membership.suspended)
}

/// In a partner's name, or recording what someone said, only its members that write for it.
///
/// # Errors
/// `PERMISSION_DENIED`.
pub fn may_say(caller: &Caller, draft: &pb::Participation) -> Result<()> {
    for partner in [&draft.partner, &draft.recorded_by] {
        caller.must(partner.is_empty() || caller.acts_for(partner), partner)?;
    }
    Ok(())
}

/// Everyone reads its words.
pub fn is_shown(row: &Model) -> bool {
    matches!(row.state.get(), State::Published | State::Answered)
}

/// Whose turn it is (BEY-5), and since when.
pub fn awaiting(row: &Model) -> (&'static str, Micros) {
    let answers = matches!(row.kind.get(), Kind::Proposal | Kind::NeedSignal);
    let waits = row.state == State::Pending || row.state == State::Published && answers;
    match (waits, row.subject_owner.is_empty()) {
        (false, _) => ("NOBODY", row.state_time),
        (true, true) => ("COORDINATOR", row.state_time),
        (true, false) => ("PARTNER", row.state_time),
    }
}

/// So many working days after a day: Monday to Friday. Public holidays are not taken into account: they differ from one
/// territory to the next, and the network has no list of them.
pub fn working_days_after(day: Day, count: i32) -> Day {
    let (mut date, mut left) = (*day, count);
    while left > 0 {
        let Some(next) = date.succ_opt() else { break };
        date = next;
        if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Day::of(date).unwrap_or(day)
}

/// Something that someone says of a subject.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Participation, calendar: Calendar, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "participation_id", id, 'v')?;
    let today = calendar.today(call.now)?;
    let mut row = Model {
        name: format!("participations/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Pending.into(),
        state_time: call.now,
        subject: draft.subject.clone(),
        subject_owner: String::new(),
        kind: Kind::Unspecified.into(),
        body: String::new(),
        language_code: String::new(),
        channel: Default::default(),
        recorded_by: String::new(),
        partner: String::new(),
        pseudonym: String::new(),
        territory: String::new(),
        confirmed: false,
        moderation_due: working_days_after(today, calendar.moderation_days),
        moderate_time: None,
        reason_code: Reason::Unspecified.into(),
        answer_due: None,
        answer_text: Default::default(),
        answer_outcome: Outcome::Unspecified.into(),
        answer_partner: String::new(),
        answer_time: None,
        answered_in_time: false,
        need: String::new(),
        need_state: None,
    };
    wrong.require("participation.subject", !draft.subject.is_empty());
    wrong.check(describe(&mut row, draft).map_err(|error| error.under("participation")))?;
    wrong.finish()?;
    if row.kind == Kind::Endorsement {
        // It has no words to moderate.
        row.state = State::Published.into();
        row.moderate_time = Some(call.now);
    }
    Ok(row)
}

/// What is said belongs to the subject's owner and territory.
pub fn belongs(row: &mut Model, subject: &Subject) {
    row.subject_owner.clone_from(&subject.owner);
    if row.territory.is_empty() {
        row.territory.clone_from(&subject.territory);
    }
}

/// Publishes it, or rejects it for one of the six reasons (PRJ-31).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `decision` and `reason_code`.
pub fn moderate(
    row: &mut Model,
    request: &pb::ModerateParticipationRequest,
    calendar: Calendar,
    call: &Call,
) -> Result<()> {
    let decision = request.decision();
    let to = if decision == Decision::Reject { State::Rejected } else { State::Published };
    LIFECYCLE.take_to("ModerateParticipation", to, row, call)?;
    let mut wrong = Violations::default();
    let known = Decision::try_from(request.decision).is_ok();
    wrong.require("decision", known && decision != Decision::Unspecified);
    let reason = wrong.coded::<Reason>("reason_code", request.reason_code, decision == Decision::Reject)?;
    if decision == Decision::Publish && reason != Reason::Unspecified {
        wrong.add(
            "reason_code",
            say!("what is published needs no reason", "ce qui est publié est sans motif"),
        );
    }
    wrong.finish()?;
    row.reason_code = reason;
    row.state_time = call.now;
    row.moderate_time = Some(call.now);
    if decision == Decision::Publish && row.kind == Kind::Proposal {
        let days = Days::new(u64::try_from(calendar.answer_days).unwrap_or_default());
        row.answer_due = calendar.today(call.now)?.checked_add_days(days).and_then(Day::of);
    }
    Ok(())
}

/// Answers it, for everyone to read.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `outcome` and `text`.
pub fn answer(
    row: &mut Model,
    request: &pb::AnswerParticipationRequest,
    calendar: Calendar,
    call: &Call,
) -> Result<()> {
    LIFECYCLE.take("AnswerParticipation", row, call)?;
    let mut wrong = Violations::default();
    row.answer_outcome = wrong.coded("outcome", request.outcome, true)?;
    wrong.localized("text", &mut row.answer_text, request.text.as_ref(), true)?;
    if row.kind == Kind::Endorsement {
        wrong.add("name", say!("an endorsement asks for no answer", "un soutien n'appelle pas de réponse"));
    }
    wrong.finish()?;
    let own = call.caller.administers(&row.subject_owner);
    row.answer_partner = if own { row.subject_owner.clone() } else { String::new() };
    row.answer_time = Some(call.now);
    row.state_time = call.now;
    let today = calendar.today(call.now)?;
    row.answered_in_time = row.answer_due.is_some_and(|due| today <= due);
    Ok(())
}

/// Hides what should not have been published, for one of the six reasons.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `reason_code`.
pub fn hide(row: &mut Model, reason: i32, call: &Call) -> Result<()> {
    LIFECYCLE.take("HideParticipation", row, call)?;
    let mut wrong = Violations::default();
    row.reason_code = wrong.coded("reason_code", reason, true)?;
    wrong.finish()?;
    row.state_time = call.now;
    Ok(())
}

/// A proposal or a signal becomes a need, once.
fn may_become_a_need(row: &Model, _: Micros) -> Result<()> {
    let need = &row.need;
    let why = match row.kind.get() {
        _ if !row.need.is_empty() => {
            say!("{need} was made of it already", "{need} en a déjà été tiré")
        }
        Kind::Proposal | Kind::NeedSignal => return Ok(()),
        _ => say!(
            "only a PROPOSAL or a NEED_SIGNAL becomes a need",
            "seuls une proposition (PROPOSAL) ou un signalement (NEED_SIGNAL) deviennent un besoin"
        ),
    };
    Err(Error::refused("CONVERSION", why))
}

/// The need that is made of it: in the words of whoever said it, raised by it.
///
/// # Errors
/// `INVALID_ARGUMENT` on `territory`.
pub fn need(row: &Model, request: &pb::ConvertParticipationRequest) -> Result<(String, pb::Need)> {
    let territory = if request.territory.is_empty() { &row.territory } else { &request.territory };
    if territory.is_empty() {
        return Err(Error::required("territory"));
    }
    name::check_reference("territory", crate::measure::TERRITORY, territory)?;
    let words = Translation { text: row.body.clone(), ..Translation::default() };
    let description = LocalizedText {
        default_language_code: row.language_code.clone(),
        translations: [(row.language_code.clone(), words)].into(),
        ..LocalizedText::default()
    };
    let need = pb::Need {
        title: request.title.clone(),
        description: Some(description),
        divide_dimensions: request.divide_dimensions.clone(),
        target_groups: request.target_groups.clone(),
        raised_by: row.name.clone(),
        ..pb::Need::default()
    };
    Ok((territory.clone(), need))
}

/// Remembers the need that was made of it.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn convert(row: &mut Model, need: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("ConvertParticipation", row, call)?;
    need.clone_into(&mut row.need);
    Ok(())
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
