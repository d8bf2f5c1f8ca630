//! Where another issuer's keys come from: a file, or an https address, asked seldom and remembered when it is away (S2, S10).

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chassis::error::{Error, Result};
use chassis::say;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;

/// A larger answer is not read to its end.
const LARGEST: usize = 64 * 1024;
/// More keys are not looked at.
const MOST: usize = 20;
/// What is known is looked at again after so long; when that fails it stays in force.
const FRESH: Duration = Duration::from_secs(300);
/// At most one question in so long, whatever key ids are shown.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// What could not be looked at again for so long is no longer believed.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// The keys of one issuer.
pub(super) struct Source {
    place: Place,
    known: RwLock<Option<Known>>,
    asked: Mutex<Option<Instant>>,
}

enum Place {
    File(PathBuf),
    Web(reqwest::Client, reqwest::Url),
}

#[derive(Clone)]
struct Known {
    keys: Arc<Vec<Jwk>>,
    since: Instant,
}

impl Source {
    /// A file, or an https address, whose certificate the system or `authority` (PEM) vouches for; no redirect is followed.
    ///
    /// # Errors
    /// INTERNAL when the address is none.
    pub(super) fn new(place: &str, authority: Option<&[u8]>) -> Result<Self> {
        let place = if place.starts_with("https://") {
            let authority = authority.map(reqwest::Certificate::from_pem_bundle).transpose();
            let client = reqwest::Client::builder()
                .tls_certs_merge(authority.map_err(Error::internal)?.unwrap_or_default())
                .https_only(true)
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(10))
                .connect_timeout(Duration::from_secs(3))
                .build()
                .map_err(Error::internal)?;
            Place::Web(client, reqwest::Url::parse(place).map_err(Error::internal)?)
        } else {
            Place::File(PathBuf::from(place))
        };
        Ok(Self { place, known: RwLock::default(), asked: Mutex::default() })
    }

    /// The key with an id.
    ///
    /// # Errors
    /// UNAVAILABLE when no key of this issuer was ever had.
    pub(super) async fn find(&self, kid: &str) -> Result<Option<Jwk>> {
        match self.look(kid) {
            Some((key, true)) => Ok(Some(key)),
            found => {
                self.ask(kid).await;
                let found = self.look(kid).or(found).map(|(key, _)| key);
                if found.is_none() && self.known().is_none() {
                    return Err(away());
                }
                Ok(found)
            }
        }
    }

    fn known(&self) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.since.elapsed() < STALE)
    }

    /// The key, and whether it was looked at of late.
    fn look(&self, kid: &str) -> Option<(Jwk, bool)> {
        let known = self.known()?;
        let key = known.keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid))?;
        Some((key.clone(), known.since.elapsed() < FRESH))
    }

    /// Asks for the keys again: one question at a time, and one a minute.
    async fn ask(&self, kid: &str) {
        let mut asked = self.asked.lock().await;
        let fresh = self.look(kid).is_some_and(|(_, fresh)| fresh);
        if fresh || asked.is_some_and(|then| then.elapsed() < ASK_AGAIN) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => {
                let known = Known { keys: Arc::new(keys), since: Instant::now() };
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
            }
            Err(error) => tracing::warn!(%error, "the keys of an external issuer could not be had"),
        }
    }

    async fn fetch(&self) -> Result<Vec<Jwk>> {
        let bytes = match &self.place {
            Place::File(path) => tokio::fs::read(path).await.map_err(Error::internal)?,
            Place::Web(client, url) => {
                let mut answer = client.get(url.clone()).send().await.map_err(Error::internal)?;
                if answer.status() != reqwest::StatusCode::OK {
                    return Err(Error::internal(format!("{url} answered {}", answer.status())));
                }
                let mut bytes = Vec::new();
                while let Some(piece) = answer.chunk().await.map_err(Error::internal)? {
                    bytes.extend_from_slice(&piece);
                    if bytes.len() > LARGEST {
                        break;
                    }
                }
                bytes
            }
        };
        read(&bytes)
    }
}

/// The keys of a JSON Web Key Set (RFC 7517); those of a kind that is not known are passed over.
fn read(bytes: &[u8]) -> Result<Vec<Jwk>> {
    #[derive(serde::Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    if bytes.len() > LARGEST {
        return Err(Error::internal("a key set of more than 64 KiB"));
    }
    let set: Set = serde_json::from_slice(bytes).map_err(Error::internal)?;
    let known = set.keys.into_iter().take(MOST).filter_map(|key| serde_json::from_value(key).ok());
    Ok(JwkSet { keys: known.collect() }.keys)
}

fn away() -> Error {
    Error::Unavailable(say!(
        "the other issuer cannot be reached; try again",
        "l'autre émetteur est injoignable ; réessayez"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    #[test]
    fn a_key_set_is_bounded() {
        let many = format!(r#"{{"keys":[{}]}}"#, vec![KEY; 30].join(","));
        assert_eq!(read(many.as_bytes()).unwrap().len(), MOST);
        assert!(read(&vec![b' '; LARGEST + 1]).is_err());
        assert!(read(b"<html>").is_err());
        let strange = format!(r#"{{"keys":[{{"kty":"MOON"}},{KEY}]}}"#);
        assert!(!read(strange.as_bytes()).unwrap().is_empty());
    }

    #[tokio::test]
    async fn keys_are_remembered_and_an_unknown_one_is_asked_for_once_a_minute() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("jwks.json");
        let source = Source::new(file.to_str().unwrap(), None).unwrap();
        assert!(matches!(source.find("k1").await, Err(Error::Unavailable(_))), "nothing was ever had");

        *source.asked.lock().await = None;
        std::fs::write(&file, format!(r#"{{"keys":[{KEY}]}}"#)).unwrap();
        assert!(source.find("k1").await.unwrap().is_some());
        std::fs::remove_file(&file).unwrap();
        assert!(source.find("k1").await.unwrap().is_some(), "its place is away");

        std::fs::write(&file, format!(r#"{{"keys":[{}]}}"#, KEY.replace("k1", "k2"))).unwrap();
        assert!(source.find("k2").await.unwrap().is_none(), "asked less than a minute ago");
        *source.asked.lock().await = None;
        assert!(source.find("k2").await.unwrap().is_some());
        assert!(source.find("k1").await.unwrap().is_none(), "withdrawn");
    }
}
