//! The conversation about working groups: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply};
use proto::partners as pb;
use proto::partners::working_group_service_server::{WorkingGroupService, WorkingGroupServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};

pub(crate) fn service(context: &Context) -> WorkingGroupServiceServer<WorkingGroups> {
    WorkingGroupServiceServer::new(WorkingGroups(Desk::new(context)))
}

pub(crate) struct WorkingGroups(Desk<Model>);

#[tonic::async_trait]
impl WorkingGroupService for WorkingGroups {
    async fn create_working_group(
        &self,
        request: Request<pb::CreateWorkingGroupRequest>,
    ) -> Reply<pb::WorkingGroup> {
        let (call, request) = self.0.open(request)?;
        let draft = request.working_group.unwrap_or_default();
        let lead = draft.lead_partners.first().map_or("", String::as_str);
        call.caller.must(rules::may_lead(&call.caller, &draft.lead_partners), lead)?;
        let group = rules::create(&request.working_group_id, &draft, &call)?;
        self.0.create(call, group).await
    }

    async fn get_working_group(
        &self,
        request: Request<pb::GetWorkingGroupRequest>,
    ) -> Reply<pb::WorkingGroup> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_working_groups(
        &self,
        request: Request<pb::ListWorkingGroupsRequest>,
    ) -> Reply<pb::ListWorkingGroupsResponse> {
        let caller = Caller::of(&request);
        let page = self.0.list(&caller, request.get_ref(), store::visible()).await?;
        reply(pb::ListWorkingGroupsResponse {
            working_groups: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn batch_get_working_groups(
        &self,
        request: Request<pb::BatchGetWorkingGroupsRequest>,
    ) -> Reply<pb::BatchGetWorkingGroupsResponse> {
        let caller = Caller::of(&request);
        let working_groups = self.0.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetWorkingGroupsResponse { working_groups })
    }

    async fn update_working_group(
        &self,
        request: Request<pb::UpdateWorkingGroupRequest>,
    ) -> Reply<pb::WorkingGroup> {
        self.0.update(request, rules::leads, rules::update).await
    }

    async fn open_working_group(
        &self,
        request: Request<pb::OpenWorkingGroupRequest>,
    ) -> Reply<pb::WorkingGroup> {
        self.0.change(&request, |group, call| rules::take("OpenWorkingGroup", group, call)).await
    }

    async fn close_working_group(
        &self,
        request: Request<pb::CloseWorkingGroupRequest>,
    ) -> Reply<pb::WorkingGroup> {
        self.0.change(&request, |group, call| rules::take("CloseWorkingGroup", group, call)).await
    }
}
