//! The conversation about partnerships: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::partnership_service_server::{PartnershipService, PartnershipServiceServer};
use tonic::Request;

use super::row::Model;
use super::{members, rules, store, summary};
use crate::network_settings;

pub(crate) fn service(context: &Context) -> PartnershipServiceServer<Partnerships> {
    PartnershipServiceServer::new(Partnerships(Desk::new(context)))
}

pub(crate) struct Partnerships(Desk<Model>);

#[tonic::async_trait]
impl PartnershipService for Partnerships {
    async fn create_partnership(
        &self,
        request: Request<pb::CreatePartnershipRequest>,
    ) -> Reply<pb::Partnership> {
        let (call, request) = self.0.open(request)?;
        let draft = request.partnership.unwrap_or_default();
        let row = rules::create(&request.partnership_id, &draft, self.today(&call).await?, &call)?;
        self.0.once(call, move |unit, call| store::begin(unit, call, row.clone()).boxed()).await
    }

    async fn get_partnership(&self, request: Request<pb::GetPartnershipRequest>) -> Reply<pb::Partnership> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_partnerships(
        &self,
        request: Request<pb::ListPartnershipsRequest>,
    ) -> Reply<pb::ListPartnershipsResponse> {
        let caller = Caller::of(&request);
        let mut visible = store::visible(&caller);
        if request.get_ref().agreement_gap {
            visible = store::without_agreement(self.day(self.0.context.clock.now()).await?).add(visible);
        }
        let page = self.0.list(&caller, request.get_ref(), visible).await?;
        reply(pb::ListPartnershipsResponse { partnerships: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_partnerships(
        &self,
        request: Request<pb::BatchGetPartnershipsRequest>,
    ) -> Reply<pb::BatchGetPartnershipsResponse> {
        let caller = Caller::of(&request);
        let partnerships = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetPartnershipsResponse { partnerships })
    }

    async fn update_partnership(
        &self,
        request: Request<pb::UpdatePartnershipRequest>,
    ) -> Reply<pb::Partnership> {
        self.0.update(request, rules::may_update, rules::update).await
    }

    async fn activate_partnership(
        &self,
        request: Request<pb::ActivatePartnershipRequest>,
    ) -> Reply<pb::Partnership> {
        self.0.change(&request, rules::activate).await
    }

    async fn close_partnership(
        &self,
        request: Request<pb::ClosePartnershipRequest>,
    ) -> Reply<pb::Partnership> {
        let summary = request.get_ref().close_summary.clone();
        self.0.change(&request, move |row, call| rules::close(row, summary.as_ref(), call)).await
    }

    async fn abandon_partnership(
        &self,
        request: Request<pb::AbandonPartnershipRequest>,
    ) -> Reply<pb::Partnership> {
        self.0.change(&request, rules::abandon).await
    }

    async fn add_member(&self, request: Request<pb::AddMemberRequest>) -> Reply<pb::Partnership> {
        let (call, request) = self.0.open(request)?;
        chassis::name::check_reference("name", rules::PATTERN, &request.name)?;
        let request = Arc::new(request);
        let added = self.0.once(call, move |unit, call| {
            let request = Arc::clone(&request);
            async move { store::add_member(unit, call, &request).await }.boxed()
        });
        added.await
    }

    async fn remove_member(&self, request: Request<pb::RemoveMemberRequest>) -> Reply<pb::Partnership> {
        let (call, request) = self.0.open(request)?;
        let leave = match &request.leave_date {
            Some(date) => Day::from_date("leave_date", date)?,
            None => self.today(&call).await?,
        };
        let partner = request.partner;
        let remove = move |row: &mut Model, call: &Call| members::remove(row, &partner, leave, call);
        self.0.change_as(call, &request.name, remove).await
    }

    async fn propose_lead(&self, request: Request<pb::ProposeLeadRequest>) -> Reply<pb::Partnership> {
        let partner = request.get_ref().partner.clone();
        self.0.change(&request, move |row, call| members::propose_lead(row, &partner, call)).await
    }

    async fn accept_lead(&self, request: Request<pb::AcceptLeadRequest>) -> Reply<pb::Partnership> {
        self.0.change(&request, members::accept_lead).await
    }

    async fn decline_lead(&self, request: Request<pb::DeclineLeadRequest>) -> Reply<pb::Partnership> {
        self.0.change(&request, members::decline_lead).await
    }

    async fn summarize_partnerships(
        &self,
        request: Request<pb::SummarizePartnershipsRequest>,
    ) -> Reply<pb::SummarizePartnershipsResponse> {
        let caller = Caller::of(&request);
        reply(summary::summarize(&self.0.context, &caller, request.get_ref()).await?)
    }
}

impl Partnerships {
    async fn today(&self, call: &Call) -> Result<Day> {
        self.day(call.now).await
    }

    async fn day(&self, now: Micros) -> Result<Day> {
        let today = network_settings::store::today(self.0.context.database.reader(), now).await?;
        today.ok_or_else(|| Error::internal("the clock shows no day"))
    }
}
