//! The settings of the network, as partners tell them: remembered for a minute, asked for once at a time.

use std::ops::Deref;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::error::{Error, Result};
use chassis::remembered::Remembered;
use chassis::{Context, peer, say, value};
use proto::partners::network_settings_service_client::NetworkSettingsServiceClient;
use proto::partners::{GetNetworkSettingsRequest, NetworkSettings};
use rust_decimal::Decimal;
use tonic::transport::Channel;

/// What the network has agreed on, read once.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// Where days begin and end.
    pub zone: Zone,
    /// From this achievement on it is green (PRJ-23).
    pub green: Decimal,
    /// From this achievement on it is amber (PRJ-23).
    pub amber: Decimal,
    settings: NetworkSettings,
}

impl Deref for Agreed {
    type Target = NetworkSettings;
    fn deref(&self) -> &NetworkSettings {
        &self.settings
    }
}

impl Agreed {
    /// Reads the settings.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when they are none that partners would take.
    pub fn read(settings: NetworkSettings) -> Result<Self> {
        let share = |field: &str, share: &Option<_>| match share {
            Some(share) => value::number(field, share),
            None => Err(Error::required(field)),
        };
        Ok(Self {
            zone: Zone::parse("time_zone", &settings.time_zone)?,
            green: share("rag_green", &settings.rag_green)?,
            amber: share("rag_amber", &settings.rag_amber)?,
            settings,
        })
    }
}

/// Where the settings are asked for. Cheap to clone: clones share what is known.
#[derive(Clone)]
pub struct Settings {
    client: NetworkSettingsServiceClient<Channel>,
    known: Remembered<Agreed>,
}

impl Settings {
    /// Of the partners that this process knows.
    ///
    /// # Errors
    /// When the peer's address is no address.
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

    /// The settings, at most a minute old; while partners cannot be reached, those last known.
    ///
    /// # Errors
    /// UNAVAILABLE when they were never known.
    pub async fn current(&self, caller: &Caller) -> Result<Arc<Agreed>> {
        let request = peer::on_behalf_of(caller, GetNetworkSettingsRequest::default());
        let mut client = self.client.clone();
        let ask =
            async move { peer::answer(client.get_network_settings(request).await).and_then(Agreed::read) };
        self.known.get(ask).await
    }

    /// The same, for what the service does of its own accord: anyone may read the settings.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn own(&self) -> Result<Arc<Agreed>> {
        self.current(&Caller::default()).await
    }
}
