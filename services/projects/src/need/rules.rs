//! What may become of a need. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::common::Evidence;
use proto::projects as pb;
use proto::projects::need::{Outcome, State};

use super::describe::{describe, evidence};
use super::row::Model;
use crate::participation::rules::PATTERN as PARTICIPATION;
use crate::project::describe::PARTNER;
use crate::project::rules::today;

/// The pattern of names.
pub const PATTERN: &str = "territories/{territory}/needs/{need}";
/// The states of a project in which it addresses a need (PRJ-6); the view `need_addressed` says the same.
pub const ADDRESSING: [pb::project::State; 3] =
    [pb::project::State::Active, pb::project::State::Completed, pb::project::State::Closed];
/// The first and the last priority.
const PRIORITIES: std::ops::RangeInclusive<i32> = 1..=4;

/// The verbs of a need (domain §4.3).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("QualifyNeed", &[State::Proposed], State::Qualified, judge).decides(),
    Transition::new("ResolveNeed", &[State::Qualified], State::Resolved, judge).decides(),
    Transition::new("RejectNeed", &[State::Proposed], State::Rejected, judge).decides(),
]);

/// Coordinators, reviewers, and the administrators of the authority of its territory.
fn judge(caller: &Caller, need: &Model) -> bool {
    caller.oversees() || caller.administers(&need.authority)
}

/// Who may propose a need in a partner's name: coordinators, and its members.
pub fn may_raise(caller: &Caller, raised_by: &str) -> bool {
    const MEMBERS: [Role; 4] = [Role::PartnerAdmin, Role::Reporter, Role::Integration, Role::Trainer];
    caller.is(Role::Coordinator) || caller.has_in(raised_by, &MEMBERS)
}

/// Who may change it: whoever may propose it, and the administrators of the authority of its territory.
pub fn may_update(caller: &Caller, need: &Model) -> bool {
    may_raise(caller, &need.raised_by) || caller.administers(&need.authority)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Proposed => "REVIEWER",
        State::Unspecified | State::Qualified | State::Resolved | State::Rejected => "NOBODY",
    }
}

/// A new need of a territory, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(territory: &str, id: &str, draft: &pb::Need, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "need_id", id, 'n')?;
    let mut need = Model {
        name: format!("{territory}/needs/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Proposed.into(),
        state_time: call.now,
        state_reason: String::new(),
        territory: territory.to_owned(),
        authority: String::new(),
        raised_by: draft.raised_by.clone(),
        title: Default::default(),
        description: Default::default(),
        divide_dimensions: Default::default(),
        target_groups: Default::default(),
        affected_population: Default::default(),
        priority: 0,
        evidence: Default::default(),
        outcome: Outcome::Unspecified.into(),
        outcome_evidence: Default::default(),
    };
    // Of what people say a need is made in its name (`participation::rules::need`); nobody asks for that here.
    let pattern = if draft.raised_by.starts_with("participations/") { PARTICIPATION } else { PARTNER };
    wrong.check(name::check_reference("need.raised_by", pattern, &draft.raised_by))?;
    wrong.check(describe(&mut need, draft).map_err(|error| error.under("need")))?;
    wrong.finish()?;
    Ok(need)
}

/// Changes a need to what the draft says. What was qualified is changed by those who qualify: it is what projects answer.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because of its state.
pub fn update(need: &mut Model, draft: &pb::Need, call: &Call) -> Result<()> {
    let refuse = |why| Err(Error::refused("STATE", why));
    match need.state.get() {
        State::Resolved | State::Rejected => {
            return refuse(say!(
                "a need that is resolved or turned down does not change",
                "un besoin résolu ou écarté ne change plus"
            ));
        }
        State::Qualified if !judge(&call.caller, need) => {
            return refuse(say!(
                "it is qualified: ask a coordinator, or the authority of its territory",
                "il est qualifié : adressez-vous à un coordinateur, ou à l'autorité de son territoire"
            ));
        }
        _ => {}
    }
    describe(need, draft).map_err(|error| error.under("need"))
}

/// Confirms a need and gives it a priority.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `priority`.
pub fn qualify(need: &mut Model, priority: i32, call: &Call) -> Result<()> {
    take("QualifyNeed", need, call)?;
    if !PRIORITIES.contains(&priority) {
        return Err(Error::invalid(
            "priority",
            say!("expected 1 (first) to 4", "de 1 (premier) à 4 attendu"),
        ));
    }
    need.priority = priority;
    Ok(())
}

/// Turns a need down, for a reason that stays public (PRJ-7).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn reject(need: &mut Model, call: &Call) -> Result<()> {
    take("RejectNeed", need, call)?;
    call.reason_required()?;
    need.state_reason.clone_from(&call.reason);
    Ok(())
}

/// A report that was accepted, and since when its project has been under way, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// When the report was accepted.
    pub report: Micros,
    /// When its project began.
    pub start: Option<Day>,
}

impl Accepted {
    /// The project was under way when the report was accepted.
    fn counts(&self) -> bool {
        self.start.is_none_or(|start| today(self.report).is_some_and(|day| day >= start))
    }
}

/// Says that a need is met, which a project that answers it must have shown (PRJ-5), or has lapsed.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without an outcome, the evidence that MET needs, or the reason that OBSOLETE
/// needs; `FAILED_PRECONDITION` citing PRJ-5.
pub fn resolve(
    need: &mut Model,
    outcome: Outcome,
    shown: &[Evidence],
    accepted: &[Accepted],
    call: &Call,
) -> Result<()> {
    take("ResolveNeed", need, call)?;
    let mut wrong = Violations::default();
    wrong.require("outcome", outcome != Outcome::Unspecified);
    wrong.require("evidence", outcome != Outcome::Met || !shown.is_empty());
    wrong.require("reason", outcome != Outcome::Obsolete || !call.reason.is_empty());
    let shown = wrong.check(evidence("evidence", shown))?.unwrap_or_default();
    wrong.finish()?;
    if outcome == Outcome::Met && !accepted.iter().any(Accepted::counts) {
        return Err(Error::refused(
            "PRJ-5",
            say!(
                "no project that answers it has an accepted report since it began: have one accepted first, or resolve it as OBSOLETE",
                "aucun projet qui y répond n'a de rapport accepté depuis son démarrage : faites-en accepter un d'abord, ou résolvez-le comme OBSOLETE"
            ),
        ));
    }
    need.outcome = outcome.into();
    need.outcome_evidence = shown.into();
    need.state_reason.clone_from(&call.reason);
    Ok(())
}

fn take(method: &'static str, need: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, need, call)?;
    need.state_time = call.now;
    Ok(())
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
