//! Bitstring Status Lists (W3C): of each certificate one bit, which says that it was revoked; signed like a certificate.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::badge::{Claims, StatusEntry};
use crate::verify::{Standing, Verdict, signed};
use crate::{KeySet, instant, seconds};

/// How many bits a list of ours has: the least that hides whose bit is looked at.
pub const LENGTH: u32 = 131_072;
/// How long a copy may be taken for current, in milliseconds.
pub const TTL: u64 = 60_000;
/// A list unpacks to no more than this.
const LARGEST: u64 = 1 << 20;
const CONTEXT: [&str; 1] = ["https://www.w3.org/ns/credentials/v2"];
const TYPE: [&str; 2] = ["VerifiableCredential", "BitstringStatusListCredential"];

/// Which certificates of a list were revoked, as of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    /// Its address.
    pub id: String,
    /// Whoever keeps it.
    pub issuer: String,
    /// When it said so, in seconds since 1970.
    pub valid_from: i64,
    /// After then it says nothing any more.
    pub valid_until: i64,
    bits: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(rename = "@context")]
    context: Vec<String>,
    id: String,
    #[serde(rename = "type")]
    kind: Vec<String>,
    issuer: String,
    #[serde(rename = "validFrom")]
    valid_from: String,
    #[serde(rename = "validUntil")]
    valid_until: String,
    #[serde(rename = "credentialSubject")]
    subject: Subject,
    #[serde(flatten)]
    claims: Claims,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    status_purpose: String,
    encoded_list: String,
    ttl: u64,
}

impl StatusList {
    /// A list in which these bits are set.
    pub fn new(
        id: String,
        issuer: String,
        (valid_from, valid_until): (i64, i64),
        revoked: impl IntoIterator<Item = u32>,
    ) -> Self {
        let mut bits = vec![0; LENGTH as usize / 8];
        for index in revoked {
            if let Some(byte) = bits.get_mut(index as usize / 8) {
                *byte |= 0x80 >> (index % 8); // index 0 is the leftmost
            }
        }
        Self { id, issuer, valid_from, valid_until, bits }
    }

    /// Whether the bit of a certificate is set; nothing when the list has no such bit.
    pub fn is_revoked(&self, index: u32) -> Option<bool> {
        self.bits.get(index as usize / 8).map(|byte| byte & (0x80 >> (index % 8)) != 0)
    }

    /// Whether a certificate was revoked, by these lists: what a list says it says for ever, what it does not say yet it only says
    /// while it is current. Lists are known by the end of their address, which an issuer may have moved.
    pub fn standing(lists: &[Self], entry: &StatusEntry, now: i64) -> Standing {
        let tail = |address: &str| address.rsplit_once("/statusLists/").map(|(_, id)| id.to_owned());
        let wanted = tail(&entry.list);
        let its = lists.iter().filter(|list| wanted.is_some() && tail(&list.id) == wanted);
        let said: Vec<_> = its.map(|list| (list.is_revoked(entry.index), now < list.valid_until)).collect();
        match () {
            () if said.iter().any(|(revoked, _)| *revoked == Some(true)) => Standing::Revoked,
            () if said.contains(&(Some(false), true)) => Standing::Good,
            () => Standing::Unknown,
        }
    }

    /// As it is signed. Nothing when its times are beyond calendars.
    pub fn payload(&self) -> Option<impl Serialize + use<>> {
        Some(Payload {
            context: CONTEXT.map(str::to_owned).to_vec(),
            id: self.id.clone(),
            kind: TYPE.map(str::to_owned).to_vec(),
            issuer: self.issuer.clone(),
            valid_from: instant(self.valid_from)?,
            valid_until: instant(self.valid_until)?,
            subject: Subject {
                id: format!("{}#list", self.id),
                kind: "BitstringStatusList".to_owned(),
                status_purpose: "revocation".to_owned(),
                encoded_list: pack(&self.bits)?,
                ttl: TTL,
            },
            claims: Claims {
                iss: Some(self.issuer.clone()),
                jti: Some(self.id.clone()),
                sub: Some(format!("{}#list", self.id)),
                nbf: Some(self.valid_from),
                exp: Some(self.valid_until),
            },
        })
    }

    /// Reads a list that one of these keys signed. Whether it is still current is for whoever asks to say.
    ///
    /// # Errors
    /// The verdict on it, when it is not one of theirs.
    pub fn open(jws: &str, keys: &KeySet) -> Result<Self, Verdict> {
        let (key, bytes) = signed(jws, keys, &mut Vec::new())?;
        let read: Payload = serde_json::from_slice(&bytes).map_err(|_| Verdict::Malformed)?;
        let purpose =
            read.subject.status_purpose == "revocation" && read.subject.kind == "BitstringStatusList";
        if read.context != CONTEXT || read.kind != TYPE || !purpose {
            return Err(Verdict::Malformed);
        }
        let (from, until) = (seconds(&read.valid_from), seconds(&read.valid_until));
        let claims = Claims {
            iss: Some(read.issuer.clone()),
            jti: Some(read.id.clone()),
            sub: Some(read.subject.id.clone()),
            nbf: from,
            exp: until,
        };
        let (true, Some(valid_from), Some(valid_until)) = (claims == read.claims, from, until) else {
            return Err(Verdict::ClaimMismatch);
        };
        if read.issuer != key.base() || !read.id.starts_with(&format!("{}/", key.base())) {
            return Err(Verdict::UnknownIssuer);
        }
        let bits = unpack(&read.subject.encoded_list).ok_or(Verdict::Malformed)?;
        Ok(Self { id: read.id, issuer: read.issuer, valid_from, valid_until, bits })
    }
}

/// Bits as lists carry them: gzip, then base64url without padding after a multibase `u`.
fn pack(bits: &[u8]) -> Option<String> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bits).ok()?;
    Some(format!("u{}", URL_SAFE_NO_PAD.encode(packed.finish().ok()?)))
}

fn unpack(encoded: &str) -> Option<Vec<u8>> {
    let packed = URL_SAFE_NO_PAD.decode(encoded.strip_prefix('u')?).ok()?;
    let mut bits = Vec::new();
    GzDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut bits).ok()?;
    (LENGTH as usize / 8..=LARGEST as usize).contains(&bits.len()).then_some(bits)
}
