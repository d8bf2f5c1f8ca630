//! Needs on disk, and what projects say of them.

use std::collections::{HashMap, HashSet};

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::database::Unit;
use chassis::error::Result;
use proto::projects as pb;
use proto::projects::report::State as ReportState;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, JoinType, Order};

use super::row::{COLUMN, Model};
use super::rules::{self, Accepted};
use crate::{project, territory};

/// The needs that a list shows: of one territory, or of all.
pub(crate) fn of(territory: Option<&str>) -> Condition {
    match territory {
        Some(territory) => Condition::all().add(COLUMN.territory.eq(territory)),
        None => Condition::all(),
    }
}

/// Writes a new need of a territory that has not ended.
pub(crate) async fn propose(unit: &mut Unit<'_>, call: &Call, mut need: Model) -> Result<(Model, bool)> {
    let territory = territory::store::find(unit, call, &need.territory).await?;
    territory::rules::still_there(&territory, unit.now)?;
    need.authority = territory.authority;
    chassis::store::insert(unit, call, &need).await?;
    Ok((need, true))
}

/// Resolves a need by what its projects have shown (PRJ-5), both read in one transaction.
pub(crate) async fn resolve(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::ResolveNeedRequest,
) -> Result<(Model, bool)> {
    let name = &request.name;
    let need: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let accepted = accepted(unit.txn, name).await?;
    chassis::store::apply(unit, call, need, |need| {
        rules::resolve(need, request.outcome(), &request.evidence, &accepted, call)
    })
    .await
}

/// The needs of a territory belong to its new authority too.
pub(crate) async fn follow_authority(unit: &Unit<'_>, territory: &str, authority: &str) -> Result<()> {
    let follow = Query::update()
        .table("need")
        .value("authority", authority)
        .and_where(Expr::col("territory").eq(territory))
        .to_owned();
    unit.txn.execute(&follow).await?;
    Ok(())
}

/// The accepted reports of the projects that answer a need.
async fn accepted(db: &impl ConnectionTrait, need: &str) -> Result<Vec<Accepted>> {
    let mut select = answering();
    select
        .expr_as(Expr::col(("report", "accept_time")), "accept_time")
        .expr_as(Expr::col(("project", "actual_start")), "actual_start")
        .join(JoinType::InnerJoin, "report", Expr::col(("report", "project")).equals(("project", "name")))
        .and_where(Expr::col(("project_need", "need")).eq(need))
        .and_where(Expr::col(("report", "state")).eq(ReportState::Accepted as i32))
        .and_where(Expr::col(("report", "accept_time")).is_not_null());
    let mut accepted = Vec::new();
    for row in db.query_all(&select).await? {
        let report: Micros = row.try_get("", "accept_time")?;
        accepted.push(Accepted { report, start: row.try_get("", "actual_start")? });
    }
    Ok(accepted)
}

/// Projects with the needs that they answer.
fn answering() -> SelectStatement {
    let mut select = Query::select();
    select.from("project_need").join(
        JoinType::InnerJoin,
        "project",
        Expr::col(("project", "name")).equals(("project_need", "project")),
    );
    select
}

/// Needs as messages, with the projects that answer them, of those that the caller may see, and whether one is under way,
/// completed or closed (PRJ-6).
pub(crate) async fn told(
    db: &impl ConnectionTrait,
    needs: Vec<Model>,
    caller: &Caller,
) -> Result<Vec<pb::Need>> {
    let names: Vec<&str> = needs.iter().map(|need| need.name.as_str()).collect();
    let (mut projects, mut addressed) = (HashMap::<String, Vec<String>>::new(), HashSet::new());
    for chunk in names.chunks(1000) {
        let own = caller.partners.keys().cloned().collect();
        let mut select = answering();
        select
            .column(("project_need", "need"))
            .column(("project_need", "project"))
            .and_where(Expr::col(("project_need", "need")).is_in(chunk.iter().copied()))
            .cond_where(project::store::visible(caller.oversees(), own))
            .order_by(("project_need", "project"), Order::Asc);
        for row in db.query_all(&select).await? {
            projects.entry(row.try_get("", "need")?).or_default().push(row.try_get("", "project")?);
        }
        let select = Query::select()
            .column("need")
            .from("need_addressed")
            .and_where(Expr::col("need").is_in(chunk.iter().copied()))
            .and_where(Expr::col("addressed").eq(true))
            .to_owned();
        for row in db.query_all(&select).await? {
            addressed.insert(row.try_get::<String>("", "need")?);
        }
    }
    let told = needs.into_iter().map(|need| {
        let (projects, addressed) =
            (projects.remove(&need.name).unwrap_or_default(), addressed.contains(&need.name));
        pb::Need { projects, addressed, ..need.into() }
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests;
