//! The conversation about what is taken over as found: who asks, what, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::Outcome;
use chassis::download::{self, XLSX};
use chassis::error::{Error, Result, Violations};
use chassis::wire::{Conversation, reply};
use chassis::{Call, Context, Reply, idempotency, say};
use futures::FutureExt as _;
use proto::common::import_problem::Severity;
use proto::common::{FileChunk, ImportChange, ImportProblem, ImportReport, ImportRequest};
use proto::partners as pb;
use proto::partners::partnership_import_service_server::{
    PartnershipImportService, PartnershipImportServiceServer,
};
use tonic::codegen::BoxStream;
use tonic::{Request, Streaming};

use super::take::{Change, Trouble, take};
use super::tally::Tally;
use crate::partner::import::{counted, recognise};
use crate::{grant, listed};

/// Partnerships, and organisations, of one request.
const MOST: usize = 1000;

pub(crate) fn service(context: &Context) -> PartnershipImportServiceServer<Imports> {
    PartnershipImportServiceServer::new(Imports(context.clone()))
}

pub(crate) struct Imports(Context);

#[tonic::async_trait]
impl PartnershipImportService for Imports {
    async fn import_partnerships(
        &self,
        request: Request<pb::ImportPartnershipsRequest>,
    ) -> Reply<pb::ImportPartnershipsResponse> {
        let call = Call::of(&request, &self.0.clock)?;
        let asked = request.into_inner();
        let mut wrong = Violations::default();
        if !(1..=MOST).contains(&asked.partnerships.len()) {
            wrong.add("partnerships", say!("1 to 1,000", "de 1 à 1 000"));
        }
        if asked.organisations.len() > MOST {
            wrong.add("organisations", say!("at most 1,000", "1 000 au plus"));
        }
        wrong.finish()?;
        let (asked, preferences) = (Arc::new(asked), Conversation::current());
        let work = idempotency::once(&self.0.database, "partners", call, move |unit, call| {
            let asked = Arc::clone(&asked);
            let work = async move { all_or_none(unit, call, &asked).await.map(Outcome::Keep) };
            preferences.clone().carry(work).boxed()
        });
        reply(work.await?)
    }

    async fn import_grants(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(grant::import::file(&self.0, caller, request.into_inner()).await?)
    }

    type GetAgreementsTemplateStream = BoxStream<FileChunk>;

    async fn get_agreements_template(
        &self,
        _: Request<pb::GetAgreementsTemplateRequest>,
    ) -> Reply<Self::GetAgreementsTemplateStream> {
        let language = Conversation::current().language;
        let made = tokio::task::spawn_blocking(move || listed::template(language)).await;
        let file = made.map_err(Error::internal)??;
        let name = say!("agreements.xlsx", "accords.xlsx").in_language(language).to_owned();
        Ok(download::pieces(&file, name, XLSX))
    }

    async fn import_agreements(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(listed::import::file(&self.0, caller, request.into_inner()).await?)
    }
}

/// Takes everything over, or nothing.
async fn all_or_none(
    unit: &mut chassis::database::Unit<'_>,
    call: &Call,
    asked: &pb::ImportPartnershipsRequest,
) -> Result<pb::ImportPartnershipsResponse> {
    let organisations = recognise(unit, call, &asked.organisations).await?;
    let names: Vec<String> = organisations.partners.iter().map(|(name, _)| name.clone()).collect();
    let mut tally = Tally::default();
    let taken = take(unit, call, asked.partnerships.clone(), &names, &mut tally).await?;
    let mut wrong = Violations::default();
    for trouble in taken.troubles.iter().filter(|trouble| trouble.blocks) {
        let Trouble { draft, part, field, why, .. } = trouble;
        wrong.add(format!("partnerships[{draft}].{}", part.path(field)), why.clone());
    }
    wrong.finish()?;
    let language = Conversation::current().language;
    let problem = |trouble: Trouble| ImportProblem {
        severity: Severity::Doubtful.into(),
        record: reference(&asked.partnerships[trouble.draft]),
        location: format!("partnerships[{}].{}", trouble.draft, trouble.part.path(&trouble.field)),
        message: trouble.why.in_language(language).to_owned(),
        code: trouble.code.to_owned(),
        ..Default::default()
    };
    let result = |name: String| {
        let outcome = tally.partnerships.of(&name);
        let hidden = call.validate_only && outcome == pb::imported_partnership::Outcome::Created;
        let partnership = if hidden { String::new() } else { name };
        pb::ImportedPartnership { partnership, outcome: outcome.into() }
    };
    let change = |change: Change| ImportChange {
        record: reference(&asked.partnerships[change.draft]),
        location: format!("partnerships[{}].{}", change.draft, change.part.path(&change.what.field)),
        resource: change.resource,
        label: change.what.label,
        before: change.what.before,
        after: change.what.after,
    };
    let organised = (!asked.organisations.is_empty()).then(|| counted(&organisations.partners));
    Ok(pb::ImportPartnershipsResponse {
        results: taken.names.into_iter().map(result).collect(),
        counts: organised.into_iter().chain(tally.counts()).collect(),
        problems: taken.troubles.into_iter().map(problem).collect(),
        possible_duplicates: organisations.possible_duplicates,
        changes: taken.changes.into_iter().take(MOST).map(change).collect(),
    })
}

fn reference(draft: &pb::PartnershipAsFound) -> String {
    draft.partnership.as_ref().map(|said| said.external_reference.clone()).unwrap_or_default()
}
