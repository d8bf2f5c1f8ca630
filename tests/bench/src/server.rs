//! The server under load and the echo beside it: started on a free port, killed when dropped.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use proto::identity::token_service_client::TokenServiceClient;
use proto::identity::user_service_client::UserServiceClient;
use proto::identity::{ActivateUserRequest, IssueTokenRequest, PasswordGrant, issue_token_request::Grant};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::Result;

/// How a server says where it is, and the first coordinator's code.
pub(crate) const LISTENING: &str = "listening on ";
const INVITATION: &str = "invitation for the first coordinator: ";
const PASSWORD: &str = "correct horse battery staple, twice";

/// A process that serves.
pub(crate) struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    /// Where it listens.
    pub(crate) address: String,
    began: Instant,
}

impl Server {
    /// `ensemble serve`, from beside this very program, told this besides.
    pub(crate) fn ensemble(home: &Path, database: &str, flags: &[&str]) -> Result<Self> {
        let ensemble = std::env::current_exe()?.with_file_name("ensemble");
        if !ensemble.exists() {
            return Err(
                format!("{} is missing: build it with cargo build --release", ensemble.display()).into()
            );
        }
        let mut command = Command::new(ensemble);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ENSEMBLE_"))
        {
            command.env_remove(name);
        }
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", database, "--keys"])
            .arg(home.join("keys"))
            .args(flags);
        Self::start(command.current_dir(home), &home.join("ensemble.log"))
    }

    /// The bare echo of these answers.
    pub(crate) fn echo(get: &Path, list: &Path) -> Result<Self> {
        let log = get.with_extension("log");
        Self::start(Command::new(std::env::current_exe()?).arg("echo").arg(get).arg(list), &log)
    }

    fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let began = Instant::now();
        let errors = std::fs::File::create(log)?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut server = Self { child, lines: BufReader::new(output).lines(), address: String::new(), began };
        server.address = server
            .said(LISTENING)
            .map_err(|error| format!("{error}\n{}", std::fs::read_to_string(log).unwrap_or_default()))?;
        Ok(server)
    }

    fn said(&mut self, prefix: &str) -> Result<String> {
        for line in self.lines.by_ref() {
            if let Some(rest) = line?.strip_prefix(prefix) {
                return Ok(rest.trim().to_owned());
            }
        }
        Err(format!("the server ended without saying: {prefix}").into())
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// How long after its start it was first SERVING.
    pub(crate) async fn serving(&self) -> Result<Duration> {
        let mut health = HealthClient::new(self.connect().await?);
        loop {
            let answer = health.check(HealthCheckRequest::default()).await?.into_inner();
            if answer.status() == ServingStatus::Serving {
                return Ok(self.began.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<Channel> {
        Ok(Endpoint::from_shared(self.address.clone())?.tcp_nodelay(true).connect().await?)
    }

    /// Accepts the invitation of the first start.
    pub(crate) async fn activate(&mut self) -> Result<()> {
        let invitation_code = self.said(INVITATION)?;
        let request =
            ActivateUserRequest { invitation_code, password: PASSWORD.to_owned(), ..Default::default() };
        UserServiceClient::new(self.connect().await?).activate_user(request).await?;
        Ok(())
    }

    /// Signs the coordinator in: the header to send along.
    pub(crate) async fn sign_in(&self) -> Result<String> {
        self.sign_in_as("coordinator@localhost", PASSWORD).await
    }

    /// Signs anyone in.
    pub(crate) async fn sign_in_as(&self, email: &str, password: &str) -> Result<String> {
        let grant = PasswordGrant { email: email.to_owned(), password: password.to_owned() };
        let request = IssueTokenRequest { grant: Some(Grant::Password(grant)) };
        let pair = TokenServiceClient::new(self.connect().await?).issue_token(request).await?.into_inner();
        Ok(format!("Bearer {}", pair.access_token))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
