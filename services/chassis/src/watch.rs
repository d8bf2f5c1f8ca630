//! `EventService` of every service: the change table as a stream, and as an audit trail (BEY-10).
//!
//! A watcher reads the table by sequence number, so it sees every committed change once, in commit order, and its token
//! is just the last number it was given, sealed together with the filter it was given under.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::Stream;
use http::{Request as HttpRequest, Response as HttpResponse};
use prost::Message as _;
use proto::common::{
    AuditEvent, Event, ListAuditEventsRequest, ListAuditEventsResponse, WatchEventsRequest,
    WatchEventsResponse,
};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::server::{Grpc, ServerStreamingService, UnaryService};
use tonic::{Request, Response, Status};

use crate::auth::{Caller, Role};
use crate::change::{COLUMN, Entity, Model};
use crate::error::{Error, Result, Violation};
use crate::filter::{Field, Filter, FilterValue};
use crate::mutant::{self, Mutant};
use crate::page::{Ask, Query};
use crate::say;
use crate::serve::Context;
use crate::wire::Conversation;

/// What resume tokens are sealed for.
const PURPOSE: &str = "watch";
/// So many changes are read at a time, unless one piece of work made more.
const BATCH: u64 = 256;
/// The events of one response, in bytes, unless one event alone is larger: gRPC's clients take 4 MiB unless told otherwise.
const LARGEST: usize = 1024 * 1024;
/// A watcher that has nothing to hear hears that, at least so often.
const CHECKPOINT: Duration = Duration::from_secs(10);
/// Other processes' commits are looked for so often; this one's are known at once.
const LOOK: Duration = Duration::from_millis(250);
/// A watcher that takes nothing for so long is told that it is too slow.
const PATIENCE: Duration = Duration::from_secs(30);

const EVENT_FIELDS: &[Field] = &[
    Field::text("subject").column("resource"),
    Field::text("type").column("method"),
    Field::text("to_state"),
    Field::text("from_state"),
];

const AUDIT_FIELDS: &[Field] = &[
    Field::text("resource"),
    Field::text("principal"),
    Field::text("method"),
    Field::text("to_state"),
    Field::text("request_id"),
    Field::time("event_time").column("time"),
    Field::integer("sequence").column("seq"),
];

/// Where a watcher stands.
#[derive(Clone, PartialEq, prost::Message)]
struct Cursor {
    #[prost(string, tag = "1")]
    service: String,
    #[prost(int64, tag = "2")]
    seq: i64,
    #[prost(string, tag = "3")]
    filter: String,
}

/// Puts a service's `EventService` behind the gate. It is one code for all services, so it is routed by hand.
pub(crate) fn mount(context: &Context, service: &'static str, routes: &mut tonic::service::Routes) {
    let events = Events { context: context.clone(), service };
    let path = |method: &str| format!("/ensemble.{service}.v1.EventService/{method}");
    let router = std::mem::take(routes.axum_router_mut());
    let (watch, list) = (events.clone(), events);
    *routes.axum_router_mut() = router
        .route_service(
            &path("WatchEvents"),
            tower::service_fn(move |request: HttpRequest<_>| {
                let watch = watch.clone();
                async move {
                    let mut grpc = Grpc::new(tonic_prost::ProstCodec::default());
                    let answer: HttpResponse<Body> = grpc.server_streaming(watch, request.map(body)).await;
                    Ok::<_, std::convert::Infallible>(answer)
                }
            }),
        )
        .route_service(
            &path("ListAuditEvents"),
            tower::service_fn(move |request: HttpRequest<_>| {
                let list = list.clone();
                async move {
                    let mut grpc = Grpc::new(tonic_prost::ProstCodec::default());
                    let answer: HttpResponse<Body> = grpc.unary(list, request.map(body)).await;
                    Ok::<_, std::convert::Infallible>(answer)
                }
            }),
        );
}

fn body<B>(body: B) -> Body
where
    B: http_body::Body<Data = tonic::codegen::Bytes> + Send + 'static,
    B::Error: Into<tonic::codegen::StdError>,
{
    Body::new(body)
}

#[derive(Clone)]
struct Events {
    context: Context,
    service: &'static str,
}

type Sent = Result<WatchEventsResponse, Status>;

impl ServerStreamingService<WatchEventsRequest> for Events {
    type Response = WatchEventsResponse;
    type ResponseStream = std::pin::Pin<Box<dyn Stream<Item = Sent> + Send>>;
    type Future = BoxFuture<Response<Self::ResponseStream>, Status>;

    fn call(&mut self, request: Request<WatchEventsRequest>) -> Self::Future {
        let events = self.clone();
        async move { Ok(events.watch(Caller::of(&request), request.into_inner()).await?) }.boxed()
    }
}

impl UnaryService<ListAuditEventsRequest> for Events {
    type Response = ListAuditEventsResponse;
    type Future = BoxFuture<Response<ListAuditEventsResponse>, Status>;

    fn call(&mut self, request: Request<ListAuditEventsRequest>) -> Self::Future {
        let events = self.clone();
        async move { Ok(events.audit(&Caller::of(&request), request.get_ref()).await?) }.boxed()
    }
}

impl Events {
    async fn watch(
        self,
        caller: Arc<Caller>,
        request: WatchEventsRequest,
    ) -> Result<Response<<Self as ServerStreamingService<WatchEventsRequest>>::ResponseStream>> {
        let filter = Filter::parse(&request.filter, EVENT_FIELDS)?;
        let start = self.start(&request).await?;
        let (sender, receiver) = mpsc::channel(16);
        let ended = Arc::new(tokio::sync::OnceCell::new());
        let watcher = Watcher {
            context: self.context.clone(),
            service: self.service,
            caller,
            filter,
            text: request.filter,
            seq: start,
            told: Instant::now(),
            sender,
        };
        let conversation = Conversation::current();
        let end = Arc::clone(&ended);
        tokio::spawn(conversation.clone().carry(async move {
            if let Err(error) = watcher.run().await {
                let _ = end.set(crate::wire::status(error, &Conversation::current()));
            }
        }));
        // Why the stream ended comes after all that was sent, however full the buffer is.
        let events = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let last = futures::stream::once(async move { ended.get().cloned() });
        let stream = futures::StreamExt::chain(
            events,
            futures::StreamExt::filter_map(last, |end| async move { end.map(Err) }),
        );
        Ok(Response::new(Box::pin(stream)))
    }

    /// The number after which the watcher begins.
    async fn start(&self, request: &WatchEventsRequest) -> Result<i64> {
        let (first, last) = self.ends().await?;
        if request.resume_token.is_empty() {
            return Ok(if request.from_beginning { first - 1 } else { last });
        }
        let bad = |reason, why| Error::Invalid {
            reason,
            fields: vec![Violation { field: "resume_token".to_owned(), why }],
        };
        let cursor: Cursor =
            self.context.token_keys.open(PURPOSE, &request.resume_token).ok_or_else(|| {
                bad(
                    "RESUME_TOKEN_INVALID",
                    say!("not a token of this service", "ce n'est pas un jeton de ce service"),
                )
            })?;
        if cursor.service != self.service || cursor.seq > last {
            return Err(bad(
                "RESUME_TOKEN_INVALID",
                say!("not a token of this service", "ce n'est pas un jeton de ce service"),
            ));
        }
        if cursor.filter != request.filter {
            return Err(bad(
                "RESUME_TOKEN_MISMATCH",
                say!(
                    "given under another filter: send that filter, or begin anew",
                    "donné avec un autre filtre : renvoyez ce filtre, ou recommencez"
                ),
            ));
        }
        if cursor.seq + 1 < first {
            let earliest = self.context.token_keys.seal(PURPOSE, &Cursor { seq: first - 1, ..cursor });
            return Err(Error::OutOfRange {
                reason: "RESUME_TOKEN_EXPIRED",
                why: say!(
                    "the events after this token are no longer kept: take a full copy, then resume from the earliest token",
                    "les événements suivant ce jeton ne sont plus conservés : refaites une copie complète, puis reprenez au plus ancien jeton"
                ),
                facts: vec![("earliest_token".to_owned(), earliest)],
            });
        }
        Ok(if mutant::lives(Mutant::ResumesFromNow) { last } else { cursor.seq })
    }

    /// The first number kept, and the last one committed.
    async fn ends(&self) -> Result<(i64, i64)> {
        let reader = self.context.database.reader();
        let of = |order| {
            Entity::find()
                .filter(COLUMN.service.eq(self.service))
                .order_by(crate::change::Column::Seq, order)
                .select_only()
                .column(crate::change::Column::Seq)
                .into_tuple::<i64>()
                .one(reader)
        };
        let last = of(sea_orm::Order::Desc).await?.unwrap_or(0);
        Ok((of(sea_orm::Order::Asc).await?.unwrap_or(last + 1), last))
    }

    async fn audit(
        &self,
        caller: &Caller,
        request: &ListAuditEventsRequest,
    ) -> Result<Response<ListAuditEventsResponse>> {
        let ask = Ask {
            method: Conversation::current().method,
            parent: "",
            scope: &caller.subject,
            page_size: request.page_size,
            page_token: &request.page_token,
            filter: &request.filter,
            order_by: "sequence desc",
        };
        let query = Query::parse(ask, AUDIT_FIELDS, &self.context.token_keys, self.context.clock.now())?;
        let mut visible = sea_orm::Condition::all().add(COLUMN.service.eq(self.service));
        if !caller.is(Role::Coordinator) {
            let own: Vec<&String> =
                caller.partners.keys().filter(|partner| caller.administers(partner)).collect();
            visible = visible.add(COLUMN.owner.is_in(own.into_iter().cloned()));
        }
        let rows = query.apply(Entity::find().filter(visible)).all(self.context.database.reader()).await?;
        let page = query.page::<Model>(rows);
        Ok(Response::new(ListAuditEventsResponse {
            audit_events: page.rows.into_iter().map(line).collect(),
            next_page_token: page.next_page_token,
        }))
    }
}

fn line(change: Model) -> AuditEvent {
    AuditEvent {
        event_time: Some(change.time.to_timestamp()),
        principal: change.principal,
        method: change.method,
        resource: change.resource,
        from_state: change.from_state,
        to_state: change.to_state,
        reason: change.reason,
        request_id: change.request_id,
        sequence: change.seq,
    }
}

struct Watcher {
    context: Context,
    service: &'static str,
    caller: Arc<Caller>,
    filter: Filter,
    text: String,
    seq: i64,
    told: Instant,
    sender: mpsc::Sender<Sent>,
}

impl Watcher {
    /// Until the watcher leaves, may no longer watch, is too slow, or the process drains.
    async fn run(mut self) -> Result<()> {
        let mut committed = self.context.database.committed();
        loop {
            self.context.trust.recheck(&self.caller)?;
            let rows = self.read().await?;
            let caught_up = rows.is_empty();
            let (mut events, mut size) = (Vec::new(), 0);
            for row in rows {
                let ends_at = row.last.then_some(row.seq);
                if self.wants(&row) {
                    let next = event(self.service, row);
                    size += next.encoded_len();
                    if size > LARGEST && !events.is_empty() {
                        size = next.encoded_len();
                        // Its token is still before the piece of work that is not told to its end.
                        self.send(std::mem::take(&mut events)).await?;
                    }
                    events.push(next);
                }
                self.seq = ends_at.unwrap_or(self.seq);
            }
            if !events.is_empty() || self.told.elapsed() >= CHECKPOINT {
                self.send(events).await?;
            }
            if !caught_up {
                continue;
            }
            tokio::select! {
                () = self.context.stop.cancelled() => {
                    self.send(Vec::new()).await?;
                    return Err(Error::Unavailable(say!(
                        "the server is stopping; resume from the last token",
                        "le serveur s'arrête ; reprenez au dernier jeton"
                    )));
                }
                () = self.sender.closed() => return Ok(()),
                _ = committed.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// The next changes, never a part of what was committed as one.
    async fn read(&self) -> Result<Vec<Model>> {
        let after = |seq| {
            Entity::find()
                .filter(COLUMN.service.eq(self.service))
                .filter(COLUMN.seq.gt(seq))
                .order_by_asc(COLUMN.seq)
        };
        let reader = self.context.database.reader();
        let mut rows = after(self.seq).limit(BATCH).all(reader).await?;
        while let Some(row) = rows.last().filter(|row| !row.last) {
            let rest = after(row.seq).limit(BATCH).all(reader).await?;
            let end = rest.iter().position(|row| row.last).map_or(rest.len(), |last| last + 1);
            rows.extend(rest.into_iter().take(end));
        }
        Ok(rows)
    }

    fn wants(&self, row: &Model) -> bool {
        let may = row.public
            || self.caller.oversees()
            || self.caller.belongs_to(&row.owner)
            || self.caller.subject == row.owner;
        may && self.filter.matches(&|field| match field {
            "subject" => Some(FilterValue::Text(row.resource.clone())),
            "type" => Some(FilterValue::Text(row.method.clone())),
            "to_state" => Some(FilterValue::Text(row.to_state.clone())),
            "from_state" => Some(FilterValue::Text(row.from_state.clone())),
            _ => None,
        })
    }

    async fn send(&mut self, events: Vec<Event>) -> Result<()> {
        let cursor = Cursor { service: self.service.to_owned(), seq: self.seq, filter: self.text.clone() };
        let resume_token = self.context.token_keys.seal(PURPOSE, &cursor);
        let sent = self.sender.send_timeout(Ok(WatchEventsResponse { events, resume_token }), PATIENCE).await;
        self.told = Instant::now();
        match sent {
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                metrics::counter!("ensemble_watchers_too_slow_total").increment(1);
                Err(Error::Exhausted {
                    reason: "WATCHER_TOO_SLOW",
                    why: say!(
                        "you read too slowly; resume from the last token",
                        "vous lisez trop lentement ; reprenez au dernier jeton"
                    ),
                    retry_after: Some(Duration::from_secs(1)),
                })
            }
            _ => Ok(()),
        }
    }
}

fn event(service: &str, change: Model) -> Event {
    Event {
        id: change.id,
        source: format!("//{service}"),
        r#type: change.method,
        subject: change.resource,
        time: Some(change.time.to_timestamp()),
        sequence: change.seq,
        revision: change.revision,
        from_state: change.from_state,
        to_state: change.to_state,
        data: Some(prost_types::Any {
            type_url: format!("type.googleapis.com/{}", change.type_name),
            value: change.data,
        }),
    }
}
