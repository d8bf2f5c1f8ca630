//! Writing what totals are made of, in the transaction that makes it so: accepted values, and the links of projects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::column::{Coded, Micros, PackedList};
use chassis::database::Unit;
use chassis::error::Result;
use proto::projects as pb;
use proto::projects::indicator_value::Kind as ValueKind;
use proto::projects::project::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ConnectionTrait, ExprTrait as _, IntoActiveModel as _};

use super::engine::Kind;
use super::{link, row};
use crate::project::rules::HIDDEN;
use crate::{project, project_indicator, report};

/// The states in which a project is carried out, or was.
const RUNS: [State; 4] = [State::Active, State::Suspended, State::Completed, State::Closed];
/// Rows of a statement: SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

/// Writes down the values of an accepted report, which count from now on; those of the report that it corrects no longer
/// do.
///
/// # Errors
/// Only the database's.
pub(crate) async fn seal(unit: &mut Unit<'_>, report: &report::row::Model) -> Result<()> {
    let now = moment(unit).await?;
    if !report.corrects.is_empty() {
        row::Entity::update_many()
            .col_expr(row::Column::SupersedeTime, Expr::value(now))
            .filter(row::COLUMN.report.eq(report.corrects.as_str()))
            .filter(row::COLUMN.supersede_time.is_null())
            .exec(unit.txn)
            .await?;
    }
    let promised = project_indicator::store::of_project(unit.txn, &report.project).await?;
    let promised: HashMap<&str, &project_indicator::row::Model> =
        promised.iter().map(|promised| (promised.name.as_str(), promised)).collect();
    let sealed: Vec<row::ActiveModel> = report
        .values
        .iter()
        .filter_map(|value| Some(sealed(report, value, promised.get(value.project_indicator.as_str())?, now)))
        .map(row::Model::into_active_model)
        .collect();
    for chunk in sealed.chunks(CHUNK) {
        row::Entity::insert_many(chunk.to_vec()).exec_without_returning(unit.txn).await?;
    }
    Ok(())
}

fn sealed(
    report: &report::row::Model,
    value: &pb::ReportValue,
    promised: &project_indicator::row::Model,
    now: Micros,
) -> row::Model {
    let (mut kind, mut part, mut whole, mut words) =
        (row::kind::NONE, String::new(), String::new(), value.no_value_reason.clone());
    match value.actual.as_ref().and_then(|actual| actual.kind.clone()) {
        Some(ValueKind::Decimal(number)) => (kind, part) = (row::kind::NUMBER, number.value),
        Some(ValueKind::Ratio(ratio)) => {
            (kind, part, whole) = (row::kind::RATIO, ratio.numerator, ratio.denominator);
        }
        Some(ValueKind::Text(text)) => (kind, words) = (row::kind::WORDS, text),
        None => {}
    }
    row::Model {
        report: report.name.clone(),
        project_indicator: promised.name.clone(),
        report_revision: report.revision,
        project: report.project.clone(),
        indicator: promised.indicator.clone(),
        indicator_version: promised.indicator_version,
        unit: promised.told.library.as_ref().map(|library| library.unit.clone()).unwrap_or_default(),
        reporting_period: report.reporting_period.clone(),
        period_start: report.period_start,
        period_end: report.period_end,
        kind,
        part,
        whole,
        words,
        cells: PackedList(value.cells.clone()),
        accept_time: now,
        supersede_time: None,
    }
}

/// Now, but never before what was written already: clocks of several processes differ, and what was answered as of an
/// instant must not be added to later (BEY-4).
///
/// # Errors
/// Only the database's.
async fn moment(unit: &Unit<'_>) -> Result<Micros> {
    let select = Query::select().column("time").from("sealed_head").to_owned();
    let last: Micros = match unit.txn.query_one(&select).await? {
        Some(row) => row.try_get("", "time")?,
        None => Micros(0),
    };
    let now = if unit.now >= last { unit.now } else { Micros(last.0 + 1) };
    if now != last {
        let update = Query::update().table("sealed_head").value("time", now).to_owned();
        unit.txn.execute(&update).await?;
    }
    Ok(now)
}

type Links = BTreeSet<(i32, String)>;

/// Writes down what changed in the links of projects.
///
/// # Errors
/// Only the database's.
pub(crate) async fn keep<'p>(
    unit: &mut Unit<'_>,
    projects: impl Iterator<Item = &'p project::row::Model>,
) -> Result<()> {
    let projects: Vec<&project::row::Model> = projects.collect();
    for chunk in projects.chunks(CHUNK) {
        let countries = countries(unit, chunk).await?;
        let wanted = chunk.iter().map(|project| (project.name.as_str(), links(project, &countries)));
        settle(unit, wanted.collect(), |kind| kind != i32::from(Kind::Indicator)).await?;
        keep_indicators(unit, &chunk.iter().map(|project| project.name.as_str()).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// The same for a project that changed, if it changed in what it is linked to.
///
/// # Errors
/// Only the database's.
pub(crate) async fn follow(
    project: &project::row::Model,
    before: Option<&project::row::Model>,
    unit: &mut Unit<'_>,
) -> Result<()> {
    let none = HashMap::new();
    let same = |before: &project::row::Model| {
        links(before, &none) == links(project, &none) && before.baseline_number == project.baseline_number
    };
    if before.is_some_and(same) {
        return Ok(());
    }
    keep(unit, std::iter::once(project)).await
}

/// Writes down which indicators of the library projects report on.
///
/// # Errors
/// Only the database's.
pub(crate) async fn keep_indicators(unit: &mut Unit<'_>, projects: &[&str]) -> Result<()> {
    for chunk in projects.chunks(CHUNK) {
        let select = Query::select()
            .distinct()
            .columns(["project", "indicator"])
            .from("project_indicator")
            .and_where(Expr::col("project").is_in(chunk.iter().copied()))
            .and_where(Expr::col("indicator").ne(""))
            .to_owned();
        let mut wanted: BTreeMap<&str, Links> =
            chunk.iter().map(|project| (*project, Links::new())).collect();
        for row in unit.txn.query_all(&select).await? {
            let (project, indicator): (String, String) =
                (row.try_get("", "project")?, row.try_get("", "indicator")?);
            if let Some(links) = wanted.get_mut(project.as_str()) {
                links.insert((Kind::Indicator.into(), indicator));
            }
        }
        settle(unit, wanted, |kind| kind == i32::from(Kind::Indicator)).await?;
    }
    Ok(())
}

/// What a project is linked to. Until it is approved, it is part of nothing: a draft takes nothing from a total.
fn links(project: &project::row::Model, countries: &HashMap<String, String>) -> Links {
    let mut links = Links::new();
    let mut link = |kind: Kind, target: &str| {
        if !target.is_empty() {
            links.insert((kind.into(), target.to_owned()));
        }
    };
    link(Kind::Partner, &project.lead_partner);
    for participant in project.participants.iter() {
        link(Kind::Partner, &participant.partner);
    }
    for territory in project.territories.iter() {
        link(Kind::Territory, territory);
        link(Kind::Country, countries.get(territory).map_or("", String::as_str));
    }
    for country in project.country_codes.iter() {
        link(Kind::Country, country);
    }
    for need in project.needs.iter() {
        link(Kind::Need, need);
    }
    for recommendation in project.recommendations.iter() {
        link(Kind::Recommendation, recommendation);
    }
    if !HIDDEN.contains(&project.state.get()) {
        link(Kind::Parent, &project.parent_project);
    }
    if RUNS.contains(&project.state.get()) {
        let day = |day: Option<chassis::column::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let start = day(project.actual_start.or(project.planned_start));
        link(Kind::Run, &format!("{start}/{}", day(project.actual_end.or(project.planned_end))));
    }
    links
}

/// The countries of the territories of projects.
async fn countries(unit: &Unit<'_>, projects: &[&project::row::Model]) -> Result<HashMap<String, String>> {
    let territories: BTreeSet<&str> =
        projects.iter().flat_map(|project| project.territories.iter()).map(String::as_str).collect();
    let mut countries = HashMap::new();
    for chunk in territories.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let select = Query::select()
            .columns(["name", "country_code"])
            .from("territory")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .to_owned();
        for row in unit.txn.query_all(&select).await? {
            countries.insert(row.try_get("", "name")?, row.try_get("", "country_code")?);
        }
    }
    Ok(countries)
}

/// Ends the links that are no longer wanted, and begins those that are new.
async fn settle(unit: &mut Unit<'_>, wanted: BTreeMap<&str, Links>, of: impl Fn(i32) -> bool) -> Result<()> {
    let open = link::Entity::find()
        .filter(link::COLUMN.project.is_in(wanted.keys().copied()))
        .filter(link::COLUMN.until.is_null())
        .all(unit.txn)
        .await?;
    let mut there: BTreeMap<&str, Links> = BTreeMap::new();
    let mut gone = Vec::new();
    for held in open.iter().filter(|held| of(held.kind.number())) {
        let link = (held.kind.number(), held.target.clone());
        match wanted.get(held.project.as_str()).is_some_and(|wanted| wanted.contains(&link)) {
            true => drop(there.entry(&held.project).or_default().insert(link)),
            false => gone.push(held),
        }
    }
    let none = Links::new();
    let fresh: Vec<(&str, &(i32, String))> = wanted
        .iter()
        .flat_map(|(project, links)| {
            links.difference(there.get(project).unwrap_or(&none)).map(|link| (*project, link))
        })
        .collect();
    if gone.is_empty() && fresh.is_empty() {
        return Ok(());
    }
    let now = moment(unit).await?;
    for held in gone {
        link::Entity::update_many()
            .col_expr(link::Column::Until, Expr::value(now))
            .filter(link::COLUMN.project.eq(held.project.as_str()))
            .filter(link::COLUMN.kind.eq(held.kind))
            .filter(link::COLUMN.target.eq(held.target.as_str()))
            .filter(link::COLUMN.since.eq(held.since))
            .exec(unit.txn)
            .await?;
    }
    // Ended and begun again in the same instant, it never ended.
    let again = OnConflict::columns([
        link::Column::Project,
        link::Column::Kind,
        link::Column::Target,
        link::Column::Since,
    ])
    .update_column(link::Column::Until)
    .to_owned();
    for chunk in fresh.chunks(CHUNK) {
        let rows = chunk.iter().filter_map(|(project, (kind, target))| {
            let kind = Coded::from(Kind::try_from(*kind).ok()?);
            let (project, target) = ((*project).to_owned(), target.clone());
            Some(link::Model { project, kind, target, since: now, until: None }.into_active_model())
        });
        link::Entity::insert_many(rows).on_conflict(again.clone()).exec_without_returning(unit.txn).await?;
    }
    Ok(())
}
