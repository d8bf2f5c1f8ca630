//! People of another `OpenID` Connect issuer: a small one of the suite's own, with its keys in a file.

use std::io::{Read as _, Write as _};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proto::identity as pb;
use serde_json::{Value, json};
use tonic::{Code, Response, Status};

use super::me;
use crate::binaries::folder;
use crate::caller::{Caller, Who, done, expect};
use crate::harness::{Network, Store, in_days};

const ISSUER: &str = "https://sign-in.example.org/realms/network";
const AUDIENCE: &str = "ensemble-registry";

/// An issuer with one key, published in a file.
struct Issuer {
    key: Ed25519KeyPair,
    file: std::path::PathBuf,
}

impl Issuer {
    fn new() -> Self {
        let key = Ed25519KeyPair::generate().unwrap();
        let file = folder("issuer").join("keys.json");
        let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
        let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1", "x": x}]});
        std::fs::write(&file, keys.to_string()).unwrap();
        Self { key, file }
    }

    fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = in_days(0).seconds;
        let mut claims = json!({
            "iss": ISSUER, "sub": "f:1234:ada", "aud": AUDIENCE, "azp": AUDIENCE, "iat": now, "exp": now + 300,
            "given_name": "Ada", "family_name": "Lovelace", "email": "coordinator@localhost", "email_verified": true, "locale": "fr",
        });
        change(&mut claims);
        self.sign(json!({"alg": "EdDSA", "typ": "JWT", "kid": "k1"}), &claims)
    }

    fn sign(&self, header: Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes())))
    }
}

async fn exchange(network: &'static Network, token: String) -> Result<Response<pb::TokenPair>, Status> {
    let grant = Some(pb::issue_token_request::Grant::ExternalToken(token));
    network.anonymous().tokens().issue_token(pb::IssueTokenRequest { grant }).await
}

async fn people_of_another_issuer_sign_in(network: &'static Network, issuer: &Issuer) {
    let signed_in = async |token: String| {
        let pair = done(exchange(network, token).await);
        let caller = Caller::new(network, "", Who::bearer(&pair.access_token));
        me(&caller).await.unwrap()
    };
    let ada = signed_in(issuer.token(|_| ())).await;
    assert!(ada.network_roles.is_empty() && ada.partner_roles.is_empty(), "an account, and nothing more");
    assert_eq!(
        signed_in(issuer.token(|claims| claims["email"] = json!("other@example.org"))).await.subject,
        ada.subject
    );
    // An address is no key: the coordinator's own does not make anyone the coordinator.
    let coordinator = network.coordinator().await;
    assert_ne!(ada.subject, coordinator.name);
    assert_ne!(
        signed_in(issuer.token(|claims| claims["sub"] = json!("f:1234:grace"))).await.subject,
        ada.subject
    );
    let user = done(coordinator.users().get_user(pb::GetUserRequest { name: ada.subject.clone() }).await);
    assert_eq!(
        (user.given_name.as_str(), user.email.as_str(), user.language_code.as_str()),
        ("Ada", "", "fr")
    );

    let now = in_days(0).seconds;
    let stranger = Issuer::new();
    let hostile = [
        ("another issuer", issuer.token(|claims| claims["iss"] = json!("https://evil.example.org"))),
        ("almost the issuer", issuer.token(|claims| claims["iss"] = json!(format!("{ISSUER}/")))),
        ("another audience", issuer.token(|claims| claims["aud"] = json!("other"))),
        (
            "several audiences",
            issuer.token(|claims| {
                (claims["aud"], claims["azp"]) = (json!([AUDIENCE, "other"]), json!("other"));
            }),
        ),
        ("issued to another", issuer.token(|claims| claims["azp"] = json!("other"))),
        ("over", issuer.token(|claims| (claims["iat"], claims["exp"]) = (json!(now - 600), json!(now - 60)))),
        ("not yet", issuer.token(|claims| claims["nbf"] = json!(now + 600))),
        ("for ever", issuer.token(|claims| claims["exp"] = json!(now + 10_000_000))),
        ("nobody", issuer.token(|claims| claims["sub"] = json!(""))),
        ("without an end", issuer.token(|claims| drop(claims.as_object_mut().unwrap().remove("exp")))),
        ("another key", stranger.token(|_| ())),
        ("unsigned", format!("{}.", issuer.token(|_| ()).rsplit_once('.').unwrap().0)),
        (
            "another alg",
            issuer.sign(
                json!({"alg": "none", "kid": "k1"}),
                &json!({"iss": ISSUER, "sub": "x", "aud": AUDIENCE, "iat": now, "exp": now + 60}),
            ),
        ),
        ("ours", String::new()),
    ];
    for (name, token) in hostile {
        let token = if name == "ours" {
            done(exchange(network, issuer.token(|_| ())).await).access_token
        } else {
            token
        };
        let answer = exchange(network, token).await;
        assert!(answer.is_err(), "{name} was taken");
        expect(Code::Unauthenticated, "EXTERNAL_TOKEN_INVALID", answer);
    }
    // Whoever is suspended here comes in by no door.
    super::suspend(&coordinator, &ada.subject).await;
    assert_eq!(exchange(network, issuer.token(|_| ())).await.unwrap_err().code(), Code::Unauthenticated);
}

/// Publishes an issuer's keys over HTTPS: the port, and the certificate to trust.
fn published(issuer: &Issuer) -> (u16, std::path::PathBuf) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = issuer.file.with_file_name("cert.pem");
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let (config, keys) = (std::sync::Arc::new(config), std::fs::read_to_string(&issuer.file).unwrap());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = rustls::ServerConnection::new(std::sync::Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{keys}",
                keys.len()
            );
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(answer.as_bytes()));
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (port, certificate)
}

#[test]
fn s3_an_issuers_keys_are_fetched_over_https() {
    let issuer = Issuer::new();
    let (port, certificate) = published(&issuer);
    let oidc = format!("{ISSUER}={AUDIENCE}=https://localhost:{port}/keys");
    let network =
        Network::together(Store::Sqlite, &["--oidc", &oidc, "--peer-ca", certificate.to_str().unwrap()]);
    crate::harness::tell(network, async {
        let pair = done(exchange(network, issuer.token(|_| ())).await);
        let principal = me(&Caller::new(network, "", Who::bearer(&pair.access_token))).await.unwrap();
        assert!(principal.subject.starts_with("users/"));
    });
}

#[test]
fn s3_people_of_another_issuer_sign_in() {
    let issuer = Issuer::new();
    let oidc = format!("{ISSUER}={AUDIENCE}={}", issuer.file.display());
    let network = Network::together(Store::Sqlite, &["--oidc", &oidc]);
    crate::harness::tell(network, people_of_another_issuer_sign_in(network, &issuer));
}
