//! R8: callers that give up at any moment leave nothing half done, no transaction open and no connection lost.

use std::time::Duration;

use proto::partners as pb;

use super::{all, history, mutated, noticed, partners, told};
use crate::caller::done;
use crate::harness::{Network, Store, eventually};
use crate::postgres::{Cluster, name_of};
use crate::sample;

/// How many calls are given up.
fn calls() -> u64 {
    if std::env::var_os("CI").is_some() { 6000 } else { 1500 }
}

async fn given_up_at_any_moment(network: &'static Network, calls: u64) -> Result<(), String> {
    let who = network.coordinator().await.who;
    let address = network.address("partners");
    let home = network.active_partner().await;
    let callers = (0..16).map(|caller| {
        let (mut partners, home) = (partners(&address, &who), home.name.clone());
        async move {
            let mut seed = 0x1dea_u64 + caller;
            for call in 0..calls / 16 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let patience = Duration::from_micros((seed >> 33) % 20_000);
                let edited =
                    pb::Partner { name: home.clone(), acronym: format!("C{call}"), ..Default::default() };
                let mut other = partners.clone();
                // The future is dropped: the stream is reset, as by a client that has had enough.
                match call % 4 {
                    0 | 1 => drop(
                        tokio::time::timeout(
                            patience,
                            partners.create_partner(sample::create(sample::partner())),
                        )
                        .await,
                    ),
                    2 => {
                        let update = pb::UpdatePartnerRequest { partner: Some(edited), ..Default::default() };
                        drop(tokio::time::timeout(patience, partners.update_partner(update)).await);
                    }
                    _ => {
                        let list = other.list_partners(pb::ListPartnersRequest::default());
                        drop(tokio::time::timeout(patience, list).await);
                    }
                }
            }
        }
    });
    futures::future::join_all(callers).await;
    // The pool is whole: as many calls at once as ever are answered, which a pool of lost connections could not.
    let gets = (0..64).map(|_| {
        let (mut partners, name) = (partners(&address, &who), home.name.clone());
        async move { done(partners.get_partner(pb::GetPartnerRequest { name }).await) }
    });
    futures::future::join_all(gets).await;
    done(partners(&address, &who).create_partner(sample::create(sample::partner())).await);
    let there =
        all(&address, &who).await.into_iter().map(|partner| (partner.name, partner.revision)).collect();
    let told = told(&address, &who).await;
    history::of_crash(&[], &there, &told).and_then(|()| history::of_trail(&told))
}

#[test]
fn r8_callers_that_give_up_leave_nothing_half_done_on_sqlite() {
    let network = Network::several(Store::Sqlite, &[], &[("identity", 1), ("partners", 1)]);
    crate::harness::tell(network, async { given_up_at_any_moment(network, calls()).await.unwrap() });
}

#[test]
fn r8_work_left_half_done_is_noticed() {
    let network = mutated("HalvesWork", Store::Sqlite, 1);
    crate::harness::tell(network, async {
        noticed(given_up_at_any_moment(network, 480).await, "half a write");
    });
}

#[test]
fn r8_callers_that_give_up_leave_nothing_half_done_on_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    let network = Network::several(Store::Postgres, &[], &[("identity", 1), ("partners", 1)]);
    let database = name_of(&network.databases["partners"]);
    crate::harness::tell(network, async { given_up_at_any_moment(network, calls()).await.unwrap() });
    let idle = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND state LIKE 'idle in transaction%'"
    );
    crate::harness::tell(
        network,
        eventually(5, "no transaction is left open", async || cluster.ask("postgres", &idle) == "0"),
    );
    assert!(!cluster.log().contains("25P02"), "a broken transaction was used again");
    let keys = "SELECT count(*) FROM partner WHERE name NOT IN (SELECT partner FROM partner_key) OR name NOT IN (SELECT name FROM partner_search)";
    assert_eq!(cluster.ask(database, keys), "0", "partners without their keys or words");
}
