//! What may become of a business model. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator, overseer};
use chassis::{Call, name, say};
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::review_business_model_request::Decision;
use proto::common::Origin;

use super::describe::describe;
use super::lacking::whole;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "businessModels/{business_model}";

/// The verbs of a business model (domain §5.1).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("SubmitBusinessModel", &[State::Draft, State::Returned], State::Submitted, administers)
        .guarded(whole),
    Transition::new("ReviewBusinessModel", &[State::Submitted], State::Published, overseer)
        .decides()
        .guarded(whole),
    Transition::new("ReviewBusinessModel", &[State::Submitted], State::Returned, overseer).decides(),
    Transition::new("PublishBusinessModel", &[State::Submitted], State::Published, coordinator)
        .decides()
        .guarded(whole),
    Transition::new("ReviseBusinessModel", &[State::Published], State::Draft, administers),
    Transition::new("ArchiveBusinessModel", &[State::Published], State::Archived, administers_or_coordinates),
]);

fn administers(caller: &Caller, model: &Model) -> bool {
    caller.administers(&model.owner_partner)
}

fn administers_or_coordinates(caller: &Caller, model: &Model) -> bool {
    caller.is(Role::Coordinator) || administers(caller, model)
}

/// Who may draft a model of this partner.
pub fn may_write(caller: &Caller, owner: &str) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(owner)
}

/// Who may change it.
pub fn may_update(caller: &Caller, model: &Model) -> bool {
    may_write(caller, &model.owner_partner)
}

/// Who reads what is being written: the members of the partners that make it, and those who oversee the network.
pub fn looks_in(caller: &Caller, model: &Model) -> bool {
    caller.oversees()
        || caller.belongs_to(&model.owner_partner)
        || model.contributors.iter().any(|partner| caller.belongs_to(partner))
}

/// Whose turn it is (BEY-5).
pub fn awaiting(model: &Model) -> &'static str {
    match model.state.get() {
        State::Draft | State::Returned => "PARTNER",
        State::Submitted => "REVIEWER",
        State::Unspecified | State::Published | State::Archived => "NOBODY",
    }
}

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: &str, now: Micros) -> Model {
    Model {
        name: format!("businessModels/{id}"),
        uid: uid.to_owned(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_time: now,
        state_reason: String::new(),
        title: Default::default(),
        summary: Default::default(),
        owner_partner: String::new(),
        contributors: Default::default(),
        territories: Default::default(),
        needs: Default::default(),
        recommendations: Default::default(),
        maturity: Default::default(),
        canvas: Default::default(),
        costs: Default::default(),
        revenues: Default::default(),
        finance: Default::default(),
        contract: Default::default(),
        data_regime: Default::default(),
        data_justification: String::new(),
        licence: String::new(),
        evidence: Default::default(),
        sdg_goals: Default::default(),
        country_codes: Default::default(),
        website: String::new(),
        derived_from: Default::default(),
        published_number: 0,
        publish_time: None,
        review_due: None,
        origin: Origin::Registered.into(),
        external_reference: String::new(),
        published: None,
        said: Default::default(),
    }
}

/// A new business model, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::BusinessModel, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "business_model_id", id, 'b')?;
    let mut model = blank(&id, &uid.to_string(), call.now);
    wrong.check(describe(&mut model, draft).map_err(|error| error.under("business_model")))?;
    wrong.finish()?;
    Ok(model)
}

/// Changes a draft to what is said.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when it is published (BM-6), under review or archived.
pub fn update(model: &mut Model, draft: &pb::BusinessModel, _: &Call) -> Result<()> {
    describe(model, draft).map_err(|error| error.under("business_model"))?;
    let (rule, why) = match model.state.get() {
        State::Draft | State::Returned => return Ok(()),
        State::Published => (
            "BM-6",
            say!(
                "what is published does not change: revise it first (ReviseBusinessModel)",
                "ce qui est publié ne change pas : révisez-le d'abord (ReviseBusinessModel)"
            ),
        ),
        State::Submitted => (
            "STATE",
            say!(
                "it is being reviewed: change it once it is returned or published",
                "il est en relecture : modifiez-le une fois renvoyé ou publié"
            ),
        ),
        State::Archived | State::Unspecified => {
            ("STATE", say!("an archived model does not change", "un modèle archivé ne change plus"))
        }
    };
    Err(Error::refused(rule, why))
}

/// Sends a draft to review, which is to answer until a day (BEY-5).
///
/// # Errors
/// As [`Lifecycle::take`]; BM-1 and BM-5 for what it lacks.
pub fn submit(model: &mut Model, due: Option<Day>, call: &Call) -> Result<()> {
    take("SubmitBusinessModel", model, call)?;
    model.review_due = due;
    Ok(())
}

/// Publishes a model, or returns it; the comment is the call's reason.
///
/// # Errors
/// As [`Lifecycle::take_to`]; `INVALID_ARGUMENT` without a decision, or without the comment that a return needs.
pub fn review(model: &mut Model, decision: Decision, call: &Call) -> Result<()> {
    let to = if decision == Decision::Return { State::Returned } else { State::Published };
    LIFECYCLE.take_to("ReviewBusinessModel", to, model, call)?;
    match decision {
        Decision::Unspecified => return Err(Error::required("decision")),
        Decision::Return if call.reason.is_empty() => return Err(Error::required("comment")),
        Decision::Return => moved(model, call),
        Decision::Approve => published(model, call),
    }
    Ok(())
}

/// Publishes a submitted model.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn publish(model: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("PublishBusinessModel", model, call)?;
    published(model, call);
    Ok(())
}

/// Opens a published model for its next revision (BM-6).
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn revise(model: &mut Model, call: &Call) -> Result<()> {
    take("ReviseBusinessModel", model, call)
}

/// Archives a published model.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn archive(model: &mut Model, call: &Call) -> Result<()> {
    take("ArchiveBusinessModel", model, call)?;
    call.reason_required().map(drop)
}

fn take(method: &'static str, model: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, model, call)?;
    moved(model, call);
    Ok(())
}

fn moved(model: &mut Model, call: &Call) {
    model.state_time = call.now;
    model.state_reason.clone_from(&call.reason);
    model.review_due = None;
}

fn published(model: &mut Model, call: &Call) {
    moved(model, call);
    model.published_number += 1;
    model.publish_time = Some(call.now);
}
