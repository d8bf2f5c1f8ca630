//! The conversation about observations: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::projects as pb;
use proto::projects::observation_service_server::{ObservationService, ObservationServiceServer};
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::{store, trend};
use crate::indicator::rules::PATTERN as INDICATOR;
use crate::measure::TERRITORY;

pub(crate) fn service(context: &Context) -> ObservationServiceServer<Observations> {
    ObservationServiceServer::new(Observations { store: Store::new(context), context: context.clone() })
}

pub(crate) struct Observations {
    store: Store<Model>,
    context: Context,
}

#[tonic::async_trait]
impl ObservationService for Observations {
    async fn create_observation(
        &self,
        request: Request<pb::CreateObservationRequest>,
    ) -> Reply<pb::Observation> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::id("parent", TERRITORY, &request.parent)?;
        let observed = self.store.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::observe(unit, call, &request).await }.boxed()
        });
        reply(observed.await?.into())
    }

    async fn get_observation(&self, request: Request<pb::GetObservationRequest>) -> Reply<pb::Observation> {
        let asked = &request.get_ref().name;
        name::check_reference("name", PATTERN, asked)?;
        reply(self.store.get(asked).await?.into())
    }

    async fn list_observations(
        &self,
        request: Request<pb::ListObservationsRequest>,
    ) -> Reply<pb::ListObservationsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", TERRITORY, &request.parent)?.map(|_| request.parent.as_str());
        let page = self.store.list(Ask::of(request, &caller), store::of(parent)).await?;
        let page = page.map(pb::Observation::from);
        reply(pb::ListObservationsResponse { observations: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_observation(
        &self,
        request: Request<pb::UpdateObservationRequest>,
    ) -> Reply<pb::Observation> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let asked = request.observation.as_ref().map(|observation| observation.name.as_str());
        name::check_reference("observation.name", PATTERN, asked.unwrap_or_default())?;
        let corrected = self.store.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::correct(unit, call, &request).await }.boxed()
        });
        reply(corrected.await?.into())
    }

    async fn delete_observation(
        &self,
        request: Request<pb::DeleteObservationRequest>,
    ) -> Reply<pb::Observation> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::check_reference("name", PATTERN, &asked)?;
        let by = call.clone();
        let taken_back =
            self.store.remove(call, &asked, move |observation| rules::take_back(observation, &by));
        reply(taken_back.await?)
    }

    async fn summarize_observations(
        &self,
        request: Request<pb::SummarizeObservationsRequest>,
    ) -> Reply<pb::SummarizeObservationsResponse> {
        let pb::SummarizeObservationsRequest { territory, indicator } = request.get_ref();
        for (field, pattern, asked) in
            [("territory", TERRITORY, territory), ("indicator", INDICATOR, indicator)]
        {
            if !asked.is_empty() {
                name::check_reference(field, pattern, asked)?;
            }
        }
        let observed = store::observed(self.context.database.reader(), territory, indicator).await?;
        reply(trend::summarize(&observed))
    }
}
