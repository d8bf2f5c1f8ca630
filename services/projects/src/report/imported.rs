//! Reports of the past, taken over as they were found (BEY-8): they count at once, and no guard is applied to them.

use chassis::Call;
use chassis::database::Unit;
use chassis::error::Result;
use proto::common::Origin;
use sea_orm::entity::prelude::*;

use super::row::{COLUMN, Entity, Model};
use super::{rules, store, verdict};

/// What became of a report that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is there now.
    New,
    /// It replaces what was found before.
    Changed,
    /// It was there already, with these figures.
    Same,
    /// The partner reports these days here: that stands.
    Kept,
}

/// Takes over a report as found: made with [`rules::blank`], its days, its figures and what else is known of it set.
/// Where other figures were found before, it corrects them, for a reason that stays (BEY-4); a report without figures takes
/// them back.
///
/// # Errors
/// Only the database's.
pub async fn as_found(unit: &mut Unit<'_>, call: &Call, report: Model, why: &str) -> Result<Taken> {
    let mut report = verdict::as_found(report, unit.now);
    let there = Entity::find()
        .filter(COLUMN.project.eq(report.project.as_str()))
        .filter(COLUMN.period_start.eq(report.period_start))
        .filter(COLUMN.period_end.eq(report.period_end))
        .all(unit.txn)
        .await?;
    if there.iter().any(|other| other.origin != Origin::Imported) {
        return Ok(Taken::Kept);
    }
    let counting = there
        .into_iter()
        .find(|other| !rules::OPEN.contains(&other.state.get()) && other.supersede_time.is_none());
    let taken = match &counting {
        Some(counting) if says_the_same(counting, &report) => return Ok(Taken::Same),
        Some(counting) => {
            report.corrects.clone_from(&counting.name);
            report.correction = counting.correction.saturating_add(1);
            why.clone_into(&mut report.correction_reason);
            verdict::restate(&mut report, counting);
            Taken::Changed
        }
        None => Taken::New,
    };
    chassis::store::insert(unit, call, &report).await?;
    if let Some(counting) = counting {
        store::supersede(unit, call, counting, &report).await?;
    }
    crate::result::seal(unit, &report).await?;
    Ok(taken)
}

/// All reports of a project, whatever became of them.
pub(crate) async fn there(db: &impl ConnectionTrait, project: &str) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.project.eq(project)).all(db).await?)
}

fn says_the_same(one: &Model, other: &Model) -> bool {
    (&one.values, &one.narrative, &one.expenditures, &one.evidence)
        == (&other.values, &other.narrative, &other.expenditures, &other.evidence)
}
