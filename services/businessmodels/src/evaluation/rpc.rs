//! The conversation about evaluations: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use peers::Partners;
use proto::businessmodels as pb;
use proto::businessmodels::evaluation_service_server::{EvaluationService, EvaluationServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::business_model::rules::PATTERN;

pub(crate) fn service(context: &Context) -> Result<EvaluationServiceServer<Evaluations>> {
    let (desk, partners) = (Desk::new(context), Partners::new(context)?);
    Ok(EvaluationServiceServer::new(Evaluations { desk, partners }))
}

pub(crate) struct Evaluations {
    desk: Desk<Model>,
    partners: Partners,
}

#[tonic::async_trait]
impl EvaluationService for Evaluations {
    async fn create_evaluation(
        &self,
        request: Request<pb::CreateEvaluationRequest>,
    ) -> Reply<pb::Evaluation> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("parent", PATTERN, &request.parent)?;
        let draft = request.evaluation.unwrap_or_default();
        let evaluator = &draft.evaluator_partner;
        call.caller.must(rules::may_write(&call.caller, evaluator), evaluator)?;
        let evaluation = rules::create(&request.parent, &request.evaluation_id, &draft, &call)?;
        self.desk
            .create_if(call, evaluation, |unit, evaluation| {
                async move { store::check(unit, evaluation).await }.boxed()
            })
            .await
    }

    async fn get_evaluation(&self, request: Request<pb::GetEvaluationRequest>) -> Reply<pb::Evaluation> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_evaluations(
        &self,
        request: Request<pb::ListEvaluationsRequest>,
    ) -> Reply<pb::ListEvaluationsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PATTERN, &request.parent)?;
        let visible = store::visible(&caller, parent.map(|_| request.parent.as_str()));
        let page = self.desk.list(&caller, request, visible).await?;
        reply(pb::ListEvaluationsResponse { evaluations: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_evaluation(
        &self,
        request: Request<pb::UpdateEvaluationRequest>,
    ) -> Reply<pb::Evaluation> {
        self.desk.update(request, rules::may_update, rules::update).await
    }

    async fn submit_evaluation(
        &self,
        request: Request<pb::SubmitEvaluationRequest>,
    ) -> Reply<pb::Evaluation> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let caller = Arc::clone(&call.caller);
        let ask = |evaluation: Model| async move {
            let evaluator = std::slice::from_ref(&evaluation.evaluator_partner);
            self.partners.must_take_part(&caller, "evaluator_partner", evaluator).await.map(drop)
        };
        self.desk.change_once_asked(call, &request.get_ref().name, ask, rules::submit).await
    }
}
