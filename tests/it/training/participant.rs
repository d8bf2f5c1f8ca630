//! Stories of the people who learn: who is told of them, and what is left of them.

use proto::auth::Role;
use proto::common::ListAuditEventsRequest;
use proto::training as pb;
use proto::training::event_service_client::EventServiceClient;
use proto::training::participant::State;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::{Network, in_days};

type Answered = Result<tonic::Response<pb::Participant>, tonic::Status>;

/// A person, with words that nobody else has.
pub(crate) fn draft(partner: &str) -> pb::Participant {
    let canary = crate::sample::word();
    pb::Participant {
        partner: partner.to_owned(),
        given_name: format!("Awa{canary}"),
        family_name: format!("Diop{canary}"),
        email: format!("{canary}@example.org"),
        phone: "+221 33 000 00 00".to_owned(),
        language_code: "fr".to_owned(),
        information_notice_time: Some(in_days(-1)),
        ..Default::default()
    }
}

pub(crate) async fn create(by: &Caller, participant: pb::Participant) -> Answered {
    let request = pb::CreateParticipantRequest { participant: Some(participant), ..Default::default() };
    by.participants().create_participant(request).await
}

/// Someone with an account who learns: the person, and what is kept of them.
pub(crate) async fn learner(network: &'static Network) -> (Caller, pb::Participant) {
    let person = network.person(&[]).await;
    let kept = done(create(&person, draft("")).await);
    (person, kept)
}

pub(crate) async fn read(by: &Caller, name: &str) -> Answered {
    by.participants().get_participant(pb::GetParticipantRequest { name: name.to_owned() }).await
}

pub(crate) async fn erase(by: &Caller, name: &str) -> Answered {
    let request = pb::EraseParticipantRequest { name: name.to_owned(), ..Default::default() };
    by.participants().erase_participant(request).await
}

pub(crate) async fn export(
    by: &Caller,
    name: &str,
) -> Result<tonic::Response<pb::ExportParticipantDataResponse>, tonic::Status> {
    let request = pb::ExportParticipantDataRequest { name: name.to_owned() };
    by.participants().export_participant_data(request).await
}

async fn listed(by: &Caller) -> Vec<String> {
    let request = pb::ListParticipantsRequest { page_size: 1000, ..Default::default() };
    let page = done(by.participants().list_participants(request).await);
    page.participants.into_iter().map(|person| person.name).collect()
}

/// One's own, and one's organisation's: for everyone else they are not there.
async fn who_a_person_is_few_are_told(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let (person, own) = learner(network).await;
    assert_eq!((&own.user, own.partner.as_str()), (&person.name, ""));
    let entered = done(create(&admin, draft(&partner)).await);
    assert_eq!(entered.user, "", "without an account");
    let trainer = network.colleague(&partner, Role::Trainer).await;
    let machine = network.integration(&partner, &["training.*"]).await;
    for (by, sees_own, sees_entered) in [
        (&person, true, false),
        (&admin, false, true),
        (&machine, false, true),
        (&trainer, false, false),
        (&network.outsider().await, false, false),
        (&network.reviewer().await, false, false),
        (&network.coordinator().await, true, true),
    ] {
        for (name, sees) in [(&own.name, sees_own), (&entered.name, sees_entered)] {
            match sees {
                true => assert!(!done(read(by, name).await).given_name.is_empty()),
                false => drop(expect(Code::NotFound, "NOT_FOUND", read(by, name).await)),
            }
        }
        let listed = listed(by).await;
        assert_eq!((listed.contains(&own.name), listed.contains(&entered.name)), (sees_own, sees_entered));
    }
    expect(Code::Unauthenticated, "UNAUTHENTICATED", read(&network.anonymous(), &own.name).await);
    // One account, one place where a person is known.
    expect(Code::AlreadyExists, "ALREADY_EXISTS", create(&person, draft("")).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", create(&person, draft(&partner)).await);
}

/// What is erased is gone, also from what the trail says of who did what; erased twice is erased once.
async fn gdp_4_a_person_is_copied_and_erased(network: &'static Network) {
    let (person, own) = learner(network).await;
    let stranger = network.outsider().await;
    expect(Code::NotFound, "NOT_FOUND", export(&stranger, &own.name).await);
    let copy = done(export(&person, &own.name).await).json;
    for known in [&own.given_name, &own.family_name, &own.email, &person.name] {
        assert!(copy.contains(known.as_str()), "{known}: {copy}");
    }
    expect(Code::PermissionDenied, "PERMISSION_DENIED", erase(&stranger, &own.name).await);
    let gone = done(erase(&person, &own.name).await);
    assert_eq!((gone.state(), gone.given_name.as_str(), gone.user.as_str()), (State::Erased, "", ""));
    expect(Code::PermissionDenied, "PERMISSION_DENIED", erase(&person, &own.name).await);
    let coordinator = network.coordinator().await;
    let again = done(erase(&coordinator, &own.name).await);
    assert_eq!((again.state(), again.revision), (State::Erased, 2), "nothing changed");
    let mut events =
        EventServiceClient::with_interceptor(network.channel("training"), coordinator.who.clone());
    let trail =
        ListAuditEventsRequest { filter: format!("resource = \"{}\"", own.name), ..Default::default() };
    let lines = done(events.list_audit_events(trail).await).audit_events;
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.principal == "users/erased"), "{lines:?}");
    // They may come back as someone new.
    assert_ne!(done(create(&person, draft("")).await).name, own.name);
}

told_everywhere!(who_a_person_is_few_are_told, gdp_4_a_person_is_copied_and_erased);
