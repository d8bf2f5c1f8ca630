//! The conversation about what projects promise: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::projects as pb;
use proto::projects::project_indicator_service_server::{
    ProjectIndicatorService, ProjectIndicatorServiceServer,
};
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::store;
use crate::indicator;
use crate::project;

pub(crate) fn service(context: &Context) -> ProjectIndicatorServiceServer<ProjectIndicators> {
    ProjectIndicatorServiceServer::new(ProjectIndicators {
        store: Store::new(context),
        projects: Store::new(context),
        context: context.clone(),
    })
}

pub(crate) struct ProjectIndicators {
    store: Store<Model>,
    projects: Store<project::row::Model>,
    context: Context,
}

#[tonic::async_trait]
impl ProjectIndicatorService for ProjectIndicators {
    async fn create_project_indicator(
        &self,
        request: Request<pb::CreateProjectIndicatorRequest>,
    ) -> Reply<pb::ProjectIndicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = Arc::new(request.into_inner());
        name::id("parent", project::rules::PATTERN, &request.parent)?;
        let made = self.store.once(call, move |unit, call| {
            let request = Arc::clone(&request);
            async move { Ok((create(unit, call, &request).await?, true)) }.boxed()
        });
        reply(made.await?.into())
    }

    async fn get_project_indicator(
        &self,
        request: Request<pb::GetProjectIndicatorRequest>,
    ) -> Reply<pb::ProjectIndicator> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::ids::<2>("name", PATTERN, asked)?;
        let found = self.store.get(asked).await?;
        let project = self.projects.get(&found.project).await?;
        if !project::rules::sees(&caller, &project) {
            return Err(Error::not_found(asked).into());
        }
        reply(found.into())
    }

    async fn list_project_indicators(
        &self,
        request: Request<pb::ListProjectIndicatorsRequest>,
    ) -> Reply<pb::ListProjectIndicatorsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", project::rules::PATTERN, &request.parent)?;
        let parent = parent.map(|_| request.parent.as_str());
        let visible = store::visible(parent, project::store::visible_to(&caller));
        let page = self.store.list(Ask::of(request, &caller), visible).await?;
        let page = page.map(pb::ProjectIndicator::from);
        reply(pb::ListProjectIndicatorsResponse {
            project_indicators: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn update_project_indicator(
        &self,
        request: Request<pb::UpdateProjectIndicatorRequest>,
    ) -> Reply<pb::ProjectIndicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.project_indicator.unwrap_or_default();
        let asked = patch.name.clone();
        name::ids::<2>("project_indicator.name", PATTERN, &asked)?;
        let named = rules::periods_named(&[&patch]);
        let periods = store::periods(self.context.database.reader(), &named).await?;
        let rule = move |indicator: &mut Model, draft: &pb::ProjectIndicator, _: &Call| {
            rules::update(indicator, draft, &periods)
        };
        let changed = self.store.update(call, patch, request.update_mask, &asked, may_write, rule);
        reply(changed.await?.into())
    }

    async fn delete_project_indicator(
        &self,
        request: Request<pb::DeleteProjectIndicatorRequest>,
    ) -> Reply<pb::ProjectIndicator> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::ids::<2>("name", PATTERN, &asked)?;
        let by = Arc::clone(&call.caller);
        let rule = move |indicator: &Model| {
            by.must(may_write(&by, indicator), &indicator.name)?;
            rules::may_be_deleted(indicator)
        };
        reply(self.store.remove(call, &asked, rule).await?)
    }
}

fn may_write(caller: &Caller, indicator: &Model) -> bool {
    project::rules::may_create(caller, &indicator.lead_partner)
}

async fn create(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::CreateProjectIndicatorRequest,
) -> Result<Model> {
    let parent = &request.parent;
    let project: project::row::Model =
        chassis::store::find(unit, parent).await?.ok_or_else(|| call.caller.not_found(parent))?;
    call.caller.must(project::rules::may_update(&call.caller, &project), parent)?;
    let draft = request.project_indicator.clone().unwrap_or_default();
    let library = indicator::store::named(unit.txn, [draft.indicator.as_str()].into_iter()).await?.pop();
    let periods = store::periods(unit.txn, &rules::periods_named(&[&draft])).await?;
    let promised = rules::create(&request.project_indicator_id, &project, library, &draft, &periods, call)?;
    chassis::store::insert(unit, call, &promised).await
}
