//! Tokens that must not be believed (S1), against every method: always the same refusal, whatever is wrong with them.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tonic::Code;

use crate::caller::{Caller, Refusal, Who, told};
use crate::harness::{Network, SERVICES, Store};
use crate::raw::{access, call, empty, home, methods, title};

/// Methods that open or end sessions do not look at a credential that is sent along.
fn looks_at_credentials(method: &prost_reflect::MethodDescriptor) -> bool {
    let public = access(method).unwrap().get_field_by_name("audience").unwrap().as_enum_number() == Some(1);
    !(public && method.parent_service().name() == "TokenService")
}

/// The network's own key, as identity keeps it, and the claims of a coordinator's good token.
struct Forge {
    key: Ed25519KeyPair,
    kid: String,
    claims: Value,
    good: String,
}

impl Forge {
    async fn of(network: &'static Network) -> Self {
        let coordinator = network.coordinator().await.again().await;
        let good = bearer(&coordinator);
        let part = |index: usize| -> Value {
            let text = URL_SAFE_NO_PAD.decode(good.split('.').nth(index).unwrap()).unwrap();
            serde_json::from_slice(&text).unwrap()
        };
        let kid = part(0)["kid"].as_str().unwrap().to_owned();
        let pem =
            std::fs::read_to_string(network.home.join("keys").join(format!("signing-{kid}.pem"))).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = Ed25519KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap();
        Self { key, kid, claims: part(1), good }
    }

    fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.kid})
    }

    fn with_header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header();
        change(&mut header);
        self.sign(&header.to_string(), &self.claims.to_string())
    }

    fn with_claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    /// A claim's value replaced by this text, so that JSON can say what `serde_json` would not.
    fn with_text(&self, claim: &str, value: &str) -> String {
        let text = self.with_marked(claim).replace("\"MARK\"", value);
        self.sign(&self.header().to_string(), &text)
    }

    fn with_marked(&self, claim: &str) -> String {
        let mut claims = self.claims.clone();
        claims[claim] = json!("MARK");
        claims.to_string()
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn hmac(&self, secret: &[u8]) -> String {
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": self.kid}).to_string();
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(self.claims.to_string()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    fn unsigned(&self, alg: &str) -> String {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": self.kid}).to_string();
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(self.claims.to_string()))
    }

    fn tokens(&self) -> Vec<(String, String)> {
        let mut tokens: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, token: String| tokens.push((name.to_owned(), token));
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            add(&format!("unsigned, alg {alg}"), self.unsigned(alg));
            add(&format!("signed, alg {alg}"), self.with_header(|header| header["alg"] = json!(alg)));
        }
        let public = self.key.public_key().as_ref();
        let info =
            [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], public].concat();
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(info));
        add("HS256 with the public key", self.hmac(public));
        add("HS256 with the public key as PEM", self.hmac(pem.as_bytes()));
        add("HS256 with an empty key", self.hmac(b""));
        for alg in ["ES256", "RS256", "PS256", "HS256", "eddsa", "EdDSA "] {
            add(&format!("another alg: {alg}"), self.with_header(|header| header["alg"] = json!(alg)));
        }
        let other = Ed25519KeyPair::generate().unwrap();
        let stranger =
            Self { key: other, kid: self.kid.clone(), claims: self.claims.clone(), good: String::new() };
        add("another key", stranger.with_claims(|_| ()));
        let own = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(stranger.key.public_key().as_ref())});
        add("another key, sent along as jwk", stranger.with_header(|header| header["jwk"] = own));
        for typ in ["JWT", "jwt", "", "at+jwt ", "id+jwt", "application/at", "rt+jwt"] {
            add(&format!("typ {typ}"), self.with_header(|header| header["typ"] = json!(typ)));
        }
        for missing in ["alg", "typ", "kid"] {
            add(
                &format!("no {missing}"),
                self.with_header(|header| drop(header.as_object_mut().unwrap().remove(missing))),
            );
        }
        for (name, value) in [
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
            ("jku", json!("https://example.org/keys")),
            ("x5u", json!("https://example.org/chain")),
            ("x5c", json!(["MIIB"])),
            ("zip", json!("DEF")),
            ("cty", json!("JWT")),
            ("enc", json!("A256GCM")),
        ] {
            add(&format!("header {name}"), self.with_header(|header| header[name] = value));
        }
        for kid in ["", "../../../etc/passwd", "' OR '1'='1", "/dev/null", "signing", "\u{0}", "%00"] {
            add(&format!("kid {kid:?}"), self.with_header(|header| header["kid"] = json!(kid)));
        }
        add("kid is a number", self.with_header(|header| header["kid"] = json!(1)));
        add("alg said twice", {
            let header = format!(r#"{{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"{}"}}"#, self.kid);
            self.sign(&header, &self.claims.to_string())
        });
        for claim in self.claims.as_object().unwrap().keys() {
            add(
                &format!("no {claim}"),
                self.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove(claim))),
            );
            add(&format!("{claim} is null"), self.with_claims(|claims| claims[claim] = Value::Null));
        }
        for claim in ["sub", "client_id", "jti", "sid", "iss", "aud"] {
            add(&format!("{claim} is empty"), self.with_claims(|claims| claims[claim] = json!("")));
        }
        let now = self.claims["iat"].as_i64().unwrap();
        add("aud of another", self.with_claims(|claims| claims["aud"] = json!("other")));
        add("aud of several", self.with_claims(|claims| claims["aud"] = json!(["ensemble", "other"])));
        add("iss of another", self.with_claims(|claims| claims["iss"] = json!("https://example.org")));
        for value in [
            "\"1\"",
            "1.5",
            "-1",
            "1e300",
            "99999999999999999999",
            "9223372036854775807",
            "true",
            "[1]",
            "{}",
        ] {
            add(&format!("exp {value}"), self.with_text("exp", value));
        }
        for (claim, value) in [("iat", i64::MIN), ("iat", i64::MAX), ("nbf", i64::MAX), ("exp", i64::MIN)] {
            add(&format!("{claim} {value}"), self.with_claims(|claims| claims[claim] = json!(value)));
        }
        add(
            "exp before",
            self.with_claims(|claims| {
                (claims["exp"], claims["iat"], claims["nbf"]) =
                    (json!(now - 60), json!(now - 900), json!(now - 900));
            }),
        );
        add("nbf later", self.with_claims(|claims| claims["nbf"] = json!(now + 600)));
        add(
            "iat later",
            self.with_claims(|claims| (claims["iat"], claims["exp"]) = (json!(now + 600), json!(now + 900))),
        );
        add("lives for a year", self.with_claims(|claims| claims["exp"] = json!(now + 31_536_000)));
        add(
            "lives since long",
            self.with_claims(|claims| (claims["iat"], claims["nbf"]) = (json!(0), json!(0))),
        );
        let whole = self.claims.to_string();
        let twice = format!("{},\"sub\":\"users/other\"}}", &whole[..whole.len() - 1]);
        add("sub said twice", self.sign(&self.header().to_string(), &twice));
        let twice = format!("{},\"exp\":{}}}", &whole[..whole.len() - 1], now + 60);
        add("exp said twice", self.sign(&self.header().to_string(), &twice));
        add("a claim more", self.with_claims(|claims| claims["admin"] = json!(true)));
        add("kind of a service", self.with_claims(|claims| claims["kind"] = json!("SERVICE")));
        add("kind of nobody", self.with_claims(|claims| claims["kind"] = json!("NOBODY")));
        add("roles as a text", self.with_claims(|claims| claims["network_roles"] = json!("COORDINATOR")));
        add("claims are a list", self.sign(&self.header().to_string(), "[]"));
        add("claims are nothing", self.sign(&self.header().to_string(), ""));
        self.mangled(&mut add);
        tokens
    }

    /// Good tokens, mangled.
    fn mangled(&self, add: &mut impl FnMut(&str, String)) {
        let parts: Vec<&str> = self.good.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("not a token: {}", self.good) };
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let decoded = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let mut flipped = bytes.clone();
        flipped[10] ^= 1;
        let mut raised = self.claims.clone();
        raised["sub"] = json!("users/other");
        add(
            "other claims, same signature",
            format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(raised.to_string())),
        );
        add("signature changed by a bit", format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(&flipped)));
        add("signature cut", format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(&bytes[..63])));
        add("no signature", format!("{header}.{claims}."));
        add("padded", format!("{header}.{claims}.{}", URL_SAFE.encode(&bytes)));
        add("padded claims", format!("{header}.{}=.{signature}", claims));
        add("another alphabet", format!("{header}.{claims}.{}+", STANDARD_NO_PAD.encode(&bytes[..62])));
        add("claims as they are", format!("{header}.{}.{signature}", String::from_utf8_lossy(&decoded)));
        // 64 bytes leave two bits of the last character unused: set, they decode alike where decoding is lax.
        let last = signature.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let next = alphabet.chars().nth(alphabet.find(last).unwrap() ^ 1).unwrap();
        add("unused bits set", format!("{header}.{claims}.{}{next}", &signature[..signature.len() - 1]));
        add("a part more", format!("{}.{signature}", self.good));
        add("five parts", format!("{}.a.b", self.good));
        add("two parts", format!("{header}.{claims}"));
        add("a dot before", format!(".{}", self.good));
        add("a space inside", format!("{header}. {claims}.{signature}"));
        add("a space before", format!(" {}", self.good));
        add("nothing", String::new());
        add("dots", "..".to_owned());
        add("5 KiB", format!("{}{}", self.good, "A".repeat(5 * 1024)));
    }
}

fn bearer(caller: &Caller) -> String {
    let request = caller.who.sign(tonic::Request::new(()));
    request
        .metadata()
        .get("authorization")
        .unwrap()
        .to_str()
        .unwrap()
        .trim_start_matches("Bearer ")
        .to_owned()
}

/// Every hostile credential, by what is wrong with it.
async fn credentials(network: &'static Network) -> Vec<(String, Who)> {
    let forge = Forge::of(network).await;
    let mut all: Vec<(String, Who)> =
        forge.tokens().into_iter().map(|(name, token)| (name, Who::bearer(&token))).collect();
    let good = Who::bearer(&forge.good);
    let (email, password) = network.coordinator().await.account.unwrap();
    let pair = network.sign_in(&email, &password).await;
    let nobody = Who::nobody;
    all.extend(
        [
            ("two authorizations", good.clone().and("authorization", &format!("Bearer {}", forge.good))),
            ("two authorizations, one bad", good.clone().and("authorization", "Bearer x")),
            ("a token and a key", good.and("x-api-key", "x")),
            ("two keys", nobody().and("x-api-key", "x").and("x-api-key", "y")),
            ("a key that is none", Who::key("x")),
            ("an empty key", Who::key("")),
            ("a key of the right form", Who::key("ens_abcdefgh_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef123456")),
            ("basic", nobody().and("authorization", "Basic Y29vcmRpbmF0b3I6cGFzc3dvcmQ=")),
            ("a scheme alone", nobody().and("authorization", "Bearer")),
            ("no scheme", nobody().and("authorization", &forge.good)),
            ("another scheme", nobody().and("authorization", &format!("Token {}", forge.good))),
            ("a refresh token", Who::bearer(&pair.refresh_token)),
            ("a token as a key", Who::key(&forge.good)),
        ]
        .map(|(name, who)| (name.to_owned(), who)),
    );
    all
}

async fn a_hostile_token_opens_nothing(network: &'static Network) {
    let credentials = credentials(network).await;
    assert!(credentials.len() > 80);
    let methods: Vec<_> = methods().into_iter().filter(looks_at_credentials).collect();
    // Each on connections of its own: one that has had too many calls refused half-way is closed (S12).
    let pairs = credentials.iter().flat_map(|credential| {
        let channels = SERVICES.map(|service| (service, network.channel(service)));
        methods.iter().map(move |method| {
            let home = home(method);
            let channel = channels.iter().find(|(service, _)| *service == home).unwrap().1.clone();
            (credential, channel, method)
        })
    });
    let answers = futures::stream::iter(pairs).map(|((name, who), channel, method)| async move {
        let answer = call(&channel, who, method, &empty(method)).await;
        let wrong = |answered: String| Some(format!("{name} at {}: {answered}", title(method)));
        match answer {
            Ok(_) => wrong("let in".to_owned()),
            Err(status) => {
                let refusal = Refusal::of(&status);
                let same = status.code() == Code::Unauthenticated
                    && refusal.reason == "UNAUTHENTICATED"
                    && refusal.facts.is_empty()
                    && status.message()
                        == "sign in first: the call carries no token, or one that is not valid";
                // Whoever guesses keys is slowed down.
                let slowed = name.contains("key") && refusal.reason == "RATE_LIMITED";
                if same || slowed { None } else { wrong(told(&status)) }
            }
        }
    });
    let broken: Vec<String> = answers.buffer_unordered(16).filter_map(async |wrong| wrong).collect().await;
    let few: Vec<&str> = broken.iter().take(20).map(String::as_str).collect();
    assert!(broken.is_empty(), "{} wrong answers:\n{}\n", broken.len(), few.join("\n"));
}

/// The forge itself is proved: what it makes without a change is a good token.
async fn a_forged_token_without_a_flaw_is_believed(network: &'static Network) {
    let forge = Forge::of(network).await;
    let caller = Caller::new(network, "", Who::bearer(&forge.with_claims(|_| ())));
    let me = crate::caller::done(
        caller.tokens().get_current_principal(proto::identity::GetCurrentPrincipalRequest {}).await,
    );
    assert_eq!(me.subject, network.coordinator().await.name);
}

async fn a_token_of_a_megabyte_harms_nobody(network: &'static Network) {
    let forge = Forge::of(network).await;
    let who = Who::bearer(&format!("{}{}", forge.good, "A".repeat(1 << 20)));
    let caller = Caller::new(network, "", who);
    let answer = caller.partners().list_partners(proto::partners::ListPartnersRequest::default()).await;
    assert!(answer.is_err(), "a token of a megabyte was taken");
    crate::caller::done(
        network.anonymous().partners().list_partners(proto::partners::ListPartnersRequest::default()).await,
    );
}

/// Hundreds of bad credentials make identity wary of where they come from: nobody else may live there.
fn against(network: &'static Network) {
    crate::harness::tell(network, async {
        a_forged_token_without_a_flaw_is_believed(network).await;
        a_token_of_a_megabyte_harms_nobody(network).await;
        a_hostile_token_opens_nothing(network).await;
    });
}

#[test]
fn s1_a_hostile_token_opens_nothing_in_one_process() {
    against(Network::together(Store::Sqlite, &[]));
}

#[test]
fn s1_a_hostile_token_opens_nothing_across_processes() {
    let store = if crate::postgres::Cluster::shared().is_some() { Store::Postgres } else { Store::Sqlite };
    against(Network::apart(store));
}
