//! What may become of a report. Pure: rows, messages and a given now. What each field may hold is in `describe.rs`, what
//! its figures must be in `figures.rs`, how it goes in `ratings.rs`, and what reviewers decide in `verdict.rs`.

use chassis::auth::{Caller, Role};
use chassis::clock::Zone;
use chassis::column::{Coded, Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, overseer};
use chassis::{Call, name, say};
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::report::{Punctuality, Rating, State};
use proto::projects::{project, reporting_period};

use super::ground::Ground;
use super::row::Model;
use super::{describe, figures, ratings, verdict};
use crate::reporting_period as period;

/// The pattern of names.
pub const PATTERN: &str = "projects/{project}/reports/{report}";
/// The states in which a report counts, or counted.
pub const SEALED: &[State] = &[State::Accepted, State::Superseded];
/// The states in which its partner writes it.
pub const OPEN: &[State] = &[State::Draft, State::Returned];
/// The states of projects that report.
pub const REPORTING: &[project::State] =
    &[project::State::Active, project::State::Suspended, project::State::Completed];

/// The verbs of a report (domain §4.7).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("SubmitReport", OPEN, State::Submitted, may_write),
    Transition::new("RecallReport", &[State::Submitted], State::Draft, may_write),
    Transition::new("ReviewReport", &[State::Submitted], State::Accepted, overseer).decides(),
    Transition::new("ReviewReport", &[State::Submitted], State::Returned, overseer).decides(),
    Transition::new("CorrectReport", &[State::Accepted], State::Accepted, may_correct),
]);

/// Who may write it: those who act for the lead of its project.
pub fn may_write(caller: &Caller, report: &Model) -> bool {
    caller.acts_for(&report.lead_partner)
}

fn may_correct(caller: &Caller, report: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&report.lead_partner)
}

/// Who sees all of it, in any state: those who oversee the network, and members of the partners concerned.
pub fn sees_all(caller: &Caller, report: &Model) -> bool {
    caller.oversees()
        || caller.belongs_to(&report.lead_partner)
        || report.participants.iter().any(|partner| caller.belongs_to(partner))
}

/// Who may read it: anyone once it is accepted.
pub fn sees(caller: &Caller, report: &Model) -> bool {
    report.is_sealed() || sees_all(caller, report)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Draft | State::Returned => "PARTNER",
        State::Submitted => "REVIEWER",
        State::Unspecified | State::Accepted | State::Superseded => "NOBODY",
    }
}

/// How a report stands in time (PRJ-24): by when it was submitted, or by the clock while it was not.
pub fn punctuality(
    submitted: Option<Micros>,
    period: &period::row::Model,
    zone: Zone,
    due_soon_days: i32,
    now: Micros,
) -> Punctuality {
    let due = zone.end(period.due);
    if let Some(submitted) = submitted {
        return if submitted <= due { Punctuality::OnTime } else { Punctuality::Late };
    }
    let days = u64::try_from(due_soon_days).unwrap_or_default();
    let soon = period.due.checked_sub_days(chrono::Days::new(days)).and_then(Day::of);
    match period::rules::state(period, zone, now) {
        reporting_period::State::Closed => Punctuality::Missing,
        _ if now > due => Punctuality::Overdue,
        _ if soon.is_none_or(|soon| now >= zone.start(soon)) => Punctuality::DueSoon,
        _ => Punctuality::NotDue,
    }
}

/// A new report, from what was asked.
///
/// # Errors
/// `FAILED_PRECONDITION` when the project or the period takes none; `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Report, ground: &Ground, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "report_id", id, 't')?;
    takes_reports(ground)?;
    let period = open_period(ground, call.now)?;
    let days = (period.start, period.end);
    let mut report = blank(&ground.project, &id, uid, days, call.now);
    report.reporting_period.clone_from(&period.name);
    wrong.check(describe::describe(&mut report, draft, ground).map_err(|error| error.under("report")))?;
    wrong.finish()?;
    ratings::rate(&mut report, ground);
    Ok(report)
}

/// A row of these days with nothing in it yet.
pub fn blank(
    project: &crate::project::row::Model,
    id: &str,
    uid: uuid::Uuid,
    (period_start, period_end): (Day, Day),
    now: Micros,
) -> Model {
    Model {
        name: format!("{}/reports/{id}", project.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_time: now,
        project: project.name.clone(),
        reporting_period: String::new(),
        period_start,
        period_end,
        lead_partner: project.lead_partner.clone(),
        participants: project.participants.iter().map(|participant| participant.partner.as_str()).collect(),
        values: Default::default(),
        narrative: Default::default(),
        sections: Default::default(),
        expenditures: Default::default(),
        ratings: Default::default(),
        overall_rating: Rating::NotRated.into(),
        corrective_actions: Default::default(),
        evidence: Default::default(),
        is_final: false,
        punctuality: Punctuality::Unspecified.into(),
        review_comments: Default::default(),
        returned_values: Default::default(),
        corrects: String::new(),
        corrected_by: String::new(),
        correction: 0,
        correction_reason: String::new(),
        restatements: Default::default(),
        submitter: String::new(),
        submit_time: None,
        accept_time: None,
        supersede_time: None,
        grace_until: None,
        review_due: None,
        origin: Origin::Registered.into(),
    }
}

/// Of one project and the same days, one report is at work and one counts (LES-8).
///
/// # Errors
/// `ALREADY_EXISTS` naming the other one of the same days.
pub fn alone(report: &Model, others: &[Model]) -> Result<()> {
    let rivals = |other: &&Model| other.state != State::Superseded && other.name != report.corrects;
    let Some(Model { name, reporting_period, .. }) = others.iter().find(rivals) else { return Ok(()) };
    let why = match report.corrects.as_str() {
        "" => say!(
            "the report of this project for {reporting_period} was begun already: change {name}",
            "le rapport de ce projet pour {reporting_period} est déjà commencé : modifiez {name}"
        ),
        corrected => say!(
            "a correction of {corrected} was begun already: change {name}",
            "une correction de {corrected} est déjà commencée : modifiez {name}"
        ),
    };
    Err(Error::AlreadyExists { field: "report.reporting_period".to_owned(), holder: Some(name.clone()), why })
}

/// Changes a report to what the draft says.
///
/// # Errors
/// `FAILED_PRECONDITION` unless its partner is writing it; `INVALID_ARGUMENT` naming every wrong field.
pub fn update(report: &mut Model, draft: &pb::Report, ground: &Ground) -> Result<()> {
    if !OPEN.contains(&report.state.get()) {
        return Err(Error::refused(
            "STATE",
            match report.is_sealed() {
                true => say!(
                    "it is sealed: correct it with CorrectReport",
                    "il est scellé : corrigez-le par CorrectReport"
                ),
                false => say!(
                    "it waits for review: recall it first",
                    "il attend sa relecture : reprenez-le d'abord"
                ),
            },
        ));
    }
    describe::describe(report, draft, ground).map_err(|error| error.under("report"))?;
    ratings::rate(report, ground);
    if let Some(corrected) = ground.corrected(report) {
        verdict::restate(report, corrected);
    }
    Ok(())
}

/// Sends a report to review.
///
/// # Errors
/// As [`Lifecycle::take`]; `FAILED_PRECONDITION` citing PRJ-18, 19, 21, 22, 23 or 25.
pub fn submit(report: &mut Model, ground: &Ground, call: &Call) -> Result<()> {
    LIFECYCLE.take("SubmitReport", report, call)?;
    ratings::rate(report, ground);
    may_be_submitted(report, ground, call.now)?;
    let zone = ground.agreed.zone;
    report.state_time = call.now;
    report.submitter.clone_from(&call.caller.subject);
    let submitted = *report.submit_time.get_or_insert(call.now);
    // A correction is as punctual as what it corrects.
    if let Some(period) = ground.period.as_ref().filter(|_| report.corrects.is_empty()) {
        report.punctuality = punctuality(Some(submitted), period, zone, 0, call.now).into();
    }
    report.review_due = days_after(zone, call.now, ground.agreed.review_due_days);
    Ok(())
}

/// Whether a report may be sent to review as it stands; what [`submit`] asks, and what explains it beforehand (BEY-7).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-18, 19, 21, 22, 23 or 25, or the state of the project.
pub fn may_be_submitted(report: &Model, ground: &Ground, now: Micros) -> Result<()> {
    // A correction restates what was taken in time: neither the clock nor the end of the project stands in its way.
    if report.corrects.is_empty() {
        takes_reports(ground)?;
        let graced = report.grace_until.is_some_and(|until| now <= ground.agreed.zone.end(until));
        if !graced {
            open_period(ground, now)?;
        }
    }
    figures::complete(report, ground)?;
    ratings::honest(report, ground)
}

/// Takes a submitted report back.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn recall(report: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("RecallReport", report, call)?;
    report.state_time = call.now;
    report.review_due = None;
    // Unless a reviewer had it in hand, it is as if it had not been submitted: it is not in time for having been.
    if report.review_comments.is_empty() {
        report.submit_time = None;
        if report.corrects.is_empty() {
            report.punctuality = Punctuality::Unspecified.into();
        }
    }
    Ok(())
}

/// A draft that nobody has reviewed is given up by those who write it, a correction also by those who may begin one. What
/// reviewers said stays, and so does what they have in hand.
///
/// # Errors
/// `PERMISSION_DENIED`; `FAILED_PRECONDITION` unless it is such a draft.
pub fn may_be_deleted(report: &Model, caller: &Caller) -> Result<()> {
    let may = may_write(caller, report) || !report.corrects.is_empty() && may_correct(caller, report);
    caller.must(may, &report.name)?;
    if report.state != State::Draft {
        return Err(Error::refused(
            "STATE",
            say!(
                "only a draft is given up: recall it first, or correct what is accepted",
                "seul un brouillon s'abandonne : reprenez-le d'abord, ou corrigez ce qui est accepté"
            ),
        ));
    }
    if !report.review_comments.is_empty() {
        return Err(Error::refused(
            "STATE",
            say!(
                "reviewers have commented on it: change it and submit it again",
                "des relecteurs l'ont commenté : modifiez-le et soumettez-le à nouveau"
            ),
        ));
    }
    Ok(())
}

/// Only leaves report, and only while there is work to report on.
fn takes_reports(ground: &Ground) -> Result<()> {
    if !REPORTING.contains(&ground.project.state.get()) {
        return Err(Error::refused(
            "STATE",
            say!(
                "a project reports while it is under way, suspended or completed",
                "un projet fait rapport tant qu'il est en cours, suspendu ou terminé"
            ),
        ));
    }
    if !ground.leaf {
        return Err(Error::refused(
            "AGG-5",
            say!(
                "the project has parts: they report, it does not",
                "le projet a des sous-projets : ce sont eux qui font rapport"
            ),
        ));
    }
    Ok(())
}

/// The period, which takes reports now (PRJ-25).
fn open_period(ground: &Ground, now: Micros) -> Result<&period::row::Model> {
    let period = ground.period.as_ref().ok_or_else(|| Error::required("report.reporting_period"))?;
    let period::row::Model { open, lock, .. } = period;
    match period::rules::state(period, ground.agreed.zone, now) {
        reporting_period::State::Open => Ok(period),
        reporting_period::State::Closed => Err(Error::refused(
            "PRJ-25",
            say!(
                "the period is closed (lock date {lock}): ask a coordinator to reopen it",
                "la période est fermée (verrouillage le {lock}) : demandez sa réouverture à un coordinateur"
            ),
        )),
        _ => Err(Error::refused(
            "STATE",
            say!(
                "the period is not open yet: reports are taken from {open} on",
                "la période n'est pas encore ouverte : les rapports sont reçus à partir du {open}"
            ),
        )),
    }
}

/// The day so many days after today.
pub(crate) fn days_after(zone: Zone, now: Micros, days: i32) -> Option<Day> {
    let days = chrono::Days::new(u64::try_from(days).unwrap_or_default());
    zone.day(now)?.checked_add_days(days).and_then(Day::of)
}

/// The worst of several ratings: what cannot be rated says nothing.
pub fn worst(ratings: impl IntoIterator<Item = Rating>) -> Coded<Rating> {
    let rank = |rating: &Rating| match rating {
        Rating::Red => 3,
        Rating::Amber => 2,
        Rating::Green => 1,
        Rating::NotRated | Rating::Unspecified => 0,
    };
    let worst = ratings.into_iter().max_by_key(rank).filter(|rating| rank(rating) > 0);
    worst.unwrap_or(Rating::NotRated).into()
}
