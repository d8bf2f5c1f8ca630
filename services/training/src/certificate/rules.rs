//! What may become of a certificate. Pure: rows, messages and a given now.

use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::training as pb;
use proto::training::certificate::State;
use proto::training::enrolment::State as Enrolment;
use proto::training::session::State as Session;

use super::row::Model;
use crate::{enrolment, session};

/// The pattern of names.
pub const PATTERN: &str = "certificates/{certificate}";
/// The pattern of names of status lists.
pub const STATUS_LIST: &str = "statusLists/{status_list}";
/// The pattern of names of achievements.
pub const ACHIEVEMENT: &str = "programmes/{programme}/programmeRevisions/{programme_revision}/achievement";
/// A list takes no more certificates once so many of its bits are taken: three quarters of them.
pub const MOST: i32 = (credential::LENGTH / 4 * 3) as i32;
const SECOND: i64 = 1_000_000;

/// The verbs of a certificate (domain §6.8); the clock does the rest.
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[Transition::new(
    "RevokeCertificate",
    &[State::Issued, State::Expired],
    State::Revoked,
    revokes,
)]);

fn session_of(enrolment: &enrolment::row::Model) -> Result<&session::row::Model> {
    enrolment.known.session.as_deref().ok_or_else(|| Error::internal("an enrolment without its session"))
}

/// Who reads a certificate: whom its enrolment concerns.
pub fn concerns(caller: &Caller, certificate: &Model) -> bool {
    certificate.known.as_ref().is_some_and(|known| enrolment::rules::concerns(caller, known))
}

/// Who is given the signed credential: the learner, those who entered them, and whoever may issue it.
pub fn holds(caller: &Caller, certificate: &Model) -> bool {
    certificate.known.as_ref().is_some_and(|known| {
        enrolment::rules::is_theirs(caller, known)
            || known.known.session.as_ref().is_some_and(|session| session::rules::teaches(caller, session))
    })
}

/// Who revokes: coordinators, and the administrators of those who provide the programme.
fn revokes(caller: &Caller, certificate: &Model) -> bool {
    let known = certificate.known.as_ref();
    caller.is(Role::Coordinator) || known.is_some_and(|known| enrolment::rules::provides(caller, known))
}

/// The rule that a programme has on certificates, where it has them.
fn certified(session: &session::row::Model) -> Option<pb::CertificateRule> {
    let content = session.known.content.as_ref()?;
    content.certificate.filter(|rule| rule.enabled)
}

/// Who issues in whose name: the provider that the caller administers, else the first.
///
/// # Errors
/// `PERMISSION_DENIED`; `FAILED_PRECONDITION` citing TRN-19.
pub fn issuer(enrolment: &enrolment::row::Model, caller: &Caller, now: Micros) -> Result<String> {
    let session = session_of(enrolment)?;
    caller.must(session::rules::teaches(caller, session), &enrolment.name)?;
    let refused = |why| Err(Error::refused("TRN-19", why));
    if certified(session).is_none() {
        return refused(say!(
            "its programme has no certificates: its providers can enable them for the sessions to come",
            "son programme ne délivre pas de certificats : ses organismes peuvent l'activer pour les sessions à venir"
        ));
    }
    let mut settled = session.clone();
    session::rules::settle(&mut settled, now);
    if ![Session::Completed, Session::Closed].contains(&settled.state.get()) {
        return refused(say!(
            "its session is not over: certificates are issued after the last meeting",
            "sa session n'est pas terminée : les certificats se délivrent après la dernière rencontre"
        ));
    }
    if enrolment.state != Enrolment::Completed {
        return refused(say!(
            "only who completed the programme is certified: see `ensemble enrolment complete`",
            "seule une inscription validée donne un certificat : voir `ensemble enrolment complete`"
        ));
    }
    let providers = session.providers();
    let own = providers.iter().find(|partner| caller.administers(partner)).or(providers.first());
    own.cloned().ok_or_else(|| Error::internal("a programme without providers"))
}

/// A new certificate of a completed enrolment; its bit in a status list is still to be drawn.
///
/// # Errors
/// As [`issuer`]; ABORTED when it is no longer provided by whoever was asked about.
pub fn issue(
    enrolment: enrolment::row::Model,
    issued_by: &str,
    base: &str,
    credential_id: String,
    call: &Call,
) -> Result<Model> {
    if issuer(&enrolment, &call.caller, call.now)? != issued_by {
        return Err(Error::Aborted {
            reason: "CONFLICT",
            why: say!(
                "its providers have changed meanwhile: try again",
                "ses organismes viennent de changer : réessayez"
            ),
        });
    }
    let session = session_of(&enrolment)?;
    let months = certified(session).map_or(0, |rule| rule.validity_months);
    // As credentials write instants: whole seconds, so that what is said twice is equal.
    let issued = Micros(call.now.0.div_euclid(SECOND) * SECOND);
    let (id, uid) = name::new_id('c');
    Ok(Model {
        name: format!("certificates/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Issued.into(),
        state_time: call.now,
        state_reason: String::new(),
        enrolment: enrolment.name.clone(),
        programme_revision: session.programme_revision.clone(),
        achievement_id: format!("{base}/{}/achievement", session.programme_revision),
        credential_id,
        issuer: issued_by.to_owned(),
        issue_time: issued,
        expire_time: later(issued, months),
        status_list: String::new(),
        status_index: 0,
        sealed: Vec::new(),
        known: Some(Arc::new(enrolment)),
    })
}

/// So many months later, on the same day of the month or its last; nothing for none.
fn later(from: Micros, months: i32) -> Option<Micros> {
    let months = u32::try_from(months).ok().filter(|months| *months > 0)?;
    let at = chrono::DateTime::from_timestamp_micros(from.0)?;
    let end = at.checked_add_months(chrono::Months::new(months))?;
    Some(Micros(end.timestamp_micros()).min(Micros::MAX))
}

/// Revokes a certificate, for ever (TRN-21).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn revoke(certificate: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("RevokeCertificate", certificate, call)?;
    call.reason_required()?.clone_into(&mut certificate.state_reason);
    certificate.state_time = call.now;
    Ok(())
}

/// Who has a certificate signed anew: whoever issues it, and coordinators.
pub fn reissues(caller: &Caller, certificate: &Model) -> bool {
    let session = certificate.known.as_ref().and_then(|known| known.known.session.as_ref());
    caller.is(Role::Coordinator) || session.is_some_and(|session| session::rules::teaches(caller, session))
}

/// A certificate is signed anew only when its key is believed no more (`lost`), and while it is in force.
///
/// # Errors
/// `FAILED_PRECONDITION` otherwise.
pub fn reissue(certificate: &Model, lost: bool) -> Result<()> {
    let why = match certificate.state.get() {
        _ if certificate.sealed.is_empty() => say!(
            "its learner was erased, and what was signed with them",
            "la personne a été effacée, et le titre signé avec elle"
        ),
        State::Issued if lost => return Ok(()),
        State::Issued => {
            say!("its key is good: nothing is to be signed anew", "sa clé est bonne : rien n'est à réémettre")
        }
        _ => say!("it is not in force", "il n'est pas en vigueur"),
    };
    Err(Error::refused("TRN-20", why))
}

/// The certificate as the clock has it.
pub fn settle(certificate: &mut Model, now: Micros) {
    let ended = certificate.expire_time.filter(|end| *end <= now);
    if let (State::Issued, Some(end)) = (certificate.state.get(), ended) {
        certificate.state = State::Expired.into();
        certificate.state_time = end;
    }
}

/// Forgets the person (TRN-22): what was signed, and why it was revoked. That there is such a certificate, and whether it is
/// revoked, stays: a copy that the learner holds can be verified.
pub fn forget(certificate: &mut Model) {
    certificate.sealed.clear();
    certificate.state_reason.clear();
}
