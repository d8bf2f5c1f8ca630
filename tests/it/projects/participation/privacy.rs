//! What is not kept of those who say something: canaries in every field, looked for in every row, event and line of the log.

use proto::common::WatchEventsRequest;
use proto::projects as pb;
use proto::projects::moderate_participation_request::Decision;
use proto::projects::participation::{Kind, Reason};
use tonic::Code;

use super::{create, get, moderate, on_paper, proven, says, send, summary};
use crate::caller::{done, expect};
use crate::harness::{Network, eventually};
use crate::projects::strategy::town;
use crate::rows::everything;

const EMAIL: &str = "canary.email@example.org";
const PHONE: &str = "+33698765432";
const WORDS: &str = "canary-words-that-were-published";
const SPAM: &str = "canary-words-that-are-no-more";
const PSEUDONYM: &str = "canary-pseudonym";

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The rows in which a text stands, as itself or as bytes, whatever its case.
async fn found(network: &'static Network, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, row) in everything(&network.databases["projects"]).await {
        let row = row.to_lowercase();
        if row.contains(&text.to_lowercase()) || row.contains(&hex(&text.to_lowercase())) {
            found.push(table);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Everything that the feed of projects tells anyone.
async fn told(network: &'static Network) -> String {
    let mut events = pb::event_service_client::EventServiceClient::new(network.channel("projects"));
    let request = WatchEventsRequest { from_beginning: true, ..Default::default() };
    let mut stream = done(events.watch_events(request).await);
    let mut told = String::new();
    while let Ok(Some(batch)) = stream.message().await {
        if batch.events.is_empty() {
            break;
        }
        for event in batch.events {
            let data = event.data.clone().unwrap_or_default().value;
            told += &format!("{event:?} {}", String::from_utf8_lossy(&data));
        }
    }
    told
}

async fn prj_34_no_contact_is_kept_and_no_words_are_told_in_events(network: &'static Network) {
    let town = town(network).await;
    let (anyone, coordinator) = (network.anonymous(), network.coordinator().await);
    let endorsement = create(says(&town.need, Kind::Endorsement));
    let endorsement = proven(&anyone, endorsement).await;
    let endorsement = pb::CreateParticipationRequest { contact: EMAIL.to_owned(), ..endorsement };
    done(send(&anyone, endorsement.clone()).await);
    let recorder = network.partner_admin(&network.home_partner().await).await;
    for contact in [EMAIL, PHONE] {
        let paper = create(on_paper(&recorder_partner(network).await, &town.need, Kind::Endorsement));
        done(send(&recorder, pb::CreateParticipationRequest { contact: contact.to_owned(), ..paper }).await);
    }
    // What was refused is kept nowhere either.
    let again = pb::CreateParticipationRequest { request_id: crate::sample::request_id(), ..endorsement };
    expect(Code::FailedPrecondition, "CHALLENGE_USED", send(&anyone, again).await);
    let wordy = pb::Participation { body: format!("Écrivez à {EMAIL}"), ..says(&town.need, Kind::Comment) };
    expect(Code::InvalidArgument, "INVALID_FIELD", send(&recorder, create(wordy)).await);
    for secret in [EMAIL, PHONE, &PHONE[1..], "127.0.0.1"] {
        assert_eq!(found(network, secret).await, Vec::<String>::new(), "{secret}");
        let logged = network
            .logs()
            .into_iter()
            .any(|log| log.lines().any(|line| line.contains(secret) && !line.contains("listening")));
        assert!(!logged, "{secret} is logged");
    }

    // Words and pseudonyms stand in the row alone: published, hidden or rejected, no event has them.
    let said = pb::Participation {
        body: WORDS.to_owned(),
        pseudonym: PSEUDONYM.to_owned(),
        ..says(&town.need, Kind::Comment)
    };
    let spam = pb::Participation { body: SPAM.to_owned(), ..said.clone() };
    let rejected = done(send(&recorder, create(spam)).await).name;
    let published = done(send(&recorder, create(said)).await).name;
    done(moderate(&coordinator, &rejected, Decision::Reject, Reason::Spam).await);
    done(moderate(&coordinator, &published, Decision::Publish, Reason::Unspecified).await);
    for canary in [WORDS, SPAM, PSEUDONYM] {
        assert_eq!(found(network, canary).await, ["participation"], "{canary}");
        assert!(!told(network).await.contains(canary), "{canary} is told");
        assert!(network.logs().iter().all(|log| !log.contains(canary)), "{canary} is logged");
    }
    assert!(told(network).await.contains(&published), "the feed was read");
    let hidden = get(&anyone, &rejected).await;
    assert_eq!((hidden.body.as_str(), hidden.pseudonym.as_str()), ("", ""));
    assert_eq!(get(&anyone, &published).await.pseudonym, PSEUDONYM);
    assert_eq!(get(&coordinator, &rejected).await.body, SPAM, "whoever decided may look again");

    // Ninety days after its subject closed nobody is known by anything.
    assert!(!found(network, "hmac:").await.is_empty());
    let request = pb::ResolveNeedRequest {
        name: town.need.clone(),
        outcome: pb::need::Outcome::Obsolete.into(),
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    done(coordinator.needs().resolve_need(request).await);
    let before = summary(&anyone, &town.need).await;
    assert_eq!((before.endorsing_persons, before.unconfirmed_endorsements), (2, 1));
    network.later(89);
    assert_eq!(found(network, "hmac:").await, ["participation_voice"]);
    assert_eq!(found(network, SPAM).await, ["participation"]);
    network.later(91);
    eventually(60, "contacts are forgotten", async || {
        found(network, "hmac:").await.is_empty() && found(network, "unconfirmed:").await.is_empty()
    })
    .await;
    eventually(60, "words that were rejected are forgotten", async || found(network, SPAM).await.is_empty())
        .await;
    assert_eq!(found(network, WORDS).await, ["participation"], "what was published stays");
    assert!(everything(&network.databases["projects"]).await.iter().all(|(table, _)| table != "contact_key"));
    assert_eq!(summary(&anyone, &town.need).await, before, "what they were counted as stays");
}

async fn recorder_partner(network: &'static Network) -> String {
    network.home_partner().await
}

told_alone_everywhere!(prj_34_no_contact_is_kept_and_no_words_are_told_in_events);
