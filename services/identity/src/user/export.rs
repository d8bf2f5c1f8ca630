//! A copy of all that is kept about a person (GDP-4), without secrets.

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::row::{Model, State};
use super::{link, store};
use crate::{membership, session};

/// The copy, as JSON: account, memberships, sessions, links to other issuers, and the lines of the audit trail.
///
/// # Errors
/// Only the database's.
pub(crate) async fn json(db: &impl ConnectionTrait, user: Model) -> Result<String> {
    let name = user.name.clone();
    let memberships = membership::store::of(db, &name).await?.into_iter().map(|one| {
        json!({
            "name": one.name, "partner": one.partner, "role": one.role.get().as_str_name(),
            "grant_time": one.grant_time.to_string(), "revoke_time": one.revoke_time.map(|time| time.to_string()),
            "granted_by": one.granted_by,
        })
    });
    let sessions = session::store::of(db, &name).await?.into_iter().map(|one| {
        json!({
            "create_time": one.create_time.to_string(), "last_renewal_time": one.rotate_time.to_string(),
            "end_time": one.end_time.map(|time| time.to_string()),
        })
    });
    let links = link::of(db, &name)
        .await?
        .into_iter()
        .map(|one| json!({"issuer": one.issuer, "subject": one.subject}));
    let audit = store::audit(db, &name).await?.into_iter().map(|line| {
        json!({
            "time": line.time.to_string(), "principal": line.principal, "method": line.method, "resource": line.resource,
            "from_state": line.from_state, "to_state": line.to_state, "reason": line.reason,
        })
    });
    let copy: BTreeMap<&str, Value> = [
        ("memberships", memberships.collect()),
        ("sessions", sessions.collect()),
        ("links", links.collect()),
        ("audit_events", audit.collect()),
        ("account", account(&user)),
    ]
    .into();
    serde_json::to_string_pretty(&copy).map_err(Error::internal)
}

fn account(user: &Model) -> Value {
    json!({
        "name": user.name, "uid": user.uid, "state": State::as_str_name(&user.state), "email": user.email,
        "given_name": user.given_name, "family_name": user.family_name, "language_code": user.language_code,
        "network_roles": *user.network_roles, "create_time": user.create_time.to_string(),
        "update_time": user.update_time.to_string(),
        "last_sign_in_time": user.last_sign_in_time.map(|time| time.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use chassis::column::Micros;

    use super::*;

    #[test]
    fn a_copy_has_no_secret() {
        let mut user = super::super::rules::blank("ada", Micros(0));
        user.password = "$argon2id$secret".to_owned();
        super::super::rules::invite(&mut user, "CODE", Micros(0));
        let copy = account(&user).to_string();
        assert!(copy.contains("users/ada"));
        assert!(!copy.contains("argon2id") && !copy.contains("invitation"), "{copy}");
    }
}
