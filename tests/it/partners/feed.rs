//! The change feed (BEY-10): every committed change once, in the order of commits, whoever writes and however often a
//! watcher comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message as _;
use proto::common::{Event, WatchEventsRequest};
use proto::partners as pb;
use proto::partners::event_service_client::EventServiceClient;
use tonic::Code;
use tonic::transport::Channel;

use super::{change, take};
use crate::caller::{Signed, Who, done, expect};
use crate::harness::{Network, connect};
use crate::reliability::history;
use crate::sample;

fn events(channel: Channel, who: &Who) -> EventServiceClient<Signed> {
    EventServiceClient::with_interceptor(channel, who.clone())
}

/// A token for what comes from now on. An idle stream says nothing for a while, so something is made to happen.
async fn now(network: &'static Network) -> String {
    let coordinator = network.coordinator().await;
    let mut stream = done(
        events(network.channel("partners"), &coordinator.who)
            .watch_events(WatchEventsRequest::default())
            .await,
    );
    done(coordinator.partners().create_partner(sample::create(sample::partner())).await);
    stream.message().await.unwrap().unwrap().resume_token
}

/// Reads from a token until `enough`, leaving and coming back at each of these addresses in turn.
async fn watch(
    addresses: Vec<String>,
    who: Who,
    filter: String,
    token: String,
    enough: impl Fn(&[Event]) -> bool,
) -> (Vec<Event>, String) {
    let (mut seen, mut token) = (Vec::new(), token);
    for visit in 0.. {
        let mut client = events(connect(&addresses[visit % addresses.len()]), &who);
        let request =
            WatchEventsRequest { resume_token: token.clone(), from_beginning: false, filter: filter.clone() };
        let mut stream = done(client.watch_events(request).await);
        // Stays for some messages, more each time, then leaves without a word.
        for _ in 0..=visit % 5 {
            let message = stream.message().await.unwrap().expect("the stream goes on");
            seen.extend(message.events);
            token = message.resume_token;
            if enough(&seen) {
                return (seen, token);
            }
        }
    }
    unreachable!()
}

/// Eight writers at once, spread over the addresses; answers how many changes each partner must have had.
async fn write(addresses: Vec<String>, who: Who, each: usize) -> Vec<(String, i32)> {
    let writers = (0..8).map(|writer| {
        let channel = connect(&addresses[writer % addresses.len()]);
        let mut partners =
            pb::partner_service_client::PartnerServiceClient::with_interceptor(channel, who.clone());
        async move {
            let mut made = Vec::new();
            for round in 0..each {
                let partner = done(partners.create_partner(sample::create(sample::partner())).await);
                let edited = pb::Partner {
                    name: partner.name.clone(),
                    acronym: format!("R{round}"),
                    ..Default::default()
                };
                let revision = done(partners.update_partner(change(edited, &["acronym"])).await).revision;
                made.push((partner.name, revision));
            }
            made
        }
    });
    futures::future::join_all(writers).await.concat()
}

/// Writers and watchers together; then the history that each watcher saw is examined.
async fn all_at_once(network: &'static Network, each: usize) {
    let token = now(network).await;
    let who = network.coordinator().await.who;
    let addresses = network.addresses("partners");
    let finished = Arc::new(AtomicBool::new(false));
    let end = {
        let (addresses, who, finished) = (addresses.clone(), who.clone(), Arc::clone(&finished));
        tokio::spawn(async move {
            let made = write(addresses.clone(), who.clone(), each).await;
            finished.store(true, Ordering::SeqCst);
            // The last change of all: who has seen it has had everything.
            let mut partners = pb::partner_service_client::PartnerServiceClient::with_interceptor(
                connect(&addresses[0]),
                who,
            );
            let last = done(partners.create_partner(sample::create(sample::partner())).await).name;
            (made, last)
        })
    };
    let watchers: Vec<_> = (0..4)
        .map(|watcher| {
            let mut addresses = addresses.clone();
            addresses.rotate_left(watcher % network.addresses("partners").len());
            let (who, token, finished) = (who.clone(), token.clone(), Arc::clone(&finished));
            tokio::spawn(async move {
                let enough = |seen: &[Event]| finished.load(Ordering::SeqCst) && seen.len() >= 8 * each * 2;
                watch(addresses, who, String::new(), token, enough).await
            })
        })
        .collect();
    let (made, last) = end.await.unwrap();
    for watcher in watchers {
        let (mut seen, token) = watcher.await.unwrap();
        if !seen.iter().any(|event| event.subject == last) {
            let until = last.clone();
            let rest = watch(addresses.clone(), who.clone(), String::new(), token, move |seen| {
                seen.iter().any(|event| event.subject == until)
            })
            .await;
            seen.extend(rest.0);
        }
        if let Err(wrong) = history::of_feed(&seen, &made) {
            panic!("{wrong}");
        }
    }
}

async fn bey_10_watchers_miss_nothing_under_eight_writers(network: &'static Network) {
    all_at_once(network, 6).await;
}

#[test]
fn bey_10_watchers_miss_nothing_with_two_replicas_on_postgres() {
    if let Some(network) = Network::replicas(&[]) {
        crate::harness::tell(network, all_at_once(network, 25));
    }
}

async fn an_event_says_what_happened_and_nothing_private(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let token = now(network).await;
    let made = done(coordinator.partners().create_partner(sample::create(sample::partner())).await);
    let approved = done(take(&coordinator, "ApprovePartner", &made.name, false).await);
    done(take(&coordinator, "SuspendPartner", &made.name, false).await);
    let filter = format!("subject = \"{}\"", made.name);
    let ask = |resume_token: String, filter: &str| WatchEventsRequest {
        resume_token,
        filter: filter.to_owned(),
        from_beginning: false,
    };
    // A token is bound to the filter it was given under.
    let mut client = events(network.channel("partners"), &coordinator.who);
    expect(
        Code::InvalidArgument,
        "RESUME_TOKEN_MISMATCH",
        client.watch_events(ask(token.clone(), &filter)).await.map(|_| tonic::Response::new(())),
    );
    for garbage in ["x".to_owned(), format!("{token}="), token[1..].to_owned()] {
        expect(
            Code::InvalidArgument,
            "RESUME_TOKEN_INVALID",
            client.watch_events(ask(garbage, "")).await.map(|_| tonic::Response::new(())),
        );
    }
    let until = made.name.clone();
    let (seen, _) = watch(
        network.addresses("partners"),
        coordinator.who.clone(),
        String::new(),
        token.clone(),
        move |seen| seen.iter().filter(|event| event.subject == until).count() == 3,
    )
    .await;
    let mine: Vec<&Event> = seen.iter().filter(|event| event.subject == made.name).collect();
    let told: Vec<_> = mine
        .iter()
        .map(|event| {
            (
                event.r#type.rsplit('/').next().unwrap(),
                event.from_state.as_str(),
                event.to_state.as_str(),
                event.revision,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("CreatePartner", "", "PENDING", 1),
            ("ApprovePartner", "PENDING", "ACTIVE", 2),
            ("SuspendPartner", "ACTIVE", "SUSPENDED", 3)
        ]
    );
    let data = mine[1].data.as_ref().unwrap();
    assert_eq!(data.type_url, "type.googleapis.com/ensemble.partners.v1.Partner");
    let partner = pb::Partner::decode(data.value.as_slice()).unwrap();
    let texts = |partner: &pb::Partner| partner.title.clone().unwrap().translations;
    assert_eq!((texts(&partner), partner.contact), (texts(&approved), None));
    for event in &seen {
        let text = String::from_utf8_lossy(&event.data.as_ref().unwrap().value).into_owned();
        assert!(!text.contains("secret@example.org"), "a private contact stands in an event");
    }

    // Others see what is public of it: not the registration.
    let outsider = network.outsider().await;
    let until = made.name.clone();
    let (public, _) =
        watch(network.addresses("partners"), outsider.who.clone(), String::new(), token, move |seen| {
            seen.iter().any(|event| event.subject == until && event.to_state == "SUSPENDED")
        })
        .await;
    let states: Vec<&str> = public
        .iter()
        .filter(|event| event.subject == made.name)
        .map(|event| event.to_state.as_str())
        .collect();
    assert_eq!(states, ["ACTIVE", "SUSPENDED"]);
    assert!(public.iter().all(|event| event.to_state != "PENDING"));
}

async fn the_audit_trail_is_for_coordinators_and_a_partners_own_administrators(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let other = network.home_partner().await;
    let trail = async |caller: &crate::caller::Caller| {
        let request = proto::common::ListAuditEventsRequest {
            filter: format!("resource = \"{partner}\""),
            ..Default::default()
        };
        events(network.channel("partners"), &caller.who).list_audit_events(request).await
    };
    let coordinator = network.coordinator().await;
    let lines = done(trail(&coordinator).await).audit_events;
    let told: Vec<_> = lines.iter().map(|line| (line.principal.as_str(), line.to_state.as_str())).collect();
    assert_eq!(
        told,
        [(coordinator.name.as_str(), "ACTIVE"), (coordinator.name.as_str(), "PENDING")],
        "the newest first"
    );
    assert_eq!(done(trail(&network.partner_admin(&partner).await).await).audit_events, lines);
    assert!(done(trail(&network.partner_admin(&other).await).await).audit_events.is_empty());
    expect(Code::PermissionDenied, "PERMISSION_DENIED", trail(&network.outsider().await).await);
}

told_everywhere!(
    bey_10_watchers_miss_nothing_under_eight_writers,
    an_event_says_what_happened_and_nothing_private,
    the_audit_trail_is_for_coordinators_and_a_partners_own_administrators,
);
