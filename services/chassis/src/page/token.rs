//! Opaque tokens: bytes that only we can make, and that nobody can change.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::Value;

/// The form of a sealed token: version, length of the key's id, the id, the tag, the body.
const VERSION: u8 = 1;
const TAG: usize = 32;
/// Beyond what a token can reach whose sort keys are of a sane length.
const LONGEST: usize = 8 * 1024;

/// A key that seals tokens.
#[derive(Clone, Debug)]
pub struct Key {
    id: String,
    secret: hmac::Key,
}

impl Key {
    /// A key and the id it is known by to every replica, of at most 255 bytes; 32 random bytes are right for
    /// the secret.
    pub fn new(id: impl Into<String>, secret: &[u8]) -> Self {
        Self { id: id.into(), secret: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }
}

/// The key that seals tokens, and others that open them: a token outlives a rotation.
#[derive(Clone, Debug)]
pub struct TokenKeys(Arc<RwLock<Ring>>);

#[derive(Debug)]
struct Ring {
    current: Key,
    others: Vec<Key>,
}

impl TokenKeys {
    /// Seals with `current`, opens with any.
    pub fn new(current: Key, others: Vec<Key>) -> Self {
        Self(Arc::new(RwLock::new(Ring { current, others })))
    }

    /// From now on, everywhere these keys were given to.
    pub fn replace(&self, current: Key, others: Vec<Key>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Ring { current, others };
    }

    /// A token with this body, for this purpose only: base64url without padding, HMAC-SHA256.
    pub fn seal<T: prost::Message>(&self, purpose: &'static str, body: &T) -> String {
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Key { id, secret } = &ring.current;
        let id = &id.as_bytes()[..id.len().min(255)];
        let body = body.encode_to_vec();
        let mut token = vec![VERSION, id.len() as u8];
        token.extend_from_slice(id);
        let tag = sign(secret, purpose, &token, &body);
        token.extend_from_slice(tag.as_ref());
        token.extend_from_slice(&body);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The body of a token sealed for this purpose; nothing when it is anything else.
    pub fn open<T: prost::Message + Default>(&self, purpose: &'static str, token: &str) -> Option<T> {
        if token.len() > LONGEST {
            return None;
        }
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (&[version, length], _) = token.split_first_chunk()?;
        let (head, rest) = token.split_at_checked(2 + usize::from(length))?;
        let (tag, body) = rest.split_at_checked(TAG)?;
        let ring = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = std::iter::once(&ring.current)
            .chain(&ring.others)
            .find(|key| version == VERSION && key.id.as_bytes() == &head[2..])?;
        hmac::verify(&key.secret, &signed(purpose, head, body), tag).ok()?;
        T::decode(body).ok()
    }
}

fn sign(secret: &hmac::Key, purpose: &str, head: &[u8], body: &[u8]) -> hmac::Tag {
    hmac::sign(secret, &signed(purpose, head, body))
}

/// The head says its own length and the purpose is ours: no two differ and read the same.
fn signed(purpose: &str, head: &[u8], body: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), &[0], head, body].concat()
}

/// Where a page ended.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Token {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) asked: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    pub(super) after: Vec<Position>,
    #[prost(int64, tag = "3")]
    pub(super) issued: i64,
}

/// The value of one sort key.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Position {
    #[prost(oneof = "Scalar", tags = "1, 2, 3, 4")]
    pub(super) value: Option<Scalar>,
}

/// A value that rows are ordered by; NULL is none.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Scalar {
    #[prost(sint64, tag = "1")]
    Integer(i64),
    #[prost(string, tag = "2")]
    Text(String),
    #[prost(bool, tag = "3")]
    Boolean(bool),
    #[prost(bytes = "vec", tag = "4")]
    Bytes(Vec<u8>),
}

impl Position {
    pub(super) fn of(value: Option<Value>) -> Self {
        let value = match value {
            Some(Value::BigInt(number)) => number.map(Scalar::Integer),
            Some(Value::Int(number)) => number.map(|number| Scalar::Integer(number.into())),
            Some(Value::SmallInt(number)) => number.map(|number| Scalar::Integer(number.into())),
            Some(Value::String(text)) => text.map(Scalar::Text),
            Some(Value::Bool(truth)) => truth.map(Scalar::Boolean),
            Some(Value::Bytes(bytes)) => bytes.map(Scalar::Bytes),
            _ => None,
        };
        Self { value }
    }
}

impl Scalar {
    pub(super) fn bound(&self) -> Value {
        match self {
            Self::Integer(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Boolean(truth) => (*truth).into(),
            Self::Bytes(bytes) => bytes.clone().into(),
        }
    }
}
