//! What obligations follow from, read in a fixed number of queries: projects, periods, reports, reminders.

use std::collections::{BTreeMap, HashMap};

use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed};
use chassis::database::Unit;
use chassis::error::Result;
use proto::common::LocalizedText;
use proto::projects::report as pb;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::rules::{Facts, Obligation, Project, Report};
use crate::project::row as project;
use crate::report::row as report;
use crate::report::rules::REPORTING;
use crate::reporting_period;

/// Whose obligations are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of the network.
    All,
    /// Of the projects that these partners lead or take part in (LES-23).
    Of(Vec<String>),
}

impl Scope {
    /// What a caller may know.
    pub(crate) fn of(caller: &Caller) -> Self {
        match caller.oversees() {
            true => Self::All,
            false => Self::Of(caller.partners.keys().cloned().collect()),
        }
    }

    /// The projects in it.
    pub(crate) fn projects(&self) -> Condition {
        let Self::Of(partners) = self else { return Condition::all() };
        let partners = || partners.iter().map(String::as_str);
        let takes_part = Query::select()
            .column(("project_participant", "project"))
            .from("project_participant")
            .and_where(Expr::col(("project_participant", "partner")).is_in(partners()))
            .to_owned();
        Condition::any()
            .add(project::COLUMN.lead_partner.is_in(partners()))
            .add(project::COLUMN.name.in_subquery(takes_part))
    }
}

/// Projects that report: under way, suspended or completed, and without parts.
fn reporting(scope: &Scope) -> Condition {
    let with_parts = Query::select()
        .column(("project", "parent_project"))
        .from("project")
        .and_where(Expr::col(("project", "parent_project")).ne(""))
        .to_owned();
    Condition::all()
        .add(project::COLUMN.state.is_in(REPORTING.iter().map(|state| Coded::from(*state))))
        .add(project::COLUMN.name.not_in_subquery(with_parts))
        .add(scope.projects())
}

/// No condition more.
pub(crate) fn any() -> Condition {
    Condition::all()
}

type ProjectColumns = (String, String, Micros, Option<Day>, Option<Day>, Option<Day>, bool);
type ReportColumns =
    (String, String, String, Coded<pb::State>, Micros, Coded<pb::Punctuality>, Option<Micros>, bool);

/// What the obligations of a scope follow from, of the projects that also fit a condition.
pub(crate) async fn facts(db: &impl ConnectionTrait, scope: Scope, also: Condition) -> Result<Facts> {
    let asked = reporting(&scope).add(also);
    let projects: Vec<ProjectColumns> = project::Entity::find()
        .select_only()
        .column(project::Column::Name)
        .column(project::Column::LeadPartner)
        .column(project::Column::CreateTime)
        .column(project::Column::PlannedStart)
        .column(project::Column::ActualStart)
        .column(project::Column::ActualEnd)
        .column(project::Column::Dormant)
        .filter(asked.clone())
        .into_tuple()
        .all(db)
        .await?;
    let names = Query::select().column(("project", "name")).from("project").cond_where(asked).to_owned();
    let of_scope = report::Entity::find()
        .filter(report::COLUMN.reporting_period.ne(""))
        .filter(report::COLUMN.project.in_subquery(names));
    let reports: Vec<ReportColumns> = of_scope
        .select_only()
        .column(report::Column::Name)
        .column(report::Column::Project)
        .column(report::Column::ReportingPeriod)
        .column(report::Column::State)
        .column(report::Column::StateTime)
        .column(report::Column::Punctuality)
        .column(report::Column::SubmitTime)
        .column(report::Column::IsFinal)
        .order_by_asc(report::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    let project = |(name, lead_partner, create_time, planned, begun, end, dormant): ProjectColumns| Project {
        name,
        lead_partner,
        create_time,
        start: begun.or(planned),
        end,
        dormant,
    };
    let report =
        |(name, project, reporting_period, state, state_time, punctuality, submit_time, is_final)| Report {
            name,
            project,
            reporting_period,
            state,
            state_time,
            punctuality,
            submit_time,
            is_final,
        };
    Ok(Facts {
        projects: projects.into_iter().map(project).collect(),
        periods: reporting_period::store::all(db).await?,
        reports: reports.into_iter().map(report).collect(),
        reminders: reminders(db).await?,
    })
}

async fn reminders(db: &impl ConnectionTrait) -> Result<HashMap<(String, String), Micros>> {
    let select =
        Query::select().columns(["project", "reporting_period", "time"]).from("report_reminder").to_owned();
    let mut reminders = HashMap::new();
    for row in db.query_all(&select).await? {
        let key = (row.try_get("", "project")?, row.try_get("", "reporting_period")?);
        reminders.insert(key, row.try_get("", "time")?);
    }
    Ok(reminders)
}

/// Writes down that someone was reminded, on a day.
pub(crate) async fn reminded(unit: &Unit<'_>, obligation: &Obligation, day: Day) -> Result<()> {
    let latest =
        OnConflict::columns(["project", "reporting_period"]).update_columns(["day", "time"]).to_owned();
    let mut insert = Query::insert();
    insert
        .into_table("report_reminder")
        .columns(["project", "reporting_period", "day", "time"])
        .values_panic([
            obligation.project.as_str().into(),
            obligation.reporting_period.as_str().into(),
            day.into(),
            unit.now.into(),
        ])
        .on_conflict(latest);
    unit.txn.execute(&insert).await?;
    Ok(())
}

/// What projects are called.
pub(crate) async fn titles(
    db: &impl ConnectionTrait,
    projects: Vec<&str>,
) -> Result<BTreeMap<String, LocalizedText>> {
    let titles: Vec<(String, Packed<LocalizedText>)> = project::Entity::find()
        .select_only()
        .column(project::Column::Name)
        .column(project::Column::Title)
        .filter(project::COLUMN.name.is_in(projects))
        .into_tuple()
        .all(db)
        .await?;
    Ok(titles.into_iter().map(|(name, title)| (name, title.into_inner())).collect())
}

/// The projects that are said to be what they are no longer: dormant, or not (PRJ-24).
pub(crate) async fn named(db: &impl ConnectionTrait, names: Vec<&str>) -> Result<Vec<project::Model>> {
    Ok(project::Entity::find().filter(project::COLUMN.name.is_in(names)).all(db).await?)
}
