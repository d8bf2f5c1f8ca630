//! Stories of the pool of trainers.

use proto::auth::Role;
use proto::common::Alignment;
use proto::common::alignment::Framework;
use proto::training as pb;
use proto::training::trainer::State;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answered = Result<tonic::Response<pb::Trainer>, tonic::Status>;

pub(crate) fn draft(partner: &str, user: &str) -> pb::Trainer {
    let competence = Alignment {
        framework: Framework::Digcomp.into(),
        target_code: "1.2".to_owned(),
        ..Default::default()
    };
    pb::Trainer {
        user: user.to_owned(),
        partner: partner.to_owned(),
        competences: vec![competence],
        languages: vec!["fr".to_owned()],
        bio: Some(sample::text("fr", "Dix ans d'ateliers.")),
        available: true,
        ..Default::default()
    }
}

async fn create(by: &Caller, trainer: pb::Trainer) -> Answered {
    let request = pb::CreateTrainerRequest { trainer: Some(trainer), ..Default::default() };
    by.trainers().create_trainer(request).await
}

async fn approve(by: &Caller, name: &str) -> Answered {
    let request = pb::ApproveTrainerRequest { name: name.to_owned(), ..Default::default() };
    by.trainers().approve_trainer(request).await
}

pub(crate) async fn suspend(by: &Caller, name: &str) -> Answered {
    let request = pb::SuspendTrainerRequest {
        name: name.to_owned(),
        reason: "Complaints.".to_owned(),
        ..Default::default()
    };
    by.trainers().suspend_trainer(request).await
}

async fn read(by: &Caller, name: &str) -> Answered {
    by.trainers().get_trainer(pb::GetTrainerRequest { name: name.to_owned() }).await
}

/// An approved trainer of a partner: the resource, and the person.
pub(crate) async fn approved(network: &'static Network, partner: &str) -> (pb::Trainer, Caller) {
    let person = network.member(partner, Role::Trainer).await;
    let admin = network.partner_admin(partner).await;
    let made = done(create(&admin, draft(partner, &person.name)).await);
    (done(approve(&network.coordinator().await, &made.name).await), person)
}

async fn trn_6_the_pool_is_everyones_and_says_nobodys_account(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let (coordinator, nobody) = (network.coordinator().await, network.anonymous());
    let person = network.member(&partner, Role::Trainer).await;
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        create(&network.outsider().await, draft(&partner, &person.name)).await,
    );
    let made = done(create(&admin, draft(&partner, &person.name)).await);
    assert_eq!(
        (made.state(), made.awaiting.as_str(), &made.user),
        (State::Pending, "COORDINATOR", &person.name)
    );
    expect(Code::NotFound, "NOT_FOUND", read(&nobody, &made.name).await);
    let again = create(&admin, draft(&partner, &person.name)).await;
    assert_eq!(expect(Code::AlreadyExists, "ALREADY_EXISTS", again).facts["holder"], made.name);

    expect(Code::PermissionDenied, "PERMISSION_DENIED", approve(&admin, &made.name).await);
    done(approve(&coordinator, &made.name).await);
    let pool = pb::ListTrainersRequest {
        filter: format!("partner = \"{partner}\" AND competences.target_code:\"1.2\""),
        ..Default::default()
    };
    let listed = done(nobody.trainers().list_trainers(pool).await).trainers;
    assert_eq!((listed.len(), listed[0].user.as_str(), &listed[0].name), (1, "", &made.name));
    assert_eq!(done(read(&person, &made.name).await).user, person.name);
    let reviewer = network.reviewer().await;
    assert_eq!(done(read(&reviewer, &made.name).await).user, "");

    // What they say of themselves is theirs to change, who they are is nobody's.
    let busy = pb::Trainer { available: false, etag: String::new(), ..made.clone() };
    let mask = |path: &str| Some(prost_types::FieldMask { paths: vec![path.to_owned()] });
    let update = |trainer: pb::Trainer, path: &str| pb::UpdateTrainerRequest {
        trainer: Some(trainer),
        update_mask: mask(path),
        ..Default::default()
    };
    let changed = done(person.trainers().update_trainer(update(busy.clone(), "available")).await);
    assert!(!changed.available);
    let other = pb::Trainer { user: admin.name.clone(), ..busy };
    let refused = admin.trainers().update_trainer(update(other, "user")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["trainer.user"]);

    done(suspend(&coordinator, &made.name).await);
    expect(Code::NotFound, "NOT_FOUND", read(&nobody, &made.name).await);
    assert_eq!(done(read(&person, &made.name).await).state(), State::Suspended);
}

/// Nobody is approved who has not accepted the invitation.
async fn a_trainer_is_an_active_account(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let coordinator = network.coordinator().await;
    let (_, invited, _) = network.invited(&[]).await;
    for user in [invited, "users/nobody".to_owned()] {
        let made = done(create(&admin, draft(&partner, &user)).await);
        expect(Code::FailedPrecondition, "USER_ACTIVE", approve(&coordinator, &made.name).await);
        let retire = pb::RetireTrainerRequest {
            name: made.name,
            reason: "A mistake.".to_owned(),
            ..Default::default()
        };
        done(admin.trainers().retire_trainer(retire).await);
    }
}

told_everywhere!(trn_6_the_pool_is_everyones_and_says_nobodys_account, a_trainer_is_an_active_account);
