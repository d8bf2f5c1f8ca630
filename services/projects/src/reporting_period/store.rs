//! Reporting periods on disk: those of one cycle are looked at together.

use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::projects::reporting_period::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::bulk::{Found, MOST};
use crate::report;

/// Refuses days that do not adjoin (PRJ-17), and a move of days that were reported on.
pub(crate) async fn follow(period: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some_and(|before| (before.start, before.end) == (period.start, period.end)) {
        return Ok(());
    }
    let others = Entity::find()
        .filter(COLUMN.cycle.eq(period.cycle))
        .filter(COLUMN.name.ne(period.name.as_str()))
        .all(unit.txn)
        .await?;
    rules::adjoins(period, &others)?;
    if before.is_some() && report::store::any_of_period(unit.txn, &period.name).await? {
        return Err(Error::refused(
            "PRJ-17",
            say!(
                "reports of this period were begun: what they report on does not move",
                "des rapports de cette période sont commencés : les jours couverts ne changent plus"
            ),
        ));
    }
    Ok(())
}

/// Everyone may know when partners report.
pub(crate) fn visible() -> Condition {
    Condition::all()
}

/// All periods, the earliest first.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(COLUMN.start).order_by_asc(COLUMN.name).all(db).await?)
}

/// The names of the periods that a condition takes and that stand where they are to stand by the clock, the earliest first.
pub(crate) async fn standing(
    db: &impl ConnectionTrait,
    condition: Condition,
    stands: impl Fn(&Model) -> bool,
) -> Result<Found> {
    let found = Entity::find().filter(condition).order_by_asc(COLUMN.start).order_by_asc(COLUMN.name);
    let found = found.all(db).await?.into_iter().filter(stands).map(|period| period.name);
    let mut names: Vec<String> = found.collect();
    let all = names.len() as u64;
    names.truncate(MOST as usize);
    Ok((names, all))
}

/// The periods that were not closed when they were last looked at.
pub(crate) async fn unfinished(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.state.ne(Coded::from(State::Closed))).all(db).await?)
}
