//! The conversation about participations: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::networks::{Networks, wait};
use chassis::seal::Seals;
use chassis::serve::address_of;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::projects as pb;
use proto::projects::participation_service_server::{ParticipationService, ParticipationServiceServer};
use tonic::{Request, Response};

use super::row::Model;
use super::rules::{self, Calendar, PATTERN};
use super::{challenge, describe, store, subject, summary, sweep};
use crate::recommended::Recommendations;
use crate::settings::Settings;

/// Participations without an account from one network: at once, and a second for ever (three a minute).
const BURST: f64 = 60.0;
const RATE: f64 = 0.05;

pub(crate) fn service(
    context: &Context,
    settings: &Settings,
) -> Result<ParticipationServiceServer<Participations>> {
    let recommendations = Recommendations::new(context)?;
    context.spawn(sweep::run(context.clone(), settings.clone(), recommendations.clone()));
    Ok(ParticipationServiceServer::new(Participations {
        desk: Desk::new(context),
        settings: settings.clone(),
        recommendations,
        seals: Seals::open(&context.config)?,
        said: Networks::new(BURST, RATE),
        asked: challenge::asked(),
    }))
}

pub(crate) struct Participations {
    desk: Desk<Model>,
    settings: Settings,
    recommendations: Recommendations,
    seals: Seals,
    /// What networks without an account have said, and the challenges that they asked for.
    said: Networks,
    asked: Networks,
}

#[tonic::async_trait]
impl ParticipationService for Participations {
    async fn create_participation(
        &self,
        mut request: Request<pb::CreateParticipationRequest>,
    ) -> Reply<pb::Participation> {
        let from = address_of(&request);
        // Before anything is hashed, logged or sent on: it is in nothing that is kept.
        let contact = std::mem::take(&mut request.get_mut().contact);
        let (call, request) = self.desk.open(request)?;
        let draft = request.participation.unwrap_or_default();
        rules::may_say(&call.caller, &draft)?;
        let solved = match rules::is_known(&call.caller) {
            true => None,
            false => {
                if let Some(from) = from {
                    self.said.admit(from, call.now).map_err(wait)?;
                    self.said.count(from, call.now);
                }
                let keys = &self.desk.context.token_keys;
                Some(challenge::solved(keys, &request.challenge, request.solution)?)
            }
        };
        let calendar = self.calendar(&call.caller).await?;
        let row = rules::create(&request.participation_id, &draft, calendar, &call)?;
        let voice = describe::voice(&call.caller, &row, &contact)?;
        subject::ask(&self.recommendations, &call.caller, &row.subject, calendar.zone, call.now).await?;
        let (caller, seals) = (Arc::clone(&call.caller), self.seals.clone());
        let said = self.desk.store.once(call, move |unit, call| {
            let (row, voice, solved, seals) = (row.clone(), voice.clone(), solved.clone(), seals.clone());
            async move {
                store::say(unit, call, row, voice.as_ref(), solved.as_ref(), calendar, &seals).await
            }
            .boxed()
        });
        // Whoever says something is shown what was understood.
        let said = said.await?;
        let (body, pseudonym) = (said.body.clone(), said.pseudonym.clone());
        let answer = self.desk.answer(&caller, said)?.into_inner();
        Ok(Response::new(pb::Participation { body, pseudonym, ..answer }))
    }

    async fn get_participation_challenge(
        &self,
        request: Request<pb::GetParticipationChallengeRequest>,
    ) -> Reply<pb::ParticipationChallenge> {
        let (keys, now) = (&self.desk.context.token_keys, self.desk.context.clock.now());
        reply(challenge::issue(keys, &self.asked, address_of(&request), now)?)
    }

    async fn get_participation(
        &self,
        request: Request<pb::GetParticipationRequest>,
    ) -> Reply<pb::Participation> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_participations(
        &self,
        request: Request<pb::ListParticipationsRequest>,
    ) -> Reply<pb::ListParticipationsResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListParticipationsResponse {
            participations: page.rows,
            next_page_token: page.next_page_token,
        })
    }

    async fn moderate_participation(
        &self,
        request: Request<pb::ModerateParticipationRequest>,
    ) -> Reply<pb::Participation> {
        let calendar = self.calendar(&Caller::of(&request)).await?;
        let asked = request.get_ref().clone();
        self.desk.change(&request, move |row, call| rules::moderate(row, &asked, calendar, call)).await
    }

    async fn answer_participation(
        &self,
        request: Request<pb::AnswerParticipationRequest>,
    ) -> Reply<pb::Participation> {
        let calendar = self.calendar(&Caller::of(&request)).await?;
        let asked = request.get_ref().clone();
        self.desk.change(&request, move |row, call| rules::answer(row, &asked, calendar, call)).await
    }

    async fn hide_participation(
        &self,
        request: Request<pb::HideParticipationRequest>,
    ) -> Reply<pb::Participation> {
        let reason = request.get_ref().reason_code;
        self.desk.change(&request, move |row, call| rules::hide(row, reason, call)).await
    }

    async fn convert_participation(
        &self,
        request: Request<pb::ConvertParticipationRequest>,
    ) -> Reply<pb::Participation> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", PATTERN, &request.name)?;
        let work = self.desk.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::convert(unit, call, &request).await }.boxed()
        });
        work.await
    }

    async fn summarize_participations(
        &self,
        request: Request<pb::SummarizeParticipationsRequest>,
    ) -> Reply<pb::SummarizeParticipationsResponse> {
        let calendar = self.calendar(&Caller::of(&request)).await?;
        let (db, now) = (self.desk.store.database().reader(), self.desk.context.clock.now());
        reply(summary::of(db, request.get_ref(), calendar.zone, now).await?)
    }
}

impl Participations {
    async fn calendar(&self, caller: &Caller) -> Result<Calendar> {
        Ok(Calendar::from(&*self.settings.current(caller).await?))
    }
}
