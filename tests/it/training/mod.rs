//! Stories of training.

pub(crate) mod assessment;
pub(crate) mod attendance;
mod capacity;
pub(crate) mod certificate;
mod compromise;
mod drawing;
pub(crate) mod enrolment;
mod evaluation;
pub(crate) mod participant;
pub(crate) mod programme;
pub(crate) mod session;
pub(crate) mod session_file;
mod session_import;
pub(crate) mod trainer;

use prost::Message as _;

use crate::harness::Network;

/// Neither the logs of a network, nor any event, row or backup of training says any of these words.
pub(crate) async fn nothing_says(network: &'static Network, canaries: &[&str]) {
    assert!(canaries.iter().all(|canary| canary.len() >= 8), "{canaries:?} may be anywhere");
    let coordinator = network.coordinator().await.again().await;
    let mut events = proto::training::event_service_client::EventServiceClient::with_interceptor(
        network.channel("training"),
        coordinator.who.clone(),
    );
    let request = proto::common::WatchEventsRequest { from_beginning: true, ..Default::default() };
    let mut told = crate::caller::done(events.watch_events(request).await);
    // The last answer of what there is holds nothing.
    while let Some(answer) = told.message().await.unwrap().filter(|answer| !answer.events.is_empty()) {
        let bytes = answer.encode_to_vec();
        for canary in canaries {
            let says = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!says, "an event says {canary}: {answer:?}");
        }
    }
    let (logs, rows) = (network.logs(), crate::rows::everything(&network.databases["training"]).await);
    for canary in canaries {
        assert!(!logs.iter().any(|log| log.contains(canary)), "a log says {canary}");
        let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        let found = rows.iter().find(|(_, row)| row.contains(canary) || row.to_lowercase().contains(&hex));
        assert!(found.is_none(), "a row says {canary}: {found:?}");
    }
    let copy = crate::rows::backup(&network.databases["training"]).await;
    let says = |word: &[u8]| copy.windows(word.len()).any(|window| window == word);
    assert!(says(b"demographics"), "the copy is whole");
    for canary in canaries {
        let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!says(canary.as_bytes()) && !says(hex.as_bytes()), "a backup says {canary}");
    }
}
