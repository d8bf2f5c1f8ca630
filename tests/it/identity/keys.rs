//! Signing keys: turned under load without a failure; one that was stolen is void at once (S2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use proto::identity as pb;

use super::{bearing, me, refresh, sign_in};
use crate::caller::done;
use crate::harness::{Network, Store, eventually};

async fn key_ids(network: &'static Network) -> Vec<String> {
    let set =
        done(network.anonymous().tokens().get_json_web_key_set(pb::GetJsonWebKeySetRequest::default()).await)
            .json;
    let set: serde_json::Value = serde_json::from_str(&set).unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn keys_turn_under_load(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let person = network.person(&[]).await;
    let (done_turning, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (person, stop, calls) = (person.clone(), Arc::clone(&done_turning), Arc::clone(&calls));
            tokio::spawn(async move {
                let mut pair = sign_in(&person).await;
                while !stop.load(Ordering::SeqCst) {
                    let caller = bearing(&person, &pair);
                    me(&caller).await.unwrap_or_else(|status| panic!("{}", crate::caller::told(&status)));
                    done(
                        caller
                            .partners()
                            .list_partners(proto::partners::ListPartnersRequest::default())
                            .await,
                    );
                    pair = done(refresh(&person, &pair.refresh_token).await);
                    calls.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let before = key_ids(network).await;
    for _ in 0..3 {
        done(coordinator.tokens().rotate_signing_key(pb::RotateSigningKeyRequest::default()).await);
        let before = calls.load(Ordering::SeqCst);
        eventually(20, "work goes on", async || calls.load(Ordering::SeqCst) > before + 20).await;
    }
    let after = key_ids(network).await;
    assert!(
        before.iter().all(|kid| after.contains(kid)) && after.len() > before.len(),
        "{before:?} {after:?}"
    );
    done_turning.store(true, Ordering::SeqCst);
    for client in load {
        client.await.unwrap();
    }

    // A stolen key: what it signed is void, sessions go on.
    let pair = sign_in(&person).await;
    let stolen = bearing(&person, &pair);
    let request = pb::RotateSigningKeyRequest { compromised: true, ..Default::default() };
    done(coordinator.tokens().rotate_signing_key(request).await);
    eventually(60, "what a stolen key signed is void", async || {
        let partners = stolen.partners().list_partners(proto::partners::ListPartnersRequest::default()).await;
        me(&stolen).await.is_err() && partners.is_err()
    })
    .await;
    let renewed = done(refresh(&person, &pair.refresh_token).await);
    let renewed = bearing(&person, &renewed);
    me(&renewed).await.unwrap();
    done(renewed.partners().list_partners(proto::partners::ListPartnersRequest::default()).await);
}

#[test]
fn s2_keys_turn_under_load_in_one_process() {
    let network = Network::together(Store::Sqlite, &[]);
    crate::harness::tell(network, keys_turn_under_load(network));
}

#[test]
fn s2_keys_turn_under_load_across_processes() {
    let network = Network::apart(Store::Sqlite);
    crate::harness::tell(network, keys_turn_under_load(network));
}
