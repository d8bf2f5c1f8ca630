//! Replications on disk: what others know of them, and which models come from which.

use std::collections::{BTreeSet, HashMap, HashSet};

use proto::businessmodels::replication::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::row::{COLUMN, Entity, Model};
use crate::business_model::row as model;

/// The replications of one model, or of all.
pub(crate) fn of_model(of: Option<&str>) -> Condition {
    Condition::all().add_option(of.map(|of| COLUMN.business_model.eq(of)))
}

/// Tells replications whether their derived models are published (BM-10).
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let derived: Vec<&str> = rows.iter().map(|row| row.derived_business_model.as_str()).collect();
    let found: Vec<String> = model::Entity::find()
        .select_only()
        .column(model::Column::Name)
        .filter(model::COLUMN.name.is_in(derived))
        .filter(model::COLUMN.published_number.gt(0))
        .into_tuple()
        .all(db)
        .await?;
    let found: HashSet<String> = found.into_iter().collect();
    for row in rows {
        row.derived_published = found.contains(&row.derived_business_model);
    }
    Ok(())
}

/// What replications say of these models: how many were replicated elsewhere (BM-12), and of which no gap of the context is
/// recorded that should be (BM-9).
#[derive(Default)]
pub(crate) struct Said {
    /// Territories where the model was replicated.
    pub(crate) replicated: HashMap<String, BTreeSet<String>>,
    /// Derived models with a replication that records no gap.
    pub(crate) unrecorded: HashSet<String>,
}

impl Said {
    /// What these say.
    pub(super) fn of(replications: Vec<Model>) -> Self {
        let mut said = Self::default();
        for row in replications {
            if row.context_gaps.is_empty() && row.state != State::Abandoned {
                said.unrecorded.insert(row.derived_business_model);
            }
            if row.state == State::Replicated {
                said.replicated.entry(row.business_model).or_default().insert(row.territory);
            }
        }
        said
    }
}

/// As [`Said`].
pub(crate) async fn said(db: &impl ConnectionTrait, names: &[String]) -> Result<Said, DbErr> {
    let any = Condition::any()
        .add(COLUMN.business_model.is_in(names.iter().map(String::as_str)))
        .add(COLUMN.derived_business_model.is_in(names.iter().map(String::as_str)));
    Ok(Said::of(Entity::find().filter(any).all(db).await?))
}

/// All replications that lead to this model, however far back, and all that lead on from it, the oldest first.
pub(crate) async fn lineage(db: &impl ConnectionTrait, name: &str) -> Result<Vec<Model>, DbErr> {
    let mut found = ancestry(db, name).await?;
    let mut known: HashSet<String> = found.iter().map(|row| row.name.clone()).collect();
    let (mut seen, mut next) = (HashSet::from([name.to_owned()]), vec![name.to_owned()]);
    while !next.is_empty() {
        let rows = Entity::find().filter(COLUMN.business_model.is_in(next)).all(db).await?;
        next = Vec::new();
        for row in rows {
            if seen.insert(row.derived_business_model.clone()) {
                next.push(row.derived_business_model.clone());
            }
            if known.insert(row.name.clone()) {
                found.push(row);
            }
        }
    }
    found.sort_by(|a, b| (a.create_time, &a.name).cmp(&(b.create_time, &b.name)));
    Ok(found)
}

/// All replications that lead to this model, however far back.
pub(crate) async fn ancestry(db: &impl ConnectionTrait, name: &str) -> Result<Vec<Model>, DbErr> {
    let (mut found, mut seen, mut next) = (Vec::new(), HashSet::new(), vec![name.to_owned()]);
    while !next.is_empty() {
        let leading = Entity::find().filter(COLUMN.derived_business_model.is_in(next));
        let rows = leading.order_by_asc(COLUMN.name).all(db).await?;
        next = Vec::new();
        for row in rows {
            if seen.insert(row.name.clone()) {
                next.push(row.business_model.clone());
                found.push(row);
            }
        }
    }
    Ok(found)
}

/// All replications of these models, by name.
pub(crate) async fn of_models(
    db: &impl ConnectionTrait,
    models: &HashSet<&str>,
) -> Result<Vec<Model>, DbErr> {
    let rows = Entity::find().order_by_asc(COLUMN.name).all(db).await?;
    Ok(rows.into_iter().filter(|row| models.contains(row.business_model.as_str())).collect())
}
