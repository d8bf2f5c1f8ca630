//! Certificates on disk: which of them are seen, their bits in status lists, and where stands what was signed.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use credential::Standing;
use proto::training::certificate::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _, IntoActiveModel as _, QueryOrder as _,
    QuerySelect as _,
};

use super::row::{COLUMN, Column, Entity, Model};
use super::rules;
use crate::enrolment;

/// What was signed, sealed: without a history, and gone when the learner is erased.
pub(crate) mod signed {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate_jws")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub certificate: String,
        pub sealed: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Status lists: shared by all programmes, so that a list tells nothing of a group (TRN-21).
pub(crate) mod list {
    use chassis::column::Micros;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "status_list")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub create_time: Micros,
        /// How many of its bits are taken.
        pub used: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The certificates that a list shows: those of the enrolments that concern the caller.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.is(Role::Coordinator) {
        return Condition::all();
    }
    let theirs = Query::select()
        .column(("enrolment", "name"))
        .from("enrolment")
        .cond_where(enrolment::store::visible(caller, (None, None)))
        .to_owned();
    Condition::all().add(COLUMN.enrolment.in_subquery(theirs))
}

/// Tells certificates their enrolments, and what the clock has made of them.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let names: Vec<&str> = rows.iter().map(|row| row.enrolment.as_str()).collect();
    let mut known = HashMap::new();
    for some in names.chunks(1000) {
        let these = enrolment::row::COLUMN.name.is_in(some.iter().copied());
        let mut found = enrolment::row::Entity::find().filter(these).all(db).await?;
        enrolment::store::inform(&mut found, db, now).await?;
        known.extend(found.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
    }
    for row in rows {
        row.known = known.get(&row.enrolment).cloned();
        rules::settle(row, now);
    }
    Ok(())
}

/// The certificates of these enrolments, by name.
pub(crate) async fn names(
    db: &impl ConnectionTrait,
    enrolments: impl Iterator<Item = &str>,
) -> Result<HashMap<String, String>, DbErr> {
    let (all, mut found) = (enrolments.collect::<Vec<_>>(), HashMap::new());
    for some in all.chunks(1000) {
        let select = Query::select()
            .columns(["enrolment", "name"])
            .from("certificate")
            .and_where(Expr::col("enrolment").is_in(some.iter().copied()))
            .to_owned();
        for row in db.query_all(&select).await? {
            found.insert(row.try_get("", "enrolment")?, row.try_get("", "name")?);
        }
    }
    Ok(found)
}

/// Adds to certificates what was signed.
pub(crate) async fn complete(rows: &mut [Model], db: &DatabaseExecutor<'_>) -> Result<(), DbErr> {
    let mut kept = HashMap::new();
    for some in rows.chunks(1000) {
        let names = some.iter().map(|row| row.name.as_str());
        let found = signed::Entity::find().filter(signed::COLUMN.certificate.is_in(names)).all(db).await?;
        kept.extend(found.into_iter().map(|row| (row.certificate, row.sealed)));
    }
    for row in rows {
        row.sealed = kept.remove(&row.name).unwrap_or_default();
    }
    Ok(())
}

/// Writes what was signed where it can be deleted without a trace.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some_and(|before| before.sealed == row.sealed) {
        return Ok(());
    }
    signed::Entity::delete_many()
        .filter(signed::COLUMN.certificate.eq(row.name.as_str()))
        .exec(unit.txn)
        .await?;
    if row.sealed.is_empty() {
        return Ok(());
    }
    let kept = signed::Model { certificate: row.name.clone(), sealed: row.sealed.clone() };
    signed::Entity::insert(kept.into_active_model()).exec_without_returning(unit.txn).await?;
    Ok(())
}

/// Refuses a second certificate of an enrolment (TRN-19): asked where nobody else writes.
pub(crate) async fn once(unit: &Unit<'_>, enrolment: &str) -> Result<()> {
    let Some(holder) = Entity::find().filter(COLUMN.enrolment.eq(enrolment)).one(unit.txn).await? else {
        return Ok(());
    };
    let holder = holder.name;
    Err(Error::refused(
        "TRN-19",
        say!("it has its certificate already: {holder}", "elle a déjà son certificat : {holder}"),
    )
    .about("holder", &holder))
}

/// A bit of the list in use, drawn at random among those that are free; a new list once three quarters are taken.
pub(crate) async fn draw(unit: &Unit<'_>) -> Result<(String, i32)> {
    let newest =
        list::Entity::find().order_by_desc(list::COLUMN.create_time).order_by_desc(list::COLUMN.name);
    let open = newest.one(unit.txn).await?.filter(|list| list.used < rules::MOST);
    let name = match open {
        Some(list) => list.name,
        None => {
            let (id, _) = chassis::name::new_id('l');
            let new = list::Model { name: format!("statusLists/{id}"), create_time: unit.now, used: 0 };
            let name = new.name.clone();
            list::Entity::insert(new.into_active_model()).exec_without_returning(unit.txn).await?;
            name
        }
    };
    let index = loop {
        let mut drawn = [0; 4];
        aws_lc_rs::rand::fill(&mut drawn).map_err(|_| Error::internal("no randomness"))?;
        // The length is a power of two: each bit is as likely as the others.
        let index = (u32::from_le_bytes(drawn) % credential::LENGTH) as i32;
        if at(unit.txn, &name, index).await?.is_none() {
            break index;
        }
    };
    list::Entity::update_many()
        .col_expr(list::Column::Used, Expr::col(list::Column::Used).add(1))
        .filter(list::COLUMN.name.eq(name.as_str()))
        .exec(unit.txn)
        .await?;
    Ok((name, index))
}

/// The certificate that has a bit of a list.
async fn at(db: &impl ConnectionTrait, list: &str, index: i32) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(COLUMN.status_list.eq(list)).filter(COLUMN.status_index.eq(index)).one(db).await
}

/// Whether the certificate that has a bit of a list was revoked.
pub(crate) async fn standing(db: &impl ConnectionTrait, list: &str, index: u32) -> Result<Standing, DbErr> {
    let Ok(index) = i32::try_from(index) else { return Ok(Standing::Unknown) };
    Ok(match at(db, list, index).await? {
        Some(row) if row.state == State::Revoked => Standing::Revoked,
        Some(_) => Standing::Good,
        None => Standing::Unknown,
    })
}

/// The bits of a list that say that a certificate was revoked; nothing when there is no such list.
pub(crate) async fn revoked(db: &impl ConnectionTrait, name: &str) -> Result<Option<Vec<u32>>, DbErr> {
    if list::Entity::find().filter(list::COLUMN.name.eq(name)).one(db).await?.is_none() {
        return Ok(None);
    }
    let set: Vec<i32> = Entity::find()
        .select_only()
        .column(Column::StatusIndex)
        .filter(COLUMN.status_list.eq(name))
        .filter(COLUMN.state.eq(Coded::from(State::Revoked)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(Some(set.into_iter().filter_map(|index| u32::try_from(index).ok()).collect()))
}

/// The certificate whose credential has that id.
pub(crate) async fn by_credential(db: &impl ConnectionTrait, id: &str) -> Result<Option<String>, DbErr> {
    let found = Entity::find().filter(COLUMN.credential_id.eq(id)).one(db).await?;
    Ok(found.map(|row| row.name))
}

/// The certificates of these enrolments.
pub(crate) async fn of_enrolments(db: &impl ConnectionTrait, names: &[&str]) -> Result<Vec<Model>, DbErr> {
    let mut found = Vec::new();
    for some in names.chunks(1000) {
        let these = COLUMN.enrolment.is_in(some.iter().copied());
        found.extend(Entity::find().filter(these).all(db).await?);
    }
    Ok(found)
}

/// Deletes what was signed of a person who is erased (TRN-22): the names of their certificates, which stay.
pub(crate) async fn forget(unit: &mut Unit<'_>, own: &Call, enrolments: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let enrolments: Vec<&str> = enrolments.iter().map(String::as_str).collect();
    let rows = of_enrolments(unit.txn, &enrolments).await?;
    for row in chassis::store::completed(rows, unit.txn, unit.now).await? {
        names.push(row.name.clone());
        let rule = |row: &mut Model| {
            rules::forget(row);
            Ok(())
        };
        chassis::store::apply(unit, own, row, rule).await?;
    }
    Ok(names)
}

/// The certificates whose time has ended by now, and that do not say so yet.
pub(crate) async fn due(
    db: &impl ConnectionTrait,
    now: Micros,
    most: Option<u64>,
) -> Result<Vec<Model>, DbErr> {
    let ended = Entity::find()
        .filter(COLUMN.state.eq(Coded::from(State::Issued)))
        .filter(COLUMN.expire_time.lte(Some(now)));
    ended.limit(most).all(db).await
}
