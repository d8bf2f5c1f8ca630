//! Publications on disk: whose working groups they come from, and what they cite.

use std::collections::BTreeSet;

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Strings};
use chassis::database::Unit;
use chassis::error::{Result, Violations};
use chassis::say;
use proto::partners as pb;
use proto::partners::publication::State;
use proto::partners::recommendation::State as RecommendationState;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _};

use super::row::{COLUMN, Facts, Model};
use super::rules;
use crate::{network_settings, recommendation, working_group};

/// The publications that a list shows: those that are out, and the drafts that the caller may read.
pub(crate) async fn visible(db: &impl ConnectionTrait, caller: &Caller) -> Result<Condition> {
    if caller.oversees() {
        return Ok(Condition::all());
    }
    let public = COLUMN.state.is_in(rules::PUBLIC.iter().map(|state| Coded::from(*state)));
    let led = working_group::store::led_by(db, caller).await?;
    let mut own = Vec::new();
    if !led.is_empty() {
        // Drafts are few.
        let drafts = Query::select()
            .columns(["name", "working_groups"])
            .from("publication")
            .and_where(Expr::col("state").eq(State::Draft as i32))
            .to_owned();
        for row in db.query_all(&drafts).await? {
            let groups: Strings = row.try_get("", "working_groups")?;
            if groups.iter().any(|group| led.contains(group)) {
                own.push(row.try_get::<String>("", "name")?);
            }
        }
    }
    Ok(Condition::any().add(public).add(COLUMN.name.is_in(own)))
}

/// Writes a new draft of those who may: coordinators, and who leads one of its working groups.
pub(crate) async fn draft(
    unit: &mut Unit<'_>,
    call: &Call,
    id: &str,
    draft: &pb::Publication,
) -> Result<(Model, bool)> {
    let groups = draft.working_groups.iter().map(String::as_str);
    let leads = working_group::store::leads(unit.txn, groups).await?;
    let leads: Vec<String> = leads.into_values().flatten().collect();
    let asked = draft.working_groups.first().map_or("", String::as_str);
    call.caller.must(working_group::rules::may_lead(&call.caller, &leads), asked)?;
    let row = rules::create(id, draft, call)?;
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Refuses working groups and recommendations, newly named, that are not there.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    let mut wrong = Violations::default();
    let groups = working_group::store::leads(unit.txn, row.working_groups.iter().map(String::as_str)).await?;
    for (index, group) in row.working_groups.iter().enumerate() {
        if !groups.contains_key(group) {
            wrong.add(
                format!("publication.working_groups[{index}]"),
                say!("there is no such working group", "ce groupe de travail n'existe pas"),
            );
        }
    }
    let cited =
        recommendation::store::states(unit.txn, row.recommendations.iter().map(String::as_str)).await?;
    for (index, name) in row.recommendations.iter().enumerate() {
        let known = before.is_some_and(|before| before.recommendations.contains(name));
        if !known && !cited.contains_key(name) {
            wrong.add(
                format!("publication.recommendations[{index}]"),
                say!("there is no such recommendation", "cette recommandation n'existe pas"),
            );
        }
    }
    wrong.finish()
}

/// Tells publications who leads their groups, which of those they cite are not adopted, and what day it is.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait, now: Micros) -> Result<(), DbErr> {
    let groups = rows.iter().flat_map(|row| row.working_groups.iter().map(String::as_str));
    let leads = working_group::store::leads(db, groups).await?;
    let drafts = rows.iter().filter(|row| row.state == State::Draft);
    let cited = drafts.flat_map(|row| row.recommendations.iter().map(String::as_str));
    let states = recommendation::store::states(db, cited).await?;
    let today = network_settings::store::today(db, now).await?;
    for row in rows {
        let leads = row.working_groups.iter().filter_map(|group| leads.get(group)).flatten().cloned();
        let leads: BTreeSet<String> = leads.collect();
        let adopted = |name: &&String| states.get(*name) == Some(&RecommendationState::Adopted);
        row.facts = Facts {
            leads: leads.into_iter().collect(),
            unadopted: row.recommendations.iter().filter(|name| !adopted(name)).cloned().collect(),
            today,
        };
    }
    Ok(())
}
