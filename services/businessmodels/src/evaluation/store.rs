//! Evaluations on disk: which of them are seen, and what they say of models.

use std::collections::{HashMap, HashSet};

use chassis::auth::Caller;
use chassis::column::{Coded, Strings};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::lifecycle::Stateful as _;
use chassis::{say, store as rows};
use proto::businessmodels::evaluation::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QuerySelect as _};

use super::row::{COLUMN, Column, Entity, Model};
use super::rules;
use crate::business_model::{revision, row as model};

/// The evaluations that a list shows, of one model or of all: those that were submitted, and those of the caller's partners.
pub(crate) fn visible(caller: &Caller, of: Option<&str>) -> Condition {
    let of = Condition::all().add_option(of.map(|of| COLUMN.business_model.eq(of)));
    if caller.oversees() {
        return of;
    }
    let own = COLUMN.evaluator_partner.is_in(caller.partners.keys().map(String::as_str));
    of.add(Condition::any().add(COLUMN.state.eq(Coded::from(State::Submitted))).add(own))
}

/// Tells evaluations who makes their models.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let names: Vec<&str> = rows.iter().map(|row| row.business_model.as_str()).collect();
    let found = model::Entity::find().filter(model::COLUMN.name.is_in(names)).all(db).await?;
    let makers: HashMap<&str, Strings> =
        found.iter().map(|model| (model.name.as_str(), model.parties().into_iter().collect())).collect();
    for row in rows {
        row.makers = makers.get(row.business_model.as_str()).cloned().unwrap_or_default();
    }
    Ok(())
}

/// Of a published revision, by a partner that did not make it, once.
pub(crate) async fn check(unit: &Unit<'_>, evaluation: &Model) -> Result<()> {
    let evaluated: Option<revision::Model> = rows::find(unit, &evaluation.business_model_revision).await?;
    if evaluated.is_none() {
        return Err(Error::invalid(
            "evaluation.business_model_revision",
            say!("there is no such revision", "cette révision n'existe pas"),
        ));
    }
    let mut told = [evaluation.clone()];
    inform(&mut told, unit.txn).await?;
    rules::independent(&told[0])?;
    let same = Entity::find()
        .filter(COLUMN.business_model_revision.eq(evaluation.business_model_revision.as_str()))
        .filter(COLUMN.evaluator_partner.eq(evaluation.evaluator_partner.as_str()));
    let Some(holder) = same.one(unit.txn).await?.map(|row| row.name) else { return Ok(()) };
    Err(Error::AlreadyExists {
        field: "evaluation.business_model_revision".to_owned(),
        why: say!("{holder} evaluates it already: change that one", "{holder} l'évalue déjà : modifiez-la"),
        holder: Some(holder),
    })
}

/// What was submitted of these revisions.
pub(crate) async fn submitted(
    db: &impl ConnectionTrait,
    revisions: &[String],
) -> Result<HashMap<String, Vec<Model>>, DbErr> {
    let mut found: HashMap<String, Vec<Model>> = HashMap::new();
    if revisions.is_empty() {
        return Ok(found);
    }
    let rows = Entity::find()
        .filter(COLUMN.business_model_revision.is_in(revisions.iter().map(String::as_str)))
        .filter(COLUMN.state.eq(Coded::from(State::Submitted)));
    for row in rows.all(db).await? {
        found.entry(row.business_model_revision.clone()).or_default().push(row);
    }
    Ok(found)
}

/// How many evaluations of these models were submitted.
pub(crate) async fn count(db: &impl ConnectionTrait, models: &HashSet<&str>) -> Result<usize, DbErr> {
    let of: Vec<String> = Entity::find()
        .select_only()
        .column(Column::BusinessModel)
        .filter(COLUMN.state.eq(Coded::from(State::Submitted)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(of.iter().filter(|model| models.contains(model.as_str())).count())
}
