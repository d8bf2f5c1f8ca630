//! What the records of a plan promise, beside what their projects have.

use chassis::column::Micros;
use chassis::error::Result;
use proto::common::Origin;
use sea_orm::ConnectionTrait;

use super::Plan;
use super::promises::{self, Counterparts};
use crate::project::as_found::results::Promise;
use crate::project::row::Model;
use crate::project_indicator;

/// The indicators of a record, and those that its project has.
pub(super) struct Promised {
    pub(super) project: Model,
    known: Vec<project_indicator::row::Model>,
    before: Vec<Promise>,
    promises: Vec<Promise>,
}

impl Promised {
    /// What they come to.
    pub(super) fn changes(&self, counterparts: &Counterparts, now: Micros) -> promises::Changes {
        promises::plan(&self.project, self.known.clone(), &self.before, &self.promises, counterparts, now)
    }
}

/// What the records of a plan promise.
///
/// # Errors
/// Only the database's.
pub(super) async fn promised(db: &impl ConnectionTrait, plan: &mut Plan) -> Result<Vec<Promised>> {
    let mut all = Vec::new();
    for (project, record) in &mut plan.created {
        let promises = std::mem::take(&mut record.promises);
        all.push(Promised { project: project.clone(), known: Vec::new(), before: Vec::new(), promises });
    }
    for change in &mut plan.changed {
        let mut known = project_indicator::store::of_project(db, &change.before.name).await?;
        known.retain(|one| one.origin == Origin::Imported);
        let (before, promises) =
            (std::mem::take(&mut change.promised), std::mem::take(&mut change.record.promises));
        all.push(Promised { project: change.after.clone(), known, before, promises });
    }
    // Of a record that promises nothing any more, what came before no longer counts.
    all.retain(|one| !one.promises.is_empty() || !one.known.is_empty());
    Ok(all)
}
