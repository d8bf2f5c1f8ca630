//! Which tokens are believed: signed by identity's published keys, fresh, and of a session that has not ended.
//!
//! Keys and ended sessions are asked of identity every few seconds, over the wire like any peer. While identity is away
//! what is known stays in force: tokens keep working for their short life, and nothing that was revoked comes back.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use proto::identity::token_service_client::TokenServiceClient;
use proto::identity::{
    GetJsonWebKeySetRequest, IssueTokenRequest, ListRevocationsRequest, issue_token_request::Grant,
};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::{AUDIENCE, Caller, Claims, LIFETIME, TOKEN_TYPE};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// A longer token is refused unread.
const LONGEST_TOKEN: usize = 4096;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 30;
/// An unknown key id makes us ask identity again, at most so often.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// How often ended sessions are asked for: a revocation holds everywhere soon after (IDN-4 allows 60 s).
const REFRESH: Duration = Duration::from_secs(2);
/// Verified tokens and exchanged keys remembered at most.
const REMEMBERED: usize = 10_000;

/// What this process believes.
#[derive(Clone)]
pub struct Trust(Arc<Inner>);

struct Inner {
    issuer: String,
    clock: Clock,
    identity: TokenServiceClient<Channel>,
    keys: RwLock<HashMap<String, DecodingKey>>,
    asked: Mutex<Option<Instant>>,
    /// Ended sessions: tokens issued before then are void, in seconds since 1970.
    ended: RwLock<HashMap<String, i64>>,
    verified: quick_cache::sync::Cache<String, Arc<Verified>>,
    exchanged: quick_cache::sync::Cache<[u8; 32], Arc<Verified>>,
}

struct Verified {
    caller: Arc<Caller>,
    issued: i64,
}

impl Trust {
    /// Believes the identity service behind `identity`; begins to follow it until `stop`.
    pub fn new(issuer: &str, clock: Clock, identity: Channel, stop: CancellationToken) -> Self {
        let trust = Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            clock,
            identity: TokenServiceClient::new(identity),
            keys: RwLock::default(),
            asked: Mutex::default(),
            ended: RwLock::default(),
            verified: quick_cache::sync::Cache::new(REMEMBERED),
            exchanged: quick_cache::sync::Cache::new(REMEMBERED),
        }));
        let follower = trust.clone();
        tokio::spawn(stop.run_until_cancelled_owned(async move { follower.follow().await }));
        trust
    }

    /// The caller of a bearer token.
    ///
    /// # Errors
    /// UNAUTHENTICATED, whatever is wrong with it.
    pub async fn caller(&self, token: &str) -> Result<Arc<Caller>> {
        if let Some(known) = self.0.verified.get(token) {
            return self.still_good(&known);
        }
        let verified = self.verify(token).await?;
        self.0.verified.insert(token.to_owned(), Arc::clone(&verified));
        self.still_good(&verified)
    }

    /// The caller of an API key: identity exchanges it for a token, which is used until shortly before its end.
    ///
    /// # Errors
    /// UNAUTHENTICATED when identity does not know it; UNAVAILABLE when identity is away.
    pub async fn machine(&self, api_key: &str) -> Result<Arc<Caller>> {
        let hash = sha256(api_key.as_bytes());
        if let Some(known) = self.0.exchanged.get(&hash)
            && let Ok(caller) = self.still_good(&known)
        {
            return Ok(caller);
        }
        let grant = IssueTokenRequest { grant: Some(Grant::ApiKey(api_key.to_owned())) };
        let pair = match self.0.identity.clone().issue_token(grant).await {
            Ok(reply) => reply.into_inner(),
            Err(status) if status.code() == tonic::Code::Unauthenticated => {
                return Err(Error::Unauthenticated);
            }
            // Away, or too busy: that says nothing about the key.
            Err(status) => return Err(Error::Peer(Box::new(status))),
        };
        let verified = self.verify(&pair.access_token).await?;
        self.0.exchanged.insert(hash, Arc::clone(&verified));
        self.still_good(&verified)
    }

    /// Whether a caller's session still holds, for streams that outlive a token check.
    ///
    /// # Errors
    /// UNAUTHENTICATED once the token has ended or the session was revoked.
    pub fn recheck(&self, caller: &Caller) -> Result<()> {
        let seconds = self.0.clock.now().0 / 1_000_000;
        let ended = self.0.ended.read().unwrap_or_else(PoisonError::into_inner);
        let revoked = ended.get(&caller.session).is_some_and(|before| caller.issued <= *before);
        let over = !caller.is_nobody() && (caller.expires <= seconds || revoked);
        if over { Err(Error::Unauthenticated) } else { Ok(()) }
    }

    fn still_good(&self, verified: &Verified) -> Result<Arc<Caller>> {
        let seconds = self.0.clock.now().0 / 1_000_000;
        let ended = self.0.ended.read().unwrap_or_else(PoisonError::into_inner);
        let revoked = ended.get(&verified.caller.session).is_some_and(|before| verified.issued <= *before);
        if revoked || verified.caller.expires + LEEWAY <= seconds {
            return Err(Error::Unauthenticated);
        }
        Ok(Arc::clone(&verified.caller))
    }

    async fn verify(&self, token: &str) -> Result<Arc<Verified>> {
        let kid = key_id(token)?;
        let key = match self.key(&kid) {
            Some(key) => key,
            None => {
                self.ask_for_unknown_key(&kid).await?;
                self.key(&kid).ok_or(Error::Unauthenticated)?
            }
        };
        let claims = verify(token, &key, &self.0.issuer, self.0.clock.now().0 / 1_000_000)?;
        let issued = claims.iat;
        Ok(Arc::new(Verified { caller: Arc::new(claims.caller(token)), issued }))
    }

    fn key(&self, kid: &str) -> Option<DecodingKey> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    /// One question at a time, and not more than one a minute once something is known.
    async fn ask_for_unknown_key(&self, kid: &str) -> Result<()> {
        let mut asked = self.0.asked.lock().await;
        if self.key(kid).is_some() || asked.is_some_and(|then| then.elapsed() < ASK_AGAIN) {
            return Ok(());
        }
        self.refresh_keys().await.map_err(|status| Error::Peer(Box::new(status)))?;
        *asked = Some(Instant::now());
        Ok(())
    }

    async fn refresh_keys(&self) -> Result<(), tonic::Status> {
        let set = self
            .0
            .identity
            .clone()
            .get_json_web_key_set(GetJsonWebKeySetRequest::default())
            .await?
            .into_inner();
        let set: JwkSet =
            serde_json::from_str(&set.json).map_err(|error| tonic::Status::internal(error.to_string()))?;
        let keys: HashMap<_, _> = set
            .keys
            .iter()
            .take(20)
            .filter_map(|key| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(key).ok()?)))
            .collect();
        let mut known = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        if known.keys().any(|kid| !keys.contains_key(kid)) {
            self.0.verified.clear(); // a key was withdrawn: tokens it signed are believed no longer
            self.0.exchanged.clear();
        }
        *known = keys;
        Ok(())
    }

    async fn follow(&self) {
        let mut tick = tokio::time::interval(REFRESH);
        let mut keys_at: Option<Instant> = None;
        loop {
            tick.tick().await;
            if keys_at.is_none_or(|then| then.elapsed() > Duration::from_secs(30))
                && self.refresh_keys().await.is_ok()
            {
                keys_at = Some(Instant::now());
            }
            if let Ok(reply) = self.0.identity.clone().list_revocations(ListRevocationsRequest {}).await {
                let revocations = reply.into_inner().revocations.into_iter();
                let ended = revocations
                    .map(|ended| (ended.session, ended.issued_before.map_or(i64::MAX, |time| time.seconds)));
                *self.0.ended.write().unwrap_or_else(PoisonError::into_inner) = ended.collect();
            }
        }
    }
}

/// The header of our tokens, and nothing else: no `crit`, `jku`, `jwk`, `x5u`, `zip` (RFC 8725).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

fn key_id(token: &str) -> Result<String> {
    use base64::Engine as _;
    if token.len() > LONGEST_TOKEN || token.split('.').count() != 3 {
        return Err(Error::Unauthenticated);
    }
    let header = token.split('.').next().unwrap_or_default();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| Error::Unauthenticated)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| Error::Unauthenticated)?;
    let typ = header.typ.to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    if header.alg != "EdDSA" || typ != TOKEN_TYPE {
        return Err(Error::Unauthenticated);
    }
    Ok(header.kid)
}

/// The claims of a token that this key signed and that is good at `now` (seconds since 1970).
///
/// # Errors
/// UNAUTHENTICATED, whatever is wrong.
pub fn verify(token: &str, key: &DecodingKey, issuer: &str, now: i64) -> Result<Claims> {
    key_id(token)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
    validation.validate_exp = false; // below, by the one clock
    validation.validate_nbf = false;
    let claims =
        jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_| Error::Unauthenticated)?.claims;
    let fresh = claims.nbf <= now + LEEWAY
        && claims.iat <= now + LEEWAY
        && claims.exp > now - LEEWAY
        && claims.exp > claims.iat
        && claims.exp.checked_sub(claims.iat).is_some_and(|life| life <= LIFETIME);
    let whole =
        [&claims.sub, &claims.client_id, &claims.jti, &claims.sid].iter().all(|claim| !claim.is_empty());
    if fresh && whole { Ok(claims) } else { Err(Error::Unauthenticated) }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    hash
}
