//! The conversation about projects: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Row as _, name, say, text};
use futures::FutureExt as _;
use proto::common::{ImportReport, ImportRequest};
use proto::projects as pb;
use proto::projects::project_service_server::{ProjectService, ProjectServiceServer};
use tonic::{Request, Streaming};

use super::carrier::Carriers;
use super::export::{self, Exports};
use super::peers::Partners;
use super::row::Model;
use super::rules::{self, PATTERN};
use super::{guards, import, lifecycle, rebaseline, store};
use crate::bulk;
use crate::recommended::Recommendations;
use crate::settings::Settings;

pub(crate) fn service(context: &Context) -> Result<ProjectServiceServer<Projects>> {
    let partners = Partners::new(context)?;
    let settings = Settings::new(context)?;
    let recommendations = Recommendations::new(context)?;
    let desk = Desk::new(context);
    let exports = Exports::new(desk.store.clone(), context, partners.clone(), settings.clone());
    let carriers = Carriers::new(context, partners.clone())?;
    Ok(ProjectServiceServer::new(Projects { desk, partners, settings, exports, recommendations, carriers }))
}

pub(crate) struct Projects {
    desk: Desk<Model>,
    partners: Partners,
    settings: Settings,
    exports: Exports,
    recommendations: Recommendations,
    carriers: Carriers,
}

#[tonic::async_trait]
impl ProjectService for Projects {
    type ExportActivitiesStream = export::Pieces;

    async fn create_project(&self, request: Request<pb::CreateProjectRequest>) -> Reply<pb::Project> {
        let (call, request) = self.desk.open(request)?;
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
        self.desk.create(call, project).await
    }

    async fn get_project(&self, request: Request<pb::GetProjectRequest>) -> Reply<pb::Project> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_projects(
        &self,
        request: Request<pb::ListProjectsRequest>,
    ) -> Reply<pb::ListProjectsResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible_to(&caller)).await?;
        reply(pb::ListProjectsResponse { projects: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_projects(
        &self,
        request: Request<pb::BatchGetProjectsRequest>,
    ) -> Reply<pb::BatchGetProjectsResponse> {
        let caller = Caller::of(&request);
        let projects = self.desk.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetProjectsResponse { projects })
    }

    async fn update_project(&self, request: Request<pb::UpdateProjectRequest>) -> Reply<pb::Project> {
        let (call, request) = self.desk.open(request)?;
        let mut patch = request.project.unwrap_or_default();
        let asked = patch.name.clone();
        name::id("project.name", PATTERN, &asked)?;
        let current = self.desk.store.get(&asked).await.map_err(|error| match error {
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
        let changed = self.desk.store.update(
            call,
            patch,
            request.update_mask,
            &asked,
            rules::may_update,
            rules::update,
        );
        self.desk.answer(&caller, changed.await?)
    }

    async fn submit_project(&self, request: Request<pb::SubmitProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let agreed = self.settings.current(&call.caller).await?;
        let due = rules::days_from(agreed.zone, call.now, agreed.review_due_days);
        let (name, caller) = (&request.get_ref().name, Arc::clone(&call.caller));
        let ask = |row: Model| async move {
            self.recommendations.must_be_adopted(&caller, &row.recommendations).await
        };
        self.desk.change_once_asked(call, name, ask, move |row, by| lifecycle::submit(row, due, by)).await
    }

    async fn review_project(&self, request: Request<pb::ReviewProjectRequest>) -> Reply<pb::Project> {
        let mut call = Call::of(&request, &self.desk.context.clock)?;
        let request = request.get_ref();
        call.reason = text::plain("comment", &request.comment, 2000)?;
        let decision = request.decision();
        self.desk.change_as(call, &request.name, move |row, by| lifecycle::review(row, decision, by)).await
    }

    async fn start_project(&self, request: Request<pb::StartProjectRequest>) -> Reply<pb::Project> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let (name, day) = (&request.get_ref().name, request.get_ref().actual_start_date);
        let (caller, now) = (Arc::clone(&call.caller), call.now);
        let ask = |row: Model| async move {
            self.partners.must_be_active(&caller, &row.lead_partner).await?;
            let today = rules::days_from(self.settings.current(&caller).await?.zone, now, 0);
            let today = today.ok_or_else(|| Error::internal("the clock is beyond the calendar"))?;
            guards::may_be_carried(&row, &self.carriers.of(&caller, &row, today).await?)
        };
        let rule = move |row: &mut Model, by: &Call| lifecycle::start(row, day.as_ref(), by);
        self.desk.change_once_asked(call, name, ask, rule).await
    }

    async fn suspend_project(&self, request: Request<pb::SuspendProjectRequest>) -> Reply<pb::Project> {
        self.desk
            .change(&request, |project, call| lifecycle::take_because("SuspendProject", project, call))
            .await
    }

    async fn resume_project(&self, request: Request<pb::ResumeProjectRequest>) -> Reply<pb::Project> {
        self.desk
            .change(&request, |project, call| lifecycle::take_because("ResumeProject", project, call))
            .await
    }

    async fn complete_project(&self, request: Request<pb::CompleteProjectRequest>) -> Reply<pb::Project> {
        let day = request.get_ref().actual_end_date;
        self.desk.change(&request, move |row, call| lifecycle::complete(row, day.as_ref(), call)).await
    }

    async fn close_project(&self, request: Request<pb::CloseProjectRequest>) -> Reply<pb::Project> {
        let note = text::plain("closing_note", &request.get_ref().closing_note, 2000)?;
        self.desk.change(&request, move |project, call| lifecycle::close(project, &note, call)).await
    }

    async fn close_projects(
        &self,
        request: Request<pb::CloseProjectsRequest>,
    ) -> Reply<pb::CloseProjectsResponse> {
        let (call, request) = self.desk.open(request)?;
        let condition = bulk::condition(&request.filter, Model::FIELDS, "project")?;
        let note = text::plain("closing_note", &request.closing_note, 2000)?;
        let database = self.desk.store.database();
        let found = store::completed(database.reader(), condition, bulk::MOST);
        let answer = bulk::each(database, call, found, |call, name| {
            let (note, by) = (note.clone(), call.clone());
            let rule = move |project: &mut Model| lifecycle::close(project, &note, &by);
            async move { self.desk.store.change(call, &name, rule).await.map(drop) }
        });
        reply(answer.await?)
    }

    async fn cancel_project(&self, request: Request<pb::CancelProjectRequest>) -> Reply<pb::Project> {
        self.desk
            .change(&request, |project, call| lifecycle::take_because("CancelProject", project, call))
            .await
    }

    async fn rebaseline_project(&self, request: Request<pb::RebaselineProjectRequest>) -> Reply<pb::Project> {
        let (call, request) = self.desk.open(request)?;
        let request = Arc::new(request);
        name::id("name", PATTERN, &request.name)?;
        let anew = self.desk.once(call, move |unit, call| {
            let request = Arc::clone(&request);
            async move { Ok((rebaseline::run(unit, call, &request).await?, true)) }.boxed()
        });
        anew.await
    }

    async fn import_activities(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(import::file(&self.desk.context, &self.partners, caller, request.into_inner()).await?)
    }

    async fn export_activities(
        &self,
        request: Request<pb::ExportActivitiesRequest>,
    ) -> Reply<Self::ExportActivitiesStream> {
        let caller = Caller::of(&request);
        Ok(self.exports.file(caller, request.into_inner()).await?)
    }
}

impl Projects {
    /// A parent that the caller may not see is as if it were not there; the transaction looks again for circles.
    async fn parent_seen(&self, caller: &Caller, draft: &pb::Project) -> Result<()> {
        let field = "project.parent_project";
        if draft.parent_project.is_empty()
            || name::check_reference(field, PATTERN, &draft.parent_project).is_err()
        {
            return Ok(()); // what is no name is for the rules to refuse
        }
        match self.desk.find(caller, &draft.parent_project).await {
            Err(Error::NotFound { .. }) => {
                Err(Error::invalid(field, say!("there is no such project", "ce projet n'existe pas")))
            }
            other => other.map(drop),
        }
    }
}
