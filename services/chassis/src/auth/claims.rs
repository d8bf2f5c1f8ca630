//! What an access token says (IDN-5): who, which roles, in which kind of partner; never an address.

use std::collections::BTreeMap;

use proto::auth::Role;
use serde::{Deserialize, Serialize};

use super::{Caller, Membership, Token};

/// How long an access token lives, in seconds (IDN-3).
pub const LIFETIME: i64 = 15 * 60;
/// The claim `aud` of our tokens.
pub const AUDIENCE: &str = "ensemble";
/// The header `typ` of our tokens (RFC 9068).
pub const TOKEN_TYPE: &str = "at+jwt";

/// What calls: a person or a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// No token came with the call.
    #[default]
    #[serde(skip)]
    Nobody,
    /// A service acting of its own accord, never from the wire.
    #[serde(skip)]
    Service,
    /// A person.
    User,
    /// A machine account of a partner.
    Integration,
}

/// The claims of an access token (RFC 9068). All are required.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The network's identity service.
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// `users/{user}`, or a machine account.
    pub sub: String,
    /// What asked for the token: `ensemble`.
    pub client_id: String,
    /// The token's own id.
    pub jti: String,
    /// The session it belongs to.
    pub sid: String,
    /// Issued, in seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Ends.
    pub exp: i64,
    /// A person or a machine.
    pub kind: Kind,
    /// Roles in the whole network.
    pub network_roles: Vec<String>,
    /// Roles in partners.
    pub partner_roles: BTreeMap<String, PartnerClaim>,
    /// What a machine may do.
    pub scopes: Vec<String>,
}

/// What a token says of one partner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerClaim {
    /// The roles held in it.
    pub roles: Vec<String>,
    /// Its sector, so that public, private and civil actors are told apart; empty until it is approved.
    pub sector: String,
    /// It is suspended.
    pub suspended: bool,
}

impl Claims {
    /// The caller that a verified token speaks for.
    pub(crate) fn caller(self, token: &str) -> Caller {
        let roles = |names: Vec<String>| {
            names.iter().filter_map(|name| Role::from_str_name(&format!("ROLE_{name}"))).collect::<Vec<_>>()
        };
        let membership = |claim: PartnerClaim| Membership {
            roles: roles(claim.roles),
            sector: claim.sector,
            suspended: claim.suspended,
        };
        Caller {
            subject: self.sub,
            kind: self.kind,
            network_roles: roles(self.network_roles),
            partners: self.partner_roles.into_iter().map(|(name, claim)| (name, membership(claim))).collect(),
            scopes: self.scopes,
            session: self.sid,
            issued: self.iat,
            expires: self.exp,
            token: Token(token.to_owned()),
        }
    }
}
