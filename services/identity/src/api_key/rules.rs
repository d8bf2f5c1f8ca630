//! What a key looks like, how long it works, and what may become of it. Pure.
//!
//! `ens_<8 letters or digits>_<32 of them><6 digits of their CRC-32>`: found by its first part, recognised by secret
//! scanners, and one that was mistyped is refused without asking the database.

use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::{Call, name, say};

use super::row::Model;
use crate::secret;
use crate::service_account::row::Model as Account;
use crate::service_account::rules as account_rules;

/// The pattern of names.
pub(crate) const PATTERN: &str = "partners/{partner}/serviceAccounts/{service_account}/apiKeys/{api_key}";
const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
/// No key works longer.
const LONGEST: i64 = 366 * DAY;
/// No former key works longer beside its successor.
const OVERLAP: i32 = 7 * 24 * 3600;

/// A new key: the part by which it is found, and the whole.
///
/// # Errors
/// INTERNAL without randomness.
pub(crate) fn make() -> Result<(String, String)> {
    let key_id = secret::base62(8)?;
    let body = format!("ens_{key_id}_{}", secret::base62(32)?);
    let sum = secret::number62(crc32(body.as_bytes()).into(), 6);
    Ok((key_id, format!("{body}{sum}")))
}

/// The part by which a key is found, if it is spelt right.
pub(crate) fn read(key: &str) -> Option<&str> {
    let spelt = key.len() == 51 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let (body, sum) = key.split_at_checked(45).filter(|_| spelt)?;
    let (key_id, secret) = body.strip_prefix("ens_")?.split_once('_')?;
    let shaped = key_id.len() == 8 && secret.len() == 32 && !secret.contains('_');
    (shaped && secret::number62(crc32(body.as_bytes()).into(), 6) == sum).then_some(key_id)
}

/// The beginning of a key, to recognise it by.
pub(crate) fn prefix(key_id: &str) -> String {
    format!("ens_{key_id}")
}

/// The session that a key's tokens belong to.
pub(crate) fn session(uid: &str) -> String {
    format!("key-{uid}")
}

/// The key of a session.
pub(crate) fn of_session(session: &str) -> Option<&str> {
    session.strip_prefix("key-")
}

/// CRC-32 (ISO-HDLC).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

/// A new key of a machine account.
///
/// # Errors
/// `INVALID_ARGUMENT` on the id, or an `expire_time` that has passed or is more than a year ahead.
pub(crate) fn create(
    account: &Account,
    id: &str,
    expire: Option<Micros>,
    made: (&str, &str),
    call: &Call,
) -> Result<Model> {
    call.caller.must(account_rules::manages(&call.caller, account), &account.name)?;
    account_rules::live(account)?;
    if !id.is_empty() {
        name::check_id("api_key_id", id)?;
    }
    let expire = expire.ok_or_else(|| Error::required("api_key.expire_time"))?;
    if expire <= call.now || expire.0 > call.now.0 + LONGEST {
        return Err(Error::invalid(
            "api_key.expire_time",
            say!("expected within a year from now", "attendu dans l'année qui vient"),
        ));
    }
    Ok(fresh(account, id, expire, made, call))
}

fn fresh(
    account: &Account,
    id: &str,
    expire_time: Micros,
    (key_id, secret): (&str, &str),
    call: &Call,
) -> Model {
    let (new, uid) = name::new_id('k');
    let id = if id.is_empty() { &new } else { id };
    Model {
        name: format!("{}/apiKeys/{id}", account.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        service_account: account.name.clone(),
        partner: account.partner.clone(),
        key_id: key_id.to_owned(),
        hash: secret::sha256(secret.as_bytes()),
        expire_time,
        revoke_time: None,
        last_use_time: None,
        token_time: Micros(0),
        void_time: None,
    }
}

/// The successor of a key, valid for as long as the former was made for.
///
/// # Errors
/// `PERMISSION_DENIED`; `FAILED_PRECONDITION` when either was ended.
pub(crate) fn successor(former: &Model, account: &Account, made: (&str, &str), call: &Call) -> Result<Model> {
    call.caller.must(account_rules::manages(&call.caller, account), &former.name)?;
    account_rules::live(account)?;
    works(former, call.now)?;
    let life = (former.expire_time.0 - former.create_time.0).clamp(DAY, LONGEST);
    Ok(fresh(account, "", Micros(call.now.0 + life), made, call))
}

/// How long the former key works on.
///
/// # Errors
/// `INVALID_ARGUMENT` beyond seven days.
pub(crate) fn overlap(seconds: i32) -> Result<i64> {
    match seconds {
        0..=OVERLAP => Ok(i64::from(seconds) * SECOND),
        _ => Err(Error::invalid(
            "overlap_seconds",
            say!("expected 0 to 604800, seven days", "de 0 à 604800 attendu, sept jours"),
        )),
    }
}

/// Ends a former key once its successor has had time to be put in place.
pub(crate) fn retire(former: &mut Model, overlap: i64, now: Micros) {
    match overlap {
        0 => former.revoke_time = Some(now),
        overlap => former.expire_time = former.expire_time.min(Micros(now.0 + overlap)),
    }
}

/// Revokes a key.
///
/// # Errors
/// `PERMISSION_DENIED`; `FAILED_PRECONDITION` when it was revoked before.
pub(crate) fn revoke(key: &mut Model, call: &Call) -> Result<()> {
    call.caller.must(account_rules::ends(&call.caller, &key.partner), &key.name)?;
    if key.revoke_time.is_some() {
        return Err(Error::refused("STATE", say!("the key was revoked already", "la clé est déjà révoquée")));
    }
    key.revoke_time = Some(call.now);
    Ok(())
}

fn works(key: &Model, now: Micros) -> Result<()> {
    match opens(key, now) {
        true => Ok(()),
        false => Err(Error::refused(
            "STATE",
            say!("the key was revoked, or has expired", "la clé est révoquée, ou a expiré"),
        )),
    }
}

/// Opens something now.
pub(crate) fn opens(key: &Model, now: Micros) -> bool {
    key.revoke_time.is_none() && now < key.expire_time
}

/// Whether this is the whole key, in a time that tells nothing.
pub(crate) fn is_this(key: &Model, shown: &str) -> bool {
    secret::same(&key.hash, &secret::sha256(shown.as_bytes()))
}

/// The day of an instant.
pub(crate) fn day(time: Micros) -> Micros {
    Micros(time.0.div_euclid(DAY) * DAY)
}

/// The one answer to a key that does not open, whatever the reason.
pub(crate) fn refused() -> Error {
    Error::Rejected {
        reason: "API_KEY_INVALID",
        why: say!(
            "the API key is not good: make another",
            "la clé d'API n'est pas valable : créez-en une autre"
        ),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
