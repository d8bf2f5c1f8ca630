//! Taking a file of activities over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::{Database, Outcome};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency};
use futures::FutureExt as _;
use proto::common::{ImportReport, ImportRequest};
use proto::partners::OrganisationAsFound;
use tonic::Streaming;

use super::as_found::partnership::Parent;
use super::parents;
use super::peers::Partners;
use super::reading;
use super::take_over::TakeOver;

/// Imports a file of activities.
pub(crate) async fn file(
    context: &Context,
    partners: &Partners,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Arc::new(Upload::receive(pieces).await?);
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    if let Some(before) = idempotency::answered(&context.database, "projects", &call).await? {
        return Ok(before);
    }
    let source = Arc::clone(&upload);
    let now = call.now;
    let survey = tokio::task::spawn_blocking(move || reading::survey(&source, now))
        .await
        .map_err(Error::internal)??;
    // What blocks a record blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (survey.problems.blocked() && !upload.options.partial);
    let call = Call { validate_only: rehearse, ..call };
    let organisations: HashMap<String, OrganisationAsFound> = {
        let keys: BTreeSet<&str> = survey.partnerships.iter().flat_map(Parent::keys).collect();
        let named = survey.organisations.iter().filter(|(key, _)| keys.contains(key.as_str()));
        named.cloned().collect()
    };
    let handed = partners.hand_over(&call, survey.organisations).await?;
    let carried =
        parents::hand_over(context, &call, survey.partnerships, &organisations, &handed.names).await?;
    let french = Conversation::current().language == Language::Fr;
    let report = ImportReport {
        counts: vec![handed.count],
        possible_duplicates: handed.possible_duplicates,
        committed: !rehearse,
        ..survey.problems.report(&upload.options.file_name, french)
    };
    let work = Arc::new(TakeOver {
        upload,
        call,
        partners: handed.names,
        carried,
        refused: survey.refused,
        repeated: survey.repeated,
        report,
        french,
    });
    match rehearse {
        true => work.rehearse(&context.database).await,
        false => commit(&context.database, work).await,
    }
}

/// Writes everything in one transaction, once per request id.
async fn commit(database: &Database, work: Arc<TakeOver>) -> Result<ImportReport> {
    let call = work.call.clone();
    let written = idempotency::once(database, "projects", call, move |unit, _| {
        let work = Arc::clone(&work);
        async move { work.run(unit).await.map(Outcome::Keep) }.boxed()
    });
    written.await
}
