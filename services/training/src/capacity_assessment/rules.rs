//! What may become of a capacity assessment. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, overseer};
use chassis::{Call, name, say};
use chrono::Months;
use proto::training as pb;
use proto::training::capacity_assessment::{Method, State};
use proto::training::validate_capacity_assessment_request::Decision;

use super::describe::{describe, is_territory};
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "capacityAssessments/{capacity_assessment}";
/// So many months lie between two that are compared (TRN-17).
const APART: u32 = 6;

/// The verbs of a capacity assessment (domain §6.7).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("SubmitCapacityAssessment", &[State::Draft], State::Submitted, submits),
    Transition::new("SubmitCapacityAssessment", &[State::Draft], State::Validated, submits),
    Transition::new("ValidateCapacityAssessment", &[State::Submitted], State::Validated, overseer).decides(),
    Transition::new("ValidateCapacityAssessment", &[State::Submitted], State::Draft, overseer).decides(),
]);

/// The administrators of the partner whose it is.
fn submits(caller: &Caller, assessment: &Model) -> bool {
    caller.administers(&assessment.partner)
}

/// They, and its reporters.
pub fn drafts(caller: &Caller, assessment: &Model) -> bool {
    may_draft(caller, &assessment.partner)
}

/// Who drafts in a partner's name.
pub fn may_draft(caller: &Caller, partner: &str) -> bool {
    caller.has_in(partner, &[Role::PartnerAdmin, Role::Reporter])
}

/// Anyone may read a valid one of a territory; what an organisation lacks is its own to tell.
pub fn is_public(assessment: &Model) -> bool {
    assessment.state == State::Validated && is_territory(&assessment.subject)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(assessment: &Model) -> &'static str {
    match assessment.state.get() {
        State::Draft => "PARTNER",
        State::Submitted => "REVIEWER",
        State::Unspecified | State::Validated => "NOBODY",
    }
}

/// The ratings with their gaps, and what is better than before (TRN-17).
pub fn told(assessment: &Model) -> Vec<pb::CapacityRating> {
    let before = |rating: &pb::CapacityRating| {
        let ratings = assessment.before.as_ref().map(|before| before.ratings.as_slice()).unwrap_or_default();
        ratings.iter().find(|known| cell(known) == cell(rating)).map(|known| known.existing)
    };
    let one = |rating: &pb::CapacityRating| pb::CapacityRating {
        gap: rating.desired - rating.existing,
        improvement: before(rating).map(|before| rating.existing - before),
        ..rating.clone()
    };
    assessment.ratings.iter().map(one).collect()
}

/// What a rating is of.
pub fn cell(rating: &pb::CapacityRating) -> (&str, &str) {
    (&rating.core_issue, &rating.functional_capacity)
}

/// A new assessment, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::CapacityAssessment, today: Day, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "capacity_assessment_id", id, 'c')?;
    let mut assessment = Model {
        name: format!("capacityAssessments/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        state_reason: String::new(),
        subject: draft.subject.clone(),
        partner: draft.partner.clone(),
        level: Default::default(),
        assessment_date: today,
        method: Default::default(),
        ratings: Default::default(),
        priorities: Default::default(),
        previous: String::new(),
        before: None,
    };
    let described = describe(&mut assessment, draft, today);
    wrong.check(described.map_err(|error| error.under("capacity_assessment")))?;
    wrong.finish()?;
    Ok(assessment)
}

/// Changes a draft.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when it is no draft.
pub fn update(assessment: &mut Model, draft: &pb::CapacityAssessment, today: Day) -> Result<()> {
    describe(assessment, draft, today).map_err(|error| error.under("capacity_assessment"))?;
    match assessment.state.get() {
        State::Draft => Ok(()),
        _ => Err(Error::refused(
            "STATE",
            say!("only a draft changes", "seul un diagnostic en préparation se modifie"),
        )),
    }
}

/// What an assessment is compared with is valid, of the same subject and level, and lies six months before (TRN-17).
///
/// # Errors
/// `INVALID_ARGUMENT` on `previous`.
pub fn follows(assessment: &Model, previous: Option<&Model>) -> Result<()> {
    let field = "capacity_assessment.previous";
    let wrong = |why| Err(Error::invalid(field, why));
    let Some(previous) = previous
        .filter(|previous| (&previous.subject, previous.level) == (&assessment.subject, assessment.level))
    else {
        return wrong(say!(
            "no assessment of the same subject and level",
            "aucun diagnostic du même sujet et du même niveau"
        ));
    };
    if previous.state != State::Validated {
        return wrong(say!("it is not validated", "il n'est pas validé"));
    }
    let earliest = previous.assessment_date.checked_add_months(Months::new(APART)).and_then(Day::of);
    if earliest.is_none_or(|earliest| assessment.assessment_date < earliest) {
        return wrong(say!(
            "six months lie between two that are compared (TRN-17)",
            "six mois séparent deux diagnostics comparés (TRN-17)"
        ));
    }
    Ok(())
}

/// Submits an assessment: one that was made by the organisation itself is valid as such.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn submit(assessment: &mut Model, call: &Call) -> Result<()> {
    let to = if assessment.method == Method::Self_ { State::Validated } else { State::Submitted };
    LIFECYCLE.take_to("SubmitCapacityAssessment", to, assessment, call)?;
    assessment.state_time = call.now;
    assessment.state_reason.clear();
    Ok(())
}

/// Validates an assessment, or returns it.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a decision, or without a reason to return it.
pub fn validate(assessment: &mut Model, decision: Decision, call: &Call) -> Result<()> {
    let to = if decision == Decision::Validate { State::Validated } else { State::Draft };
    LIFECYCLE.take_to("ValidateCapacityAssessment", to, assessment, call)?;
    match decision {
        Decision::Unspecified => return Err(Error::required("decision")),
        Decision::Return => drop(call.reason_required()?),
        Decision::Validate => {}
    }
    assessment.state_time = call.now;
    assessment.state_reason.clone_from(&call.reason);
    Ok(())
}

/// The day of an instant, as assessments are dated.
///
/// # Errors
/// When the clock shows no day.
pub fn today(now: Micros) -> Result<Day> {
    chassis::clock::Zone::UTC.day(now).ok_or_else(|| Error::internal("the clock shows no day"))
}
