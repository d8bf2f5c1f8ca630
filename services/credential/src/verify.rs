//! Whether a certificate is good (TRN-20): what is looked at, in which order, and what comes of it. Pure: nothing is fetched,
//! whatever address a certificate names.

use crate::badge::{Badge, Payload};
use crate::jws::{self, ALGORITHMS};
use crate::keys::{Key, KeySet, thumbprint};

/// What is found of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Signed by an issuer that is believed, in force, not revoked.
    Valid,
    /// It was revoked.
    Revoked,
    /// It has ended.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// No signature of its issuer's is on what it says.
    InvalidSignature,
    /// Not of an issuer that is believed.
    UnknownIssuer,
    /// Not a certificate of the profile.
    Malformed,
    /// It says one thing as a credential and another as a token.
    ClaimMismatch,
    /// Its key is believed no more: others may have signed it.
    KeyCompromised,
}

/// Something that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Three parts, a header that says nothing but what it may.
    Structure,
    /// An algorithm that is believed.
    Algorithm,
    /// A key that is published by an issuer that is believed.
    IssuerKey,
    /// The signature.
    Signature,
    /// A credential of the profile.
    Profile,
    /// What it says twice is the same.
    Claims,
    /// Its issuer is one of those that the key is for.
    Issuer,
    /// It was not revoked.
    Revocation,
    /// It has begun and not ended.
    Period,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not so.
    Failed,
    /// It could not be done.
    NotDone,
}

/// Whether a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was not.
    Good,
    /// It was.
    Revoked,
    /// Nobody could say.
    Unknown,
}

/// What was looked at, in order; what comes after a failure was not.
pub type Checks = Vec<(Check, Outcome)>;

/// A certificate that its issuer signed: whether it is in force is still to be said.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it says.
    pub badge: Badge,
    checks: Checks,
}

/// A certificate that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub verdict: Verdict,
    /// What was looked at.
    pub checks: Checks,
}

/// What was found of a certificate.
#[derive(Clone, Debug)]
pub struct Report {
    /// The verdict; none when all is well but for what could not be looked at.
    pub verdict: Option<Verdict>,
    /// What was looked at.
    pub checks: Checks,
}

/// Reads a certificate that one of these keys signed.
///
/// # Errors
/// The verdict on it, when it is not one of theirs.
pub fn open(text: &str, keys: &KeySet) -> Result<Opened, Refused> {
    let mut checks = Vec::new();
    match read(text, keys, &mut checks) {
        Ok(badge) => Ok(Opened { badge, checks }),
        Err(verdict) => Err(Refused { verdict, checks }),
    }
}

fn read(text: &str, keys: &KeySet, checks: &mut Checks) -> Result<Badge, Verdict> {
    let (key, bytes) = signed(text, keys, checks)?;
    let payload = look(checks, Check::Profile, Payload::read(&bytes), Verdict::Malformed)?;
    let badge = look(checks, Check::Claims, payload.agreed(), Verdict::ClaimMismatch)?;
    // A key is for its own issuers, and its own lists, wherever else a payload points.
    let own = |address: &str, what: &str| address.starts_with(&format!("{}/{what}/", key.base()));
    let known = own(&badge.issuer.id, "partners") && own(&badge.status.list, "statusLists");
    look(checks, Check::Issuer, known.then_some(badge), Verdict::UnknownIssuer)
}

/// The payload of what one of these keys signed, and the key.
pub(crate) fn signed<'k>(
    text: &str,
    keys: &'k KeySet,
    checks: &mut Checks,
) -> Result<(&'k Key, Vec<u8>), Verdict> {
    let parsed = jws::parse(text.trim());
    let typed = parsed.filter(|jws| jws.header.typ.as_ref().is_none_or(|typ| typ == "JWT"));
    let jws = look(checks, Check::Structure, typed, Verdict::Malformed)?;
    let allowed = ALGORITHMS.contains(&jws.header.alg.as_str()).then_some(());
    look(checks, Check::Algorithm, allowed, Verdict::InvalidSignature)?;
    let brought = jws.header.jwk.as_ref().and_then(thumbprint);
    let lost = keys.was_compromised(jws.header.kid.as_deref(), brought.as_deref());
    look(checks, Check::IssuerKey, (!lost).then_some(()), Verdict::KeyCompromised)?;
    checks.pop();
    let known = match (&jws.header.kid, &jws.header.jwk) {
        (Some(id), None) => keys.by_id(id),
        // A key that comes along is none to believe: it only says which of ours it is.
        (id, Some(jwk)) => thumbprint(jwk)
            .and_then(|thumbprint| keys.by_thumbprint(&thumbprint))
            .filter(|key| id.as_ref().is_none_or(|id| id == key.id())),
        (None, None) => None,
    };
    let key = look(checks, Check::IssuerKey, known, Verdict::UnknownIssuer)?;
    let good = key.signed(jws.signed, &jws.signature).then_some(());
    look(checks, Check::Signature, good, Verdict::InvalidSignature)?;
    Ok((key, jws.payload))
}

/// Whether a certificate of theirs is in force at `now`, in seconds since 1970.
pub fn judge(opened: &Opened, standing: Standing, now: i64) -> Report {
    let mut checks = opened.checks.clone();
    let badge = &opened.badge;
    let (revoked, mut verdict) = match standing {
        Standing::Good => (Outcome::Passed, Some(Verdict::Valid)),
        Standing::Revoked => (Outcome::Failed, Some(Verdict::Revoked)),
        Standing::Unknown => (Outcome::NotDone, None),
    };
    checks.push((Check::Revocation, revoked));
    let period = match () {
        () if now < badge.valid_from => Some(Verdict::NotYetValid),
        () if badge.valid_until.is_some_and(|end| now >= end) => Some(Verdict::Expired),
        () => None,
    };
    checks.push((Check::Period, if period.is_none() { Outcome::Passed } else { Outcome::Failed }));
    // What was revoked stays so, whatever its time.
    if standing != Standing::Revoked {
        verdict = period.or(verdict);
    }
    Report { verdict, checks }
}

fn look<T>(checks: &mut Checks, check: Check, found: Option<T>, otherwise: Verdict) -> Result<T, Verdict> {
    checks.push((check, if found.is_some() { Outcome::Passed } else { Outcome::Failed }));
    found.ok_or(otherwise)
}
