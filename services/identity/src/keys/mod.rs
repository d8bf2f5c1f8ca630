//! Signing keys: Ed25519, one file each with the private half, one row each with the public half (S2).
//!
//! Replicas that share a keys directory sign with the same key; one that has a directory of its own registers its own
//! key. Whoever signs, all publish every key.

mod row;
mod rules;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::auth::{Claims, TOKEN_TYPE};
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::error::{Error, Result};
use chassis::private::Directory;
use chassis::{Call, Context};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proto::identity::SignedManifest;
use serde::Serialize;

use crate::secret;
use row::Model;

/// The header `typ` of a signed manifest: it passes for no token (RFC 8725 §3.11).
const MANIFEST_TYPE: &str = "manifest+jwt";

/// What a signed manifest says.
#[derive(Serialize)]
struct Manifest<'a> {
    iss: &'a str,
    iat: i64,
    sha256: &'a str,
}

/// What an event says of a new key: its public half.
fn event(key: &Model) -> proto::identity::JsonWebKeySet {
    proto::identity::JsonWebKeySet { json: format!("{{\"keys\":[{}]}}", key.jwk), issuer: String::new() }
}

/// The signing keys of this process and the published keys of all.
#[derive(Clone)]
pub(crate) struct Keyring(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Clock,
    directory: Arc<Directory>,
    loaded: Mutex<HashMap<String, EncodingKey>>,
}

impl Keyring {
    /// Over the keys directory; makes the first key when there is none.
    ///
    /// # Errors
    /// INTERNAL when the directory or a key in it may be read by others.
    pub(crate) async fn open(context: &Context) -> Result<Self> {
        let keyring = Self(Arc::new(Inner {
            database: context.database.clone(),
            clock: context.clock.clone(),
            directory: Arc::new(Directory::open(&context.config.keys, "signing")?),
            loaded: Mutex::default(),
        }));
        keyring.tend().await?;
        Ok(keyring)
    }

    /// Makes a key when this process has none that signs on: on first start, and after another replica rotated.
    ///
    /// # Errors
    /// Of the disk, or the database.
    pub(crate) async fn tend(&self) -> Result<()> {
        let keys = store::all(self.0.database.reader()).await?;
        for key in &keys {
            if rules::published(key, self.0.clock.now()) && self.0.directory.has(&key.kid) {
                self.load(&key.kid)?;
            }
        }
        if rules::missing(&keys, &|kid| self.0.directory.has(kid), self.0.clock.now()).is_none() {
            return Ok(());
        }
        let made = self.make()?;
        let kept = store::add_missing(&self.0.database, &self.0.directory, made.clone()).await;
        self.forget_unless(matches!(kept, Ok(true)), &made);
        kept.map(drop)
    }

    /// An access token that says so.
    ///
    /// # Errors
    /// INTERNAL when no key can sign.
    pub(crate) async fn token(&self, claims: &Claims) -> Result<String> {
        self.sign(TOKEN_TYPE, claims).await
    }

    /// Signs a manifest for a caller, and writes down that it did.
    ///
    /// # Errors
    /// INTERNAL when no key can sign; `INVALID_ARGUMENT` when the request's id was used for another request.
    pub(crate) async fn manifest(&self, call: Call, issuer: &str, sha256: String) -> Result<SignedManifest> {
        let claims = Manifest { iss: issuer, iat: self.0.clock.now().0 / 1_000_000, sha256: &sha256 };
        let jws = self.sign(MANIFEST_TYPE, &claims).await?;
        store::signed(&self.0.database, call, SignedManifest { jws }).await
    }

    async fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        let kid = match self.signer().await? {
            Some(kid) => kid,
            None => {
                self.tend().await?;
                self.signer().await?.ok_or_else(|| Error::internal("no key signs"))?
            }
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = Some(kid.clone());
        jsonwebtoken::encode(&header, claims, &self.load(&kid)?).map_err(Error::internal)
    }

    async fn signer(&self) -> Result<Option<String>> {
        let keys = store::all(self.0.database.reader()).await?;
        let signer = rules::signer(&keys, &|kid| self.0.directory.has(kid), self.0.clock.now());
        Ok(signer.map(|key| key.kid.clone()))
    }

    /// The published keys (RFC 7517), the newest first; with those that sign no more, for what was signed to last.
    ///
    /// # Errors
    /// Only the database's.
    pub(crate) async fn set(&self, retired: bool) -> Result<String> {
        let keys = store::all(self.0.database.reader()).await?;
        let now = self.0.clock.now();
        let keys: Vec<&str> = match retired {
            true => keys.iter().filter(|key| rules::lasting(key)).map(|key| key.jwk.as_str()).collect(),
            false => {
                let published = keys.iter().filter(|key| rules::published(key, now)).take(rules::MOST);
                published.map(|key| key.jwk.as_str()).collect()
            }
        };
        Ok(format!("{{\"keys\":[{}]}}", keys.join(",")))
    }

    /// Makes the next key, and says when the former ones stop.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the request's id was used for another request.
    pub(crate) async fn rotate(&self, call: Call, compromised: bool) -> Result<()> {
        let made = self.make()?;
        let kept = store::rotate(&self.0.database, call, made.clone(), compromised).await;
        self.forget_unless(matches!(kept, Ok(true)), &made);
        kept.map(drop)
    }

    /// Forgets the private halves of keys that were withdrawn long ago.
    ///
    /// # Errors
    /// Of the disk, or the database.
    pub(crate) async fn sweep(&self) -> Result<()> {
        for kid in store::sweep(&self.0.database).await? {
            self.0.directory.remove(&kid);
        }
        Ok(())
    }

    /// A new key, its private half on disk, its public half not yet published.
    fn make(&self) -> Result<Model> {
        let broken = |_| Error::internal("no signing key could be made");
        let pair = Ed25519KeyPair::generate().map_err(broken)?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        // RFC 7638: the id is the key's own thumbprint.
        let kid = secret::hex(
            &secret::sha256(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes())[..16],
        );
        let jwk =
            format!(r#"{{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"{kid}","x":"{x}"}}"#);
        let private = pair.to_pkcs8v1().map_err(broken)?;
        self.0.directory.write(&kid, private.as_ref())?;
        let now = self.0.clock.now();
        Ok(Model {
            kid,
            jwk,
            create_time: now,
            sign_time: now,
            retire_time: None,
            withdraw_time: None,
            compromised: false,
        })
    }

    fn forget_unless(&self, kept: bool, made: &Model) {
        if !kept {
            self.0.directory.remove(&made.kid);
        }
    }

    fn load(&self, kid: &str) -> Result<EncodingKey> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = loaded.get(kid) {
            return Ok(key.clone());
        }
        let key = EncodingKey::from_ed_pem(&self.0.directory.read(kid)?).map_err(Error::internal)?;
        loaded.insert(kid.to_owned(), key.clone());
        Ok(key)
    }
}
