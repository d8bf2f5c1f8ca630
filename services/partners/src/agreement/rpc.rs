//! The conversation about agreements: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Day;
use chassis::error::Error;
use chassis::wire::{Conversation, reply};
use chassis::{Context, Desk, Reply, Told as _, name, say};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::agreement::SuccessionKind;
use proto::partners::agreement_service_server::{AgreementService, AgreementServiceServer};
use tonic::Request;

use super::row::Model;
use super::succession::Asked;
use super::{compare, rules, signatures, standing, store, sweep};
use crate::network_settings;
use crate::partnership::rules::PATTERN as PARTNERSHIP;

pub(crate) fn service(context: &Context) -> AgreementServiceServer<Agreements> {
    context.spawn(sweep::run(context.clone()));
    AgreementServiceServer::new(Agreements(Desk::new(context)))
}

pub(crate) struct Agreements(Desk<Model>);

#[tonic::async_trait]
impl AgreementService for Agreements {
    async fn create_agreement(&self, request: Request<pb::CreateAgreementRequest>) -> Reply<pb::Agreement> {
        let (call, request) = self.0.open(request)?;
        name::id("parent", PARTNERSHIP, &request.parent)?;
        let draft = request.agreement.unwrap_or_default();
        let row = rules::create(&request.parent, &request.agreement_id, &draft, &call)?;
        self.0.once(call, move |unit, call| store::begin(unit, call, row.clone()).boxed()).await
    }

    async fn get_agreement(&self, request: Request<pb::GetAgreementRequest>) -> Reply<pb::Agreement> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_agreements(
        &self,
        request: Request<pb::ListAgreementsRequest>,
    ) -> Reply<pb::ListAgreementsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PARTNERSHIP, &request.parent)?;
        if request.expiring_within_days < 0 {
            let why = say!("not below 0", "pas en dessous de 0");
            return Err(Error::invalid("expiring_within_days", why).into());
        }
        sweep::catch_up(&self.0.context).await?;
        let mut visible = store::visible(&caller, parent.map(|_| request.parent.as_str()));
        if let Some(date) = &request.in_force_date {
            visible = visible.add(standing::in_force_on(Day::from_date("in_force_date", date)?));
        }
        if request.expiring_within_days > 0 {
            let context = &self.0.context;
            let today = network_settings::store::today(context.database.reader(), context.clock.now());
            let today = today.await.map_err(Error::from)?;
            let today = today.ok_or_else(|| Error::internal("the clock shows no day"))?;
            visible = visible.add(store::expiring(today, request.expiring_within_days));
        }
        let page = self.0.list(&caller, request, visible).await?;
        reply(pb::ListAgreementsResponse { agreements: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_agreements(
        &self,
        request: Request<pb::BatchGetAgreementsRequest>,
    ) -> Reply<pb::BatchGetAgreementsResponse> {
        let caller = Caller::of(&request);
        let agreements = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetAgreementsResponse { agreements })
    }

    async fn update_agreement(&self, request: Request<pb::UpdateAgreementRequest>) -> Reply<pb::Agreement> {
        let (call, request) = self.0.open(request)?;
        let patch = request.agreement.unwrap_or_default();
        name::check_reference("agreement.name", rules::PATTERN, &patch.name)?;
        let asked = Arc::new((patch, request.update_mask));
        let done = self.0.once(call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move { store::update(unit, call, &asked.0, asked.1.as_ref()).await }.boxed()
        });
        done.await
    }

    async fn propose_agreement(&self, request: Request<pb::ProposeAgreementRequest>) -> Reply<pb::Agreement> {
        self.0.change(&request, signatures::propose).await
    }

    async fn sign_agreement(&self, request: Request<pb::SignAgreementRequest>) -> Reply<pb::Agreement> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let said = Arc::new(request);
        let done = self.0.once(call, move |unit, call| {
            let said = Arc::clone(&said);
            async move { store::sign(unit, call, &said).await }.boxed()
        });
        done.await
    }

    async fn decline_agreement(&self, request: Request<pb::DeclineAgreementRequest>) -> Reply<pb::Agreement> {
        let partner = request.get_ref().partner.clone();
        self.0.change(&request, move |row, call| signatures::decline(row, &partner, call)).await
    }

    async fn recall_agreement(&self, request: Request<pb::RecallAgreementRequest>) -> Reply<pb::Agreement> {
        self.0.change(&request, signatures::recall).await
    }

    async fn terminate_agreement(
        &self,
        request: Request<pb::TerminateAgreementRequest>,
    ) -> Reply<pb::Agreement> {
        let said = request.get_ref().clone();
        self.0.change(&request, move |row, call| rules::terminate(row, &said, call)).await
    }

    async fn renew_agreement(&self, request: Request<pb::RenewAgreementRequest>) -> Reply<pb::Agreement> {
        let (call, request) = self.0.open(request)?;
        let new_end = request.new_end_date.as_ref();
        let new_end = new_end.ok_or_else(|| Error::required("new_end_date"))?;
        let asked = Asked {
            new_end: Some(Day::from_date("new_end_date", new_end)?),
            name: request.name,
            id: request.agreement_id,
            changes: request.agreement.unwrap_or_default(),
            mask: request.update_mask,
        };
        self.succeed(call, asked, SuccessionKind::Renewal).await
    }

    async fn amend_agreement(&self, request: Request<pb::AmendAgreementRequest>) -> Reply<pb::Agreement> {
        let (call, request) = self.0.open(request)?;
        let asked = Asked {
            new_end: None,
            name: request.name,
            id: request.agreement_id,
            changes: request.agreement.unwrap_or_default(),
            mask: request.update_mask,
        };
        self.succeed(call, asked, SuccessionKind::Amendment).await
    }

    async fn cancel_agreement(&self, request: Request<pb::CancelAgreementRequest>) -> Reply<pb::Agreement> {
        self.0.change(&request, rules::cancel).await
    }

    async fn give_notice(&self, request: Request<pb::GiveNoticeRequest>) -> Reply<pb::Agreement> {
        let partner = request.get_ref().partner.clone();
        self.0.change(&request, move |row, call| rules::give_notice(row, &partner, call)).await
    }

    async fn compare_agreements(
        &self,
        request: Request<pb::CompareAgreementsRequest>,
    ) -> Reply<pb::CompareAgreementsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        name::check_reference("other", rules::PATTERN, &request.other)?;
        let one = self.0.find(&caller, &request.name).await?.shown_to(&caller);
        let other = self.0.find(&caller, &request.other).await?.shown_to(&caller);
        let differences = compare::compare(&one, &other, Conversation::current().language)?;
        reply(pb::CompareAgreementsResponse { differences })
    }
}

impl Agreements {
    async fn succeed(&self, call: chassis::Call, asked: Asked, kind: SuccessionKind) -> Reply<pb::Agreement> {
        name::check_reference("name", rules::PATTERN, &asked.name)?;
        let asked = Arc::new(asked);
        let done = self.0.once(call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move { store::succeed(unit, call, &asked, kind).await }.boxed()
        });
        done.await
    }
}
