//! Keys on disk, and which of their tokens are void.

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::Result;
use futures::FutureExt as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::CaseStatement;
use sea_orm::{Condition, ExprTrait as _, IntoActiveModel as _, QuerySelect as _};

use super::row::{COLUMN, Column, Entity, Model};
use super::rules;
use crate::service_account::row::Model as Account;
use crate::service_account::rules as account_rules;
use crate::service_account::store as accounts;
use crate::session;

const SERVICE: &str = "identity";

/// The key and its account, if the key opens something now; notes the day of its use.
pub(crate) async fn use_key(
    database: &Database,
    key_id: String,
    shown: &str,
) -> Result<Option<(Model, Account)>> {
    let shown = shown.to_owned();
    let found = Entity::find().filter(COLUMN.key_id.eq(key_id.as_str())).one(database.reader()).await?;
    // What is not this key must not cost a write.
    if !found.is_some_and(|key| rules::is_this(&key, &shown)) {
        return Ok(None);
    }
    database
        .write(SERVICE, move |unit| {
            let key_id = key_id.clone();
            async move {
                let found = Entity::find().filter(COLUMN.key_id.eq(key_id)).one(unit.txn).await?;
                let Some(mut key) = found.filter(|key| rules::opens(key, unit.now)) else {
                    return Ok(Outcome::Discard(None));
                };
                let account = accounts::find(unit.txn, &key.service_account).await?;
                let Some(account) = account.filter(account_rules::is_open) else {
                    return Ok(Outcome::Discard(None));
                };
                key.token_time = session::rules::issue_time(key.void_time, unit.now);
                key.last_use_time = Some(rules::day(unit.now));
                key.clone().into_active_model().reset_all().update(unit.txn).await?;
                Ok(Outcome::Keep(Some((key, account))))
            }
            .boxed()
        })
        .await
}

/// Which keys of a list a caller sees: of one account, of one partner, or of all.
pub(crate) fn visible(caller: &Caller, partner: Option<&str>, account: Option<&str>) -> Condition {
    let all = Condition::all();
    match (partner, account) {
        (Some(_), Some(account)) => all.add(COLUMN.service_account.eq(account)),
        (Some(partner), None) => all.add(COLUMN.partner.eq(partner)),
        _ if caller.is(chassis::auth::Role::Coordinator) => all,
        _ => all.add(COLUMN.partner.is_in(accounts::own(caller))),
    }
}

/// What follows a key: a revoked one's tokens are void.
pub(crate) async fn follow(key: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    match before {
        Some(before) if before.revoke_time != key.revoke_time => {
            void_where(unit, COLUMN.name.eq(key.name.as_str())).await
        }
        _ => Ok(()),
    }
}

/// A successor takes the place of a key.
pub(crate) async fn rotate(
    unit: &mut Unit<'_>,
    call: &Call,
    name: &str,
    overlap: i64,
    made: (&str, &str),
) -> Result<(Model, bool)> {
    let missing = || call.caller.not_found(name);
    let former: Model = chassis::store::find(unit, name).await?.ok_or_else(missing)?;
    let account = accounts::find(unit.txn, &former.service_account).await?.ok_or_else(missing)?;
    let next = rules::successor(&former, &account, made, call)?;
    let now = unit.now;
    let retire = |key: &mut Model| {
        rules::retire(key, overlap, now);
        Ok(())
    };
    chassis::store::apply(unit, call, former, retire).await?;
    chassis::store::insert(unit, call, &next).await?;
    Ok((next, true))
}

/// A new key, its account looked at in the same transaction.
pub(crate) async fn create(
    unit: &mut Unit<'_>,
    call: &Call,
    (account, id): (&str, &str),
    expire: Option<Micros>,
    made: (&str, &str),
) -> Result<(Model, bool)> {
    let found = accounts::find(unit.txn, account).await?;
    let found: Account = found.ok_or_else(|| call.caller.not_found(account))?;
    let key = rules::create(&found, id, expire, made, call)?;
    chassis::store::insert(unit, call, &key).await?;
    Ok((key, true))
}

/// Makes the tokens of a key's session void.
pub(crate) async fn void(database: &Database, session: &str) -> Result<()> {
    let Some(uid) = rules::of_session(session).map(str::to_owned) else { return Ok(()) };
    database
        .write(SERVICE, move |unit| {
            let uid = uid.clone();
            async move {
                void_where(unit, COLUMN.uid.eq(uid)).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}

/// Makes the tokens of all keys of a machine account void.
pub(crate) async fn void_of_account(unit: &Unit<'_>, account: &str) -> Result<()> {
    void_where(unit, COLUMN.service_account.eq(account)).await
}

/// Makes the tokens of all machines of a partner void.
pub(crate) async fn void_of_partner(unit: &Unit<'_>, partner: &str) -> Result<()> {
    void_where(unit, COLUMN.partner.eq(partner)).await
}

/// Revokes the keys of a machine account, each with its line in the trail.
pub(crate) async fn revoke_of_account(unit: &mut Unit<'_>, call: &Call, account: &str) -> Result<()> {
    let live = Entity::find().filter(COLUMN.service_account.eq(account)).filter(COLUMN.revoke_time.is_null());
    let each = Call { etag: String::new(), ..call.clone() };
    for key in live.all(unit.txn).await? {
        chassis::store::apply(unit, &each, key, |key| rules::revoke(key, &each)).await?;
    }
    Ok(())
}

async fn void_where(unit: &Unit<'_>, which: Expr) -> Result<()> {
    let token = Expr::col(Column::TokenTime);
    let void = CaseStatement::new().case(token.clone().gt(unit.now), token).finally(unit.now);
    Entity::update_many().col_expr(Column::VoidTime, void.into()).filter(which).exec(unit.txn).await?;
    Ok(())
}

/// The sessions of keys whose void tokens may still live, and until when those were issued.
pub(crate) async fn revoked(db: &impl ConnectionTrait, since: Micros) -> Result<Vec<(String, Micros)>> {
    let rows = Entity::find()
        .select_only()
        .columns([Column::Uid, Column::VoidTime])
        .filter(COLUMN.void_time.gte(since))
        .into_tuple::<(String, Micros)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(uid, void)| (rules::session(&uid), void)).collect())
}
