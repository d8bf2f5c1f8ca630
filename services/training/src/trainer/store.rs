//! Trainers on disk: which of them are seen, and who they are, once.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::training::trainer::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait};

use super::row::{COLUMN, Entity, Model};
use crate::programme::store::once;

/// The trainers that a list shows: those in the pool (TRN-6), those of the caller's partners, and the caller.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let mut visible = Condition::any().add(COLUMN.state.eq(Coded::from(State::Approved)));
    if !caller.partners.is_empty() {
        visible = visible.add(COLUMN.partner.is_in(caller.partners.keys().map(String::as_str)));
    }
    if !caller.is_nobody() {
        visible = visible.add(COLUMN.user.eq(caller.subject.as_str()));
    }
    visible
}

/// Refuses an account that is in the pool already: so nobody teaches in two places under two names (TRN-4).
pub(crate) async fn follow(trainer: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some() {
        return Ok(());
    }
    let same = Entity::find()
        .filter(COLUMN.user.eq(trainer.user.as_str()))
        .filter(COLUMN.name.ne(trainer.name.as_str()))
        .filter(COLUMN.state.ne(Coded::from(State::Retired)));
    let Some(holder) = same.one(unit.txn).await? else { return Ok(()) };
    let holder = holder.name;
    let why = say!(
        "this account is {holder} already: change that one, or retire it first",
        "ce compte est déjà {holder} : modifiez celui-là, ou retirez-le d'abord"
    );
    Err(Error::AlreadyExists { field: "trainer.user".to_owned(), why, holder: Some(holder) })
}

/// Trainers by their names; those that are not there are left out.
pub(crate) async fn by_name(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Arc<Model>>, DbErr> {
    let mut found = HashMap::new();
    for some in once(names).chunks(1000) {
        let rows = Entity::find().filter(COLUMN.name.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
    }
    Ok(found)
}
