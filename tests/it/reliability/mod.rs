//! The promises of guarantees.md: what was acknowledged stays, once, in order, through crashes, restarts and impatience.

mod collisions;
pub(crate) mod history;
mod impatience;
mod kills;
mod restarts;
mod resumption;
pub(crate) mod seats;
mod twice;

use std::collections::HashMap;

use proto::partners as pb;
use proto::partners::partner_service_client::PartnerServiceClient;

use crate::caller::{Signed, Who, done};
use crate::harness::{Network, Store, connect};

/// Identity, and so many processes of partners that have a fault (`chassis::mutant`).
fn mutated(mutant: &'static str, store: Store, partners: usize) -> &'static Network {
    let flags: &[&str] =
        if partners > 1 { &["--log", "debug", "--drain-seconds", "1"] } else { &["--log", "debug"] };
    Network::mutated(Some(mutant), store, flags, &[("identity", 1), ("partners", partners)])
}

/// A story told to a network with a fault ends badly, and says this; a release cannot be given one, and so does well.
#[track_caller]
fn noticed(outcome: Result<(), String>, words: &str) {
    match outcome {
        Ok(()) => assert!(!crate::binaries::can_be_given_faults(), "the fault was not noticed"),
        Err(wrong) => assert!(crate::binaries::can_be_given_faults() && wrong.contains(words), "{wrong}"),
    }
}

/// A client of partners at an address.
fn partners(address: &str, who: &Who) -> PartnerServiceClient<Signed> {
    PartnerServiceClient::with_interceptor(connect(address), who.clone())
}

/// How many events each resource has had, from the first kept to the last.
async fn told(address: &str, who: &Who) -> HashMap<String, Vec<i32>> {
    let mut told: HashMap<String, Vec<i32>> = HashMap::new();
    let mut client =
        pb::event_service_client::EventServiceClient::with_interceptor(connect(address), who.clone());
    let mut page_token = String::new();
    loop {
        let request =
            proto::common::ListAuditEventsRequest { page_size: 1000, page_token, ..Default::default() };
        let page = done(client.list_audit_events(request).await);
        for line in page.audit_events {
            told.entry(line.resource).or_default().push(i32::try_from(line.sequence).unwrap());
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return told;
        }
    }
}

/// All partners there are.
async fn all(address: &str, who: &Who) -> Vec<pb::Partner> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListPartnersRequest { page_size: 1000, page_token, ..Default::default() };
        let page = done(partners(address, who).list_partners(request).await);
        all.extend(page.partners);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}
