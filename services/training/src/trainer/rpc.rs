//! The conversation about trainers: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply};
use proto::training as pb;
use proto::training::trainer_service_server::{TrainerService, TrainerServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};
use peers::{Partners, People};

pub(crate) fn service(
    context: &Context,
    partners: &Partners,
    people: People,
) -> TrainerServiceServer<Trainers> {
    TrainerServiceServer::new(Trainers { desk: Desk::new(context), partners: partners.clone(), people })
}

pub(crate) struct Trainers {
    desk: Desk<Model>,
    partners: Partners,
    people: People,
}

#[tonic::async_trait]
impl TrainerService for Trainers {
    async fn create_trainer(&self, request: Request<pb::CreateTrainerRequest>) -> Reply<pb::Trainer> {
        let (call, request) = self.desk.open(request)?;
        let draft = request.trainer.unwrap_or_default();
        call.caller.must(call.caller.administers(&draft.partner), &draft.partner)?;
        let trainer = rules::create(&request.trainer_id, &draft, &call)?;
        self.desk.create(call, trainer).await
    }

    async fn get_trainer(&self, request: Request<pb::GetTrainerRequest>) -> Reply<pb::Trainer> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_trainers(
        &self,
        request: Request<pb::ListTrainersRequest>,
    ) -> Reply<pb::ListTrainersResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListTrainersResponse { trainers: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_trainers(
        &self,
        request: Request<pb::BatchGetTrainersRequest>,
    ) -> Reply<pb::BatchGetTrainersResponse> {
        let caller = Caller::of(&request);
        let trainers = self.desk.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetTrainersResponse { trainers })
    }

    async fn update_trainer(&self, request: Request<pb::UpdateTrainerRequest>) -> Reply<pb::Trainer> {
        self.desk.update(request, rules::describes, rules::update).await
    }

    async fn approve_trainer(&self, request: Request<pb::ApproveTrainerRequest>) -> Reply<pb::Trainer> {
        let (call, request) = self.desk.open(request)?;
        let approve = |trainer: &mut Model, by: &Call| rules::take("ApproveTrainer", trainer, by);
        // Nothing is asked of a peer for a trainer who could not be approved; who they are never changes.
        let rehearsal = Call { validate_only: true, ..call.clone() };
        let rehearsed = self.desk.change_as(rehearsal, &request.name, approve).await?.into_inner();
        self.partners.must_take_part(&call.caller, "partner", &[rehearsed.partner]).await?;
        self.people.must_be_active(&call.caller, "user", &rehearsed.user).await?;
        self.desk.change_as(call, &request.name, approve).await
    }

    async fn suspend_trainer(&self, request: Request<pb::SuspendTrainerRequest>) -> Reply<pb::Trainer> {
        self.desk
            .change(&request, |trainer, call| rules::take_for_a_reason("SuspendTrainer", trainer, call))
            .await
    }

    async fn reinstate_trainer(&self, request: Request<pb::ReinstateTrainerRequest>) -> Reply<pb::Trainer> {
        self.desk.change(&request, |trainer, call| rules::take("ReinstateTrainer", trainer, call)).await
    }

    async fn retire_trainer(&self, request: Request<pb::RetireTrainerRequest>) -> Reply<pb::Trainer> {
        self.desk
            .change(&request, |trainer, call| rules::take_for_a_reason("RetireTrainer", trainer, call))
            .await
    }
}
