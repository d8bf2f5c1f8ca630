//! Memberships on disk.

use chassis::auth::Caller;
use chassis::change::About;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, say};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect as _};

use super::row::{COLUMN, Column, Entity, Model, Role};
use super::rules;
use crate::{facts, session, user};

/// The live roles of a user, by partner.
pub(crate) async fn held(db: &impl ConnectionTrait, user: &str) -> Result<Vec<(String, Role)>> {
    let live = Entity::find().filter(COLUMN.user.eq(user)).filter(COLUMN.revoke_time.is_null());
    Ok(live.all(db).await?.into_iter().map(|one| (one.partner, one.role.get())).collect())
}

/// All memberships of a user.
pub(crate) async fn of(db: &impl ConnectionTrait, user: &str) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.user.eq(user)).all(db).await?)
}

/// The live members of a partner.
pub(crate) async fn members(db: &impl ConnectionTrait, partner: &str) -> Result<Vec<String>> {
    let live = Entity::find().filter(COLUMN.partner.eq(partner)).filter(COLUMN.revoke_time.is_null());
    Ok(live.select_only().column(Column::User).distinct().into_tuple().all(db).await?)
}

/// Which memberships of a list a caller sees: of one partner, or of all.
pub(crate) fn visible(caller: &Caller, partner: Option<&str>) -> Condition {
    let mut visible = Condition::all();
    if let Some(partner) = partner {
        visible = visible.add(COLUMN.partner.eq(partner));
    }
    if !partner.map_or(caller.is(Role::Coordinator), |partner| rules::sees_members(caller, partner)) {
        visible = visible.add(COLUMN.user.eq(caller.subject.as_str()));
    }
    visible
}

/// What a new membership asks: its user exists, and does not hold the role already.
pub(crate) async fn check(unit: &Unit<'_>, membership: &Model) -> Result<()> {
    let user = user::store::find(unit.txn, &membership.user).await?;
    if user.is_none_or(|user| user.state == user::row::State::Erased) {
        return Err(Error::invalid(
            "membership.user",
            say!("there is no such user", "cet utilisateur n'existe pas"),
        ));
    }
    let same = Entity::find()
        .filter(COLUMN.partner.eq(membership.partner.as_str()))
        .filter(COLUMN.user.eq(membership.user.as_str()))
        .filter(COLUMN.role.eq(membership.role))
        .filter(COLUMN.revoke_time.is_null());
    match same.one(unit.txn).await? {
        None => Ok(()),
        Some(held) => Err(Error::AlreadyExists {
            field: "membership.role".to_owned(),
            holder: Some(held.name),
            why: say!(
                "this person has this role in the partner already",
                "cette personne a déjà ce rôle dans l'organisation"
            ),
        }),
    }
}

/// What follows a membership: the person's tokens must say it; an administrator lifts the flag that there is none.
pub(crate) async fn follow(membership: &Model, unit: &Unit<'_>) -> Result<()> {
    session::store::void_all(unit, [membership.user.clone()]).await?;
    if membership.role == Role::PartnerAdmin && membership.revoke_time.is_none() {
        facts::store::flag(unit, &membership.partner, false).await?;
    }
    Ok(())
}

/// Ends a membership, unless it is the last administrator's (IDN-1). Writes take turns, so two never leave together.
pub(crate) async fn end(unit: &mut Unit<'_>, call: &Call, name: &str) -> Result<(Model, bool)> {
    let before: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let others = other_administrators(unit, &before).await?;
    let active = takes_part(unit, &before.partner).await?;
    chassis::store::apply(unit, call, before, |membership| rules::end(membership, call, others, active)).await
}

/// Ends all memberships of an erased user; a partner that is left without an administrator is flagged (IDN-1).
pub(crate) async fn end_all(unit: &mut Unit<'_>, call: &Call, user: &str) -> Result<()> {
    let live = Entity::find()
        .filter(COLUMN.user.eq(user))
        .filter(COLUMN.revoke_time.is_null())
        .all(unit.txn)
        .await?;
    // Each by its own revision: the etag that came with the call is the user's.
    let each = Call { etag: String::new(), ..call.clone() };
    for before in live {
        let last = before.role == Role::PartnerAdmin
            && other_administrators(unit, &before).await? == 0
            && takes_part(unit, &before.partner).await?;
        let now = unit.now;
        let end = |membership: &mut Model| {
            membership.revoke_time = Some(now);
            Ok(())
        };
        let (ended, _) = chassis::store::apply(unit, &each, before, end).await?;
        if last && facts::store::flag(unit, &ended.partner, true).await? {
            tracing::warn!(partner = ended.partner, "its last administrator was erased: it needs another");
            let about = About {
                resource: &ended.partner,
                revision: 0,
                states: ("", "NEEDS_ADMIN"),
                owner: &ended.partner,
                public: false,
            };
            unit.record(&each, about, &<Model as chassis::Row>::Message::from(ended.clone()));
        }
    }
    Ok(())
}

async fn other_administrators(unit: &Unit<'_>, membership: &Model) -> Result<u64> {
    let others = Entity::find()
        .filter(COLUMN.partner.eq(membership.partner.as_str()))
        .filter(COLUMN.role.eq(Coded::from(Role::PartnerAdmin)))
        .filter(COLUMN.revoke_time.is_null())
        .filter(COLUMN.user.ne(membership.user.as_str()));
    Ok(others.count(unit.txn).await?)
}

async fn takes_part(unit: &Unit<'_>, partner: &str) -> Result<bool> {
    let known = facts::store::of(unit.txn, [partner.to_owned()]).await?;
    Ok(known.get(partner).is_some_and(facts::row::Model::is_active))
}
