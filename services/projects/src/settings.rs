//! The settings of the network, as partners tell them: remembered for a minute, asked for once at a time.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::error::{Error, Result};
use chassis::{Context, peer, say, value};
use proto::partners::network_settings_service_client::NetworkSettingsServiceClient;
use proto::partners::{GetNetworkSettingsRequest, NetworkSettings};
use rust_decimal::Decimal;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tonic::transport::Channel;

/// How long an answer is good for (domain §1.3).
const FRESH: Duration = Duration::from_secs(60);
/// While partners cannot be reached, what was known is good, and they are asked again so often.
const AGAIN: Duration = Duration::from_secs(5);

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
    known: Arc<Mutex<Option<Known>>>,
}

struct Known {
    agreed: Arc<Agreed>,
    until: Instant,
}

impl Settings {
    /// Of the partners that this process knows.
    ///
    /// # Errors
    /// When the peer's address is no address.
    pub fn new(context: &Context) -> Result<Self> {
        let client = NetworkSettingsServiceClient::new(context.channel_to("partners")?);
        Ok(Self { client, known: Arc::default() })
    }

    /// The settings, at most a minute old; while partners cannot be reached, those last known.
    ///
    /// # Errors
    /// UNAVAILABLE when they were never known.
    pub async fn current(&self, caller: &Caller) -> Result<Arc<Agreed>> {
        // Held while asking: who comes meanwhile waits for the same answer.
        let mut known = self.known.lock().await;
        let now = Instant::now();
        if let Some(Known { agreed, until }) = known.as_ref()
            && now < *until
        {
            return Ok(Arc::clone(agreed));
        }
        let request = peer::on_behalf_of(caller, GetNetworkSettingsRequest::default());
        let answer = self.client.clone().get_network_settings(request).await;
        let (agreed, fresh) = match (peer::answer(answer).and_then(Agreed::read), known.take()) {
            (Ok(agreed), _) => (Arc::new(agreed), FRESH),
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "the settings of the network are those of before");
                (before.agreed, AGAIN)
            }
            (Err(error), None) => {
                tracing::warn!(%error, "the settings of the network are not known");
                return Err(Error::Unavailable(say!(
                    "the settings of the network are not known yet; try again",
                    "les réglages du réseau ne sont pas encore connus ; réessayez"
                )));
            }
        };
        *known = Some(Known { agreed: Arc::clone(&agreed), until: now + fresh });
        Ok(agreed)
    }

    /// The same, for what the service does of its own accord: anyone may read the settings.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    pub async fn own(&self) -> Result<Arc<Agreed>> {
        self.current(&Caller::default()).await
    }
}
