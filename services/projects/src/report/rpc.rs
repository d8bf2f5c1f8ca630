//! The conversation about reports: who asks, what, may they, do it, answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::{Conversation, reply};
use chassis::{Call, Context, Reply, Store, mask, name, text};
use proto::common::{FileChunk, ImportRequest};
use proto::projects as pb;
use proto::projects::report_service_server::{ReportService, ReportServiceServer};
use tonic::{Request, Streaming};

use super::ground::Ground;
use super::row::Model;
use super::rules::{self, PATTERN};
use super::verdict::Verdict;
use super::{bulk, file, ratings, shown, store};
use crate::obligation;
use crate::project::rules::PATTERN as PROJECT;
use crate::settings::{Agreed, Settings};

pub(crate) fn service(context: &Context, settings: &Settings) -> ReportServiceServer<Reports> {
    ReportServiceServer::new(Reports {
        store: Store::new(context),
        projects: Store::new(context),
        context: context.clone(),
        settings: settings.clone(),
    })
}

#[derive(Clone)]
pub(crate) struct Reports {
    pub(super) store: Store<Model>,
    projects: Store<crate::project::row::Model>,
    pub(super) context: Context,
    pub(super) settings: Settings,
}

#[tonic::async_trait]
impl ReportService for Reports {
    async fn create_report(&self, request: Request<pb::CreateReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::id("parent", PROJECT, &request.parent)?;
        let project = self.project(&call.caller, &request.parent).await?;
        call.caller.must(call.caller.acts_for(&project.lead_partner), &request.parent)?;
        let period =
            request.report.as_ref().map(|report| report.reporting_period.as_str()).unwrap_or_default();
        name::check_reference("report.reporting_period", crate::reporting_period::rules::PATTERN, period)?;
        let (caller, agreed) = (Arc::clone(&call.caller), self.settings.current(&call.caller).await?);
        self.answer(&caller, store::create(&self.store, agreed, call, request).await?).await
    }

    async fn get_report(&self, request: Request<pb::GetReportRequest>) -> Reply<pb::Report> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::ids::<2>("name", PATTERN, asked)?;
        let found = self.store.get(asked).await?;
        if !rules::sees(&caller, &found) {
            return Err(Error::not_found(asked).into());
        }
        self.answer(&caller, found).await
    }

    async fn list_reports(&self, request: Request<pb::ListReportsRequest>) -> Reply<pb::ListReportsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PROJECT, &request.parent)?;
        let page = self.store.list(Ask::of(request, &caller), store::visible(&caller, parent)).await?;
        let next_page_token = page.next_page_token;
        let reports = self.told(&caller, page.rows).await?;
        reply(pb::ListReportsResponse { reports, next_page_token })
    }

    async fn update_report(&self, request: Request<pb::UpdateReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.report.unwrap_or_default();
        let (asked, mask) = (patch.name.clone(), request.update_mask);
        name::ids::<2>("report.name", PATTERN, &asked)?;
        let rule = move |report: &mut Model, ground: &Ground, call: &Call| {
            call.caller.must(rules::may_write(&call.caller, report), &report.name)?;
            let current: pb::Report = report.clone().into();
            let draft = mask::apply(&current, &patch, mask.as_ref())?;
            if draft == current { Ok(()) } else { rules::update(report, &draft, ground) }
        };
        self.change(call, &asked, rule).await
    }

    async fn submit_report(&self, request: Request<pb::SubmitReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        self.change(call, &request.get_ref().name, rules::submit).await
    }

    async fn recall_report(&self, request: Request<pb::RecallReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        self.change(call, &request.get_ref().name, |report, _, call| rules::recall(report, call)).await
    }

    async fn review_report(&self, request: Request<pb::ReviewReportRequest>) -> Reply<pb::Report> {
        let mut call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::ids::<2>("name", PATTERN, &request.name)?;
        call.reason = text::plain("comment", &request.comment, 2000)?;
        let verdict = Verdict {
            decision: request.decision(),
            comment: request.comment.clone(),
            comments: request.comments.clone(),
        };
        let (caller, agreed) = (Arc::clone(&call.caller), self.settings.current(&call.caller).await?);
        self.answer(&caller, store::review(&self.store, agreed, call, &request.name, verdict).await?).await
    }

    async fn correct_report(&self, request: Request<pb::CorrectReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        let (caller, asked) = (Arc::clone(&call.caller), &request.get_ref().name);
        name::ids::<2>("name", PATTERN, asked)?;
        self.answer(&caller, store::correct(&self.store, call, asked).await?).await
    }

    async fn delete_report(&self, request: Request<pb::DeleteReportRequest>) -> Reply<pb::Report> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::ids::<2>("name", PATTERN, &asked)?;
        let by = Arc::clone(&call.caller);
        let rule = move |report: &Model| rules::may_be_deleted(report, &by);
        reply(self.store.remove(call, &asked, rule).await?)
    }

    async fn accept_reports(
        &self,
        request: Request<pb::AcceptReportsRequest>,
    ) -> Reply<pb::AcceptReportsResponse> {
        let call = Call::of(&request, &self.context.clock)?;
        let agreed = self.settings.current(&call.caller).await?;
        reply(bulk::accept(self, agreed, call, request.into_inner()).await?)
    }

    async fn list_report_obligations(
        &self,
        request: Request<pb::ListReportObligationsRequest>,
    ) -> Reply<pb::ListReportObligationsResponse> {
        let caller = Caller::of(&request);
        let agreed = self.settings.current(&caller).await?;
        reply(obligation::list(&self.context, &agreed, &caller, request.get_ref()).await?)
    }

    type GetReportTemplateStream = tonic::codegen::BoxStream<FileChunk>;

    async fn get_report_template(
        &self,
        request: Request<pb::GetReportTemplateRequest>,
    ) -> Reply<Self::GetReportTemplateStream> {
        let caller = Caller::of(&request);
        let made = file::template(self, &caller, request.get_ref()).await?;
        Ok(chassis::download::pieces(&made.file, made.name, made.mime_type))
    }

    async fn check_report_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::ReportFileResult> {
        let caller = Caller::of(&request);
        reply(file::check(self, caller, request.into_inner()).await?)
    }

    async fn submit_report_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::ReportFileResult> {
        let caller = Caller::of(&request);
        reply(file::submit(self, caller, request.into_inner()).await?)
    }

    async fn remind_reports(
        &self,
        request: Request<pb::RemindReportsRequest>,
    ) -> Reply<pb::RemindReportsResponse> {
        let call = Call::of(&request, &self.context.clock)?;
        let agreed = self.settings.current(&call.caller).await?;
        reply(obligation::remind::remind(&self.context, agreed, call, request.into_inner()).await?)
    }
}

impl Reports {
    /// The project that a report is of.
    pub(super) async fn project(&self, caller: &Caller, name: &str) -> Result<crate::project::row::Model> {
        self.projects.get(name).await.map_err(|error| match error {
            Error::NotFound { name } => caller.not_found(&name),
            other => other,
        })
    }

    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model, &Ground, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::Report> {
        name::ids::<2>("name", PATTERN, asked)?;
        let (caller, agreed) = (Arc::clone(&call.caller), self.settings.current(&call.caller).await?);
        self.answer(&caller, store::change(&self.store, agreed, call, asked, rule).await?).await
    }

    /// The report as this caller sees it now: while it is open, what its figures say follows what was accepted since.
    async fn answer(&self, caller: &Caller, mut report: Model) -> Reply<pb::Report> {
        let now = self.context.clock.now();
        let mut ground = None;
        if !report.is_sealed() {
            let agreed = self.settings.current(caller).await?;
            let reader = self.store.database().reader();
            let found = store::ground(reader, agreed, &report.project, &report.reporting_period).await?;
            ratings::rate(&mut report, &found);
            ground = Some(found);
        }
        let also = |method: &str| match &ground {
            Some(ground) if method == "SubmitReport" => rules::may_be_submitted(&report, ground, now),
            _ => Ok(()),
        };
        let allowed_actions = rules::LIFECYCLE.explain_with(&report, caller, now, also);
        let told = self.told(caller, vec![report]).await?.pop();
        reply(pb::Report { allowed_actions, ..told.unwrap_or_default() })
    }

    /// Reports as this caller sees them, in a fixed number of queries.
    async fn told(&self, caller: &Caller, reports: Vec<Model>) -> Result<Vec<pb::Report>> {
        let (reader, now) = (self.store.database().reader(), self.context.clock.now());
        let agreed = self.settings.current(caller).await?;
        let periods = reports.iter().map(|report| report.reporting_period.as_str()).collect();
        let periods = store::periods(reader, periods).await?;
        let periods: BTreeMap<&str, _> =
            periods.iter().map(|period| (period.name.as_str(), period)).collect();
        let covered: Vec<&str> = reports
            .iter()
            .filter(|report| !rules::sees_all(caller, report))
            .map(|report| report.project.as_str())
            .collect();
        let persons = if covered.is_empty() {
            BTreeSet::new()
        } else {
            store::counting_people(reader, covered).await?
        };
        let language = Conversation::current().language;
        let told = reports.into_iter().map(|mut report| {
            if !report.is_sealed()
                && let Some(period) = periods.get(report.reporting_period.as_str())
                && report.corrects.is_empty()
            {
                let Agreed { zone, .. } = *agreed;
                report.punctuality =
                    rules::punctuality(report.submit_time, period, zone, agreed.due_soon_days, now).into();
            }
            match rules::sees_all(caller, &report) {
                true => report.into(),
                false => shown::to_the_public(report.into(), &persons, agreed.public_k, language),
            }
        });
        Ok(told.collect())
    }
}
