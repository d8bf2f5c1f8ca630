//! Accepting many reports at once.

use std::sync::Arc;

use chassis::error::Result;
use chassis::{Call, Row as _, text};
use proto::projects as pb;
use proto::projects::review_report_request::Decision;

use super::row::Model;
use super::rpc::Reports;
use super::store;
use super::verdict::Verdict;
use crate::bulk;
use crate::settings::Agreed;

/// Accepts the submitted reports that a filter takes, or says of each why not.
///
/// # Errors
/// `INVALID_ARGUMENT` on the filter or the comment.
pub(super) async fn accept(
    reports: &Reports,
    agreed: Arc<Agreed>,
    mut call: Call,
    request: pb::AcceptReportsRequest,
) -> Result<pb::AcceptReportsResponse> {
    let condition = bulk::condition(&request.filter, Model::FIELDS, "report")?;
    call.reason = text::plain("comment", &request.comment, 2000)?;
    let comment = call.reason.clone();
    let verdict = Verdict { decision: Decision::Accept, comment, comments: Vec::new() };
    let database = reports.store.database();
    let found = store::submitted(database.reader(), condition, bulk::MOST);
    bulk::each(database, call, found, |call, name| {
        let (agreed, verdict) = (Arc::clone(&agreed), verdict.clone());
        async move { store::review(&reports.store, agreed, call, &name, verdict).await.map(drop) }
    })
    .await
}
