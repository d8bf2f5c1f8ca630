//! How a person comes by a password: by accepting an invitation, or in place of the one before.

use std::net::IpAddr;

use chassis::error::{Error, Result, Violation};
use chassis::{Call, say};
use futures::FutureExt as _;
use proto::identity::{ActivateUserRequest, ChangePasswordRequest};

use super::row::Model;
use super::rpc::Users;
use super::{first, rules, store};
use crate::{password, secret};

impl Users {
    /// Accepts an invitation. A wrong code is answered like a used one, whatever the password.
    ///
    /// # Errors
    /// UNAUTHENTICATED for a code that opens nothing; `INVALID_ARGUMENT` for a password that will not do.
    pub(super) async fn accept(
        &self,
        call: Call,
        request: ActivateUserRequest,
        from: Option<IpAddr>,
    ) -> Result<Model> {
        self.desk.attempts.admit(from)?;
        let database = self.store.database();
        let known = store::by_invitation(database.reader(), &request.invitation_code).await?;
        let (name, hash) = match known.filter(|user| rules::invitation_holds(user, call.now)) {
            Some(user) => {
                password::check("password", &request.password, &user.email)?;
                (user.name, self.desk.hasher.hash(&request.password).await?)
            }
            None if store::done_before(database, &call).await? => (String::new(), String::new()),
            None => {
                self.desk.attempts.failed_from(from);
                return Err(rules::no_invitation());
            }
        };
        let code = request.invitation_code.clone();
        let user = self.store.once(call, move |unit, call| {
            let (name, code, hash) = (name.clone(), code.clone(), hash.clone());
            async move { store::activate(unit, call, &name, &code, &hash).await }.boxed()
        });
        let user = user.await?;
        first::used(&self.context, &request.invitation_code);
        Ok(user)
    }

    /// Changes one's own password.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` for another's; `INVALID_ARGUMENT` when the current one is wrong, or the new one will not do.
    pub(super) async fn change(
        &self,
        mut call: Call,
        request: ChangePasswordRequest,
        from: Option<IpAddr>,
    ) -> Result<Model> {
        let asked = rules::resolve(&request.name, &call.caller)?;
        call.caller.must(asked == call.caller.subject, &asked)?;
        // What remembers the request must not help to guess the passwords in it.
        call.hash = secret::sha256(asked.as_bytes());
        self.desk.attempts.admit(from)?;
        let user = self.store.get(&asked).await?;
        let turn = self.desk.attempts.turn(user.email_key.as_deref().unwrap_or(&user.name)).await?;
        let repeated = store::done_before(self.store.database(), &call).await?;
        let shown = if repeated { &request.new_password } else { &request.current_password };
        let right = self.desk.hasher.verify(Some(&user.password), shown).await?;
        if !right {
            self.desk.attempts.failed_from(from);
            self.desk.attempts.failed(turn).await?;
            return Err(if repeated { reused() } else { not_yours() });
        }
        if repeated {
            return Ok(user);
        }
        password::check("new_password", &request.new_password, &user.email)?;
        let (checked, hash) = (user.password, self.desk.hasher.hash(&request.new_password).await?);
        let changed = self.store.once(call, move |unit, call| {
            let (asked, checked, hash) = (asked.clone(), checked.clone(), hash.clone());
            async move { store::change_password(unit, call, &asked, &checked, &hash).await }.boxed()
        });
        changed.await
    }
}

fn not_yours() -> Error {
    Error::invalid("current_password", say!("this is not your password", "ce n'est pas votre mot de passe"))
}

fn reused() -> Error {
    let why = say!(
        "used before for another request: make a new UUID4",
        "déjà utilisé pour une autre requête : créez un nouvel UUID4"
    );
    Error::Invalid {
        reason: "REQUEST_ID_REUSED",
        fields: vec![Violation { field: "request_id".to_owned(), why }],
    }
}
