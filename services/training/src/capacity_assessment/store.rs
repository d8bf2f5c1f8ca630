//! Capacity assessments on disk: which of them are seen, and what they are compared with.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::Result;
use proto::training::capacity_assessment::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::programme::store::once;

/// The assessments that a list shows.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = Condition::all()
        .add(COLUMN.state.eq(Coded::from(State::Validated)))
        .add(COLUMN.subject.gte("territories/"))
        .add(COLUMN.subject.lt("territories0"));
    let mut visible = Condition::any().add(public);
    if !caller.partners.is_empty() {
        visible = visible.add(COLUMN.partner.is_in(caller.partners.keys().map(String::as_str)));
    }
    visible
}

/// Refuses a comparison that is none (TRN-17).
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let same = before.is_some_and(|before| {
        (&before.previous, before.assessment_date) == (&row.previous, row.assessment_date)
    });
    if same || row.previous.is_empty() {
        return Ok(());
    }
    let previous = by_name(unit.txn, std::iter::once(&row.previous)).await?;
    rules::follows(row, previous.get(&row.previous).map(|previous| &**previous))
}

/// Tells assessments what they are compared with.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let previous = by_name(db, rows.iter().map(|row| &row.previous)).await?;
    for row in rows {
        row.before = previous.get(&row.previous).cloned();
    }
    Ok(())
}

async fn by_name(
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

/// The latest valid assessment of a subject.
pub(crate) async fn latest(db: &impl ConnectionTrait, subject: &str) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(COLUMN.subject.eq(subject))
        .filter(COLUMN.state.eq(Coded::from(State::Validated)))
        .order_by_desc(COLUMN.assessment_date)
        .order_by_desc(COLUMN.name)
        .one(db)
        .await
}
