//! What may become of a project. Pure: rows, messages and a given now. What each field may hold is in `describe.rs`,
//! what moves it from state to state in `lifecycle.rs`.

use chassis::auth::{Caller, Role};
use chassis::clock::Zone;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::say;
use chassis::{Call, name};
use chrono::Days;
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::project::State;

use super::describe::describe;
use super::guards::{measured, safeguards_answered};
use super::row::Model;

/// The states in which only overseers and members of the partners concerned read a project.
pub const HIDDEN: &[State] = &[State::Draft, State::Submitted, State::Returned];
/// The states in which nothing changes any more.
pub const TERMINAL: &[State] = &[State::Closed, State::Cancelled];
/// The pattern of names.
pub const PATTERN: &str = "projects/{project}";

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
        dormant: false,
        baseline_number: 0,
        baseline_reason: String::new(),
        review_due: None,
        closing_note: String::new(),
        lines_made: 0,
        facts: Default::default(),
        details: Default::default(),
    }
}

/// A new project, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Project, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "project_id", id, 'j')?;
    let mut project = blank(&id, uid, call.now);
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
                say!(
                    "a closed or cancelled project does not change",
                    "un projet clos ou abandonné ne change plus"
                ),
            ));
        }
        _ => {}
    }
    let before = project.clone();
    describe(project, draft).map_err(|error| error.under("project"))?;
    if !HIDDEN.contains(&before.state.get()) {
        frozen("needs", &before, &before.needs, &project.needs)?;
        frozen("territories", &before, &before.territories, &project.territories)?;
        // Of a period that was found, either day may be unknown.
        for (day, now) in
            [(before.planned_start, project.planned_start), (before.planned_end, project.planned_end)]
        {
            frozen("planned_period", &before, day.as_slice(), now.as_slice())?;
        }
    }
    Ok(())
}

/// What was approved stays (PRJ-16); what an imported project never had may be filled in (BEY-8).
fn frozen<T: PartialEq>(field: &str, project: &Model, before: &[T], after: &[T]) -> Result<()> {
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
        gap(
            "summary",
            fields,
            project.summary.translations.is_empty(),
            say!("say what it is", "dites ce qu'il est"),
        ),
        gap(
            "planned_period",
            fields,
            no_period,
            say!("say when it is to run", "dites quand il doit se dérouler"),
        ),
        gap(
            "territories",
            fields,
            project.territories.is_empty(),
            say!("say where it acts", "dites où il agit"),
        ),
        gap(
            "needs",
            "PRJ-11",
            project.needs.is_empty(),
            say!("name the needs it answers", "indiquez les besoins auxquels il répond"),
        ),
        gap(
            "project_indicators",
            "PRJ-12",
            measured(project).is_err(),
            say!(
                "say what it promises: an output and an outcome, each with a baseline and a target until its end",
                "dites ce qu'il promet : un extrant et un effet, chacun avec une situation de départ et une cible jusqu'à sa fin"
            ),
        ),
        gap(
            "recommendations",
            fields,
            project.recommendations.is_empty(),
            say!(
                "name the recommendations it carries out",
                "indiquez les recommandations qu'il met en œuvre"
            ),
        ),
        gap(
            "theory_of_change",
            fields,
            no_theory,
            say!("say why it should work", "dites pourquoi il devrait réussir"),
        ),
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

/// The day of an instant (UTC).
pub fn today(now: Micros) -> Option<Day> {
    Day::of(chrono::DateTime::from_timestamp_micros(now.0)?.date_naive())
}

/// The day so many days after an instant, where the network's days begin and end.
pub fn days_from(zone: Zone, now: Micros, days: i32) -> Option<Day> {
    let days = Days::new(u64::try_from(days).ok()?);
    zone.day(now)?.checked_add_days(days).and_then(Day::of)
}
