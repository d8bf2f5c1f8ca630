//! The conversation about projects: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name, say, text};
use futures::FutureExt as _;
use proto::common::{ImportReport, ImportRequest};
use proto::projects as pb;
use proto::projects::project_service_server::{ProjectService, ProjectServiceServer};
use tonic::{Request, Streaming};

use super::export::{self, Exports};
use super::peers::Partners;
use super::row::Model;
use super::rules::{self, PATTERN};
use super::{import, lifecycle, rebaseline, store};
use crate::settings::Settings;

pub(crate) fn service(context: &Context) -> Result<ProjectServiceServer<Projects>> {
    let partners = Partners::new(context)?;
    let settings = Settings::new(context)?;
    let (store, context) = (Store::new(context), context.clone());
    let exports = Exports::new(store.clone(), &context, partners.clone(), settings.clone());
    Ok(ProjectServiceServer::new(Projects { store, context, partners, settings, exports }))
}

pub(crate) struct Projects {
    store: Store<Model>,
    context: Context,
    partners: Partners,
    settings: Settings,
    exports: Exports,
}

#[tonic::async_trait]
impl ProjectService for Projects {
    type ExportActivitiesStream = export::Pieces;

    async fn create_project(&self, request: Request<pb::CreateProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let mut draft = request.project.unwrap_or_default();
        if draft.lead_partner.is_empty() {
            return Err(Error::required("project.lead_partner").into());
        }
        call.caller.must(rules::may_create(&call.caller, &draft.lead_partner), &draft.lead_partner)?;
        self.partners.settle(&call.caller, &mut draft, &[]).await?;
        call.caller.must(rules::may_create(&call.caller, &draft.lead_partner), &draft.lead_partner)?;
        self.parent_seen(&call.caller, &draft).await?;
        let project = rules::create(&request.project_id, &draft, &call)?;
        self.partners.must_be_active(&call.caller, &project.lead_partner).await?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.create(call, project).await?)
    }

    async fn get_project(&self, request: Request<pb::GetProjectRequest>) -> Reply<pb::Project> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::id("name", PATTERN, asked)?;
        self.answer(&caller, self.store.get(asked).await.and_then(|found| seen(&caller, found))?)
    }

    async fn list_projects(
        &self,
        request: Request<pb::ListProjectsRequest>,
    ) -> Reply<pb::ListProjectsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let ask = Ask::of(request, &caller);
        let page = self.store.list(ask, store::visible_to(&caller)).await?;
        let next_page_token = page.next_page_token;
        let projects = page.rows.into_iter().map(pb::Project::from).collect();
        reply(pb::ListProjectsResponse { projects, next_page_token })
    }

    async fn batch_get_projects(
        &self,
        request: Request<pb::BatchGetProjectsRequest>,
    ) -> Reply<pb::BatchGetProjectsResponse> {
        let caller = Caller::of(&request);
        let found = self.store.batch(&request.get_ref().names).await?;
        let found = found.into_iter().map(|project| seen(&caller, project).map(pb::Project::from));
        reply(pb::BatchGetProjectsResponse { projects: found.collect::<Result<_>>()? })
    }

    async fn update_project(&self, request: Request<pb::UpdateProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let mut patch = request.project.unwrap_or_default();
        let asked = patch.name.clone();
        name::id("project.name", PATTERN, &asked)?;
        let current = self.store.get(&asked).await.map_err(|error| match error {
            Error::NotFound { name } => call.caller.not_found(&name),
            other => other,
        })?;
        call.caller.must(rules::may_update(&call.caller, &current), &asked)?;
        // What stands there already is not asked for again, and never rewritten (BEY-1).
        self.partners.settle(&call.caller, &mut patch, &current.partners()).await?;
        if patch.parent_project != current.parent_project {
            self.parent_seen(&call.caller, &patch).await?;
        }
        let caller = Arc::clone(&call.caller);
        let changed =
            self.store.update(call, patch, request.update_mask, &asked, rules::may_update, rules::update);
        self.answer(&caller, changed.await?)
    }

    async fn submit_project(&self, request: Request<pb::SubmitProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let agreed = self.settings.current(&call.caller).await?;
        let due = rules::days_from(agreed.zone, call.now, agreed.review_due_days);
        let by = call.clone();
        self.change(call, &request.get_ref().name, move |project| lifecycle::submit(project, due, &by)).await
    }

    async fn review_project(&self, request: Request<pb::ReviewProjectRequest>) -> Reply<pb::Project> {
        let mut call = Call::of(&request, &self.context.clock)?;
        let request = request.get_ref();
        call.reason = text::plain("comment", &request.comment, 2000)?;
        let (decision, by) = (request.decision(), call.clone());
        self.change(call, &request.name, move |project| lifecycle::review(project, decision, &by)).await
    }

    async fn start_project(&self, request: Request<pb::StartProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let (asked, day, by) = (&request.get_ref().name, request.get_ref().actual_start_date, call.clone());
        let rule = move |project: &mut Model| lifecycle::start(project, day.as_ref(), &by);
        // Nothing is asked of a peer for a project that could not start.
        let rehearsal = Call { validate_only: true, ..call.clone() };
        name::id("name", PATTERN, asked)?;
        let waiting = self.store.change(rehearsal, asked, rule.clone()).await?;
        self.partners.must_be_active(&call.caller, &waiting.lead_partner).await?;
        self.change(call, asked, rule).await
    }

    async fn suspend_project(&self, request: Request<pb::SuspendProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        call.reason_required()?;
        self.verb("SuspendProject", call, &request.get_ref().name).await
    }

    async fn resume_project(&self, request: Request<pb::ResumeProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        call.reason_required()?;
        self.verb("ResumeProject", call, &request.get_ref().name).await
    }

    async fn complete_project(&self, request: Request<pb::CompleteProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let (asked, day, by) = (&request.get_ref().name, request.get_ref().actual_end_date, call.clone());
        self.change(call, asked, move |project| lifecycle::complete(project, day.as_ref(), &by)).await
    }

    async fn close_project(&self, request: Request<pb::CloseProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.get_ref();
        let (note, by) = (text::plain("closing_note", &request.closing_note, 2000)?, call.clone());
        self.change(call, &request.name, move |project| lifecycle::close(project, &note, &by)).await
    }

    async fn cancel_project(&self, request: Request<pb::CancelProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        call.reason_required()?;
        self.verb("CancelProject", call, &request.get_ref().name).await
    }

    async fn rebaseline_project(&self, request: Request<pb::RebaselineProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = Arc::new(request.into_inner());
        name::id("name", PATTERN, &request.name)?;
        let caller = Arc::clone(&call.caller);
        let anew = self.store.once(call, move |unit, call| {
            let request = Arc::clone(&request);
            async move { Ok((rebaseline::run(unit, call, &request).await?, true)) }.boxed()
        });
        self.answer(&caller, anew.await?)
    }

    async fn import_activities(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(import::file(&self.context, &self.partners, caller, request.into_inner()).await?)
    }

    async fn export_activities(
        &self,
        request: Request<pb::ExportActivitiesRequest>,
    ) -> Reply<Self::ExportActivitiesStream> {
        let caller = Caller::of(&request);
        Ok(tonic::Response::new(self.exports.file(caller, request.into_inner()).await?))
    }
}

impl Projects {
    async fn verb(&self, method: &'static str, call: Call, asked: &str) -> Reply<pb::Project> {
        let by = call.clone();
        self.change(call, asked, move |project| lifecycle::take(method, project, &by)).await
    }

    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::Project> {
        name::id("name", PATTERN, asked)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.change(call, asked, rule).await?)
    }

    fn answer(&self, caller: &Caller, project: Model) -> Reply<pb::Project> {
        let allowed_actions = lifecycle::LIFECYCLE.explain(&project, caller, self.context.clock.now());
        reply(pb::Project { allowed_actions, ..project.into() })
    }

    /// A parent that the caller may not see is as if it were not there; the transaction looks again for circles.
    async fn parent_seen(&self, caller: &Caller, draft: &pb::Project) -> Result<()> {
        let field = "project.parent_project";
        if draft.parent_project.is_empty()
            || name::check_reference(field, PATTERN, &draft.parent_project).is_err()
        {
            return Ok(()); // what is no name is for the rules to refuse
        }
        match self.store.get(&draft.parent_project).await.and_then(|parent| seen(caller, parent)) {
            Err(Error::NotFound { .. }) => {
                Err(Error::invalid(field, say!("there is no such project", "ce projet n'existe pas")))
            }
            other => other.map(drop),
        }
    }
}

/// The project, unless the caller may not see it: then it is as if it were not there.
fn seen(caller: &Caller, project: Model) -> Result<Model> {
    if rules::sees(caller, &project) { Ok(project) } else { Err(Error::not_found(project.name)) }
}
