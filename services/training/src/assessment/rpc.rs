//! The conversation about assessments: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Error;
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::assessment_service_server::{AssessmentService, AssessmentServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::session::rules::PATTERN as SESSION;

pub(crate) fn service(context: &Context) -> AssessmentServiceServer<Assessments> {
    AssessmentServiceServer::new(Assessments { store: Store::new(context), context: context.clone() })
}

pub(crate) struct Assessments {
    store: Store<Model>,
    context: Context,
}

#[tonic::async_trait]
impl AssessmentService for Assessments {
    async fn create_assessment(
        &self,
        request: Request<pb::CreateAssessmentRequest>,
    ) -> Reply<pb::Assessment> {
        let call = Call::of(&request, &self.context.clock)?;
        name::check_reference("parent", SESSION, &request.get_ref().parent)?;
        let asked = Arc::new(request.into_inner());
        let made = self.store.once(call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move { store::create(unit, call, &asked).await }.boxed()
        });
        reply(made.await?.into())
    }

    async fn get_assessment(&self, request: Request<pb::GetAssessmentRequest>) -> Reply<pb::Assessment> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::check_reference("name", rules::PATTERN, asked)?;
        let found = self.store.get(asked).await?;
        match rules::concerns(&caller, &found) {
            true => reply(found.into()),
            false => Err(Error::not_found(asked).into()),
        }
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Reply<pb::ListAssessmentsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let [programme, session] = name::parent_ids("parent", SESSION, &request.parent)?;
        let programme = programme.map(|id| format!("programmes/{id}"));
        let session = session.and(programme.is_some().then_some(request.parent.as_str()));
        let visible = store::visible(&caller, (programme.as_deref(), session));
        let page = self.store.list(Ask::of(request, &caller), visible).await?.map(pb::Assessment::from);
        reply(pb::ListAssessmentsResponse { assessments: page.rows, next_page_token: page.next_page_token })
    }
}
