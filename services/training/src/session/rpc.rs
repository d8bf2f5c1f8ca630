//! The conversation about sessions: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::Outcome;
use chassis::error::{Error, Result};
use chassis::gap::Gap;
use chassis::seal::Seals;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, idempotency, mask, name, say};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::session_service_server::{SessionService, SessionServiceServer};
use tonic::Request;

use super::drawn::{self, Pledge};
use super::row::Model;
use super::{rules, store, sweep};
use crate::enrolment::{self, seats};
use crate::programme::rules::PATTERN as PROGRAMME;
use crate::{evaluation, feedback};
use peers::settings::Settings;
use peers::{COMMITMENT, Commitments, Indicators, Places};

pub(crate) fn service(
    context: &Context,
    places: Places,
    commitments: Commitments,
    indicators: Indicators,
    settings: Settings,
    seals: Seals,
) -> SessionServiceServer<Sessions> {
    context.spawn(sweep::run(context.clone()));
    let desk = Desk::new(context);
    SessionServiceServer::new(Sessions { desk, places, commitments, indicators, settings, seals })
}

/// Lines of attendance in one request, at most.
const MOST_ENTRIES: usize = 500;

pub(crate) struct Sessions {
    desk: Desk<Model>,
    places: Places,
    commitments: Commitments,
    indicators: Indicators,
    settings: Settings,
    seals: Seals,
}

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn create_session(&self, request: Request<pb::CreateSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        name::id("parent", PROGRAMME, &request.parent)?;
        let draft = request.session.unwrap_or_default();
        let row = rules::create(&request.parent, &request.session_id, &draft, &call)?;
        self.desk.once(call, move |unit, call| store::create(unit, call, row.clone()).boxed()).await
    }

    async fn get_session(&self, request: Request<pb::GetSessionRequest>) -> Reply<pb::Session> {
        let caller = Caller::of(&request);
        let session = self.desk.find(&caller, &request.get_ref().name).await?;
        // Whoever has a seat is told how to join.
        let reader = self.desk.context.database.reader();
        let takes_part = enrolment::store::takes_part(reader, &caller, &session.name).await;
        let meetings = takes_part.map_err(Error::from)?.then(|| session.meetings.clone().into_inner());
        let mut answer = self.desk.answer(&caller, session)?;
        if let Some(meetings) = meetings {
            answer.get_mut().meetings = meetings;
        }
        Ok(answer)
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Reply<pb::ListSessionsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", PROGRAMME, &request.parent)?;
        sweep::catch_up(&self.desk.context).await?;
        let visible = store::visible(&caller, parent.map(|_| request.parent.as_str()));
        let page = self.desk.list(&caller, request, visible).await?;
        reply(pb::ListSessionsResponse { sessions: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_sessions(
        &self,
        request: Request<pb::BatchGetSessionsRequest>,
    ) -> Reply<pb::BatchGetSessionsResponse> {
        let caller = Caller::of(&request);
        let sessions = self.desk.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetSessionsResponse { sessions })
    }

    async fn update_session(&self, request: Request<pb::UpdateSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        let patch = request.session.unwrap_or_default();
        name::check_reference("session.name", rules::PATTERN, &patch.name)?;
        let pledge = self.to_draw(&call.caller, &patch, request.update_mask.as_ref()).await?;
        let (own, asked) = (self.own(), Arc::new((patch, request.update_mask, pledge)));
        let done = self.desk.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), Arc::clone(&asked));
            let work = async move {
                let (patch, mask, pledge) = &*asked;
                store::update(unit, call, &own, patch, mask.as_ref(), pledge.as_ref()).await
            };
            work.boxed()
        });
        done.await
    }

    async fn open_session(&self, request: Request<pb::OpenSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        // Nothing is asked of a peer for a session that could not be opened.
        let rehearsal = Call { validate_only: true, ..call.clone() };
        let open = |pledge: Option<Pledge>| {
            move |session: &mut Model, call: &Call| {
                session.known.pledge.clone_from(&pledge);
                rules::open(session, call)
            }
        };
        let rehearsed =
            self.desk.change_as(rehearsal, &request.name, open(Some(Pledge::rehearsed()))).await?;
        let rehearsed = rehearsed.into_inner();
        self.places.must_exist(&call.caller, &places(&rehearsed)).await?;
        let indicators = &rehearsed.project_indicators;
        self.indicators.must_exist(&call.caller, "project_indicators", indicators).await?;
        let pledge = match rehearsed.commitment.as_str() {
            "" => None,
            name => Some(self.pledge(&call.caller, name, &rehearsed.providers).await?),
        };
        self.desk.change_as(call, &request.name, open(pledge)).await
    }

    async fn reschedule_session(&self, request: Request<pb::RescheduleSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        let meetings = Arc::new(request.meetings);
        let rule = move |session: &mut Model, call: &Call| rules::reschedule(session, &meetings, call);
        self.desk.change_as(call, &request.name, rule).await
    }

    async fn cancel_session(&self, request: Request<pb::CancelSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let own = self.own();
        let done = self.desk.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), request.name.clone());
            async move { store::cancel(unit, call, &own, &asked).await }.boxed()
        });
        done.await
    }

    async fn close_session(&self, request: Request<pb::CloseSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let (own, k) = (self.own(), self.settings.current().await?.public_k);
        let done = self.desk.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), request.name.clone());
            async move { store::close(unit, call, &own, &asked, k).await }.boxed()
        });
        done.await
    }

    async fn record_attendance(
        &self,
        request: Request<pb::RecordAttendanceRequest>,
    ) -> Reply<pb::RecordAttendanceResponse> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        if !(1..=MOST_ENTRIES).contains(&request.entries.len()) {
            let why = say!("1 to {MOST_ENTRIES} of them", "de 1 à {MOST_ENTRIES}");
            return Err(Error::invalid("entries", why).into());
        }
        let asked = Arc::new(request);
        let database = self.desk.store.database();
        let answer = idempotency::once(database, "training", call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move {
                let changed = seats::record(unit, call, &asked).await?;
                let unchanged = i32::try_from(asked.entries.len()).unwrap_or(i32::MAX) - changed;
                Ok(Outcome::Keep(pb::RecordAttendanceResponse { changed, unchanged }))
            }
            .boxed()
        });
        reply(answer.await?)
    }

    async fn get_feedback_tokens(
        &self,
        request: Request<pb::GetFeedbackTokensRequest>,
    ) -> Reply<pb::FeedbackTokens> {
        let caller = Caller::of(&request);
        let session = self.desk.find(&caller, &request.get_ref().name).await?;
        feedback::rules::takes_feedback(&session)?;
        let (database, now) = (&self.desk.context.database, self.desk.context.clock.now());
        let all = enrolment::store::of_session(database.reader(), &session.name, &[]).await;
        let mut all = all.map_err(Error::from)?;
        enrolment::store::inform(&mut all, &database.reader().into(), now).await.map_err(Error::from)?;
        all.retain(|one| {
            let hands_out = rules::teaches(&caller, &session) || enrolment::rules::is_theirs(&caller, one);
            hands_out && feedback::rules::is_asked(one)
        });
        if all.is_empty() {
            return reply(pb::FeedbackTokens::default());
        }
        let secret = feedback::store::secret(database, &self.seals, &session.name).await?;
        let tokens = all.into_iter().map(|one| {
            let (token, enrolment) = (secret.token(&one.name), pb::Enrolment::from(one));
            let participant_display_name = enrolment.participant_display_name;
            pb::FeedbackToken { enrolment: enrolment.name, participant_display_name, token }
        });
        reply(pb::FeedbackTokens { tokens: tokens.collect() })
    }

    async fn submit_session_feedback(
        &self,
        request: Request<pb::SubmitSessionFeedbackRequest>,
    ) -> Reply<pb::SubmitSessionFeedbackResponse> {
        let said = Arc::new(request.into_inner());
        name::check_reference("name", rules::PATTERN, &said.name)?;
        let (answers, seals) = (feedback::rules::answers(&said)?, self.seals.clone());
        let counted = self.desk.context.database.write("training", move |unit| {
            let (said, seals) = (Arc::clone(&said), seals.clone());
            async move {
                let counted = feedback::store::submit(unit, &seals, &said, answers).await?;
                Ok(if counted { Outcome::Keep(true) } else { Outcome::Discard(false) })
            }
            .boxed()
        });
        reply(pb::SubmitSessionFeedbackResponse { counted: counted.await? })
    }

    async fn get_session_evaluation(
        &self,
        request: Request<pb::GetSessionEvaluationRequest>,
    ) -> Reply<pb::Evaluation> {
        let caller = Caller::of(&request);
        let session = self.desk.find(&caller, &request.get_ref().name).await?;
        let (db, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let held = evaluation::store::held(db, store::named(&session.name)).await?;
        let k = self.settings.current().await?.public_k;
        let told = evaluation::store::evaluate(db, &held, k, now).await?;
        let title = session.known.content.as_ref().and_then(|content| content.title.clone());
        let taught = session.known.content.as_ref();
        let taught = taught.map(|content| content.project_indicators.as_slice()).unwrap_or_default();
        let own = [session.project_indicators.as_slice(), taught].concat();
        let expected = evaluation::rules::expected(&own, &held);
        let indicators = self.indicators.found(&caller, &expected).await?;
        let indicators = indicators.into_iter().map(evaluation::rules::expected_result).collect();
        reply(pb::Evaluation { subject: session.name, title, indicators, ..told })
    }

    async fn summarize_seats(
        &self,
        request: Request<pb::SummarizeSeatsRequest>,
    ) -> Reply<pb::SummarizeSeatsResponse> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().commitment;
        name::check_reference("commitment", COMMITMENT, asked)?;
        let entitled = drawn::entitled(&self.commitments.find(&caller, asked).await?)?;
        let (db, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let (all, names) = store::drawn_from(db, asked, "").await.map_err(Error::from)?;
        let found = store::by_name(&db.into(), names.iter(), now).await.map_err(Error::from)?;
        let draw = |session: &Model| pb::SeatDraw {
            session: session.name.clone(),
            title: session.known.content.as_ref().and_then(|content| content.title.clone()),
            state: session.state.number(),
            start_time: Some(session.start_time.to_timestamp()),
            seats: session.commitment_seats,
        };
        reply(pb::SummarizeSeatsResponse {
            commitment: asked.clone(),
            entitled_seats: entitled,
            drawn_seats: all,
            left_seats: (entitled - all).max(0),
            draws: names.iter().filter_map(|name| found.get(name)).map(|session| draw(session)).collect(),
            warnings: drawn::warnings(entitled, all).iter().map(Gap::message).collect(),
        })
    }
}

impl Sessions {
    /// What its commitment has, when an open session is to draw more; where nothing is to be drawn, nobody is asked.
    async fn to_draw(
        &self,
        caller: &Caller,
        patch: &pb::Session,
        mask: Option<&prost_types::FieldMask>,
    ) -> Result<Option<Pledge>> {
        // Who may not, or names none, is told so by the change itself.
        let Ok(row) = self.desk.store.get(&patch.name).await else { return Ok(None) };
        if !rules::looks_after(caller, &row) || !drawn::DRAWS.contains(&row.state.get()) {
            return Ok(None);
        }
        let (providers, current) = (row.providers().to_vec(), pb::Session::from(row));
        let draft = mask::apply(&current, patch, mask)?;
        let same = draft.commitment == current.commitment;
        if draft.commitment.is_empty() || same && draft.commitment_seats <= current.commitment_seats {
            return Ok(None);
        }
        name::check_reference("session.commitment", COMMITMENT, &draft.commitment)?;
        self.pledge(caller, &draft.commitment, &providers).await.map(Some)
    }

    /// What these providers may draw from a commitment, now.
    async fn pledge(&self, caller: &Caller, name: &str, providers: &[String]) -> Result<Pledge> {
        let found = self.commitments.find(caller, name).await?;
        let receiver = self.commitments.receiver(caller, &found).await?;
        drawn::pledge(&found, &receiver, providers)
    }

    /// What the registry does by itself in consequence.
    fn own(&self) -> Call {
        Call::own("training", &self.desk.context.clock)
    }
}

/// The territories that a session names, with the fields that do.
fn places(session: &pb::Session) -> Vec<(String, String)> {
    let own = ("territory".to_owned(), session.territory.clone());
    let venues = session.meetings.iter().enumerate().filter_map(|(index, meeting)| {
        let venue = meeting.venue.as_ref()?;
        Some((format!("meetings[{index}].venue.territory"), venue.territory.clone()))
    });
    std::iter::once(own).chain(venues).filter(|(_, territory)| !territory.is_empty()).collect()
}
