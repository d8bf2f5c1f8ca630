//! The conversation about a noun with a lifecycle, as far as it is the same for all of them: read, list, create, change,
//! answer. A noun's `rpc.rs` says only what is its own.

use std::sync::Arc;

use futures::future::BoxFuture;
use proto::{Listing, Localized, Mutation, Resource, Update};
use sea_orm::Condition;
use tonic::Request;

use crate::auth::Caller;
use crate::call::Call;
use crate::database::Unit;
use crate::error::{Error, Result};
use crate::lifecycle::{Lifecycle, Stateful};
use crate::name;
use crate::page::{Ask, Page};
use crate::serve::Context;
use crate::store::{Store, etag};
use crate::wire::{Reply, reply};

/// A row that is talked about: what of it each caller is told.
pub trait Told: Stateful<Message: Resource + Localized> {
    /// The pattern of its names: `partners/{partner}`.
    const PATTERN: &'static str;
    /// Its verbs.
    const LIFECYCLE: &'static Lifecycle<Self>;

    /// Whether the caller may read it; who may not hears that it is not there.
    fn seen_by(&self, _caller: &Caller) -> bool {
        true
    }

    /// Its message, without what this caller may not read.
    fn shown_to(self, _caller: &Caller) -> Self::Message {
        self.into()
    }
}

/// Where a noun is talked about.
pub struct Desk<R: Told> {
    /// Its rows.
    pub store: Store<R>,
    /// What the service stands on.
    pub context: Context,
}

impl<R: Told> Desk<R> {
    /// Over the process's database.
    pub fn new(context: &Context) -> Self {
        Self { store: Store::new(context), context: context.clone() }
    }

    /// A request that changes something: its call, and what it asks.
    ///
    /// # Errors
    /// As [`Call::of`].
    pub fn open<M: Mutation + prost::Name>(&self, request: Request<M>) -> Result<(Call, M)> {
        Ok((Call::of(&request, &self.context.clock)?, request.into_inner()))
    }

    /// The row of that name, for this caller, now.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when it is no name; `NOT_FOUND`, also when the caller may not read it.
    pub async fn find(&self, caller: &Caller, asked: &str) -> Result<R> {
        name::check_reference("name", R::PATTERN, asked)?;
        seen(caller, self.store.get(asked).await?)
    }

    /// Answers a Get.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn get<M>(&self, request: &Request<M>, asked: &str) -> Reply<R::Message> {
        let caller = Caller::of(request);
        self.answer(&caller, self.find(&caller, asked).await?)
    }

    /// The messages of a `BatchGet`, in the order asked.
    ///
    /// # Errors
    /// As [`Store::batch`]; `NOT_FOUND` for one that the caller may not read.
    pub async fn batch(&self, caller: &Caller, names: &[String]) -> Result<Vec<R::Message>> {
        let found = self.store.batch(names).await?;
        found.into_iter().map(|row| Ok(seen(caller, row)?.shown_to(caller))).collect()
    }

    /// A page of the messages of those that are `visible` to the caller.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn list(
        &self,
        caller: &Caller,
        request: &impl Listing,
        visible: Condition,
    ) -> Result<Page<R::Message>> {
        let page = self.store.list(Ask::of(request, caller), visible).await?;
        Ok(page.map(|row| row.shown_to(caller)))
    }

    /// Writes a new row and answers it.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub async fn create(&self, call: Call, row: R) -> Reply<R::Message> {
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.create(call, row).await?)
    }

    /// As [`create`](Self::create), after a check inside the transaction.
    ///
    /// # Errors
    /// As [`Store::create_if`].
    pub async fn create_if(
        &self,
        call: Call,
        row: R,
        check: impl for<'u> Fn(&'u mut Unit<'_>, &'u R) -> BoxFuture<'u, Result<()>>
        + Send
        + Sync
        + Clone
        + 'static,
    ) -> Reply<R::Message> {
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.create_if(call, row, check).await?)
    }

    /// Answers an Update (AIP-134).
    ///
    /// # Errors
    /// As [`Store::update`].
    pub async fn update<M>(
        &self,
        request: Request<M>,
        may: impl Fn(&Caller, &R) -> bool + Send + Sync + Clone + 'static,
        rule: impl Fn(&mut R, &R::Message, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<R::Message>
    where
        M: Update<Resource = R::Message> + prost::Name,
    {
        let (call, request) = self.open(request)?;
        let (patch, mask) = request.into_parts();
        let asked = patch.name().to_owned();
        name::check_reference(&format!("{}.name", M::FIELD), R::PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.update(call, patch, mask, &asked, may, rule).await?)
    }

    /// As [`update`](Self::update), where peers are asked about what would come of it. Nothing is asked about what is refused
    /// anyway, and what was asked about is what is written.
    ///
    /// # Errors
    /// As [`Store::update`]; what the peers say; ABORTED when someone changed it in between.
    pub async fn update_once_asked<M, F: Future<Output = Result<()>> + Send>(
        &self,
        request: Request<M>,
        may: impl Fn(&Caller, &R) -> bool + Send + Sync + Clone + 'static,
        ask: impl FnOnce(R) -> F + Send,
        rule: impl Fn(&mut R, &R::Message, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<R::Message>
    where
        M: Update<Resource = R::Message> + prost::Name,
    {
        let (mut call, request) = self.open(request)?;
        let (patch, mask) = request.into_parts();
        let asked = patch.name().to_owned();
        name::check_reference(&format!("{}.name", M::FIELD), R::PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        let before = self.store.get(&asked).await.ok(); // whether the caller may know that it is missing is said below
        let update = |call: Call| {
            self.store.update(call, patch.clone(), mask.clone(), &asked, may.clone(), rule.clone())
        };
        let rehearsed = update(Call { validate_only: true, ..call.clone() }).await?;
        if let Some(before) = before.filter(|_| call.etag.is_empty()) {
            call.etag = etag(*before.clone().revision());
        }
        ask(rehearsed).await?;
        self.answer(&caller, update(call).await?)
    }

    /// Answers a verb: a rule applied to the row that the request names.
    ///
    /// # Errors
    /// As [`Store::change`].
    pub async fn change<M: Mutation + prost::Name>(
        &self,
        request: &Request<M>,
        rule: impl Fn(&mut R, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<R::Message> {
        self.change_as(Call::of(request, &self.context.clock)?, request.get_ref().name(), rule).await
    }

    /// As [`change`](Self::change), where the call was already looked at.
    ///
    /// # Errors
    /// As [`Store::change`].
    pub async fn change_as(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut R, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<R::Message> {
        name::check_reference("name", R::PATTERN, asked)?;
        let (caller, by) = (Arc::clone(&call.caller), call.clone());
        self.answer(&caller, self.store.change(call, asked, move |row| rule(row, &by)).await?)
    }

    /// As [`change_as`](Self::change_as), for a verb about which peers are asked first. Nothing is asked about a resource that
    /// could not be moved, and what was asked about is what is moved.
    ///
    /// # Errors
    /// As [`Store::change`]; what the peers say; ABORTED when someone changed it in between.
    pub async fn change_once_asked<F: Future<Output = Result<()>> + Send>(
        &self,
        mut call: Call,
        asked: &str,
        ask: impl FnOnce(R) -> F + Send,
        rule: impl Fn(&mut R, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<R::Message> {
        let rehearsal = Call { validate_only: true, ..call.clone() };
        self.change_as(rehearsal, asked, rule.clone()).await?;
        let row = self.store.get(asked).await?;
        if call.etag.is_empty() {
            call.etag = etag(*row.clone().revision());
        }
        ask(row).await?;
        self.change_as(call, asked, rule).await
    }

    /// Answers a piece of work that ends in one row, done once per `request_id`.
    ///
    /// # Errors
    /// As [`Store::once`].
    pub async fn once(
        &self,
        call: Call,
        work: impl for<'u> Fn(&'u mut Unit<'_>, &'u Call) -> BoxFuture<'u, Result<(R, bool)>>
        + Send
        + Sync
        + Clone
        + 'static,
    ) -> Reply<R::Message> {
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.once(call, work).await?)
    }

    /// The full answer: the message as this caller sees it, and what they may do with it now (BEY-7).
    ///
    /// # Errors
    /// None of its own.
    pub fn answer(&self, caller: &Caller, row: R) -> Reply<R::Message> {
        let actions = R::LIFECYCLE.explain(&row, caller, self.context.clock.now());
        let mut message = row.shown_to(caller);
        message.explain(actions);
        reply(message)
    }
}

/// The row, unless the caller may not read it: then it is as if it were not there.
fn seen<R: Told>(caller: &Caller, row: R) -> Result<R> {
    if row.seen_by(caller) { Ok(row) } else { Err(Error::not_found(row.name())) }
}
