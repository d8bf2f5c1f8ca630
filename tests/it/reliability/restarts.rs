//! R5: two replicas are restarted in turn under load, and no call fails: clients follow the health that servers tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use proto::partners as pb;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{all, history, mutated, noticed, partners, told};
use crate::caller::{Who, done, told as in_words};
use crate::harness::{Network, Store, connect, eventually};
use crate::sample;

/// A load balancer: of each address, whether the server there says that it serves.
struct Balancer {
    addresses: Vec<String>,
    serving: Vec<AtomicBool>,
    turn: AtomicUsize,
}

impl Balancer {
    fn over(addresses: Vec<String>) -> Arc<Self> {
        let serving = addresses.iter().map(|_| AtomicBool::new(false)).collect();
        let balancer = Arc::new(Self { addresses, serving, turn: AtomicUsize::new(0) });
        for index in 0..balancer.addresses.len() {
            tokio::spawn(Arc::clone(&balancer).follow(index));
        }
        balancer
    }

    async fn follow(self: Arc<Self>, index: usize) {
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            let mut health = HealthClient::new(connect(&self.addresses[index]));
            let Ok(answer) = health.watch(HealthCheckRequest::default()).await else { continue };
            let mut told = answer.into_inner();
            while let Ok(Some(status)) = told.message().await {
                self.serving[index].store(status.status() == ServingStatus::Serving, Ordering::SeqCst);
            }
            self.serving[index].store(false, Ordering::SeqCst);
        }
    }

    fn serving(&self) -> usize {
        self.serving.iter().filter(|serving| serving.load(Ordering::SeqCst)).count()
    }

    fn choose(&self) -> usize {
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        let order = (0..self.addresses.len()).map(|offset| (start + offset) % self.addresses.len());
        order.into_iter().find(|index| self.serving[*index].load(Ordering::SeqCst)).expect("a replica serves")
    }
}

/// Calls, one after another, each at a replica that serves; counts them and keeps what failed.
async fn client(
    balancer: Arc<Balancer>,
    who: Who,
    until: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
) -> Vec<String> {
    let clients: Vec<_> = balancer.addresses.iter().map(|address| partners(address, &who)).collect();
    let mut failed = Vec::new();
    let mut made = Vec::new();
    while !until.load(Ordering::SeqCst) {
        let mut partners = clients[balancer.choose()].clone();
        let answer = match made.len() % 3 {
            0 => partners
                .create_partner(sample::create(sample::partner()))
                .await
                .map(|made| made.into_inner().name),
            _ => {
                let name: String = made.last().cloned().unwrap_or_default();
                partners
                    .get_partner(pb::GetPartnerRequest { name })
                    .await
                    .map(|found| found.into_inner().name)
            }
        };
        calls.fetch_add(1, Ordering::Relaxed);
        match answer {
            Ok(name) => made.push(name),
            Err(status) => failed.push(in_words(&status)),
        }
    }
    failed
}

async fn restarted_in_turn(network: &'static Network) -> Result<(), String> {
    let who = network.coordinator().await.who;
    let balancer = Balancer::over(network.addresses("partners"));
    eventually(10, "both replicas serve", async || balancer.serving() == 2).await;
    let (until, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            tokio::spawn(client(Arc::clone(&balancer), who.clone(), Arc::clone(&until), Arc::clone(&calls)))
        })
        .collect();
    let rounds = if std::env::var_os("CI").is_some() { 3 } else { 1 };
    for replica in (0..rounds).flat_map(|_| [0, 1]) {
        let before = calls.load(Ordering::Relaxed);
        tokio::task::spawn_blocking(move || network.restart("partners", replica)).await.unwrap();
        eventually(20, "the replica serves again", async || balancer.serving() == 2).await;
        eventually(20, "work goes on", async || calls.load(Ordering::Relaxed) > before + 100).await;
    }
    until.store(true, Ordering::SeqCst);
    let failed =
        futures::future::join_all(clients).await.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>();
    let calls = calls.load(Ordering::Relaxed);
    if !failed.is_empty() {
        return Err(format!("{} of {calls} calls failed:\n{}", failed.len(), failed.join("\n")));
    }
    eprintln!("{} restarts, {calls} calls, 0 failed", rounds * 2);
    let address = network.address("partners");
    let there =
        all(&address, &who).await.into_iter().map(|partner| (partner.name, partner.revision)).collect();
    let told = told(&address, &who).await;
    history::of_crash(&[], &there, &told).and_then(|()| history::of_trail(&told))
}

#[test]
fn r5_no_call_fails_while_replicas_are_restarted_in_turn() {
    if let Some(network) = Network::replicas(&["--drain-seconds", "1"]) {
        crate::harness::tell(network, async { restarted_in_turn(network).await.unwrap() });
    }
}

#[test]
fn r5_a_process_that_leaves_at_once_is_noticed() {
    if crate::postgres::Cluster::shared().is_some() {
        let network = mutated("LeavesAtOnce", Store::Postgres, 2);
        crate::harness::tell(network, async {
            noticed(restarted_in_turn(network).await, "calls failed");
        });
    }
}

/// A server that is told to stop lets its watchers know where to go on from.
async fn r5_a_watcher_is_told_when_the_server_stops(network: &'static Network) {
    let who = network.coordinator().await.who;
    let mut client = pb::event_service_client::EventServiceClient::with_interceptor(
        connect(&network.address("partners")),
        who.clone(),
    );
    let mut stream = done(client.watch_events(proto::common::WatchEventsRequest::default()).await);
    let stopping = tokio::task::spawn_blocking(move || network.restart("partners", 0));
    let mut token = String::new();
    let end = loop {
        match stream.message().await {
            Ok(Some(message)) => token = message.resume_token,
            Ok(None) => panic!("the stream ended without a word"),
            Err(status) => break status,
        }
    };
    stopping.await.unwrap();
    assert_eq!(end.code(), tonic::Code::Unavailable, "{}", in_words(&end));
    assert!(!token.is_empty(), "no last token");
    let name = done(
        partners(&network.address("partners"), &who).create_partner(sample::create(sample::partner())).await,
    )
    .name;
    let mut client = pb::event_service_client::EventServiceClient::with_interceptor(
        connect(&network.address("partners")),
        who,
    );
    let request = proto::common::WatchEventsRequest { resume_token: token, ..Default::default() };
    let mut stream = done(client.watch_events(request).await);
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!(first.events[0].subject, name, "the first thing missed is the first thing told");
}

#[test]
fn r5_watchers_go_on_after_a_restart() {
    let network = Network::several(Store::Sqlite, &[], &[("identity", 1), ("partners", 1)]);
    crate::harness::tell(network, r5_a_watcher_is_told_when_the_server_stops(network));
}
