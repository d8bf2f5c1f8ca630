//! The conversation about indicators: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Result};
use proto::projects as pb;
use proto::projects::indicator_service_server::{IndicatorService, IndicatorServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::recommended::Recommendations;

pub(crate) fn service(context: &Context) -> Result<IndicatorServiceServer<Indicators>> {
    let recommendations = Recommendations::new(context)?;
    Ok(IndicatorServiceServer::new(Indicators(Desk::new(context), recommendations)))
}

pub(crate) struct Indicators(Desk<Model>, Recommendations);

#[tonic::async_trait]
impl IndicatorService for Indicators {
    async fn create_indicator(&self, request: Request<pb::CreateIndicatorRequest>) -> Reply<pb::Indicator> {
        let (call, request) = self.0.open(request)?;
        let indicator = rules::create(&request.indicator_id, &request.indicator.unwrap_or_default(), &call)?;
        self.0.create(call, indicator).await
    }

    async fn get_indicator(&self, request: Request<pb::GetIndicatorRequest>) -> Reply<pb::Indicator> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_indicators(
        &self,
        request: Request<pb::ListIndicatorsRequest>,
    ) -> Reply<pb::ListIndicatorsResponse> {
        let caller = Caller::of(&request);
        let page = self.0.list(&caller, request.get_ref(), store::visible()).await?;
        reply(pb::ListIndicatorsResponse { indicators: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_indicators(
        &self,
        request: Request<pb::BatchGetIndicatorsRequest>,
    ) -> Reply<pb::BatchGetIndicatorsResponse> {
        let caller = Caller::of(&request);
        let indicators = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetIndicatorsResponse { indicators })
    }

    async fn update_indicator(&self, request: Request<pb::UpdateIndicatorRequest>) -> Reply<pb::Indicator> {
        self.0.update(request, rules::may_write, rules::update).await
    }

    async fn activate_indicator(
        &self,
        request: Request<pb::ActivateIndicatorRequest>,
    ) -> Reply<pb::Indicator> {
        let call = Call::of(&request, &self.0.context.clock)?;
        let (name, caller) = (&request.get_ref().name, Arc::clone(&call.caller));
        let ask = |row: Model| async move { self.1.must_be_adopted(&caller, &row.recommendations).await };
        self.0.change_once_asked(call, name, ask, |row, by| rules::take("ActivateIndicator", row, by)).await
    }

    async fn deprecate_indicator(
        &self,
        request: Request<pb::DeprecateIndicatorRequest>,
    ) -> Reply<pb::Indicator> {
        let successor = request.get_ref().successor.clone();
        self.0.change(&request, move |indicator, call| rules::deprecate(indicator, &successor, call)).await
    }
}
