//! The conversation about results: everyone may ask; figures of few people are told to those who may see them (GDP-2).

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::wire::reply;
use chassis::{Context, Reply, mask};
use proto::projects as pb;
use proto::projects::result_service_server::{ResultService, ResultServiceServer};
use tonic::Request;

use super::ask::Desk;
use super::rules;
use super::store::Shelf;
use crate::project::peers::Partners;
use crate::settings::Settings;
use crate::summary;

pub(crate) fn service(context: &Context, settings: &Settings) -> Result<ResultServiceServer<Results>> {
    let partners = Partners::new(context)?;
    let (context, settings) = (context.clone(), settings.clone());
    Ok(ResultServiceServer::new(Results(Desk { context, settings, partners, shelf: Shelf::default() })))
}

pub(crate) struct Results(Desk);

#[tonic::async_trait]
impl ResultService for Results {
    async fn aggregate_indicators(
        &self,
        request: Request<pb::AggregateIndicatorsRequest>,
    ) -> Reply<pb::AggregateIndicatorsResponse> {
        let caller = Caller::of(&request);
        mask::sane(request.get_ref())?;
        let asked = rules::read(request.get_ref(), self.0.context.clock.now())?;
        reply(self.0.answer(&caller, asked).await?)
    }

    async fn summarize_projects(
        &self,
        request: Request<pb::SummarizeProjectsRequest>,
    ) -> Reply<pb::SummarizeProjectsResponse> {
        let caller = Caller::of(&request);
        let agreed = self.0.settings.current(&caller).await?;
        reply(summary::summarize(&self.0.context, &agreed, &caller, request.get_ref()).await?)
    }
}
