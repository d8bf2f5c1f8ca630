//! The conversation about places: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::error::Error;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply};
use proto::common::{FileChunk, ImportReport, ImportRequest};
use proto::partners as pb;
use proto::partners::place_service_server::{PlaceService, PlaceServiceServer};
use tonic::codegen::BoxStream;
use tonic::{Request, Streaming};

use super::export::Exports;
use super::row::Model;
use super::{import, rules, store};

pub(crate) fn service(context: &Context) -> PlaceServiceServer<Places> {
    PlaceServiceServer::new(Places { desk: Desk::new(context), exports: Exports::new(context) })
}

pub(crate) struct Places {
    desk: Desk<Model>,
    exports: Exports,
}

#[tonic::async_trait]
impl PlaceService for Places {
    async fn create_place(&self, request: Request<pb::CreatePlaceRequest>) -> Reply<pb::Place> {
        let (call, request) = self.desk.open(request)?;
        let draft = request.place.unwrap_or_default();
        if draft.partner.is_empty() {
            return Err(Error::required("place.partner").into());
        }
        call.caller.must(rules::may_write(&call.caller, &draft.partner), &draft.partner)?;
        let place = rules::create(&request.place_id, &draft, &call)?;
        self.desk.create(call, place).await
    }

    async fn get_place(&self, request: Request<pb::GetPlaceRequest>) -> Reply<pb::Place> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_places(&self, request: Request<pb::ListPlacesRequest>) -> Reply<pb::ListPlacesResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::all()).await?;
        reply(pb::ListPlacesResponse { places: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_place(&self, request: Request<pb::UpdatePlaceRequest>) -> Reply<pb::Place> {
        self.desk.update(request, rules::may_update, rules::update).await
    }

    async fn close_place(&self, request: Request<pb::ClosePlaceRequest>) -> Reply<pb::Place> {
        self.desk.change(&request, rules::close).await
    }

    async fn reopen_place(&self, request: Request<pb::ReopenPlaceRequest>) -> Reply<pb::Place> {
        self.desk.change(&request, rules::reopen).await
    }

    async fn import_places(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(import::file(&self.desk.context, caller, request.into_inner()).await?)
    }

    type ExportPlacesStream = BoxStream<FileChunk>;

    async fn export_places(
        &self,
        request: Request<pb::ExportPlacesRequest>,
    ) -> Reply<Self::ExportPlacesStream> {
        let caller = Caller::of(&request);
        Ok(self.exports.file(caller, request.into_inner()).await?)
    }
}
