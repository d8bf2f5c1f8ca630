//! The conversation about tokens: signing in and out, and what verifiers must know.

use chassis::auth::{Caller, Kind, LIFETIME, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::serve::address_of;
use chassis::wire::Conversation;
use chassis::{Call, Reply, say, value};
use proto::identity as pb;
use proto::identity::issue_token_request::Grant;
use proto::identity::token_service_server::{TokenService, TokenServiceServer};
use tonic::{Request, Response};

use super::sign_in::Desk;
use super::store;
use crate::api_key;

/// Void tokens are listed for as long as one may live, clocks that differ included.
const LISTED: i64 = (LIFETIME + 60) * 1_000_000;

/// Answers for tokens.
pub(crate) struct Tokens(Desk);

/// The service, to be mounted.
pub(crate) fn service(desk: Desk) -> TokenServiceServer<Tokens> {
    TokenServiceServer::new(Tokens(desk))
}

/// Runs to its end although the caller gives up: a failure counts that nobody waits for.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(Conversation::current().carry(work)).await.map_err(Error::internal)?
}

#[tonic::async_trait]
impl TokenService for Tokens {
    async fn issue_token(&self, request: Request<pb::IssueTokenRequest>) -> Reply<pb::TokenPair> {
        let (desk, from) = (self.0.clone(), address_of(&request));
        let grant = request.into_inner().grant;
        let pair = to_the_end(async move {
            match grant {
                Some(Grant::Password(grant)) => desk.with_password(&grant.email, &grant.password, from).await,
                Some(Grant::ApiKey(key)) => desk.with_api_key(&key, from).await,
                Some(Grant::ExternalToken(token)) => desk.with_external(&token, from).await,
                None => {
                    Err(Error::invalid("grant", say!("say how to sign in", "dites comment vous connecter")))
                }
            }
        });
        Ok(Response::new(pair.await?))
    }

    async fn refresh_token(&self, request: Request<pb::RefreshTokenRequest>) -> Reply<pb::TokenPair> {
        let (desk, from) = (self.0.clone(), address_of(&request));
        let pair = to_the_end(async move { desk.renew(&request.get_ref().refresh_token, from).await });
        Ok(Response::new(pair.await?))
    }

    async fn revoke_token(&self, request: Request<pb::RevokeTokenRequest>) -> Reply<pb::RevokeTokenResponse> {
        let caller = Caller::of(&request);
        match request.get_ref().refresh_token.as_str() {
            "" if caller.kind == Kind::User => store::end(&self.0.database, &caller.session).await?,
            "" => api_key::store::void(&self.0.database, &caller.session).await?,
            token => self.0.end(token).await?,
        }
        Ok(Response::new(pb::RevokeTokenResponse {}))
    }

    async fn introspect_token(
        &self,
        request: Request<pb::IntrospectTokenRequest>,
    ) -> Reply<pb::IntrospectTokenResponse> {
        let principal = match self.0.trust.caller(&request.get_ref().access_token).await {
            Ok(caller) => Some(principal(&caller)),
            Err(Error::Unauthenticated) => None,
            Err(other) => return Err(other.into()),
        };
        Ok(Response::new(pb::IntrospectTokenResponse { active: principal.is_some(), principal }))
    }

    async fn get_current_principal(
        &self,
        request: Request<pb::GetCurrentPrincipalRequest>,
    ) -> Reply<pb::Principal> {
        Ok(Response::new(principal(&Caller::of(&request))))
    }

    async fn get_json_web_key_set(
        &self,
        request: Request<pb::GetJsonWebKeySetRequest>,
    ) -> Reply<pb::JsonWebKeySet> {
        let json = self.0.keyring.set(request.get_ref().include_retired).await?;
        Ok(Response::new(pb::JsonWebKeySet { json, issuer: self.0.issuer.clone() }))
    }

    async fn list_revocations(
        &self,
        _: Request<pb::ListRevocationsRequest>,
    ) -> Reply<pb::ListRevocationsResponse> {
        let (reader, since) = (self.0.database.reader(), Micros(self.0.clock.now().0 - LISTED));
        let mut revoked = store::revoked(reader, since).await?;
        revoked.extend(api_key::store::revoked(reader, since).await?);
        let one = |(session, void): (String, Micros)| pb::Revocation {
            session,
            issued_before: Some(void.to_timestamp()),
        };
        Ok(Response::new(pb::ListRevocationsResponse { revocations: revoked.into_iter().map(one).collect() }))
    }

    async fn rotate_signing_key(
        &self,
        request: Request<pb::RotateSigningKeyRequest>,
    ) -> Reply<pb::JsonWebKeySet> {
        let call = Call::of(&request, &self.0.clock)?;
        self.0.keyring.rotate(call, request.get_ref().compromised).await?;
        let json = self.0.keyring.set(false).await?;
        Ok(Response::new(pb::JsonWebKeySet { json, issuer: self.0.issuer.clone() }))
    }

    async fn sign_manifest(&self, request: Request<pb::SignManifestRequest>) -> Reply<pb::SignedManifest> {
        let call = Call::of(&request, &self.0.clock)?;
        let sha256 = value::sha256("sha256", &request.get_ref().sha256)?;
        Ok(Response::new(self.0.keyring.manifest(call, &self.0.issuer, sha256).await?))
    }
}

fn principal(caller: &Caller) -> pb::Principal {
    let numbers = |roles: &[Role]| roles.iter().map(|role| i32::from(*role)).collect();
    let partner_roles = caller.partners.iter().map(|(partner, membership)| pb::PartnerRoles {
        partner: partner.clone(),
        roles: numbers(&membership.roles),
        sector: membership.sector.clone(),
        suspended: membership.suspended,
    });
    pb::Principal {
        subject: caller.subject.clone(),
        kind: if caller.kind == Kind::Integration { "INTEGRATION" } else { "USER" }.to_owned(),
        network_roles: numbers(&caller.network_roles),
        partner_roles: partner_roles.collect(),
        scopes: caller.scopes.clone(),
        expire_time: Some(Micros(caller.expires.saturating_mul(1_000_000)).to_timestamp()),
    }
}
