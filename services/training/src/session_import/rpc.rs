//! The conversation about what is taken over as found: who asks, what, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Reply};
use peers::Partners;
use proto::common::{ImportReport, ImportRequest};
use proto::training::session_import_service_server::{SessionImportService, SessionImportServiceServer};
use tonic::{Request, Streaming};

use super::import;

pub(crate) fn service(context: &Context, partners: &Partners) -> SessionImportServiceServer<Imports> {
    SessionImportServiceServer::new(Imports { context: context.clone(), partners: partners.clone() })
}

pub(crate) struct Imports {
    context: Context,
    partners: Partners,
}

#[tonic::async_trait]
impl SessionImportService for Imports {
    async fn import_sessions(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(import::file(&self.context, &self.partners, caller, request.into_inner()).await?)
    }
}
