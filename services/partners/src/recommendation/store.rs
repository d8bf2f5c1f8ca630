//! Recommendations on disk: what they stand on, and who works on them.

use std::collections::HashMap;

use chassis::Call;
use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result, Violations};
use chassis::say;
use proto::partners as pb;
use proto::partners::contribution::State as ContributionState;
use proto::partners::recommendation::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _};

use super::facts::Facts;
use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::partner::who::who;
use crate::{network_settings, working_group};

/// The recommendations that a list shows: those that everyone may read, and the drafts that the caller may.
pub(crate) async fn visible(db: &impl ConnectionTrait, caller: &Caller) -> Result<Condition> {
    if caller.oversees() {
        return Ok(Condition::all());
    }
    let led = working_group::store::led_by(db, caller).await?;
    Ok(Condition::any().add(public()).add(COLUMN.working_group.is_in(led)))
}

fn public() -> Expr {
    COLUMN.state.is_in(rules::PUBLIC.iter().map(|state| Coded::from(*state)))
}

/// Writes a new draft of those who may: coordinators, and who leads its working group.
pub(crate) async fn draft(
    unit: &mut Unit<'_>,
    call: &Call,
    id: &str,
    draft: &pb::Recommendation,
) -> Result<(Model, bool)> {
    let group = draft.working_group.as_str();
    let mut leads = working_group::store::leads(unit.txn, std::iter::once(group)).await?;
    let leads = leads.remove(group);
    let may = working_group::rules::may_lead(&call.caller, leads.as_deref().unwrap_or_default());
    call.caller.must(may, group)?;
    let row = rules::create(id, draft, call)?;
    if leads.is_none() && !group.is_empty() {
        return Err(Error::invalid(
            "recommendation.working_group",
            say!("there is no such working group", "ce groupe de travail n'existe pas"),
        ));
    }
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Retires a recommendation for another, both read in one transaction (PAR-27).
pub(crate) async fn retire(
    unit: &mut Unit<'_>,
    call: &Call,
    name: &str,
    successor: &str,
) -> Result<(Model, bool)> {
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let new: Option<Model> = match successor {
        "" => None,
        successor => Some(chassis::store::find(unit, successor).await?.ok_or_else(|| {
            Error::invalid(
                "successor",
                say!("there is no such recommendation", "cette recommandation n'existe pas"),
            )
        })?),
    };
    chassis::store::apply(unit, call, row, |row| rules::retire(row, new.as_ref(), call)).await
}

/// Refuses sources, newly named, that are not integrated, and a predecessor that is not adopted.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    let mut wrong = Violations::default();
    let integrated = contributors(unit.txn, row.sources.iter().map(String::as_str)).await?;
    for (index, source) in row.sources.iter().enumerate() {
        let known = before.is_some_and(|before| before.sources.contains(source));
        if !known && !integrated.contains_key(source) {
            wrong.add(
                format!("recommendation.sources[{index}]"),
                say!(
                    "no integrated contribution has this name: triage it first",
                    "aucune contribution retenue ne porte ce nom : traitez-la d'abord"
                ),
            );
        }
    }
    let known = before.is_some_and(|before| before.predecessor == row.predecessor);
    if !known && !row.predecessor.is_empty() {
        let adopted = Entity::find()
            .filter(COLUMN.name.eq(row.predecessor.as_str()))
            .filter(COLUMN.state.eq(Coded::from(State::Adopted)));
        if adopted.one(unit.txn).await?.is_none() {
            wrong.add(
                "recommendation.predecessor",
                say!(
                    "no adopted recommendation has this name",
                    "aucune recommandation adoptée ne porte ce nom"
                ),
            );
        }
    }
    wrong.finish()
}

/// Refuses recommendations that nobody may read yet, or that are not there: field by field.
pub(crate) async fn must_be_public(db: &impl ConnectionTrait, named: &[(String, &str)]) -> Result<()> {
    let found = states(db, named.iter().map(|(_, name)| *name)).await?;
    let mut wrong = Violations::default();
    for (field, name) in named {
        if !found.get(*name).is_some_and(|state| rules::PUBLIC.contains(state)) {
            wrong.add(field, say!("there is no such recommendation", "cette recommandation n'existe pas"));
        }
    }
    wrong.finish()
}

/// Where these recommendations stand; those that are not there are left out.
pub(crate) async fn states<'n>(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &'n str>,
) -> Result<HashMap<String, State>, DbErr> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let mut states = HashMap::new();
    for chunk in names.chunks(1000) {
        let select = Query::select()
            .columns(["name", "state"])
            .from("recommendation")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .to_owned();
        for row in db.query_all(&select).await? {
            states.insert(row.try_get("", "name")?, row.try_get::<Coded<State>>("", "state")?.get());
        }
    }
    Ok(states)
}

/// Tells recommendations who leads their group, what day it is, and what those that may be adopted stand on.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait, now: Micros) -> Result<(), DbErr> {
    let leads = working_group::store::leads(db, rows.iter().map(|row| row.working_group.as_str())).await?;
    let agreed = network_settings::store::agreed(db).await?;
    let zone = Zone::parse("time_zone", &agreed.time_zone).unwrap_or(Zone::UTC);
    let open = rows.iter().filter(|row| matches!(row.state.get(), State::Draft | State::Consultation));
    let sources = open.flat_map(|row| row.sources.iter().map(String::as_str));
    let contributors = contributors(db, sources).await?;
    let partners = who(db, contributors.values().cloned().collect()).await?;
    for row in rows {
        let ended = row.consultation_end.map(|end| Micros(zone.end(end).0.saturating_add(1)));
        let source = |name: &String| partners.get(contributors.get(name)?).cloned();
        row.facts = Facts {
            leads: leads.get(&row.working_group).cloned().unwrap_or_default(),
            today: zone.day(now),
            least_days: agreed.recommendation_consultation_min_days,
            consulted: ended.filter(|ended| *ended <= now),
            sources: row.sources.iter().filter_map(source).collect(),
        };
    }
    Ok(())
}

/// Whose contributions these are, of those that are integrated.
async fn contributors<'n>(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &'n str>,
) -> Result<HashMap<String, String>, DbErr> {
    let names: Vec<&str> = names.collect();
    let mut found = HashMap::new();
    for chunk in names.chunks(1000) {
        let select = Query::select()
            .columns(["name", "partner"])
            .from("contribution")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .and_where(Expr::col("state").eq(ContributionState::Integrated as i32))
            .to_owned();
        for row in db.query_all(&select).await? {
            found.insert(row.try_get("", "name")?, row.try_get("", "partner")?);
        }
    }
    Ok(found)
}
