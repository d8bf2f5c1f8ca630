//! A watcher that does not read (api.md 23): its stream ends with a word, and nothing is lost to it.

use std::time::Duration;

use proto::common::WatchEventsRequest;
use proto::partners::event_service_client::EventServiceClient;
use tonic::Code;
use tonic::transport::Endpoint;

use crate::caller::{done, expect};
use crate::harness::{Network, Store, eventually, free_port, tell};
use crate::operations::scrape;
use crate::postgres::Cluster;
use crate::sample;

async fn a_watcher_that_does_not_read(network: &'static Network, metrics: u16) {
    let coordinator = network.coordinator().await;
    // It takes in a kilobyte and no more until it reads.
    let narrow = Endpoint::from_shared(network.address("partners")).unwrap();
    let narrow = narrow.initial_stream_window_size(1024).initial_connection_window_size(64 * 1024);
    let mut client = EventServiceClient::with_interceptor(narrow.connect_lazy(), coordinator.who.clone());
    let mut stream = done(client.watch_events(WatchEventsRequest::default()).await);

    let made = tokio::sync::Mutex::new(Vec::new());
    eventually(120, "the server gives up on the watcher", async || {
        let partner = done(coordinator.partners().create_partner(sample::create(sample::partner())).await);
        made.lock().await.push(partner.name);
        scrape(metrics).await.contains("ensemble_watchers_too_slow_total 1")
    })
    .await;

    // What was on its way arrives; then the stream says why it ends.
    let made = made.into_inner();
    let (mut seen, mut resume_token) = (Vec::new(), String::new());
    let end = loop {
        let told = tokio::time::timeout(Duration::from_secs(60), stream.message()).await;
        match told.expect("the stream neither goes on nor ends") {
            Ok(Some(message)) => {
                seen.extend(message.events.into_iter().map(|event| event.subject));
                resume_token = message.resume_token;
                assert_ne!(seen.last(), made.last(), "the stream went on");
            }
            Ok(None) => panic!("the stream ended without a word"),
            Err(status) => break status,
        }
    };
    let refusal = expect::<()>(Code::ResourceExhausted, "WATCHER_TOO_SLOW", Err(end));
    assert!(refusal.message.contains("resume from the last token"), "{}", refusal.message);

    let request = WatchEventsRequest { resume_token, ..Default::default() };
    let mut client =
        EventServiceClient::with_interceptor(network.channel("partners"), coordinator.who.clone());
    let mut stream = done(client.watch_events(request).await);
    while seen.last() != made.last() {
        let message = stream.message().await.unwrap().expect("the stream goes on");
        seen.extend(message.events.into_iter().map(|event| event.subject));
    }
    assert_eq!(seen, made, "each once, in order");
}

fn on(store: Store) {
    let metrics = free_port();
    let network = Network::together(store, &["--metrics-listen", &format!("127.0.0.1:{metrics}")]);
    tell(network, a_watcher_that_does_not_read(network, metrics));
}

#[test]
fn bey_10_a_watcher_that_does_not_read_is_told_and_misses_nothing_on_sqlite() {
    on(Store::Sqlite);
}

#[test]
fn bey_10_a_watcher_that_does_not_read_is_told_and_misses_nothing_on_postgres() {
    if Cluster::shared().is_some() {
        on(Store::Postgres);
    }
}
