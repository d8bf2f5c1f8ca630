//! The indicators of projects on disk, and what the library, the project and accepted reports say of them.

use std::collections::HashMap;

use chassis::column::{Coded, Day};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::common::Origin;
use proto::projects::project::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, ExprTrait as _, Order, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::course::Step;
use super::row::{COLUMN, Entity, Model};
use super::rules::{self, Periods};
use crate::{indicator, measure, project, result};

/// The indicators that a list shows: of one project or of all, as far as the caller sees their projects.
pub(crate) fn visible(project: Option<&str>, projects: Condition) -> Condition {
    let seen = project::row::Entity::find().filter(projects).select_only().column(project::row::Column::Name);
    let visible = Condition::all().add(COLUMN.project.in_subquery(seen.into_query()));
    match project {
        Some(project) => visible.add(COLUMN.project.eq(project)),
        None => visible,
    }
}

/// The indicators of a project, by name.
pub(crate) async fn of_project(db: &impl ConnectionTrait, project: &str) -> Result<Vec<Model>> {
    let mut found =
        Entity::find().filter(COLUMN.project.eq(project)).order_by_asc(COLUMN.name).all(db).await?;
    inform(&mut found, db).await?;
    Ok(found)
}

/// Refuses an indicator that the project has already; found ones may repeat what their record repeats.
pub(crate) async fn follow(promised: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some() || promised.indicator.is_empty() {
        return Ok(());
    }
    result::ledger::keep_indicators(unit, &[&promised.project]).await?;
    if promised.origin == Origin::Imported {
        return Ok(());
    }
    let same = Entity::find()
        .filter(COLUMN.project.eq(promised.project.as_str()))
        .filter(COLUMN.indicator.eq(promised.indicator.as_str()))
        .filter(COLUMN.name.ne(promised.name.as_str()));
    match same.one(unit.txn).await? {
        None => Ok(()),
        Some(holder) => Err(Error::AlreadyExists {
            field: "project_indicator.indicator".to_owned(),
            holder: Some(holder.name),
            why: say!(
                "the project has this indicator already: change that one",
                "le projet a déjà cet indicateur : modifiez celui-là"
            ),
        }),
    }
}

/// Tells indicators of projects what others say of them, in three statements.
pub(crate) async fn inform(promised: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if promised.is_empty() {
        return Ok(());
    }
    let library = indicator::store::named(db, promised.iter().map(|one| one.indicator.as_str())).await?;
    let library: HashMap<String, indicator::row::Model> =
        library.into_iter().map(|indicator| (indicator.name.clone(), indicator)).collect();
    let standing = standing(db, promised).await?;
    let mut actuals = actuals(db, promised).await?;
    for one in promised {
        one.told.library = library.get(&one.indicator).cloned().map(Box::new);
        one.told.project = standing.get(&one.project).copied();
        one.told.actuals = actuals.remove(&one.name).unwrap_or_default();
        one.indicator_version = one.told.library.as_ref().map_or(0, |library| library.version);
    }
    Ok(())
}

/// Where the projects of these stand, and where they came from.
async fn standing(
    db: &impl ConnectionTrait,
    promised: &[Model],
) -> Result<HashMap<String, (State, Origin)>, DbErr> {
    let mut projects: Vec<&str> = promised.iter().map(|one| one.project.as_str()).collect();
    projects.sort_unstable();
    projects.dedup();
    let select = Query::select()
        .columns(["name", "state", "origin"])
        .from("project")
        .and_where(Expr::col("name").is_in(projects))
        .to_owned();
    let mut standing = HashMap::new();
    for row in db.query_all(&select).await? {
        let (state, origin): (Coded<State>, Coded<Origin>) =
            (row.try_get("", "state")?, row.try_get("", "origin")?);
        standing.insert(row.try_get("", "name")?, (state.get(), origin.get()));
    }
    Ok(standing)
}

/// The accepted values of these that count, oldest first.
async fn actuals(db: &impl ConnectionTrait, promised: &[Model]) -> Result<HashMap<String, Vec<Step>>, DbErr> {
    let names = promised.iter().map(|one| one.name.as_str());
    let select = Query::select()
        .columns(["project_indicator", "period_start", "period_end", "kind", "part", "whole", "words"])
        .from("sealed_value")
        .and_where(Expr::col("project_indicator").is_in(names))
        .and_where(Expr::col("supersede_time").is_null())
        .order_by("period_end", Order::Asc)
        .to_owned();
    let mut actuals: HashMap<String, Vec<Step>> = HashMap::new();
    for row in db.query_all(&select).await? {
        let (start, end): (Day, Day) = (row.try_get("", "period_start")?, row.try_get("", "period_end")?);
        let text = |column: &str| row.try_get::<String>("", column);
        let number =
            |digits: String| digits.parse().map_err(|_| DbErr::Type(format!("{digits:?} is no number")));
        let value = match row.try_get::<i32>("", "kind")? {
            NUMBER => measure::decimal(number(text("part")?)?),
            RATIO => measure::ratio(number(text("part")?)?, number(text("whole")?)?),
            WORDS => measure::words(text("words")?),
            _ => continue, // there is none, for a reason
        };
        actuals.entry(text("project_indicator")?).or_default().push(Step { start, end, value });
    }
    Ok(actuals)
}

/// What kind of value was sealed.
const NUMBER: i32 = 1;
const RATIO: i32 = 2;
const WORDS: i32 = 3;

/// The days of reporting periods, by their names; those that are not there are left out.
pub(crate) async fn periods(db: &impl ConnectionTrait, names: &[String]) -> Result<Periods> {
    let mut periods = Periods::new();
    for chunk in names.chunks(1000) {
        let select = Query::select()
            .columns(["name", "start", "end"])
            .from("reporting_period")
            .and_where(Expr::col("name").is_in(chunk.iter().map(String::as_str)))
            .to_owned();
        for row in db.query_all(&select).await? {
            periods.insert(row.try_get("", "name")?, (row.try_get("", "start")?, row.try_get("", "end")?));
        }
    }
    Ok(periods)
}

/// What projects promised by an indicator fits the meaning that it now has.
pub(crate) async fn fit(db: &impl ConnectionTrait, indicator: &indicator::row::Model) -> Result<()> {
    let meaning = indicator.meaning();
    for promised in Entity::find().filter(COLUMN.indicator.eq(indicator.name.as_str())).all(db).await? {
        rules::fits(&promised, &meaning)?;
    }
    Ok(())
}

/// Those of these that accepted reports have values of: also superseded ones, which stay readable.
pub(crate) async fn with_values(db: &impl ConnectionTrait, names: &[&str]) -> Result<Vec<String>> {
    let select = Query::select()
        .distinct()
        .column("project_indicator")
        .from("sealed_value")
        .and_where(Expr::col("project_indicator").is_in(names.iter().copied()))
        .to_owned();
    let rows = db.query_all(&select).await?;
    rows.into_iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

#[cfg(test)]
mod tests;
