//! The conversation about capacity assessments: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply};
use proto::training as pb;
use proto::training::capacity_assessment_service_server::{
    CapacityAssessmentService, CapacityAssessmentServiceServer,
};
use tonic::Request;

use super::row::Model;
use super::{rules, store};

pub(crate) fn service(context: &Context) -> CapacityAssessmentServiceServer<CapacityAssessments> {
    CapacityAssessmentServiceServer::new(CapacityAssessments(Desk::new(context)))
}

pub(crate) struct CapacityAssessments(Desk<Model>);

#[tonic::async_trait]
impl CapacityAssessmentService for CapacityAssessments {
    async fn create_capacity_assessment(
        &self,
        request: Request<pb::CreateCapacityAssessmentRequest>,
    ) -> Reply<pb::CapacityAssessment> {
        let (call, request) = self.0.open(request)?;
        let draft = request.capacity_assessment.unwrap_or_default();
        call.caller.must(rules::may_draft(&call.caller, &draft.partner), &draft.partner)?;
        let today = rules::today(call.now)?;
        let assessment = rules::create(&request.capacity_assessment_id, &draft, today, &call)?;
        self.0.create(call, assessment).await
    }

    async fn get_capacity_assessment(
        &self,
        request: Request<pb::GetCapacityAssessmentRequest>,
    ) -> Reply<pb::CapacityAssessment> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_capacity_assessments(
        &self,
        request: Request<pb::ListCapacityAssessmentsRequest>,
    ) -> Reply<pb::ListCapacityAssessmentsResponse> {
        let caller = Caller::of(&request);
        let page = self.0.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListCapacityAssessmentsResponse {
            capacity_assessments: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn update_capacity_assessment(
        &self,
        request: Request<pb::UpdateCapacityAssessmentRequest>,
    ) -> Reply<pb::CapacityAssessment> {
        let rule = |row: &mut Model, draft: &_, call: &chassis::Call| {
            rules::update(row, draft, rules::today(call.now)?)
        };
        self.0.update(request, rules::drafts, rule).await
    }

    async fn submit_capacity_assessment(
        &self,
        request: Request<pb::SubmitCapacityAssessmentRequest>,
    ) -> Reply<pb::CapacityAssessment> {
        self.0.change(&request, rules::submit).await
    }

    async fn validate_capacity_assessment(
        &self,
        request: Request<pb::ValidateCapacityAssessmentRequest>,
    ) -> Reply<pb::CapacityAssessment> {
        let decision = request.get_ref().decision();
        self.0.change(&request, move |row, call| rules::validate(row, decision, call)).await
    }
}
