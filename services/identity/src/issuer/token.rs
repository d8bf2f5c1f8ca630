//! Judging another issuer's token: what is signed, by which kind of key, for whom, and when. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::text;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::Person;

/// A longer token is refused unread.
const LONGEST: usize = 16 * 1024;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 30;
/// A token that says it lives longer than a day is no sign-in.
const LONGEST_LIFE: i64 = 24 * 3600;

/// What a header may say. Where its keys are is for the configuration to say, never for the token.
#[derive(Deserialize)]
pub(super) struct Header {
    alg: String,
    pub(super) kid: String,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
    jku: Option<serde_json::Value>,
    jwk: Option<serde_json::Value>,
    x5u: Option<serde_json::Value>,
    zip: Option<serde_json::Value>,
    enc: Option<serde_json::Value>,
    cty: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    given_name: Option<String>,
    family_name: Option<String>,
    locale: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// For us: alone, or among others when we are the one it was issued to.
    fn is(&self, ours: &str, azp: Option<&str>) -> bool {
        match self {
            Self::One(audience) => audience == ours && azp.is_none_or(|azp| azp == ours),
            Self::Many(audiences) => match &audiences[..] {
                [only] => only == ours && azp.is_none_or(|azp| azp == ours),
                many => many.iter().any(|audience| audience == ours) && azp == Some(ours),
            },
        }
    }
}

/// The header of a token, if it has nothing that we must not follow.
pub(super) fn header(token: &str) -> Option<Header> {
    let header: Header = part(token, 0)?;
    let clean = [&header.crit, &header.jku, &header.jwk, &header.x5u, &header.zip, &header.enc, &header.cty]
        .iter()
        .all(|forbidden| forbidden.is_none());
    let typ = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
    (clean && matches!(typ.as_str(), "jwt" | "at+jwt" | "application/at+jwt")).then_some(header)
}

/// The issuer that a token says it is of: not yet to be believed, it only tells whose keys to try.
pub(super) fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    part::<Issuer>(token, 1).map(|claims| claims.iss)
}

fn part<T: serde::de::DeserializeOwned>(token: &str, place: usize) -> Option<T> {
    if token.len() > LONGEST || token.split('.').count() != 3 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(place)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The one algorithm that a key is for; none for keys that are too weak, or not for signing.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    if key.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let (algorithm, name) = match &key.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, "EdDSA")
        }
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, "ES256")
        }
        AlgorithmParameters::RSA(rsa) if bits(&rsa.n) >= 2048 => (Algorithm::RS256, "RS256"),
        _ => return None,
    };
    key.common.key_algorithm.is_none_or(|said| said.to_string() == name).then_some(algorithm)
}

fn bits(modulus: &str) -> usize {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(modulus) else { return 0 };
    let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    significant.len() * 8 - significant.first().map_or(0, |byte| byte.leading_zeros() as usize)
}

/// Whose token it is, if this key signed it, for us, and it is good at `now` (seconds since 1970).
pub(super) fn verify(
    token: &str,
    header: &Header,
    key: &Jwk,
    (issuer, audience): (&str, &str),
    now: i64,
) -> Option<Person> {
    let algorithm = algorithm(key)?;
    let same = matches!(
        (algorithm, header.alg.as_str()),
        (Algorithm::EdDSA, "EdDSA") | (Algorithm::ES256, "ES256") | (Algorithm::RS256, "RS256")
    );
    if !same || key.common.key_id.as_deref() != Some(header.kid.as_str()) {
        return None;
    }
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    (validation.validate_exp, validation.validate_nbf) = (false, false); // below, by the one clock
    let key = DecodingKey::from_jwk(key).ok()?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?.claims;
    let fresh = claims.exp.checked_add(LEEWAY)? > now
        && claims.iat <= now + LEEWAY
        && claims.nbf.is_none_or(|nbf| nbf <= now + LEEWAY)
        && (1..=LONGEST_LIFE).contains(&claims.exp.checked_sub(claims.iat)?);
    let ours = claims.iss == issuer && claims.aud.is(audience, claims.azp.as_deref());
    let named = (1..=255).contains(&claims.sub.len()) && !claims.sub.chars().any(char::is_control);
    (fresh && ours && named).then(|| person(claims))
}

/// What is worth taking over; an address never is: it would be another's to claim.
fn person(claims: Claims) -> Person {
    let name =
        |name: Option<String>| name.and_then(|name| text::plain("", &name, 200).ok()).unwrap_or_default();
    let french = claims.locale.as_deref().is_some_and(|locale| locale.starts_with("fr"));
    Person {
        issuer: claims.iss,
        subject: claims.sub,
        given_name: name(claims.given_name),
        family_name: name(claims.family_name),
        language_code: if french { "fr" } else { "en" }.to_owned(),
    }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
