//! What may become of a commitment, and who sees it. Pure: rows, messages and a given now.

use std::sync::Arc;

use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::commitment::{Nature, State};
use proto::partners::commitment_delivery::State as Answer;

use super::allocations::within_the_pledge;
use super::deliveries;
use super::describe::describe;
use super::parts::{Turn, delivers, gives_and_administers, gives_or_leads, leads, plans, receives, turn};
use super::row::Model;
use crate::partnership;
use crate::partnership::describe::PARTNER;

/// The pattern of names.
pub const PATTERN: &str = "partnerships/{partnership}/commitments/{commitment}";
/// The states in which the partner that gives has bound itself: anyone may read them, and totals count them.
pub const BINDING: &[State] = &[State::Confirmed, State::Fulfilled, State::Defaulted];
const PLEDGED: &[State] = &[State::Pledged];
const CONFIRMED: &[State] = &[State::Confirmed];

/// The verbs of a commitment (domain §3.4). Who belongs to the partner that gives does not decide what of it has come (SEP-1).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ConfirmCommitment", PLEDGED, State::Confirmed, gives_and_administers).complete(),
    Transition::new("AllocateCommitment", PLEDGED, State::Pledged, plans),
    Transition::new("AllocateCommitment", CONFIRMED, State::Confirmed, plans),
    Transition::new("RecordDelivery", CONFIRMED, State::Confirmed, delivers),
    Transition::new("ReverseDelivery", CONFIRMED, State::Confirmed, delivers).guarded(something_recorded),
    Transition::new("ConfirmDelivery", CONFIRMED, State::Confirmed, receives)
        .decides()
        .guarded(something_to_answer),
    Transition::new("DisputeDelivery", CONFIRMED, State::Confirmed, receives)
        .decides()
        .guarded(something_to_answer),
    Transition::new("WaiveRemainder", CONFIRMED, State::Confirmed, receives).decides().guarded(may_be_waived),
    Transition::new("FulfilCommitment", CONFIRMED, State::Fulfilled, leads).decides().complete(),
    Transition::new("CancelCommitment", PLEDGED, State::Cancelled, gives_or_leads),
    Transition::new("CancelCommitment", CONFIRMED, State::Cancelled, gives_or_leads)
        .guarded(nothing_delivered),
    Transition::new("DefaultCommitment", CONFIRMED, State::Defaulted, coordinator).guarded(period_is_over),
]);

/// A row with nothing in it yet: pledged by a partner, under a partnership.
pub fn blank(partnership: &str, id: &str, uid: uuid::Uuid, now: Micros) -> Model {
    Model {
        name: format!("{partnership}/commitments/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Pledged.into(),
        state_reason: String::new(),
        turn: Turn::Giver as i32,
        turn_time: now,
        partnership: partnership.to_owned(),
        partner: String::new(),
        recipient: String::new(),
        resource_type: String::new(),
        nature: Default::default(),
        description: Default::default(),
        unit: String::new(),
        currency: String::new(),
        pledged: String::new(),
        recorded: "0".to_owned(),
        confirmed: "0".to_owned(),
        waived: String::new(),
        estimate: Default::default(),
        period_start: None,
        period_end: None,
        agreement: String::new(),
        allocations: Default::default(),
        projects: Default::default(),
        deliveries: Default::default(),
        waive_reason: String::new(),
        variance_reason: String::new(),
        origin: Origin::Registered.into(),
        external_reference: String::new(),
        within: None,
    }
}

/// A new commitment, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(parent: &str, id: &str, draft: &pb::Commitment, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "commitment_id", id, 'c')?;
    let mut commitment = blank(parent, &id, uid, call.now);
    wrong.require("commitment.partner", !draft.partner.is_empty());
    wrong.reference("commitment.partner", PARTNER, &draft.partner)?;
    commitment.partner.clone_from(&draft.partner);
    wrong.check(describe(&mut commitment, draft).map_err(|error| error.under("commitment")))?;
    wrong.finish()?;
    Ok(commitment)
}

/// A commitment as it was found in the world, in the state that it has there (BEY-8): what the rules would have asked for
/// stands in its gaps.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn found(
    within: &Arc<partnership::row::Model>,
    id: &str,
    draft: &pb::Commitment,
    state: State,
    now: Micros,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "commitment_id", id, 'c')?;
    let mut commitment = blank(&within.name, &id, uid, now);
    wrong.require("partner", !draft.partner.is_empty());
    wrong.reference("partner", PARTNER, &draft.partner)?;
    commitment.partner.clone_from(&draft.partner);
    commitment.origin = Origin::Imported.into();
    wrong.check(describe(&mut commitment, draft))?;
    wrong.finish()?;
    commitment.state = state.into();
    commitment.within = Some(Arc::clone(within));
    turn(&mut commitment, now);
    Ok(commitment)
}

/// Looks at a new commitment where it is made.
///
/// # Errors
/// `PERMISSION_DENIED` for who neither gives nor leads; `FAILED_PRECONDITION` when the partnership has ended;
/// `INVALID_ARGUMENT` for who is no member.
pub fn pledge(commitment: &mut Model, call: &Call) -> Result<()> {
    use proto::partners::partnership::State as Partnership;
    call.caller.must(plans(&call.caller, commitment), &commitment.partnership)?;
    let Some(within) = commitment.within.clone() else { return Err(Error::internal("no partnership")) };
    if !matches!(within.state.get(), Partnership::Forming | Partnership::Active) {
        return Err(Error::refused(
            "STATE",
            say!("the partnership has ended", "le partenariat est clos ou abandonné"),
        ));
    }
    let mut wrong = Violations::default();
    member(&mut wrong, "commitment.partner", &within, &commitment.partner);
    member(&mut wrong, "commitment.recipient", &within, &commitment.recipient);
    wrong.finish()
}

fn member(wrong: &mut Violations, field: &str, within: &partnership::row::Model, partner: &str) {
    if !partner.is_empty() && !within.has_member(partner) {
        wrong.add(
            field,
            say!(
                "it is not a member of the partnership today: add it first",
                "elle n'est pas membre du partenariat aujourd'hui : ajoutez-la d'abord"
            ),
        );
    }
}

/// Changes a commitment to what the draft says, until it is confirmed.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` once it is confirmed, or citing PAR-16.
pub fn update(commitment: &mut Model, draft: &pb::Commitment, _: &Call) -> Result<()> {
    if commitment.state != State::Pledged {
        return Err(Error::refused(
            "STATE",
            say!(
                "only a commitment that is not confirmed yet changes: cancel it and pledge anew, or record what came",
                "seul un engagement non confirmé se modifie : annulez-le et promettez à nouveau, ou enregistrez ce qui est venu"
            ),
        ));
    }
    let before = (commitment.nature, commitment.currency.clone(), commitment.unit.clone());
    describe(commitment, draft).map_err(|error| error.under("commitment"))?;
    let mut wrong = Violations::default();
    if let Some(within) = &commitment.within {
        member(&mut wrong, "commitment.recipient", within, &commitment.recipient);
    }
    wrong.finish()?;
    let measured = (commitment.nature, commitment.currency.clone(), commitment.unit.clone());
    if !commitment.allocations.is_empty() && measured != before {
        return Err(Error::refused(
            "PAR-16",
            say!(
                "projects have a part of it in the other measure: take their allocations back first",
                "des projets en ont une part dans l'autre mesure : retirez d'abord leurs affectations"
            ),
        ));
    }
    within_the_pledge(commitment)
}

fn something_recorded(commitment: &Model, _: Micros) -> Result<()> {
    match deliveries::standing(&commitment.deliveries).next() {
        Some(_) => Ok(()),
        None => Err(Error::refused(
            "PAR-17",
            say!("no delivery is recorded to take back", "aucune livraison enregistrée à annuler"),
        )),
    }
}

fn something_to_answer(commitment: &Model, _: Micros) -> Result<()> {
    let open = |line: &pb::CommitmentDelivery| line.state() != Answer::Confirmed;
    match deliveries::standing(&commitment.deliveries).any(open) {
        true => Ok(()),
        false => Err(Error::refused(
            "BEY-2",
            say!("no delivery waits for an answer", "aucune livraison n'attend de réponse"),
        )),
    }
}

/// Nothing waits for an answer, and something is left to do without (BEY-2).
fn may_be_waived(commitment: &Model, _: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("BEY-2", why));
    if deliveries::standing(&commitment.deliveries).any(|line| line.state() == Answer::Recorded) {
        return refuse(say!(
            "a delivery waits for your answer: confirm or dispute it first",
            "une livraison attend votre réponse : confirmez-la ou contestez-la d'abord"
        ));
    }
    if commitment.remaining().is_zero() {
        return refuse(say!("nothing is left to come", "il ne reste rien à recevoir"));
    }
    Ok(())
}

fn nothing_delivered(commitment: &Model, _: Micros) -> Result<()> {
    match deliveries::standing(&commitment.deliveries).next() {
        None => Ok(()),
        Some(_) => Err(Error::refused(
            "COMMITMENT_DELIVERED",
            say!(
                "something was delivered: reverse it first, or let the receiver waive the rest",
                "une livraison a eu lieu : annulez-la d'abord, ou faites abandonner le reste par qui reçoit"
            ),
        )),
    }
}

fn period_is_over(commitment: &Model, _: Micros) -> Result<()> {
    let today = commitment.today()?;
    match commitment.period_end {
        Some(end) if end < today => Ok(()),
        Some(end) => {
            Err(Error::refused("COMMITMENT_PERIOD", say!("it runs until {end}", "il court jusqu'au {end}")))
        }
        None => Err(Error::refused(
            "COMMITMENT_PERIOD",
            say!("nobody said when it ends", "sa date de fin n'est pas connue"),
        )),
    }
}

/// Confirms a commitment: it binds.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn confirm(commitment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("ConfirmCommitment", commitment, call)?;
    turn(commitment, call.now);
    Ok(())
}

/// Says that a commitment is kept: only what the receiver has confirmed or waived counts (PAR-19, BEY-2).
///
/// # Errors
/// As [`Lifecycle::take`]; `FAILED_PRECONDITION` citing PAR-19 where less has come and no reason is given.
pub fn fulfil(commitment: &mut Model, variance_reason: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("FulfilCommitment", commitment, call)?;
    let variance_reason = chassis::text::plain("variance_reason", variance_reason, 2000)?;
    if variance_reason.is_empty() && !commitment.remaining().is_zero() {
        return Err(Error::refused(
            "PAR-19",
            say!(
                "less was confirmed than was pledged: have the rest confirmed or waived, or say why (variance_reason)",
                "il a été confirmé moins que promis : faites confirmer ou abandonner le reste, ou dites pourquoi (variance_reason)"
            ),
        ));
    }
    commitment.variance_reason = variance_reason;
    turn(commitment, call.now);
    Ok(())
}

/// Ends a commitment by a verb that asks for a reason.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn end(method: &'static str, commitment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, commitment, call)?;
    call.reason_required()?.clone_into(&mut commitment.state_reason);
    turn(commitment, call.now);
    Ok(())
}

/// What an imported commitment still lacks (BEY-8).
pub fn gaps(commitment: &Model) -> Vec<Gap> {
    let open = matches!(commitment.state.get(), State::Pledged | State::Confirmed);
    if commitment.origin != Origin::Imported || !open {
        return Vec::new();
    }
    let gap = |field, missing: bool, what| missing.then_some(Gap { field, rule: "COMMITMENT_FIELDS", what });
    [
        gap(
            "description",
            commitment.description.translations.is_empty(),
            say!("say what it is", "dites ce que c'est"),
        ),
        gap(
            "resource_type",
            commitment.resource_type.is_empty(),
            say!("say what kind of resource it is", "précisez le type de ressource"),
        ),
        gap(
            "quantity",
            commitment.pledged().is_zero(),
            say!("say how much it is", "précisez la quantité ou le montant"),
        ),
        gap(
            "unit",
            commitment.nature != Nature::Cash && commitment.unit.is_empty(),
            say!("say in what unit", "précisez l'unité"),
        ),
        gap(
            "period",
            commitment.period_start.is_none() || commitment.period_end.is_none(),
            say!("say from when until when", "précisez la période"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
