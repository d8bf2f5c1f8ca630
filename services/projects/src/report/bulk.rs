//! Accepting many reports at once: each by itself, in a transaction of its own, with what became of it.

use std::sync::Arc;

use chassis::database::Outcome;
use chassis::error::{Error, Result};
use chassis::filter::Filter;
use chassis::wire::{self, Conversation};
use chassis::{Call, Row as _, idempotency, text};
use futures::{FutureExt as _, StreamExt as _, stream};
use prost::Message as _;
use proto::projects as pb;
use proto::projects::review_report_request::Decision;

use super::row::Model;
use super::rpc::Reports;
use super::store;
use super::verdict::Verdict;
use crate::settings::Agreed;

/// Reports looked at in one call, at most.
const MOST: u64 = 1000;
/// So many are on their way at once: they share commits.
const AT_ONCE: usize = 16;

/// Accepts the submitted reports that a filter takes, or says of each why not.
///
/// # Errors
/// `INVALID_ARGUMENT` on the filter or the comment.
pub(super) async fn accept(
    reports: &Reports,
    agreed: Arc<Agreed>,
    call: Call,
    request: pb::AcceptReportsRequest,
) -> Result<pb::AcceptReportsResponse> {
    if request.filter.trim().is_empty() {
        return Err(Error::required("filter"));
    }
    let comment = text::plain("comment", &request.comment, 2000)?;
    let condition = Filter::parse(&request.filter, Model::FIELDS)?.condition("report");
    if let Some(before) = before(reports, &call).await? {
        return Ok(before);
    }
    let (names, all) = store::submitted(reports.store.database().reader(), condition, MOST).await?;
    let left_off = i32::try_from(all.saturating_sub(names.len() as u64)).unwrap_or(i32::MAX);
    let verdict = Verdict { decision: Decision::Accept, comment: comment.clone(), comments: Vec::new() };
    let each = Call { request_id: String::new(), reason: comment, ..call.clone() };
    let results = stream::iter(names).map(|name| {
        let (call, agreed, verdict) = (each.clone(), Arc::clone(&agreed), verdict.clone());
        async move {
            let done = store::review(&reports.store, agreed, call, &name, verdict).await;
            result(name, done.map(drop))
        }
    });
    let response = pb::AcceptReportsResponse { results: results.buffered(AT_ONCE).collect().await, left_off };
    remember(reports, call, &response).await?;
    Ok(response)
}

/// What became of one of many.
pub(crate) fn result(name: String, done: Result<()>) -> pb::BulkResult {
    let Err(error) = done else { return pb::BulkResult { name, done: true, ..Default::default() } };
    let message = wire::message(&error).in_language(Conversation::current().language).to_owned();
    let reason = match &error {
        Error::Refused { rule, .. } => (*rule).to_owned(),
        Error::Forbidden { .. } | Error::Unauthenticated | Error::NotFound { .. } => "PERMISSION".to_owned(),
        Error::Invalid { reason, .. } | Error::Aborted { reason, .. } => (*reason).to_owned(),
        _ => "FAILED".to_owned(),
    };
    pb::BulkResult { name, done: false, reason, message }
}

/// What the same request answered before.
async fn before(reports: &Reports, call: &Call) -> Result<Option<pb::AcceptReportsResponse>> {
    let call = call.clone();
    let found = reports.store.database().write("projects", move |unit| {
        let call = call.clone();
        async move {
            let before = idempotency::find(unit.txn, "projects", &call).await?;
            Ok(Outcome::Discard(before.map(|before| before.response)))
        }
        .boxed()
    });
    found
        .await?
        .map(|response| pb::AcceptReportsResponse::decode(response.as_slice()).map_err(Error::internal))
        .transpose()
}

async fn remember(reports: &Reports, call: Call, response: &pb::AcceptReportsResponse) -> Result<()> {
    if call.request_id.is_empty() || call.validate_only {
        return Ok(());
    }
    let response = response.encode_to_vec();
    let work = reports.store.database().write("projects", move |unit| {
        let (call, response) = (call.clone(), response.clone());
        async move {
            // Sent twice at once, it was done once all the same: whoever came second found nothing to accept.
            if idempotency::find(unit.txn, "projects", &call).await?.is_none() {
                idempotency::remember(unit, "projects", &call, "", &response).await?;
            }
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    work.await
}
