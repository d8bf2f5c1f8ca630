//! Whether a certificate is good (TRN-20), by the keys and the rows of this network: nothing is fetched, nothing is written, and
//! nothing about its holder is logged.

use chassis::column::Micros;
use chassis::error::Result;
use credential::{Badge, Check, Opened, Outcome, Refused, Verdict};
use proto::training as pb;
use proto::training::certificate::State;
use proto::training::certificate_check::{Outcome as Ended, Subject};
use proto::training::verify_certificate_response::Verdict as Found;
use sea_orm::DatabaseConnection;

use super::row::Model;
use super::{Office, store};

const SECOND: i64 = 1_000_000;

/// Looks at a signed credential.
///
/// # Errors
/// Only the database's.
pub(super) async fn signed(
    office: &Office,
    db: &DatabaseConnection,
    text: &str,
    now: Micros,
) -> Result<pb::VerifyCertificateResponse> {
    match credential::open(text, &office.keyring.published().await?) {
        Err(Refused { verdict, checks }) => Ok(told(Some(verdict), &checks)),
        Ok(opened) => standing(db, &opened, now).await,
    }
}

async fn standing(
    db: &DatabaseConnection,
    opened: &Opened,
    now: Micros,
) -> Result<pb::VerifyCertificateResponse> {
    let Badge { status, .. } = &opened.badge;
    // Whatever the base was when it was signed: the rest is the name of the list here.
    let list = status.list.rsplit_once("/statusLists/").map(|(_, id)| format!("statusLists/{id}"));
    let standing = store::standing(db, &list.unwrap_or_default(), status.index).await?;
    let report = credential::judge(opened, standing, now.0.div_euclid(SECOND));
    let badge = &opened.badge;
    let time = |seconds: i64| prost_types::Timestamp { seconds, nanos: 0 };
    Ok(pb::VerifyCertificateResponse {
        credential_id: badge.id.clone(),
        achievement_name: badge.achievement.name.clone(),
        achievement_id: badge.achievement.id.clone(),
        issuer_name: badge.issuer.name.clone(),
        issuer_id: badge.issuer.id.clone(),
        issue_time: Some(time(badge.valid_from)),
        expire_time: badge.valid_until.map(time),
        ..told(report.verdict, &report.checks)
    })
}

/// Looks at a certificate by the id of its credential. Where what was signed was deleted with the learner's name (TRN-22), the
/// row says what it still can.
///
/// # Errors
/// Only the database's, and of the seal.
pub(super) async fn known(
    office: &Office,
    db: &DatabaseConnection,
    certificate: Model,
    now: Micros,
) -> Result<pb::VerifyCertificateResponse> {
    let text = office.signed(&certificate)?;
    if !text.is_empty() {
        return signed(office, db, &text, now).await;
    }
    let (verdict, revocation, period) = match certificate.state.get() {
        State::Revoked => (Verdict::Revoked, Outcome::Failed, Outcome::NotDone),
        State::Expired => (Verdict::Expired, Outcome::Passed, Outcome::Failed),
        State::Issued | State::Unspecified => (Verdict::Valid, Outcome::Passed, Outcome::Passed),
    };
    // What signed it is forgotten too: where it may have been a key that is believed no more, it is not believed.
    let verdict = match office.keyring.doubtful(certificate.issue_time).await? {
        true if verdict == Verdict::Valid => Verdict::KeyCompromised,
        _ => verdict,
    };
    let checks =
        vec![(Check::Signature, Outcome::NotDone), (Check::Revocation, revocation), (Check::Period, period)];
    let session = certificate.known.as_ref().and_then(|known| known.known.session.clone());
    let content = session.and_then(|session| session.known.content.clone());
    let achievement = content
        .map(|content| {
            super::document::achievement(certificate.achievement_id.clone(), &content, &languages())
        })
        .transpose()?;
    Ok(pb::VerifyCertificateResponse {
        credential_id: certificate.credential_id,
        achievement_name: achievement.map(|achievement| achievement.name).unwrap_or_default(),
        achievement_id: certificate.achievement_id,
        issuer_name: String::new(),
        issuer_id: office.address(&certificate.issuer),
        issue_time: Some(certificate.issue_time.to_timestamp()),
        expire_time: certificate.expire_time.map(Micros::to_timestamp),
        ..told(Some(verdict), &checks)
    })
}

/// Looks at what is no id of a certificate of ours.
pub(super) fn unknown(id: &str) -> pb::VerifyCertificateResponse {
    let formed = id.strip_prefix("urn:uuid:").is_some_and(|id| uuid::Uuid::try_parse(id).is_ok());
    match formed {
        true => told(Some(Verdict::UnknownIssuer), &[(Check::Issuer, Outcome::Failed)]),
        false => told(Some(Verdict::Malformed), &[(Check::Structure, Outcome::Failed)]),
    }
}

/// The languages that the caller reads.
pub(super) fn languages() -> Vec<String> {
    chassis::wire::Conversation::current().preferences
}

fn told(verdict: Option<Verdict>, checks: &[(Check, Outcome)]) -> pb::VerifyCertificateResponse {
    let verdict = match verdict {
        None => Found::Unspecified,
        Some(Verdict::Valid) => Found::Valid,
        Some(Verdict::Revoked) => Found::Revoked,
        Some(Verdict::Expired) => Found::Expired,
        Some(Verdict::NotYetValid) => Found::NotYetValid,
        Some(Verdict::InvalidSignature) => Found::InvalidSignature,
        Some(Verdict::UnknownIssuer) => Found::UnknownIssuer,
        Some(Verdict::Malformed) => Found::Malformed,
        Some(Verdict::ClaimMismatch) => Found::ClaimMismatch,
        Some(Verdict::KeyCompromised) => Found::KeyCompromised,
    };
    pb::VerifyCertificateResponse {
        verdict: verdict.into(),
        checks: checks.iter().map(|(check, outcome)| line(*check, *outcome)).collect(),
        ..Default::default()
    }
}

fn line(check: Check, outcome: Outcome) -> pb::CertificateCheck {
    let subject = match check {
        Check::Structure => Subject::Structure,
        Check::Algorithm => Subject::Algorithm,
        Check::IssuerKey => Subject::IssuerKey,
        Check::Signature => Subject::Signature,
        Check::Profile => Subject::Profile,
        Check::Claims => Subject::Claims,
        Check::Issuer => Subject::Issuer,
        Check::Revocation => Subject::Revocation,
        Check::Period => Subject::Period,
    };
    let outcome = match outcome {
        Outcome::Passed => Ended::Passed,
        Outcome::Failed => Ended::Failed,
        Outcome::NotDone => Ended::NotDone,
    };
    pb::CertificateCheck { subject: subject.into(), outcome: outcome.into() }
}
