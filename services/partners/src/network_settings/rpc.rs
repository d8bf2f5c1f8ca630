//! The conversation about the settings of the network.

use chassis::error::Result;
use chassis::wire::reply;
use chassis::{Call, Context, Error, Reply, Store, name};
use proto::partners as pb;
use proto::partners::network_settings_service_server::{
    NetworkSettingsService, NetworkSettingsServiceServer,
};
use tonic::Request;

use super::row::Model;
use super::rules::{self, NAME, PATTERN};
use super::store;

pub(crate) async fn service(context: &Context) -> Result<NetworkSettingsServiceServer<Settings>> {
    store::begin(&context.database).await?;
    Ok(NetworkSettingsServiceServer::new(Settings { store: Store::new(context), context: context.clone() }))
}

pub(crate) struct Settings {
    store: Store<Model>,
    context: Context,
}

#[tonic::async_trait]
impl NetworkSettingsService for Settings {
    async fn get_network_settings(
        &self,
        request: Request<pb::GetNetworkSettingsRequest>,
    ) -> Reply<pb::NetworkSettings> {
        let asked = &request.get_ref().name;
        if asked.is_empty() {
            return reply(self.store.get(NAME).await?.into());
        }
        name::id("name", PATTERN, asked)?;
        reply(self.store.get(asked).await?.into())
    }

    async fn update_network_settings(
        &self,
        request: Request<pb::UpdateNetworkSettingsRequest>,
    ) -> Reply<pb::NetworkSettings> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.network_settings.ok_or_else(|| Error::required("network_settings"))?;
        let asked = if patch.name.is_empty() { NAME.to_owned() } else { patch.name.clone() };
        name::id("network_settings.name", PATTERN, &asked)?;
        let changed =
            self.store.update(call, patch, request.update_mask, &asked, rules::may_update, rules::update);
        reply(changed.await?.into())
    }
}
