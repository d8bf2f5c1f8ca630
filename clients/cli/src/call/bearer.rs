//! The access token of a call: given, kept, or renewed by one command at a time.

use tonic::Code;

use crate::call::Client;
use crate::fault::{Fault, Result};
use crate::say::say;
use crate::session::Credential;

impl Client {
    /// The access token to send: given, or kept and renewed when it has ended.
    pub(crate) async fn bearer(&self) -> Result<Option<String>> {
        if let Some(given) = &self.given {
            if is_access_token(given) {
                return Ok(Some(given.clone()));
            }
            let mut exchanged = self.renewing.lock().await;
            if exchanged.is_none() {
                *exchanged = Some(self.exchange(given).await?.access_token);
            }
            return Ok(exchanged.clone());
        }
        let Some(kept) = self.store.credential(&self.account, &self.server) else { return Ok(None) };
        if kept.fresh(chrono::Utc::now()) || !kept.renewable() {
            return Ok(Some(kept.access_token));
        }
        self.renew(&kept.access_token).await
    }

    /// Another access token than the stale one, if there is a way to get one. Only one command at a time spends the refresh token.
    pub(super) async fn renew(&self, stale: &str) -> Result<Option<String>> {
        if let Some(given) = &self.given {
            return if is_access_token(given) {
                Ok(None)
            } else {
                Ok(Some(self.exchange(given).await?.access_token))
            };
        }
        let _here = self.renewing.lock().await;
        let _elsewhere = self.store.lock(&self.account)?;
        let Some(kept) = self.store.credential(&self.account, &self.server) else { return Ok(None) };
        if kept.access_token != stale && kept.fresh(chrono::Utc::now()) {
            return Ok(Some(kept.access_token));
        }
        let renewed = match (kept.refresh_token.as_str(), kept.api_key.as_str()) {
            ("", "") => return Ok(None),
            ("", key) => Box::pin(self.exchange(key)).await?,
            (refresh, _) => {
                let pair = Box::pin(
                    self.json("TokenService/RefreshToken", serde_json::json!({ "refreshToken": refresh })),
                )
                .await;
                self.credential(&pair.map_err(|fault| self.ended(fault))?)
            }
        };
        let renewed = Credential { api_key: kept.api_key, ..renewed };
        self.store.save_credential(&self.account, &renewed)?;
        Ok(Some(renewed.access_token))
    }

    fn ended(&self, mut fault: Fault) -> Fault {
        if fault.code == Some(Code::Unauthenticated) {
            fault.message = say!(self.language, "the session has ended", "la session est terminée");
        }
        fault
    }

    /// A machine account's key for an access token.
    pub(crate) async fn exchange(&self, key: &str) -> Result<Credential> {
        let pair =
            Box::pin(self.json("TokenService/IssueToken", serde_json::json!({ "apiKey": key }))).await?;
        Ok(Credential { api_key: key.to_owned(), ..self.credential(&pair) })
    }

    /// What to keep of a `TokenPair`.
    pub(crate) fn credential(&self, pair: &serde_json::Value) -> Credential {
        let text = |key: &str| pair[key].as_str().unwrap_or_default().to_owned();
        Credential {
            server: self.server.clone(),
            access_token: text("accessToken"),
            expire_time: text("expireTime"),
            refresh_token: text("refreshToken"),
            refresh_expire_time: text("refreshExpireTime"),
            api_key: String::new(),
        }
    }
}

/// A JSON Web Token has three parts; a key has none.
pub(crate) fn is_access_token(token: &str) -> bool {
    token.split('.').count() == 3
}
