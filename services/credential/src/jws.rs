//! JSON Web Signatures in compact form (RFC 7515), as far as Open Badges 3.0 takes them: signing, and taking apart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The algorithms that are believed.
pub const ALGORITHMS: [&str; 1] = ["EdDSA"];
/// A longer one is refused unread: a status list with every bit drawn at random is smaller.
pub const LONGEST: usize = 64 * 1024;

/// What signs; another algorithm is another of these.
pub trait Signer {
    /// Its name in `alg`.
    fn algorithm(&self) -> &'static str;
    /// The address of its public key, in `kid`.
    fn key_id(&self) -> &str;
    /// The signature of these bytes.
    fn sign(&self, bytes: &[u8]) -> Vec<u8>;
}

/// The members of a header that are read. Whatever else stands in one (`crit`, `jku`, `x5u`, `zip`…) is refused: it would
/// have to be understood, or followed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    pub(crate) jwk: Option<serde_json::Value>,
    pub(crate) typ: Option<String>,
}

/// A signed document, taken apart; nothing of it is to be believed yet.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) signed: &'t [u8],
    pub(crate) signature: Vec<u8>,
}

/// A signed document.
///
/// # Errors
/// When the payload is no JSON.
pub fn sign(signer: &dyn Signer, payload: &impl Serialize) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Said<'s> {
        alg: &'s str,
        kid: &'s str,
        typ: &'s str,
    }
    // Not `vc+jwt`: Open Badges 3.0 has not taken it over.
    let header = Said { alg: signer.algorithm(), kid: signer.key_id(), typ: "JWT" };
    let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    let signed = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(payload)?));
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(signed.as_bytes()));
    Ok(format!("{signed}.{signature}"))
}

/// The key that a document says signed it, and its payload: to be signed anew by whoever keeps it, not to be believed.
pub fn kept(text: &str) -> Option<(String, serde_json::Value)> {
    let jws = parse(text)?;
    Some((jws.header.kid?, serde_json::from_slice(&jws.payload).ok()?))
}

/// Takes a document apart; nothing when it is not one.
pub(crate) fn parse(text: &str) -> Option<Compact<'_>> {
    if text.len() > LONGEST {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some(Compact {
        header: serde_json::from_slice(&decode(header)?).ok()?,
        payload: decode(payload)?, // a fourth part has a dot, which no alphabet has
        signed: signed.as_bytes(),
        signature: decode(signature)?,
    })
}
