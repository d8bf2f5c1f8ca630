//! The same request sent twice is done once (AIP-155).
//!
//! A request id is remembered in the transaction of its effect, so either both are on disk or neither. What is kept is
//! the resource's name, not its content: a repetition answers the resource as it is now, and nothing personal is stored twice.

#![expect(missing_docs, reason = "the columns are the fields of `Call`")]

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseTransaction, Set};

use crate::column::Micros;
use crate::database::{Database, Outcome, Unit};
use crate::error::{Error, Result, Violation};
use crate::mutant::{self, Mutant};
use crate::say;
use crate::store::Call;

/// How long a request id is remembered, in microseconds: a day.
pub const WINDOW: i64 = 24 * 3600 * 1_000_000;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub method: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: String,
    pub hash: Vec<u8>,
    /// The resource that the request made or changed.
    pub resource: String,
    /// The answer, of methods that do not answer a resource.
    pub response: Vec<u8>,
    pub time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// A piece of work whose answer is no resource, done once per request id: the same answer is given again.
///
/// # Errors
/// What the work refuses; `INVALID_ARGUMENT` when the id was used for another request.
pub async fn once<M: prost::Message + Default + 'static>(
    database: &Database,
    service: &'static str,
    call: Call,
    work: impl for<'u> Fn(&'u mut Unit<'_>, &'u Call) -> BoxFuture<'u, Result<Outcome<M>>>
    + Send
    + Sync
    + Clone
    + 'static,
) -> Result<M> {
    let done = database.write(service, move |unit| {
        let (call, work) = (call.clone(), work.clone());
        async move {
            if let Some(before) = find(unit.txn, service, &call).await? {
                return M::decode(before.response.as_slice()).map(Outcome::Discard).map_err(Error::internal);
            }
            match work(unit, &call).await? {
                Outcome::Keep(answer) if !call.validate_only => {
                    remember(unit, service, &call, "", &answer.encode_to_vec()).await?;
                    Ok(Outcome::Keep(answer))
                }
                Outcome::Keep(answer) | Outcome::Discard(answer) => Ok(Outcome::Discard(answer)),
            }
        }
        .boxed()
    });
    done.await
}

/// What this request answered before, for work that begins with others than the database.
///
/// # Errors
/// `INVALID_ARGUMENT` when its id was used for another request.
pub async fn answered<M: prost::Message + Default + 'static>(
    database: &Database,
    service: &'static str,
    call: &Call,
) -> Result<Option<M>> {
    if call.request_id.is_empty() || call.validate_only {
        return Ok(None);
    }
    let call = call.clone();
    let look = database.write(service, move |unit| {
        let call = call.clone();
        async move {
            let before = find(unit.txn, service, &call).await?;
            let answer = before.map(|before| M::decode(before.response.as_slice())).transpose();
            answer.map(Outcome::Discard).map_err(Error::internal)
        }
        .boxed()
    });
    look.await
}

/// What this request did before, if it was sent before.
///
/// # Errors
/// `INVALID_ARGUMENT` when its id was used for another request.
pub async fn find(txn: &DatabaseTransaction, service: &'static str, call: &Call) -> Result<Option<Model>> {
    if call.request_id.is_empty() {
        return Ok(None);
    }
    let key = (service.to_owned(), call.caller.subject.clone(), call.method.clone(), call.request_id.clone());
    match Entity::find_by_id(key).one(txn).await? {
        Some(before) if before.hash == call.hash => Ok(Some(before)),
        Some(_) => Err(Error::Invalid {
            reason: "REQUEST_ID_REUSED",
            fields: vec![Violation {
                field: "request_id".to_owned(),
                why: say!(
                    "used before for another request: make a new UUID4",
                    "déjà utilisé pour une autre requête : créez un nouvel UUID4"
                ),
            }],
        }),
        None => Ok(None),
    }
}

/// Remembers what a request did, within its transaction.
///
/// # Errors
/// Only the database's.
pub async fn remember(
    unit: &Unit<'_>,
    service: &'static str,
    call: &Call,
    resource: &str,
    response: &[u8],
) -> Result<()> {
    if call.request_id.is_empty() || mutant::lives(Mutant::ForgetsRequests) {
        return Ok(());
    }
    let row = ActiveModel {
        service: Set(service.to_owned()),
        principal: Set(call.caller.subject.clone()),
        method: Set(call.method.clone()),
        request_id: Set(call.request_id.clone()),
        hash: Set(call.hash.clone()),
        resource: Set(resource.to_owned()),
        response: Set(response.to_vec()),
        time: Set(unit.now),
    };
    Entity::insert(row).exec_without_returning(unit.txn).await?;
    Ok(())
}

/// Forgets the requests of before `time`.
///
/// # Errors
/// Only the database's.
pub async fn forget(txn: &DatabaseTransaction, service: &str, time: Micros) -> Result<()> {
    Entity::delete_many().filter(COLUMN.service.eq(service)).filter(COLUMN.time.lt(time)).exec(txn).await?;
    Ok(())
}
