//! R11: writers that meet another one begin again, and nobody is told: invariants hold, and no answer says that it collided.

use super::mutated;
use crate::harness::{Network, Store, tell};
use crate::partners::{agreement, commitment};
use crate::postgres::Cluster;

/// The races of partnerships, where each batch of writes collides twice before it is done.
fn races(store: Store, partners: usize) {
    let network: &'static Network = mutated("Collides", store, partners);
    tell(network, async {
        commitment::race(network).await;
        agreement::par_13_thirty_two_parties_sign_decline_and_amend_at_once(network).await;
    });
    let collided = network.stop("partners", 0).matches("collided with another writer").count();
    assert!(collided >= 64 || !crate::binaries::can_be_given_faults(), "it collided {collided} times");
}

#[test]
fn r11_invariants_hold_where_each_batch_collides_on_sqlite() {
    races(Store::Sqlite, 1);
}

#[test]
fn r11_invariants_hold_where_each_batch_collides_between_replicas() {
    if Cluster::shared().is_some() {
        races(Store::Postgres, 2);
    }
}
