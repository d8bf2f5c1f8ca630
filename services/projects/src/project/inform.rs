//! Gathers what other rows say of projects, in a fixed number of statements however many projects there are (LES-24).

use std::collections::{HashMap, HashSet};

use chassis::column::{Coded, Day};
use proto::common::Origin;
use proto::projects::project::State;
use proto::projects::{dataset, need, report};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ConnectionTrait, ExprTrait as _, Order};

use super::facts::{Facts, Need, Promise};
use super::row::Model;
use super::rules::TERMINAL;

/// Names in one statement, at most: SQLite binds 32,766 values.
const CHUNK: usize = 10_000;

/// Tells those projects what others say of them, of which a rule asks for it where they stand.
pub(crate) async fn inform(projects: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let asking: Vec<&mut Model> = projects.iter_mut().filter(|project| is_asked(project)).collect();
    gather(asking, db).await
}

/// A verb that is next asks for what others say, or an imported project may lack something.
fn is_asked(project: &Model) -> bool {
    let state = project.state.get();
    matches!(state, State::Draft | State::Returned | State::Completed)
        || (project.origin == Origin::Imported && !TERMINAL.contains(&state))
}

/// Tells projects all that others say of them.
pub(crate) async fn gather(projects: Vec<&mut Model>, db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if projects.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = projects.iter().map(|project| project.name.clone()).collect();
    let mut facts: HashMap<String, Facts> =
        names.iter().map(|name| (name.clone(), Facts::default())).collect();
    promises(db, &names, &mut facts).await?;
    parts(db, &names, &mut facts).await?;
    final_reports(db, &names, &mut facts).await?;
    announced(db, &names, &mut facts).await?;
    let states = needs(db, &projects).await?;
    let around = around(db, &projects).await?;
    for project in projects {
        let mut told = facts.remove(&project.name).unwrap_or_default();
        let near = |need: &String| {
            let Some((territory, _)) = need.split_once("/needs/") else { return false };
            let within = |one: &str, other: &str| around.get(one).is_some_and(|above| above.contains(other));
            project
                .territories
                .iter()
                .any(|mine| mine == territory || within(mine, territory) || within(territory, mine))
        };
        let fact = |name: &String| {
            states.get(name).map(|state| Need { name: name.clone(), state: *state, near: near(name) })
        };
        told.needs = project.needs.iter().filter_map(fact).collect();
        project.facts = told;
    }
    Ok(())
}

fn select(
    table: &'static str,
    columns: &[&'static str],
    key: &'static str,
    of: &[String],
) -> SelectStatement {
    Query::select()
        .columns(columns.iter().copied())
        .from(table)
        .and_where(Expr::col(key).is_in(of.iter().map(String::as_str)))
        .to_owned()
}

async fn promises(
    db: &impl ConnectionTrait,
    names: &[String],
    facts: &mut HashMap<String, Facts>,
) -> Result<(), DbErr> {
    let columns = ["project", "result_level", "has_baseline", "last_target"];
    for chunk in names.chunks(CHUNK) {
        for row in db.query_all(&select("project_indicator", &columns, "project", chunk)).await? {
            let project: String = row.try_get("", "project")?;
            let promise = Promise {
                result_level: row.try_get("", "result_level")?,
                has_baseline: row.try_get("", "has_baseline")?,
                last_target: row.try_get::<Option<Day>>("", "last_target")?,
            };
            facts.entry(project).or_default().promises.push(promise);
        }
    }
    Ok(())
}

async fn parts(
    db: &impl ConnectionTrait,
    names: &[String],
    facts: &mut HashMap<String, Facts>,
) -> Result<(), DbErr> {
    for chunk in names.chunks(CHUNK) {
        for row in
            db.query_all(&select("project", &["parent_project", "state"], "parent_project", chunk)).await?
        {
            let (parent, state): (String, Coded<State>) =
                (row.try_get("", "parent_project")?, row.try_get("", "state")?);
            let told = facts.entry(parent).or_default();
            told.parts += 1;
            told.open_parts += usize::from(!TERMINAL.contains(&state.get()));
        }
    }
    Ok(())
}

async fn final_reports(
    db: &impl ConnectionTrait,
    names: &[String],
    facts: &mut HashMap<String, Facts>,
) -> Result<(), DbErr> {
    for chunk in names.chunks(CHUNK) {
        let accepted = select("report", &["project"], "project", chunk)
            .and_where(Expr::col("state").eq(Coded::from(report::State::Accepted)))
            .and_where(Expr::col("is_final").eq(true))
            .to_owned();
        for row in db.query_all(&accepted).await? {
            facts.entry(row.try_get("", "project")?).or_default().final_report = true;
        }
    }
    Ok(())
}

async fn announced(
    db: &impl ConnectionTrait,
    names: &[String],
    facts: &mut HashMap<String, Facts>,
) -> Result<(), DbErr> {
    for chunk in names.chunks(CHUNK) {
        let drafts = select("dataset", &["project", "name"], "project", chunk)
            .and_where(Expr::col("state").eq(Coded::from(dataset::State::Draft)))
            .order_by("name", Order::Asc)
            .to_owned();
        for row in db.query_all(&drafts).await? {
            let told = facts.entry(row.try_get("", "project")?).or_default();
            told.announced.push(row.try_get("", "name")?);
        }
    }
    Ok(())
}

async fn needs(
    db: &impl ConnectionTrait,
    projects: &[&mut Model],
) -> Result<HashMap<String, need::State>, DbErr> {
    let named = distinct(projects.iter().flat_map(|project| project.needs.iter().map(String::as_str)));
    let mut states = HashMap::new();
    for chunk in named.chunks(CHUNK) {
        for row in db.query_all(&select("need", &["name", "state"], "name", chunk)).await? {
            let state: Coded<need::State> = row.try_get("", "state")?;
            states.insert(row.try_get("", "name")?, state.get());
        }
    }
    Ok(states)
}

/// The territories around each that the projects, or their needs, name.
async fn around(
    db: &impl ConnectionTrait,
    projects: &[&mut Model],
) -> Result<HashMap<String, HashSet<String>>, DbErr> {
    let territories = projects.iter().flat_map(|project| project.territories.iter().map(String::as_str));
    let needs = projects.iter().flat_map(|project| project.needs.iter());
    let named = distinct(territories.chain(needs.filter_map(|need| Some(need.split_once("/needs/")?.0))));
    let mut around: HashMap<String, HashSet<String>> = HashMap::new();
    for chunk in named.chunks(CHUNK) {
        let ancestors = select("territory_ancestor", &["territory", "ancestor"], "territory", chunk);
        for row in db.query_all(&ancestors).await? {
            around.entry(row.try_get("", "territory")?).or_default().insert(row.try_get("", "ancestor")?);
        }
    }
    Ok(around)
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names: HashSet<&str> = names.collect();
    names.into_iter().map(str::to_owned).collect()
}
