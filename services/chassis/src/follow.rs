//! Following another service's events: what one service must know of another arrives in order and takes effect once,
//! whatever stops in between.
//!
//! How far a service has come is written in the transaction of what the events did here. Replicas of a service all follow;
//! an event that one of them has handled is passed over by the others.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use proto::common::{Event, WatchEventsRequest, WatchEventsResponse};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, Set};
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use tonic_types::StatusExt as _;

use crate::database::{Outcome, Unit};
use crate::error::{Error, Result};
use crate::serve::Context;

/// The first wait after a stream broke; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(30);

mod cursor {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "follower")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub peer: String,
        /// Of the last event handled, in the peer's order.
        pub sequence: i64,
        /// Resumes after it.
        pub token: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who follows whom.
#[derive(Clone, Copy, Debug)]
pub struct Follow {
    /// The service that follows.
    pub service: &'static str,
    /// The service whose events are followed, as anyone may see them.
    pub peer: &'static str,
    /// Which events (AIP-160).
    pub filter: &'static str,
}

impl Follow {
    /// Follows from the first event kept until the process drains; `handle` runs inside the write transaction, once for
    /// each event. An event that it refuses is tried again, never skipped.
    ///
    /// # Errors
    /// When the peer's address is no address.
    pub fn start<H>(self, context: &Context, handle: H) -> Result<()>
    where
        H: for<'u> Fn(&'u mut Unit<'_>, &'u Event) -> BoxFuture<'u, Result<()>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let channel = context.channel_to(self.peer)?;
        let work = context.clone();
        context.spawn(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let before = std::time::Instant::now();
                if let Err(error) = self.once(&work, channel.clone(), &handle).await {
                    tracing::debug!(service = self.service, peer = self.peer, %error, "stopped following, will resume");
                }
                if before.elapsed() > LAST_PAUSE {
                    pause = FIRST_PAUSE;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LAST_PAUSE);
            }
        });
        Ok(())
    }

    /// Follows one stream until it ends.
    async fn once<H>(self, context: &Context, channel: Channel, handle: &H) -> Result<()>
    where
        H: for<'u> Fn(&'u mut Unit<'_>, &'u Event) -> BoxFuture<'u, Result<()>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let key = (self.service.to_owned(), self.peer.to_owned());
        let known = cursor::Entity::find_by_id(key).one(context.database.reader()).await?;
        let resume_token = known.map(|known| known.token).unwrap_or_default();
        let mut events = match self.watch(channel, resume_token).await {
            Ok(events) => events,
            Err(status) => return self.begin_again(context, status).await,
        };
        loop {
            match events.message().await {
                Ok(Some(response)) if response.events.is_empty() => {}
                Ok(Some(response)) => self.take(context, response, handle).await?,
                Ok(None) => return Ok(()),
                Err(status) => return self.begin_again(context, status).await,
            }
        }
    }

    async fn watch(
        self,
        channel: Channel,
        resume_token: String,
    ) -> Result<Streaming<WatchEventsResponse>, Status> {
        let request =
            WatchEventsRequest { resume_token, from_beginning: true, filter: self.filter.to_owned() };
        let path = format!("/ensemble.{}.v1.EventService/WatchEvents", self.peer);
        let path = path.parse().map_err(|_| Status::internal("not a path"))?;
        let mut client = tonic::client::Grpc::new(channel);
        client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let codec = tonic_prost::ProstCodec::default();
        client
            .server_streaming(tonic::Request::new(request), path, codec)
            .await
            .map(tonic::Response::into_inner)
    }

    async fn take<H>(self, context: &Context, response: WatchEventsResponse, handle: &H) -> Result<()>
    where
        H: for<'u> Fn(&'u mut Unit<'_>, &'u Event) -> BoxFuture<'u, Result<()>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let handle = handle.clone();
        let work = context.database.write(self.service, move |unit| {
            let (handle, response) = (handle.clone(), response.clone());
            async move {
                let key = (self.service.to_owned(), self.peer.to_owned());
                let known =
                    cursor::Entity::find_by_id(key).one(unit.txn).await?.map_or(0, |known| known.sequence);
                let fresh: Vec<&Event> =
                    response.events.iter().filter(|event| event.sequence > known).collect();
                let Some(last) = fresh.last().map(|event| event.sequence) else {
                    return Ok(Outcome::Discard(()));
                };
                for event in fresh {
                    handle(unit, event).await?;
                }
                self.save(unit.txn, last, response.resume_token).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        work.await
    }

    /// Where a token is no longer, or never was, one of the peer's: from the earliest event that it keeps.
    async fn begin_again(self, context: &Context, status: Status) -> Result<()> {
        let details = status.get_error_details();
        let token = match details.error_info().map(|info| (info.reason.as_str(), &info.metadata)) {
            Some(("RESUME_TOKEN_EXPIRED", facts)) => facts.get("earliest_token").cloned().unwrap_or_default(),
            Some(("RESUME_TOKEN_INVALID" | "RESUME_TOKEN_MISMATCH", _)) => String::new(),
            _ => return Err(Error::Peer(Box::new(status))),
        };
        tracing::warn!(
            service = self.service,
            peer = self.peer,
            message = status.message(),
            "follows from the earliest event"
        );
        let sequence_of_nothing = 0;
        let work = context.database.write(self.service, move |unit| {
            let token = token.clone();
            async move {
                self.save(unit.txn, sequence_of_nothing, token).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        work.await
    }

    async fn save(self, txn: &DatabaseTransaction, sequence: i64, token: String) -> Result<()> {
        let row = cursor::ActiveModel {
            service: Set(self.service.to_owned()),
            peer: Set(self.peer.to_owned()),
            sequence: Set(sequence),
            token: Set(token),
        };
        let newer = OnConflict::columns([cursor::Column::Service, cursor::Column::Peer])
            .update_columns([cursor::Column::Sequence, cursor::Column::Token])
            .to_owned();
        cursor::Entity::insert(row).on_conflict(newer).exec_without_returning(txn).await?;
        Ok(())
    }
}
