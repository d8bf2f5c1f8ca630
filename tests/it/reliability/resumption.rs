//! R3: a watcher who leaves and comes back, at any replica, is told what happened meanwhile, once and in order.

use proto::common::{Event, WatchEventsRequest};
use proto::partners::event_service_client::EventServiceClient;

use super::{history, mutated, noticed, partners};
use crate::caller::done;
use crate::harness::{Network, Store, connect};
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
