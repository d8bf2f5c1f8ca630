//! The conversation about sessions: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::Outcome;
use chassis::error::Error;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, idempotency, name, say};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::session_service_server::{SessionService, SessionServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store, sweep};
use crate::enrolment::{self, seats};
use crate::programme::rules::PATTERN as PROGRAMME;
use peers::Places;
use peers::settings::Settings;

pub(crate) fn service(
    context: &Context,
    places: Places,
    settings: Settings,
) -> SessionServiceServer<Sessions> {
    context.spawn(sweep::run(context.clone()));
    SessionServiceServer::new(Sessions { desk: Desk::new(context), places, settings })
}

/// Lines of attendance in one request, at most.
const MOST_ENTRIES: usize = 500;

pub(crate) struct Sessions {
    desk: Desk<Model>,
    places: Places,
    settings: Settings,
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
        let (own, asked) = (self.own(), Arc::new((patch, request.update_mask)));
        let done = self.desk.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), Arc::clone(&asked));
            async move { store::update(unit, call, &own, &asked.0, asked.1.as_ref()).await }.boxed()
        });
        done.await
    }

    async fn open_session(&self, request: Request<pb::OpenSessionRequest>) -> Reply<pb::Session> {
        let (call, request) = self.desk.open(request)?;
        // Nothing is asked of a peer for a session that could not be opened.
        let rehearsal = Call { validate_only: true, ..call.clone() };
        let rehearsed = self.desk.change_as(rehearsal, &request.name, rules::open).await?.into_inner();
        self.places.must_exist(&call.caller, &places(&rehearsed)).await?;
        self.desk.change_as(call, &request.name, rules::open).await
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
}

impl Sessions {
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
