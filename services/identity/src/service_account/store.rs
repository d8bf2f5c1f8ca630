//! Machine accounts on disk.

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::database::Unit;
use chassis::error::Result;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::api_key;

/// A machine account.
pub(crate) async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(name).one(db).await?)
}

/// Which machine accounts of a list a caller sees: of one partner, or of all.
pub(crate) fn visible(caller: &Caller, partner: Option<&str>) -> Condition {
    let live = Condition::all().add(COLUMN.delete_time.is_null());
    match partner {
        Some(partner) => live.add(COLUMN.partner.eq(partner)),
        None if caller.is(Role::Coordinator) => live,
        None => live.add(COLUMN.partner.is_in(own(caller))),
    }
}

/// The partners whose machines a caller sees.
pub(crate) fn own(caller: &Caller) -> Vec<String> {
    caller.partners.keys().filter(|partner| rules::sees(caller, partner)).cloned().collect()
}

/// What follows a machine account: the tokens of its keys are void when what they may do changed.
pub(crate) async fn follow(account: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    match before {
        Some(before) if before.disabled != account.disabled || before.scopes != account.scopes => {
            api_key::store::void_of_account(unit, &account.name).await
        }
        _ => Ok(()),
    }
}

/// Ends a machine account, and revokes its keys.
pub(crate) async fn end(unit: &mut Unit<'_>, call: &Call, name: &str) -> Result<(Model, bool)> {
    let before = find(unit.txn, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let ended = chassis::store::apply(unit, call, before, |account| rules::end(account, call)).await?;
    api_key::store::revoke_of_account(unit, call, name).await?;
    Ok(ended)
}
