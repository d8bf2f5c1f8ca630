//! Signing in and going on: refresh tokens work once, failures say nothing, ended sessions end everywhere.

use proto::identity as pb;
use tonic::Code;

use super::{bearing, me, refresh, sign_in, suspend, with_password};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, eventually};
use crate::sample;

async fn idn_3_a_refresh_token_works_once_and_using_it_again_ends_the_session(network: &'static Network) {
    let person = network.person(&[]).await;
    let first = sign_in(&person).await;
    let second = done(refresh(&person, &first.refresh_token).await);
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(me(&bearing(&person, &second)).await.unwrap().subject, person.name);
    let third = done(refresh(&person, &second.refresh_token).await);
    // The first is two steps back: whoever has it has stolen it, or was robbed.
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &first.refresh_token).await);
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &third.refresh_token).await);
    everywhere_refused(&bearing(&person, &third)).await;
    // Another session of the same person goes on.
    assert_eq!(me(&person.again().await).await.unwrap().subject, person.name);
}

async fn idn_3_a_lost_answer_may_be_asked_for_once_more(network: &'static Network) {
    let person = network.person(&[]).await;
    let first = sign_in(&person).await;
    let second = done(refresh(&person, &first.refresh_token).await);
    let repeated = done(refresh(&person, &first.refresh_token).await);
    assert_eq!(repeated.refresh_token, second.refresh_token, "the same successor, not another");
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &first.refresh_token).await);
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &second.refresh_token).await);
}

async fn idn_3_a_race_of_refreshes_leaves_at_most_one_session(network: &'static Network) {
    let person = network.person(&[]).await;
    let first = sign_in(&person).await;
    let race = (0..32).map(|_| refresh(&person, &first.refresh_token));
    let answers = futures::future::join_all(race).await;
    let mut successors: Vec<String> =
        answers.into_iter().filter_map(Result::ok).map(|pair| pair.into_inner().refresh_token).collect();
    assert!(!successors.is_empty());
    successors.dedup();
    assert_eq!(successors.len(), 1, "two live successors of one token");
}

async fn an_access_token_says_who_and_no_address(network: &'static Network) {
    use base64::Engine as _;
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let pair = sign_in(&admin).await;
    let claims = pair.access_token.split('.').nth(1).unwrap();
    let claims =
        String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert!(
        !claims.contains('@') && claims.contains("PARTNER_ADMIN") && claims.contains("CIVIL"),
        "{claims}"
    );
    let life = pair.expire_time.unwrap().seconds - crate::harness::in_days(0).seconds;
    assert!((800..=901).contains(&life), "idn_3: {life} s");
    let principal = me(&bearing(&admin, &pair)).await.unwrap();
    assert_eq!(
        (principal.kind.as_str(), principal.partner_roles[0].partner.as_str()),
        ("USER", partner.as_str())
    );
    assert_eq!(principal.partner_roles[0].sector, "CIVIL");
}

/// Waits until no service believes a token any more.
async fn everywhere_refused(caller: &Caller) {
    eventually(60, "an ended session ends everywhere", async || {
        let refused = |code: Code| code == Code::Unauthenticated;
        let at_home = me(caller).await.is_err_and(|status| refused(status.code()));
        let partners = caller.partners().list_partners(proto::partners::ListPartnersRequest::default()).await;
        let projects = caller.projects().list_projects(proto::projects::ListProjectsRequest::default()).await;
        at_home
            && partners.is_err_and(|status| refused(status.code()))
            && projects.is_err_and(|status| refused(status.code()))
    })
    .await;
}

async fn idn_4_suspending_a_person_ends_all_they_could_do(network: &'static Network) {
    let (coordinator, person) = (network.coordinator().await, network.person(&[]).await);
    let pair = sign_in(&person).await;
    let bearer = bearing(&person, &pair);
    let mut events = proto::partners::event_service_client::EventServiceClient::with_interceptor(
        network.channel("partners"),
        bearer.who.clone(),
    );
    let mut stream = done(events.watch_events(proto::common::WatchEventsRequest::default()).await);
    suspend(&coordinator, &person.name).await;
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &pair.refresh_token).await);
    let (email, password) = person.account.clone().unwrap();
    let answer = network.anonymous().tokens().issue_token(with_password(&email, &password)).await;
    expect(Code::Unauthenticated, "SIGN_IN_FAILED", answer);
    everywhere_refused(&bearer).await;
    let end = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        loop {
            if let Err(status) = stream.message().await {
                return status;
            }
        }
    });
    assert_eq!(end.await.expect("the stream ends too").code(), Code::Unauthenticated);
    let request = pb::ReinstateUserRequest { name: person.name.clone(), ..Default::default() };
    done(coordinator.users().reinstate_user(request).await);
    eventually(10, "a reinstated person signs in", async || {
        network.anonymous().tokens().issue_token(with_password(&email, &password)).await.is_ok()
    })
    .await;
}

async fn signing_out_ends_the_session(network: &'static Network) {
    let person = network.person(&[]).await;
    let (own, given) = (sign_in(&person).await, sign_in(&person).await);
    done(bearing(&person, &own).tokens().revoke_token(pb::RevokeTokenRequest::default()).await);
    let request = pb::RevokeTokenRequest { refresh_token: given.refresh_token.clone() };
    done(network.anonymous().tokens().revoke_token(request).await);
    for pair in [own, given] {
        expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &pair.refresh_token).await);
        everywhere_refused(&bearing(&person, &pair)).await;
    }
}

async fn idn_7_a_failed_sign_in_tells_nothing(network: &'static Network) {
    let (email, _) = network.person(&[]).await.account.unwrap();
    let unknown = format!("{}@example.org", sample::word());
    let (invited, _, _) = network.invited(&[]).await;
    let mut answers = Vec::new();
    for address in [&email, &unknown, &invited] {
        let answer =
            network.anonymous().tokens().issue_token(with_password(address, "not the right words")).await;
        let status = answer.unwrap_err();
        let refusal = crate::caller::Refusal::of(&status);
        answers.push((
            status.code(),
            status.message().to_owned(),
            refusal.reason,
            refusal.message,
            refusal.facts,
        ));
    }
    assert_eq!(answers[0].2, "SIGN_IN_FAILED");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // The next guess has to wait, whether there is such an account or not.
    for address in [&email, &unknown, &invited] {
        let answer =
            network.anonymous().tokens().issue_token(with_password(address, "not the right words")).await;
        assert_eq!(answer.unwrap_err().code(), Code::ResourceExhausted, "{address}");
    }
    let empty = network.anonymous().tokens().issue_token(pb::IssueTokenRequest::default()).await;
    expect(Code::InvalidArgument, "INVALID_FIELD", empty);
}

async fn a_new_password_ends_the_other_sessions(network: &'static Network) {
    let person = network.person(&[]).await;
    let (here, there) = (sign_in(&person).await, sign_in(&person).await);
    let (email, password) = person.account.clone().unwrap();
    let change = |current: &str, new: &str| pb::ChangePasswordRequest {
        name: "users/me".to_owned(),
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        ..Default::default()
    };
    let caller = bearing(&person, &here);
    let common = caller.users().change_password(change(&password, "password1234")).await;
    expect(Code::InvalidArgument, "INVALID_FIELD", common);
    let new = format!("battery staple {}", sample::word());
    done(caller.users().change_password(change(&password, &new)).await);
    expect(Code::Unauthenticated, "REFRESH_TOKEN_INVALID", refresh(&person, &there.refresh_token).await);
    done(refresh(&person, &here.refresh_token).await);
    assert!(!network.sign_in(&email, &new).await.access_token.is_empty());
}

told_everywhere!(
    idn_3_a_refresh_token_works_once_and_using_it_again_ends_the_session,
    idn_3_a_lost_answer_may_be_asked_for_once_more,
    idn_3_a_race_of_refreshes_leaves_at_most_one_session,
    idn_4_suspending_a_person_ends_all_they_could_do,
    idn_7_a_failed_sign_in_tells_nothing,
    an_access_token_says_who_and_no_address,
    signing_out_ends_the_session,
    a_new_password_ends_the_other_sessions,
);
