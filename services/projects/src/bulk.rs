//! The same verb for many: each by itself, in a transaction of its own, with what became of it.

use std::future::Future;

use chassis::Call;
use chassis::database::{Database, Outcome};
use chassis::error::{Error, Result};
use chassis::filter::{Field, Filter};
use chassis::idempotency;
use chassis::wire::{self, Conversation};
use futures::{FutureExt as _, StreamExt as _, stream};
use prost::Message;
use proto::projects::BulkResult;
use sea_orm::Condition;

/// Resources looked at in one call, at most.
pub(crate) const MOST: u64 = 1000;
/// So many are on their way at once: they share commits.
const AT_ONCE: usize = 16;

/// Which resources a verb is for: at most [`MOST`], and how many there are.
pub(crate) type Found = (Vec<String>, u64);

/// An answer that says what became of each.
pub(crate) trait Answer: Message + Default + 'static {
    /// With these results, and so many that were not looked at.
    fn of(results: Vec<BulkResult>, left_off: i32) -> Self;
}

macro_rules! answers {
    ($($answer:ident),+) => {
        $(impl Answer for proto::projects::$answer {
            fn of(results: Vec<BulkResult>, left_off: i32) -> Self {
                Self { results, left_off }
            }
        })+
    };
}
answers!(
    AcceptReportsResponse,
    CloseProjectsResponse,
    CloseReportingPeriodsResponse,
    OpenReportingPeriodsResponse
);

/// The condition of a filter, which must say something: all is said by naming what all have.
///
/// # Errors
/// `INVALID_ARGUMENT` on `filter`.
pub(crate) fn condition(filter: &str, fields: &'static [Field], table: &'static str) -> Result<Condition> {
    if filter.trim().is_empty() {
        return Err(Error::required("filter"));
    }
    Ok(Filter::parse(filter, fields)?.condition(table))
}

/// Does to each that is found what `one` does, or answers what the same request did before.
///
/// # Errors
/// What finding refuses; what doing refuses stands in the result of each.
pub(crate) async fn each<A: Answer, D: Future<Output = Result<()>>>(
    database: &Database,
    call: Call,
    found: impl Future<Output = Result<Found>>,
    one: impl Fn(Call, String) -> D,
) -> Result<A> {
    if let Some(before) = before(database, &call).await? {
        return Ok(before);
    }
    let (names, all) = found.await?;
    let left_off = i32::try_from(all.saturating_sub(names.len() as u64)).unwrap_or(i32::MAX);
    let by_itself = Call { request_id: String::new(), ..call.clone() };
    let results = stream::iter(names).map(|name| {
        let doing = one(by_itself.clone(), name.clone());
        async move { result(name, doing.await) }
    });
    let answer = A::of(results.buffered(AT_ONCE).collect().await, left_off);
    remember(database, call, &answer).await?;
    Ok(answer)
}

/// What became of one of many.
fn result(name: String, done: Result<()>) -> BulkResult {
    let Err(error) = done else { return BulkResult { name, done: true, ..Default::default() } };
    let message = wire::message(&error).in_language(Conversation::current().language).to_owned();
    let reason = match &error {
        Error::Refused { rule, .. } => (*rule).to_owned(),
        Error::Forbidden { .. } | Error::Unauthenticated | Error::NotFound { .. } => "PERMISSION".to_owned(),
        Error::Invalid { reason, .. } | Error::Aborted { reason, .. } => (*reason).to_owned(),
        _ => "FAILED".to_owned(),
    };
    BulkResult { name, done: false, reason, message }
}

/// What the same request answered before.
async fn before<A: Answer>(database: &Database, call: &Call) -> Result<Option<A>> {
    let call = call.clone();
    let found = database.write("projects", move |unit| {
        let call = call.clone();
        async move {
            let before = idempotency::find(unit.txn, "projects", &call).await?;
            Ok(Outcome::Discard(before.map(|before| before.response)))
        }
        .boxed()
    });
    found.await?.map(|response| A::decode(response.as_slice()).map_err(Error::internal)).transpose()
}

async fn remember(database: &Database, call: Call, answer: &impl Answer) -> Result<()> {
    if call.request_id.is_empty() || call.validate_only {
        return Ok(());
    }
    let response = answer.encode_to_vec();
    let work = database.write("projects", move |unit| {
        let (call, response) = (call.clone(), response.clone());
        async move {
            // Sent twice at once, it was done once all the same: whoever came second found nothing to do.
            if idempotency::find(unit.txn, "projects", &call).await?.is_none() {
                idempotency::remember(unit, "projects", &call, "", &response).await?;
            }
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    work.await
}
