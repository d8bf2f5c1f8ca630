//! Indicators on disk: each code once, and which of them accepted reports use.

use std::collections::HashSet;

use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::projects::indicator::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::project_indicator;

/// The indicators that a list shows: the library is open to all.
pub(crate) fn visible() -> Condition {
    Condition::all()
}

/// Refuses a code that another indicator has, a successor that is not there, and a new meaning that what projects
/// promised does not fit.
pub(crate) async fn follow(indicator: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_none_or(|before| before.code != indicator.code) {
        code_free(indicator, unit).await?;
    }
    if before.is_some_and(|before| before.version != indicator.version) {
        project_indicator::store::fit(unit.txn, indicator).await?;
    }
    if before.is_some_and(|before| before.successor != indicator.successor) && !indicator.successor.is_empty()
    {
        let successor = Entity::find().filter(COLUMN.name.eq(indicator.successor.as_str()));
        rules::may_succeed(successor.one(unit.txn).await?.as_ref())?;
    }
    Ok(())
}

async fn code_free(indicator: &Model, unit: &Unit<'_>) -> Result<()> {
    let code = &indicator.code;
    let same =
        Entity::find().filter(COLUMN.code.eq(code.as_str())).filter(COLUMN.name.ne(indicator.name.as_str()));
    match same.one(unit.txn).await? {
        None => Ok(()),
        Some(holder) => Err(Error::AlreadyExists {
            field: "indicator.code".to_owned(),
            why: say!(
                "another indicator has the code {code} already: use that one",
                "un autre indicateur a déjà le code {code} : utilisez celui-là"
            ),
            holder: Some(holder.name),
        }),
    }
}

/// Tells indicators whether an accepted report uses them.
pub(crate) async fn inform(indicators: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let names = indicators.iter().map(|indicator| indicator.name.as_str());
    let used = Query::select()
        .distinct()
        .column("indicator")
        .from("sealed_value")
        .and_where(Expr::col("indicator").is_in(names))
        .to_owned();
    let mut in_use = HashSet::new();
    for row in db.query_all(&used).await? {
        in_use.insert(row.try_get_by_index::<String>(0)?);
    }
    for indicator in indicators {
        indicator.in_use = in_use.contains(&indicator.name);
    }
    Ok(())
}

/// The indicators that projects may take up.
pub(crate) async fn active(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(COLUMN.state.eq(Coded::from(State::Active))).all(db).await
}

/// Indicators by their names; those that are not there are left out.
pub(crate) async fn named(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &str>,
) -> Result<Vec<Model>, DbErr> {
    let names: HashSet<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    Entity::find().filter(COLUMN.name.is_in(names)).all(db).await
}
