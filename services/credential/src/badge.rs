//! The one profile of credentials that is issued here: Open Badges 3.0 on W3C VC 2.0, as VC-JWT. What is written and what is
//! read are the same types.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{instant, seconds};

/// Exactly these, in this order.
pub(crate) const CONTEXT: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];
const TYPE: [&str; 2] = ["VerifiableCredential", "OpenBadgeCredential"];

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `urn:uuid:…`.
    pub id: String,
    /// Whoever completed it, as nothing but a `urn:uuid:…` of this certificate alone.
    pub subject: String,
    /// Whoever issued it.
    pub issuer: Profile,
    /// What was achieved.
    pub achievement: Achievement,
    /// From when on it is good, in seconds since 1970.
    pub valid_from: i64,
    /// Until when, if it ends.
    pub valid_until: Option<i64>,
    /// Where it is said that it was revoked.
    pub status: StatusEntry,
    /// An address as a salted hash, when the learner asked for it.
    pub identifier: Option<Identifier>,
}

/// An issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its address.
    pub id: String,
    /// `Profile`.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// What it is called.
    pub name: String,
}

impl Profile {
    /// A profile.
    pub fn new(id: String, name: String) -> Self {
        Self { id, kind: vec!["Profile".to_owned()], name }
    }
}

/// What was achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievement {
    /// Its address.
    pub id: String,
    /// `Achievement`.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// When it is achieved.
    pub criteria: Criteria,
    /// `CertificateOfCompletion`.
    #[serde(rename = "achievementType")]
    pub achievement_type: String,
    /// The language of its texts (BCP-47).
    #[serde(rename = "inLanguage", default, skip_serializing_if = "Option::is_none")]
    pub in_language: Option<String>,
    /// What it corresponds to in frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
}

/// When something is achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// In words.
    pub narrative: String,
}

/// What an achievement corresponds to in a framework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alignment {
    /// `Alignment`.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// Its code there.
    pub target_code: String,
    /// What it is called there.
    pub target_name: String,
    /// The framework.
    pub target_framework: String,
    /// Where it is described.
    pub target_url: String,
}

impl Achievement {
    /// A certificate of completion.
    pub fn new(id: String, name: String, description: String, criteria: String) -> Self {
        Self {
            id,
            kind: vec!["Achievement".to_owned()],
            name,
            description,
            criteria: Criteria { narrative: criteria },
            achievement_type: "CertificateOfCompletion".to_owned(),
            in_language: None,
            alignment: Vec::new(),
        }
    }

    /// As a document of its own.
    pub fn document(&self) -> Value {
        let mut document = json!(self);
        document["@context"] = json!(CONTEXT);
        document
    }
}

impl Alignment {
    /// An alignment.
    pub fn new(framework: String, code: String, name: String, url: String) -> Self {
        let kind = vec!["Alignment".to_owned()];
        Self { kind, target_code: code, target_name: name, target_framework: framework, target_url: url }
    }
}

/// Where it is said that a certificate was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEntry {
    /// The address of the list.
    pub list: String,
    /// Its bit there.
    pub index: u32,
}

/// An address as a salted hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    #[serde(rename = "type")]
    kind: String,
    hashed: bool,
    identity_hash: String,
    identity_type: String,
    salt: String,
}

impl Identifier {
    /// Of an e-mail address, with this salt: whoever knows the address can tell that it is theirs, and nobody else.
    pub fn of_email(email: &str, salt: &str) -> Self {
        let email = email.trim().to_lowercase();
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{email}{salt}").as_bytes());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            kind: "IdentityObject".to_owned(),
            hashed: true,
            identity_hash: format!("sha256${hex}"),
            identity_type: "emailAddress".to_owned(),
            salt: salt.to_owned(),
        }
    }
}

/// The payload: the credential, and its claims beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    #[serde(rename = "@context")]
    context: Vec<Value>,
    id: String,
    #[serde(rename = "type")]
    kind: Vec<String>,
    issuer: Profile,
    #[serde(rename = "validFrom")]
    valid_from: String,
    #[serde(rename = "validUntil", default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    name: String,
    #[serde(rename = "credentialSubject")]
    subject: Subject,
    #[serde(rename = "credentialStatus")]
    status: Status,
    #[serde(flatten)]
    pub(crate) claims: Claims,
}

/// What a JWT says of a credential a second time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    #[serde(default)]
    pub(crate) iss: Option<String>,
    #[serde(default)]
    pub(crate) jti: Option<String>,
    #[serde(default)]
    pub(crate) sub: Option<String>,
    #[serde(default)]
    pub(crate) nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exp: Option<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Subject {
    id: String,
    #[serde(rename = "type")]
    kind: Vec<String>,
    achievement: Achievement,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    identifier: Vec<Identifier>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    status_purpose: String,
    status_list_index: String,
    status_list_credential: String,
}

impl Badge {
    /// As it is signed. Nothing when its times are beyond calendars.
    pub fn payload(&self) -> Option<impl Serialize + use<>> {
        let ours = |words: [&str; 2]| words.map(str::to_owned).to_vec();
        Some(Payload {
            context: CONTEXT.map(Value::from).to_vec(),
            id: self.id.clone(),
            kind: ours(TYPE),
            issuer: self.issuer.clone(),
            valid_from: instant(self.valid_from)?,
            valid_until: match self.valid_until {
                Some(end) => Some(instant(end)?),
                None => None,
            },
            name: self.achievement.name.clone(),
            subject: Subject {
                id: self.subject.clone(),
                kind: vec!["AchievementSubject".to_owned()],
                achievement: self.achievement.clone(),
                identifier: self.identifier.clone().into_iter().collect(),
            },
            status: Status {
                // The index is part of it: it must not be the list's own address.
                id: format!("{}#{}", self.status.list, self.status.index),
                kind: "BitstringStatusListEntry".to_owned(),
                status_purpose: "revocation".to_owned(),
                status_list_index: self.status.index.to_string(),
                status_list_credential: self.status.list.clone(),
            },
            claims: Claims {
                iss: Some(self.issuer.id.clone()),
                jti: Some(self.id.clone()),
                sub: Some(self.subject.clone()),
                nbf: Some(self.valid_from),
                exp: self.valid_until,
            },
        })
    }
}

impl Payload {
    /// Reads a payload; nothing when it is no credential of the profile.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let payload: Self = serde_json::from_slice(bytes).ok()?;
        let status = &payload.status;
        let whole = payload.context == CONTEXT
            && payload.kind == TYPE
            && status.kind == "BitstringStatusListEntry"
            && status.status_purpose == "revocation"
            && status.id != status.status_list_credential;
        whole.then_some(payload)
    }

    /// What it says, if both ways of saying it agree: equal, in whole seconds.
    pub(crate) fn agreed(&self) -> Option<Badge> {
        let (id, subject, issuer) = (&self.id, &self.subject.id, &self.issuer.id);
        let claims = Claims {
            iss: Some(issuer.clone()),
            jti: Some(id.clone()),
            sub: Some(subject.clone()),
            nbf: Some(seconds(&self.valid_from)?),
            exp: match &self.valid_until {
                Some(end) => Some(seconds(end)?),
                None => None,
            },
        };
        if claims != self.claims {
            return None;
        }
        Some(Badge {
            id: id.clone(),
            subject: subject.clone(),
            issuer: self.issuer.clone(),
            achievement: self.subject.achievement.clone(),
            valid_from: claims.nbf?,
            valid_until: claims.exp,
            status: StatusEntry {
                list: self.status.status_list_credential.clone(),
                index: self.status.status_list_index.parse().ok()?,
            },
            identifier: self.subject.identifier.first().cloned(),
        })
    }
}
