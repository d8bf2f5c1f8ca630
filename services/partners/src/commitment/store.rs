//! Commitments on disk: which of them are seen, and what they are told.

use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::store::reference_free;
use chassis::{Call, say};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, DatabaseExecutor};

use super::row::{COLUMN, Model};
use super::rules;
use crate::{agreement, partnership};

/// The commitments that a list shows: of one partnership or of all, those that anyone may see and those of the caller's
/// partners.
pub(crate) fn visible(caller: &Caller, parent: Option<&str>) -> Condition {
    let mut visible = Condition::all();
    if let Some(parent) = parent {
        visible = visible.add(COLUMN.partnership.eq(parent));
    }
    if caller.oversees() {
        return visible;
    }
    let states = partnership::rules::PUBLIC.iter().map(|state| Coded::from(*state));
    let public = Query::select()
        .column(("partnership", "name"))
        .from("partnership")
        .and_where(partnership::row::COLUMN.state.is_in(states))
        .to_owned();
    let binding = rules::BINDING.iter().map(|state| Coded::from(*state));
    let public =
        Condition::all().add(COLUMN.state.is_in(binding)).add(COLUMN.partnership.in_subquery(public));
    let mut any = Condition::any().add(public);
    if !caller.partners.is_empty() {
        let own = || caller.partners.keys().map(String::as_str);
        any = any
            .add(COLUMN.partnership.in_subquery(partnership::store::of_members(own())))
            .add(COLUMN.partner.is_in(own()))
            .add(COLUMN.recipient.is_in(own()));
    }
    visible.add(any)
}

/// Tells commitments their partnerships.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let names = rows.iter().map(|row| row.partnership.clone()).collect();
    let known = partnership::store::by_name(db, names, now).await?;
    for row in rows {
        row.within = known.get(&row.partnership).cloned();
    }
    Ok(())
}

/// Refuses a reference that another commitment has, and an agreement that is not there.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_none_or(|before| before.external_reference != row.external_reference) {
        reference_free(unit, row, &row.external_reference).await?;
    }
    let agreed = before.map(|before| before.agreement.as_str()).unwrap_or_default();
    if row.agreement != agreed
        && !row.agreement.is_empty()
        && !agreement::store::exists(unit, &row.agreement).await?
    {
        return Err(Error::invalid(
            "commitment.agreement",
            say!("no such agreement", "cet accord n'existe pas"),
        ));
    }
    Ok(())
}

/// Writes a new commitment of a partner that there is.
pub(crate) async fn pledge(unit: &mut Unit<'_>, call: &Call, mut row: Model) -> Result<(Model, bool)> {
    row.within = Some(partnership::store::parent(unit, call, &row.partnership).await?);
    rules::pledge(&mut row, call)?;
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}
