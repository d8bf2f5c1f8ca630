use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_900_000_000;
const OURS: (&str, &str) = ("https://idp.example.org/realms/city", "ensemble");

/// A key of the test's own issuer.
enum Pair {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn alg(&self) -> &'static str {
        match self {
            Self::Ed(_) => "EdDSA",
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    fn jwk(&self, more: Value) -> Jwk {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match self {
            Self::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())}),
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])})
            }
            Self::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": text(&public.n), "e": text(&public.e)})
            }
        };
        jwk["kid"] = json!("k1");
        jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(jwk).unwrap()
    }

    fn sign(&self, header: &Value, claims: &str) -> String {
        let said =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let signature = match self {
            Self::Ed(pair) => pair.sign(said.as_bytes()).as_ref().to_vec(),
            Self::Ec(pair) => pair.sign(&SystemRandom::new(), said.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header(&self) -> Value {
        json!({"alg": self.alg(), "kid": "k1", "typ": "JWT"})
    }
}

fn claims() -> Value {
    json!({
        "iss": OURS.0, "sub": "f:42:ada", "aud": "ensemble", "iat": NOW - 10, "exp": NOW + 300,
        "email": "coordinator@localhost", "email_verified": true, "given_name": "Ada", "locale": "fr-FR",
    })
}

fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims.to_string()
}

fn judge(token: &str, key: &Jwk) -> Option<Person> {
    verify(token, &header(token)?, key, OURS, NOW)
}

#[test]
fn the_three_kinds_of_keys_are_believed() {
    for pair in [Pair::ed(), Pair::ec(), Pair::rsa()] {
        for more in [json!({}), json!({"alg": pair.alg(), "use": "sig"})] {
            let person = judge(&pair.sign(&pair.header(), &claims().to_string()), &pair.jwk(more)).unwrap();
            assert_eq!((person.issuer.as_str(), person.subject.as_str()), (OURS.0, "f:42:ada"));
            assert_eq!((person.given_name.as_str(), person.language_code.as_str()), ("Ada", "fr"));
            assert!(!format!("{person:?}").contains('@'), "an address is another's to claim");
        }
    }
}

#[test]
fn hostile_claims_are_refused() {
    let pair = Pair::ed();
    let key = pair.jwk(json!({}));
    let cases = [
        ("iss", json!("https://idp.example.org/realms/city/")),
        ("iss", json!("https://evil.example.org")),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!(["other"])),
        ("aud", json!(["ensemble", "other"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("other")),
        ("sub", json!("")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!("a\u{0}da")),
        ("sub", Value::Null),
        ("exp", json!(NOW - 31)),
        ("exp", json!("1900000300")),
        ("exp", json!(1_900_000_300.5)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(-1)),
        ("exp", Value::Null),
        ("iat", json!(NOW + 31)),
        ("iat", json!(NOW - LONGEST_LIFE)),
        ("iat", Value::Null),
        ("nbf", json!(NOW + 31)),
    ];
    for (name, value) in cases {
        let token = pair.sign(&pair.header(), &with(name, value.clone()));
        assert_eq!(judge(&token, &key), None, "{name}: {value}");
    }
    let both = with("aud", json!(["ensemble", "other"])).replace("\"iss\"", "\"azp\":\"ensemble\",\"iss\"");
    assert!(judge(&pair.sign(&pair.header(), &both), &key).is_some(), "issued to us, readable by another");
    let twice = claims().to_string().replacen('{', "{\"sub\":\"boss\",", 1);
    assert_eq!(judge(&pair.sign(&pair.header(), &twice), &key), None, "a claim said twice");
}

#[test]
fn hostile_headers_are_refused() {
    let pair = Pair::ed();
    let key = pair.jwk(json!({}));
    let headers = [
        json!({"alg": "none", "kid": "k1"}),
        json!({"alg": "HS256", "kid": "k1"}),
        json!({"alg": "RS256", "kid": "k1"}),
        json!({"alg": "ES256", "kid": "k1"}),
        json!({"alg": "EdDSA"}),
        json!({"alg": "EdDSA", "kid": "k2"}),
        json!({"alg": "EdDSA", "kid": "k1", "typ": "logout+jwt"}),
        json!({"alg": "EdDSA", "kid": "k1", "crit": ["exp"]}),
        json!({"alg": "EdDSA", "kid": "k1", "jku": "https://evil.example.org/jwks"}),
        json!({"alg": "EdDSA", "kid": "k1", "jwk": {"kty": "OKP"}}),
        json!({"alg": "EdDSA", "kid": "k1", "x5u": "https://evil.example.org"}),
        json!({"alg": "EdDSA", "kid": "k1", "zip": "DEF"}),
        json!({"alg": "EdDSA", "kid": "k1", "enc": "A256GCM"}),
        json!({"alg": "EdDSA", "kid": "k1", "cty": "JWT"}),
    ];
    for header in headers {
        assert_eq!(judge(&pair.sign(&header, &claims().to_string()), &key), None, "{header}");
    }
}

#[test]
fn a_key_is_for_one_algorithm_and_strong_enough() {
    let (ed, ec, rsa) = (Pair::ed(), Pair::ec(), Pair::rsa());
    let token = |pair: &Pair| pair.sign(&pair.header(), &claims().to_string());
    assert_eq!(judge(&token(&ed), &Pair::ed().jwk(json!({}))), None, "another's key");
    assert_eq!(judge(&token(&ec), &ed.jwk(json!({}))), None);
    assert_eq!(judge(&token(&rsa), &rsa.jwk(json!({"use": "enc"}))), None, "a key to encrypt to");
    assert_eq!(judge(&token(&rsa), &rsa.jwk(json!({"alg": "RS512"}))), None, "a key for another algorithm");
    assert!(algorithm(&rsa.jwk(json!({}))).is_some());
    let weak = URL_SAFE_NO_PAD.encode([0xFF; 128]);
    assert_eq!(algorithm(&rsa.jwk(json!({"n": weak}))), None, "1024 bits");
    let padded = URL_SAFE_NO_PAD.encode([vec![0; 200], vec![0xFF; 128]].concat());
    assert_eq!(algorithm(&rsa.jwk(json!({"n": padded}))), None, "zeros do not make it longer");
    let secret: Jwk = serde_json::from_value(json!({"kty": "oct", "kid": "k1", "k": "AAAA"})).unwrap();
    assert_eq!(algorithm(&secret), None);
}

#[test]
fn what_is_no_token_is_refused() {
    let pair = Pair::ed();
    let good = pair.sign(&pair.header(), &claims().to_string());
    let key = pair.jwk(json!({}));
    let other = pair.sign(&pair.header(), &with("sub", json!("boss")));
    let mixed = format!("{}.{}", &other[..other.rfind('.').unwrap()], &good[good.rfind('.').unwrap() + 1..]);
    let unsigned = format!("{}.", &good[..good.rfind('.').unwrap()]);
    for wrong in [
        "",
        "..",
        "a.b.c",
        &mixed,
        &unsigned,
        &format!("{good}="),
        &format!("{good}.x"),
        &format!("{good}{}", "A".repeat(LONGEST)),
    ] {
        assert_eq!(judge(wrong, &key), None, "{}", &wrong[..wrong.len().min(60)]);
    }
    assert_eq!(claimed_issuer(&good).as_deref(), Some(OURS.0));
}
