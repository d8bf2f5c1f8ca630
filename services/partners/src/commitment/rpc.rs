//! The conversation about commitments: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::commitment_service_server::{CommitmentService, CommitmentServiceServer};
use tonic::Request;

use super::row::Model;
use super::{allocations, deliveries, parts, rules, store};
use crate::partnership::rules::PATTERN as PARTNERSHIP;

pub(crate) fn service(context: &Context) -> CommitmentServiceServer<Commitments> {
    CommitmentServiceServer::new(Commitments(Desk::new(context)))
}

pub(crate) struct Commitments(Desk<Model>);

#[tonic::async_trait]
impl CommitmentService for Commitments {
    async fn create_commitment(
        &self,
        request: Request<pb::CreateCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        let (call, request) = self.0.open(request)?;
        name::id("parent", PARTNERSHIP, &request.parent)?;
        let draft = request.commitment.unwrap_or_default();
        let row = rules::create(&request.parent, &request.commitment_id, &draft, &call)?;
        self.0.once(call, move |unit, call| store::pledge(unit, call, row.clone()).boxed()).await
    }

    async fn get_commitment(&self, request: Request<pb::GetCommitmentRequest>) -> Reply<pb::Commitment> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_commitments(
        &self,
        request: Request<pb::ListCommitmentsRequest>,
    ) -> Reply<pb::ListCommitmentsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PARTNERSHIP, &request.parent)?;
        let visible = store::visible(&caller, parent.map(|_| request.parent.as_str()));
        let page = self.0.list(&caller, request, visible).await?;
        reply(pb::ListCommitmentsResponse { commitments: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_commitments(
        &self,
        request: Request<pb::BatchGetCommitmentsRequest>,
    ) -> Reply<pb::BatchGetCommitmentsResponse> {
        let caller = Caller::of(&request);
        let commitments = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetCommitmentsResponse { commitments })
    }

    async fn update_commitment(
        &self,
        request: Request<pb::UpdateCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        self.0.update(request, parts::plans, rules::update).await
    }

    async fn confirm_commitment(
        &self,
        request: Request<pb::ConfirmCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        self.0.change(&request, rules::confirm).await
    }

    async fn allocate_commitment(
        &self,
        request: Request<pb::AllocateCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        let said = request.get_ref().clone();
        self.0.change(&request, move |row, call| allocations::allocate(row, &said, call)).await
    }

    async fn record_delivery(&self, request: Request<pb::RecordDeliveryRequest>) -> Reply<pb::Commitment> {
        let said = request.get_ref().clone();
        self.0.change(&request, move |row, call| deliveries::record(row, &said, call)).await
    }

    async fn reverse_delivery(&self, request: Request<pb::ReverseDeliveryRequest>) -> Reply<pb::Commitment> {
        let line = request.get_ref().delivery.clone();
        self.0.change(&request, move |row, call| deliveries::reverse(row, &line, call)).await
    }

    async fn confirm_delivery(&self, request: Request<pb::ConfirmDeliveryRequest>) -> Reply<pb::Commitment> {
        let line = request.get_ref().delivery.clone();
        self.0.change(&request, move |row, call| deliveries::confirm(row, &line, call)).await
    }

    async fn dispute_delivery(&self, request: Request<pb::DisputeDeliveryRequest>) -> Reply<pb::Commitment> {
        let line = request.get_ref().delivery.clone();
        self.0.change(&request, move |row, call| deliveries::dispute(row, &line, call)).await
    }

    async fn waive_remainder(&self, request: Request<pb::WaiveRemainderRequest>) -> Reply<pb::Commitment> {
        self.0.change(&request, deliveries::waive).await
    }

    async fn fulfil_commitment(
        &self,
        request: Request<pb::FulfilCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        let variance_reason = request.get_ref().variance_reason.clone();
        self.0.change(&request, move |row, call| rules::fulfil(row, &variance_reason, call)).await
    }

    async fn cancel_commitment(
        &self,
        request: Request<pb::CancelCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        let rule = |row: &mut Model, call: &Call| rules::end("CancelCommitment", row, call);
        self.0.change(&request, rule).await
    }

    async fn default_commitment(
        &self,
        request: Request<pb::DefaultCommitmentRequest>,
    ) -> Reply<pb::Commitment> {
        let rule = |row: &mut Model, call: &Call| rules::end("DefaultCommitment", row, call);
        self.0.change(&request, rule).await
    }
}
