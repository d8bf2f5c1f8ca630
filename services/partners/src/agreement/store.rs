//! Agreements on disk: which of them are seen, what they are told, and who their parties are.

use std::collections::{BTreeSet, HashMap, HashSet};

use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros};
use chassis::database::Unit;
use chassis::error::Result;
use chassis::store::reference_free;
use chassis::{Call, Context};
use proto::partners as pb;
use proto::partners::agreement::{State, SuccessionKind};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _};

use super::row::{COLUMN, Entity, Model};
use super::{clock, parts, rules, signatures, standing, succession, sweep};
use crate::partner::who::living;
use crate::{health_check, network_settings, partnership};

/// The agreements that a list shows: of one partnership or of all, those that all have signed and those of the caller's
/// partners.
pub(crate) fn visible(caller: &Caller, parent: Option<&str>) -> Condition {
    let mut visible = Condition::all();
    if let Some(parent) = parent {
        visible = visible.add(COLUMN.partnership.eq(parent));
    }
    if caller.oversees() {
        return visible;
    }
    let public = rules::PUBLIC.iter().map(|state| Coded::from(*state));
    let mut any = Condition::any().add(COLUMN.state.is_in(public));
    if !caller.partners.is_empty() {
        let own = || caller.partners.keys().map(String::as_str);
        let party = Query::select()
            .column(("agreement_party", "agreement"))
            .from("agreement_party")
            .and_where(Expr::col(("agreement_party", "partner")).is_in(own()))
            .to_owned();
        any = any
            .add(COLUMN.partnership.in_subquery(partnership::store::of_members(own())))
            .add(COLUMN.name.in_subquery(party));
    }
    visible.add(any)
}

/// Those whose period, or whose last day, comes within so many days.
pub(crate) fn expiring(today: Day, days: i32) -> Condition {
    let Some(until) = clock::later(today, days) else { return standing::in_force_on(today) };
    standing::in_force_on(today)
        .add(Condition::any().add(COLUMN.period_end.lte(until)).add(COLUMN.last.lte(until)))
}

/// Those of some partnerships that are in force and end within so many days, as far as the caller sees them: as they are
/// today, the soonest first.
pub(crate) async fn ending(
    context: &Context,
    caller: &Caller,
    of: SelectStatement,
    (today, days): (Day, i32),
) -> Result<Vec<Model>> {
    sweep::catch_up(context).await?;
    let db = context.database.reader();
    let found = Entity::find()
        .filter(visible(caller, None))
        .filter(expiring(today, days))
        .filter(COLUMN.partnership.in_subquery(of))
        .all(db)
        .await?;
    let mut found = chassis::store::informed(found, db.into(), context.clock.now()).await?;
    found.sort_by(|one, other| (one.end(), &one.name).cmp(&(other.end(), &other.name)));
    Ok(found)
}

/// Tells agreements their partnerships, their successors, when their partnerships last looked at themselves, and what the
/// calendar has made of them.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let partnerships: BTreeSet<String> = rows.iter().map(|row| row.partnership.clone()).collect();
    let names: Vec<String> = partnerships.iter().cloned().collect();
    let known = partnership::store::by_name(db, partnerships, now).await?;
    let reviewed = health_check::store::last_closed(db, &names).await?;
    let agreed = network_settings::store::agreed(db).await?;
    let today = network_settings::store::day(&agreed, now);
    let successors = successors(rows, db).await?;
    for row in rows {
        row.within = known.get(&row.partnership).cloned();
        row.reviewed = reviewed.get(&row.partnership).copied();
        row.review_months = agreed.renewal_review_months;
        if let Some((successor, state)) = successors.get(&row.name) {
            row.successor.clone_from(successor);
            row.successor_open = !rules::PUBLIC.contains(state);
        }
        if let Some(today) = today {
            clock::settle(row, today);
        }
    }
    Ok(())
}

/// The agreement that takes the place of each, or is being prepared to, and where it stands.
async fn successors(
    rows: &[Model],
    db: &impl ConnectionTrait,
) -> Result<HashMap<String, (String, State)>, DbErr> {
    let mut found = HashMap::new();
    for some in rows.chunks(1000) {
        let select = Query::select()
            .columns(["predecessor", "name", "state"].map(|column| ("agreement", column)))
            .from("agreement")
            .and_where(COLUMN.predecessor.is_in(some.iter().map(|row| row.name.as_str())))
            .and_where(COLUMN.state.ne(Coded::from(State::Cancelled)))
            .to_owned();
        for row in db.query_all(&select).await? {
            let state: Coded<State> = row.try_get("", "state")?;
            found.insert(row.try_get("", "predecessor")?, (row.try_get("", "name")?, state.get()));
        }
    }
    Ok(found)
}

/// Writes what follows an agreement's row: its parties; refuses a reference that another has.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_none_or(|before| before.external_reference != row.external_reference) {
        reference_free(unit, row, &row.external_reference).await?;
    }
    if before.is_some_and(|before| before.parties == row.parties && before.state == row.state) {
        return Ok(());
    }
    if before.is_some() {
        let old = Query::delete()
            .from_table("agreement_party")
            .and_where(Expr::col("agreement").eq(row.name.as_str()))
            .to_owned();
        unit.txn.execute(&old).await?;
    }
    insert_parties(unit.txn, std::slice::from_ref(row)).await
}

/// Writes who the parties of agreements are.
pub(crate) async fn insert_parties(db: &impl ConnectionTrait, rows: &[Model]) -> Result<()> {
    let lines: Vec<(&str, &str, bool)> = rows
        .iter()
        .flat_map(|row| {
            let waiting: BTreeSet<&str> = row.waiting().collect();
            let line = move |party: &'_ str| waiting.contains(party);
            row.parties
                .iter()
                .map(move |party| (row.name.as_str(), party.partner.as_str(), line(party.partner.as_str())))
        })
        .collect();
    for some in lines.chunks(1000) {
        let mut insert = Query::insert();
        insert.into_table("agreement_party").columns(["agreement", "partner", "waiting"]);
        for (agreement, partner, waiting) in some {
            insert.values_panic([(*agreement).into(), (*partner).into(), (*waiting).into()]);
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Writes a new agreement between partners that there are.
pub(crate) async fn begin(unit: &mut Unit<'_>, call: &Call, mut row: Model) -> Result<(Model, bool)> {
    row.within = Some(partnership::store::parent(unit, call, &row.partnership).await?);
    rules::begin(&row, call)?;
    parties_exist(unit, &row, None).await?;
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Refuses parties that are not in the registry.
async fn parties_exist(unit: &Unit<'_>, row: &Model, before: Option<&Model>) -> Result<()> {
    let known = |partner: &str| {
        before.is_some_and(|before| before.parties.iter().any(|party| party.partner == partner))
    };
    for (index, party) in row.parties.iter().enumerate() {
        if !known(&party.partner) {
            let field = format!("agreement.parties[{index}].partner");
            living(unit, &field, &party.partner).await?;
        }
    }
    Ok(())
}

/// Drafts the agreement that takes another's place.
pub(crate) async fn succeed(
    unit: &mut Unit<'_>,
    call: &Call,
    asked: &succession::Asked,
    kind: SuccessionKind,
) -> Result<(Model, bool)> {
    let name = &asked.name;
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    // What is renewed does not change by it; that it is what the caller has read is looked at all the same.
    let rule = |row: &mut Model| succession::succeed(row, asked, kind, call).map(drop);
    let (row, _) = chassis::store::apply(unit, call, row, rule).await?;
    let successor = succession::succeed(&row, asked, kind, call)?;
    parties_exist(unit, &successor, Some(&row)).await?;
    Ok((chassis::store::insert(unit, call, &successor).await?, true))
}

/// Signs for a party. With the last signature of a successor, what it succeeds ends the day before (PAR-9).
pub(crate) async fn sign(
    unit: &mut Unit<'_>,
    call: &Call,
    said: &pb::SignAgreementRequest,
) -> Result<(Model, bool)> {
    let name = &said.name;
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let before: Option<Model> = match row.predecessor.as_str() {
        "" => None,
        predecessor => chassis::store::find(unit, predecessor).await?,
    };
    let rule = |row: &mut Model| {
        signatures::sign(row, said, call)?;
        before.as_ref().map_or(Ok(()), |before| succession::still_runs(row, before))
    };
    let (row, changed) = chassis::store::apply(unit, call, row, rule).await?;
    if let (Some(from), Some(before)) = (row.in_force, before) {
        let today = row.today()?;
        let call = Call { etag: String::new(), ..call.clone() };
        let rule = |row: &mut Model| {
            succession::supersede(row, from, today);
            Ok(())
        };
        chassis::store::apply(unit, &call, before, rule).await?;
    }
    Ok((row, changed))
}

/// An agreement of that name is there.
pub(crate) async fn exists(unit: &Unit<'_>, name: &str) -> Result<bool> {
    Ok(Entity::find_by_id(name).one(unit.txn).await?.is_some())
}

/// Of these partners, those that an agreement binds or is about to: one that is being signed, signed, or in force (PAR-1).
pub(crate) async fn bound(
    db: &impl ConnectionTrait,
    partners: &[&str],
    today: Day,
) -> Result<HashSet<String>, DbErr> {
    let binding = Condition::any()
        .add(COLUMN.state.eq(Coded::from(State::PendingSignature)))
        .add(COLUMN.last.gte(today));
    let mut found = HashSet::new();
    for some in partners.chunks(1000) {
        let open = Query::select()
            .column(("agreement", "name"))
            .from("agreement")
            .cond_where(binding.clone())
            .to_owned();
        let select = Query::select()
            .distinct()
            .column("partner")
            .from("agreement_party")
            .and_where(Expr::col("partner").is_in(some.iter().copied()))
            .and_where(Expr::col("agreement").in_subquery(open))
            .to_owned();
        for row in db.query_all(&select).await? {
            found.insert(row.try_get("", "partner")?);
        }
    }
    Ok(found)
}

/// The last day of all agreements of each partnership, as things stand; nothing where nobody knows it of one of them.
pub(crate) async fn last_days(
    db: &impl ConnectionTrait,
    partnerships: &[&str],
) -> Result<HashMap<String, Option<Day>>, DbErr> {
    let mut found: HashMap<String, Option<Day>> = HashMap::new();
    for some in partnerships.chunks(1000) {
        let select = Query::select()
            .columns([("agreement", "partnership"), ("agreement", "last")])
            .from("agreement")
            .and_where(COLUMN.partnership.is_in(some.iter().copied()))
            .and_where(COLUMN.state.ne(Coded::from(State::Cancelled)))
            .to_owned();
        for row in db.query_all(&select).await? {
            let last: Option<Day> = row.try_get("", "last")?;
            let known = found.entry(row.try_get("", "partnership")?).or_insert(last);
            *known = known.zip(last).map(|(one, other)| Ord::max(one, other));
        }
    }
    Ok(found)
}

/// Changes an agreement, whose parties there must be.
pub(crate) async fn update(
    unit: &mut Unit<'_>,
    call: &Call,
    patch: &pb::Agreement,
    mask: Option<&prost_types::FieldMask>,
) -> Result<(Model, bool)> {
    let name = &patch.name;
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let before = row.clone();
    let rule = |row: &mut Model| {
        call.caller.must(parts::writes(&call.caller, row), &row.name)?;
        let current: pb::Agreement = row.clone().into();
        let draft = chassis::mask::apply(&current, patch, mask)?;
        if draft == current { Ok(()) } else { rules::update(row, &draft, call) }
    };
    let (row, changed) = chassis::store::apply(unit, call, row, rule).await?;
    parties_exist(unit, &row, Some(&before)).await?;
    Ok((row, changed))
}
