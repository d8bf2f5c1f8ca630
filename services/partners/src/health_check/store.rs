//! Health checks on disk: what members answered stands apart.

use std::collections::{HashMap, HashSet};

use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, say};
use proto::partners as pb;
use proto::partners::health_check::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _};

use super::row::{COLUMN, Model};
use super::rules;
use crate::{network_settings, partnership};

/// Which rows are asked for.
pub(crate) type Which = Condition;

/// The health checks that a list shows: of one partnership, or of all that the caller sees.
pub(crate) fn visible(caller: &Caller, parent: Option<&str>) -> Condition {
    let mut visible = Condition::all();
    if let Some(parent) = parent {
        visible = visible.add(COLUMN.partnership.eq(parent));
    }
    if caller.oversees() {
        return visible;
    }
    let seen = Query::select()
        .column(("partnership", "name"))
        .from("partnership")
        .cond_where(partnership::store::visible(caller))
        .to_owned();
    visible.add(COLUMN.partnership.in_subquery(seen))
}

/// The open ones that ask a partner and that it has not answered.
pub(crate) fn unanswered(partner: &str) -> Which {
    let answered = Query::select()
        .column(("health_check_response", "health_check"))
        .from("health_check_response")
        .and_where(Expr::col(("health_check_response", "partner")).eq(partner))
        .to_owned();
    // Between its quotes a name occurs in the column exactly when it is one of the texts; no name has a quote or a wildcard.
    let asks = COLUMN.members.like(format!("%\"{partner}\"%"));
    Condition::all()
        .add(COLUMN.state.eq(Coded::from(State::Open)))
        .add(asks)
        .add(COLUMN.name.not_in_subquery(answered))
}

/// Of these partnerships, those that look at themselves: a health check is open.
///
/// # Errors
/// Only the database's.
pub async fn open(db: &impl ConnectionTrait, partnerships: &[String]) -> Result<HashSet<String>, DbErr> {
    let mut open = HashSet::new();
    for some in partnerships.chunks(1000) {
        let select = Query::select()
            .column("partnership")
            .from("health_check")
            .and_where(Expr::col("partnership").is_in(some.iter().map(String::as_str)))
            .and_where(Expr::col("state").eq(State::Open as i32))
            .to_owned();
        for row in db.query_all(&select).await? {
            open.insert(row.try_get("", "partnership")?);
        }
    }
    Ok(open)
}

/// Of these partnerships, the day on which each closed its last health check (PAR-11).
///
/// # Errors
/// Only the database's.
pub async fn last_closed(
    db: &impl ConnectionTrait,
    partnerships: &[String],
) -> Result<HashMap<String, Day>, DbErr> {
    let mut closed = HashMap::new();
    for some in partnerships.chunks(1000) {
        let select = Query::select()
            .column("partnership")
            .expr_as(Expr::col("close_day").max(), "last")
            .from("health_check")
            .and_where(Expr::col("partnership").is_in(some.iter().map(String::as_str)))
            .and_where(Expr::col("close_day").is_not_null())
            .group_by_col("partnership")
            .to_owned();
        for row in db.query_all(&select).await? {
            closed.insert(row.try_get("", "partnership")?, row.try_get("", "last")?);
        }
    }
    Ok(closed)
}

/// Tells health checks their partnerships, and what the network agreed on.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let known =
        partnership::store::by_name(db, rows.iter().map(|row| row.partnership.clone()).collect(), now)
            .await?;
    let agreed = network_settings::store::agreed(db).await?;
    let least = Ord::max(agreed.health_check_min_responses, network_settings::rules::LEAST_RESPONSES);
    for row in rows {
        row.facts.partnership = known.get(&row.partnership).cloned();
        row.facts.min_responses = least;
    }
    Ok(())
}

/// Adds to health checks what each member answered.
pub(crate) async fn complete(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut answered: HashMap<String, Vec<pb::HealthCheckResponse>> = HashMap::new();
    let select = Query::select()
        .columns(["health_check", "response"])
        .from("health_check_response")
        .and_where(Expr::col("health_check").is_in(rows.iter().map(|row| row.name.as_str())))
        .order_by_columns([("health_check", sea_orm::Order::Asc), ("partner", sea_orm::Order::Asc)])
        .to_owned();
    for row in db.query_all(&select).await? {
        let response: Packed<pb::HealthCheckResponse> = row.try_get("", "response")?;
        answered.entry(row.try_get("", "health_check")?).or_default().push(response.into_inner());
    }
    for row in rows {
        row.responses = answered.remove(&row.name).unwrap_or_default();
    }
    Ok(())
}

/// Writes what members answered since.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let known = before.map(|before| before.responses.as_slice()).unwrap_or_default();
    for response in row.responses.iter().filter(|response| !known.contains(response)) {
        let replace = OnConflict::columns(["health_check", "partner"]).update_column("response").to_owned();
        let insert = Query::insert()
            .into_table("health_check_response")
            .columns(["health_check", "partner", "response"])
            .values_panic([
                row.name.as_str().into(),
                response.partner.as_str().into(),
                Packed(response.clone()).into(),
            ])
            .on_conflict(replace)
            .to_owned();
        unit.txn.execute(&insert).await?;
    }
    Ok(())
}

/// Opens a health check, unless one of the partnership is open.
pub(crate) async fn begin(unit: &mut Unit<'_>, call: &Call, mut row: Model) -> Result<(Model, bool)> {
    let partnership = partnership::store::parent(unit, call, &row.partnership).await?;
    rules::ask(&mut row, &partnership, call)?;
    if !open(unit.txn, std::slice::from_ref(&row.partnership)).await?.is_empty() {
        return Err(Error::refused(
            "HEALTH_CHECK_OPEN",
            say!(
                "another health check of it is open: close that one first",
                "un autre bilan de ce partenariat est ouvert : clôturez-le d'abord"
            ),
        ));
    }
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}
