//! What strategies come to: the share of territories that have one in force, and the days that come.

use chassis::Context;
use chassis::auth::Caller;
use chassis::column::{Coded, Day};
use chassis::error::{Error, Result};
use chassis::wire::Conversation;
use chrono::Days;
use proto::common::Ratio;
use proto::projects as pb;
use proto::projects::strategy::State;
use proto::projects::strategy_deadline::Kind;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, DatabaseConnection, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::facts::Calendar;
use super::row::{COLUMN, Column, Entity, Model};
use super::{rules, store};

/// A strategy that ends within so many days is told of.
const AHEAD: u64 = 180;
/// Days that come, at most, of each kind.
const MOST: u64 = 200;

/// Counts the strategies of a territory and of what lies in it, or of all.
pub(crate) async fn of(
    context: &Context,
    caller: &Caller,
    territory: &str,
    calendar: Calendar,
) -> Result<pb::SummarizeStrategiesResponse> {
    let (db, now) = (context.database.reader(), context.clock.now());
    let today = calendar.zone.day(now).ok_or_else(|| Error::internal("no day is today"))?;
    let seen = Condition::all().add(store::visible(caller)).add_option(within(territory));
    let states: Vec<(Coded<State>, i64)> = Entity::find()
        .select_only()
        .column(Column::State)
        .column_as(Column::Name.count(), "count")
        .filter(seen.clone())
        .group_by(Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut states: Vec<_> = states
        .into_iter()
        .map(|(state, count)| pb::StrategyStateCount { state: state.number(), count: number(count) })
        .collect();
    states.sort_by_key(|counted| counted.state);
    let mut deadlines = Vec::new();
    for mut row in waiting(db, &seen, today).await? {
        rules::settle(&mut row, calendar, now);
        deadlines.extend(deadline(&row, today));
    }
    deadlines.sort_by_key(|deadline| (deadline.days_left, deadline.strategy.clone()));
    Ok(pb::SummarizeStrategiesResponse {
        covered: Some(covered(db, territory, today).await?),
        states,
        deadlines,
    })
}

fn within(territory: &str) -> Option<Expr> {
    (!territory.is_empty()).then(|| COLUMN.territory.in_subquery(lying_in(territory)))
}

fn lying_in(territory: &str) -> SelectStatement {
    Query::select()
        .column(("territory_ancestor", "territory"))
        .from("territory_ancestor")
        .and_where(Expr::col(("territory_ancestor", "ancestor")).eq(territory))
        .to_owned()
}

/// What was adopted for this day, whatever the calendar has written down yet.
fn in_force(today: Day) -> Condition {
    Condition::all()
        .add(COLUMN.state.eq(Coded::from(State::Adopted)))
        .add(COLUMN.period_start.lte(today))
        .add(COLUMN.period_end.gte(today))
        .add(Condition::any().add(COLUMN.superseded.is_null()).add(COLUMN.superseded.gt(today)))
}

/// Territories with a strategy in force, of those that count: they have not ended, and have an authority among the partners or
/// a strategy in force.
async fn covered(db: &DatabaseConnection, territory: &str, today: Day) -> Result<Ratio> {
    let having = Query::select()
        .column(("strategy", "territory"))
        .from("strategy")
        .cond_where(in_force(today))
        .to_owned();
    let column = |name: &'static str| Expr::col(("territory", name));
    let lives = Condition::any().add(column("valid_until").is_null()).add(column("valid_until").gte(today));
    let mut there = Condition::all().add(lives);
    if !territory.is_empty() {
        there = there.add(column("name").in_subquery(lying_in(territory)));
    }
    let has = column("name").in_subquery(having);
    let counts = Condition::any().add(column("authority").ne("")).add(has.clone());
    let count = async |condition: Condition| -> Result<u64, DbErr> {
        crate::territory::row::Entity::find().filter(condition).count(db).await
    };
    let part = count(there.clone().add(has)).await?;
    let whole = count(there.add(counts)).await?;
    Ok(Ratio { numerator: part.to_string(), denominator: whole.to_string() })
}

/// Those for which a day comes: in consultation, or adopted and about to end.
async fn waiting(db: &DatabaseConnection, seen: &Condition, today: Day) -> Result<Vec<Model>> {
    let soon = today.checked_add_days(Days::new(AHEAD)).and_then(Day::of).unwrap_or(today);
    let ending = in_force(today).add(COLUMN.period_end.lte(soon));
    let consulted = Condition::all().add(COLUMN.state.eq(Coded::from(State::Consultation)));
    let mut found = Vec::new();
    for (condition, first) in [(consulted, Column::ConsultationEnd), (ending, Column::PeriodEnd)] {
        let some = Entity::find().filter(seen.clone()).filter(condition).order_by_asc(first);
        found.extend(some.order_by_asc(Column::Name).limit(MOST).all(db).await?);
    }
    let now = chassis::column::Micros(0); // what is told follows from other rows alone
    Ok(chassis::store::informed(found, db.into(), now).await?)
}

fn deadline(row: &Model, today: Day) -> Option<pb::StrategyDeadline> {
    let (kind, day) = match (row.state.get(), row.facts.consulted) {
        (State::Consultation, None) => (Kind::ConsultationEnds, row.consultation_end?),
        (State::Consultation, Some(_)) => (Kind::ToAdopt, row.consultation_end?),
        _ => (Kind::Expires, row.period_end),
    };
    let mut title = row.title.clone().into_inner();
    chassis::text::display(&mut title, &Conversation::current().preferences);
    Some(pb::StrategyDeadline {
        strategy: row.name.clone(),
        title: title.display_text,
        owner: row.owner.clone(),
        kind: kind.into(),
        due_date: Some(day.to_date()),
        days_left: number(day.signed_duration_since(*today).num_days()),
        proposals_waiting: row.facts.unanswered + row.facts.unmoderated,
        successor: row.successor.clone(),
    })
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}
