//! The conversation about replications: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use peers::Projects;
use proto::businessmodels as pb;
use proto::businessmodels::replication_service_server::{ReplicationService, ReplicationServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use crate::business_model::rules::PATTERN;

pub(crate) fn service(context: &Context) -> Result<ReplicationServiceServer<Replications>> {
    let (desk, projects) = (Desk::new(context), Projects::new(context)?);
    Ok(ReplicationServiceServer::new(Replications { desk, projects }))
}

pub(crate) struct Replications {
    desk: Desk<Model>,
    projects: Projects,
}

#[tonic::async_trait]
impl ReplicationService for Replications {
    async fn get_replication(&self, request: Request<pb::GetReplicationRequest>) -> Reply<pb::Replication> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_replications(
        &self,
        request: Request<pb::ListReplicationsRequest>,
    ) -> Reply<pb::ListReplicationsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PATTERN, &request.parent)?;
        let visible = store::of_model(parent.map(|_| request.parent.as_str()));
        let page = self.desk.list(&caller, request, visible).await?;
        reply(pb::ListReplicationsResponse { replications: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_replication(
        &self,
        request: Request<pb::UpdateReplicationRequest>,
    ) -> Reply<pb::Replication> {
        self.desk.update(request, rules::may_update, rules::update).await
    }

    async fn accept_mentoring(&self, request: Request<pb::AcceptMentoringRequest>) -> Reply<pb::Replication> {
        self.desk.change(&request, rules::mentor).await
    }

    async fn start_replication(
        &self,
        request: Request<pb::StartReplicationRequest>,
    ) -> Reply<pb::Replication> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let (caller, request) = (Arc::clone(&call.caller), request.into_inner());
        let project = request.project.clone();
        let ask = |replication: Model| async move {
            rules::of_adopter(&self.projects.carried(&caller, &request.project).await?, &replication)
        };
        let rule = move |replication: &mut Model, by: &Call| rules::start(replication, &project, by);
        self.desk.change_once_asked(call, &request.name, ask, rule).await
    }

    async fn confirm_replication(
        &self,
        request: Request<pb::ConfirmReplicationRequest>,
    ) -> Reply<pb::Replication> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let (caller, request) = (Arc::clone(&call.caller), request.into_inner());
        let asked = request.name.clone();
        let ask = |replication: Model| async move {
            rules::delivered(&self.projects.carried(&caller, &replication.project).await?)
        };
        let rule = move |replication: &mut Model, by: &Call| rules::confirm(replication, &request, by);
        self.desk.change_once_asked(call, &asked, ask, rule).await
    }

    async fn abandon_replication(
        &self,
        request: Request<pb::AbandonReplicationRequest>,
    ) -> Reply<pb::Replication> {
        let lessons = request.get_ref().lessons.clone();
        let rule =
            move |replication: &mut Model, by: &Call| rules::abandon(replication, lessons.as_ref(), by);
        self.desk.change(&request, rule).await
    }
}
