//! The conversation about programmes: who asks, what, may they, do it, answer.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Store, Told as _, name};
use proto::common::{FileChunk, Origin};
use proto::training as pb;
use proto::training::programme::State;
use proto::training::programme_service_server::{ProgrammeService, ProgrammeServiceServer};
use tonic::Request;

use super::row::Model;
use super::{catalogue, revision, rules, store};
use crate::evaluation::summary;
use crate::{capacity_assessment, evaluation, session};
use peers::settings::Settings;
use peers::{Indicators, PARTNER, Partners};

pub(crate) fn service(
    context: &Context,
    partners: &Partners,
    indicators: Indicators,
    settings: Settings,
) -> ProgrammeServiceServer<Programmes> {
    let (desk, revisions) = (Desk::new(context), Store::new(context));
    ProgrammeServiceServer::new(Programmes {
        desk,
        revisions,
        partners: partners.clone(),
        indicators,
        settings,
    })
}

/// Bytes of one piece of a file.
const PIECE: usize = 256 * 1024;
/// A file in pieces.
type Pieces = std::pin::Pin<Box<dyn futures::Stream<Item = Result<FileChunk, tonic::Status>> + Send>>;
/// Programmes suggested at once.
const MOST_SUGGESTIONS: usize = 50;

pub(crate) struct Programmes {
    desk: Desk<Model>,
    revisions: Store<revision::Model>,
    partners: Partners,
    indicators: Indicators,
    settings: Settings,
}

impl Programmes {
    /// What is published names partners that take part, adopted recommendations, and indicators that are there. Those of whom an
    /// imported one was found are not asked (BEY-8).
    async fn check(&self, caller: &Caller, published: Option<&Model>) -> Result<()> {
        let Some(published) = published else { return Ok(()) };
        let mut providers = published.providers.clone().into_inner();
        if published.origin == Origin::Imported {
            let found = self.desk.store.get(&published.name).await?;
            providers.retain(|provider| !found.providers.contains(provider));
        }
        self.partners.must_take_part(caller, "providers", &providers).await?;
        self.partners.must_be_adopted(caller, &published.recommendations).await?;
        self.indicators.must_exist(caller, "project_indicators", &published.project_indicators).await
    }
}

/// The same call, of which nothing is kept: no peer is asked for what would be refused anyway.
fn rehearsal(call: &Call) -> Call {
    Call { validate_only: true, ..call.clone() }
}

#[tonic::async_trait]
impl ProgrammeService for Programmes {
    async fn create_programme(&self, request: Request<pb::CreateProgrammeRequest>) -> Reply<pb::Programme> {
        let (call, request) = self.desk.open(request)?;
        let draft = request.programme.unwrap_or_default();
        let first = draft.providers.first().map_or("", String::as_str);
        call.caller.must(rules::may_provide(&call.caller, &draft.providers), first)?;
        let programme = rules::create(&request.programme_id, &draft, &call)?;
        self.desk.create(call, programme).await
    }

    async fn get_programme(&self, request: Request<pb::GetProgrammeRequest>) -> Reply<pb::Programme> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_programmes(
        &self,
        request: Request<pb::ListProgrammesRequest>,
    ) -> Reply<pb::ListProgrammesResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListProgrammesResponse { programmes: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_programmes(
        &self,
        request: Request<pb::BatchGetProgrammesRequest>,
    ) -> Reply<pb::BatchGetProgrammesResponse> {
        let caller = Caller::of(&request);
        let programmes = self.desk.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetProgrammesResponse { programmes })
    }

    async fn update_programme(&self, request: Request<pb::UpdateProgrammeRequest>) -> Reply<pb::Programme> {
        let (call, request) = self.desk.open(request)?;
        let patch = request.programme.unwrap_or_default();
        let (asked, mask) = (patch.name.clone(), request.update_mask);
        name::check_reference("programme.name", rules::PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        let update = |call: Call, named: Option<Model>| {
            let rule = move |programme: &mut Model, draft: &pb::Programme, by: &Call| {
                rules::update(programme, draft, by)?;
                rules::still(programme, named.as_ref())
            };
            self.desk.store.update(call, patch.clone(), mask.clone(), &asked, rules::looks_after, rule)
        };
        let rehearsed = update(rehearsal(&call), None).await?;
        let named = (rehearsed.state == State::Published).then_some(&rehearsed);
        self.check(&caller, named).await?;
        let changed = update(call, named.cloned()).await?;
        self.desk.answer(&caller, changed)
    }

    async fn publish_programme(&self, request: Request<pb::PublishProgrammeRequest>) -> Reply<pb::Programme> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let (caller, by) = (Arc::clone(&call.caller), call.clone());
        let publish = |call: Call, named: Option<Model>| {
            let by = by.clone();
            self.desk.store.change(call, &request.name, move |programme| {
                rules::publish(programme, &by)?;
                rules::still(programme, named.as_ref())
            })
        };
        let rehearsed = publish(rehearsal(&call), None).await?;
        self.check(&caller, Some(&rehearsed)).await?;
        let published = publish(call, Some(rehearsed)).await?;
        self.desk.answer(&caller, published)
    }

    async fn retire_programme(&self, request: Request<pb::RetireProgrammeRequest>) -> Reply<pb::Programme> {
        self.desk.change(&request, rules::retire).await
    }

    type GetProgrammeCatalogueStream = Pieces;

    async fn get_programme_catalogue(
        &self,
        request: Request<pb::GetProgrammeCatalogueRequest>,
    ) -> Reply<Self::GetProgrammeCatalogueStream> {
        let context = &self.desk.context;
        let (reader, now) = (context.database.reader(), context.clock.now());
        let programmes = store::published(reader).await.map_err(Error::from)?;
        let since = if request.get_ref().with_past { Micros::MIN } else { now };
        let sessions = session::store::held(reader, since).await.map_err(Error::from)?;
        let mut of: HashMap<&str, Vec<&session::row::Model>> = HashMap::new();
        for session in &sessions {
            of.entry(&session.programme).or_default().push(session);
        }
        let with = |programme: &Model| of.get(programme.name.as_str()).cloned().unwrap_or_default();
        let told = catalogue::catalogue(programmes.iter().map(|programme| (programme, with(programme))));
        let file = serde_json::to_vec_pretty(&told).map_err(Error::internal)?;
        let mut pieces: Vec<FileChunk> = file
            .chunks(PIECE)
            .map(|piece| FileChunk { chunk: piece.to_vec(), ..FileChunk::default() })
            .collect();
        if let Some(first) = pieces.first_mut() {
            "catalogue.jsonld".clone_into(&mut first.file_name);
            "application/ld+json".clone_into(&mut first.mime_type);
        }
        Ok(tonic::Response::new(Box::pin(futures::stream::iter(pieces.into_iter().map(Ok)))))
    }

    async fn suggest_programmes(
        &self,
        request: Request<pb::SuggestProgrammesRequest>,
    ) -> Reply<pb::SuggestProgrammesResponse> {
        let caller = Caller::of(&request);
        let subject = &request.get_ref().subject;
        if subject.is_empty() {
            return Err(Error::required("subject").into());
        }
        let reader = self.desk.context.database.reader();
        let assessed = capacity_assessment::store::latest(reader, subject).await.map_err(Error::from)?;
        let assessed = assessed.filter(|assessed| assessed.seen_by(&caller));
        let assessed = assessed.ok_or_else(|| Error::not_found(subject))?;
        let helping = store::helping(reader).await.map_err(Error::from)?;
        let mut suggestions = capacity_assessment::suggest::suggest(&assessed, helping);
        suggestions.truncate(MOST_SUGGESTIONS);
        reply(pb::SuggestProgrammesResponse { suggestions, capacity_assessment: assessed.name })
    }

    async fn get_programme_evaluation(
        &self,
        request: Request<pb::GetProgrammeEvaluationRequest>,
    ) -> Reply<pb::Evaluation> {
        let caller = Caller::of(&request);
        let programme = self.desk.find(&caller, &request.get_ref().name).await?;
        let (db, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let held = evaluation::store::held(db, session::store::named(&programme.name)).await?;
        let k = self.settings.current().await?.public_k;
        let told = evaluation::store::evaluate(db, &held, k, now).await?;
        let expected = evaluation::rules::expected(&programme.project_indicators, &held);
        let indicators = self.indicators.found(&caller, &expected).await?;
        reply(pb::Evaluation {
            subject: programme.name,
            title: programme.title.set(),
            indicators: indicators.into_iter().map(evaluation::rules::expected_result).collect(),
            ..told
        })
    }

    async fn summarize_training(
        &self,
        request: Request<pb::SummarizeTrainingRequest>,
    ) -> Reply<pb::SummarizeTrainingResponse> {
        let caller = Caller::of(&request);
        let pb::SummarizeTrainingRequest { partner, year, quarter } = request.into_inner();
        let span = summary::span(year, quarter)?;
        if !partner.is_empty() {
            name::check_reference("partner", PARTNER, &partner)?;
        }
        let (db, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let sessions = evaluation::store::counted(db, &partner, span, now).await?;
        let published = store::published(db).await.map_err(Error::from)?;
        let provides = |known: &&Model| partner.is_empty() || known.provided_by(&partner);
        let all = caller.oversees() || caller.belongs_to(&partner);
        let k = self.settings.current().await?.public_k;
        let told = summary::summarize(&sessions, k, all);
        let together = match year {
            0 => Some(evaluation::store::together(db, &partner, k).await?),
            _ => None,
        };
        let (pass_rate, learning) = together.unzip();
        let capacity = match (partner.as_str(), year) {
            ("", 0) => {
                let compared = evaluation::store::compared(db).await?;
                Some(evaluation::rules::progress(&compared, k, caller.oversees()))
            }
            _ => None,
        };
        let count = |programmes: usize| i32::try_from(programmes).unwrap_or(i32::MAX);
        let lacking = published.iter().filter(provides).filter(|known| !rules::gaps(known).is_empty());
        reply(pb::SummarizeTrainingResponse {
            programmes: count(published.iter().filter(provides).count()),
            programmes_with_gaps: count(lacking.count()),
            pass_rate,
            learning,
            capacity,
            ..told
        })
    }

    async fn get_programme_revision(
        &self,
        request: Request<pb::GetProgrammeRevisionRequest>,
    ) -> Reply<pb::ProgrammeRevision> {
        self.revisions.published(&request.get_ref().name).await
    }

    async fn list_programme_revisions(
        &self,
        request: Request<pb::ListProgrammeRevisionsRequest>,
    ) -> Reply<pb::ListProgrammeRevisionsResponse> {
        let page = self.revisions.published_of(&Caller::of(&request), request.get_ref()).await?;
        let (programme_revisions, next_page_token) = (page.rows, page.next_page_token);
        reply(pb::ListProgrammeRevisionsResponse { programme_revisions, next_page_token })
    }
}
