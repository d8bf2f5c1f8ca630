//! R3: a watcher who leaves and comes back, at any replica, is told what happened meanwhile, once and in order.

use proto::common::{Event, ImportOptions, WatchEventsRequest, WatchEventsResponse};
use proto::partners::event_service_client::EventServiceClient;

use super::{history, mutated, noticed, partners};
use crate::caller::done;
use crate::harness::{Network, Store, connect};
use crate::partners::grants;
use crate::sample;

async fn away_and_back(network: &'static Network) -> Result<(), String> {
    let who = network.coordinator().await.who;
    let addresses = network.addresses("partners");
    let (mut seen, mut made): (Vec<Event>, Vec<(String, i32)>) = (Vec::new(), Vec::new());
    let mut resume_token = String::new();
    for visit in 0..6 {
        let address = &addresses[visit % addresses.len()];
        let make =
            async || done(partners(address, &who).create_partner(sample::create(sample::partner())).await);
        if visit > 0 {
            made.push((make().await.name, 1)); // nobody watches
        }
        let mut events = EventServiceClient::with_interceptor(connect(address), who.clone());
        let request = WatchEventsRequest { resume_token: resume_token.clone(), ..Default::default() };
        let mut stream = done(events.watch_events(request).await);
        let last = make().await.name;
        made.push((last.clone(), 1));
        while seen.iter().all(|event| event.subject != last) {
            let message = stream.message().await.unwrap().expect("the stream goes on");
            seen.extend(message.events);
            resume_token = message.resume_token;
        }
    }
    history::of_feed(&seen, &made)
}

/// What was committed as one and is larger than a client takes arrives in pieces; who leaves midway is told all of it again.
async fn r3_a_large_piece_of_work_arrives_in_messages_that_any_client_takes(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let mut client =
        EventServiceClient::with_interceptor(network.channel("partners"), coordinator.who.clone());
    let mut stream = done(client.watch_events(WatchEventsRequest::default()).await);
    let started = done(coordinator.partners().create_partner(sample::create(sample::partner())).await).name;
    let told = format!(r#", "description": "{}""#, "A long story. ".repeat(600));
    let id = sample::word();
    let grants: Vec<String> =
        (0..800).map(|n| grants::grant(&format!("360G-{id}-{n}"), &grants::number(), "10", &told)).collect();
    let file = grants::package(&grants);
    let report = done(grants::import(&coordinator, &file, ImportOptions::default()).await);
    assert!(report.committed, "{:?}", report.problems);
    let commitments = async |stream: &mut tonic::Streaming<WatchEventsResponse>| {
        let (mut responses, mut left) = (Vec::new(), grants.len());
        while left > 0 {
            let response = stream.message().await.expect("not too large for a client").expect("goes on");
            left -= response.events.iter().filter(|event| event.subject.contains("/commitments/")).count();
            responses.push(response);
        }
        responses
    };
    let responses = commitments(&mut stream).await;
    assert!(responses.iter().map(prost::Message::encoded_len).sum::<usize>() > 4 << 20);
    let seen: Vec<Event> = responses.iter().flat_map(|response| response.events.clone()).collect();
    assert!(seen.iter().any(|event| event.subject == started));
    history::of_feed(&seen, &[]).unwrap();

    let midway = &responses[responses.len() / 2];
    let request = WatchEventsRequest { resume_token: midway.resume_token.clone(), ..Default::default() };
    let again = commitments(&mut done(client.watch_events(request).await)).await;
    let again: Vec<Event> = again.into_iter().flat_map(|response| response.events).collect();
    let first = seen.iter().position(|event| event.id == again[0].id).unwrap();
    assert_eq!(seen[first..], again, "the same, from where the piece of work began");
}

async fn r3_a_watcher_who_comes_back_has_missed_nothing(network: &'static Network) {
    away_and_back(network).await.unwrap();
}

#[test]
fn r3_a_watcher_who_comes_back_to_another_replica_has_missed_nothing() {
    if let Some(network) = Network::replicas(&[]) {
        crate::harness::tell(network, async { away_and_back(network).await.unwrap() });
    }
}

#[test]
fn r3_a_watcher_who_is_told_only_what_comes_is_noticed() {
    let network = mutated("ResumesFromNow", Store::Sqlite, 1);
    crate::harness::tell(network, async {
        noticed(away_and_back(network).await, "after ");
    });
}

told_everywhere!(r3_a_watcher_who_comes_back_has_missed_nothing);
told_alone!(r3_a_large_piece_of_work_arrives_in_messages_that_any_client_takes);
