//! The conversation about memberships: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::page::Ask;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::identity as pb;
use proto::identity::membership_service_server::{MembershipService, MembershipServiceServer};
use tonic::{Request, Response};

use super::row::Model;
use super::{rules, store};

/// Answers for memberships.
pub(crate) struct Memberships {
    store: Store<Model>,
    context: Context,
}

/// The service, to be mounted.
pub(crate) fn service(context: &Context) -> MembershipServiceServer<Memberships> {
    MembershipServiceServer::new(Memberships { store: Store::new(context), context: context.clone() })
}

#[tonic::async_trait]
impl MembershipService for Memberships {
    async fn create_membership(
        &self,
        request: Request<pb::CreateMembershipRequest>,
    ) -> Reply<pb::Membership> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let draft = request.membership.unwrap_or_default();
        let membership = rules::create(&request.parent, &request.membership_id, &draft, &call)?;
        let made =
            self.store.create_if(call, membership, |unit, membership| store::check(unit, membership).boxed());
        Ok(Response::new(made.await?.into()))
    }

    async fn get_membership(&self, request: Request<pb::GetMembershipRequest>) -> Reply<pb::Membership> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::check_reference("name", rules::PATTERN, asked)?;
        let membership = self.store.get(asked).await.map_err(|error| missing(&caller, asked, error))?;
        caller.must(rules::sees(&caller, &membership), asked)?;
        Ok(Response::new(membership.into()))
    }

    async fn list_memberships(
        &self,
        request: Request<pb::ListMembershipsRequest>,
    ) -> Reply<pb::ListMembershipsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let partner =
            name::parent_id("parent", rules::PARENT, &request.parent)?.map(|_| request.parent.as_str());
        let ask = Ask::of(request, &caller);
        let page = self.store.list(ask, store::visible(&caller, partner)).await?.map(pb::Membership::from);
        Ok(Response::new(pb::ListMembershipsResponse {
            memberships: page.rows,
            next_page_token: page.next_page_token,
        }))
    }

    async fn delete_membership(
        &self,
        request: Request<pb::DeleteMembershipRequest>,
    ) -> Reply<pb::Membership> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::check_reference("name", rules::PATTERN, &asked)?;
        let ended = self.store.once(call, move |unit, call| {
            let asked = asked.clone();
            async move { store::end(unit, call, &asked).await }.boxed()
        });
        Ok(Response::new(ended.await?.into()))
    }
}

/// Who may not know that it is missing hears what they would hear if it were there.
fn missing(caller: &Caller, asked: &str, error: chassis::Error) -> chassis::Error {
    match error {
        chassis::Error::NotFound { .. } if !caller.is(chassis::auth::Role::Coordinator) => {
            caller.must(false, asked).err().unwrap_or(error)
        }
        other => other,
    }
}
