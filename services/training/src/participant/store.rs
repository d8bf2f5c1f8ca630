//! Participants on disk: which of them are seen, that an account is one of them, and what goes with them when they are erased.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::change;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, say};
use proto::training::participant::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::certificate;
use crate::enrolment::seats;
use crate::programme::store::once;

/// The participants that a list shows: the caller, and those whom the caller's partners entered.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.is(Role::Coordinator) {
        return Condition::all();
    }
    let own = rules::entering(caller);
    Condition::any().add(COLUMN.user.eq(caller.subject.as_str())).add(COLUMN.partner.is_in(own))
}

/// Refuses an account that is a participant already: so that there is one place where a person is known, and erased.
pub(crate) async fn follow(participant: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some() || participant.user.is_empty() {
        return Ok(());
    }
    let same = Entity::find()
        .filter(COLUMN.user.eq(participant.user.as_str()))
        .filter(COLUMN.name.ne(participant.name.as_str()));
    if same.one(unit.txn).await?.is_none() {
        return Ok(());
    }
    let why =
        say!("this account is a participant already", "ce compte est déjà enregistré comme participant");
    // Which one it is, is not for everyone to know.
    Err(Error::AlreadyExists { field: "participant.user".to_owned(), why, holder: None })
}

/// Participants by their names; those that are not there are left out.
pub(crate) async fn by_name(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Arc<Model>>, DbErr> {
    let mut found = HashMap::new();
    for some in once(names).chunks(1000) {
        let rows = Entity::find().filter(COLUMN.name.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
    }
    Ok(found)
}

/// The people whom a partner entered, and who are known still.
pub(crate) async fn entered_by(db: &impl ConnectionTrait, partner: &str) -> Result<Vec<Model>, DbErr> {
    let active = chassis::column::Coded::from(State::Active);
    Entity::find().filter(COLUMN.partner.eq(partner)).filter(COLUMN.state.eq(active)).all(db).await
}

/// Erases a person, with what is kept of them elsewhere, and their account's name from what the audit trail says of them.
pub(crate) async fn erase(unit: &mut Unit<'_>, call: &Call, own: &Call, name: &str) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(name))?;
    let user = before.user.clone();
    // Their own last line already says so.
    let written = anonymous(call, &user);
    let (erased, changed) =
        chassis::store::apply(unit, &written, before, |row| rules::erase(row, call)).await?;
    if changed {
        take_along(unit, own, name.to_owned(), &user).await?;
    }
    Ok((erased, changed))
}

/// Erases a person whom nobody needs any more.
pub(crate) async fn retire(unit: &mut Unit<'_>, own: &Call, row: Model) -> Result<()> {
    let (name, user, now) = (row.name.clone(), row.user.clone(), unit.now);
    let rule = |row: &mut Model| {
        row.state = State::Erased.into();
        rules::blank(row, now);
        Ok(())
    };
    chassis::store::apply(unit, own, row, rule).await?;
    take_along(unit, own, name, &user).await
}

/// What goes with a person.
async fn take_along(unit: &mut Unit<'_>, own: &Call, name: String, user: &str) -> Result<()> {
    let mut theirs = seats::forget(unit, own, &name).await?;
    theirs.extend(certificate::store::forget(unit, own, &theirs).await?);
    theirs.push(name);
    unit.flush().await?;
    forget(unit, &theirs, user).await
}

/// The same call, made by nobody who can be told when it is made by the person themselves.
fn anonymous(call: &Call, user: &str) -> Call {
    let mut caller = (*call.caller).clone();
    if !user.is_empty() && caller.subject == user {
        caller.subject = rules::ERASED.to_owned();
    }
    Call { caller: caller.into(), ..call.clone() }
}

/// Takes a person's account out of the audit trail of their resources.
async fn forget(unit: &Unit<'_>, names: &[String], user: &str) -> Result<()> {
    let theirs = change::COLUMN.resource.is_in(names.iter().map(String::as_str));
    if user.is_empty() {
        return Ok(());
    }
    change::Entity::update_many()
        .col_expr(change::Column::Principal, Expr::value(rules::ERASED))
        .filter(change::COLUMN.service.eq("training"))
        .filter(theirs)
        .filter(change::COLUMN.principal.eq(user))
        .exec(unit.txn)
        .await?;
    Ok(())
}
