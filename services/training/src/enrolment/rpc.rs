//! The conversation about enrolments: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::enrolment_service_server::{EnrolmentService, EnrolmentServiceServer};
use tonic::Request;

use super::row::Model;
use super::seats::{self, Asked};
use super::{outcome, rules, store};
use crate::session::rules::PATTERN as SESSION;

pub(crate) fn service(context: &Context) -> EnrolmentServiceServer<Enrolments> {
    EnrolmentServiceServer::new(Enrolments(Desk::new(context)))
}

pub(crate) struct Enrolments(Desk<Model>);

#[tonic::async_trait]
impl EnrolmentService for Enrolments {
    async fn enrol_participant(&self, request: Request<pb::EnrolParticipantRequest>) -> Reply<pb::Enrolment> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("parent", SESSION, &request.parent)?;
        let beforehand = seats::beforehand(self.0.store.database(), &request.parent).await?;
        let draft = request.enrolment.unwrap_or_default();
        let asked = Arc::new(Asked { session: request.parent, id: request.enrolment_id, draft });
        let done = self.0.once(call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move { seats::enrol(unit, call, &asked, beforehand).await }.boxed()
        });
        done.await
    }

    async fn get_enrolment(&self, request: Request<pb::GetEnrolmentRequest>) -> Reply<pb::Enrolment> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_enrolments(
        &self,
        request: Request<pb::ListEnrolmentsRequest>,
    ) -> Reply<pb::ListEnrolmentsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let [programme, session] = name::parent_ids("parent", SESSION, &request.parent)?;
        let programme = programme.map(|id| format!("programmes/{id}"));
        let session = session.and(programme.is_some().then_some(request.parent.as_str()));
        let visible = store::visible(&caller, (programme.as_deref(), session));
        let page = self.0.list(&caller, request, visible).await?;
        reply(pb::ListEnrolmentsResponse { enrolments: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_enrolment(&self, request: Request<pb::UpdateEnrolmentRequest>) -> Reply<pb::Enrolment> {
        self.0.update(request, rules::describes, rules::update).await
    }

    async fn review_enrolment(&self, request: Request<pb::ReviewEnrolmentRequest>) -> Reply<pb::Enrolment> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let (own, decision) = (self.own(), request.decision());
        let done = self.0.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), request.name.clone());
            async move { seats::review(unit, call, &own, &asked, decision).await }.boxed()
        });
        done.await
    }

    async fn promote_enrolment(&self, request: Request<pb::PromoteEnrolmentRequest>) -> Reply<pb::Enrolment> {
        self.change(request, rules::promote).await
    }

    async fn cancel_enrolment(&self, request: Request<pb::CancelEnrolmentRequest>) -> Reply<pb::Enrolment> {
        self.change(request, rules::cancel).await
    }

    async fn withdraw_enrolment(
        &self,
        request: Request<pb::WithdrawEnrolmentRequest>,
    ) -> Reply<pb::Enrolment> {
        self.change(request, rules::withdraw).await
    }

    async fn complete_enrolment(
        &self,
        request: Request<pb::CompleteEnrolmentRequest>,
    ) -> Reply<pb::Enrolment> {
        let said = request.get_ref().outcome();
        self.change(request, move |row, call| outcome::complete(row, said, call)).await
    }
}

impl Enrolments {
    /// What the registry does by itself in consequence.
    fn own(&self) -> Call {
        Call::own("training", &self.0.context.clock)
    }

    /// A rule applied to the enrolment that is named; the seat that it may free goes to the next (TRN-11).
    async fn change<M: proto::Mutation + prost::Name>(
        &self,
        request: Request<M>,
        rule: impl Fn(&mut Model, &Call) -> chassis::Result<()> + Copy + Send + Sync + 'static,
    ) -> Reply<pb::Enrolment> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("name", rules::PATTERN, request.name())?;
        let (own, asked) = (self.own(), request.name().to_owned());
        let done = self.0.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), asked.clone());
            async move { seats::change(unit, call, &own, &asked, rule).await }.boxed()
        });
        done.await
    }
}
