//! People: invited, activated, given roles, erased.

use proto::auth::Role;
use proto::identity as pb;
use proto::identity::user::State;
use tonic::Code;

use super::me;
use crate::caller::{done, expect};
use crate::harness::Network;
use crate::sample;

fn activate(code: &str, password: &str) -> pb::ActivateUserRequest {
    pb::ActivateUserRequest {
        invitation_code: code.to_owned(),
        password: password.to_owned(),
        ..Default::default()
    }
}

fn get(name: &str) -> pb::GetUserRequest {
    pb::GetUserRequest { name: name.to_owned() }
}

async fn an_invitation_is_accepted_once(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (email, name, code) = network.invited(&[Role::Reviewer]).await;
    let invited = done(coordinator.users().get_user(get(&name)).await);
    assert_eq!(
        (invited.state(), invited.invitation_code.as_str()),
        (State::Invited, ""),
        "a code is shown once"
    );
    let nobody = network.anonymous();
    let weak = ["short", "password1234", "aaaaaaaaaaaa", "qwertyuiop12", email.as_str(), &"x".repeat(129)];
    for password in weak {
        let refusal = expect(
            Code::InvalidArgument,
            "INVALID_FIELD",
            nobody.users().activate_user(activate(&code, password)).await,
        );
        assert_eq!(refusal.fields, ["password"], "{password}");
    }
    let password = format!("correct horse {}", sample::word());
    let wrong = nobody.users().activate_user(activate("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF", &password)).await;
    assert!(wrong.is_err(), "a code that nobody was given");
    let active = done(nobody.users().activate_user(activate(&code, &password)).await);
    assert_eq!((active.state(), active.name.as_str()), (State::Active, name.as_str()));
    assert!(nobody.users().activate_user(activate(&code, &password)).await.is_err(), "a code works once");

    // The address is the same however it is written, and taken.
    let pair = network.sign_in(&email.to_uppercase(), &password).await;
    assert!(!pair.refresh_token.is_empty());
    let again =
        pb::User { email: email.to_uppercase(), language_code: "fr".to_owned(), ..Default::default() };
    let request = pb::CreateUserRequest { user: Some(again), ..Default::default() };
    assert_eq!(coordinator.users().create_user(request).await.unwrap_err().code(), Code::AlreadyExists);
    let known = done(coordinator.users().get_user(get(&name)).await);
    assert!(known.last_sign_in_time.is_some() && known.network_roles == [i32::from(Role::Reviewer)]);
}

async fn les_10_people_see_and_change_themselves_alone(network: &'static Network) {
    let (one, other) = (network.person(&[]).await, network.person(&[]).await);
    let coordinator = network.coordinator().await;
    assert_eq!(
        done(one.users().get_user(get("users/me")).await).name,
        one.name,
        "an alias comes back resolved"
    );
    expect(Code::PermissionDenied, "PERMISSION_DENIED", one.users().get_user(get(&other.name)).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", one.users().get_user(get("users/nobody")).await);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        one.users().list_users(pb::ListUsersRequest::default()).await,
    );
    let update = |name: &str, roles: &[Role], path: &str| pb::UpdateUserRequest {
        user: Some(pb::User {
            name: name.to_owned(),
            given_name: "Ada".to_owned(),
            network_roles: roles.iter().map(|role| (*role).into()).collect(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec![path.to_owned()] }),
        ..Default::default()
    };
    assert_eq!(done(one.users().update_user(update("users/me", &[], "given_name")).await).given_name, "Ada");
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        one.users().update_user(update(&other.name, &[], "given_name")).await,
    );
    let grab = one.users().update_user(update("users/me", &[Role::Coordinator], "network_roles")).await;
    assert!(grab.is_err(), "nobody makes themselves a coordinator");
    assert!(me(&one.again().await).await.unwrap().network_roles.is_empty());
    done(coordinator.users().update_user(update(&one.name, &[Role::Reviewer], "network_roles")).await);
    assert_eq!(me(&one.again().await).await.unwrap().network_roles, [i32::from(Role::Reviewer)]);
    let export =
        one.users().export_user_data(pb::ExportUserDataRequest { name: "users/me".to_owned() }).await;
    let copy: serde_json::Value = serde_json::from_str(&done(export).json).unwrap();
    assert!(copy.to_string().contains("Ada"));
    let export = one.users().export_user_data(pb::ExportUserDataRequest { name: other.name.clone() }).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", export);
}

async fn idn_1_the_last_administrator_stays_and_may_be_erased(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let list = pb::ListMembershipsRequest { parent: partner.clone(), ..Default::default() };
    let memberships = done(admin.memberships().list_memberships(list).await).memberships;
    assert_eq!(memberships.len(), 1);
    let leave = pb::DeleteMembershipRequest { name: memberships[0].name.clone(), ..Default::default() };
    expect(Code::FailedPrecondition, "IDN_1", admin.memberships().delete_membership(leave.clone()).await);
    expect(
        Code::FailedPrecondition,
        "IDN_1",
        network.coordinator().await.memberships().delete_membership(leave.clone()).await,
    );
    // With a second one, the first may go.
    let second = network.member(&partner, Role::PartnerAdmin).await;
    done(second.memberships().delete_membership(leave).await);
    // An erasure is never held up.
    let erase = pb::EraseUserRequest { name: "users/me".to_owned(), ..Default::default() };
    let erased = done(second.users().erase_user(erase).await);
    assert_eq!((erased.state(), erased.email.as_str()), (State::Erased, ""));
}

async fn idn_6_an_erased_person_is_nobody_in_the_trail(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let person = network.person(&[]).await;
    let update = pb::UpdateUserRequest {
        user: Some(pb::User {
            name: "users/me".to_owned(),
            given_name: "Ephemeral".to_owned(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["given_name".to_owned()] }),
        ..Default::default()
    };
    done(person.users().update_user(update).await);
    let erase = pb::EraseUserRequest { name: "users/me".to_owned(), ..Default::default() };
    done(person.users().erase_user(erase).await);
    let gone = done(coordinator.users().get_user(get(&person.name)).await);
    assert_eq!((gone.state(), gone.email.as_str(), gone.given_name.as_str()), (State::Erased, "", ""));
    let mut events = pb::event_service_client::EventServiceClient::with_interceptor(
        network.channel("identity"),
        coordinator.who.clone(),
    );
    let request = proto::common::ListAuditEventsRequest {
        filter: format!("resource = \"{}\"", person.name),
        ..Default::default()
    };
    let lines = done(events.list_audit_events(request).await).audit_events;
    assert!(lines.len() >= 3, "the trail stays: {lines:?}");
    assert!(lines.iter().all(|line| line.principal != person.name), "{lines:#?}");
    assert!(lines.iter().any(|line| line.principal == "users/erased"));
    let (email, password) = person.account.clone().unwrap();
    let answer = network.anonymous().tokens().issue_token(super::with_password(&email, &password)).await;
    expect(Code::Unauthenticated, "SIGN_IN_FAILED", answer);
}

told_everywhere!(
    an_invitation_is_accepted_once,
    les_10_people_see_and_change_themselves_alone,
    idn_1_the_last_administrator_stays_and_may_be_erased,
    idn_6_an_erased_person_is_nobody_in_the_trail,
);
