//! The conversation about users: who asks, what, may they, do it, answer.

use chassis::auth::{Caller, Role};
use chassis::error::Error;
use chassis::page::Ask;
use chassis::wire::Conversation;
use chassis::{Call, Context, Reply, Store, say};
use futures::FutureExt as _;
use proto::Private as _;
use proto::identity as pb;
use proto::identity::user_service_server::{UserService, UserServiceServer};
use tonic::{Request, Response};

use super::row::Model;
use super::{export, first, rules, store};
use crate::session::rpc::from;
use crate::session::sign_in::Desk;
use crate::{password, secret};

/// Answers for users.
pub(crate) struct Users {
    store: Store<Model>,
    desk: Desk,
    context: Context,
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
        let from = from(&request);
        self.desk.attempts.admit(from)?;
        let request = request.into_inner();
        let known = store::by_invitation(self.store.database().reader(), &request.invitation_code).await?;
        let invited = known.filter(|user| rules::invitation_holds(user, call.now));
        let hash = match &invited {
            Some(user) => {
                password::check("password", &request.password, &user.email)?;
                self.desk.hasher.hash(&request.password).await?
            }
            None if store::done_before(self.store.database(), &call).await? => String::new(),
            None => {
                self.desk.attempts.failed_from(from);
                return Err(rules::no_invitation().into());
            }
        };
        let (name, code) = (invited.map(|user| user.name).unwrap_or_default(), request.invitation_code);
        let accepted = code.clone();
        let user = self.store.once(call, move |unit, call| {
            let (name, code, hash) = (name.clone(), accepted.clone(), hash.clone());
            async move { store::activate(unit, call, &name, &code, &hash).await }.boxed()
        });
        let user = user.await?;
        first::used(&self.context, &code);
        Ok(Response::new(user.into()))
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
        let ask = Ask {
            method: Conversation::current().method,
            scope: &caller.subject,
            page_size: request.page_size,
            page_token: &request.page_token,
            filter: &request.filter,
            order_by: &request.order_by,
        };
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
        let mut call = Call::of(&request, &self.context.clock)?;
        let from = from(&request);
        let request = request.into_inner();
        let asked = rules::resolve(&request.name, &call.caller)?;
        call.caller.must(asked == call.caller.subject, &asked)?;
        // What remembers the request must not help to guess the passwords in it.
        call.hash = secret::sha256(asked.as_bytes());
        self.desk.attempts.admit(from)?;
        let user = self.store.get(&asked).await?;
        let turn = self.desk.attempts.turn(user.email_key.as_deref().unwrap_or(&user.name)).await?;
        let right = self.desk.hasher.verify(Some(&user.password), &request.current_password).await?;
        if !right && self.repeated(&call, &user, &request.new_password).await? {
            return Ok(Response::new(user.into()));
        }
        if !right {
            self.desk.attempts.failed_from(from);
            self.desk.attempts.failed(turn).await?;
            return Err(Error::invalid("current_password", say!("this is not your password", "ce n'est pas votre mot de passe")).into());
        }
        password::check("new_password", &request.new_password, &user.email)?;
        let (checked, hash) = (user.password, self.desk.hasher.hash(&request.new_password).await?);
        let changed = self.store.once(call, move |unit, call| {
            let (asked, checked, hash) = (asked.clone(), checked.clone(), hash.clone());
            async move { store::change_password(unit, call, &asked, &checked, &hash).await }.boxed()
        });
        Ok(Response::new(changed.await?.into()))
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

    async fn export_user_data(&self, request: Request<pb::ExportUserDataRequest>) -> Reply<pb::ExportUserDataResponse> {
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

    /// The request was done before, and its answer lost: the new password is already the password.
    async fn repeated(&self, call: &Call, user: &Model, new_password: &str) -> chassis::Result<bool> {
        Ok(store::done_before(self.store.database(), call).await?
            && self.desk.hasher.verify(Some(&user.password), new_password).await?)
    }
}

/// The code goes with the answer that made it, never with a repetition of it; then those who may not know a person
/// hear nothing personal.
fn shown_once(user: Model, code: String, call: &Call) -> pb::User {
    let made_now = !call.validate_only && user.invitation.as_ref().is_some_and(|hash| *hash == secret::code_hash(&code));
    let mut message = pb::User::from(user);
    match made_now {
        true => message.invitation_code = code,
        false if !call.caller.is(Role::Coordinator) => message.redact(),
        false => {}
    }
    message
}
