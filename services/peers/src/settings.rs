//! The settings of the network, as partners tells them: remembered for a minute.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::Result;
use chassis::remembered::Remembered;
use chassis::{Context, peer, say};
use proto::partners::network_settings_service_client::NetworkSettingsServiceClient;
use proto::partners::{GetNetworkSettingsRequest, NetworkSettings};
use tonic::transport::Channel;

/// Where the settings are asked for. Cheap to clone: clones share what is known.
#[derive(Clone)]
pub struct Settings {
    client: NetworkSettingsServiceClient<Channel>,
    known: Remembered<NetworkSettings>,
}

impl Settings {
    /// Of the partners that this process knows.
    ///
    /// # Errors
    /// When their address is none.
    pub fn new(context: &Context) -> Result<Self> {
        let client = NetworkSettingsServiceClient::new(context.channel_to("partners")?);
        let unknown = || {
            say!(
                "the settings of the network are not known yet; try again",
                "les réglages du réseau ne sont pas encore connus ; réessayez"
            )
        };
        Ok(Self { client, known: Remembered::new(unknown) })
    }

    /// The settings; anyone may read them.
    ///
    /// # Errors
    /// UNAVAILABLE when they were never known.
    pub async fn current(&self) -> Result<Arc<NetworkSettings>> {
        let request = peer::on_behalf_of(&Caller::default(), GetNetworkSettingsRequest::default());
        let mut client = self.client.clone();
        self.known.get(async move { peer::answer(client.get_network_settings(request).await) }).await
    }
}
