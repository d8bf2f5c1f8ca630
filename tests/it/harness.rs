//! A network of services under test: one process or several, on SQLite or PostgreSQL, and the people in it.

mod people;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use tonic::transport::{Channel, Endpoint};

use crate::binaries::{Running, binary, folder};
use crate::caller::Caller;
use crate::postgres::Cluster;

/// The services.
pub(crate) const SERVICES: [&str; 5] = ["identity", "partners", "projects", "training", "businessmodels"];

/// How a server says where it is, and the first coordinator's code.
pub(crate) const LISTENING: &str = "listening on ";
pub(crate) const INVITATION: &str = "invitation for the first coordinator: ";

/// How the services run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topology {
    /// `ensemble serve`.
    Together,
    /// Each in a process of its own.
    Apart,
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// A network of services.
pub(crate) struct Network {
    pub(crate) store: Store,
    pub(crate) home: PathBuf,
    /// Of each service, its database.
    pub(crate) databases: HashMap<&'static str, String>,
    /// Of each service, its replicas.
    processes: Mutex<HashMap<&'static str, Vec<Running>>>,
    addresses: Mutex<HashMap<&'static str, Vec<String>>>,
    people: Mutex<HashMap<String, OnceCaller>>,
    invitation: String,
    /// Where services that run apart find each other, and what else they are told.
    ports: HashMap<&'static str, u16>,
    flags: Vec<String>,
    /// The fault that processes of partners and training are given (`chassis::mutant`).
    mutant: Option<&'static str>,
}

type Shared = &'static OnceLock<&'static Network>;
type OnceCaller = std::sync::Arc<tokio::sync::Mutex<Option<Caller>>>;

impl Network {
    /// The network of this arrangement that all stories share; none where PostgreSQL is missing.
    pub(crate) fn shared(topology: Topology, store: Store) -> Option<&'static Self> {
        static NETWORKS: Mutex<Option<HashMap<(Topology, Store), Shared>>> = Mutex::new(None);
        if store == Store::Postgres {
            Cluster::shared()?;
        }
        let cell = *NETWORKS
            .lock()
            .unwrap()
            .get_or_insert_default()
            .entry((topology, store))
            .or_insert_with(|| Box::leak(Box::default()));
        Some(cell.get_or_init(|| Self::new(topology, store)))
    }

    /// A network of this arrangement for one story; none where PostgreSQL is missing.
    pub(crate) fn alone(topology: Topology, store: Store) -> Option<&'static Self> {
        (store == Store::Sqlite || Cluster::shared().is_some()).then(|| Self::new(topology, store))
    }

    fn new(topology: Topology, store: Store) -> &'static Self {
        match topology {
            Topology::Together => Self::together(store, &[]),
            Topology::Apart => Self::apart(store),
        }
    }

    /// One process.
    pub(crate) fn together(store: Store, flags: &[&str]) -> &'static Self {
        let (home, database) = (folder("network"), database(store));
        let mut command = Command::new(binary("ensemble"));
        command.arg("serve");
        let server =
            Running::start(served(&mut command, &home, &database, 0).args(flags), &[LISTENING, INVITATION]);
        let address = server.said(LISTENING).to_owned();
        Self {
            store,
            home,
            databases: SERVICES.iter().map(|service| (*service, database.clone())).collect(),
            invitation: server.said(INVITATION).to_owned(),
            processes: Mutex::new(HashMap::from([("identity", vec![server])])),
            addresses: Mutex::new(SERVICES.iter().map(|service| (*service, vec![address.clone()])).collect()),
            people: Mutex::default(),
            ports: HashMap::new(),
            flags: Vec::new(),
            mutant: None,
        }
        .leak()
    }

    /// A process for each service; on PostgreSQL they share a database, on SQLite each has its own.
    pub(crate) fn apart(store: Store) -> &'static Self {
        Self::several(store, &[], &SERVICES.map(|service| (service, 1)))
    }

    /// Two processes of partners on one PostgreSQL, with identity beside them.
    pub(crate) fn replicas(flags: &[&str]) -> Option<&'static Self> {
        Cluster::shared()?;
        Some(Self::several(Store::Postgres, flags, &[("identity", 1), ("partners", 2)]))
    }

    /// So many processes of each service, started in this order.
    pub(crate) fn several(store: Store, flags: &[&str], wanted: &[(&'static str, usize)]) -> &'static Self {
        Self::mutated(None, store, flags, wanted)
    }

    /// The same, partners and training having a fault.
    pub(crate) fn mutated(
        mutant: Option<&'static str>,
        store: Store,
        flags: &[&str],
        wanted: &[(&'static str, usize)],
    ) -> &'static Self {
        let home = folder("network");
        let shared = (store == Store::Postgres).then(|| database(store));
        let databases: HashMap<_, _> = SERVICES
            .iter()
            .map(|service| (*service, shared.clone().unwrap_or_else(|| database(store))))
            .collect();
        // identity follows partners, and partners ask identity: it is told in advance where partners will be.
        let ports: HashMap<&'static str, u16> =
            wanted.iter().map(|(service, _)| (*service, free_port())).collect();
        let network = Self {
            store,
            home,
            databases,
            processes: Mutex::default(),
            addresses: Mutex::default(),
            people: Mutex::default(),
            invitation: String::new(),
            ports,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            mutant,
        };
        let mut invitation = String::new();
        for (service, count) in wanted {
            for index in 0..*count {
                let port = if index == 0 { network.ports[service] } else { 0 };
                let awaited: &[&'static str] =
                    if *service == "identity" { &[LISTENING, INVITATION] } else { &[LISTENING] };
                let running = network.process(service, port, &[], awaited);
                if *service == "identity" {
                    running.said(INVITATION).clone_into(&mut invitation);
                }
                network.join(service, running);
            }
        }
        Self { invitation, ..network }.leak()
    }

    fn leak(self) -> &'static Self {
        Box::leak(Box::new(self))
    }

    fn process(&self, service: &'static str, port: u16, more: &[&str], awaited: &[&'static str]) -> Running {
        let mut command = Command::new(binary(service));
        for (peer, port) in self.ports.iter().filter(|(peer, _)| **peer != service) {
            command.arg("--peer").arg(format!("{peer}=http://127.0.0.1:{port}"));
        }
        let command = served(&mut command, &self.home, &self.databases[service], port);
        if let Some(mutant) = self.mutant.filter(|_| ["partners", "training"].contains(&service)) {
            command.env("ENSEMBLE_MUTANT", mutant);
        }
        Running::start(command.args(&self.flags).args(more), awaited)
    }

    fn join(&self, service: &'static str, running: Running) {
        let address = running.said(LISTENING).to_owned();
        self.addresses.lock().unwrap().entry(service).or_default().push(address);
        self.processes.lock().unwrap().entry(service).or_default().push(running);
    }

    /// Where a service is.
    pub(crate) fn address(&self, service: &str) -> String {
        self.addresses.lock().unwrap()[service][0].clone()
    }

    /// Where all replicas of a service are.
    pub(crate) fn addresses(&self, service: &str) -> Vec<String> {
        self.addresses.lock().unwrap()[service].clone()
    }

    /// A new connection to a service.
    pub(crate) fn channel(&self, service: &str) -> Channel {
        connect(&self.address(service))
    }

    /// Kills the one process of a service and starts it again in the same place.
    pub(crate) fn crash(&self, service: &'static str) {
        let running = self.processes.lock().unwrap().get_mut(service).unwrap().remove(0);
        running.kill();
        self.replace(service, 0, &[]);
    }

    /// Starts the processes of a network again, each in its place, so many days later.
    pub(crate) fn later(&self, days: i64) {
        let shift = (days * 86_400).to_string();
        let shifted = ["--clock-shift", shift.as_str()];
        let services: Vec<&str> = SERVICES
            .into_iter()
            .filter(|service| self.processes.lock().unwrap().contains_key(service))
            .collect();
        for service in &services {
            self.stop(service, 0);
        }
        if !self.ports.is_empty() {
            return services.iter().for_each(|service| self.replace(service, 0, &shifted));
        }
        let mut command = Command::new(binary("ensemble"));
        command.arg("serve");
        let port = port(&self.address("identity"));
        let served = served(&mut command, &self.home, &self.databases["identity"], port);
        let running = Running::start(served.args(shifted), &[LISTENING]);
        self.processes.lock().unwrap().entry("identity").or_default().insert(0, running);
    }

    /// Ends a replica of a service in good order and starts it again in the same place.
    pub(crate) fn restart(&self, service: &'static str, replica: usize) {
        self.restart_with(service, replica, &[]);
    }

    /// The same, told more than the others.
    pub(crate) fn restart_with(&self, service: &'static str, replica: usize, flags: &[&str]) {
        self.stop(service, replica);
        self.replace(service, replica, flags);
    }

    /// Ends a replica of a service in good order; answers what it logged.
    pub(crate) fn stop(&self, service: &'static str, replica: usize) -> String {
        let running = self.processes.lock().unwrap().get_mut(service).unwrap().remove(replica);
        let ended = running.terminate();
        assert!(
            ended.is_some_and(|status| status.success()),
            "{service} did not stop: {ended:?}\n{}",
            running.log()
        );
        running.log()
    }

    /// What the first process of a network has logged.
    pub(crate) fn log(&self) -> String {
        self.processes.lock().unwrap()["identity"][0].log()
    }

    /// What all processes of a network have logged.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.processes.lock().unwrap().values().flatten().map(Running::log).collect()
    }

    /// The memory that the first process of a network holds, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.processes.lock().unwrap()["identity"][0].memory()
    }

    fn replace(&self, service: &'static str, replica: usize, flags: &[&str]) {
        let port = port(&self.addresses(service)[replica]);
        let running = self.process(service, port, flags, &[LISTENING]);
        self.processes.lock().unwrap().get_mut(service).unwrap().insert(replica, running);
    }
}

/// An instant so many days from now.
pub(crate) fn in_days(days: i64) -> prost_types::Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    prost_types::Timestamp { seconds: i64::try_from(now).unwrap() + days * 86_400, nanos: 0 }
}

/// A new, empty database.
pub(crate) fn database(store: Store) -> String {
    match store {
        Store::Sqlite => format!("sqlite://{}/ensemble.db", folder("sqlite").display()),
        Store::Postgres => Cluster::shared().unwrap().database(),
    }
}

/// A connection that is made when first used.
pub(crate) fn connect(address: &str) -> Channel {
    Endpoint::from_shared(address.to_owned()).unwrap().connect_lazy()
}

fn served<'c>(command: &'c mut Command, home: &Path, database: &str, port: u16) -> &'c mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ENSEMBLE_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_MIN_STACK"); // it is the stories that are long
    command.current_dir(home).args(["--database-url", database]).env("ENSEMBLE_DRAIN_SECONDS", "0");
    command.arg("--keys").arg(home.join("keys")).arg("--listen").arg(format!("127.0.0.1:{port}"))
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

/// A port that is free, below those that systems give to connections: none takes it before the one who asked.
pub(crate) fn free_port() -> u16 {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let by_chance = || 10_000 + u16::try_from(uuid::Uuid::new_v4().as_u128() % 20_000).unwrap();
    std::iter::repeat_with(by_chance).find(free).unwrap()
}

/// Tells a story in a runtime of its own; shows what the servers logged when it ends badly.
pub(crate) fn tell(network: &Network, story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(story)));
    if let Err(panic) = told {
        network.processes.lock().unwrap().values().flatten().for_each(Running::show);
        // Again, below the logs: whoever is shown only the end of it all sees why.
        let said = panic.downcast_ref::<String>().map(String::as_str);
        eprintln!("--- {}", said.or_else(|| panic.downcast_ref().copied()).unwrap_or("no words"));
        std::panic::resume_unwind(panic);
    }
}

/// Asks again and again until the answer is yes; fails when it takes longer than so many seconds.
pub(crate) async fn eventually(seconds: u64, what: &str, mut is: impl AsyncFnMut() -> bool) {
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(100));
    let asked = async {
        loop {
            tick.tick().await;
            if is().await {
                return;
            }
        }
    };
    let within = std::time::Duration::from_secs(seconds);
    assert!(tokio::time::timeout(within, asked).await.is_ok(), "not within {seconds} s: {what}");
}
