//! The conversation about needs: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::projects as pb;
use proto::projects::need_service_server::{NeedService, NeedServiceServer};
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::store;
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;
use crate::project::peers::Partners;

pub(crate) fn service(context: &Context) -> Result<NeedServiceServer<Needs>> {
    let partners = Partners::new(context)?;
    Ok(NeedServiceServer::new(Needs { store: Store::new(context), context: context.clone(), partners }))
}

pub(crate) struct Needs {
    store: Store<Model>,
    context: Context,
    partners: Partners,
}

#[tonic::async_trait]
impl NeedService for Needs {
    async fn create_need(&self, request: Request<pb::CreateNeedRequest>) -> Reply<pb::Need> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::id("parent", TERRITORY, &request.parent)?;
        let mut draft = request.need.unwrap_or_default();
        let field = "need.raised_by";
        if draft.raised_by.is_empty() {
            return Err(Error::required(field).into());
        }
        name::check_reference(field, PARTNER, &draft.raised_by)?;
        call.caller.must(rules::may_raise(&call.caller, &draft.raised_by), &draft.raised_by)?;
        // A merged partner speaks through the one that took its place (BEY-1): that one's members may.
        draft.raised_by = self.partners.get(&call.caller, field, &draft.raised_by).await?.name;
        call.caller.must(rules::may_raise(&call.caller, &draft.raised_by), &draft.raised_by)?;
        let need = rules::create(&request.parent, &request.need_id, &draft, &call)?;
        let caller = Arc::clone(&call.caller);
        let proposed = self.store.once(call, move |unit, call| {
            let need = need.clone();
            async move { store::propose(unit, call, need).await }.boxed()
        });
        self.answer(&caller, proposed.await?).await
    }

    async fn get_need(&self, request: Request<pb::GetNeedRequest>) -> Reply<pb::Need> {
        let asked = &request.get_ref().name;
        name::check_reference("name", PATTERN, asked)?;
        self.answer(&Caller::of(&request), self.store.get(asked).await?).await
    }

    async fn list_needs(&self, request: Request<pb::ListNeedsRequest>) -> Reply<pb::ListNeedsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", TERRITORY, &request.parent)?.map(|_| request.parent.as_str());
        let page = self.store.list(Ask::of(request, &caller), store::of(parent)).await?;
        let needs = store::told(self.store.database().reader(), page.rows, &caller).await?;
        reply(pb::ListNeedsResponse { needs, next_page_token: page.next_page_token })
    }

    async fn update_need(&self, request: Request<pb::UpdateNeedRequest>) -> Reply<pb::Need> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.need.unwrap_or_default();
        let asked = patch.name.clone();
        name::check_reference("need.name", PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        let changed =
            self.store.update(call, patch, request.update_mask, &asked, rules::may_update, rules::update);
        self.answer(&caller, changed.await?).await
    }

    async fn qualify_need(&self, request: Request<pb::QualifyNeedRequest>) -> Reply<pb::Need> {
        let call = Call::of(&request, &self.context.clock)?;
        let (priority, by) = (request.get_ref().priority, call.clone());
        self.change(call, &request.get_ref().name, move |need| rules::qualify(need, priority, &by)).await
    }

    async fn resolve_need(&self, request: Request<pb::ResolveNeedRequest>) -> Reply<pb::Need> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::check_reference("name", PATTERN, &request.name)?;
        let caller = Arc::clone(&call.caller);
        let resolved = self.store.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::resolve(unit, call, &request).await }.boxed()
        });
        self.answer(&caller, resolved.await?).await
    }

    async fn reject_need(&self, request: Request<pb::RejectNeedRequest>) -> Reply<pb::Need> {
        let call = Call::of(&request, &self.context.clock)?;
        let by = call.clone();
        self.change(call, &request.get_ref().name, move |need| rules::reject(need, &by)).await
    }
}

impl Needs {
    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::Need> {
        name::check_reference("name", PATTERN, asked)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.change(call, asked, rule).await?).await
    }

    async fn answer(&self, caller: &Caller, need: Model) -> Reply<pb::Need> {
        let allowed_actions = rules::LIFECYCLE.explain(&need, caller, self.context.clock.now());
        let told = store::told(self.store.database().reader(), vec![need], caller).await?;
        match told.into_iter().next() {
            Some(need) => reply(pb::Need { allowed_actions, ..need }),
            None => Err(Error::internal("a need was lost").into()),
        }
    }
}
