//! The conversation about participants: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::participant_service_server::{ParticipantService, ParticipantServiceServer};
use tonic::Request;

use super::row::Model;
use super::{export, rules, store, sweep};
use crate::certificate::Office;
use peers::settings::Settings;

pub(crate) fn service(
    context: &Context,
    settings: Settings,
    certificates: Office,
) -> ParticipantServiceServer<Participants> {
    context.spawn(sweep::run(context.clone(), settings));
    ParticipantServiceServer::new(Participants(Desk::new(context), certificates))
}

pub(crate) struct Participants(Desk<Model>, Office);

#[tonic::async_trait]
impl ParticipantService for Participants {
    async fn create_participant(
        &self,
        request: Request<pb::CreateParticipantRequest>,
    ) -> Reply<pb::Participant> {
        let (call, request) = self.0.open(request)?;
        let draft = request.participant.unwrap_or_default();
        let participant = rules::create(&request.participant_id, &draft, &call)?;
        self.0.create(call, participant).await
    }

    async fn get_participant(&self, request: Request<pb::GetParticipantRequest>) -> Reply<pb::Participant> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_participants(
        &self,
        request: Request<pb::ListParticipantsRequest>,
    ) -> Reply<pb::ListParticipantsResponse> {
        let caller = Caller::of(&request);
        let page = self.0.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListParticipantsResponse { participants: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_participant(
        &self,
        request: Request<pb::UpdateParticipantRequest>,
    ) -> Reply<pb::Participant> {
        self.0.update(request, rules::corrects, rules::update).await
    }

    async fn erase_participant(
        &self,
        request: Request<pb::EraseParticipantRequest>,
    ) -> Reply<pb::Participant> {
        let (call, request) = self.0.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let (own, asked) = (Call::own("training", &self.0.context.clock), request.name);
        let erased = self.0.once(call, move |unit, call| {
            let (own, asked) = (own.clone(), asked.clone());
            async move { store::erase(unit, call, &own, &asked).await }.boxed()
        });
        erased.await
    }

    async fn export_participant_data(
        &self,
        request: Request<pb::ExportParticipantDataRequest>,
    ) -> Reply<pb::ExportParticipantDataResponse> {
        let caller = Caller::of(&request);
        let person = self.0.find(&caller, &request.get_ref().name).await?;
        let (reader, now) = (self.0.context.database.reader(), self.0.context.clock.now());
        let json = export::json(reader, &self.1, person, now).await?;
        reply(pb::ExportParticipantDataResponse { json })
    }
}
