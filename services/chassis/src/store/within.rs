//! What is done to the rows of every noun inside a transaction: read, write, record.

use prost::Name as _;
use proto::Private as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, OnConflict};
use sea_orm::{DatabaseExecutor, ExprTrait as _};

use super::{Row, etag};
use crate::call::Call;
use crate::change::About;
use crate::column::Micros;
use crate::database::Unit;
use crate::error::{Error, Result};
use crate::mask;
use crate::say;

/// A row inside a transaction.
///
/// # Errors
/// Only the database's.
pub async fn find<R: Row>(unit: &Unit<'_>, name: &str) -> Result<Option<R>> {
    let found = R::Table::find().filter(key::<R>().eq(name)).one(unit.txn).await?;
    Ok(completed(found.into_iter().collect(), unit.txn, unit.now).await?.pop())
}

/// Rows that know what they must of others.
///
/// # Errors
/// Only the database's.
pub async fn informed<R: Row>(
    mut rows: Vec<R>,
    db: DatabaseExecutor<'_>,
    now: Micros,
) -> Result<Vec<R>, DbErr> {
    if !rows.is_empty() {
        R::inform(&mut rows, db, now).await?;
    }
    Ok(rows)
}

/// Rows that also hold what lists leave out.
///
/// # Errors
/// Only the database's.
pub async fn completed<'d, R: Row, D>(rows: Vec<R>, db: &'d D, now: Micros) -> Result<Vec<R>, DbErr>
where
    DatabaseExecutor<'d>: From<&'d D>,
{
    let mut rows = informed(rows, db.into(), now).await?;
    if !rows.is_empty() {
        R::complete(&mut rows, db.into()).await?;
    }
    Ok(rows)
}

/// Writes a new row inside a transaction, with all that follows it and its line in the change table; answers what became
/// of it.
///
/// # Errors
/// `ALREADY_EXISTS` when the name is taken.
pub async fn insert<R: Row>(unit: &mut Unit<'_>, call: &Call, row: &R) -> Result<R> {
    let unless_there = OnConflict::column(Alias::new("name")).do_nothing().to_owned();
    let new = R::Table::insert(row.clone().into_active_model()).on_conflict(unless_there);
    if new.exec_without_returning(unit.txn).await? == 0 {
        return Err(Error::AlreadyExists {
            field: "name".to_owned(),
            holder: Some(row.name().to_owned()),
            why: say!(
                "{name} exists already: choose another id, or leave it empty",
                "{name} existe déjà : choisissez un autre identifiant, ou laissez-le vide",
                name = row.name()
            ),
        });
    }
    row.follow(None, unit).await?;
    let row = complete(unit, row.clone()).await?;
    record(unit, call, None, &row);
    Ok(row)
}

/// A row that was just written, and what others now say of it.
async fn complete<R: Row>(unit: &Unit<'_>, row: R) -> Result<R> {
    let mut row = [row];
    R::inform(&mut row, unit.txn.into(), unit.now).await?;
    R::complete(&mut row, unit.txn.into()).await?;
    let [row] = row;
    Ok(row)
}

/// Writes many new rows at once inside a transaction, with their lines in the change table; what follows them is the
/// caller's to write, and so is knowing that the names are free.
///
/// # Errors
/// Only the database's.
pub async fn insert_all<R: Row>(unit: &mut Unit<'_>, call: &Call, rows: &[R]) -> Result<()> {
    // SQLite binds at most 32,766 values in a statement.
    for chunk in rows.chunks(500) {
        let new = chunk.iter().map(|row| row.clone().into_active_model());
        R::Table::insert_many(new).exec_without_returning(unit.txn).await?;
        for row in chunk {
            record(unit, call, None, row);
        }
        unit.flush().await?;
    }
    Ok(())
}

/// Applies a rule to a row inside a transaction: the row afterwards, and whether anything changed.
///
/// # Errors
/// ABORTED when the call's etag is not current; what the rule refuses.
pub async fn apply<R: Row>(
    unit: &mut Unit<'_>,
    call: &Call,
    before: R,
    rule: impl Fn(&mut R) -> Result<()>,
) -> Result<(R, bool)> {
    let mut after = before.clone();
    let verdict = rule(&mut after);
    current(call, &before, verdict)?;
    if after == before {
        return Ok((before, false));
    }
    *after.revision() += 1;
    *after.update_time() = unit.now;
    save(unit, &after).await?;
    after.follow(Some(&before), unit).await?;
    let after = complete(unit, after).await?;
    record(unit, call, Some(&before), &after);
    Ok((after, true))
}

/// Removes a row inside a transaction, if the rule agrees; what followed it is the caller's to remove.
///
/// # Errors
/// ABORTED when the call's etag is not current; what the rule refuses.
pub async fn delete<R: Row>(
    unit: &mut Unit<'_>,
    call: &Call,
    row: R,
    rule: impl Fn(&R) -> Result<()>,
) -> Result<()> {
    current(call, &row, rule(&row))?;
    R::Table::delete_many().filter(key::<R>().eq(row.name())).exec(unit.txn).await?;
    let mut message: R::Message = row.clone().into();
    message.redact();
    let about = About {
        resource: row.name(),
        revision: row.clone().revision().saturating_add(1),
        states: (row.state_name(), "DELETED"),
        owner: row.owner(),
        public: row.public(),
    };
    unit.record(call, about, &message);
    Ok(())
}

/// Refuses a reference of elsewhere (`external_reference`) that another row of the noun has. Asked inside the transaction that
/// writes the row, so that of two that come at once the second is told of the first.
///
/// # Errors
/// `ALREADY_EXISTS` naming the row that has it.
pub async fn reference_free<R: Row>(unit: &Unit<'_>, row: &R, reference: &str) -> Result<()> {
    if reference.is_empty() {
        return Ok(());
    }
    let column = || Expr::col((R::Table::default(), Alias::new("external_reference")));
    // Said twice, since the index holds those alone that have one.
    let same = R::Table::find()
        .filter(column().ne(""))
        .filter(column().eq(reference))
        .filter(key::<R>().ne(row.name()));
    let Some(holder) = same.one(unit.txn).await? else { return Ok(()) };
    let field = format!("{}.external_reference", mask::snake(R::Message::NAME));
    let holder = holder.name().to_owned();
    let why = say!("{holder} has it already: use that one", "{holder} la porte déjà : utilisez celle-là");
    Err(Error::AlreadyExists { field, why, holder: Some(holder) })
}

/// What a rule said of a row, unless the caller read an older one.
fn current<R: Row>(call: &Call, row: &R, verdict: Result<()>) -> Result<()> {
    if let Err(forbidden @ (Error::Forbidden { .. } | Error::NotFound { .. })) = verdict {
        return Err(forbidden); // who may not know the resource learns nothing of its etag either
    }
    if !call.etag.is_empty() && call.etag != etag(*row.clone().revision()) {
        return Err(Error::Aborted {
            reason: "ETAG_MISMATCH",
            why: say!(
                "{name} was changed since you read it: read it again, then repeat your change",
                "{name} a été modifié depuis votre lecture : relisez, puis refaites votre modification",
                name = row.name()
            ),
        });
    }
    verdict
}

async fn save<R: Row>(unit: &Unit<'_>, row: &R) -> Result<()> {
    let row: R::Active = row.clone().into_active_model();
    row.reset_all().update(unit.txn).await?;
    Ok(())
}

fn record<R: Row>(unit: &mut Unit<'_>, call: &Call, before: Option<&R>, after: &R) {
    let mut message: R::Message = after.clone().into();
    message.redact();
    let about = About {
        resource: after.name(),
        revision: *after.clone().revision(),
        states: (before.map_or("", R::state_name), after.state_name()),
        owner: after.owner(),
        public: after.public(),
    };
    unit.record(call, about, &message);
}

/// The key column of every noun's table.
pub(crate) fn key<R: Row>() -> Expr {
    Expr::col((R::Table::default(), Alias::new("name")))
}
