//! Projects as a file of activities: page by page, record by record, never whole in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::download::{Pen, Press};
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::Conversation;
use chassis::{Context, Store, name};
use proto::common::{FileChunk, Origin};
use proto::partners::Partner;
use proto::projects::indicator::CountingBasis;
use proto::projects::{self as pb, ExportActivitiesRequest};
use tonic::Response;
use tonic::codegen::BoxStream;

use super::describe::PARTNER;
use super::peers::Partners;
use super::publish::results::Kept;
use super::publish::{self, Around};
use super::row::Model;
use super::source::{self, Source};
use super::{detail, store};
use crate::settings::Settings;
use crate::{project_indicator, report, territory};

/// Projects that are read at once.
const PAGE: i32 = 100;
/// Exports that one process writes at once: each reads everything.
const AT_ONCE: usize = 8;

/// What is sent.
pub(crate) type Pieces = BoxStream<FileChunk>;

/// Writes files of activities.
#[derive(Clone)]
pub(crate) struct Exports {
    store: Store<Model>,
    context: Context,
    partners: Partners,
    settings: Settings,
    press: Press,
}

impl Exports {
    pub(crate) fn new(
        store: Store<Model>,
        context: &Context,
        partners: Partners,
        settings: Settings,
    ) -> Self {
        Self { store, context: context.clone(), partners, settings, press: Press::new(AT_ONCE) }
    }

    /// The projects that the caller may see and asks for.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `filter` and `publisher`; `RESOURCE_EXHAUSTED` while many exports are being written.
    pub(crate) async fn file(
        &self,
        caller: Arc<Caller>,
        request: ExportActivitiesRequest,
    ) -> Result<Response<Pieces>> {
        if !request.publisher.is_empty() {
            name::check_reference("publisher", PARTNER, &request.publisher)?;
        }
        let least = self.settings.current(&caller).await?.public_k;
        let first = self.page(&caller, &request, "").await?;
        let exports = self.clone();
        let now = chrono::DateTime::from_timestamp_micros(self.context.clock.now().0).unwrap_or_default();
        let file_name = format!("iati-activities-{}.xml", now.format("%Y-%m-%d"));
        self.press.file(file_name, "application/xml", move |mut pen| async move {
            let generated = (!request.reproducible).then_some(now);
            pen.write(&iati::write::start(generated)).await;
            File { exports, caller, request, pen, least }.write(first).await
        })
    }

    async fn page(
        &self,
        caller: &Caller,
        request: &ExportActivitiesRequest,
        page_token: &str,
    ) -> Result<chassis::page::Page<Model>> {
        let ask = Ask {
            method: Conversation::current().method,
            parent: &request.publisher,
            scope: &caller.subject,
            page_size: PAGE,
            page_token,
            filter: &request.filter,
            order_by: "",
        };
        let visible = store::visible(caller.oversees(), caller.partners.keys().cloned().collect());
        self.store.list(ask, store::published_by(visible, &request.publisher)).await
    }
}

/// A file being written.
struct File {
    exports: Exports,
    caller: Arc<Caller>,
    request: ExportActivitiesRequest,
    pen: Pen,
    /// How many people a figure must be of to be shown.
    least: i32,
}

impl File {
    async fn write(&mut self, first: chassis::page::Page<Model>) -> Result<()> {
        let mut page = first;
        loop {
            if !self.records(page.rows).await? {
                return Ok(());
            }
            if page.next_page_token.is_empty() {
                break;
            }
            page = self.exports.page(&self.caller, &self.request, &page.next_page_token).await?;
        }
        self.pen.write(iati::write::END).await;
        self.pen.send().await;
        Ok(())
    }

    /// Writes the records of a page; false when nobody listens any more.
    async fn records(&mut self, mut projects: Vec<Model>) -> Result<bool> {
        let database = self.exports.store.database().reader();
        let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
        let mut sources = source::of(database, &names).await?;
        detail::complete(&mut projects, database).await?;
        let territories = self.territories(&projects).await?;
        let parents = self.parents(&projects).await?;
        let mut wanted = BTreeSet::new();
        for project in &projects {
            let source = sources.get(&project.name);
            wanted.extend(publish::unnamed(project, source.map(|packed| packed.participants.as_slice())));
        }
        wanted.extend(
            parents
                .values()
                .filter(|parent| parent.iati_identifier.is_empty())
                .map(|parent| parent.lead_partner.as_str()),
        );
        let partners = self.exports.partners.look_up(&self.caller, wanted).await?;
        for project in projects {
            let source = sources.remove(&project.name);
            let parent = parents.get(&project.parent_project);
            let (kept, reports) = self.kept(&project).await?;
            let acts_in = project.territories.iter().filter_map(|name| territories.get(name).cloned());
            let around = Around {
                parent: parent.map(|parent| publish::identifier(parent, partners.get(&parent.lead_partner))),
                partners: of_project(&project, &partners),
                contacts: self.request.include_contacts,
                kept,
                territories: acts_in.collect(),
                reports,
            };
            let written = tokio::task::spawn_blocking(move || {
                let source = source.map(Source::unpack).transpose()?;
                Ok::<_, Error>(publish::record(&project, source.as_ref(), &around))
            });
            let record = written.await.map_err(Error::internal)??;
            if !self.pen.write(&format!("{record}\n")).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where these projects act, by name.
    async fn territories(&self, projects: &[Model]) -> Result<HashMap<String, territory::row::Model>> {
        let named: BTreeSet<&str> =
            projects.iter().flat_map(|project| project.territories.iter().map(String::as_str)).collect();
        let mut found = HashMap::new();
        for names in named.into_iter().collect::<Vec<_>>().chunks(1000) {
            let rows = territory::store::named(self.exports.store.database().reader(), names).await?;
            found.extend(rows.into_iter().map(|row| (row.name.clone(), row)));
        }
        Ok(found)
    }

    /// The indicators of a project and what counts of them, and the reports that say so, as the public sees it: a file that
    /// is given away knows no readers (GDP-2).
    async fn kept(&self, project: &Model) -> Result<(Vec<Kept>, Vec<pb::Report>)> {
        let database = self.exports.store.database().reader();
        let rows = project_indicator::store::of_project(database, &project.name).await?;
        let persons: BTreeSet<String> =
            rows.iter().filter(|row| counts_people(row)).map(|row| row.name.clone()).collect();
        if rows.is_empty() && project.origin == Origin::Imported {
            return Ok(Default::default()); // its reports say nothing that its record does not
        }
        let mut kept: Vec<Kept> = rows.into_iter().map(|row| Kept { row, came: BTreeMap::new() }).collect();
        let mut reports = Vec::new();
        for report in report::store::accepted(database, &project.name).await? {
            let days = (report.period_start, report.period_end);
            let language = Conversation::current().language;
            let report = report::shown::to_the_public(report.into(), &persons, self.least, language);
            for value in &report.values {
                let of = |one: &&mut Kept| one.row.name == value.project_indicator;
                if let Some(one) = kept.iter_mut().find(of) {
                    one.came.insert(days, value.clone());
                }
            }
            reports.push(report);
        }
        Ok((kept, reports))
    }

    /// The projects that these are part of, as far as the caller may see them.
    async fn parents(&self, projects: &[Model]) -> Result<HashMap<String, Model>> {
        let names: BTreeSet<&str> = projects.iter().map(|project| project.parent_project.as_str()).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let found = store::named(self.exports.store.database().reader(), &names).await?;
        let seen = found.into_iter().filter(|parent| super::rules::sees(&self.caller, parent));
        Ok(seen.map(|parent| (parent.name.clone(), parent)).collect())
    }
}

fn counts_people(row: &project_indicator::row::Model) -> bool {
    row.told.library.as_ref().is_some_and(|library| library.counting_basis == CountingBasis::UniquePersons)
}

fn of_project(project: &Model, partners: &HashMap<String, Partner>) -> HashMap<String, Partner> {
    let named = project.partners().into_iter();
    named.filter_map(|name| Some((name.to_owned(), partners.get(name)?.clone()))).collect()
}
