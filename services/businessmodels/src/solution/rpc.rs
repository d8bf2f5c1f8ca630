//! The conversation about what is taken over as found: who asks, what, do it, answer.

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::wire::reply;
use chassis::{Context, Reply};
use peers::{Partners, Places};
use proto::businessmodels::business_model_import_service_server::{
    BusinessModelImportService, BusinessModelImportServiceServer,
};
use proto::common::{ImportReport, ImportRequest};
use tonic::{Request, Streaming};

use super::import;

pub(crate) fn service(context: &Context) -> Result<BusinessModelImportServiceServer<Imports>> {
    Ok(BusinessModelImportServiceServer::new(Imports {
        context: context.clone(),
        partners: Partners::new(context)?,
        places: Places::new(context)?,
    }))
}

pub(crate) struct Imports {
    context: Context,
    partners: Partners,
    places: Places,
}

#[tonic::async_trait]
impl BusinessModelImportService for Imports {
    async fn import_solutions(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        let done = import::file(&self.context, &self.partners, &self.places, caller, request.into_inner());
        reply(done.await?)
    }
}
