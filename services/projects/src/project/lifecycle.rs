//! The verbs of a project: who may use them, when, and what they do. Pure. What each asks for is in `guards.rs`.

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::lifecycle::{Lifecycle, Transition, coordinator, overseer};
use chassis::{mask, say};
use proto::Date;
use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::review_project_request::Decision;

use super::describe::describe;
use super::guards::{may_be_closed, may_be_submitted, may_begin, nothing_left_planned};
use super::row::Model;
use super::rules::today;

/// What a baseline holds of a project, besides its indicators (PRJ-16).
const BASELINE: [&str; 3] = ["needs", "territories", "planned_period"];

/// The verbs of a project (domain §4.5).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("SubmitProject", &[State::Draft, State::Returned], State::Submitted, lead_administrator)
        .complete()
        .guarded(may_be_submitted),
    Transition::new("ReviewProject", &[State::Submitted], State::Approved, overseer).decides().complete(),
    Transition::new("ReviewProject", &[State::Submitted], State::Returned, overseer).decides(),
    Transition::new("StartProject", &[State::Approved], State::Active, lead_administrator)
        .complete()
        .guarded(may_begin),
    Transition::new("SuspendProject", &[State::Active], State::Suspended, lead_administrator_or_coordinator),
    Transition::new("ResumeProject", &[State::Suspended], State::Active, lead_administrator_or_coordinator)
        .complete(),
    Transition::new("CompleteProject", &[State::Active], State::Completed, lead_administrator)
        .complete()
        .guarded(nothing_left_planned),
    Transition::new("CloseProject", &[State::Completed], State::Closed, coordinator)
        .complete()
        .guarded(may_be_closed),
    Transition::new(
        "CancelProject",
        &[
            State::Draft,
            State::Submitted,
            State::Returned,
            State::Approved,
            State::Active,
            State::Suspended,
            State::Completed,
        ],
        State::Cancelled,
        lead_administrator_or_coordinator,
    ),
    anew(&[State::Approved], State::Approved),
    anew(&[State::Active], State::Active),
    anew(&[State::Suspended], State::Suspended),
]);

/// A new baseline leaves a project where it stands (PRJ-16).
const fn anew(from: &'static [State], to: State) -> Transition<Model> {
    Transition::new("RebaselineProject", from, to, lead_administrator_or_coordinator)
}

fn lead_administrator(caller: &Caller, project: &Model) -> bool {
    caller.administers(&project.lead_partner)
}

fn lead_administrator_or_coordinator(caller: &Caller, project: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&project.lead_partner)
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

/// As [`take`], for the verbs that ask for a reason.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` without a reason.
pub fn take_because(method: &'static str, project: &mut Model, call: &Call) -> Result<()> {
    take(method, project, call)?;
    call.reason_required().map(drop)
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
    project.review_due = None;
    if decision == Decision::Approve {
        project.baseline_number = project.baseline_number.max(1);
    }
    Ok(())
}

/// Sends a draft to review, which is to answer until a day (BEY-5).
///
/// # Errors
/// As [`take`].
pub fn submit(project: &mut Model, due: Option<Day>, call: &Call) -> Result<()> {
    take("SubmitProject", project, call)?;
    project.review_due = due;
    Ok(())
}

/// Closes a project, with a word on what is left open (PRJ-15).
///
/// # Errors
/// As [`take`].
pub fn close(project: &mut Model, note: &str, call: &Call) -> Result<()> {
    note.clone_into(&mut project.closing_note);
    take("CloseProject", project, call)
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

/// Gives a project a new baseline, for a reason that stays (PRJ-16).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason, on what a baseline does not hold, and on every wrong field.
pub fn rebaseline(project: &mut Model, request: &pb::RebaselineProjectRequest, call: &Call) -> Result<()> {
    LIFECYCLE.take("RebaselineProject", project, call)?;
    call.reason_required()?;
    let patch = request.project.clone().unwrap_or_default();
    let baseline = pb::Project {
        needs: patch.needs.clone(),
        territories: patch.territories.clone(),
        planned_period: patch.planned_period,
        ..Default::default()
    };
    let (name, etag) = (patch.name.clone(), patch.etag.clone());
    let of_baseline = |path: &String| BASELINE.contains(&path.split('.').next().unwrap_or_default());
    let masked = request.update_mask.as_ref().is_none_or(|mask| mask.paths.iter().all(of_baseline));
    if !masked || patch != (pb::Project { name, etag, ..baseline.clone() }) {
        let fields = BASELINE.join(", ");
        return Err(Error::invalid(
            if masked { "project" } else { "update_mask" },
            say!("a new baseline changes {fields}", "une nouvelle base change {fields}"),
        ));
    }
    let draft = mask::apply(&project.clone().into(), &baseline, request.update_mask.as_ref())?;
    describe(project, &draft).map_err(|error| error.under("project"))?;
    project.baseline_number = project.baseline_number.saturating_add(1);
    project.baseline_reason.clone_from(&call.reason);
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
