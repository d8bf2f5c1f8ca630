//! Issuing, inside the one writer's transaction: once per enrolment, a bit of its own, signed, sealed.

use std::sync::Arc;

use chassis::Call;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use chassis::text;
use credential::{Badge, Ed25519, Identifier, KeySet, Profile, StatusEntry, jws};
use proto::common::LocalizedText;

use super::row::Model;
use super::{Office, document, rules, store};
use crate::enrolment;

const SECOND: i64 = 1_000_000;

/// What is to be issued, and by whom.
pub(super) struct Asked {
    pub(super) enrolment: String,
    pub(super) include_email_hash: bool,
    /// The partner that issues, and what it is called.
    pub(super) issuer: String,
    pub(super) title: LocalizedText,
    pub(super) signer: Arc<Ed25519>,
    pub(super) office: Office,
}

/// Issues a certificate.
pub(super) async fn issue(unit: &mut Unit<'_>, call: &Call, asked: &Asked) -> Result<(Model, bool)> {
    let found: Option<enrolment::row::Model> = chassis::store::find(unit, &asked.enrolment).await?;
    let enrolment = found.ok_or_else(|| call.caller.not_found(&asked.enrolment))?;
    let id = urn();
    let mut certificate = rules::issue(enrolment, &asked.issuer, &asked.office.base, id, call)?;
    store::once(unit, &certificate.enrolment).await?;
    (certificate.status_list, certificate.status_index) = store::draw(unit).await?;
    let badge = badge(&certificate, asked)?;
    let payload = badge.payload().ok_or_else(|| Error::internal("a time beyond calendars"))?;
    let signed = jws::sign(&*asked.signer, &payload).map_err(Error::internal)?;
    certificate.sealed = asked.office.seals.seal(&certificate.name, signed.as_bytes())?;
    Ok((chassis::store::insert(unit, call, &certificate).await?, true))
}

/// A name that nobody can guess, and that says nothing.
fn urn() -> String {
    format!("urn:uuid:{}", uuid::Uuid::new_v4())
}

fn badge(certificate: &Model, asked: &Asked) -> Result<Badge> {
    let known = certificate.known.as_ref();
    let session = known.and_then(|known| known.known.session.clone());
    let session = session.ok_or_else(|| Error::internal("a certificate without a session"))?;
    let content =
        session.known.content.clone().ok_or_else(|| Error::internal("a session without a programme"))?;
    // In the language that the session was held in.
    let languages = [session.language_code.clone()];
    let mut title = asked.title.clone();
    text::display(&mut title, &languages);
    let email = known.and_then(|known| known.known.participant.as_ref()).map(|person| person.email.as_str());
    let identifier = match (asked.include_email_hash, email.filter(|email| !email.is_empty())) {
        (false, _) => None,
        (true, Some(email)) => Some(Identifier::of_email(email, &uuid::Uuid::new_v4().simple().to_string())),
        (true, None) => {
            return Err(Error::invalid(
                "include_email_hash",
                say!(
                    "no e-mail address is known of this person",
                    "aucun courriel n'est connu de cette personne"
                ),
            ));
        }
    };
    Ok(Badge {
        id: certificate.credential_id.clone(),
        subject: urn(),
        issuer: Profile::new(asked.office.address(&certificate.issuer), title.display_text),
        achievement: document::achievement(certificate.achievement_id.clone(), &content, &languages)?,
        valid_from: certificate.issue_time.0 / SECOND,
        valid_until: certificate.expire_time.map(|end| end.0 / SECOND),
        status: StatusEntry {
            list: asked.office.address(&certificate.status_list),
            index: u32::try_from(certificate.status_index).unwrap_or_default(),
        },
        identifier,
    })
}

/// Signs a certificate anew whose key is believed no more: it says what it said.
pub(super) async fn reissue(
    unit: &mut Unit<'_>,
    call: &Call,
    name: &str,
    (office, keys, signer): (&Office, &KeySet, &Ed25519),
) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(name))?;
    call.caller.must(rules::reissues(&call.caller, &before), name)?;
    let kept = jws::kept(&office.signed(&before)?);
    let lost = kept.as_ref().is_some_and(|(key, _)| keys.is_compromised(key));
    let rule = |certificate: &mut Model| {
        let payload = rules::reissue(certificate, lost).map(|()| kept.as_ref().map(|(_, said)| said))?;
        let payload = payload.ok_or_else(|| Error::internal("what was signed is lost"))?;
        let signed = jws::sign(signer, payload).map_err(Error::internal)?;
        certificate.sealed = office.seals.seal(&certificate.name, signed.as_bytes())?;
        Ok(())
    };
    chassis::store::apply(unit, call, before, rule).await
}
