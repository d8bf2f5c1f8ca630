//! What becomes of a session when a refresh token is shown (IDN-3, S4). Pure.
//!
//! Refresh tokens form a chain: a token's secret and the session's salt give the secret of the next. So a successor can
//! be given again without being kept, an old token is recognised however old, a copy of the database holds no token,
//! and a token alone does not give its successor.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::column::Micros;
use chassis::error::Error;
use chassis::say;

use super::row::Model;
use crate::secret;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
/// A session that is not renewed for so long has ended.
pub(crate) const IDLE: i64 = 14 * DAY;
/// No session lasts longer.
pub(crate) const ABSOLUTE: i64 = 90 * DAY;
/// So long after a renewal the former token may be shown once more: the answer may have been lost.
const GRACE: i64 = 10 * SECOND;
/// Longer chains are not followed: no client renews so often in 90 days.
const LONGEST: i64 = 10_000;
/// How a refresh token begins.
const PREFIX: &str = "ensr";

/// A refresh token, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The session it says it is of.
    pub(crate) session: String,
    generation: i64,
    secret: Vec<u8>,
}

/// What comes of showing a refresh token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The session goes on with this token.
    Renewed(String),
    /// It was used before: the session has ended, for whoever shows it may have stolen it.
    Reused,
    /// It is not one of ours, or its session is over.
    Refused,
}

/// Takes a refresh token apart.
pub(crate) fn read(token: &str) -> Option<Shown> {
    let mut parts = token.splitn(4, '_');
    let mut part = || parts.next();
    (part()? == PREFIX && token.len() <= 256).then_some(())?;
    let (session, generation, secret) = (part()?.to_owned(), part()?.parse().ok()?, part()?);
    let secret = URL_SAFE_NO_PAD.decode(secret).ok().filter(|secret| secret.len() == 32)?;
    session.bytes().all(|byte: u8| byte.is_ascii_alphanumeric()).then_some(())?;
    Some(Shown { session, generation, secret })
}

fn write(session: &Model, secret: &[u8]) -> String {
    format!("{PREFIX}_{}_{}_{}", session.id, session.generation, URL_SAFE_NO_PAD.encode(secret))
}

fn next(salt: &[u8], secret: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), secret).as_ref().to_vec()
}

/// A new session, and its first refresh token.
pub(crate) fn begin(
    id: String,
    user: &str,
    secret: &[u8; 32],
    salt: &[u8; 32],
    now: Micros,
) -> (Model, String) {
    let session = Model {
        id,
        user: user.to_owned(),
        generation: 0,
        hash: secret::sha256(secret),
        salt: salt.to_vec(),
        repeated: false,
        create_time: now,
        rotate_time: now,
        end_time: None,
        token_time: issue_time(None, now),
        void_time: None,
    };
    let token = write(&session, secret);
    (session, token)
}

/// When the refresh token ends if it is not used.
pub(crate) fn refresh_end(session: &Model) -> Micros {
    Micros((session.rotate_time.0 + IDLE).min(session.create_time.0 + ABSOLUTE))
}

/// The session goes on.
pub(crate) fn is_live(session: &Model, now: Micros) -> bool {
    session.end_time.is_none() && now < refresh_end(session)
}

/// Ends a session and its access tokens.
pub(crate) fn end(session: &mut Model, now: Micros) {
    session.end_time = session.end_time.or(Some(now));
    session.void_time = Some(now.max(session.token_time));
}

/// When a new access token says it was issued: a whole second, after all that is void.
pub(crate) fn issue_time(void: Option<Micros>, now: Micros) -> Micros {
    let second = |time: Micros| time.0.div_euclid(SECOND);
    Micros(SECOND * second(now).max(void.map_or(i64::MIN, |void| second(void) + 1)))
}

/// The secret that a shown token leads to along the chain, if it is one of this session's.
fn follow(session: &Model, shown: &Shown) -> Option<Vec<u8>> {
    let steps = session.generation.checked_sub(shown.generation)?;
    if !(0..=LONGEST).contains(&steps) {
        return None;
    }
    let secret = (0..steps).fold(shown.secret.clone(), |secret, _| next(&session.salt, &secret));
    secret::same(&secret::sha256(&secret), &session.hash).then_some(secret)
}

/// Whether the token is of this session at all, current or not: only then may showing it change anything.
pub(crate) fn is_genuine(session: &Model, shown: &Shown) -> bool {
    follow(session, shown).is_some()
}

/// Shows a refresh token to its session.
pub(crate) fn renew(session: &mut Model, shown: &Shown, now: Micros) -> Verdict {
    let Some(current) = follow(session, shown) else { return Verdict::Refused };
    if !is_live(session, now) {
        return Verdict::Refused;
    }
    let secret = match session.generation - shown.generation {
        0 => {
            let secret = next(&session.salt, &current);
            session.generation += 1;
            session.hash = secret::sha256(&secret);
            session.repeated = false;
            session.rotate_time = now;
            secret
        }
        1 if !session.repeated && now.0 - session.rotate_time.0 <= GRACE => {
            session.repeated = true;
            current
        }
        _ => {
            end(session, now);
            return Verdict::Reused;
        }
    };
    session.token_time = issue_time(session.void_time, now);
    Verdict::Renewed(write(session, &secret))
}

/// The one answer to a refresh token that does not renew, whatever the reason.
pub(crate) fn refused() -> Error {
    Error::Rejected {
        reason: "REFRESH_TOKEN_INVALID",
        why: say!("the session is over: sign in again", "la session est terminée : reconnectez-vous"),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
