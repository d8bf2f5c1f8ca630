//! What may become of an agreement. Pure: rows, messages and a given now.

use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say, value};
use proto::common::{Evidence, Origin};
use proto::partners as pb;
use proto::partners::agreement::{Kind, RenewalMode, State, SuccessionKind};

use super::as_found::{fill, signed};
pub use super::as_found::{found, gaps};
use super::clock::{self, bind, later, settle};
use super::describe::describe;
use super::parts::{ends, leads, signs, speaker, speaking_for, speaks, writes};
use super::row::Model;
use super::{signatures, succession};

/// The pattern of names.
pub const PATTERN: &str = "partnerships/{partnership}/agreements/{agreement}";
/// The states in which anyone may read it: all have signed.
pub const PUBLIC: &[State] =
    &[State::Signed, State::InForce, State::Expired, State::Terminated, State::Superseded];
const DRAFT: &[State] = &[State::Draft];
const PENDING: &[State] = &[State::PendingSignature];
const IN_FORCE: &[State] = &[State::InForce];

/// The verbs of an agreement (domain §3.3); the rest is the calendar's ([`clock::settle`]).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ProposeAgreement", DRAFT, State::PendingSignature, leads)
        .complete()
        .guarded(signatures::may_be_proposed),
    Transition::new("SignAgreement", PENDING, State::PendingSignature, signs),
    Transition::new("DeclineAgreement", PENDING, State::Draft, speaks),
    Transition::new("RecallAgreement", PENDING, State::Draft, leads),
    Transition::new("TerminateAgreement", IN_FORCE, State::InForce, ends).guarded(runs_on),
    Transition::new("RenewAgreement", IN_FORCE, State::InForce, leads).guarded(succession::may_renew),
    Transition::new("RenewAgreement", &[State::Expired], State::Expired, leads)
        .guarded(succession::may_renew),
    Transition::new("AmendAgreement", IN_FORCE, State::InForce, leads).guarded(succession::is_the_last),
    Transition::new("CancelAgreement", &[State::Draft, State::PendingSignature], State::Cancelled, writes),
    Transition::new("GiveNotice", IN_FORCE, State::InForce, speaks).guarded(may_still_be_noticed),
]);

/// A row with nothing in it yet.
pub fn blank(partnership: &str, id: &str, uid: uuid::Uuid, now: Micros) -> Model {
    Model {
        name: format!("{partnership}/agreements/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_reason: String::new(),
        turn_time: now,
        partnership: partnership.to_owned(),
        kind: Kind::Unspecified.into(),
        legally_binding: false,
        parties: Default::default(),
        period_start: None,
        period_end: None,
        signed_end: None,
        document: Default::default(),
        translations: Default::default(),
        notice_days: 0,
        renewal_mode: RenewalMode::Unspecified.into(),
        max_tacit_renewals: 0,
        review_due: None,
        contents: Default::default(),
        external_reference: String::new(),
        predecessor: String::new(),
        succession_kind: SuccessionKind::Unspecified.into(),
        lineage_number: 1,
        tacit_renewals: 0,
        renewal_notice: Default::default(),
        termination: Default::default(),
        superseded: None,
        in_force: None,
        last: None,
        ending: State::Unspecified.into(),
        reminded: 0,
        origin: Origin::Registered.into(),
        within: None,
        successor: String::new(),
        successor_open: false,
        reviewed: None,
        review_months: 0,
    }
}

/// A new agreement, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(parent: &str, id: &str, draft: &pb::Agreement, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "agreement_id", id, 'a')?;
    let mut agreement = blank(parent, &id, uid, call.now);
    wrong.check(describe(&mut agreement, draft).map_err(|error| error.under("agreement")))?;
    wrong.finish()?;
    Ok(agreement)
}

/// Looks at a new agreement where it is made.
///
/// # Errors
/// `PERMISSION_DENIED` for who does not lead; `FAILED_PRECONDITION` when the partnership has ended.
pub fn begin(agreement: &Model, call: &Call) -> Result<()> {
    use proto::partners::partnership::State as Partnership;
    call.caller.must(writes(&call.caller, agreement), &agreement.partnership)?;
    let Some(within) = &agreement.within else { return Err(Error::internal("no partnership")) };
    match within.state.get() {
        Partnership::Forming | Partnership::Active => Ok(()),
        _ => Err(Error::refused(
            "STATE",
            say!("the partnership has ended", "le partenariat est clos ou abandonné"),
        )),
    }
}

/// Changes an agreement to what the draft says, until all have signed. What some have signed is another text then: the
/// signatures are cleared, and it is a draft again (PAR-13).
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` once all have signed, or citing PAR-10.
pub fn update(agreement: &mut Model, draft: &pb::Agreement, call: &Call) -> Result<()> {
    match agreement.state.get() {
        State::Draft | State::PendingSignature => {}
        State::Signed | State::InForce if agreement.origin == Origin::Imported => {
            return fill(agreement, draft);
        }
        _ => return Err(signed()),
    }
    let start = agreement.period_start;
    describe(agreement, draft).map_err(|error| error.under("agreement"))?;
    if agreement.succession_kind == SuccessionKind::Renewal {
        if agreement.period_start != start {
            return Err(Error::refused(
                "PAR-10",
                say!(
                    "a renewal begins the day after what it renews: leave its start",
                    "un renouvellement commence le lendemain de ce qu'il renouvelle : laissez son début"
                ),
            ));
        }
        succession::not_too_long(agreement, "agreement.period.end_date")?;
    }
    if agreement.state == State::PendingSignature {
        signatures::clear(agreement, call.now);
        agreement.state = State::Draft.into();
    }
    Ok(())
}

/// It was not given notice of before.
fn runs_on(agreement: &Model, _: Micros) -> Result<()> {
    let termination = &agreement.termination;
    if termination.effective_date.is_some() && termination.mutual {
        return Err(Error::refused(
            "AGREEMENT_TERMINATION",
            say!(
                "all parties have agreed on its end",
                "les parties en ont convenu la fin d'un commun accord"
            ),
        ));
    }
    Ok(())
}

/// Ends an agreement on a day: after its notice, or when all parties agree and something shows it.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a day, a reason or, where all agree, evidence; `FAILED_PRECONDITION`
/// citing `AGREEMENT_NOTICE`.
pub fn terminate(agreement: &mut Model, said: &pb::TerminateAgreementRequest, call: &Call) -> Result<()> {
    LIFECYCLE.take("TerminateAgreement", agreement, call)?;
    let today = agreement.today()?;
    let mut wrong = Violations::default();
    wrong.require("reason", !call.reason.is_empty());
    wrong.require("effective_date", said.effective_date.is_some());
    let effective =
        said.effective_date.as_ref().map(|date| Day::from_date("effective_date", date)).transpose();
    let effective = wrong.check(effective)?.flatten();
    let evidence: Vec<Evidence> = wrong.each("evidence", &said.evidence, 20, value::evidence)?;
    wrong.require("evidence", !said.mutual || !said.evidence.is_empty());
    if effective.is_some_and(|effective| effective < today) {
        wrong.add("effective_date", say!("not before today", "pas avant aujourd'hui"));
    }
    if effective.zip(agreement.last).is_some_and(|(effective, last)| last < effective) {
        wrong.add("effective_date", say!("it has ended by then", "il aura pris fin d'ici là"));
    }
    wrong.finish()?;
    let earliest = later(today, agreement.notice_days);
    if let (Some(effective), Some(earliest), false) = (effective, earliest, said.mutual)
        && effective < earliest
    {
        return Err(Error::refused(
            "AGREEMENT_NOTICE",
            say!(
                "its notice runs until {earliest}: end it then or later, or by common consent",
                "le préavis court jusqu'au {earliest} : résiliez-le à cette date ou après, ou d'un commun accord"
            ),
        ));
    }
    agreement.termination = pb::AgreementTermination {
        notice_date: Some(today.to_date()),
        effective_date: effective.map(Day::to_date),
        reason: call.reason.clone(),
        mutual: said.mutual,
        requested_by: speaker(&call.caller, agreement).to_owned(),
        evidence,
    }
    .into();
    bind(agreement);
    settle(agreement, today);
    Ok(())
}

/// Gives up an agreement that is not signed by all.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn cancel(agreement: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("CancelAgreement", agreement, call)?;
    call.reason_required()?.clone_into(&mut agreement.state_reason);
    agreement.turn_time = call.now;
    Ok(())
}

/// It renews itself next, and its notice can still be kept (PAR-12).
fn may_still_be_noticed(agreement: &Model, _: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("PAR-12", why));
    if !clock::repeats(agreement) || agreement.tacit_renewals >= agreement.max_tacit_renewals {
        return refuse(say!("it does not renew itself: it ends", "il ne se reconduit pas : il prend fin"));
    }
    let by = agreement.period_end.and_then(|end| later(end, -agreement.notice_days));
    match by {
        Some(by) if by < agreement.today()? => refuse(say!(
            "notice had to be given by {by}: it renews itself once more, or is terminated",
            "la dénonciation devait intervenir au plus tard le {by} : il se reconduit, ou se résilie"
        )),
        _ => Ok(()),
    }
}

/// Says for a party that it shall not renew itself (PAR-12).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` for who is no party; `PERMISSION_DENIED` for who does not speak for it.
pub fn give_notice(agreement: &mut Model, partner: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("GiveNotice", agreement, call)?;
    speaking_for(&call.caller, agreement, partner)?;
    let today = agreement.today()?;
    let notice = pb::AgreementNotice { partner: partner.to_owned(), notice_date: Some(today.to_date()) };
    agreement.renewal_notice = notice.into();
    bind(agreement);
    Ok(())
}

#[cfg(test)]
mod tests;
