//! What is known of partners, on disk.

use std::collections::HashMap;

use chassis::database::Unit;
use chassis::error::Result;
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::row::{COLUMN, Column, Entity, Model};
use super::rules;
use crate::{api_key, membership, session};

/// What is known of these partners.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    names: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, Model>> {
    let names: Vec<String> = names.into_iter().collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let facts = Entity::find().filter(COLUMN.name.is_in(names)).all(db).await?;
    Ok(facts.into_iter().map(|fact| (fact.name.clone(), fact)).collect())
}

/// Learns a fact; the tokens of those who act for the partner become void when they say something else.
pub(crate) async fn learn(unit: &mut Unit<'_>, heard: Model) -> Result<()> {
    let known = Entity::find_by_id(heard.name.as_str()).one(unit.txn).await?;
    let Some(fact) = rules::merge(known.as_ref(), heard) else { return Ok(()) };
    let changes = rules::changes_claims(known.as_ref(), &fact);
    let partner = fact.name.clone();
    let all = [Column::State, Column::Sector, Column::MergedInto, Column::Revision, Column::NeedsAdmin];
    let newer = OnConflict::column(Column::Name).update_columns(all).to_owned();
    Entity::insert(fact.into_active_model()).on_conflict(newer).exec_without_returning(unit.txn).await?;
    if changes {
        let members = membership::store::members(unit.txn, &partner).await?;
        if !members.is_empty() {
            session::store::void_all(unit, members).await?;
        }
        api_key::store::void_of_partner(unit, &partner).await?;
    }
    Ok(())
}

/// Sets or lifts the flag that a partner has no administrator; says whether that is new.
pub(crate) async fn flag(unit: &Unit<'_>, partner: &str, needs_admin: bool) -> Result<bool> {
    let changed = Entity::update_many()
        .col_expr(Column::NeedsAdmin, Expr::value(needs_admin))
        .filter(COLUMN.name.eq(partner))
        .filter(COLUMN.needs_admin.ne(needs_admin))
        .exec(unit.txn)
        .await?;
    Ok(changed.rows_affected > 0)
}
