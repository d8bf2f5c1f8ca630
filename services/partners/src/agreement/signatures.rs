//! Proposing, signing, declining: a signed text has all signatures, and of one document. Pure.

use std::collections::BTreeSet;

use chassis::auth::Role;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::{Call, say, value};
use proto::partners as pb;
use proto::partners::agreement::State;

use super::clock::{bind, settle};
use super::describe::ITEMS;
use super::parts::{speaking_for, speaks};
use super::row::Model;
use super::rules::LIFECYCLE;

/// The checklist is answered, the document has a hash, its period is not over, and every party takes part today.
pub(super) fn may_be_proposed(agreement: &Model, _: Micros) -> Result<()> {
    let items: BTreeSet<i32> = agreement.contents.iter().map(|content| content.item).collect();
    if items.len() < ITEMS {
        return Err(Error::refused(
            "AGREEMENT_CONTENTS",
            say!(
                "answer all 12 items of the checklist first (contents)",
                "répondez d'abord aux 12 rubriques de la liste de contrôle (contents)"
            ),
        ));
    }
    if agreement.document.sha256.is_empty() {
        return Err(Error::refused(
            "AGREEMENT_DOCUMENT",
            say!(
                "give the document to sign, and its SHA-256 (document.sha256)",
                "donnez le document à signer et son empreinte SHA-256 (document.sha256)"
            ),
        ));
    }
    not_over(agreement)?;
    let Some(within) = &agreement.within else { return Err(Error::internal("no partnership")) };
    for party in agreement.parties.iter() {
        let active = within.facts.members.get(&party.partner).is_some_and(|who| who.active);
        if !active || !within.has_member(&party.partner) {
            return Err(Error::refused(
                "AGREEMENT_PARTIES",
                say!(
                    "{partner} is not an active member of the partnership today: add it, or take it out of the parties",
                    "{partner} n'est pas aujourd'hui membre actif du partenariat : ajoutez-la, ou retirez-la des parties",
                    partner = party.partner
                ),
            )
            .about("partner", party.partner.as_str()));
        }
    }
    Ok(())
}

fn not_over(agreement: &Model) -> Result<()> {
    let today = agreement.today()?;
    match agreement.period_end {
        Some(end) if today <= end => Ok(()),
        _ => Err(Error::refused(
            "AGREEMENT_PERIOD",
            say!("its period is over: give it another", "sa période est passée : donnez-lui-en une autre"),
        )),
    }
}

/// Takes all signatures back.
pub(super) fn clear(agreement: &mut Model, now: Micros) {
    for party in agreement.parties.0.iter_mut() {
        party.signature = None;
    }
    agreement.turn_time = now;
}

/// Puts an agreement to its parties.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take).
pub fn propose(agreement: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("ProposeAgreement", agreement, call)?;
    clear(agreement, call.now);
    agreement.state_reason.clear();
    Ok(())
}

/// Signs for a party; what all have signed is in force from its first day on, or from today.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take); `INVALID_ARGUMENT` for who is no party, or no hash;
/// `FAILED_PRECONDITION` for another document, for a second signature, or after its period.
pub fn sign(agreement: &mut Model, said: &pb::SignAgreementRequest, call: &Call) -> Result<()> {
    if call.caller.is(Role::Coordinator) && speaks(&call.caller, agreement) {
        return Err(Error::refused(
            "SEP-3",
            say!(
                "you coordinate the network: another administrator of the party signs",
                "vous coordonnez le réseau : un autre administrateur de la partie doit signer"
            ),
        ));
    }
    LIFECYCLE.take("SignAgreement", agreement, call)?;
    let party = speaking_for(&call.caller, agreement, &said.partner)?;
    let document_sha256 = value::sha256("document_sha256", &said.document_sha256)?;
    if document_sha256 != agreement.document.sha256 {
        return Err(Error::refused(
            "AGREEMENT_DOCUMENT",
            say!(
                "that is not the document that was proposed: read it again, and sign that one",
                "ce n'est pas le document proposé : relisez-le et signez celui-là"
            ),
        ));
    }
    not_over(agreement)?;
    let today = agreement.today()?;
    let signature = &mut agreement.parties.0[party].signature;
    if signature.is_some() {
        return Err(Error::refused(
            "AGREEMENT_SIGNED",
            say!("that party has signed already", "cette partie a déjà signé"),
        ));
    }
    *signature = Some(pb::AgreementSignature {
        user: call.caller.subject.clone(),
        sign_time: Some(call.now.to_timestamp()),
        document_sha256,
    });
    agreement.turn_time = call.now;
    if agreement.waiting().next().is_none() {
        agreement.state = State::Signed.into();
        agreement.signed_end = agreement.period_end;
        agreement.in_force = Some(agreement.period_start.map_or(today, |start| start.max(today)));
        bind(agreement);
        settle(agreement, today);
    }
    Ok(())
}

/// Declines to sign for a party.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take); `INVALID_ARGUMENT` without a reason, or for who is no party.
pub fn decline(agreement: &mut Model, partner: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("DeclineAgreement", agreement, call)?;
    speaking_for(&call.caller, agreement, partner)?;
    call.reason_required()?.clone_into(&mut agreement.state_reason);
    clear(agreement, call.now);
    Ok(())
}

/// Takes a proposed agreement back.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take).
pub fn recall(agreement: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("RecallAgreement", agreement, call)?;
    agreement.state_reason.clone_from(&call.reason);
    clear(agreement, call.now);
    Ok(())
}
