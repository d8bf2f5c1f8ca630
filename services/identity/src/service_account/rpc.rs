//! The conversation about machine accounts and their keys: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::Error;
use chassis::page::Ask;
use chassis::{Call, Context, Reply, Store, name, say};
use futures::FutureExt as _;
use proto::identity as pb;
use proto::identity::service_account_service_server::{ServiceAccountService, ServiceAccountServiceServer};
use tonic::{Request, Response};

use super::row::Model;
use super::{rules, store};
use crate::api_key;
use crate::api_key::row::Model as Key;

/// Answers for machine accounts.
pub(crate) struct ServiceAccounts {
    store: Store<Model>,
    keys: Store<Key>,
    context: Context,
}

/// The service, to be mounted.
pub(crate) fn service(context: &Context) -> ServiceAccountServiceServer<ServiceAccounts> {
    let (store, keys) = (Store::new(context), Store::new(context));
    ServiceAccountServiceServer::new(ServiceAccounts { store, keys, context: context.clone() })
}

#[tonic::async_trait]
impl ServiceAccountService for ServiceAccounts {
    async fn create_service_account(
        &self,
        request: Request<pb::CreateServiceAccountRequest>,
    ) -> Reply<pb::ServiceAccount> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let draft = request.service_account.unwrap_or_default();
        let account = rules::create(&request.parent, &request.service_account_id, &draft, &call)?;
        Ok(Response::new(self.store.create(call, account).await?.into()))
    }

    async fn get_service_account(
        &self,
        request: Request<pb::GetServiceAccountRequest>,
    ) -> Reply<pb::ServiceAccount> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::check_reference("name", rules::PATTERN, asked)?;
        caller.must(rules::sees(&caller, partner_of(asked)), asked)?;
        Ok(Response::new(self.store.get(asked).await?.into()))
    }

    async fn list_service_accounts(
        &self,
        request: Request<pb::ListServiceAccountsRequest>,
    ) -> Reply<pb::ListServiceAccountsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let partner =
            name::parent_id("parent", rules::PARENT, &request.parent)?.map(|_| request.parent.as_str());
        caller.must(partner.is_none_or(|partner| rules::sees(&caller, partner)), &request.parent)?;
        let ask = Ask::of(request, &caller);
        let page =
            self.store.list(ask, store::visible(&caller, partner)).await?.map(pb::ServiceAccount::from);
        let next_page_token = page.next_page_token;
        Ok(Response::new(pb::ListServiceAccountsResponse { service_accounts: page.rows, next_page_token }))
    }

    async fn update_service_account(
        &self,
        request: Request<pb::UpdateServiceAccountRequest>,
    ) -> Reply<pb::ServiceAccount> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.service_account.unwrap_or_default();
        let asked = patch.name.clone();
        name::check_reference("service_account.name", rules::PATTERN, &asked)?;
        let changed =
            self.store.update(call, patch, request.update_mask, &asked, rules::manages, rules::update);
        Ok(Response::new(changed.await?.into()))
    }

    async fn delete_service_account(
        &self,
        request: Request<pb::DeleteServiceAccountRequest>,
    ) -> Reply<pb::ServiceAccount> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::check_reference("name", rules::PATTERN, &asked)?;
        let ended = self.store.once(call, move |unit, call| {
            let asked = asked.clone();
            async move { store::end(unit, call, &asked).await }.boxed()
        });
        Ok(Response::new(ended.await?.into()))
    }

    async fn create_api_key(&self, request: Request<pb::CreateApiKeyRequest>) -> Reply<pb::ApiKey> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::check_reference("parent", rules::PATTERN, &request.parent)?;
        call.caller.must(call.caller.administers(partner_of(&request.parent)), &request.parent)?;
        let expire = request.api_key.and_then(|key| key.expire_time);
        let expire = expire.map(|time| Micros::from_timestamp("api_key.expire_time", &time)).transpose()?;
        let (key_id, secret) = api_key::rules::make()?;
        let (rehearsal, whole) = (call.validate_only, secret.clone());
        let made = self.keys.once(call, move |unit, call| {
            let (parent, id) = (request.parent.clone(), request.api_key_id.clone());
            let (key_id, secret) = (key_id.clone(), secret.clone());
            async move { api_key::store::create(unit, call, (&parent, &id), expire, (&key_id, &secret)).await }.boxed()
        });
        Ok(Response::new(shown_once(made.await?, whole, rehearsal)))
    }

    async fn list_api_keys(
        &self,
        request: Request<pb::ListApiKeysRequest>,
    ) -> Reply<pb::ListApiKeysResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let ids: [Option<&str>; 2] = name::parent_ids("parent", rules::PATTERN, &request.parent)?;
        let account = ids[1].map(|_| request.parent.as_str());
        let partner = ids[0].map(|_| partner_of(&request.parent));
        caller.must(partner.is_none_or(|partner| rules::sees(&caller, partner)), &request.parent)?;
        let ask = Ask::of(request, &caller);
        if partner.is_none() && account.is_some() {
            return Err(Error::invalid(
                "parent",
                say!("name the partner too", "nommez aussi l'organisation"),
            )
            .into());
        }
        let visible = api_key::store::visible(&caller, partner, account);
        let page = self.keys.list(ask, visible).await?.map(pb::ApiKey::from);
        Ok(Response::new(pb::ListApiKeysResponse {
            api_keys: page.rows,
            next_page_token: page.next_page_token,
        }))
    }

    async fn rotate_api_key(&self, request: Request<pb::RotateApiKeyRequest>) -> Reply<pb::ApiKey> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::check_reference("name", api_key::rules::PATTERN, &request.name)?;
        call.caller.must(call.caller.administers(partner_of(&request.name)), &request.name)?;
        let overlap = api_key::rules::overlap(request.overlap_seconds)?;
        let (key_id, secret) = api_key::rules::make()?;
        let (rehearsal, whole) = (call.validate_only, secret.clone());
        let made = self.keys.once(call, move |unit, call| {
            let (asked, key_id, secret) = (request.name.clone(), key_id.clone(), secret.clone());
            async move { api_key::store::rotate(unit, call, &asked, overlap, (&key_id, &secret)).await }
                .boxed()
        });
        Ok(Response::new(shown_once(made.await?, whole, rehearsal)))
    }

    async fn revoke_api_key(&self, request: Request<pb::RevokeApiKeyRequest>) -> Reply<pb::ApiKey> {
        let call = Call::of(&request, &self.context.clock)?;
        let asked = request.into_inner().name;
        name::check_reference("name", api_key::rules::PATTERN, &asked)?;
        let rule = call.clone();
        let revoked = self.keys.change(call, &asked, move |key| api_key::rules::revoke(key, &rule));
        Ok(Response::new(revoked.await?.into()))
    }
}

/// The secret goes with the answer that made the key, never with a repetition of it (IDN-2).
fn shown_once(key: Key, secret: String, rehearsal: bool) -> pb::ApiKey {
    let made_now = !rehearsal && api_key::rules::is_this(&key, &secret);
    pb::ApiKey { secret: if made_now { secret } else { String::new() }, ..key.into() }
}

/// The partner in a name: `partners/p` of `partners/p/serviceAccounts/a`.
fn partner_of(name: &str) -> &str {
    let end = name.match_indices('/').nth(1).map_or(name.len(), |(at, _)| at);
    &name[..end]
}
