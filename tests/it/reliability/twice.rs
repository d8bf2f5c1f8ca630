//! R2: the same request sent many times, at once and to two replicas, is done once.

use proto::partners as pb;
use tonic::Code;

use super::{history, mutated, noticed, partners, told};
use crate::caller::{done, expect, told as in_words};
use crate::harness::{Network, Store};
use crate::sample;

async fn one_request_thirty_two_times(network: &'static Network) -> Result<(), String> {
    let who = network.coordinator().await.who;
    let addresses = network.addresses("partners");
    let mut answers = Vec::new();
    for _ in 0..8 {
        let create = pb::CreatePartnerRequest {
            request_id: sample::request_id(),
            ..sample::create(sample::partner())
        };
        let sent = (0..32).map(|copy| {
            let (mut partners, create) = (partners(&addresses[copy % addresses.len()], &who), create.clone());
            async move {
                let answer = partners.create_partner(create).await;
                answer.map(|made| made.into_inner().name).map_err(|status| in_words(&status))
            }
        });
        answers.push(futures::future::join_all(sent).await);
    }
    let told = told(&addresses[0], &who).await;
    for answers in &answers {
        history::of_repetition(answers, &told)?;
    }
    // The same race without a request id is many requests: the examiner must say so.
    let sent = (0..4).map(|copy| {
        let mut partners = partners(&addresses[copy % addresses.len()], &who);
        async move { Ok(done(partners.create_partner(sample::create(sample::partner())).await).name) }
    });
    assert!(history::of_repetition(&futures::future::join_all(sent).await, &told).is_err());
    Ok(())
}

#[test]
fn r2_a_request_sent_32_times_to_two_replicas_is_done_once() {
    if let Some(network) = Network::replicas(&[]) {
        crate::harness::tell(network, async { one_request_thirty_two_times(network).await.unwrap() });
    }
}

#[test]
fn r2_requests_that_are_forgotten_are_noticed() {
    let network = mutated("ForgetsRequests", Store::Sqlite, 1);
    crate::harness::tell(network, async {
        noticed(one_request_thirty_two_times(network).await, "a request was done once and refused once");
    });
}

async fn r2_a_request_sent_32_times_is_done_once(network: &'static Network) {
    one_request_thirty_two_times(network).await.unwrap();
}

async fn r2_a_request_id_is_of_one_request(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let request_id = sample::request_id();
    let create =
        pb::CreatePartnerRequest { request_id: request_id.clone(), ..sample::create(sample::partner()) };
    let made = done(coordinator.partners().create_partner(create.clone()).await);
    let again = done(coordinator.partners().create_partner(create.clone()).await);
    assert_eq!((again.name.as_str(), again.revision), (made.name.as_str(), 1));

    let other = pb::CreatePartnerRequest { partner: Some(sample::partner()), ..create.clone() };
    expect(Code::InvalidArgument, "REQUEST_ID_REUSED", coordinator.partners().create_partner(other).await);
    // Of another method, or of someone else, it is another id.
    let approve = pb::ApprovePartnerRequest {
        name: made.name.clone(),
        request_id: request_id.clone(),
        ..Default::default()
    };
    assert_eq!(done(coordinator.partners().approve_partner(approve.clone()).await).revision, 2);
    assert_eq!(
        done(coordinator.partners().approve_partner(approve).await).revision,
        2,
        "an approval repeated is the approval"
    );
    let theirs = pb::CreatePartnerRequest { partner: Some(sample::partner()), ..create.clone() };
    assert_ne!(done(network.outsider().await.partners().create_partner(theirs).await).name, made.name);

    for malformed in ["x", "00000000-0000-0000-0000-000000000000", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"] {
        let bad = pb::CreatePartnerRequest {
            request_id: malformed.to_owned(),
            ..sample::create(sample::partner())
        };
        let refusal =
            expect(Code::InvalidArgument, "INVALID_FIELD", coordinator.partners().create_partner(bad).await);
        assert_eq!(refusal.fields, ["request_id"]);
    }
    // A refusal and a rehearsal use no id up.
    let request_id = sample::request_id();
    let partner = pb::Partner { college: "NONE".to_owned(), ..sample::partner() };
    let wrong = pb::CreatePartnerRequest { request_id: request_id.clone(), ..sample::create(partner) };
    expect(Code::InvalidArgument, "INVALID_FIELD", coordinator.partners().create_partner(wrong).await);
    let right = pb::CreatePartnerRequest { request_id, ..sample::create(sample::partner()) };
    let rehearsal = pb::CreatePartnerRequest { validate_only: true, ..right.clone() };
    let rehearsed = done(coordinator.partners().create_partner(rehearsal).await);
    let made = done(coordinator.partners().create_partner(right).await);
    assert_eq!(made.title, rehearsed.title);
    let missing = pb::GetPartnerRequest { name: rehearsed.name };
    expect(Code::NotFound, "NOT_FOUND", coordinator.partners().get_partner(missing).await);
}

told_everywhere!(r2_a_request_sent_32_times_is_done_once, r2_a_request_id_is_of_one_request);
