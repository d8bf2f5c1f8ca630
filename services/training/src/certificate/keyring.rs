//! The keys that sign certificates: Ed25519, the private half in the keys directory, the public half in the table `issuer_key`,
//! where it stays: what a key signed lives longer than it signs.
//!
//! Replicas that share a keys directory sign with the same key; one that has a directory of its own makes its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chassis::change::About;
use chassis::clock::Clock;
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
    /// The published keys as they were last read: none is ever taken back.
    known: RwLock<Arc<KeySet>>,
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
            known: RwLock::default(),
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

    /// All public keys, the newest first.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn published(&self) -> Result<Arc<KeySet>> {
        let keys = all(self.0.database.reader()).await?;
        let parse = |key: &row::Model| Key::parse(&serde_json::from_str(&key.jwk).ok()?);
        let set = Arc::new(KeySet::new(keys.iter().filter_map(parse).collect()));
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&set);
        Ok(set)
    }

    /// The public keys as they were last read: what is signed with another is to be looked at again with those of now.
    pub(super) fn known(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.known.read().unwrap_or_else(PoisonError::into_inner))
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
