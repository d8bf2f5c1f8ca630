//! Resources on disk: what every noun's store does the same way.
//!
//! A noun says in its `row.rs` what its row is ([`Row`]); [`Store`] reads, lists, creates and changes it. A change is a
//! rule applied to the row inside the transaction: read, check the etag, apply, write, record, all or nothing.

mod within;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use proto::Private;
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseExecutor, ExprTrait as _, FromQueryResult, IntoActiveModel};

pub(crate) use within::key;
pub use within::{apply, completed, delete, find, informed, insert, insert_all, reference_free};

use crate::auth::Caller;
pub use crate::call::Call;
use crate::column::Micros;
use crate::database::{Database, Outcome, Unit};
use crate::error::{Error, Result};
use crate::filter::Field;
use crate::gather::Gather;
use crate::idempotency;
use crate::mask;
use crate::page::{Ask, Page, Query, TokenKeys};
use crate::say;

/// A row of a noun's table. The table has the columns `name` (primary key), `uid`, `revision`, `create_time`, `update_time`.
pub trait Row:
    ModelTrait<Entity = Self::Table>
    + IntoActiveModel<Self::Active>
    + FromQueryResult
    + Clone
    + PartialEq
    + Into<Self::Message>
    + Send
    + Sync
    + 'static
{
    /// Its entity.
    type Table: EntityTrait<Model = Self, ActiveModel = Self::Active>;
    /// Its active model.
    type Active: ActiveModelTrait<Entity = Self::Table> + ActiveModelBehavior + Send;
    /// Its message.
    type Message: prost::Name + Default + Clone + PartialEq + Private + Send + Sync + 'static;

    /// The service it belongs to: `partners`.
    const SERVICE: &'static str;
    /// What lists may be filtered and ordered by.
    const FIELDS: &'static [Field];

    /// The full resource name.
    fn name(&self) -> &str;
    /// How many times it has changed; the store counts.
    fn revision(&mut self) -> &mut i32;
    /// When it last changed; the store sets it.
    fn update_time(&mut self) -> &mut Micros;
    /// Its state in words, empty for a noun without one.
    fn state_name(&self) -> &'static str {
        ""
    }

    /// The partner (or person) it belongs to.
    fn owner(&self) -> &str;
    /// Anyone may read it, also without an account.
    fn public(&self) -> bool;

    /// What else must be written with the row: keys of uniqueness, child rows, search texts.
    fn follow(
        &self,
        _before: Option<&Self>,
        _unit: &mut Unit<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Tells rows what they must know of others, and of the clock, before they are shown or moved: in a fixed number of
    /// statements, however many rows there are. What it tells stands in fields that are no columns (`#[sea_orm(ignore)]`),
    /// or follows from the clock alone.
    fn inform(
        _rows: &mut [Self],
        _db: DatabaseExecutor<'_>,
        _now: Micros,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        async { Ok(()) }
    }

    /// Adds to rows what lists leave out, because it is large: before they are shown by name, or moved. It stands in fields
    /// that are no columns, too; what follows the row writes it.
    fn complete(
        _rows: &mut [Self],
        _db: DatabaseExecutor<'_>,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        async { Ok(()) }
    }
}

/// What the rows of all nouns say alike: the first line of `impl chassis::Row for Model`, naming the message; and its column
/// `state`, where it has one.
#[macro_export]
macro_rules! standard_columns {
    ($message:ty, state) => {
        $crate::standard_columns!($message);

        fn state_name(&self) -> &'static str {
            $crate::column::short_name(self.state.get().as_str_name(), "STATE_")
        }
    };
    ($message:ty) => {
        type Table = Entity;
        type Active = ActiveModel;
        type Message = $message;

        fn name(&self) -> &str {
            &self.name
        }

        fn revision(&mut self) -> &mut i32 {
            &mut self.revision
        }

        fn update_time(&mut self) -> &mut $crate::column::Micros {
            &mut self.update_time
        }
    };
}

/// The etag of a revision (AIP-154).
pub fn etag(revision: i32) -> String {
    format!("\"{revision}\"")
}

/// The resources of one noun.
pub struct Store<R: Row> {
    database: Database,
    keys: TokenKeys,
    gather: Gather<R>,
}

impl<R: Row> Clone for Store<R> {
    fn clone(&self) -> Self {
        Self { database: self.database.clone(), keys: self.keys.clone(), gather: self.gather.clone() }
    }
}

impl<R: Row> Store<R> {
    /// Over the process's database.
    pub fn new(context: &crate::serve::Context) -> Self {
        let (database, keys) = (context.database.clone(), context.token_keys.clone());
        Self { gather: Gather::start(database.reader().clone(), database.clock().clone()), database, keys }
    }

    /// The database, for what only this noun does.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// One row by its full name.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn get(&self, name: &str) -> Result<R> {
        self.gather.get(name).await?.ok_or_else(|| Error::not_found(name))
    }

    /// Rows by their full names, in the order asked.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for none or more than 100; `NOT_FOUND` naming the first that is missing.
    pub async fn batch(&self, names: &[String]) -> Result<Vec<R>> {
        if names.is_empty() || names.len() > 100 {
            return Err(Error::invalid("names", say!("1 to 100 names", "de 1 à 100 noms")));
        }
        let found = R::Table::find()
            .filter(key::<R>().is_in(names.iter().map(String::as_str)))
            .all(self.database.reader())
            .await?;
        let found = completed(found, self.database.reader(), self.database.clock().now()).await?;
        let by_name: std::collections::HashMap<&str, &R> =
            found.iter().map(|row| (row.name(), row)).collect();
        let one = |name: &String| {
            by_name.get(name.as_str()).map(|row| (*row).clone()).ok_or_else(|| Error::not_found(name))
        };
        names.iter().map(one).collect()
    }

    /// A page of the rows that are `visible` and that the request asks for.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `page_size`, `page_token`, `filter` or `order_by`.
    pub async fn list(&self, ask: Ask<'_>, visible: sea_orm::Condition) -> Result<Page<R>> {
        let now = self.database.clock().now();
        let query = Query::parse(ask, R::FIELDS, &self.keys, now)?;
        let rows = query.apply(R::Table::find().filter(visible)).all(self.database.reader()).await?;
        let mut page = query.page(rows);
        page.rows = informed(page.rows, self.database.reader().into(), now).await?;
        Ok(page)
    }

    /// Writes a new row, or answers what the same request made before.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` when the name is taken, and whatever [`Row::follow`] refuses.
    pub async fn create(&self, call: Call, row: R) -> Result<R> {
        self.create_if(call, row, |_, _| async { Ok(()) }.boxed()).await
    }

    /// As [`create`](Self::create), after a `check` inside the transaction: what must hold against concurrent writers too.
    ///
    /// # Errors
    /// As `create`, and whatever the check refuses.
    pub async fn create_if(
        &self,
        call: Call,
        row: R,
        check: impl for<'u> Fn(&'u mut Unit<'_>, &'u R) -> BoxFuture<'u, Result<()>>
        + Send
        + Sync
        + Clone
        + 'static,
    ) -> Result<R> {
        self.once(call, move |unit, call| {
            let (row, check) = (row.clone(), check.clone());
            async move {
                check(unit, &row).await?;
                Ok((insert(unit, call, &row).await?, true))
            }
            .boxed()
        })
        .await
    }

    /// Applies a rule to a row, or answers what the same request did before. A rule that changes nothing writes nothing.
    ///
    /// # Errors
    /// `NOT_FOUND`, or `PERMISSION_DENIED` when the caller may not know; ABORTED when the etag is not current; what the rule refuses.
    pub async fn change(
        &self,
        call: Call,
        name: &str,
        rule: impl Fn(&mut R) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Result<R> {
        let name = name.to_owned();
        self.once(call, move |unit, call| {
            let (name, rule) = (name.clone(), rule.clone());
            async move {
                let before: R = find(unit, &name).await?.ok_or_else(|| call.caller.not_found(&name))?;
                apply(unit, call, before, rule).await
            }
            .boxed()
        })
        .await
    }

    /// Changes what a mask names (AIP-134): the rule examines the draft and writes the row.
    ///
    /// # Errors
    /// As [`change`](Self::change); `PERMISSION_DENIED` unless `may`; `INVALID_ARGUMENT` on `update_mask`.
    pub async fn update(
        &self,
        call: Call,
        patch: R::Message,
        mask: Option<prost_types::FieldMask>,
        name: &str,
        may: impl Fn(&Caller, &R) -> bool + Send + Sync + Clone + 'static,
        rule: impl Fn(&mut R, &R::Message, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Result<R> {
        let caller = call.clone();
        self.change(call, name, move |row| {
            caller.caller.must(may(&caller.caller, row), row.name())?;
            let current: R::Message = row.clone().into();
            let draft = mask::apply(&current, &patch, mask.as_ref())?;
            if draft == current {
                return Ok(());
            }
            rule(row, &draft, &caller)
        })
        .await
    }

    /// Removes a row that nothing refers to, and answers what it was; a repeated request answers the same.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn remove(
        &self,
        call: Call,
        name: &str,
        rule: impl Fn(&R) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Result<R::Message> {
        let name = name.to_owned();
        self.database
            .write(R::SERVICE, move |unit| {
                let (call, name, rule) = (call.clone(), name.clone(), rule.clone());
                async move {
                    if let Some(before) = idempotency::find(unit.txn, R::SERVICE, &call).await? {
                        let was = <R::Message as prost::Message>::decode(before.response.as_slice());
                        return Ok(Outcome::Discard(was.map_err(Error::internal)?));
                    }
                    let row: R = find(unit, &name).await?.ok_or_else(|| call.caller.not_found(&name))?;
                    let was: R::Message = row.clone().into();
                    delete(unit, &call, row, rule).await?;
                    if call.validate_only {
                        return Ok(Outcome::Discard(was));
                    }
                    let mut kept = was.clone();
                    kept.redact();
                    let kept = prost::Message::encode_to_vec(&kept);
                    idempotency::remember(unit, R::SERVICE, &call, &name, &kept).await?;
                    Ok(Outcome::Keep(was))
                }
                .boxed()
            })
            .await
    }

    /// A piece of work that ends in one row, done once per `request_id`.
    ///
    /// # Errors
    /// What the work refuses; `INVALID_ARGUMENT` when the id was used for another request.
    pub async fn once(
        &self,
        call: Call,
        work: impl for<'u> Fn(&'u mut Unit<'_>, &'u Call) -> BoxFuture<'u, Result<(R, bool)>>
        + Send
        + Sync
        + Clone
        + 'static,
    ) -> Result<R> {
        self.database
            .write(R::SERVICE, move |unit| {
                let (call, work) = (call.clone(), work.clone());
                async move {
                    if let Some(before) = idempotency::find(unit.txn, R::SERVICE, &call).await? {
                        let row = find(unit, &before.resource).await?;
                        return Ok(Outcome::Discard(row.ok_or_else(|| Error::not_found(before.resource))?));
                    }
                    let (row, changed) = work(unit, &call).await?;
                    if call.validate_only {
                        return Ok(Outcome::Discard(row));
                    }
                    idempotency::remember(unit, R::SERVICE, &call, row.name(), &[]).await?;
                    Ok(if changed || !call.request_id.is_empty() {
                        Outcome::Keep(row)
                    } else {
                        Outcome::Discard(row)
                    })
                }
                .boxed()
            })
            .await
    }
}
