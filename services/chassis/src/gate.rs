//! The gate: one layer that every call passes, in this order.
//!
//! Is the method in the contract · how long may it take · is there room · who calls · may they try · then the handler,
//! whose panic is an INTERNAL and whose errors speak the caller's language.

use std::future::Future as _;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::Instrument as _;

use crate::auth::{self, Caller, Method, Trust};
use crate::error::{Error, Result};
use crate::say;
use crate::say::Language;
use crate::wire::{Conversation, status};

/// What passes without a place in our contract: health for anyone, reflection when it is public.
const HEALTH: &str = "grpc.health.v1.Health/";
const REFLECTION: &str = "grpc.reflection.";

/// The target of a call's span and of what is logged of how it ended.
pub(crate) const TARGET: &str = module_path!();

/// The layer.
#[derive(Clone)]
pub struct Gate {
    trust: Trust,
    room: Arc<Semaphore>,
    public_reflection: bool,
}

impl Gate {
    /// With room for so many calls at once.
    pub fn new(trust: Trust, max_calls: usize, public_reflection: bool) -> Self {
        Self { trust, room: Arc::new(Semaphore::new(max_calls)), public_reflection }
    }

    /// Who calls, by the credential sent along.
    async fn caller(&self, headers: &HeaderMap) -> Result<Arc<Caller>> {
        let mut bearers = headers.get_all("authorization").iter();
        let mut keys = headers.get_all("x-api-key").iter();
        match (bearers.next(), bearers.next(), keys.next(), keys.next()) {
            (None, None, None, None) => Ok(Arc::default()),
            (Some(bearer), None, None, None) => {
                let token = bearer.to_str().ok().and_then(|text| text.split_once(' '));
                match token {
                    Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                        self.trust.caller(token).await
                    }
                    _ => Err(Error::Unauthenticated),
                }
            }
            (None, None, Some(key), None) => {
                self.trust.machine(key.to_str().map_err(|_| Error::Unauthenticated)?).await
            }
            _ => Err(Error::Unauthenticated), // two credentials: which one is meant cannot be known
        }
    }

    async fn admit(
        &self,
        method: Option<&'static Method>,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Arc<Caller>> {
        let Some(method) = method else {
            if path.starts_with(REFLECTION) && !self.public_reflection {
                let caller = self.caller(headers).await?;
                return if caller.is_nobody() { Err(Error::Unauthenticated) } else { Ok(caller) };
            }
            return Ok(Arc::default());
        };
        let caller = match method.opens_session {
            // A session is renewed with whatever stale token is at hand, and revoked with a good one.
            true => self.caller(headers).await.unwrap_or_default(),
            false => self.caller(headers).await?,
        };
        caller.may_try(method)?;
        Ok(caller)
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { gate: self.clone(), inner }
    }
}

/// A service behind the gate.
#[derive(Clone)]
pub struct Gated<S> {
    gate: Gate,
    inner: S,
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, std::result::Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let gate = self.gate.clone();
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        async move {
            let began = Instant::now();
            let path = request.uri().path().trim_start_matches('/').to_owned();
            let method = auth::method(&path);
            let conversation = conversation(request.headers(), method);
            // A path that is not ours may say anything: it stays out of traces.
            let open = path.starts_with(HEALTH) || path.starts_with(REFLECTION);
            let known = if method.is_some() || open { path.as_str() } else { "unknown" };
            let code = tracing::field::Empty;
            let span = tracing::info_span!("call", method = known, code, request = conversation.request);
            let told = conversation.clone();
            let refuse = |error: Error| Ok(status(error, &told).into_http());

            let work = async {
                if method.is_none() && !open {
                    return Ok(Status::unimplemented("no such method").into_http());
                }
                // Health is answered however full the house is.
                let room = match path.starts_with(HEALTH) {
                    true => None,
                    false => match Arc::clone(&gate.room).try_acquire_owned() {
                        Ok(permit) => Some(permit),
                        Err(_) => return refuse(overloaded()),
                    },
                };
                let longest = method.map_or(Duration::from_secs(30), |method| method.longest);
                let allowed =
                    requested_deadline(request.headers()).map_or(longest, |asked| asked.min(longest));
                let answer = async {
                    let caller = match gate.admit(method, &path, request.headers()).await {
                        Ok(caller) => caller,
                        Err(error) => return refuse(error),
                    };
                    request.extensions_mut().insert(caller);
                    inner.call(request).await.map(tidy)
                };
                // A panic, of the handler or of the gate over a credential, ends this call and no other of the connection.
                let answer = async {
                    match AssertUnwindSafe(answer).catch_unwind().await {
                        Ok(response) => response,
                        Err(_) => refuse(Error::internal("a call panicked")),
                    }
                };
                let answer = conversation.carry(answer);
                let response = match tokio::time::timeout(allowed, answer).await {
                    Ok(response) => response,
                    Err(_) => refuse(Error::Deadline),
                };
                drop(room);
                response
            };
            let response = work.instrument(span.clone()).await;
            if let Ok(response) = &response {
                seen(&span, method.map_or("unknown", |method| method.path), response, began.elapsed());
            }
            response
        }
        .boxed()
    }
}

/// Counts and logs an answer: refusals of who may do what are always logged (S17), never with a credential. A call that
/// failed without a word of ours is one that its client left or garbled: tonic answered it, to nobody or to say so.
fn seen(span: &tracing::Span, method: &'static str, response: &Response<Body>, took: Duration) {
    let code = grpc_code(response.headers());
    let name = format!("{code:?}");
    metrics::counter!("ensemble_calls_total", "method" => method, "code" => name.clone()).increment(1);
    metrics::histogram!("ensemble_call_seconds", "method" => method).record(took.as_secs_f64());
    span.record("code", &name);
    let micros = took.as_micros();
    let ours = response.headers().contains_key("grpc-status-details-bin");
    span.in_scope(|| match code {
        Code::Unauthenticated | Code::PermissionDenied => tracing::info!(micros, "denied"),
        Code::Internal | Code::Unknown | Code::DataLoss if ours => tracing::error!(micros, "failed"),
        _ => tracing::debug!(micros, "answered"),
    });
}

fn grpc_code(headers: &HeaderMap) -> Code {
    headers.get("grpc-status").map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()))
}

fn conversation(headers: &HeaderMap, method: Option<&'static Method>) -> Conversation {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let accepted = text("accept-language").unwrap_or_default();
    let printable = |id: &&str| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic());
    let request = text("x-request-id").filter(printable).map(str::to_owned);
    Conversation {
        language: Language::negotiate(accepted),
        preferences: say::preferences(accepted),
        request: request.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
        method: method.map_or("", |method| method.path),
    }
}

/// tonic's `Server::timeout` answers CANCELLED (F-3), so the deadline is kept here.
fn requested_deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    Some(match unit {
        "H" => Duration::from_secs(amount * 3600),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    })
}

fn overloaded() -> Error {
    Error::Exhausted {
        reason: "OVERLOADED",
        why: say!(
            "too many calls at once; try again shortly",
            "trop d'appels à la fois ; réessayez dans un instant"
        ),
        retry_after: Some(Duration::from_millis(200)),
    }
}

/// A message that is too large is `RESOURCE_EXHAUSTED` in gRPC's practice; tonic says `OUT_OF_RANGE` (F-4).
fn tidy(response: Response<Body>) -> Response<Body> {
    let too_large = grpc_code(response.headers()) == Code::OutOfRange
        && response.headers().get("grpc-status-details-bin").is_none();
    if !too_large {
        return response;
    }
    let why = say!("the message is too large: at most 4 MiB", "le message est trop grand : 4 Mio au plus");
    status(Error::Exhausted { reason: "TOO_LARGE", why, retry_after: None }, &Conversation::current())
        .into_http()
}

/// Ends a stream of answers when its watcher is told to stop.
pub struct Until<S> {
    stream: S,
    stop: Pin<Box<tokio_util::sync::WaitForCancellationFutureOwned>>,
}

impl<S> Until<S> {
    /// The stream, until the token is cancelled.
    pub fn new(stream: S, stop: tokio_util::sync::CancellationToken) -> Self {
        Self { stream, stop: Box::pin(stop.cancelled_owned()) }
    }
}

impl<S: futures::Stream + Unpin> futures::Stream for Until<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        if self.stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.stream).poll_next(context)
    }
}

#[cfg(test)]
mod tests;
