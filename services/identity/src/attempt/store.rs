//! Attempts on disk, so that replicas count together.

use chassis::column::Micros;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::Result;
use futures::FutureExt as _;
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;

use super::row::{COLUMN, Entity, Model};
use super::rules;

const SERVICE: &str = "identity";

/// What is known of an address.
pub(super) async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(key).one(db).await?)
}

/// Counts a failure.
pub(super) async fn fail(database: &Database, key: String) -> Result<()> {
    database
        .write(SERVICE, move |unit| {
            let key = key.clone();
            async move {
                let found = find(unit.txn, &key).await?;
                let known = found.is_some();
                let blank =
                    Model { address: key, failures: 0, locked_until: Micros(0), last_time: Micros(0) };
                let mut attempt = found.unwrap_or(blank);
                rules::fail(&mut attempt, unit.now);
                let row = attempt.into_active_model().reset_all();
                match known {
                    true => drop(row.update(unit.txn).await?),
                    false => drop(Entity::insert(row).exec_without_returning(unit.txn).await?),
                }
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}

/// Forgets the failures of an address (folded): its owner signed in, or is gone.
pub(crate) async fn forget(unit: &Unit<'_>, folded: &str) -> Result<()> {
    Entity::delete_by_id(super::key(folded)).exec(unit.txn).await?;
    Ok(())
}

/// Forgets what is over.
pub(crate) async fn sweep(database: &Database) -> Result<()> {
    database
        .write(SERVICE, move |unit| {
            async move {
                let hour_ago = Micros(unit.now.0 - 3600 * 1_000_000);
                let old = Entity::find().filter(COLUMN.last_time.lt(hour_ago)).all(unit.txn).await?;
                let over: Vec<String> = old
                    .into_iter()
                    .filter(|one| rules::is_over(one, unit.now))
                    .map(|one| one.address)
                    .collect();
                for chunk in over.chunks(1000) {
                    Entity::delete_many().filter(COLUMN.address.is_in(chunk.to_vec())).exec(unit.txn).await?;
                }
                Ok(Outcome::Keep(()))
            }
            .boxed()
        })
        .await
}
