//! The only way to start: one service, some, or all of them, in one process.
//!
//! A process that runs all services and one that runs a single one differ in the length of an array. Services meet over
//! the wire in both; within a process the wire is a pipe in memory, behind the same gate.

mod health;
mod incoming;
mod meter;
mod telemetry;

use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::DynIden;
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::RoutesBuilder;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::auth::Trust;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::gate::Gate;
use crate::mutant::{self, Mutant};
use crate::page::TokenKeys;
use crate::say::Language;
use crate::{migrate, say, token_key, watch};
use incoming::Pipes;

pub use incoming::{From, address_of};

/// A service: what `lib.rs` of each says about itself.
#[derive(Clone, Copy)]
pub struct Service {
    /// Its name, and its package: `ensemble.{name}.v1`.
    pub name: &'static str,
    /// The history of its tables, oldest first.
    pub migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// Puts its nouns behind the gate and starts what it does of its own accord.
    pub mount: for<'a> fn(&'a Context, &'a mut RoutesBuilder) -> BoxFuture<'a, Result<()>>,
}

impl MigratorTraitSelf for Service {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.migrations)()
    }

    /// Each service keeps its own list, so five of them share one database, or have one each, without knowing.
    fn migration_table_name(&self) -> DynIden {
        DynIden::from(format!("{}_migrations", self.name))
    }
}

/// What a service is given.
#[derive(Clone)]
pub struct Context {
    /// How the process was told to run.
    pub config: Arc<Config>,
    /// The store.
    pub database: Database,
    /// What page tokens and other seals are signed with.
    pub token_keys: TokenKeys,
    /// Which tokens are believed.
    pub trust: Trust,
    /// The one clock.
    pub clock: Clock,
    /// Cancelled when the process drains: streams and own work end.
    pub stop: CancellationToken,
    peers: Peers,
    news: News,
}

impl Context {
    /// Prints a line on standard output once the process serves, after the line that says where.
    pub fn announce(&self, line: String) {
        self.news.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// A channel to a service: where `--peer` says, else this very process. It connects when first used.
    ///
    /// # Errors
    /// When the peer's address is no address.
    pub fn channel_to(&self, service: &'static str) -> Result<Channel> {
        self.peers.channel(service)
    }

    /// Runs something until the process drains.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.stop.clone().run_until_cancelled_owned(work));
    }
}

/// What services have to tell whoever started the process.
type News = Arc<Mutex<Vec<String>>>;

#[derive(Clone)]
struct Peers {
    addresses: Arc<HashMap<String, String>>,
    authority: Option<Vec<u8>>,
    pipes: Pipes,
}

impl Peers {
    fn channel(&self, service: &str) -> Result<Channel> {
        let Some(address) = self.addresses.get(service) else {
            return Ok(self.pipes.channel());
        };
        Ok(endpoint(&format!("--peer {service}"), address, self.authority.as_deref())?.connect_lazy())
    }
}

/// Somewhere else that `flag` names, over TLS when its address says so.
fn endpoint(flag: &str, address: &str, authority: Option<&[u8]>) -> Result<Endpoint> {
    let wrong = |error| Error::Start(say!("{flag}: {error}", "{flag} : {error}"));
    let endpoint = Endpoint::from_shared(address.to_owned())
        .map_err(wrong)?
        .connect_timeout(Duration::from_secs(2))
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(5))
        .tcp_nodelay(true);
    if !address.starts_with("https://") {
        return Ok(endpoint);
    }
    let mut tls = ClientTlsConfig::new().with_enabled_roots();
    if let Some(authority) = authority {
        tls = tls.ca_certificate(Certificate::from_pem(authority));
    }
    endpoint.tls_config(tls).map_err(wrong)
}

/// Who vouches for peers besides the system's authorities.
///
/// # Errors
/// When the file of `--peer-ca` cannot be read.
pub fn authority(config: &Config) -> Result<Option<Vec<u8>>> {
    let read = config.peer_ca.as_ref().map(|path| (path.display(), std::fs::read(path)));
    read.map(|(path, read)| {
        read.map_err(|error| Error::Start(say!("--peer-ca {path}: {error}", "--peer-ca {path} : {error}")))
    })
    .transpose()
}

/// A server that answers.
pub struct Running {
    /// Where it listens: `http://127.0.0.1:50051`.
    pub address: String,
    /// What services have to tell whoever started the process, line by line.
    pub news: Vec<String>,
    stop: CancellationToken,
    task: JoinHandle<Result<()>>,
}

impl Running {
    /// Drains and stops: `NOT_SERVING`, a pause for load balancers, then no new calls; the rest within 25 s.
    ///
    /// # Errors
    /// What the server failed of.
    pub async fn stop(self) -> Result<()> {
        self.stop.cancel();
        self.task.await.map_err(Error::internal)?
    }

    /// Serves until the process is told to stop (SIGTERM, Ctrl-C) or fails.
    ///
    /// # Errors
    /// What the server failed of.
    pub async fn until_told(self) -> Result<()> {
        let Self { stop, mut task, .. } = self;
        tokio::select! {
            () = told_to_stop() => stop.cancel(),
            ended = &mut task => return ended.map_err(Error::internal)?,
        }
        task.await.map_err(Error::internal)?
    }
}

/// The main function of a server: serves until told to stop.
pub fn run(config: Config, services: &'static [Service]) -> ExitCode {
    match serve(config, services) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let language = Language::of_environment();
            let colon = if language == Language::Fr { " :" } else { ":" };
            let _ = writeln!(std::io::stderr(), "ensemble{colon} {}", error.told(language));
            ExitCode::FAILURE
        }
    }
}

/// Serves until told to stop; the first line on standard output says where.
///
/// # Errors
/// What the server failed of.
pub fn serve(config: Config, services: &'static [Service]) -> Result<()> {
    let work = async {
        telemetry::start(&config)?;
        if config.migrate_only {
            return migrate::all(&config.database_url, services).await;
        }
        let running = start(config, services).await?;
        let mut out = std::io::stdout();
        let _ = writeln!(out, "listening on {}", running.address).and_then(|()| out.flush());
        for line in &running.news {
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
        running.until_told().await
    };
    let runtime = tokio::runtime::Runtime::new().map_err(Error::internal)?;
    let ended = runtime.block_on(async {
        let ended = work.await;
        telemetry::stop().await; // what it sends travels on this runtime
        ended
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

/// Starts serving and answers at once where.
///
/// # Errors
/// When the address is taken, plaintext would leave this machine, or the database cannot be brought up to date.
pub async fn start(config: Config, services: &'static [Service]) -> Result<Running> {
    if !config.tls() && !config.listen.ip().is_loopback() && !config.insecure_plaintext {
        return Err(Error::Start(say!(
            "refusing to serve plaintext on {listen}: give --tls-cert and --tls-key, or say --insecure-plaintext",
            "refus de servir sans chiffrement sur {listen} : donnez --tls-cert et --tls-key, ou dites --insecure-plaintext",
            listen = config.listen
        )));
    }
    let tls = incoming::tls(&config)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        let listen = config.listen;
        Error::Start(say!(
            "--listen: cannot listen on {listen}: {error}",
            "--listen : impossible d'écouter sur {listen} : {error}"
        ))
    })?;
    let local = listener.local_addr().map_err(Error::internal)?;
    let clock = Clock::default();
    clock.shift(config.clock_shift);
    let database = migrate::open(&config.database_url, clock.clone(), services).await?;

    let stop = CancellationToken::new();
    let (pipes, piped) = Pipes::new();
    let authority = authority(&config)?;
    let peers = Peers { addresses: Arc::new(config.peers.iter().cloned().collect()), authority, pipes };
    let trust = Trust::new(&config.issuer, clock.clone(), peers.channel("identity")?, stop.clone());
    let token_keys = token_key::load(&database, &clock).await?;
    let config = Arc::new(config);
    let context = Context {
        config: Arc::clone(&config),
        database,
        token_keys,
        trust: trust.clone(),
        clock,
        stop: stop.clone(),
        peers,
        news: News::default(),
    };

    context.spawn(token_key::look_after(context.clone()));
    if let Some(first) = services.first() {
        context.spawn(crate::sweep::statistics(context.clone(), first.name));
    }

    let mut routes = RoutesBuilder::default();
    for service in services {
        (service.mount)(&context, &mut routes).await?;
        context.spawn(crate::sweep::requests(context.clone(), service.name));
    }
    let health = health::mount(&context, services, &mut routes).await;
    reflection(&mut routes)?;
    let mut routes = routes.routes();
    for service in services {
        watch::mount(&context, service.name, &mut routes);
    }

    let public_reflection = config.public_reflection || local.ip().is_loopback();
    let gate = Gate::new(trust, config.max_calls, public_reflection);
    let accepted = incoming::accept(listener, tls, piped, config.max_connections, stop.clone());
    let server = hardened().layer(gate).add_routes(routes.prepare());
    let (serving, drain) = (stop.clone(), config.drain_seconds);
    let task = tokio::spawn(async move {
        let closing = CancellationToken::new();
        let closed = closing.clone();
        let served = server.serve_with_incoming_shutdown(accepted, closing.cancelled_owned());
        tokio::pin!(served);
        tokio::select! {
            ended = &mut served => return ended.map_err(Error::internal),
            () = serving.cancelled() => {}
        }
        if mutant::lives(Mutant::LeavesAtOnce) {
            return Ok(());
        }
        tracing::info!("draining");
        health.drain().await;
        let grace = tokio::time::sleep(Duration::from_secs(drain));
        tokio::select! {
            ended = &mut served => return ended.map_err(Error::internal),
            () = grace => closed.cancel(),
        }
        // A mute connection would hold the server for ever (F-6).
        match tokio::time::timeout(Config::STOP_WITHIN.saturating_sub(Duration::from_secs(drain)), served)
            .await
        {
            Ok(ended) => ended.map_err(Error::internal),
            Err(_) => {
                tracing::warn!("stopped with calls still open");
                Ok(())
            }
        }
    });
    let news = std::mem::take(&mut *context.news.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Running { address: address(local, config.tls()), news, stop, task })
}

fn address(local: SocketAddr, tls: bool) -> String {
    format!("{}://{local}", if tls { "https" } else { "http" })
}

/// tonic with every defence on (guarantees §2.1): its defaults switch two of hyper's off (F-1).
///
/// Public for whoever measures against a bare server with the same settings (`tests/bench`).
pub fn hardened() -> tonic::transport::Server {
    // Not all connections of a fleet end in the same second. No grace: it would cut calls without a GOAWAY (F-2).
    let jitter = u64::from(std::process::id() % 180);
    tonic::transport::Server::builder()
        .max_concurrent_streams(100)
        .http2_max_local_error_reset_streams(Some(256))
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_header_list_size(16 * 1024)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .max_connection_age(Duration::from_secs(810 + jitter))
        .tcp_nodelay(true)
}

fn reflection(routes: &mut RoutesBuilder) -> Result<()> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTOR)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    routes.add_service(builder().build_v1().map_err(Error::internal)?);
    routes.add_service(builder().build_v1alpha().map_err(Error::internal)?); // Python's client asks only this one (F-14)
    Ok(())
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
