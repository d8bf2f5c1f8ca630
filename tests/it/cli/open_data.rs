//! The registry as open data: the same bytes of the same registry, whole or not at all, and signed by who publishes it.

use std::collections::BTreeMap;
use std::path::Path;

use proto::identity as pb;
use proto::partners::{ApprovePartnerRequest, Contact, Partner};
use serde_json::Value;
use tonic::Code;

use super::Shell;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

/// What nobody may find in open data.
const CANARY: &str = "canary-7f3a";

/// The files of a folder by their paths.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn json(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Value {
    serde_json::from_slice(&files[path]).unwrap()
}

/// Some partners, one with a contact, and what a project of one says; more than a page of them.
async fn scene(network: &'static Network) -> (Caller, String) {
    let coordinator = network.coordinator().await.again().await;
    let contact = Contact {
        display_name: format!("{CANARY} Dupont"),
        email: format!("{CANARY}@example.org"),
        ..Contact::default()
    };
    let first = Partner { contact: Some(contact), acronym: "=SUM(A1)".to_owned(), ..sample::partner() };
    let register = async |partner: Partner| {
        let name = done(coordinator.partners().create_partner(sample::create(partner)).await).name;
        let approve = ApprovePartnerRequest { name: name.clone(), ..Default::default() };
        done(coordinator.partners().approve_partner(approve).await);
        name
    };
    let first = register(first).await;
    for _ in 0..250 {
        register(sample::partner()).await;
    }
    (coordinator, first)
}

async fn open_data_is_the_same_byte_for_byte_and_has_nothing_private(network: &'static Network) {
    let (coordinator, first) = scene(network).await;
    let shell = Shell::of(&coordinator);
    let told = shell.done(&["export", "open-data", "open", "-o", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let partners = told.as_array().unwrap().iter().find(|table| table["name"] == "partners").unwrap();
    assert!(partners["lines"].as_u64().unwrap() > 250, "{partners}");
    let once = files(&shell.home.join("open"));
    // In another language, by nobody, at another address: the same, instead of what was there.
    let nobody = Shell { token: None, home: shell.home.clone(), ..Shell::at(network) };
    let address = nobody.server.as_deref().unwrap().replace("127.0.0.1", "localhost");
    let nobody = Shell { server: Some(address), ..nobody };
    nobody.done(&["export", "open-data", "open", "--lang", "fr"]);
    let again = files(&shell.home.join("open"));
    assert_eq!(once.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, bytes) in &once {
        assert!(*bytes == again[path], "{path} differs");
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains(CANARY), "{path} has what is private");
    }
    assert!(!shell.home.join("open.part").exists() && !shell.home.join("open.old").exists());

    let table = String::from_utf8(once["data/partners.csv"].clone()).unwrap();
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("partners/")).collect();
    assert_eq!(lines.len() as u64, partners["lines"].as_u64().unwrap(), "all of them, each once");
    let of_first = lines.iter().find(|line| line.starts_with(&format!("{first},"))).unwrap();
    assert!(of_first.contains(",'=SUM(A1),"), "no cell becomes a formula: {of_first}");
    let whole = String::from_utf8(once["data/partners.jsonl"].clone()).unwrap();
    assert_eq!(whole.lines().count(), lines.len());
    assert!(whole.contains("\"=SUM(A1)\""), "programs get it as it is");

    let package = json(&once, "datapackage.json");
    assert_eq!(package["licenses"][0]["name"], "etalab-2.0");
    assert_eq!(package["homepage"], "https://ensemble.invalid", "whose it is, wherever it was asked");
    for resource in package["resources"].as_array().unwrap() {
        let bytes = &once[resource["path"].as_str().unwrap()];
        assert_eq!(resource["bytes"].as_u64().unwrap(), bytes.len() as u64, "{resource}");
        for text in ["title", "title_fr"] {
            assert!(!resource[text].as_str().unwrap().is_empty(), "{resource}");
        }
    }
    let dictionary = String::from_utf8(once["dictionary.csv"].clone()).unwrap();
    assert!(dictionary.contains("\r\npartners,title,string,Title,"), "{}", &dictionary[..400]);
    let page = String::from_utf8(once["README.md"].clone()).unwrap();
    assert!(
        page.contains("# Open data of the Ensemble registry")
            && page.contains("# Données ouvertes du registre Ensemble")
    );

    // Of another licence, when the network agrees on one.
    let settings = r#"{"networkSettings": {"name": "networkSettings/default", "openDataLicence": "ODbL-1.0"}, "updateMask": "openDataLicence"}"#;
    shell.done(&["api", "NetworkSettingsService/UpdateNetworkSettings", "-d", settings]);
    nobody.done(&["export", "open-data", "open"]);
    assert_eq!(json(&files(&shell.home.join("open")), "datapackage.json")["licenses"][0]["name"], "ODbL-1.0");
}

async fn open_data_is_signed_by_the_registry_and_anyone_can_check_it(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let shell = Shell::of(&coordinator);
    let nobody = Shell { token: None, home: shell.home.clone(), ..Shell::at(network) };
    let refused = nobody.fails(4, &["export", "open-data", "open", "--sign"]);
    assert!(refused.contains("UNAUTHENTICATED") || refused.contains("sign in"), "{refused}");
    assert!(
        !shell.home.join("open").exists() && !shell.home.join("open.part").exists(),
        "whole or not at all"
    );
    shell.done(&["export", "open-data", "open"]);
    assert!(nobody.done(&["open-data", "verify", "open"]).contains("not signed"));

    shell.done(&["export", "open-data", "open", "--sign"]);
    let said = nobody.done(&["open-data", "verify", "open", "--lang", "fr"]);
    assert!(said.contains("tous conformes à la liste") && said.contains("publié par "), "{said}");
    let said: Value =
        serde_json::from_str(&nobody.done(&["open-data", "verify", "open", "-o", "json"])).unwrap();
    assert_eq!(said["signed"], true);
    // Without a network, by keys that were saved; it passes for no access token.
    nobody.done(&["open-data", "keys", "--out", "keys.json"]);
    let offline =
        Shell { server: Some("http://127.0.0.1:1".to_owned()), token: None, home: shell.home.clone() };
    offline.done(&["open-data", "verify", "open", "--keys", "keys.json"]);
    let open = shell.home.join("open");
    let jws = std::fs::read_to_string(open.join("manifest.jws")).unwrap();
    let forger = Shell { token: Some(jws.clone()), home: shell.home.clone(), ..Shell::at(network) };
    forger.fails(4, &["api", "TokenService/GetCurrentPrincipal", "-d", "{}"]);

    // A file that was changed, one more, one less: each is named.
    let partners = std::fs::read(open.join("data/partners.csv")).unwrap();
    std::fs::write(open.join("data/partners.csv"), [&partners[..], b"partners/forged\r\n"].concat()).unwrap();
    std::fs::write(open.join("data/more.csv"), "x").unwrap();
    std::fs::rename(open.join("README.md"), shell.home.join("README.md")).unwrap();
    let changed = offline.fails(6, &["open-data", "verify", "open", "--keys", "keys.json"]);
    for (file, what) in [
        ("data/partners.csv", "was changed"),
        ("README.md", "is missing"),
        ("data/more.csv", "is not of the package"),
    ] {
        assert!(changed.lines().any(|line| line.contains(file) && line.contains(what)), "{file}: {changed}");
    }
    // With a list to match it, the signature is of another list.
    std::fs::write(open.join("data/partners.csv"), partners).unwrap();
    std::fs::remove_file(open.join("data/more.csv")).unwrap();
    let sums = std::fs::read_to_string(open.join("SHA256SUMS")).unwrap();
    let fewer: String =
        sums.lines().filter(|line| !line.ends_with("README.md")).map(|line| format!("{line}\n")).collect();
    std::fs::write(open.join("SHA256SUMS"), fewer).unwrap();
    let other = offline.fails(6, &["open-data", "verify", "open", "--keys", "keys.json"]);
    assert!(other.contains("MANIFEST_OF_ANOTHER"), "{other}");
    std::fs::write(open.join("SHA256SUMS"), sums).unwrap();
    std::fs::rename(shell.home.join("README.md"), open.join("README.md")).unwrap();
    // An access token of the registry, with the right key, is no manifest.
    std::fs::write(open.join("manifest.jws"), shell.token.as_deref().unwrap()).unwrap();
    let token = offline.fails(6, &["open-data", "verify", "open", "--keys", "keys.json"]);
    assert!(token.contains("SIGNATURE_INVALID"), "{token}");
    std::fs::write(open.join("manifest.jws"), &jws).unwrap();

    // Keys come and go; what was signed stays good, unless others know the key.
    rotate(&coordinator, false).await;
    nobody.done(&["open-data", "verify", "open"]);
    rotate(&coordinator, true).await;
    let void = nobody.fails(6, &["open-data", "verify", "open"]);
    assert!(void.contains("KEY_UNKNOWN"), "{void}");
}

async fn rotate(coordinator: &Caller, compromised: bool) {
    let request = pb::RotateSigningKeyRequest { compromised, ..Default::default() };
    done(coordinator.tokens().rotate_signing_key(request).await);
}

async fn a_manifest_is_signed_once_per_request_for_coordinators_alone(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let ask = |sha256: &str, request_id: &str, validate_only| pb::SignManifestRequest {
        sha256: sha256.to_owned(),
        request_id: request_id.to_owned(),
        validate_only,
    };
    let hash = "AB".repeat(32);
    let wrong = coordinator.tokens().sign_manifest(ask("abc", "", false)).await;
    expect(Code::InvalidArgument, "INVALID_FIELD", wrong);
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let refused = admin.tokens().sign_manifest(ask(&hash, "", false)).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let checked = done(coordinator.tokens().sign_manifest(ask(&hash, "", true)).await);
    assert_eq!(checked.jws, "");
    let id = uuid::Uuid::new_v4().to_string();
    let once = done(coordinator.tokens().sign_manifest(ask(&hash, &id, false)).await);
    let again = done(coordinator.tokens().sign_manifest(ask(&hash, &id, false)).await);
    assert_eq!(once, again);
    let payload = once.jws.split('.').nth(1).unwrap();
    let payload = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(claims["sha256"], "ab".repeat(32));
    let said: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(said, ["iat", "iss", "sha256"], "nothing of whoever asked");
    let other = coordinator.tokens().sign_manifest(ask(&"cd".repeat(32), &id, false)).await;
    expect(Code::InvalidArgument, "REQUEST_ID_REUSED", other);
}

told_alone!(
    open_data_is_the_same_byte_for_byte_and_has_nothing_private,
    open_data_is_signed_by_the_registry_and_anyone_can_check_it,
    a_manifest_is_signed_once_per_request_for_coordinators_alone,
);
