//! Who a partner is today: itself, or the one that took its place (BEY-1).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::partners::partner::{Sector, State};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, FromQueryResult, QuerySelect as _};

use super::row::{COLUMN, Column, Entity};
use super::rules::LIVE;

/// What others must know of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Itself, or the partner that took its place.
    pub name: String,
    /// Its sector.
    pub sector: Sector,
    /// It takes part in the network today.
    pub active: bool,
}

#[derive(Clone, Debug, FromQueryResult)]
struct Known {
    name: String,
    state: Coded<State>,
    sector: Coded<Sector>,
    merged_into: String,
}

/// Who these partners are, by the names that were asked for; those that are not there are left out.
pub(crate) async fn who(
    db: &impl ConnectionTrait,
    names: BTreeSet<String>,
) -> Result<HashMap<String, Who>, DbErr> {
    let mut found = known(db, names.iter()).await?;
    let survivors = found.values().map(|partner| partner.merged_into.clone());
    let survivors: BTreeSet<String> = survivors.filter(|name| !name.is_empty()).collect();
    if !survivors.is_empty() {
        found.extend(known(db, survivors.iter()).await?);
    }
    let of = |name: &String| {
        let partner = found.get(name)?;
        let now = found.get(&partner.merged_into).unwrap_or(partner);
        let active = now.state == State::Active;
        Some((name.clone(), Who { name: now.name.clone(), sector: now.sector.get(), active }))
    };
    Ok(names.iter().filter_map(of).collect())
}

async fn known(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Known>, DbErr> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let mut found = HashMap::new();
    for some in names.chunks(1000) {
        let select = Entity::find()
            .select_only()
            .columns([Column::Name, Column::State, Column::Sector, Column::MergedInto])
            .filter(COLUMN.name.is_in(some.iter().copied()))
            .into_model::<Known>();
        found.extend(select.all(db).await?.into_iter().map(|partner| (partner.name.clone(), partner)));
    }
    Ok(found)
}

/// Of the partners that were merged into these, each with the one that took its place (BEY-1).
pub(crate) async fn merged_into(
    db: &impl ConnectionTrait,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, DbErr> {
    let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let mut found = BTreeMap::new();
    for some in names.chunks(1000) {
        // Said twice, since the index holds merged partners alone.
        let select = Entity::find()
            .select_only()
            .columns([Column::Name, Column::State, Column::Sector, Column::MergedInto])
            .filter(COLUMN.merged_into.ne(""))
            .filter(COLUMN.merged_into.is_in(some.iter().copied()))
            .into_model::<Known>();
        found.extend(select.all(db).await?.into_iter().map(|partner| (partner.name, partner.merged_into)));
    }
    Ok(found)
}

/// The partner to write down for one that was named: itself while it lives, or who took its place.
pub(crate) async fn living(unit: &Unit<'_>, field: &str, name: &str) -> Result<String> {
    let mut known = known(unit.txn, std::iter::once(&name.to_owned())).await?;
    let Some(found) = known.remove(name) else {
        return Err(Error::invalid(field, say!("no such partner", "cette organisation n'existe pas")));
    };
    if !found.merged_into.is_empty() {
        return Ok(found.merged_into);
    }
    if LIVE.contains(&found.state.get()) {
        return Ok(found.name);
    }
    Err(Error::invalid(field, say!("it has left the network", "elle a quitté le réseau")))
}
