//! The keys that sign certificates: Ed25519, the private half in the keys directory, the public half in the table `issuer_key`,
//! where it stays: what a key signed lives longer than it signs.
//!
//! Replicas that share a keys directory sign with the same key; one that has a directory of its own makes its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chassis::change::About;
use chassis::clock::Clock;
use chassis::column::Micros;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::private::Directory;
use chassis::{Call, Context, idempotency, say};
use credential::{Ed25519, Key, KeySet};
use futures::FutureExt as _;
use proto::training as pb;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _};

const SERVICE: &str = "training";
const SECOND: i64 = 1_000_000;

mod row {
    #![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

    use chassis::column::Micros;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "issuer_key")]
    pub struct Model {
        /// Its public address: `kid`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The public half, as a JSON Web Key.
        pub jwk: String,
        pub create_time: Micros,
        /// Signs no more from then on.
        pub retire_time: Option<Micros>,
        /// Is believed no more since then.
        pub compromise_time: Option<Micros>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The keys of this process, and the published keys of all.
#[derive(Clone, Debug)]
pub(crate) struct Keyring(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Clock,
    directory: Directory,
    base: String,
    loaded: Mutex<HashMap<String, Arc<Ed25519>>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keyring").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Keyring {
    /// Over the keys directory.
    ///
    /// # Errors
    /// When `--public-url` is no https address, or the directory may be read by others.
    pub(super) async fn open(context: &Context) -> Result<Self> {
        let base = context.config.public_url().to_owned();
        if !base.starts_with("https://") {
            return Err(Error::Start(say!(
                "--public-url: certificates need an https address, not {base}",
                "--public-url : les certificats demandent une adresse https, pas {base}"
            )));
        }
        let keyring = Self(Arc::new(Inner {
            database: context.database.clone(),
            clock: context.clock.clone(),
            directory: Directory::open(&context.config.keys, "issuer")?,
            base,
            loaded: Mutex::default(),
        }));
        keyring.published().await?;
        Ok(keyring)
    }

    /// The key to sign with: the newest that is held and not retired; made when there is none.
    ///
    /// # Errors
    /// Of the disk, or the database.
    pub(super) async fn signer(&self) -> Result<Arc<Ed25519>> {
        if let Some(id) = self.held(&all(self.0.database.reader()).await?) {
            return self.load(&id);
        }
        let made = self.make()?;
        let (keyring, row) = (self.clone(), self.row(&made));
        let work = self.0.database.write(SERVICE, move |unit| {
            let (keyring, row) = (keyring.clone(), row.clone());
            async move {
                // Meanwhile another process may have made one that is here too.
                let others: Vec<_> = all(unit.txn).await?;
                if let Some(id) = keyring.held(&others) {
                    return Ok(Outcome::Discard(id));
                }
                let id = row.id.clone();
                publish(unit, row).await?;
                Ok(Outcome::Keep(id))
            }
            .boxed()
        });
        let kept = work.await;
        self.forget_unless(kept.as_ref().is_ok_and(|id| id == made.public().id()), &made);
        self.load(&kept?)
    }

    /// Makes the next key; the others sign no more.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the request's id was used for another request.
    pub(super) async fn rotate(&self, call: Call) -> Result<()> {
        let made = self.make()?;
        let row = self.row(&made);
        let work = self.0.database.write(SERVICE, move |unit| {
            let (row, call) = (row.clone(), call.clone());
            async move {
                if idempotency::find(unit.txn, SERVICE, &call).await?.is_some() {
                    return Ok(Outcome::Discard(false));
                }
                row::Entity::update_many()
                    .col_expr(row::Column::RetireTime, Expr::value(Some(unit.now)))
                    .filter(row::COLUMN.retire_time.is_null())
                    .exec(unit.txn)
                    .await?;
                let resource = format!("issuerKeys/{}", row.id.rsplit('#').next().unwrap_or_default());
                let message = pb::IssuerKeySet { json: format!("{{\"keys\":[{}]}}", row.jwk) };
                publish(unit, row).await?;
                let states = ("", "PUBLISHED");
                let about = About { resource: &resource, revision: 1, states, owner: "", public: true };
                unit.record(&call, about, &message);
                if call.validate_only {
                    return Ok(Outcome::Discard(false));
                }
                idempotency::remember(unit, SERVICE, &call, &resource, &[]).await?;
                Ok(Outcome::Keep(true))
            }
            .boxed()
        });
        let kept = work.await;
        self.forget_unless(matches!(kept, Ok(true)), &made);
        kept.map(drop)
    }

    /// All public keys, the newest first, as they are now: one that others may hold is believed nowhere from then on.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn published(&self) -> Result<KeySet> {
        let keys = all(self.0.database.reader()).await?;
        let parse = |key: &row::Model| Key::parse(&serde_json::from_str(&key.jwk).ok()?);
        let (lost, kept): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.compromise_time.is_some());
        let set = |keys: Vec<&row::Model>| keys.into_iter().filter_map(parse).collect();
        Ok(KeySet::new(set(kept)).without(set(lost)))
    }

    /// Whether something may have been signed at that time with a key that is believed no more.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn doubtful(&self, signed: Micros) -> Result<bool> {
        // Certificates are dated by whole seconds.
        let began = |key: &row::Model| key.create_time.0 - SECOND < signed.0;
        let in_use = |key: &row::Model| began(key) && key.retire_time.is_none_or(|end| signed <= end);
        let keys = all(self.0.database.reader()).await?;
        Ok(keys.iter().any(|key| key.compromise_time.is_some() && in_use(key)))
    }

    /// Believes a key no more; it signs no more either.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `key_id` when there is none; `FAILED_PRECONDITION` when it is believed no more already.
    pub(super) async fn compromise(&self, call: Call, id: String) -> Result<()> {
        call.reason_required()?;
        let work = self.0.database.write(SERVICE, move |unit| {
            let (id, call) = (id.clone(), call.clone());
            async move {
                if idempotency::find(unit.txn, SERVICE, &call).await?.is_some() {
                    return Ok(Outcome::Discard(()));
                }
                let known = row::Entity::find_by_id(id.as_str()).one(unit.txn).await?;
                let unknown = || say!("there is no such key", "cette clé n'existe pas");
                let mut key = known.ok_or_else(|| Error::invalid("key_id", unknown()))?;
                if key.compromise_time.is_some() {
                    let why = say!("it is believed no more already", "on ne s'y fie déjà plus");
                    return Err(Error::refused("STATE", why));
                }
                key.compromise_time = Some(unit.now);
                key.retire_time = key.retire_time.or(Some(unit.now));
                let resource = format!("issuerKeys/{}", key.id.rsplit('#').next().unwrap_or_default());
                let message = pb::IssuerKeySet { json: format!("{{\"compromised_keys\":[{}]}}", key.jwk) };
                key.into_active_model().reset_all().update(unit.txn).await?;
                let states = ("PUBLISHED", "COMPROMISED");
                let about = About { resource: &resource, revision: 2, states, owner: "", public: true };
                unit.record(&call, about, &message);
                if call.validate_only {
                    return Ok(Outcome::Discard(()));
                }
                idempotency::remember(unit, SERVICE, &call, &resource, &[]).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        work.await
    }

    fn held(&self, newest_first: &[row::Model]) -> Option<String> {
        let ours = |key: &&row::Model| {
            let known = key.id.strip_prefix(&self.0.base).and_then(|rest| rest.strip_prefix("/issuerKeys#"));
            key.retire_time.is_none() && known.is_some_and(|thumbprint| self.0.directory.has(thumbprint))
        };
        newest_first.iter().find(ours).map(|key| key.id.clone())
    }

    /// A new key, its private half on disk, its public half not yet published.
    fn make(&self) -> Result<Ed25519> {
        let made = Ed25519::generate(&self.0.base);
        let (key, private) = made.ok_or_else(|| Error::internal("no key for certificates could be made"))?;
        self.0.directory.write(key.public().thumbprint(), &private)?;
        Ok(key)
    }

    fn row(&self, made: &Ed25519) -> row::Model {
        let (key, now) = (made.public(), self.0.clock.now());
        row::Model {
            id: key.id().to_owned(),
            jwk: key.jwk().to_string(),
            create_time: now,
            retire_time: None,
            compromise_time: None,
        }
    }

    fn forget_unless(&self, kept: bool, made: &Ed25519) {
        if !kept {
            self.0.directory.remove(made.public().thumbprint());
        }
    }

    fn load(&self, id: &str) -> Result<Arc<Ed25519>> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = loaded.get(id) {
            return Ok(Arc::clone(key));
        }
        let private = self.0.directory.bytes(id.rsplit('#').next().unwrap_or_default())?;
        let key = Ed25519::kept(id, &private);
        let key =
            Arc::new(key.ok_or_else(|| Error::internal(format!("the private key of {id} is another's")))?);
        loaded.insert(id.to_owned(), Arc::clone(&key));
        Ok(key)
    }
}

async fn publish(unit: &Unit<'_>, row: row::Model) -> Result<()> {
    row::Entity::insert(row.into_active_model()).exec_without_returning(unit.txn).await?;
    Ok(())
}

async fn all(db: &impl ConnectionTrait) -> Result<Vec<row::Model>, DbErr> {
    row::Entity::find().order_by_desc(row::COLUMN.create_time).order_by_desc(row::COLUMN.id).all(db).await
}
