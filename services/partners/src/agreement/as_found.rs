//! Agreements as they were found in the world (BEY-8): what they lack, and how it is filled in. Pure.

use std::sync::Arc;

use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::{name, say};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::agreement::{Kind, RenewalMode, State};

use super::clock::{bind, settle};
use super::describe::{ITEMS, describe};
use super::row::Model;
use super::rules::blank;
use crate::partnership;

/// An agreement as it was found in the world, in the state that it has there (BEY-8): what the rules would have asked for
/// stands in its gaps. The calendar says what has become since of one that was signed.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn found(
    within: &Arc<partnership::row::Model>,
    id: &str,
    draft: &pb::Agreement,
    state: State,
    now: Micros,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "agreement_id", id, 'a')?;
    let mut agreement = blank(&within.name, &id, uid, now);
    agreement.origin = Origin::Imported.into();
    wrong.check(describe(&mut agreement, draft))?;
    wrong.finish()?;
    agreement.state = state.into();
    agreement.within = Some(Arc::clone(within));
    // Of one that ended before its last day, only who knows when says the days that it was in force.
    let ended = state == State::Terminated && draft.termination.is_some();
    if ended {
        agreement.termination = draft.termination.clone().unwrap_or_default().into();
    }
    if ended || matches!(state, State::Signed | State::InForce | State::Expired) {
        take_up(&mut agreement)?;
    }
    Ok(agreement)
}

/// From its period on, the calendar says what becomes of an imported agreement.
fn take_up(agreement: &mut Model) -> Result<()> {
    agreement.signed_end = agreement.period_end;
    agreement.in_force = agreement.period_start.filter(|_| agreement.period_end.is_some());
    bind(agreement);
    let today = agreement.today()?;
    settle(agreement, today);
    Ok(())
}

/// Fills in what an imported agreement lacks, also where all have signed; what it says already stays (BEY-8).
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` where it says something else already.
pub(super) fn fill(agreement: &mut Model, draft: &pb::Agreement) -> Result<()> {
    let missing: Vec<&str> = gaps(agreement).iter().map(|gap| gap.field).collect();
    let before = agreement.clone();
    describe(agreement, draft).map_err(|error| error.under("agreement"))?;
    // A draft says nothing of signatures: whoever signed elsewhere has not signed here.
    for (party, known) in agreement.parties.0.iter_mut().zip(before.parties.iter()) {
        party.signature.clone_from(&known.signature);
    }
    let was: pb::Agreement = before.clone().into();
    let changed = chassis::mask::differing(&was, &agreement.clone().into())?;
    let may = |field: &String| match field.as_str() {
        "parties" => false,
        "gaps" | "days_to_expiry" => true,
        "max_tacit_renewals" => missing.contains(&"renewal_mode"),
        field => missing.contains(&field),
    };
    let moved = before.period_start.is_some() && before.period_start != agreement.period_start;
    if moved || !changed.iter().all(may) {
        return Err(signed());
    }
    if before.in_force.is_none() {
        take_up(agreement)?;
    }
    Ok(())
}

/// Takes over what the source of an imported agreement says anew (BEY-8): the draft holds what nobody has changed here. Until
/// somebody has taken it up, the calendar begins again with another period.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` where people have taken it up.
pub fn learn(agreement: &mut Model, draft: &pb::Agreement, newly_signed: bool) -> Result<()> {
    let settled = [State::Draft, State::Signed, State::InForce, State::Expired];
    let taken_up = agreement.parties.iter().any(|party| party.signature.is_some())
        || !agreement.successor.is_empty()
        || !settled.contains(&agreement.state.get());
    if taken_up {
        return Err(Error::refused(
            "STATE",
            say!(
                "it was taken up here since: amend or renew it here, if the source is right",
                "il a été repris en main ici depuis : faites un avenant ou renouvelez-le ici, si la source a raison"
            ),
        ));
    }
    let before = (agreement.period_start, agreement.period_end);
    describe(agreement, draft)?;
    if newly_signed
        || (agreement.in_force.is_some() && before != (agreement.period_start, agreement.period_end))
    {
        (agreement.tacit_renewals, agreement.reminded) = (0, 0);
        agreement.state = State::Signed.into();
        take_up(agreement)?;
    } else if agreement.in_force.is_some() {
        let today = agreement.today()?;
        bind(agreement);
        settle(agreement, today);
    }
    Ok(())
}

/// What was signed does not change.
pub(super) fn signed() -> Error {
    Error::refused(
        "STATE",
        say!(
            "what was signed does not change: amend or renew it",
            "ce qui est signé ne change plus : faites un avenant ou renouvelez-le"
        ),
    )
}

/// What an imported agreement still lacks (BEY-8).
pub fn gaps(agreement: &Model) -> Vec<Gap> {
    if agreement.origin != Origin::Imported || agreement.state == State::Cancelled {
        return Vec::new();
    }
    let gap = |field, missing: bool, what| missing.then_some(Gap { field, rule: "AGREEMENT_FIELDS", what });
    let unsigned =
        agreement.in_force.is_some() && agreement.parties.iter().any(|party| party.signature.is_none());
    let nobody = agreement.state == State::Draft
        && agreement.parties.iter().any(|party| party.signatory_title.is_empty());
    [
        gap(
            "kind",
            agreement.kind == Kind::Unspecified,
            say!("say what kind of agreement it is", "précisez la nature de l'accord"),
        ),
        gap(
            "period",
            agreement.period_start.is_none() || agreement.period_end.is_none(),
            say!("say from when until when", "précisez la période"),
        ),
        gap(
            "renewal_mode",
            agreement.renewal_mode == RenewalMode::Unspecified,
            say!("say what follows its end", "dites ce qui suit son terme"),
        ),
        gap(
            "document",
            agreement.document.sha256.is_empty(),
            say!("give its document, and the hash of it", "donnez son document et l'empreinte de celui-ci"),
        ),
        gap(
            "contents",
            agreement.contents.len() < ITEMS,
            say!("answer the checklist", "répondez à la liste de contrôle"),
        ),
        gap(
            "parties",
            unsigned,
            say!(
                "nobody's signature is attested: sign a renewal here",
                "aucune signature attestée : signez un renouvellement ici"
            ),
        ),
        gap(
            "parties",
            nobody,
            say!("say in what office each party signs", "précisez la qualité du signataire de chaque partie"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
