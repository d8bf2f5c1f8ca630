//! Signing keys on disk: the public halves, shared by all replicas.

use std::sync::Arc;

use chassis::change::About;
use chassis::column::Micros;
use chassis::database::{Database, Outcome};
use chassis::error::{Error, Result};
use chassis::private::Directory;
use chassis::{Call, idempotency};
use futures::FutureExt as _;
use prost::Message as _;
use proto::identity::SignedManifest;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _};

use super::row::{COLUMN, Entity, Model};
use super::{event, rules};

const SERVICE: &str = "identity";
/// A withdrawn key is forgotten after a day.
const FORGET: i64 = 24 * 3600 * 1_000_000;

/// All keys, the newest first.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_desc(COLUMN.sign_time).order_by_desc(COLUMN.kid).all(db).await?)
}

/// Publishes a key unless, by now, another replica made one that is here too; says whether it did.
pub(super) async fn add_missing(
    database: &Database,
    directory: &Arc<Directory>,
    made: Model,
) -> Result<bool> {
    let directory = Arc::clone(directory);
    database
        .write(SERVICE, move |unit| {
            let (mut made, directory) = (made.clone(), Arc::clone(&directory));
            async move {
                let keys = all(unit.txn).await?;
                let ours = |kid: &str| kid != made.kid && directory.has(kid);
                let Some(begin) = rules::missing(&keys, &ours, unit.now) else {
                    return Ok(Outcome::Discard(false));
                };
                made.sign_time = begin;
                Entity::insert(made.into_active_model()).exec_without_returning(unit.txn).await?;
                Ok(Outcome::Keep(true))
            }
            .boxed()
        })
        .await
}

/// Publishes the next key and ends the former ones; says whether it did, or had done so before.
pub(super) async fn rotate(database: &Database, call: Call, made: Model, compromised: bool) -> Result<bool> {
    database
        .write(SERVICE, move |unit| {
            let (mut made, call) = (made.clone(), call.clone());
            async move {
                if idempotency::find(unit.txn, SERVICE, &call).await?.is_some() {
                    return Ok(Outcome::Discard(false));
                }
                let mut keys = all(unit.txn).await?;
                let before = keys.clone();
                made.sign_time = rules::rotate(&mut keys, unit.now, compromised);
                for key in
                    keys.into_iter().zip(before).filter_map(|(key, before)| (key != before).then_some(key))
                {
                    key.into_active_model().reset_all().update(unit.txn).await?;
                }
                let resource = format!("signingKeys/{}", made.kid);
                let message = event(&made);
                Entity::insert(made.into_active_model()).exec_without_returning(unit.txn).await?;
                let about = About {
                    resource: &resource,
                    revision: 1,
                    states: ("", "PUBLISHED"),
                    owner: "",
                    public: true,
                };
                unit.record(&call, about, &message);
                if call.validate_only {
                    return Ok(Outcome::Discard(false));
                }
                idempotency::remember(unit, SERVICE, &call, &resource, &[]).await?;
                Ok(Outcome::Keep(true))
            }
            .boxed()
        })
        .await
}

/// Writes down that a manifest was signed; what was signed when the request was sent before.
pub(super) async fn signed(
    database: &Database,
    call: Call,
    manifest: SignedManifest,
) -> Result<SignedManifest> {
    database
        .write(SERVICE, move |unit| {
            let (manifest, call) = (manifest.clone(), call.clone());
            async move {
                if let Some(before) = idempotency::find(unit.txn, SERVICE, &call).await? {
                    let before = SignedManifest::decode(&before.response[..]).map_err(Error::internal)?;
                    return Ok(Outcome::Discard(before));
                }
                let resource = "signedManifests/-";
                let about = About { resource, revision: 1, states: ("", "SIGNED"), owner: "", public: false };
                unit.record(&call, about, &manifest);
                if call.validate_only {
                    return Ok(Outcome::Discard(SignedManifest::default()));
                }
                idempotency::remember(unit, SERVICE, &call, resource, &manifest.encode_to_vec()).await?;
                Ok(Outcome::Keep(manifest))
            }
            .boxed()
        })
        .await
}

/// Says which keys were withdrawn long ago, so that their private halves are forgotten; their public halves are kept, for what
/// they signed to last, but for those that others knew.
pub(super) async fn sweep(database: &Database) -> Result<Vec<String>> {
    database
        .write(SERVICE, move |unit| {
            async move {
                let old = COLUMN.withdraw_time.lt(Micros(unit.now.0 - FORGET));
                let gone = Entity::find().filter(old.clone()).all(unit.txn).await?;
                Entity::delete_many().filter(old).filter(COLUMN.compromised.eq(true)).exec(unit.txn).await?;
                Ok(Outcome::Keep(gone.into_iter().map(|key| key.kid).collect()))
            }
            .boxed()
        })
        .await
}
