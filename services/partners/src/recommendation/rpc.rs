//! The conversation about recommendations: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::recommendation_service_server::{RecommendationService, RecommendationServiceServer};
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::store;

pub(crate) fn service(context: &Context) -> RecommendationServiceServer<Recommendations> {
    RecommendationServiceServer::new(Recommendations(Desk::new(context)))
}

pub(crate) struct Recommendations(Desk<Model>);

#[tonic::async_trait]
impl RecommendationService for Recommendations {
    async fn create_recommendation(
        &self,
        request: Request<pb::CreateRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        let (call, request) = self.0.open(request)?;
        let (id, draft) = (request.recommendation_id, request.recommendation.unwrap_or_default());
        let work = self.0.once(call, move |unit, call| {
            let (id, draft) = (id.clone(), draft.clone());
            async move { store::draft(unit, call, &id, &draft).await }.boxed()
        });
        work.await
    }

    async fn get_recommendation(
        &self,
        request: Request<pb::GetRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_recommendations(
        &self,
        request: Request<pb::ListRecommendationsRequest>,
    ) -> Reply<pb::ListRecommendationsResponse> {
        let caller = Caller::of(&request);
        let visible = store::visible(self.0.store.database().reader(), &caller).await?;
        let page = self.0.list(&caller, request.get_ref(), visible).await?;
        reply(pb::ListRecommendationsResponse {
            recommendations: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn batch_get_recommendations(
        &self,
        request: Request<pb::BatchGetRecommendationsRequest>,
    ) -> Reply<pb::BatchGetRecommendationsResponse> {
        let caller = Caller::of(&request);
        let recommendations = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetRecommendationsResponse { recommendations })
    }

    async fn update_recommendation(
        &self,
        request: Request<pb::UpdateRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        self.0.update(request, rules::may_write, rules::update).await
    }

    async fn consult_recommendation(
        &self,
        request: Request<pb::ConsultRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        let until = request.get_ref().until_date;
        self.0.change(&request, move |row, call| rules::consult(row, until.as_ref(), call)).await
    }

    async fn adopt_recommendation(
        &self,
        request: Request<pb::AdoptRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        self.0.change(&request, rules::adopt).await
    }

    async fn retire_recommendation(
        &self,
        request: Request<pb::RetireRecommendationRequest>,
    ) -> Reply<pb::Recommendation> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("name", PATTERN, &request.name)?;
        if !request.successor.is_empty() {
            name::check_reference("successor", PATTERN, &request.successor)?;
        }
        let work = self.0.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::retire(unit, call, &request.name, &request.successor).await }.boxed()
        });
        work.await
    }
}
