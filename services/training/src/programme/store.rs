//! Programmes on disk: which of them are seen, and what was published of them.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::Result;
use chassis::filter::holds;
use proto::training as pb;
use proto::training::programme::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _};

use super::revision;
use super::row::{COLUMN, Column, Entity, Model};
use crate::alignment::FUNCTIONAL_CAPACITIES;

/// The programmes that a list shows: those that were published, and the drafts of the caller's partners.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = Condition::any().add(COLUMN.state.ne(Coded::from(State::Draft)));
    let own = |partner: &String| holds(Expr::col(Column::Providers), partner);
    caller.partners.keys().map(own).fold(public, Condition::add)
}

/// The programmes that the caller's partners provide.
pub(crate) fn of_providers(caller: &Caller) -> SelectStatement {
    let own = |partner: &String| holds(Expr::col((Entity, Column::Providers)), partner);
    let own = caller.partners.keys().map(own).fold(Condition::any(), Condition::add);
    Query::select().column((Entity, Column::Name)).from(Entity).cond_where(own).to_owned()
}

/// Programmes by their names; those that are not there are left out.
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

/// What was published under these names of revisions; those that are not there are left out.
pub(crate) async fn contents(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Arc<pb::Programme>>, DbErr> {
    let mut found = HashMap::new();
    for some in once(names).chunks(1000) {
        let these = revision::COLUMN.name.is_in(some.iter().copied());
        let rows = revision::Entity::find().filter(these).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.name, Arc::new(row.content.into_inner()))));
    }
    Ok(found)
}

/// Names, each once, without the empty one.
pub(crate) fn once<'n>(names: impl Iterator<Item = &'n String>) -> Vec<&'n str> {
    let mut names: Vec<&str> = names.map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// All published programmes.
pub(crate) async fn published(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(COLUMN.state.eq(Coded::from(State::Published)))
        .order_by_asc(COLUMN.name)
        .all(db)
        .await
}

/// The published programmes that are aligned with a functional capacity.
pub(crate) async fn helping(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let aligned = |code: &&str| holds(Expr::col((Entity, Column::TargetCodes)), code);
    let any = FUNCTIONAL_CAPACITIES.iter().map(aligned).fold(Condition::any(), Condition::add);
    Entity::find().filter(COLUMN.state.eq(Coded::from(State::Published))).filter(any).all(db).await
}

/// Keeps what is published, whenever it is published anew (TRN-2).
pub(crate) async fn follow(programme: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let number = programme.published_number;
    if number == before.map_or(0, |before| before.published_number) {
        return Ok(());
    }
    // What it lacks is said in the language of whoever asks: it is no part of what is published.
    let content = pb::Programme { gaps: Vec::new(), ..programme.clone().into() };
    revision::keep(unit, &programme.name, number, content).await
}
