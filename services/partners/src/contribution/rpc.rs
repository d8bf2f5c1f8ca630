//! The conversation about contributions: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::contribution_service_server::{ContributionService, ContributionServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::working_group::rules::PATTERN as GROUP;

pub(crate) fn service(context: &Context) -> ContributionServiceServer<Contributions> {
    ContributionServiceServer::new(Contributions(Desk::new(context)))
}

pub(crate) struct Contributions(Desk<Model>);

#[tonic::async_trait]
impl ContributionService for Contributions {
    async fn create_contribution(
        &self,
        request: Request<pb::CreateContributionRequest>,
    ) -> Reply<pb::Contribution> {
        let (call, request) = self.0.open(request)?;
        let draft = request.contribution.unwrap_or_default();
        call.caller.must(rules::may_contribute(&call.caller, &draft.partner), &draft.partner)?;
        name::id("parent", GROUP, &request.parent)?;
        let made = rules::create(&request.parent, &request.contribution_id, &draft, &call)?;
        let work = self.0.once(call, move |unit, call| {
            let made = made.clone();
            async move { store::submit(unit, call, made).await }.boxed()
        });
        work.await
    }

    async fn get_contribution(
        &self,
        request: Request<pb::GetContributionRequest>,
    ) -> Reply<pb::Contribution> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_contributions(
        &self,
        request: Request<pb::ListContributionsRequest>,
    ) -> Reply<pb::ListContributionsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let group = name::parent_id("parent", GROUP, &request.parent)?.map(|_| request.parent.as_str());
        let visible = store::visible(self.0.store.database().reader(), group, &caller).await?;
        let page = self.0.list(&caller, request, visible).await?;
        reply(pb::ListContributionsResponse {
            contributions: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn update_contribution(
        &self,
        request: Request<pb::UpdateContributionRequest>,
    ) -> Reply<pb::Contribution> {
        self.0.update(request, rules::may_write, rules::update).await
    }

    async fn triage_contribution(
        &self,
        request: Request<pb::TriageContributionRequest>,
    ) -> Reply<pb::Contribution> {
        let decision = request.get_ref().decision();
        self.0.change(&request, move |row, call| rules::triage(row, decision, call)).await
    }

    async fn withdraw_contribution(
        &self,
        request: Request<pb::WithdrawContributionRequest>,
    ) -> Reply<pb::Contribution> {
        self.0.change(&request, rules::withdraw).await
    }
}
