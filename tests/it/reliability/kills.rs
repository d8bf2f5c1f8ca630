//! R1: a process is killed at any moment, again and again; what it had acknowledged is there, whole, and nothing is torn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proto::partners as pb;

use super::{all, history, mutated, noticed, partners, told};
use crate::caller::{Who, done};
use crate::harness::{Network, Store, eventually};
use crate::reliability::history::Deed;
use crate::sample;

/// How often each database's server is killed: 25 times in CI, a few times elsewhere, or as `ENSEMBLE_KILLS` says.
fn kills() -> u32 {
    let asked = std::env::var("ENSEMBLE_KILLS").ok().and_then(|kills| kills.parse().ok());
    asked.unwrap_or(if std::env::var_os("CI").is_some() { 25 } else { 4 })
}

/// Makes and changes partners until the server is gone; writes down what was acknowledged, and what nobody knows of.
async fn client(
    address: String,
    who: Who,
    deeds: Arc<Mutex<Vec<Deed>>>,
    unsure: Arc<Mutex<Vec<pb::CreatePartnerRequest>>>,
) {
    let mut partners = partners(&address, &who);
    loop {
        let create = pb::CreatePartnerRequest {
            request_id: sample::request_id(),
            ..sample::create(sample::partner())
        };
        let Ok(made) = partners.create_partner(create.clone()).await else {
            unsure.lock().unwrap().push(create);
            return;
        };
        let name = made.into_inner().name;
        deeds.lock().unwrap().push(Deed { name: name.clone(), revision: 1 });
        let edited = pb::Partner { name: name.clone(), acronym: "EDITED".to_owned(), ..Default::default() };
        let update = pb::UpdatePartnerRequest {
            partner: Some(edited),
            request_id: sample::request_id(),
            ..Default::default()
        };
        match partners.update_partner(update).await {
            Ok(edited) => deeds.lock().unwrap().push(Deed { name, revision: edited.into_inner().revision }),
            Err(_) => return,
        }
    }
}

async fn killed_at_any_moment(network: &'static Network, kills: u32) -> Result<(), String> {
    let who = network.coordinator().await.who;
    let (deeds, unsure): (Arc<Mutex<Vec<Deed>>>, Arc<Mutex<Vec<_>>>) = (Arc::default(), Arc::default());
    let mut seed = 0x5eed_u64;
    for kill in 0..kills {
        let known = deeds.lock().unwrap().len();
        let address = network.address("partners");
        let clients: Vec<_> = (0..16)
            .map(|_| {
                tokio::spawn(client(address.clone(), who.clone(), Arc::clone(&deeds), Arc::clone(&unsure)))
            })
            .collect();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis(50 + (seed >> 33) % 300);
        let mut working = futures::future::join_all(clients);
        eventually(20, "something is acknowledged", async || deeds.lock().unwrap().len() > known).await;
        assert!(
            tokio::time::timeout(moment, &mut working).await.is_err(),
            "the server went before it was killed"
        );
        network.crash("partners");
        working.await;
        let address = network.address("partners");
        // Asked again, what nobody knows of is done once, whether it had been done or not (R2).
        let unknown = std::mem::take(&mut *unsure.lock().unwrap()).into_iter().map(|create| {
            let mut partners = partners(&address, &who);
            async move { Deed { name: done(partners.create_partner(create).await).name, revision: 1 } }
        });
        let known = futures::future::join_all(unknown).await;
        deeds.lock().unwrap().extend(known);
        let deeds = deeds.lock().unwrap().clone();
        let there: HashMap<String, i32> =
            all(&address, &who).await.into_iter().map(|partner| (partner.name, partner.revision)).collect();
        let told = told(&address, &who).await;
        let examined = history::of_crash(&deeds, &there, &told).and_then(|()| history::of_trail(&told));
        examined.map_err(|wrong| format!("after kill {kill} at {moment:?}: {wrong}"))?;
    }
    let acknowledged = deeds.lock().unwrap().iter().filter(|deed| deed.revision > 0).count();
    assert!(
        acknowledged > usize::try_from(kills).unwrap(),
        "only {acknowledged} writes were acknowledged at all"
    );
    eprintln!("{kills} kills, {acknowledged} acknowledged writes, 0 lost, 0 torn");
    Ok(())
}

#[test]
fn r1_an_acknowledged_write_survives_a_kill_on_sqlite() {
    let network = Network::several(Store::Sqlite, &[], &[("identity", 1), ("partners", 1)]);
    crate::harness::tell(network, async { killed_at_any_moment(network, kills()).await.unwrap() });
}

#[test]
fn r1_an_early_acknowledgement_is_noticed() {
    let network = mutated("AnswersEarly", Store::Sqlite, 1);
    crate::harness::tell(network, async {
        noticed(killed_at_any_moment(network, 4).await, "was acknowledged");
    });
}

#[test]
fn r1_an_acknowledged_write_survives_a_kill_on_postgres() {
    if crate::postgres::Cluster::shared().is_some() {
        let network = Network::several(Store::Postgres, &[], &[("identity", 1), ("partners", 1)]);
        crate::harness::tell(network, async { killed_at_any_moment(network, kills()).await.unwrap() });
    }
}
