//! Keys: the private one that signs, and the public ones that are believed (RFC 7517, 7638, 8037).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::jws::Signer;

/// Between the base of an issuer's addresses and the thumbprint of a key.
const PLACE: &str = "/issuerKeys#";

/// A private key, and the address of its public half.
#[derive(Debug)]
pub struct Ed25519 {
    id: String,
    pair: Ed25519KeyPair,
}

impl Ed25519 {
    /// A new key whose public half is published under this base, and its private half as PKCS#8.
    pub fn generate(base: &str) -> Option<(Self, Vec<u8>)> {
        let pair = Ed25519KeyPair::generate().ok()?;
        let private = pair.to_pkcs8v1().ok()?.as_ref().to_vec();
        let thumbprint = thumbprint(&public(pair.public_key().as_ref()))?;
        Some((Self { id: format!("{base}{PLACE}{thumbprint}"), pair }, private))
    }

    /// A key as it was kept; nothing when it is none, or not the one with that address.
    pub fn kept(id: &str, pkcs8: &[u8]) -> Option<Self> {
        let key = Self { id: id.to_owned(), pair: Ed25519KeyPair::from_pkcs8(pkcs8).ok()? };
        let thumbprint = thumbprint(&public(key.pair.public_key().as_ref()))?;
        id.ends_with(&format!("{PLACE}{thumbprint}")).then_some(key)
    }

    /// Its public half, to be published.
    pub fn public(&self) -> Key {
        Key { id: self.id.clone(), x: self.pair.public_key().as_ref().to_vec() }
    }
}

impl Signer for Ed25519 {
    fn algorithm(&self) -> &'static str {
        "EdDSA"
    }

    fn key_id(&self) -> &str {
        &self.id
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

/// A public key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    id: String,
    x: Vec<u8>,
}

impl Key {
    /// A key of a set; nothing when it is of another kind, or does not stand where its thumbprint says.
    pub fn parse(jwk: &Value) -> Option<Self> {
        let text = |member: &str| jwk[member].as_str();
        let fits = |member: &str, value: &str| jwk.get(member).is_none_or(|said| said == value);
        if !fits("use", "sig") || !fits("alg", "EdDSA") {
            return None;
        }
        let (id, thumbprint) = (text("kid")?, thumbprint(jwk)?);
        let stands = id.starts_with("https://") && id.ends_with(&format!("{PLACE}{thumbprint}"));
        let x = URL_SAFE_NO_PAD.decode(text("x")?).ok()?;
        stands.then(|| Self { id: id.to_owned(), x })
    }

    /// Its address: `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What all addresses of its issuer begin with.
    pub fn base(&self) -> &str {
        self.id.split_once(PLACE).map_or("", |(base, _)| base)
    }

    /// Its thumbprint, which its address ends in.
    pub fn thumbprint(&self) -> &str {
        self.id.split_once(PLACE).map_or("", |(_, thumbprint)| thumbprint)
    }

    /// As a JSON Web Key.
    pub fn jwk(&self) -> Value {
        let mut jwk = public(&self.x);
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!("EdDSA");
        jwk
    }

    /// It signed these bytes.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.x).verify(bytes, signature).is_ok()
    }
}

/// The public keys that are believed, and those that are not any more: others may hold their private half.
///
/// As JSON, the latter stand beside `keys`, in a member of their own (RFC 7517 §5: who does not know it passes over it), so that
/// no reader finds them among the keys to believe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Key>,
    compromised: Vec<Key>,
}

/// The member of a set with the keys that are believed no more.
const COMPROMISED: &str = "compromised_keys";

impl KeySet {
    /// These.
    pub fn new(keys: Vec<Key>) -> Self {
        Self { keys, compromised: Vec::new() }
    }

    /// With these, which are believed no more.
    #[must_use]
    pub fn without(mut self, compromised: Vec<Key>) -> Self {
        self.compromised = compromised;
        self
    }

    /// A JSON Web Key Set; keys of other kinds are passed over. Nothing when it is no set.
    pub fn parse(json: &str) -> Option<Self> {
        let set: Value = serde_json::from_str(json).ok()?;
        let keys = |member: &str| Some(set[member].as_array()?.iter().filter_map(Key::parse).collect());
        Some(Self { keys: keys("keys")?, compromised: keys(COMPROMISED).unwrap_or_default() })
    }

    /// As a JSON Web Key Set.
    pub fn json(&self) -> String {
        let all = |keys: &[Key]| keys.iter().map(Key::jwk).collect::<Vec<_>>();
        let mut set = json!({ "keys": all(&self.keys) });
        if !self.compromised.is_empty() {
            set[COMPROMISED] = json!(all(&self.compromised));
        }
        set.to_string()
    }

    /// The key with that address.
    pub fn by_id(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The key with that address is believed no more.
    pub fn is_compromised(&self, id: &str) -> bool {
        self.compromised.iter().any(|key| key.id == id)
    }

    /// The key with that thumbprint.
    pub(crate) fn by_thumbprint(&self, thumbprint: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.thumbprint() == thumbprint)
    }
}

impl KeySet {
    /// What was signed names, or brings, a key that is believed no more.
    pub(crate) fn was_compromised(&self, id: Option<&str>, thumbprint: Option<&str>) -> bool {
        let mut all = self.compromised.iter();
        all.any(|key| id == Some(key.id()) || thumbprint == Some(key.thumbprint()))
    }
}

fn public(x: &[u8]) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(x) })
}

/// The thumbprint of an Ed25519 key (RFC 7638, 8037); nothing for a key of another kind.
pub fn thumbprint(jwk: &Value) -> Option<String> {
    if jwk["kty"] != "OKP" || jwk["crv"] != "Ed25519" {
        return None;
    }
    // Taken apart and put together again: what is hashed is the key, however it was written.
    let x = URL_SAFE_NO_PAD.decode(jwk["x"].as_str()?).ok().filter(|x| x.len() == 32)?;
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(x));
    Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())))
}
