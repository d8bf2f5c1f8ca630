//! How a process is run: each field is a flag, an environment variable and its documentation.

#![expect(clippy::doc_markdown, reason = "the texts are printed by --help as they stand")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// What every Ensemble server is told at start.
#[derive(Clone, Debug, Parser)]
pub struct Config {
    /// Where to listen; port 0 takes a free one, and the first line printed says which
    #[arg(long, env = "ENSEMBLE_LISTEN", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,

    /// The database: sqlite://FILE or postgres://USER@HOST/NAME
    #[arg(
        long,
        env = "ENSEMBLE_DATABASE_URL",
        default_value = "sqlite://ensemble.db",
        hide_env_values = true
    )]
    pub database_url: String,

    /// Where another service is, when it is not in this process: NAME=http://HOST:PORT (repeatable)
    #[arg(long = "peer", env = "ENSEMBLE_PEERS", value_delimiter = ',', value_parser = peer)]
    pub peers: Vec<(String, String)>,

    /// Bring the database up to date and stop
    #[arg(long)]
    pub migrate_only: bool,

    /// The certificate chain of this server, PEM; with --tls-key, TLS is on
    #[arg(long, env = "ENSEMBLE_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The private key of --tls-cert, PEM
    #[arg(long, env = "ENSEMBLE_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// A certificate authority for peers and external issuers besides the system's, PEM
    #[arg(long, env = "ENSEMBLE_PEER_CA")]
    pub peer_ca: Option<PathBuf>,

    /// Serve plaintext on an address that other machines reach
    #[arg(long, env = "ENSEMBLE_INSECURE_PLAINTEXT")]
    pub insecure_plaintext: bool,

    /// Where identity keeps its signing keys, training those of certificates, and projects the one that seals what contacts are
    /// told apart by (made on first start, mode 0600)
    #[arg(long, env = "ENSEMBLE_KEYS", default_value = "ensemble-keys")]
    pub keys: PathBuf,

    /// The address that the first coordinator of a new network signs in with
    #[arg(long, env = "ENSEMBLE_COORDINATOR", default_value = "coordinator@localhost")]
    pub coordinator: String,

    /// The https address that names this network, in tokens, signed manifests and open data. Nothing is asked of it
    #[arg(long, env = "ENSEMBLE_ISSUER", default_value = "https://ensemble.invalid", value_parser = https)]
    pub issuer: String,

    /// The https address that the public addresses in certificates begin with: of keys, status lists, achievements and
    /// issuers; --issuer when absent. Nothing is asked of it
    #[arg(long, env = "ENSEMBLE_PUBLIC_URL", value_parser = https)]
    pub public_url: Option<String>,

    /// Another OpenID Connect issuer whose users may sign in: ISSUER=AUDIENCE=JWKS, a file or an https address (repeatable)
    #[arg(long = "oidc", env = "ENSEMBLE_OIDC", value_delimiter = ',', value_parser = oidc)]
    pub oidc: Vec<Oidc>,

    /// Where Prometheus reads metrics; none when absent
    #[arg(long, env = "ENSEMBLE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// Where an OpenTelemetry collector takes traces and metrics (OTLP over gRPC); none when absent
    #[arg(long, env = "ENSEMBLE_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,

    /// What to log, as `tracing` directives
    #[arg(
        long,
        env = "ENSEMBLE_LOG",
        default_value = "info,sqlx=warn,sea_orm_migration=warn,opentelemetry=warn"
    )]
    pub log: String,

    /// Log lines as JSON
    #[arg(long, env = "ENSEMBLE_LOG_JSON")]
    pub log_json: bool,

    /// Let anyone read the contracts by reflection, also on an address that other machines reach
    #[arg(long, env = "ENSEMBLE_PUBLIC_REFLECTION")]
    pub public_reflection: bool,

    /// Seconds between saying NOT_SERVING and closing, for load balancers to notice
    #[arg(long, env = "ENSEMBLE_DRAIN_SECONDS", default_value_t = 1)]
    pub drain_seconds: u64,

    /// Calls answered at once, beyond which they are refused at once
    #[arg(long, env = "ENSEMBLE_MAX_CALLS", default_value_t = 512)]
    pub max_calls: usize,

    /// Connections held at once, in all and from one address
    #[arg(long, env = "ENSEMBLE_MAX_CONNECTIONS", default_value_t = 4096)]
    pub max_connections: usize,

    /// Move the clock by so many seconds (tests and demonstrations only)
    #[arg(
        long,
        env = "ENSEMBLE_CLOCK_SHIFT",
        default_value_t = 0,
        allow_negative_numbers = true,
        hide = true
    )]
    pub clock_shift: i64,
}

/// An external OpenID Connect issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// The claim `iss` of its tokens, exactly.
    pub issuer: String,
    /// The claim `aud` its tokens must carry.
    pub audience: String,
    /// Its keys: a file, or an https address.
    pub jwks: String,
}

impl Config {
    /// From the command line and the environment; prints help and leaves when asked to or when wrong.
    pub fn from_command_line() -> Self {
        Self::parse()
    }

    /// The hard limit of a graceful stop.
    pub const STOP_WITHIN: Duration = Duration::from_secs(25);

    /// What the public addresses in certificates begin with, without a slash at the end.
    pub fn public_url(&self) -> &str {
        self.public_url.as_deref().unwrap_or(&self.issuer).trim_end_matches('/')
    }

    /// TLS is on.
    pub fn tls(&self) -> bool {
        self.tls_cert.is_some()
    }
}

fn peer(value: &str) -> Result<(String, String), String> {
    let (name, address) = value.split_once('=').ok_or("expected NAME=http://HOST:PORT")?;
    Ok((name.to_owned(), address.to_owned()))
}

fn https(value: &str) -> Result<String, String> {
    let rest = value.strip_prefix("https://").unwrap_or_default().trim_end_matches('/');
    let plain = !rest.is_empty() && !rest.contains(['#', '?', '@']) && !rest.contains(char::is_whitespace);
    if plain { Ok(format!("https://{rest}")) } else { Err("expected an https address".to_owned()) }
}

fn oidc(value: &str) -> Result<Oidc, String> {
    match value.split('=').collect::<Vec<_>>()[..] {
        [issuer, audience, jwks] if !jwks.starts_with("http://") => {
            Ok(Oidc { issuer: issuer.to_owned(), audience: audience.to_owned(), jwks: jwks.to_owned() })
        }
        _ => Err("expected ISSUER=AUDIENCE=JWKS, JWKS being a file or an https address".to_owned()),
    }
}
