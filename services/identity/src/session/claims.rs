//! What an access token says (IDN-5): gathered from the user's row, the live memberships, and what is known of partners.

use std::collections::{BTreeMap, HashMap};

use chassis::auth::{AUDIENCE, Claims, Kind, LIFETIME, PartnerClaim};
use chassis::column::Micros;
use proto::auth::Role;

use crate::facts::row::Model as Fact;

/// Whose token it is, and what it may do.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) subject: String,
    pub(crate) kind: Kind,
    pub(crate) network_roles: Vec<String>,
    pub(crate) partner_roles: BTreeMap<String, PartnerClaim>,
    pub(crate) scopes: Vec<String>,
}

/// When a token begins and ends, and what it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) session: String,
    pub(crate) issued: Micros,
    pub(crate) now: Micros,
    /// It lives no longer than what it stands for.
    pub(crate) end: Micros,
}

/// The claims of a token: who, which roles, in which kind of partner; never an address.
pub(crate) fn of(who: Who, frame: Frame<'_>) -> Claims {
    let second = |time: Micros| time.0.div_euclid(1_000_000);
    let issued = second(frame.issued);
    Claims {
        iss: frame.issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: who.subject,
        client_id: "ensemble".to_owned(),
        jti: uuid::Uuid::new_v4().to_string(),
        sid: frame.session,
        iat: issued,
        nbf: issued,
        // The second may have turned since the session was written: counted from then, it would live too long to be believed.
        exp: (second(frame.now).min(issued) + LIFETIME).min(second(frame.end)).max(issued + 1),
        kind: who.kind,
        network_roles: who.network_roles,
        partner_roles: who.partner_roles,
        scopes: who.scopes,
    }
}

/// Roles in partners, with what each partner is. One that identity has not heard of has no sector yet.
pub(crate) fn partner_roles(
    held: &[(String, Role)],
    facts: &HashMap<String, Fact>,
) -> BTreeMap<String, PartnerClaim> {
    let mut claims: BTreeMap<String, PartnerClaim> = BTreeMap::new();
    for (partner, role) in held {
        let fact = facts.get(partner);
        let claim = claims.entry(partner.clone()).or_insert_with(|| PartnerClaim {
            roles: Vec::new(),
            sector: fact.map(|fact| fact.sector.clone()).unwrap_or_default(),
            suspended: fact.is_some_and(Fact::is_suspended),
        });
        let name = chassis::column::short_name(role.as_str_name(), "ROLE_").to_owned();
        if !claim.roles.contains(&name) {
            claim.roles.push(name);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::row::fact;

    const NOW: Micros = Micros(1_000_500_000);

    fn frame(end: i64) -> Frame<'static> {
        Frame {
            issuer: "https://i",
            session: "s1".to_owned(),
            issued: Micros(1_000_000_000),
            now: NOW,
            end: Micros(end),
        }
    }

    fn ada() -> Who {
        let facts = [("partners/p".to_owned(), fact("partners/p", "SUSPENDED", "PUBLIC"))].into();
        let held = [
            ("partners/p".to_owned(), Role::PartnerAdmin),
            ("partners/p".to_owned(), Role::Reporter),
            ("partners/q".to_owned(), Role::Trainer),
        ];
        Who {
            subject: "users/ada".to_owned(),
            kind: Kind::User,
            network_roles: vec!["REVIEWER".to_owned()],
            partner_roles: partner_roles(&held, &facts),
            scopes: Vec::new(),
        }
    }

    #[test]
    fn idn_5_a_token_says_who_and_which_roles_and_no_address() {
        let claims = serde_json::to_value(of(ada(), frame(i64::MAX))).unwrap();
        let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected = [
            "aud",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "kind",
            "nbf",
            "network_roles",
            "partner_roles",
            "scopes",
            "sid",
            "sub",
        ];
        assert_eq!(names, expected);
        assert_eq!(claims["kind"], "USER");
        assert_eq!(
            claims["partner_roles"]["partners/p"]["roles"],
            serde_json::json!(["PARTNER_ADMIN", "REPORTER"])
        );
        assert_eq!(claims["partner_roles"]["partners/p"]["sector"], "PUBLIC");
        assert!(!claims.to_string().contains('@'));
    }

    #[test]
    fn sep_2_a_token_says_that_a_partner_is_suspended() {
        let claims = of(ada(), frame(i64::MAX));
        assert!(claims.partner_roles["partners/p"].suspended);
        assert!(!claims.partner_roles["partners/q"].suspended);
        assert_eq!(claims.partner_roles["partners/q"].sector, "", "not heard of yet");
    }

    #[test]
    fn idn_3_an_access_token_lives_15_minutes_at_most() {
        let claims = of(ada(), frame(i64::MAX));
        assert_eq!(claims.exp - claims.iat, 900);
        let turned = of(ada(), Frame { now: Micros(1_001_000_000), ..frame(i64::MAX) });
        assert_eq!(turned.exp - turned.iat, 900, "also when a second turns meanwhile");
        assert_eq!(of(ada(), frame(1_060_000_000)).exp, 1_060, "and no longer than its session or key");
    }
}
