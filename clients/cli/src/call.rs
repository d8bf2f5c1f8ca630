//! Calls any method of the contract by its descriptor: deadline, identity, language, and repetition where it is safe.

mod bearer;
mod codec;

use std::time::Duration;

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status, Streaming};

pub(crate) use bearer::is_access_token;
pub(crate) use codec::DynamicCodec;

use crate::contract;
use crate::deed::{items_of, text};
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::session::Store;

/// A call that nobody waits for longer.
const DEADLINE: Duration = Duration::from_secs(30);
/// Imports read, check and write whole files.
pub(crate) const IMPORT_DEADLINE: Duration = Duration::from_secs(30 * 60);
const ATTEMPTS: u32 = 4;
const LARGEST_ANSWER: usize = 64 << 20;

/// A server, and whom the command is to it.
pub(crate) struct Client {
    pub(crate) server: String,
    pub(crate) language: Language,
    pub(crate) timeout: Option<Duration>,
    /// Under which name the tokens are kept.
    pub(crate) account: String,
    pub(crate) store: Store,
    /// `ENSEMBLE_TOKEN`: wins over everything that is kept.
    pub(crate) given: Option<String>,
    /// Whoever types, the server is not told.
    nobody: bool,
    channel: tokio::sync::OnceCell<Channel>,
    renewing: tokio::sync::Mutex<Option<String>>,
}

impl Client {
    pub(crate) fn new(server: String, language: Language, account: String, store: Store) -> Self {
        let given = std::env::var("ENSEMBLE_TOKEN")
            .ok()
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty());
        let (channel, renewing) = (tokio::sync::OnceCell::new(), tokio::sync::Mutex::new(None));
        Self { server, language, timeout: None, account, store, given, nobody: false, channel, renewing }
    }

    /// The same server, asked by nobody: what it answers is what anyone may know, in one language for all.
    pub(crate) fn nobody(&self) -> Self {
        let mut nobody =
            Self::new(self.server.clone(), Language::En, self.account.clone(), self.store.clone());
        (nobody.timeout, nobody.given, nobody.nobody) = (self.timeout, None, true);
        nobody
    }

    /// The connection, opened when the first call needs it.
    pub(crate) async fn channel(&self) -> Result<Channel> {
        self.channel.get_or_try_init(async || Ok(self.endpoint()?.connect_lazy())).await.cloned()
    }

    fn endpoint(&self) -> Result<Endpoint> {
        let server = &self.server;
        let wrong = |why: &dyn std::fmt::Display| {
            Fault::usage(say!(
                self.language,
                "{server} is not the address of a server: {why}",
                "{server} n'est pas l'adresse d'un serveur : {why}"
            ))
            .todo("https://ensemble.example.org · http://127.0.0.1:50051")
        };
        let secure = match server.split_once("://") {
            Some(("https", _)) => true,
            Some(("http", _)) => false,
            _ => return Err(wrong(&"http:// | https://")),
        };
        let mut endpoint = Endpoint::from_shared(server.clone())
            .map_err(|error| wrong(&error))?
            .connect_timeout(Duration::from_secs(10))
            .http2_keep_alive_interval(Duration::from_secs(30))
            .user_agent(concat!("ensemble/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| wrong(&error))?;
        if secure {
            let mut tls = ClientTlsConfig::new().with_native_roots();
            if let Some(path) = std::env::var_os("ENSEMBLE_CA_FILE") {
                let path = std::path::PathBuf::from(path);
                let pem = std::fs::read(&path).map_err(|error| Fault::file(self.language, &path, &error))?;
                tls = tls.ca_certificate(Certificate::from_pem(pem));
            }
            endpoint = endpoint.tls_config(tls).map_err(|error| wrong(&error))?;
        }
        Ok(endpoint)
    }

    /// One question, one answer.
    pub(crate) async fn unary(
        &self,
        method: &MethodDescriptor,
        mut message: DynamicMessage,
    ) -> Result<DynamicMessage> {
        identify(method, &mut message);
        self.attempts(method, async |grpc, path, request: Request<()>| {
            let request = request.map(|()| message.clone());
            Ok(grpc.unary(request, path, DynamicCodec(method.output())).await?.into_inner())
        })
        .await
    }

    /// One question, many answers.
    pub(crate) async fn server_stream(
        &self,
        method: &MethodDescriptor,
        message: DynamicMessage,
    ) -> Result<Streaming<DynamicMessage>> {
        self.attempts(method, async |grpc, path, mut request: Request<()>| {
            request.metadata_mut().remove("grpc-timeout"); // it lasts as long as someone looks
            let request = request.map(|()| message.clone());
            Ok(grpc.server_streaming(request, path, DynamicCodec(method.output())).await?.into_inner())
        })
        .await
    }

    /// Many messages, one answer or many; `messages` is called again for each attempt.
    pub(crate) async fn client_stream<S>(
        &self,
        method: &MethodDescriptor,
        messages: impl Fn() -> S,
    ) -> Result<Streaming<DynamicMessage>>
    where
        S: tokio_stream::Stream<Item = DynamicMessage> + Send + 'static,
    {
        self.attempts(method, async |grpc, path, request: Request<()>| {
            let request = request.map(|()| messages());
            Ok(grpc.streaming(request, path, DynamicCodec(method.output())).await?.into_inner())
        })
        .await
    }

    /// A call that the command makes by itself, in JSON: `UserService/GetUser`.
    pub(crate) async fn json(&self, name: &str, request: serde_json::Value) -> Result<serde_json::Value> {
        Ok(value_of(&self.dynamic(name, request).await?))
    }

    /// The same, answered by the message itself.
    pub(crate) async fn dynamic(&self, name: &str, request: serde_json::Value) -> Result<DynamicMessage> {
        let method = contract::method(name).ok_or_else(|| Fault::failure(format!("{name}?")))?;
        let message = DynamicMessage::deserialize(method.input(), request)
            .map_err(|error| Fault::failure(error.to_string()))?;
        self.unary(&method, message).await
    }

    /// All that a list has, in its order, page after page.
    pub(crate) async fn all(
        &self,
        name: &str,
        mut request: serde_json::Value,
    ) -> Result<Vec<serde_json::Value>> {
        request["pageSize"] = 1000.into();
        let mut found = Vec::new();
        loop {
            let answer = self.dynamic(name, request.clone()).await?;
            found.extend(items_of(&answer).iter().map(value_of));
            let next = text(&answer, "next_page_token");
            if next.is_empty() {
                return Ok(found);
            }
            request["pageToken"] = next.into();
        }
    }

    async fn attempts<T>(
        &self,
        method: &MethodDescriptor,
        call: impl AsyncFn(&mut Grpc<Channel>, PathAndQuery, Request<()>) -> Result<T, Status>,
    ) -> Result<T> {
        let channel = self.channel().await?;
        let path = PathAndQuery::try_from(format!("/{}", contract::path_of(method)))
            .map_err(|error| Fault::failure(error.to_string()))?;
        let id = uuid::Uuid::new_v4().to_string();
        let open = opens_a_session(method);
        let mut bearer = if open || self.nobody { None } else { self.bearer().await? };
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut grpc = Grpc::new(channel.clone()).max_decoding_message_size(LARGEST_ANSWER);
            let request = self.request(method, &id, bearer.as_deref());
            let outcome = match grpc.ready().await {
                Ok(()) => call(&mut grpc, path.clone(), request).await,
                Err(error) => Err(Status::unavailable(causes(&error))),
            };
            let status = match outcome {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            if status.code() == Code::Unauthenticated && !renewed && !open && !self.nobody {
                renewed = true;
                if let Some(stale) = &bearer
                    && let Some(fresh) = self.renew(stale).await?
                {
                    bearer = Some(fresh);
                    continue;
                }
            }
            let fault = self.explain(&status, &id);
            let wait = match (status.code(), fault.retry) {
                (Code::Unavailable | Code::ResourceExhausted, Some(wait)) => wait.min(Duration::from_secs(5)),
                (Code::Unavailable, None) => Duration::from_millis(50) * 2_u32.pow(attempt),
                _ => return Err(fault),
            };
            if attempt >= ATTEMPTS || !repeatable(method) {
                return Err(fault);
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn request(&self, method: &MethodDescriptor, id: &str, bearer: Option<&str>) -> Request<()> {
        let mut request = Request::new(());
        let usual = if method.is_client_streaming() { IMPORT_DEADLINE } else { DEADLINE };
        request.set_timeout(self.timeout.unwrap_or(usual));
        let mut put = |key: &'static str, value: &str| {
            if let Ok(value) = value.parse() {
                request.metadata_mut().insert(key, value);
            }
        };
        put("accept-language", if self.nobody { Language::En } else { self.language }.code());
        put("x-request-id", id);
        if let Some(bearer) = bearer {
            put("authorization", &format!("Bearer {bearer}"));
        }
        request
    }

    /// A status as a fault that knows which server was called.
    pub(crate) fn explain(&self, status: &Status, id: &str) -> Fault {
        let mut status = status.clone();
        if status.code() == Code::Cancelled && status.message().contains("Timeout expired") {
            status =
                Status::deadline_exceeded(say!(self.language, "no answer in time", "pas de réponse à temps"));
        }
        let mut fault = Fault::status(&status, self.language);
        if fault.request.is_empty() {
            id.clone_into(&mut fault.request);
        }
        if status.code() == Code::Unavailable && fault.reason == "Unavailable" {
            let server = &self.server;
            fault.message = say!(self.language, "{server} does not answer", "{server} ne répond pas");
            let cause =
                std::error::Error::source(&status).map_or_else(|| status.message().to_owned(), causes);
            fault.why.push(cause);
            fault.request.clear(); // it never arrived
        }
        fault.reason = fault.reason.to_uppercase();
        fault
    }
}

/// A message as JSON, with the names of the proto JSON mapping.
pub(crate) fn value_of(message: &DynamicMessage) -> serde_json::Value {
    serde_json::to_value(message).unwrap_or_default()
}

/// What a list in an answer holds; nothing where it is not there.
pub(crate) fn list(value: &serde_json::Value) -> &[serde_json::Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Gives a change an id of its own: repeated, it is done once.
fn identify(method: &MethodDescriptor, message: &mut DynamicMessage) {
    if contract::writes(method) && !message.has_field_by_name("request_id") {
        message.set_field_by_name("request_id", Value::String(uuid::Uuid::new_v4().to_string()));
    }
}

/// Reads, and changes that the server recognises by their id.
fn repeatable(method: &MethodDescriptor) -> bool {
    let reads = ["Get", "List", "Search", "BatchGet", "Export", "Introspect", "Watch"];
    contract::writes(method)
        || method.is_client_streaming()
        || reads.iter().any(|verb| method.name().starts_with(verb))
}

/// Methods that make or end tokens need none, and a stale one must not stand in their way.
fn opens_a_session(method: &MethodDescriptor) -> bool {
    ["IssueToken", "RefreshToken", "RevokeToken", "ActivateUser"].contains(&method.name())
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
