//! The conversation about indicators: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use proto::projects as pb;
use proto::projects::indicator_service_server::{IndicatorService, IndicatorServiceServer};
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::store;

pub(crate) fn service(context: &Context) -> IndicatorServiceServer<Indicators> {
    IndicatorServiceServer::new(Indicators { store: Store::new(context), context: context.clone() })
}

pub(crate) struct Indicators {
    store: Store<Model>,
    context: Context,
}

#[tonic::async_trait]
impl IndicatorService for Indicators {
    async fn create_indicator(&self, request: Request<pb::CreateIndicatorRequest>) -> Reply<pb::Indicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let indicator = rules::create(&request.indicator_id, &request.indicator.unwrap_or_default(), &call)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.create(call, indicator).await?)
    }

    async fn get_indicator(&self, request: Request<pb::GetIndicatorRequest>) -> Reply<pb::Indicator> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::id("name", PATTERN, asked)?;
        self.answer(&caller, self.store.get(asked).await?)
    }

    async fn list_indicators(
        &self,
        request: Request<pb::ListIndicatorsRequest>,
    ) -> Reply<pb::ListIndicatorsResponse> {
        let caller = Caller::of(&request);
        let ask = Ask::of(request.get_ref(), &caller);
        let page = self.store.list(ask, store::visible()).await?.map(pb::Indicator::from);
        reply(pb::ListIndicatorsResponse { indicators: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_indicators(
        &self,
        request: Request<pb::BatchGetIndicatorsRequest>,
    ) -> Reply<pb::BatchGetIndicatorsResponse> {
        let found = self.store.batch(&request.get_ref().names).await?;
        reply(pb::BatchGetIndicatorsResponse {
            indicators: found.into_iter().map(pb::Indicator::from).collect(),
        })
    }

    async fn update_indicator(&self, request: Request<pb::UpdateIndicatorRequest>) -> Reply<pb::Indicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.indicator.unwrap_or_default();
        let asked = patch.name.clone();
        name::id("indicator.name", PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        let changed =
            self.store.update(call, patch, request.update_mask, &asked, rules::may_write, rules::update);
        self.answer(&caller, changed.await?)
    }

    async fn activate_indicator(
        &self,
        request: Request<pb::ActivateIndicatorRequest>,
    ) -> Reply<pb::Indicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let by = call.clone();
        let rule = move |indicator: &mut Model| rules::take("ActivateIndicator", indicator, &by);
        self.change(call, &request.get_ref().name, rule).await
    }

    async fn deprecate_indicator(
        &self,
        request: Request<pb::DeprecateIndicatorRequest>,
    ) -> Reply<pb::Indicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let (successor, by) = (request.get_ref().successor.clone(), call.clone());
        let rule = move |indicator: &mut Model| rules::deprecate(indicator, &successor, &by);
        self.change(call, &request.get_ref().name, rule).await
    }
}

impl Indicators {
    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::Indicator> {
        name::id("name", PATTERN, asked)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.change(call, asked, rule).await?)
    }

    fn answer(&self, caller: &Caller, indicator: Model) -> Reply<pb::Indicator> {
        let allowed_actions = rules::LIFECYCLE.explain(&indicator, caller, self.context.clock.now());
        reply(pb::Indicator { allowed_actions, ..indicator.into() })
    }
}
