//! The conversation about health checks: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::health_check_service_server::{HealthCheckService, HealthCheckServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::network_settings;
use crate::partnership::describe::PARTNER;
use crate::partnership::rules::PATTERN as PARTNERSHIP;

pub(crate) fn service(context: &Context) -> HealthCheckServiceServer<HealthChecks> {
    HealthCheckServiceServer::new(HealthChecks(Desk::new(context)))
}

pub(crate) struct HealthChecks(Desk<Model>);

#[tonic::async_trait]
impl HealthCheckService for HealthChecks {
    async fn create_health_check(
        &self,
        request: Request<pb::CreateHealthCheckRequest>,
    ) -> Reply<pb::HealthCheck> {
        let (call, request) = self.0.open(request)?;
        name::id("parent", PARTNERSHIP, &request.parent)?;
        let reader = self.0.context.database.reader();
        let today = network_settings::store::today(reader, call.now).await.map_err(Error::from)?;
        let today = today.ok_or_else(|| Error::internal("the clock shows no day"))?;
        let draft = request.health_check.unwrap_or_default();
        let row = rules::create(&request.parent, &request.health_check_id, &draft, today, &call)?;
        self.0.once(call, move |unit, call| store::begin(unit, call, row.clone()).boxed()).await
    }

    async fn get_health_check(&self, request: Request<pb::GetHealthCheckRequest>) -> Reply<pb::HealthCheck> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_health_checks(
        &self,
        request: Request<pb::ListHealthChecksRequest>,
    ) -> Reply<pb::ListHealthChecksResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PARTNERSHIP, &request.parent)?;
        let mut visible = store::visible(&caller, parent.map(|_| request.parent.as_str()));
        if !request.unanswered_by.is_empty() {
            visible = visible.add(unanswered(&caller, &request.unanswered_by)?);
        }
        let page = self.0.list(&caller, request, visible).await?;
        reply(pb::ListHealthChecksResponse {
            health_checks: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn submit_health_check_response(
        &self,
        request: Request<pb::SubmitHealthCheckResponseRequest>,
    ) -> Reply<pb::HealthCheck> {
        let said = Arc::new(request.get_ref().clone());
        let rule = move |row: &mut Model, call: &Call| rules::submit(row, &said, call);
        self.0.change(&request, rule).await
    }

    async fn close_health_check(
        &self,
        request: Request<pb::CloseHealthCheckRequest>,
    ) -> Reply<pb::HealthCheck> {
        let actions = request.get_ref().actions.clone();
        self.0.change(&request, move |row, call| rules::close(row, &actions, call)).await
    }

    async fn follow_up_health_check_action(
        &self,
        request: Request<pb::FollowUpHealthCheckActionRequest>,
    ) -> Reply<pb::HealthCheck> {
        let said = request.get_ref().clone();
        let rule = move |row: &mut Model, call: &Call| {
            rules::follow_up(row, &said.action, said.done, &said.note, call)
        };
        self.0.change(&request, rule).await
    }

    async fn reply_to_health_check(
        &self,
        request: Request<pb::ReplyToHealthCheckRequest>,
    ) -> Reply<pb::HealthCheck> {
        let said = request.get_ref().clone();
        let rule = move |row: &mut Model, call: &Call| rules::reply(row, &said.partner, &said.text, call);
        self.0.change(&request, rule).await
    }
}

/// Who has not answered is for themselves and coordinators to know.
fn unanswered(caller: &Caller, partner: &str) -> Result<store::Which> {
    name::check_reference("unanswered_by", PARTNER, partner)?;
    caller.must(caller.is(Role::Coordinator) || rules::speaks_for(caller, partner), partner)?;
    Ok(store::unanswered(partner))
}
