//! Stories of identity.

mod issuer;
mod keys;
mod machines;
mod people;
mod sessions;

use proto::identity as pb;

use crate::caller::{Caller, Who, done};

/// Who a token speaks for.
async fn me(caller: &Caller) -> Result<pb::Principal, tonic::Status> {
    let answer = caller.tokens().get_current_principal(pb::GetCurrentPrincipalRequest {}).await;
    answer.map(tonic::Response::into_inner)
}

/// Renews a session.
async fn refresh(
    caller: &Caller,
    refresh_token: &str,
) -> Result<tonic::Response<pb::TokenPair>, tonic::Status> {
    caller
        .network
        .anonymous()
        .tokens()
        .refresh_token(pb::RefreshTokenRequest { refresh_token: refresh_token.to_owned() })
        .await
}

/// Signs in anew with the password.
async fn sign_in(caller: &Caller) -> pb::TokenPair {
    let (email, password) = caller.account.as_ref().unwrap();
    caller.network.sign_in(email, password).await
}

/// The bearer of a pair's access token.
fn bearing(caller: &Caller, pair: &pb::TokenPair) -> Caller {
    Caller { who: Who::bearer(&pair.access_token), ..caller.clone() }
}

fn with_password(email: &str, password: &str) -> pb::IssueTokenRequest {
    let grant = pb::PasswordGrant { email: email.to_owned(), password: password.to_owned() };
    pb::IssueTokenRequest { grant: Some(pb::issue_token_request::Grant::Password(grant)) }
}

async fn suspend(coordinator: &Caller, name: &str) {
    let request =
        pb::SuspendUserRequest { name: name.to_owned(), reason: "Because.".to_owned(), ..Default::default() };
    done(coordinator.users().suspend_user(request).await);
}
