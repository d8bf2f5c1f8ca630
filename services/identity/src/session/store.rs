//! Sessions on disk, and which access tokens are void (IDN-4).

use chassis::column::Micros;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::Result;
use futures::FutureExt as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::CaseStatement;
use sea_orm::{Condition, ExprTrait as _, IntoActiveModel as _, QuerySelect as _};

use super::row::{COLUMN, Column, Entity, Model};
use super::rules::{self, Shown, Verdict};
use crate::secret;

const SERVICE: &str = "identity";
/// An ended session is forgotten after a day.
const FORGET: i64 = 24 * 3600 * 1_000_000;

/// A session.
pub(crate) async fn find(db: &impl ConnectionTrait, id: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// Opens a session and gives its first refresh token.
pub(crate) async fn begin(unit: &Unit<'_>, user: &str) -> Result<(Model, String)> {
    let (id, _) = chassis::name::new_id('s');
    let (session, token) = rules::begin(id, user, &secret::random()?, &secret::random()?, unit.now);
    Entity::insert(session.clone().into_active_model()).exec_without_returning(unit.txn).await?;
    Ok((session, token))
}

/// Shows a refresh token to its session.
pub(crate) async fn renew(database: &Database, shown: Shown) -> Result<(Verdict, Option<Model>)> {
    database
        .write(SERVICE, move |unit| {
            let shown = shown.clone();
            async move {
                let Some(mut session) = find(unit.txn, &shown.session).await? else {
                    return Ok(Outcome::Discard((Verdict::Refused, None)));
                };
                let verdict = rules::renew(&mut session, &shown, unit.now);
                if verdict == Verdict::Refused {
                    return Ok(Outcome::Discard((verdict, None)));
                }
                session.clone().into_active_model().reset_all().update(unit.txn).await?;
                Ok(Outcome::Keep((verdict, Some(session))))
            }
            .boxed()
        })
        .await
}

/// Ends a session; one that has ended, or never was, stays so.
pub(crate) async fn end(database: &Database, id: &str) -> Result<()> {
    let id = id.to_owned();
    database
        .write(SERVICE, move |unit| {
            let id = id.clone();
            async move {
                end_where(unit, Condition::all().add(COLUMN.id.eq(id))).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}

/// Ends the sessions of a user, all but one that is spared.
pub(crate) async fn end_all(unit: &Unit<'_>, user: &str, spared: &str) -> Result<()> {
    end_where(unit, Condition::all().add(COLUMN.user.eq(user)).add(COLUMN.id.ne(spared))).await
}

async fn end_where(unit: &Unit<'_>, which: Condition) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndTime, Expr::value(unit.now))
        .col_expr(Column::VoidTime, void(unit.now))
        .filter(which.add(COLUMN.end_time.is_null()))
        .exec(unit.txn)
        .await?;
    Ok(())
}

/// Makes the access tokens of users void, so that what they may do now holds within seconds; their sessions go on.
pub(crate) async fn void_all(unit: &Unit<'_>, users: impl IntoIterator<Item = String>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::VoidTime, void(unit.now))
        .filter(COLUMN.user.is_in(users))
        .filter(COLUMN.end_time.is_null())
        .exec(unit.txn)
        .await?;
    Ok(())
}

/// Now, or when the last access token says it was issued, whichever is later: that one is void too.
fn void(now: Micros) -> Expr {
    let token = Expr::col(Column::TokenTime);
    CaseStatement::new().case(token.clone().gt(now), token).finally(now).into()
}

/// The sessions whose void access tokens may still live, and until when those were issued.
pub(crate) async fn revoked(db: &impl ConnectionTrait, since: Micros) -> Result<Vec<(String, Micros)>> {
    let rows = Entity::find()
        .select_only()
        .columns([Column::Id, Column::VoidTime])
        .filter(COLUMN.void_time.gte(since))
        .into_tuple::<(String, Micros)>()
        .all(db)
        .await?;
    Ok(rows)
}

/// The sessions of a user.
pub(crate) async fn of(db: &impl ConnectionTrait, user: &str) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.user.eq(user)).all(db).await?)
}

/// Forgets the sessions that ended or lapsed more than a day ago.
pub(crate) async fn sweep(database: &Database) -> Result<()> {
    database
        .write(SERVICE, move |unit| {
            async move {
                let before = |span: i64| Micros(unit.now.0 - FORGET - span);
                let over = Condition::any()
                    .add(COLUMN.end_time.lt(before(0)))
                    .add(COLUMN.rotate_time.lt(before(rules::IDLE)))
                    .add(COLUMN.create_time.lt(before(rules::ABSOLUTE)));
                Entity::delete_many().filter(over).exec(unit.txn).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}
