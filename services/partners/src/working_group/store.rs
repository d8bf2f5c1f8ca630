//! Working groups on disk: who leads them, and what waits in them.

use std::collections::HashMap;

use chassis::auth::Caller;
use chassis::column::{Micros, Strings};
use chassis::database::Unit;
use chassis::error::{Error, Result, Violations};
use chassis::say;
use proto::partners::contribution::State as ContributionState;
use proto::partners::partner::State as PartnerState;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _};

use super::row::{Model, Waiting};
use crate::partner;

/// The working groups that a list shows: everyone may know who works on what.
pub(crate) fn visible() -> Condition {
    Condition::all()
}

/// Refuses partners, newly named, that do not take part in the network.
pub(crate) async fn follow(group: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let known = |partner: &String| {
        before
            .is_some_and(|before| before.lead_partners.contains(partner) || before.members.contains(partner))
    };
    let lists = [("lead_partners", &group.lead_partners), ("members", &group.members)];
    let named = lists.into_iter().flat_map(|(field, partners)| {
        let each = partners.iter().enumerate().filter(|(_, partner)| !known(partner));
        each.map(move |(index, partner)| (format!("working_group.{field}[{index}]"), partner.as_str()))
    });
    let mut named: Vec<(String, &str)> = named.collect();
    take_part(unit.txn, &named, &[PartnerState::Active]).await?;
    // Who was there may have left since.
    named.clear();
    for (index, seminar) in group.seminars.iter().enumerate() {
        if before.is_some_and(|before| before.seminars.contains(seminar)) {
            continue;
        }
        named.extend(seminar.participant_partners.iter().enumerate().map(|(at, partner)| {
            (format!("working_group.seminars[{index}].participant_partners[{at}]"), partner.as_str())
        }));
    }
    take_part(unit.txn, &named, partner::rules::PUBLIC).await
}

/// Refuses partners that are in none of these states, or that another took the place of (BEY-1): field by field.
pub(crate) async fn take_part(
    db: &impl ConnectionTrait,
    named: &[(String, &str)],
    states: &[PartnerState],
) -> Result<()> {
    let mut found = HashMap::new();
    for chunk in named.chunks(1000) {
        let select = Query::select()
            .columns(["name", "state", "merged_into"])
            .from("partner")
            .and_where(Expr::col("name").is_in(chunk.iter().map(|(_, partner)| *partner)))
            .to_owned();
        for row in db.query_all(&select).await? {
            let state: i32 = row.try_get("", "state")?;
            found.insert(
                row.try_get::<String>("", "name")?,
                (state, row.try_get::<String>("", "merged_into")?),
            );
        }
    }
    let mut wrong = Violations::default();
    for (field, partner) in named {
        match found.get(*partner) {
            Some((_, survivor)) if !survivor.is_empty() => wrong.add(
                field,
                say!(
                    "it was merged into {survivor}: name that one",
                    "elle a été fusionnée dans {survivor} : indiquez celle-là"
                ),
            ),
            Some((state, _)) if states.iter().any(|good| *good as i32 == *state) => {}
            _ => wrong.add(
                field,
                say!("no such partner takes part", "aucune organisation de ce nom ne prend part au réseau"),
            ),
        }
    }
    wrong.finish()
}

/// Tells working groups what waits in them.
pub(crate) async fn inform(groups: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let names = groups.iter().map(|group| group.name.as_str());
    let select = Query::select()
        .column("working_group")
        .expr_as(Expr::col("name").count(), "waiting")
        .expr_as(Expr::col("state_time").min(), "since")
        .from("contribution")
        .and_where(Expr::col("working_group").is_in(names))
        .and_where(Expr::col("state").eq(ContributionState::Submitted as i32))
        .group_by_col("working_group")
        .to_owned();
    let mut waiting = HashMap::new();
    for row in db.query_all(&select).await? {
        let count = i32::try_from(row.try_get::<i64>("", "waiting")?).unwrap_or(i32::MAX);
        let since: Micros = row.try_get("", "since")?;
        waiting.insert(row.try_get::<String>("", "working_group")?, Waiting { count, since });
    }
    for group in groups {
        group.waiting = waiting.get(&group.name).copied().unwrap_or_default();
    }
    Ok(())
}

/// Who leads these working groups; those that are not there are left out.
pub(crate) async fn leads<'n>(
    db: &impl ConnectionTrait,
    groups: impl Iterator<Item = &'n str>,
) -> Result<HashMap<String, Vec<String>>, DbErr> {
    let mut names: Vec<&str> = groups.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let mut leads = HashMap::new();
    for chunk in names.chunks(1000) {
        let named = Expr::col("name").is_in(chunk.iter().copied());
        leads.extend(led(db, Condition::all().add(named)).await?);
    }
    Ok(leads)
}

/// The working groups that a partner of the caller leads. There are few, so that they are looked at one by one.
pub(crate) async fn led_by(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<String>, DbErr> {
    if caller.partners.is_empty() {
        return Ok(Vec::new());
    }
    let all = led(db, Condition::all()).await?.into_iter();
    let own = all.filter(|(_, leads)| leads.iter().any(|partner| caller.belongs_to(partner)));
    Ok(own.map(|(group, _)| group).collect())
}

async fn led(db: &impl ConnectionTrait, which: Condition) -> Result<HashMap<String, Vec<String>>, DbErr> {
    let select =
        Query::select().columns(["name", "lead_partners"]).from("working_group").cond_where(which).to_owned();
    let mut leads = HashMap::new();
    for row in db.query_all(&select).await? {
        leads.insert(row.try_get("", "name")?, row.try_get::<Strings>("", "lead_partners")?.into_inner());
    }
    Ok(leads)
}

/// The working group that a field names, inside a transaction.
pub(crate) async fn get(unit: &Unit<'_>, field: &str, name: &str) -> Result<Model> {
    let found = chassis::store::find(unit, name).await?;
    found.ok_or_else(|| {
        Error::invalid(field, say!("there is no such working group", "ce groupe de travail n'existe pas"))
    })
}
