//! The conversation about users: who asks, what, may they, do it, answer.

use chassis::auth::{Caller, Role};
use chassis::page::Ask;
use chassis::serve::address_of;
use chassis::{Call, Context, Reply, Store};
use futures::FutureExt as _;
use proto::Private as _;
use proto::identity as pb;
use proto::identity::user_service_server::{UserService, UserServiceServer};
use tonic::{Request, Response};

use super::row::Model;
use super::{export, rules, store};
use crate::secret;
use crate::session::sign_in::Desk;

/// Answers for users.
pub(crate) struct Users {
    pub(super) store: Store<Model>,
    pub(super) desk: Desk,
    pub(super) context: Context,
}

/// The service, to be mounted.
pub(crate) fn service(context: &Context, desk: Desk) -> UserServiceServer<Users> {
    UserServiceServer::new(Users { store: Store::new(context), desk, context: context.clone() })
}

#[tonic::async_trait]
impl UserService for Users {
    async fn create_user(&self, request: Request<pb::CreateUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let mut user = rules::create(&request.user_id, &request.user.unwrap_or_default(), &call)?;
        let code = secret::code()?;
        rules::invite(&mut user, &code, call.now);
        Ok(Response::new(shown_once(self.store.create(call.clone(), user).await?, code, &call)))
    }

    async fn reissue_invitation(&self, request: Request<pb::ReissueInvitationRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = rules::resolve(&request.get_ref().name, &call.caller)?;
        let (code, rule) = (secret::code()?, call.clone());
        let given = code.clone();
        let invited = self.store.change(call.clone(), &asked, move |user| {
            rules::LIFECYCLE.take("ReissueInvitation", user, &rule)?;
            rules::invite(user, &given, rule.now);
            Ok(())
        });
        Ok(Response::new(shown_once(invited.await?, code, &call)))
    }

    async fn activate_user(&self, request: Request<pb::ActivateUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let from = address_of(&request);
        Ok(Response::new(self.accept(call, request.into_inner(), from).await?.into()))
    }

    async fn get_user(&self, request: Request<pb::GetUserRequest>) -> Reply<pb::User> {
        let caller = Caller::of(&request);
        let user = self.store.get(&rules::resolve(&request.get_ref().name, &caller)?).await?;
        let allowed_actions = rules::LIFECYCLE.explain(&user, &caller, self.context.clock.now());
        Ok(Response::new(pb::User { allowed_actions, ..user.into() }))
    }

    async fn list_users(&self, request: Request<pb::ListUsersRequest>) -> Reply<pb::ListUsersResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let ask = Ask::of(request, &caller);
        let page = self.store.list(ask, store::everyone()).await?.map(pb::User::from);
        Ok(Response::new(pb::ListUsersResponse { users: page.rows, next_page_token: page.next_page_token }))
    }

    async fn update_user(&self, request: Request<pb::UpdateUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.user.unwrap_or_default();
        let asked = rules::resolve(&patch.name, &call.caller)?;
        let changed = self.store.update(call, patch, request.update_mask, &asked, rules::sees, rules::update);
        Ok(Response::new(changed.await?.into()))
    }

    async fn change_password(&self, request: Request<pb::ChangePasswordRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let from = address_of(&request);
        Ok(Response::new(self.change(call, request.into_inner(), from).await?.into()))
    }

    async fn suspend_user(&self, request: Request<pb::SuspendUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = rules::resolve(&request.get_ref().name, &call.caller)?;
        call.reason_required()?;
        self.take("SuspendUser", call, &asked).await
    }

    async fn reinstate_user(&self, request: Request<pb::ReinstateUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = rules::resolve(&request.get_ref().name, &call.caller)?;
        self.take("ReinstateUser", call, &asked).await
    }

    async fn erase_user(&self, request: Request<pb::EraseUserRequest>) -> Reply<pb::User> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = rules::resolve(&request.get_ref().name, &call.caller)?;
        let erased = self.store.once(call, move |unit, call| {
            let asked = asked.clone();
            async move { store::erase(unit, call, &asked).await }.boxed()
        });
        Ok(Response::new(erased.await?.into()))
    }

    async fn export_user_data(
        &self,
        request: Request<pb::ExportUserDataRequest>,
    ) -> Reply<pb::ExportUserDataResponse> {
        let caller = Caller::of(&request);
        let user = self.store.get(&rules::resolve(&request.get_ref().name, &caller)?).await?;
        let json = export::json(self.store.database().reader(), user).await?;
        Ok(Response::new(pb::ExportUserDataResponse { json }))
    }
}

impl Users {
    async fn take(&self, method: &'static str, call: Call, asked: &str) -> Reply<pb::User> {
        let rule = call.clone();
        let user = self.store.change(call, asked, move |user| rules::LIFECYCLE.take(method, user, &rule));
        Ok(Response::new(user.await?.into()))
    }
}

/// The code goes with the answer that made it, never with a repetition of it; then those who may not know a person
/// hear nothing personal.
fn shown_once(user: Model, code: String, call: &Call) -> pb::User {
    let made_now =
        !call.validate_only && user.invitation.as_ref().is_some_and(|hash| *hash == secret::code_hash(&code));
    let mut message = pb::User::from(user);
    match made_now {
        true => message.invitation_code = code,
        false if !call.caller.is(Role::Coordinator) => message.redact(),
        false => {}
    }
    message
}
