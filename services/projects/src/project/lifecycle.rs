//! The verbs of a project: who may use them, when, and what they do. Pure.

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::lifecycle::{Lifecycle, Transition, free};
use chassis::say;
use proto::Date;
use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::review_project_request::Decision;
use proto::projects::safeguard::Status;

use super::row::Model;
use super::rules::today;

/// The six questions on inclusion (domain §4.5).
pub const SAFEGUARDS: [&str; 6] = [
    "NON_DIGITAL_CHANNEL",
    "ACCESSIBILITY",
    "LANGUAGE_LITERACY",
    "AFFORDABILITY",
    "PRIVACY",
    "HUMAN_SUPPORT",
];
/// Those that always apply: every project serves the public (PRJ-13).
pub(crate) const ALWAYS: [&str; 2] = ["NON_DIGITAL_CHANNEL", "PRIVACY"];
/// The least that says why a safeguard does not apply (PRJ-13).
const LEAST_JUSTIFICATION: usize = 30;

/// The verbs of a project (domain §4.5).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition {
        method: "SubmitProject",
        from: &[State::Draft, State::Returned],
        to: State::Submitted,
        who: lead_administrator,
        decides: false,
        complete: true,
        guard: may_be_submitted,
    },
    Transition {
        method: "ReviewProject",
        from: &[State::Submitted],
        to: State::Approved,
        who: overseer,
        decides: true,
        complete: true,
        guard: free,
    },
    Transition {
        method: "ReviewProject",
        from: &[State::Submitted],
        to: State::Returned,
        who: overseer,
        decides: true,
        complete: false,
        guard: free,
    },
    Transition {
        method: "StartProject",
        from: &[State::Approved],
        to: State::Active,
        who: lead_administrator,
        decides: false,
        complete: true,
        guard: lead_stays,
    },
    Transition {
        method: "SuspendProject",
        from: &[State::Active],
        to: State::Suspended,
        who: lead_administrator_or_coordinator,
        decides: false,
        complete: false,
        guard: free,
    },
    Transition {
        method: "ResumeProject",
        from: &[State::Suspended],
        to: State::Active,
        who: lead_administrator_or_coordinator,
        decides: false,
        complete: true,
        guard: free,
    },
    Transition {
        method: "CompleteProject",
        from: &[State::Active],
        to: State::Completed,
        who: lead_administrator,
        decides: false,
        complete: true,
        guard: nothing_left_planned,
    },
    Transition {
        method: "CloseProject",
        from: &[State::Completed],
        to: State::Closed,
        who: coordinator,
        decides: false,
        complete: true,
        guard: free,
    },
    Transition {
        method: "CancelProject",
        from: &[
            State::Draft,
            State::Submitted,
            State::Returned,
            State::Approved,
            State::Active,
            State::Suspended,
            State::Completed,
        ],
        to: State::Cancelled,
        who: lead_administrator_or_coordinator,
        decides: false,
        complete: false,
        guard: free,
    },
]);

fn coordinator(caller: &Caller, _: &Model) -> bool {
    caller.is(Role::Coordinator)
}

fn overseer(caller: &Caller, _: &Model) -> bool {
    caller.oversees()
}

fn lead_administrator(caller: &Caller, project: &Model) -> bool {
    caller.administers(&project.lead_partner)
}

fn lead_administrator_or_coordinator(caller: &Caller, project: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&project.lead_partner)
}

/// What must be said before review: where, which recommendations, why it should work, and the six answers (PRJ-13).
fn may_be_submitted(project: &Model, _: Micros) -> Result<()> {
    let said = [
        ("territories", !project.territories.is_empty()),
        ("recommendations", !project.recommendations.is_empty()),
        ("theory_of_change", project.theory_of_change.clone().set().is_some()),
    ];
    if let Some((field, _)) = said.iter().find(|(_, said)| !said) {
        return Err(Error::refused(
            "PROJECT_FIELDS",
            say!("fill {field} first", "complétez d'abord {field}"),
        ));
    }
    safeguards_answered(project)
}

/// All six answered, and none waved away (PRJ-13).
pub(crate) fn safeguards_answered(project: &Model) -> Result<()> {
    for code in SAFEGUARDS {
        let refuse = |why| Err(Error::refused("PRJ-13", why));
        let answer = project.safeguards.iter().find(|safeguard| safeguard.code == code);
        let Some(answer) = answer.filter(|answer| answer.status() != Status::Unspecified) else {
            return refuse(say!(
                "answer the safeguard {code} first",
                "répondez d'abord à la garantie {code}"
            ));
        };
        if answer.status() != Status::NotApplicable {
            continue;
        }
        if ALWAYS.contains(&code) {
            return refuse(say!(
                "the safeguard {code} always applies: say how it is, or will be, met",
                "la garantie {code} s'applique toujours : dites comment elle est, ou sera, assurée"
            ));
        }
        if answer.justification.trim().chars().count() < LEAST_JUSTIFICATION {
            return refuse(say!(
                "say in at least {LEAST_JUSTIFICATION} characters why the safeguard {code} does not apply",
                "dites en {LEAST_JUSTIFICATION} caractères au moins pourquoi la garantie {code} ne s'applique pas"
            ));
        }
    }
    Ok(())
}

/// A lead that has left cannot begin (PRJ-14); the handler asks partners whether it is active.
fn lead_stays(project: &Model, _: Micros) -> Result<()> {
    if project.lead_archived { Err(lead_inactive(&project.lead_partner)) } else { Ok(()) }
}

/// The refusal of a lead that does not take part (PRJ-14).
pub fn lead_inactive(lead: &str) -> Error {
    Error::refused("PRJ-14", say!("its lead {lead} is not active", "son chef de file {lead} n'est pas actif"))
}

/// What was promised was kept, or is not said to be (PRJ-13).
fn nothing_left_planned(project: &Model, _: Micros) -> Result<()> {
    match project.safeguards.iter().find(|safeguard| safeguard.status() == Status::Planned) {
        None => Ok(()),
        Some(pb::Safeguard { code, .. }) => Err(Error::refused(
            "PRJ-13",
            say!(
                "the safeguard {code} is still planned: say whether it was met",
                "la garantie {code} est encore prévue : dites si elle a été assurée"
            ),
        )),
    }
}

/// Moves a project by one of its verbs; the reason is kept with it where one was asked for.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn take(method: &'static str, project: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, project, call)?;
    project.state_time = call.now;
    project.state_reason.clone_from(&call.reason);
    Ok(())
}

/// Approves a project, or returns it; the comment is the call's reason.
///
/// # Errors
/// As [`Lifecycle::take_to`]; `INVALID_ARGUMENT` without a decision, or without the comment that a return needs.
pub fn review(project: &mut Model, decision: Decision, call: &Call) -> Result<()> {
    let to = if decision == Decision::Return { State::Returned } else { State::Approved };
    LIFECYCLE.take_to("ReviewProject", to, project, call)?;
    match decision {
        Decision::Unspecified => return Err(Error::required("decision")),
        Decision::Return if call.reason.is_empty() => return Err(Error::required("comment")),
        Decision::Return | Decision::Approve => {}
    }
    project.state_time = call.now;
    project.state_reason.clone_from(&call.reason);
    Ok(())
}

/// Begins a project on a day, today when none is said.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` when the day is in the future.
pub fn start(project: &mut Model, day: Option<&Date>, call: &Call) -> Result<()> {
    take("StartProject", project, call)?;
    project.actual_start = Some(past_day("actual_start_date", day, call.now)?);
    Ok(())
}

/// Ends the work of a project on a day, today when none is said.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` when the day is in the future, or before the start.
pub fn complete(project: &mut Model, day: Option<&Date>, call: &Call) -> Result<()> {
    take("CompleteProject", project, call)?;
    let end = past_day("actual_end_date", day, call.now)?;
    if project.actual_start.is_some_and(|start| end < start) {
        return Err(Error::invalid("actual_end_date", say!("before the start", "antérieure au début")));
    }
    project.actual_end = Some(end);
    Ok(())
}

fn past_day(field: &str, day: Option<&Date>, now: Micros) -> Result<Day> {
    let today = today(now).ok_or_else(|| Error::internal("the clock is beyond the calendar"))?;
    let day = day.map_or(Ok(today), |day| Day::from_date(field, day))?;
    match day > today {
        true => Err(Error::invalid(field, say!("in the future", "dans le futur"))),
        false => Ok(day),
    }
}
