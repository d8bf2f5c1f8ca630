//! The conversation about publications: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::wire::reply;
use chassis::{Context, Desk, Reply};
use futures::FutureExt as _;
use proto::partners as pb;
use proto::partners::publication_service_server::{PublicationService, PublicationServiceServer};
use tonic::Request;

use super::row::Model;
use super::{rules, store};

pub(crate) fn service(context: &Context) -> PublicationServiceServer<Publications> {
    PublicationServiceServer::new(Publications(Desk::new(context)))
}

pub(crate) struct Publications(Desk<Model>);

#[tonic::async_trait]
impl PublicationService for Publications {
    async fn create_publication(
        &self,
        request: Request<pb::CreatePublicationRequest>,
    ) -> Reply<pb::Publication> {
        let (call, request) = self.0.open(request)?;
        let (id, draft) = (request.publication_id, request.publication.unwrap_or_default());
        let work = self.0.once(call, move |unit, call| {
            let (id, draft) = (id.clone(), draft.clone());
            async move { store::draft(unit, call, &id, &draft).await }.boxed()
        });
        work.await
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Reply<pb::Publication> {
        self.0.get(&request, &request.get_ref().name).await
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Reply<pb::ListPublicationsResponse> {
        let caller = Caller::of(&request);
        let visible = store::visible(self.0.store.database().reader(), &caller).await?;
        let page = self.0.list(&caller, request.get_ref(), visible).await?;
        reply(pb::ListPublicationsResponse { publications: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_publication(
        &self,
        request: Request<pb::UpdatePublicationRequest>,
    ) -> Reply<pb::Publication> {
        self.0.update(request, rules::may_write, rules::update).await
    }

    async fn publish_publication(
        &self,
        request: Request<pb::PublishPublicationRequest>,
    ) -> Reply<pb::Publication> {
        self.0.change(&request, rules::publish).await
    }

    async fn withdraw_publication(
        &self,
        request: Request<pb::WithdrawPublicationRequest>,
    ) -> Reply<pb::Publication> {
        self.0.change(&request, rules::withdraw).await
    }
}
