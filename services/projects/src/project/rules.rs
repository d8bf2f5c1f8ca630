//! What may become of a project. Pure: rows, messages and a given now. What each field may hold is in `describe.rs`.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Transition, free};
use chassis::say;
use chassis::{Call, name};
use proto::Date;
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::review_project_request::Decision;
use proto::projects::safeguard::Status;

use super::describe::describe;
use super::row::Model;

/// The states in which only overseers and members of the partners concerned read a project.
pub const HIDDEN: &[State] = &[State::Draft, State::Submitted, State::Returned];
/// The states in which nothing changes any more.
pub const TERMINAL: &[State] = &[State::Closed, State::Cancelled];
/// The pattern of names.
pub const PATTERN: &str = "projects/{project}";
/// The six questions on inclusion (domain §4.5).
pub const SAFEGUARDS: [&str; 6] =
    ["NON_DIGITAL_CHANNEL", "ACCESSIBILITY", "LANGUAGE_LITERACY", "AFFORDABILITY", "PRIVACY", "HUMAN_SUPPORT"];
/// Those that always apply: every project serves the public (PRJ-13).
const ALWAYS: [&str; 2] = ["NON_DIGITAL_CHANNEL", "PRIVACY"];
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

/// Who may read a project whatever its state: those who oversee the network, and members of the partners concerned.
pub fn sees(caller: &Caller, project: &Model) -> bool {
    let concerned = |partner: &str| caller.belongs_to(partner);
    !HIDDEN.contains(&project.state.get())
        || caller.oversees()
        || concerned(&project.lead_partner)
        || project.participants.iter().any(|participant| concerned(&participant.partner))
}

/// Who may draft a project of this partner.
pub fn may_create(caller: &Caller, lead: &str) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(lead)
}

/// Who may change it: coordinators, and those who act for its lead.
pub fn may_update(caller: &Caller, project: &Model) -> bool {
    may_create(caller, &project.lead_partner)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Submitted => "REVIEWER",
        State::Draft | State::Returned | State::Approved | State::Active => "PARTNER",
        State::Completed => "COORDINATOR",
        State::Unspecified | State::Suspended | State::Closed | State::Cancelled => "NOBODY",
    }
}

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, now: Micros) -> Model {
    Model {
        name: format!("projects/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_time: now,
        state_reason: String::new(),
        title: Default::default(),
        summary: Default::default(),
        lead_partner: String::new(),
        lead_archived: false,
        participants: Default::default(),
        partnership: String::new(),
        territories: Default::default(),
        needs: Default::default(),
        strategy: String::new(),
        recommendations: Default::default(),
        sdg_targets: Default::default(),
        business_model: String::new(),
        planned_start: None,
        planned_end: None,
        actual_start: None,
        actual_end: None,
        budget_lines: Default::default(),
        theory_of_change: Default::default(),
        safeguards: Default::default(),
        parent_project: String::new(),
        digital_solution: Default::default(),
        origin: Origin::Registered.into(),
        iati_identifier: String::new(),
        country_codes: Default::default(),
    }
}

/// A new project, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Project, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (made, uid) = name::new_id('j');
    if !id.is_empty() {
        wrong.check(name::check_id("project_id", id))?;
    }
    let mut project = blank(if id.is_empty() { &made } else { id }, uid, call.now);
    project.lead_partner.clone_from(&draft.lead_partner);
    wrong.check(describe(&mut project, draft).map_err(|error| error.under("project")))?;
    wrong.finish()?;
    Ok(project)
}

/// Changes a project to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PRJ-16, or because of its state.
pub fn update(project: &mut Model, draft: &pb::Project, _: &Call) -> Result<()> {
    match project.state.get() {
        State::Submitted => {
            return Err(Error::refused(
                "STATE",
                say!(
                    "it is being reviewed: change it once it is returned or approved",
                    "il est en relecture : modifiez-le une fois renvoyé ou approuvé"
                ),
            ));
        }
        state if TERMINAL.contains(&state) => {
            return Err(Error::refused(
                "STATE",
                say!("a closed or cancelled project does not change", "un projet clos ou abandonné ne change plus"),
            ));
        }
        _ => {}
    }
    let before = project.clone();
    describe(project, draft).map_err(|error| error.under("project"))?;
    if !HIDDEN.contains(&before.state.get()) {
        frozen("needs", &before, &before.needs, &project.needs)?;
        frozen("territories", &before, &before.territories, &project.territories)?;
    }
    Ok(())
}

/// What was approved stays (PRJ-16); what an imported project never had may be filled in (BEY-8).
fn frozen(field: &str, project: &Model, before: &[String], after: &[String]) -> Result<()> {
    let filled = project.origin == Origin::Imported && before.is_empty();
    if before == after || filled {
        return Ok(());
    }
    Err(Error::refused(
        "PRJ-16",
        say!(
            "{field} of an approved project change only with a new baseline, which says why",
            "{field} : dans un projet approuvé, ne change qu'avec une nouvelle base, motivée"
        ),
    ))
}

/// What must be said before review: where, which recommendations, why it should work, and the six answers (PRJ-13).
fn may_be_submitted(project: &Model, _: Micros) -> Result<()> {
    let said = [
        ("territories", !project.territories.is_empty()),
        ("recommendations", !project.recommendations.is_empty()),
        ("theory_of_change", project.theory_of_change.clone().set().is_some()),
    ];
    if let Some((field, _)) = said.iter().find(|(_, said)| !said) {
        return Err(Error::refused("PROJECT_FIELDS", say!("fill {field} first", "complétez d'abord {field}")));
    }
    safeguards_answered(project)
}

/// All six answered, and none waved away (PRJ-13).
fn safeguards_answered(project: &Model) -> Result<()> {
    for code in SAFEGUARDS {
        let refuse = |why| Err(Error::refused("PRJ-13", why));
        let answer = project.safeguards.iter().find(|safeguard| safeguard.code == code);
        let Some(answer) = answer.filter(|answer| answer.status() != Status::Unspecified) else {
            return refuse(say!("answer the safeguard {code} first", "répondez d'abord à la garantie {code}"));
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

/// What an imported project still lacks (BEY-8), in the order in which it is to be filled.
pub fn gaps(project: &Model) -> Vec<Gap> {
    if project.origin != Origin::Imported || TERMINAL.contains(&project.state.get()) {
        return Vec::new();
    }
    let gap = |field, rule, missing: bool, what| missing.then_some(Gap { field, rule, what });
    let fields = "PROJECT_FIELDS";
    let no_period = project.planned_start.is_none() || project.planned_end.is_none();
    let no_theory = project.theory_of_change.clone().set().is_none();
    let no_source = project.budget_lines.iter().any(|line| line.source.is_empty());
    [
        gap("summary", fields, project.summary.translations.is_empty(), say!("say what it is", "dites ce qu'il est")),
        gap("planned_period", fields, no_period, say!("say when it is to run", "dites quand il doit se dérouler")),
        gap("territories", fields, project.territories.is_empty(), say!("say where it acts", "dites où il agit")),
        gap(
            "needs",
            "PRJ-11",
            project.needs.is_empty(),
            say!("name the needs it answers", "indiquez les besoins auxquels il répond"),
        ),
        gap(
            "recommendations",
            fields,
            project.recommendations.is_empty(),
            say!("name the recommendations it carries out", "indiquez les recommandations qu'il met en œuvre"),
        ),
        gap("theory_of_change", fields, no_theory, say!("say why it should work", "dites pourquoi il devrait réussir")),
        gap(
            "safeguards",
            "PRJ-13",
            safeguards_answered(project).is_err(),
            say!("answer the six questions on inclusion", "répondez aux six questions sur l'inclusion"),
        ),
        gap(
            "budget_lines",
            fields,
            no_source,
            say!("say who pays each line of the budget", "dites qui finance chaque ligne du budget"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
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

/// The day of an instant (UTC).
pub fn today(now: Micros) -> Option<Day> {
    Day::of(chrono::DateTime::from_timestamp_micros(now.0)?.date_naive())
}

#[cfg(test)]
mod tests;
