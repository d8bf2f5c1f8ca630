//! Users on disk.

use chassis::change;
use chassis::clock::Clock;
use chassis::column::Micros;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::{Call, idempotency, say};
use futures::FutureExt as _;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use super::link;
use super::row::{COLUMN, Column, Entity, Model, State};
use super::rules;
use crate::issuer::Person;
use crate::{attempt, membership, secret, session};

const SERVICE: &str = "identity";

/// A user by name.
pub(crate) async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(name).one(db).await?)
}

/// The user with an address (folded).
pub(crate) async fn by_email(db: &impl ConnectionTrait, folded: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(COLUMN.email_key.eq(folded)).one(db).await?)
}

/// The user whose invitation has this code.
pub(crate) async fn by_invitation(db: &impl ConnectionTrait, code: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(COLUMN.invitation.eq(secret::code_hash(code))).one(db).await?)
}

/// Every user.
pub(crate) fn everyone() -> Condition {
    Condition::all()
}

/// The only user of a new network.
pub(crate) struct First {
    /// The user, or one of them.
    pub(crate) user: Model,
    /// Nobody came in, and the invitation no longer stands.
    pub(crate) lapsed: bool,
}

/// Whether anyone is known yet.
pub(crate) async fn first(db: &impl ConnectionTrait) -> Result<Option<First>> {
    let two = Entity::find().limit(2).all(db).await?;
    let alone = two.len() == 1;
    let lapsed = |user: &Model| alone && user.state == State::Invited && user.invitation.is_none();
    Ok(two.into_iter().next().map(|user| First { lapsed: lapsed(&user), user }))
}

/// Notes that a user signed in; not a change of the account, so it has no event.
pub(crate) async fn signed_in(unit: &Unit<'_>, name: &str) -> Result<()> {
    let now = Expr::value(unit.now);
    Entity::update_many()
        .col_expr(Column::LastSignInTime, now)
        .filter(COLUMN.name.eq(name))
        .exec(unit.txn)
        .await?;
    Ok(())
}

/// What follows a user's row: an address is one person's; who may not sign in has no session; new roles hold at once.
pub(crate) async fn follow(user: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    if let Some(key) = &user.email_key
        && before.is_none_or(|before| before.email_key != user.email_key)
    {
        let same = Entity::find()
            .filter(COLUMN.email_key.eq(key.as_str()))
            .filter(COLUMN.name.ne(user.name.as_str()));
        if same.one(unit.txn).await?.is_some() {
            return Err(Error::AlreadyExists {
                field: "user.email".to_owned(),
                holder: None,
                why: say!("an account has this address already", "un compte a déjà cette adresse"),
            });
        }
    }
    let Some(before) = before else { return Ok(()) };
    if before.state != user.state && !rules::may_sign_in(user) {
        session::store::end_all(unit, &user.name, "").await?;
    } else if before.network_roles != user.network_roles {
        session::store::void_all(unit, [user.name.clone()]).await?;
    }
    Ok(())
}

/// The user of another issuer's person, made the first time. Never found by address (S3).
pub(crate) async fn linked(database: &Database, person: Person, clock: &Clock) -> Result<Model> {
    let call = Call::own(SERVICE, clock);
    database
        .write(SERVICE, move |unit| {
            let (person, call) = (person.clone(), call.clone());
            async move {
                if let Some(known) = link::find(unit.txn, &person).await? {
                    let user = find(unit.txn, &known).await?.ok_or_else(|| Error::not_found(known))?;
                    return Ok(Outcome::Discard(user));
                }
                let mut user = rules::blank("", unit.now);
                user.state = State::Active.into();
                (user.given_name, user.family_name) = (person.given_name.clone(), person.family_name.clone());
                user.language_code = person.language_code.clone();
                chassis::store::insert(unit, &call, &user).await?;
                link::add(unit.txn, &person, &user.name).await?;
                Ok(Outcome::Keep(user))
            }
            .boxed()
        })
        .await
}

/// Erases a user with all that is theirs: sessions, memberships, links, failed attempts, and their name in the audit trail (IDN-6).
pub(crate) async fn erase(unit: &mut Unit<'_>, call: &Call, name: &str) -> Result<(Model, bool)> {
    let before = find(unit.txn, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let address = before.email_key.clone();
    // Their own last line already says `users/erased`.
    let mut caller = (*call.caller).clone();
    if caller.subject == name {
        caller.subject = rules::ERASED.to_owned();
    }
    let written = Call { caller: caller.into(), ..call.clone() };
    let (user, erased) =
        chassis::store::apply(unit, &written, before, |user| rules::erase(user, call)).await?;
    if !erased {
        return Ok((user, false));
    }
    membership::store::end_all(unit, &written, name).await?;
    link::forget(unit.txn, name).await?;
    if let Some(address) = address {
        attempt::forget(unit, &address).await?;
    }
    change::Entity::update_many()
        .col_expr(change::Column::Principal, Expr::value(rules::ERASED))
        .filter(change::COLUMN.service.eq(SERVICE))
        .filter(change::COLUMN.principal.eq(name))
        .exec(unit.txn)
        .await?;
    Ok((user, true))
}

/// Accepts an invitation, if it still stands.
pub(crate) async fn activate(
    unit: &mut Unit<'_>,
    call: &Call,
    name: &str,
    code: &str,
    hash: &str,
) -> Result<(Model, bool)> {
    let holds = |user: &Model| user.name == name && rules::invitation_holds(user, unit.now);
    let before = by_invitation(unit.txn, code).await?.filter(holds).ok_or_else(rules::no_invitation)?;
    // Nobody called, with a code that makes them this user.
    let mut caller = (*call.caller).clone();
    caller.subject = name.to_owned();
    let own = Call { caller: caller.into(), ..call.clone() };
    chassis::store::apply(unit, &own, before, |user| rules::activate(user, hash, &own)).await
}

/// A new password; every other session ends.
pub(crate) async fn change_password(
    unit: &mut Unit<'_>,
    call: &Call,
    name: &str,
    checked: &str,
    password: &str,
) -> Result<(Model, bool)> {
    let before = find(unit.txn, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    let changed = chassis::store::apply(unit, call, before, |user| {
        if user.password != checked {
            return Err(session::sign_in::wrong()); // changed meanwhile: what was checked is no longer it
        }
        user.password = password.to_owned();
        Ok(())
    });
    let changed = changed.await?;
    session::store::end_all(unit, name, &call.caller.session).await?;
    Ok(changed)
}

/// What this request did before, if it was sent before.
pub(crate) async fn done_before(database: &Database, call: &Call) -> Result<bool> {
    if call.request_id.is_empty() {
        return Ok(false);
    }
    let call = call.clone();
    database
        .write(SERVICE, move |unit| {
            let call = call.clone();
            async move { Ok(Outcome::Discard(idempotency::find(unit.txn, SERVICE, &call).await?.is_some())) }
                .boxed()
        })
        .await
}

/// The lines of the audit trail by or about a user, the newest first, a thousand at most.
pub(crate) async fn audit(db: &impl ConnectionTrait, name: &str) -> Result<Vec<change::Model>> {
    let about = Condition::any().add(change::COLUMN.principal.eq(name)).add(change::COLUMN.resource.eq(name));
    let lines = change::Entity::find().filter(change::COLUMN.service.eq(SERVICE)).filter(about);
    Ok(lines.order_by_desc(change::COLUMN.seq).limit(1000).all(db).await?)
}

/// The invitations that lapsed lose their codes.
pub(crate) async fn sweep(database: &Database) -> Result<()> {
    database
        .write(SERVICE, move |unit| {
            async move {
                Entity::update_many()
                    .col_expr(Column::Invitation, Expr::value(None::<Vec<u8>>))
                    .col_expr(Column::InvitationExpireTime, Expr::value(None::<Micros>))
                    .filter(COLUMN.invitation_expire_time.lt(unit.now))
                    .exec(unit.txn)
                    .await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}

/// Writes the first user.
pub(crate) async fn add(unit: &mut Unit<'_>, call: &Call, user: Model) -> Result<()> {
    chassis::store::insert(unit, call, &user).await.map(drop)
}
