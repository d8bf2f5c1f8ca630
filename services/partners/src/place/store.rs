//! Places on disk: what they name, and by what they are found again.

use std::collections::{HashMap, HashSet};

use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::partners::place::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, QueryOrder as _};

use super::row::{COLUMN, Column, Entity, Model};
use crate::partner;

/// Values in one statement, at most.
const CHUNK: usize = 1000;

/// The partner that a place names is there.
pub(super) async fn follow(place: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some_and(|before| before.partner == place.partner) {
        return Ok(());
    }
    let found: Option<partner::row::Model> = chassis::store::find(unit, &place.partner).await?;
    match found {
        Some(partner) if partner.merged_into.is_empty() => Ok(()),
        Some(partner) => Err(Error::invalid(
            "place.partner",
            say!(
                "it was merged into {survivor}: name that one",
                "elle a été fusionnée dans {survivor} : indiquez celle-là",
                survivor = partner.merged_into
            ),
        )),
        None => Err(Error::invalid(
            "place.partner",
            say!("there is no such partner", "cette organisation n'existe pas"),
        )),
    }
}

/// Anyone may read all of them.
pub(super) fn all() -> Condition {
    Condition::all()
}

/// Those that take people in.
pub(super) fn open() -> Condition {
    Condition::all().add(COLUMN.state.eq(Coded::from(State::Open)))
}

/// The references that several sources give: they tell nothing apart.
pub(super) async fn ambiguous(db: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let select = Query::select()
        .column("external_reference")
        .from("place")
        .and_where(Expr::col("external_reference").ne(""))
        .group_by_col("external_reference")
        .and_having(Expr::col("name").count().gt(1))
        .to_owned();
    let rows = db.query_all(&select).await?;
    rows.into_iter().map(|row| row.try_get("", "external_reference")).collect()
}

/// Places that are known, by all that they may be found again by.
#[derive(Default)]
pub(super) struct Known {
    places: Vec<Model>,
    by_reference: HashMap<(String, String), usize>,
    by_pivot: HashMap<(String, String), Vec<usize>>,
    by_address: HashMap<(String, String), Vec<usize>>,
}

impl Known {
    /// Those that some records may be of: by their references, and by their names.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        references: &[&str],
        folded_titles: &[&str],
    ) -> Result<Self, DbErr> {
        let mut known = Self::default();
        let mut seen = HashSet::new();
        for (column, values) in
            [(Column::ExternalReference, references), (Column::FoldedTitle, folded_titles)]
        {
            for some in values.chunks(CHUNK) {
                let these = column.is_in(some.iter().copied());
                for place in Entity::find().filter(these).order_by_asc(COLUMN.name).all(db).await? {
                    if seen.insert(place.name.clone()) {
                        known.places.push(place);
                    }
                }
            }
        }
        for (at, place) in known.places.iter().enumerate() {
            if !place.external_reference.is_empty() {
                known.by_reference.insert((place.source.clone(), place.external_reference.clone()), at);
            }
            if !place.pivot.is_empty() {
                known.by_pivot.entry((place.pivot.clone(), place.folded_title.clone())).or_default().push(at);
            }
            let address = (place.folded_title.clone(), place.folded_address.clone());
            known.by_address.entry(address).or_default().push(at);
        }
        Ok(known)
    }

    /// The place that a record is of: the one with its reference, of its source; else the one with its SIRET and its name; else the
    /// one with its name and address. One that its own source calls otherwise is another.
    pub(super) fn find(&self, record: &Model) -> Option<&Model> {
        let reference = (record.source.clone(), record.external_reference.clone());
        if let Some(at) = self.by_reference.get(&reference) {
            return self.places.get(*at);
        }
        let pivot = (record.pivot.clone(), record.folded_title.clone());
        let address = (record.folded_title.clone(), record.folded_address.clone());
        let found =
            [self.by_pivot.get(&pivot), self.by_address.get(&address)].into_iter().flatten().flatten();
        let own = |place: &&Model| place.external_reference.is_empty() || place.source != record.source;
        found.filter_map(|at| self.places.get(*at)).find(own)
    }
}
