//! Taking a table of territories over, in one transaction, or not at all.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency};
use futures::FutureExt as _;
use proto::common::{ImportReport, ImportRequest};
use tonic::Streaming;

use super::take_over::TakeOver;

/// Imports a table of territories.
pub(crate) async fn file(
    context: &Context,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Arc::new(Upload::receive(pieces).await?);
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    let french = Conversation::current().language == Language::Fr;
    let work = Arc::new(TakeOver { upload, french });
    if call.validate_only {
        return work.rehearse(&context.database, &call).await;
    }
    let taken = idempotency::once(&context.database, "projects", call, move |unit, call| {
        let work = Arc::clone(&work);
        async move { work.run(unit, call).await }.boxed()
    });
    taken.await
}
