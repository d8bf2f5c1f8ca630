//! Reports on disk: what they stand on, and what is written with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, Store, say, stale};
use futures::FutureExt as _;
use proto::projects as pb;
use proto::projects::indicator::CountingBasis;
use proto::projects::report::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseConnection, ExprTrait as _, QueryOrder as _, QuerySelect as _,
};

use super::ground::Ground;
use super::row::{COLUMN, Column, Entity, Model};
use super::verdict::Verdict;
use super::{rules, verdict};
use crate::bulk::Found;
use crate::settings::Agreed;
use crate::{project, project_indicator, reporting_period, result};

/// The reports that a list shows: sealed ones to anyone, others to those who see all of them.
pub(crate) fn visible(caller: &Caller, parent: Option<&str>) -> Condition {
    let mut visible = Condition::all();
    if let Some(project) = parent {
        visible = visible.add(COLUMN.project.eq(format!("projects/{project}")));
    }
    if caller.oversees() {
        return visible;
    }
    let own = || caller.partners.keys().map(String::as_str);
    let takes_part = Query::select()
        .column(("project_participant", "project"))
        .from("project_participant")
        .and_where(Expr::col(("project_participant", "partner")).is_in(own()))
        .to_owned();
    let mut any =
        Condition::any().add(COLUMN.state.is_in(rules::SEALED.iter().map(|state| Coded::from(*state))));
    if !caller.partners.is_empty() {
        any = any.add(COLUMN.lead_partner.is_in(own())).add(COLUMN.project.in_subquery(takes_part));
    }
    visible.add(any)
}

/// A report of this period was begun.
pub(crate) async fn any_of_period(db: &impl ConnectionTrait, period: &str) -> Result<bool> {
    Ok(Entity::find().filter(COLUMN.reporting_period.eq(period)).count(db).await? > 0)
}

/// The reports of a project that count, the earliest first.
pub(crate) async fn accepted(db: &impl ConnectionTrait, project: &str) -> Result<Vec<Model>> {
    let accepted = Entity::find()
        .filter(COLUMN.project.eq(project))
        .filter(COLUMN.state.eq(Coded::from(State::Accepted)));
    let mut accepted = accepted.all(db).await?;
    accepted.sort_by(|one, other| (one.period_start, &one.name).cmp(&(other.period_start, &other.name)));
    Ok(accepted)
}

/// What a report of this project for this period stands on.
///
/// # Errors
/// `NOT_FOUND` without the project; `INVALID_ARGUMENT` without the period.
pub(crate) async fn ground(
    db: &impl ConnectionTrait,
    agreed: Arc<Agreed>,
    project: &str,
    period: &str,
) -> Result<Ground> {
    let found = project::row::Entity::find().filter(project::row::COLUMN.name.eq(project)).one(db).await?;
    let of_name = reporting_period::row::COLUMN.name.eq(period);
    let found_period = match period {
        "" => None,
        _ => {
            let found = reporting_period::row::Entity::find().filter(of_name).one(db).await?;
            Some(found.ok_or_else(|| {
                Error::invalid(
                    "report.reporting_period",
                    say!("there is no such period", "cette période n'existe pas"),
                )
            })?)
        }
    };
    Ok(Ground {
        project: found.ok_or_else(|| Error::not_found(project))?,
        leaf: project::store::is_leaf(db, project).await?,
        period: found_period,
        promises: project_indicator::store::of_project(db, project).await?,
        accepted: accepted(db, project).await?,
        agreed,
    })
}

/// Looks at a new report beside those of the same days.
pub(crate) async fn follow(report: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some() {
        return Ok(());
    }
    let others = Entity::find()
        .filter(COLUMN.project.eq(report.project.as_str()))
        .filter(COLUMN.period_start.eq(report.period_start))
        .filter(COLUMN.period_end.eq(report.period_end))
        .filter(COLUMN.name.ne(report.name.as_str()));
    rules::alone(report, &others.all(unit.txn).await?)
}

/// The indicators of these projects that count people (GDP-2).
pub(crate) async fn counting_people(
    db: &impl ConnectionTrait,
    projects: Vec<&str>,
) -> Result<BTreeSet<String>> {
    let select = Query::select()
        .column(("project_indicator", "name"))
        .from("project_indicator")
        .inner_join("indicator", Expr::col(("indicator", "name")).equals(("project_indicator", "indicator")))
        .and_where(Expr::col(("project_indicator", "project")).is_in(projects))
        .and_where(Expr::col(("indicator", "counting_basis")).eq(Coded::from(CountingBasis::UniquePersons)))
        .to_owned();
    let rows = db.query_all(&select).await?;
    rows.into_iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// The periods of these names.
pub(crate) async fn periods(
    db: &impl ConnectionTrait,
    names: Vec<&str>,
) -> Result<Vec<reporting_period::row::Model>> {
    let of_name = reporting_period::row::COLUMN.name.is_in(names);
    Ok(reporting_period::row::Entity::find().filter(of_name).all(db).await?)
}

/// Begins a report.
///
/// # Errors
/// `ALREADY_EXISTS` naming the report of the same project and period; what the rule refuses.
pub(crate) async fn create(
    store: &Store<Model>,
    agreed: Arc<Agreed>,
    call: Call,
    request: pb::CreateReportRequest,
) -> Result<Model> {
    store
        .once(call, move |unit, call| {
            let (agreed, request) = (Arc::clone(&agreed), request.clone());
            async move {
                let draft = request.report.unwrap_or_default();
                let ground = ground(unit.txn, agreed, &request.parent, &draft.reporting_period).await?;
                let report = rules::create(&request.report_id, &draft, &ground, call)?;
                chassis::store::insert(unit, call, &report).await?;
                Ok((report, true))
            }
            .boxed()
        })
        .await
}

/// Applies a rule to a report and what it stands on.
///
/// # Errors
/// As [`Store::change`]; who is too late learns who changed what (LES-8).
pub(crate) async fn change(
    store: &Store<Model>,
    agreed: Arc<Agreed>,
    call: Call,
    name: &str,
    rule: impl Fn(&mut Model, &Ground, &Call) -> Result<()> + Send + Sync + Clone + 'static,
) -> Result<Model> {
    let name = name.to_owned();
    store
        .once(call, move |unit, call| {
            let (agreed, name, rule) = (Arc::clone(&agreed), name.clone(), rule.clone());
            async move {
                let (report, ground, changed) = apply(unit, agreed, call, &name, rule).await?;
                if changed && report.state == State::Submitted && ground.project.dormant {
                    awake(unit, call, ground.project).await?;
                }
                Ok((report, changed))
            }
            .boxed()
        })
        .await
}

/// Accepts a report, which seals it and ends the one it corrects; or returns it.
///
/// # Errors
/// As [`change`].
pub(crate) async fn review(
    store: &Store<Model>,
    agreed: Arc<Agreed>,
    call: Call,
    name: &str,
    verdict: Verdict,
) -> Result<Model> {
    let name = name.to_owned();
    store
        .once(call, move |unit, call| {
            let (agreed, name, verdict) = (Arc::clone(&agreed), name.clone(), verdict.clone());
            async move {
                // What is sealed counts from the instant that it is written.
                let call = &Call { now: unit.now, ..call.clone() };
                let rule = move |report: &mut Model, ground: &Ground, call: &Call| {
                    verdict::review(report, &verdict, ground, call)
                };
                let (report, ground, changed) = apply(unit, agreed, call, &name, rule).await?;
                if report.state == State::Accepted {
                    if let Some(corrected) = ground.corrected(&report) {
                        supersede(unit, call, corrected.clone(), &report).await?;
                    }
                    result::seal(unit, &report).await?;
                }
                Ok((report, changed))
            }
            .boxed()
        })
        .await
}

/// A correction counts instead of what it corrects.
pub(crate) async fn supersede(unit: &mut Unit<'_>, call: &Call, corrected: Model, by: &Model) -> Result<()> {
    let call = Call { etag: String::new(), ..call.clone() };
    let rule = |corrected: &mut Model| {
        verdict::supersede(corrected, by);
        Ok(())
    };
    chassis::store::apply(unit, &call, corrected, rule).await.map(drop)
}

/// A project that reports is not dormant (PRJ-24).
async fn awake(unit: &mut Unit<'_>, call: &Call, project: project::row::Model) -> Result<()> {
    let call = Call { etag: String::new(), ..call.clone() };
    let rule = |project: &mut project::row::Model| {
        project.dormant = false;
        Ok(())
    };
    chassis::store::apply(unit, &call, project, rule).await.map(drop)
}

/// Begins a correction of an accepted report (BEY-4).
///
/// # Errors
/// As [`change`]; `ALREADY_EXISTS` naming the correction that was begun.
pub(crate) async fn correct(store: &Store<Model>, call: Call, name: &str) -> Result<Model> {
    let name = name.to_owned();
    store
        .once(call, move |unit, call| {
            let name = name.clone();
            async move {
                let accepted = find(unit, call, &name).await?;
                checked(unit, call, accepted.clone(), |report| verdict::correct(report, call).map(drop))
                    .await?;
                let draft = verdict::correct(&accepted, call)?;
                chassis::store::insert(unit, call, &draft).await?;
                Ok((draft, true))
            }
            .boxed()
        })
        .await
}

async fn apply(
    unit: &mut Unit<'_>,
    agreed: Arc<Agreed>,
    call: &Call,
    name: &str,
    rule: impl Fn(&mut Model, &Ground, &Call) -> Result<()>,
) -> Result<(Model, Ground, bool)> {
    let before = find(unit, call, name).await?;
    let ground = ground(unit.txn, agreed, &before.project, &before.reporting_period).await?;
    let (report, changed) = checked(unit, call, before, |report| rule(report, &ground, call)).await?;
    Ok((report, ground, changed))
}

async fn find(unit: &Unit<'_>, call: &Call, name: &str) -> Result<Model> {
    chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))
}

async fn checked(
    unit: &mut Unit<'_>,
    call: &Call,
    before: Model,
    rule: impl Fn(&mut Model) -> Result<()>,
) -> Result<(Model, bool)> {
    match chassis::store::apply(unit, call, before.clone(), rule).await {
        Err(Error::Aborted { reason: "ETAG_MISMATCH", .. }) => {
            Err(stale::explain(unit, call, &before).await?)
        }
        other => other,
    }
}

/// The submitted reports that a condition takes, the oldest first, at most so many; and how many there are.
pub(crate) async fn submitted(db: &DatabaseConnection, condition: Condition, most: u64) -> Result<Found> {
    let found = Entity::find().filter(COLUMN.state.eq(Coded::from(State::Submitted))).filter(condition);
    let all = found.clone().count(db).await?;
    let names = found
        .select_only()
        .column(Column::Name)
        .order_by_asc(COLUMN.submit_time)
        .order_by_asc(COLUMN.name)
        .limit(most);
    Ok((names.into_tuple().all(db).await?, all))
}
