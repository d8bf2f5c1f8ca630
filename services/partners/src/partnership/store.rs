//! Partnerships on disk: their members, and what is told of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::store::reference_free;
use proto::partners as pb;
use proto::partners::partnership::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _};

use super::row::{COLUMN, Entity, Model};
use super::{members, rules};
use crate::partner::who::{living, who};
use crate::{agreement, health_check, network_settings};

/// The partnerships that a list shows: those that anyone may see, and those of the caller's partners.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = rules::PUBLIC.iter().map(|state| Coded::from(*state));
    let any = Condition::any().add(COLUMN.state.is_in(public));
    if caller.partners.is_empty() {
        return any;
    }
    any.add(COLUMN.name.in_subquery(of_members(caller.partners.keys().map(String::as_str))))
}

/// Those that are at work without an agreement in force on a day (PAR-7).
pub(crate) fn without_agreement(today: Day) -> Condition {
    let in_force = agreement::standing::partnerships_in_force(today);
    Condition::all()
        .add(COLUMN.state.eq(Coded::from(State::Active)))
        .add(COLUMN.name.not_in_subquery(in_force))
}

/// The names of the partnerships that any of these partners is or was a member of.
pub(crate) fn of_members<'a>(partners: impl Iterator<Item = &'a str>) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(("partnership_member", "partnership"))
        .from("partnership_member")
        .and_where(Expr::col(("partnership_member", "partner")).is_in(partners))
        .to_owned()
}

/// Writes what follows a partnership's row: whose it is; refuses a reference that another has.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_none_or(|before| before.external_reference != row.external_reference) {
        reference_free(unit, row, &row.external_reference).await?;
    }
    if before.is_some_and(|before| before.members == row.members) {
        return Ok(());
    }
    insert_members(unit.txn, std::slice::from_ref(row)).await
}

/// Writes who the members of partnerships are or were.
pub(crate) async fn insert_members(db: &impl ConnectionTrait, rows: &[Model]) -> Result<()> {
    let members: BTreeSet<(&str, &str)> = rows
        .iter()
        .flat_map(|row| row.members.iter().map(|member| (row.name.as_str(), member.partner.as_str())))
        .collect();
    let members: Vec<(&str, &str)> = members.into_iter().collect();
    for some in members.chunks(1000) {
        let mut insert = Query::insert();
        insert.into_table("partnership_member").columns(["partnership", "partner"]);
        for (partnership, partner) in some {
            insert.values_panic([(*partnership).into(), (*partner).into()]);
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Tells partnerships the day, who their members are, and what their agreements and health checks say.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait, now: Micros) -> Result<(), DbErr> {
    let today = network_settings::store::today(db, now).await?;
    let partners = rows.iter().flat_map(|row| row.members.iter().map(|member| member.partner.clone()));
    let known = who(db, partners.collect()).await?;
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let under_review = health_check::store::open(db, &names).await?;
    let mut standing = match today {
        Some(today) => agreement::standing::standing(db, &names, today).await?,
        None => HashMap::new(),
    };
    for row in rows {
        row.facts.today = today;
        row.facts.standing = standing.remove(&row.name).unwrap_or_default();
        row.facts.under_review = under_review.contains(&row.name);
        let members = row.members.iter().map(|member| &member.partner);
        row.facts.members =
            members.filter_map(|name| Some((name.clone(), known.get(name)?.clone()))).collect();
    }
    Ok(())
}

/// Partnerships as they are today, by their names.
pub(crate) async fn by_name(
    db: &DatabaseExecutor<'_>,
    names: BTreeSet<String>,
    now: Micros,
) -> Result<HashMap<String, Arc<Model>>, DbErr> {
    let names: Vec<String> = names.into_iter().collect();
    let mut found = Vec::new();
    for some in names.chunks(1000) {
        let named = COLUMN.name.is_in(some.iter().map(String::as_str));
        found.extend(Entity::find().filter(named).all(db).await?);
    }
    let again = match db {
        DatabaseExecutor::Connection(connection) => DatabaseExecutor::Connection(connection),
        DatabaseExecutor::Transaction(transaction) => DatabaseExecutor::Transaction(transaction),
        DatabaseExecutor::OwnedTransaction(transaction) => DatabaseExecutor::Transaction(transaction),
    };
    let found = chassis::store::informed(found, again, now).await?;
    Ok(found.into_iter().map(|row| (row.name.clone(), Arc::new(row))).collect())
}

/// The partnership that something is made in.
pub(crate) async fn parent(unit: &Unit<'_>, call: &Call, name: &str) -> Result<Arc<Model>> {
    let known = by_name(&unit.txn.into(), BTreeSet::from([name.to_owned()]), unit.now).await?;
    known.get(name).cloned().ok_or_else(|| call.caller.not_found(name))
}

/// Writes a new partnership of partners that there are.
pub(crate) async fn begin(unit: &mut Unit<'_>, call: &Call, mut row: Model) -> Result<(Model, bool)> {
    for (index, member) in row.members.0.iter_mut().enumerate() {
        let field = match member.partner == row.lead_partner {
            true => "partnership.lead_partner".to_owned(),
            false => format!("partnership.members[{index}].partner"),
        };
        let living = living(unit, &field, &member.partner).await?;
        if member.partner == row.lead_partner {
            row.lead_partner.clone_from(&living);
        }
        member.partner = living;
    }
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Takes in a member that there is.
pub(crate) async fn add_member(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::AddMemberRequest,
) -> Result<(Model, bool)> {
    let name = &request.name;
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let mut member = request.member.clone().unwrap_or_default();
    if !member.partner.is_empty() && rules::leads(&call.caller, &row) {
        chassis::name::check_reference("member.partner", super::describe::PARTNER, &member.partner)?;
        member.partner = living(unit, "member.partner", &member.partner).await?;
    }
    let today = network_settings::store::today(unit.txn, unit.now).await?;
    let today = today.ok_or_else(|| Error::internal("the clock shows no day"))?;
    chassis::store::apply(unit, call, row, |row| members::add(row, &member, today, call)).await
}
