//! Strategies on disk: what they stand on, and which takes over from which.

use std::collections::{HashMap, HashSet};

use chassis::auth::Caller;
use chassis::column::{Coded, Day};
use chassis::database::Unit;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, say};
use proto::projects as pb;
use proto::projects::need::State as NeedState;
use proto::projects::participation::{Kind, State as Said};
use proto::projects::strategy::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, JoinType};

use super::facts::{Calendar, Facts, Rival};
use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::territory;

/// The strategies that a caller may read.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let own: Vec<&str> = caller.partners.keys().map(String::as_str).collect();
    let public = COLUMN.state.ne(Coded::from(State::Draft));
    Condition::any().add(public).add(COLUMN.owner.is_in(own))
}

/// The same, of one territory or of all.
pub(crate) fn of(caller: &Caller, territory: Option<&str>) -> Condition {
    let of = territory.map(|territory| COLUMN.territory.eq(territory));
    Condition::all().add(visible(caller)).add_option(of)
}

/// Writes a new draft of a territory that has not ended.
pub(crate) async fn draft(unit: &mut Unit<'_>, call: &Call, row: Model) -> Result<(Model, bool)> {
    let territory = territory::store::find(unit, call, &row.territory).await?;
    territory::rules::still_there(&territory, unit.now)?;
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Adopts a strategy, and tells the one that it takes over from, both in one transaction.
pub(crate) async fn adopt(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::AdoptStrategyRequest,
    calendar: Calendar,
    public: bool,
) -> Result<(Model, bool)> {
    let row = find(unit, call, &request.name).await?;
    let (row, changed) = chassis::store::apply(unit, call, row, |row| {
        row.facts.public = Some(public);
        rules::settle(row, calendar, call.now);
        rules::adopt(row, request, call)
    })
    .await?;
    if row.predecessor.is_empty() {
        return Ok((row, changed));
    }
    let before = find(unit, call, &row.predecessor).await?;
    // The etag that was sent is of the one that is adopted.
    let own = Call { etag: String::new(), ..call.clone() };
    let by =
        Model { facts: Facts { today: calendar.zone.day(call.now), ..row.facts.clone() }, ..row.clone() };
    chassis::store::apply(unit, &own, before, |before| rules::succeed(before, &by, calendar, call.now))
        .await?;
    Ok((row, changed))
}

async fn find(unit: &Unit<'_>, call: &Call, name: &str) -> Result<Model> {
    chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))
}

/// Refuses needs, newly named, that are not of its territory or of what lies in it; an indicator that is not there; and a
/// predecessor that was not adopted.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    let mut wrong = Violations::default();
    let known = |need: &String| before.is_some_and(|before| before.needs.contains(need));
    if !row.needs.iter().all(known) {
        let there = needs_within(unit.txn, &row.territory, &row.needs).await?;
        for (index, need) in row.needs.iter().enumerate() {
            if !known(need) && !there.contains(need) {
                wrong.add(
                    format!("strategy.needs[{index}]"),
                    say!(
                        "there is no such need in the territory or in what lies in it",
                        "ce besoin n'existe pas dans ce territoire ni dans ceux qu'il englobe"
                    ),
                );
            }
        }
    }
    for (index, objective) in row.objectives.iter().enumerate() {
        let indicator = &objective.indicator;
        let named = |before: &Model| before.objectives.iter().any(|other| other.indicator == *indicator);
        if indicator.is_empty() || before.is_some_and(named) {
            continue;
        }
        if chassis::store::find::<crate::indicator::row::Model>(unit, indicator).await?.is_none() {
            wrong.add(
                format!("strategy.objectives[{index}].indicator"),
                say!("there is no such indicator", "cet indicateur n'existe pas"),
            );
        }
    }
    let known = before.is_some_and(|before| before.predecessor == row.predecessor);
    if !known && !row.predecessor.is_empty() {
        let found: Option<Model> = chassis::store::find(unit, &row.predecessor).await?;
        let held = [State::Adopted, State::Expired, State::Superseded];
        if !found.is_some_and(|found| held.contains(&found.state.get())) {
            wrong.add(
                "strategy.predecessor",
                say!(
                    "no strategy that was adopted has this name",
                    "aucune stratégie adoptée ne porte ce nom"
                ),
            );
        }
    }
    wrong.finish()
}

/// Which of these needs are of a territory, or of what lies in it.
async fn needs_within(
    db: &impl ConnectionTrait,
    territory: &str,
    needs: &[String],
) -> Result<HashSet<String>> {
    let select = Query::select()
        .column(("need", "name"))
        .from("need")
        .join(
            JoinType::InnerJoin,
            "territory_ancestor",
            Expr::col(("territory_ancestor", "territory")).equals(("need", "territory")),
        )
        .and_where(Expr::col(("territory_ancestor", "ancestor")).eq(territory))
        .and_where(Expr::col(("need", "name")).is_in(needs.iter().map(String::as_str)))
        .to_owned();
    let rows = db.query_all(&select).await?;
    Ok(rows.into_iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?)
}

/// Tells strategies what they stand on, as far as the database knows; the calendar is told by [`rules::settle`].
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let qualified = qualified(rows, db).await?;
    let proposals = proposals(rows, db).await?;
    let authorities = authorities(rows, db).await?;
    let rivals = rivals(rows, db).await?;
    for row in rows {
        row.facts.qualified = row.needs.iter().filter(|need| qualified.contains(*need)).count();
        let waiting =
            |state: Said| proposals.get(&(row.name.clone(), state as i32)).copied().unwrap_or_default();
        row.facts.unanswered = waiting(Said::Published);
        row.facts.unmoderated = waiting(Said::Pending);
        row.facts.authority = authorities.contains(&(row.territory.clone(), row.owner.clone()));
        let same = rivals.get(&(row.territory.clone(), row.owner.clone())).into_iter().flatten();
        row.facts.rivals = same.filter(|rival| rival.name != row.name).cloned().collect();
    }
    Ok(())
}

async fn qualified(rows: &[Model], db: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let needs: Vec<&str> = rows.iter().flat_map(|row| row.needs.iter().map(String::as_str)).collect();
    let mut qualified = HashSet::new();
    for chunk in needs.chunks(1000) {
        let select = Query::select()
            .column("name")
            .from("need")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .and_where(Expr::col("state").eq(NeedState::Qualified as i32))
            .to_owned();
        for row in db.query_all(&select).await? {
            qualified.insert(row.try_get("", "name")?);
        }
    }
    Ok(qualified)
}

/// How many proposals wait, by strategy and state.
async fn proposals(rows: &[Model], db: &impl ConnectionTrait) -> Result<HashMap<(String, i32), i32>, DbErr> {
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let mut waiting = HashMap::new();
    for chunk in names.chunks(1000) {
        let select = Query::select()
            .column("subject")
            .column("state")
            .expr_as(Expr::col("name").count(), "count")
            .from("participation")
            .and_where(Expr::col("subject").is_in(chunk.iter().copied()))
            .and_where(Expr::col("kind").eq(Kind::Proposal as i32))
            .and_where(Expr::col("state").is_in([Said::Pending as i32, Said::Published as i32]))
            .group_by_columns(["subject", "state"])
            .to_owned();
        for row in db.query_all(&select).await? {
            let count: i64 = row.try_get("", "count")?;
            let key = (row.try_get("", "subject")?, row.try_get("", "state")?);
            waiting.insert(key, i32::try_from(count).unwrap_or(i32::MAX));
        }
    }
    Ok(waiting)
}

/// The authorities of territories, and of those that they lie in.
async fn authorities(rows: &[Model], db: &impl ConnectionTrait) -> Result<HashSet<(String, String)>, DbErr> {
    let territories: Vec<&str> = rows.iter().map(|row| row.territory.as_str()).collect();
    let mut authorities = HashSet::new();
    for chunk in territories.chunks(1000) {
        let select = Query::select()
            .column(("territory_ancestor", "territory"))
            .column(("territory", "authority"))
            .from("territory_ancestor")
            .join(
                JoinType::InnerJoin,
                "territory",
                Expr::col(("territory", "name")).equals(("territory_ancestor", "ancestor")),
            )
            .and_where(Expr::col(("territory_ancestor", "territory")).is_in(chunk.iter().copied()))
            .to_owned();
        for row in db.query_all(&select).await? {
            authorities.insert((row.try_get("", "territory")?, row.try_get("", "authority")?));
        }
    }
    Ok(authorities)
}

/// The adopted strategies, by territory and owner.
async fn rivals(
    rows: &[Model],
    db: &impl ConnectionTrait,
) -> Result<HashMap<(String, String), Vec<Rival>>, DbErr> {
    let territories: Vec<&str> = rows.iter().map(|row| row.territory.as_str()).collect();
    let mut rivals: HashMap<_, Vec<Rival>> = HashMap::new();
    for chunk in territories.chunks(1000) {
        let adopted = Entity::find()
            .filter(COLUMN.territory.is_in(chunk.iter().copied()))
            .filter(COLUMN.state.eq(Coded::from(State::Adopted)));
        for row in adopted.all(db).await? {
            let until = row.superseded.and_then(|day| day.pred_opt()).and_then(Day::of);
            let end = until.map_or(row.period_end, |until| Ord::min(until, row.period_end));
            let rival = Rival { name: row.name, start: row.period_start, end };
            rivals.entry((row.territory, row.owner)).or_default().push(rival);
        }
    }
    Ok(rivals)
}

/// The strategies that the calendar has moved, or will.
pub(crate) fn running() -> Condition {
    Condition::all().add(COLUMN.state.eq(Coded::from(State::Adopted)))
}

/// Of those, the ones that it has moved by that day.
pub(crate) fn due(today: Day) -> Condition {
    let over = Condition::any().add(COLUMN.period_end.lt(today)).add(COLUMN.superseded.lte(today));
    running().add(over)
}

/// A strategy that people may take part in: its owner, unless it is not in consultation (PRJ-33).
///
/// # Errors
/// `INVALID_ARGUMENT` on `field` when there is none that the caller may know; `FAILED_PRECONDITION` citing PRJ-33.
pub(crate) async fn consulted(
    unit: &Unit<'_>,
    caller: &Caller,
    field: &str,
    name: &str,
    calendar: Calendar,
) -> Result<Model> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let mut row = found.filter(|row| rules::sees(caller, row)).ok_or_else(|| {
        Error::invalid(field, say!("there is no such strategy", "cette stratégie n'existe pas"))
    })?;
    rules::settle(&mut row, calendar, unit.now);
    rules::hears(&row)?;
    Ok(row)
}
