//! What may become of an evaluation. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use peers::PARTNER;
use proto::businessmodels as pb;
use proto::businessmodels::evaluation::State;

use super::describe::describe;
use super::row::Model;
use crate::business_model::revision;

/// The pattern of names.
pub const PATTERN: &str = "businessModels/{business_model}/evaluations/{evaluation}";

/// The verbs of an evaluation (domain §5.2).
pub const LIFECYCLE: Lifecycle<Model> =
    Lifecycle(&[Transition::new("SubmitEvaluation", &[State::Draft], State::Submitted, administers)
        .guarded(may_count)]);

fn administers(caller: &Caller, evaluation: &Model) -> bool {
    caller.administers(&evaluation.evaluator_partner)
}

/// Who may draft one for this partner.
pub fn may_write(caller: &Caller, partner: &str) -> bool {
    caller.has_in(partner, &[Role::PartnerAdmin, Role::Reporter])
}

/// Who may change it.
pub fn may_update(caller: &Caller, evaluation: &Model) -> bool {
    may_write(caller, &evaluation.evaluator_partner)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(evaluation: &Model) -> &'static str {
    match evaluation.state.get() {
        State::Draft => "PARTNER",
        State::Unspecified | State::Submitted => "NOBODY",
    }
}

/// A new evaluation, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(parent: &str, id: &str, draft: &pb::Evaluation, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "evaluation_id", id, 'v')?;
    wrong.require("evaluation.evaluator_partner", !draft.evaluator_partner.is_empty());
    wrong.reference("evaluation.evaluator_partner", PARTNER, &draft.evaluator_partner)?;
    let of = "evaluation.business_model_revision";
    wrong.require(of, !draft.business_model_revision.is_empty());
    wrong.reference(of, revision::PATTERN, &draft.business_model_revision)?;
    if !draft.business_model_revision.starts_with(&format!("{parent}/")) {
        wrong.add(of, say!("expected a revision of {parent}", "révision de {parent} attendue"));
    }
    let mut evaluation = Model {
        name: format!("{parent}/evaluations/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        business_model: parent.to_owned(),
        evaluator_partner: draft.evaluator_partner.clone(),
        business_model_revision: draft.business_model_revision.clone(),
        scores: Default::default(),
        conflicts_declared: String::new(),
        makers: Default::default(),
    };
    wrong.check(describe(&mut evaluation, draft).map_err(|error| error.under("evaluation")))?;
    wrong.finish()?;
    Ok(evaluation)
}

/// Changes a draft to what is said.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` once it was submitted.
pub fn update(evaluation: &mut Model, draft: &pb::Evaluation, _: &Call) -> Result<()> {
    describe(evaluation, draft).map_err(|error| error.under("evaluation"))?;
    match evaluation.state.get() {
        State::Draft => Ok(()),
        State::Submitted | State::Unspecified => Err(Error::refused(
            "STATE",
            say!("a submitted evaluation does not change", "une évaluation soumise ne change plus"),
        )),
    }
}

/// Submits an evaluation.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn submit(evaluation: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("SubmitEvaluation", evaluation, call)?;
    evaluation.state_time = call.now;
    Ok(())
}

/// Whoever made a model does not evaluate it.
///
/// # Errors
/// `FAILED_PRECONDITION`.
pub fn independent(evaluation: &Model) -> Result<()> {
    let evaluator = &evaluation.evaluator_partner;
    if !evaluation.makers.contains(evaluator) {
        return Ok(());
    }
    Err(Error::refused(
        "EVALUATOR_INDEPENDENT",
        say!(
            "{evaluator} makes the model: others evaluate it",
            "{evaluator} prend part au modèle : d'autres l'évaluent"
        ),
    ))
}

fn may_count(evaluation: &Model, _: Micros) -> Result<()> {
    independent(evaluation)?;
    if evaluation.scores.is_empty() {
        return Err(Error::refused(
            "BM-7",
            say!("score one criterion at least", "notez au moins un critère"),
        ));
    }
    Ok(())
}
