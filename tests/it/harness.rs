//! A network of services under test: one process or several, on SQLite or PostgreSQL, and the people in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use proto::auth::Role;
use tonic::transport::{Channel, Endpoint};

use crate::binaries::{Running, binary, folder};
use crate::caller::{Caller, Who, done};
use crate::postgres::Cluster;

/// The services.
pub(crate) const SERVICES: [&str; 3] = ["identity", "partners", "projects"];

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
    /// The fault that processes of partners are given (`chassis::mutant`).
    mutant: Option<&'static str>,
}

type Shared = &'static OnceLock<&'static Network>;
type OnceCaller = std::sync::Arc<tokio::sync::OnceCell<Caller>>;

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
        Some(cell.get_or_init(|| match topology {
            Topology::Together => Self::together(store, &[]),
            Topology::Apart => Self::apart(store),
        }))
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
        Self::several(store, &[], &[("identity", 1), ("partners", 1), ("projects", 1)])
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

    /// The same, partners having a fault.
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
        if let Some(mutant) = self.mutant.filter(|_| service == "partners") {
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

    /// The memory that the first process of a network holds, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.processes.lock().unwrap()["identity"][0].memory()
    }

    fn replace(&self, service: &'static str, replica: usize, flags: &[&str]) {
        let port = port(&self.addresses(service)[replica]);
        let running = self.process(service, port, flags, &[LISTENING]);
        self.processes.lock().unwrap().get_mut(service).unwrap().insert(replica, running);
    }

    /// Nobody: a caller without an account.
    pub(crate) fn anonymous(&'static self) -> Caller {
        Caller::new(self, "", Who::nobody())
    }

    /// The coordinator, who accepted the invitation of the first start.
    pub(crate) async fn coordinator(&'static self) -> Caller {
        self.once("coordinator", async {
            let code = self.invitation.clone();
            self.activated("coordinator@localhost".to_owned(), code).await
        })
        .await
    }

    /// A person of that name, made and signed in when first asked for.
    async fn once(&'static self, name: &str, make: impl Future<Output = Caller>) -> Caller {
        let cell = self.people.lock().unwrap().entry(name.to_owned()).or_default().clone();
        cell.get_or_init(|| make).await.clone()
    }

    /// Accepts an invitation and signs in.
    async fn activated(&'static self, email: String, invitation_code: String) -> Caller {
        let password = format!("correct horse {}", crate::sample::word());
        let request = proto::identity::ActivateUserRequest {
            invitation_code,
            password: password.clone(),
            ..Default::default()
        };
        let user = done(self.anonymous().users().activate_user(request).await);
        let nobody = Caller::new(self, user.name, Who::nobody());
        Caller { account: Some((email, password)), ..nobody }.again().await
    }

    /// Signs in with a password.
    pub(crate) async fn sign_in(&'static self, email: &str, password: &str) -> proto::identity::TokenPair {
        let grant = proto::identity::PasswordGrant { email: email.to_owned(), password: password.to_owned() };
        let grant = Some(proto::identity::issue_token_request::Grant::Password(grant));
        done(self.anonymous().tokens().issue_token(proto::identity::IssueTokenRequest { grant }).await)
    }

    /// An invited person: the address, the name and the code.
    pub(crate) async fn invited(&'static self, network_roles: &[Role]) -> (String, String, String) {
        let email = format!("{}@example.org", crate::sample::word());
        let user = proto::identity::User {
            email: email.clone(),
            language_code: "en".to_owned(),
            network_roles: network_roles.iter().map(|role| (*role).into()).collect(),
            ..Default::default()
        };
        let request = proto::identity::CreateUserRequest { user: Some(user), ..Default::default() };
        let user = done(self.coordinator().await.users().create_user(request).await);
        (email, user.name, user.invitation_code)
    }

    /// A new person with these roles in the network, signed in.
    pub(crate) async fn person(&'static self, network_roles: &[Role]) -> Caller {
        let (email, _, code) = self.invited(network_roles).await;
        self.activated(email, code).await
    }

    /// A new person with a role in a partner, signed in.
    pub(crate) async fn member(&'static self, partner: &str, role: Role) -> Caller {
        let (email, name, code) = self.invited(&[]).await;
        let membership = proto::identity::Membership { user: name, role: role.into(), ..Default::default() };
        let request = proto::identity::CreateMembershipRequest {
            parent: partner.to_owned(),
            membership: Some(membership),
            ..Default::default()
        };
        let coordinator = self.coordinator().await;
        done(coordinator.memberships().create_membership(request).await);
        let member = self.activated(email, code).await;
        let asked = proto::partners::GetPartnerRequest { name: partner.to_owned() };
        match done(coordinator.partners().get_partner(asked).await).state() {
            proto::partners::partner::State::Pending => member,
            _ => member.within(partner).await,
        }
    }

    /// The reviewer of this network.
    pub(crate) async fn reviewer(&'static self) -> Caller {
        self.once("reviewer", self.person(&[Role::Reviewer])).await
    }

    /// Someone with an account and no role.
    pub(crate) async fn outsider(&'static self) -> Caller {
        self.once("outsider", self.person(&[])).await
    }

    /// The administrator of a partner, the same at each call.
    pub(crate) async fn partner_admin(&'static self, partner: &str) -> Caller {
        self.once(&format!("admin of {partner}"), self.member(partner, Role::PartnerAdmin)).await
    }

    /// Someone with another role in a partner, the same at each call.
    pub(crate) async fn colleague(&'static self, partner: &str, role: Role) -> Caller {
        self.once(&format!("{role:?} of {partner}"), self.member(partner, role)).await
    }

    /// A machine account of a partner with a key of its own.
    pub(crate) async fn integration(&'static self, partner: &str, scopes: &[&str]) -> Caller {
        let admin = self.partner_admin(partner).await;
        let account = proto::identity::ServiceAccount {
            display_name: "A machine".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Default::default()
        };
        let request = proto::identity::CreateServiceAccountRequest {
            parent: partner.to_owned(),
            service_account: Some(account),
            ..Default::default()
        };
        let account = done(admin.accounts().create_service_account(request).await);
        let key = proto::identity::ApiKey { expire_time: Some(in_days(30)), ..Default::default() };
        let request = proto::identity::CreateApiKeyRequest {
            parent: account.name.clone(),
            api_key: Some(key),
            ..Default::default()
        };
        let key = done(admin.accounts().create_api_key(request).await);
        Caller::new(self, account.name, Who::key(&key.secret))
    }

    /// A new partner that takes part.
    pub(crate) async fn active_partner(&'static self) -> proto::partners::Partner {
        let coordinator = self.coordinator().await;
        let made = done(
            coordinator.partners().create_partner(crate::sample::create(crate::sample::partner())).await,
        );
        let request = proto::partners::ApprovePartnerRequest { name: made.name, ..Default::default() };
        done(coordinator.partners().approve_partner(request).await)
    }

    /// A partner that all stories of this network share: nobody changes its state.
    pub(crate) async fn home_partner(&'static self) -> String {
        self.once("home partner", async {
            Caller::new(self, self.active_partner().await.name, Who::nobody())
        })
        .await
        .name
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
    command.current_dir(home).args(["--database-url", database]).env("ENSEMBLE_DRAIN_SECONDS", "0");
    command.arg("--keys").arg(home.join("keys")).arg("--listen").arg(format!("127.0.0.1:{port}"))
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Tells a story in a runtime of its own; shows what the servers logged when it ends badly.
pub(crate) fn tell(network: &Network, story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(story)));
    if let Err(panic) = told {
        network.processes.lock().unwrap().values().flatten().for_each(Running::show);
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
