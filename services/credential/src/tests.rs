use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::jws::Signer;

const BASE: &str = "https://training.example.org";
const DAY: i64 = 86_400;

fn key() -> Ed25519 {
    Ed25519::generate(BASE).unwrap().0
}

fn keys(of: &[&Ed25519]) -> KeySet {
    KeySet::new(of.iter().map(|key| key.public()).collect())
}

fn badge() -> Badge {
    let mut achievement = Achievement::new(
        format!("{BASE}/programmes/p/programmeRevisions/r1/achievement"),
        "Aider à la déclaration en ligne".to_owned(),
        "On y apprend à aider.".to_owned(),
        "80 % de présence.".to_owned(),
    );
    let digcomp = "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415";
    achievement.alignment.push(Alignment::new(
        "DigComp 2.2".to_owned(),
        "1.2".to_owned(),
        "Evaluating data".to_owned(),
        digcomp.to_owned(),
    ));
    Badge {
        id: "urn:uuid:6d1b7ba1-9a34-4a6b-8f0f-0e6f0f3a2b11".to_owned(),
        subject: "urn:uuid:8f7cbbd4-3f5e-4ab6-9d55-5b8e4b1f3c22".to_owned(),
        issuer: Profile::new(format!("{BASE}/partners/p"), "Médiathèque".to_owned()),
        achievement,
        valid_from: 1_800_000_000,
        valid_until: Some(1_800_000_000 + 365 * DAY),
        status: StatusEntry { list: format!("{BASE}/statusLists/l1"), index: 94_567 },
        identifier: None,
    }
}

fn payload(badge: &Badge) -> Value {
    serde_json::to_value(badge.payload().unwrap()).unwrap()
}

fn signed(badge: &Badge, key: &Ed25519) -> String {
    jws::sign(key, &badge.payload().unwrap()).unwrap()
}

/// Signed with this header, whatever it says.
fn headed(header: &Value, payload: &Value, key: &Ed25519) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", part(header), part(payload));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes())))
}

fn verdict(text: &str, keys: &KeySet) -> Verdict {
    match open(text, keys) {
        Ok(opened) => judge(&opened, Standing::Good, 1_800_000_000 + DAY).verdict.unwrap(),
        Err(refused) => refused.verdict,
    }
}

#[test]
fn the_profile_is_what_was_agreed() {
    let key = key();
    let text = signed(&badge(), &key);
    let parts: Vec<&str> = text.split('.').collect();
    let part =
        |at: usize| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[at]).unwrap()).unwrap() };
    assert_eq!(part(0), json!({ "alg": "EdDSA", "kid": key.key_id(), "typ": "JWT" }));
    assert_eq!(
        part(1),
        json!({
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
            ],
            "id": "urn:uuid:6d1b7ba1-9a34-4a6b-8f0f-0e6f0f3a2b11",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": "https://training.example.org/partners/p", "type": ["Profile"], "name": "Médiathèque" },
            "validFrom": "2027-01-15T08:00:00Z",
            "validUntil": "2028-01-15T08:00:00Z",
            "name": "Aider à la déclaration en ligne",
            "credentialSubject": {
                "id": "urn:uuid:8f7cbbd4-3f5e-4ab6-9d55-5b8e4b1f3c22",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://training.example.org/programmes/p/programmeRevisions/r1/achievement",
                    "type": ["Achievement"],
                    "name": "Aider à la déclaration en ligne",
                    "description": "On y apprend à aider.",
                    "criteria": { "narrative": "80 % de présence." },
                    "achievementType": "CertificateOfCompletion",
                    "alignment": [{
                        "type": ["Alignment"], "targetCode": "1.2", "targetName": "Evaluating data",
                        "targetFramework": "DigComp 2.2",
                        "targetUrl": "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415"
                    }]
                }
            },
            "credentialStatus": {
                "id": "https://training.example.org/statusLists/l1#94567",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "94567",
                "statusListCredential": "https://training.example.org/statusLists/l1"
            },
            "iss": "https://training.example.org/partners/p",
            "jti": "urn:uuid:6d1b7ba1-9a34-4a6b-8f0f-0e6f0f3a2b11",
            "sub": "urn:uuid:8f7cbbd4-3f5e-4ab6-9d55-5b8e4b1f3c22",
            "nbf": 1_800_000_000,
            "exp": 1_831_536_000
        })
    );
    let opened = open(&text, &keys(&[&key])).unwrap();
    assert_eq!(opened.badge, badge());
}

#[test]
fn trn_20_what_is_believed_is_in_force_and_signed_by_whom_we_know() {
    let (ours, other) = (key(), key());
    let known = keys(&[&ours]);
    let text = signed(&badge(), &ours);
    assert_eq!(verdict(&text, &known), Verdict::Valid);
    assert_eq!(verdict(&format!(" {text}\n"), &known), Verdict::Valid, "as a file ends");
    let endless = Badge { valid_until: None, ..badge() };
    assert_eq!(verdict(&signed(&endless, &ours), &known), Verdict::Valid);
    assert_eq!(verdict(&signed(&badge(), &other), &known), Verdict::UnknownIssuer);

    let opened = open(&text, &known).unwrap();
    let at = |standing, now: i64| judge(&opened, standing, now).verdict;
    let (begin, end) = (1_800_000_000, 1_800_000_000 + 365 * DAY);
    assert_eq!(at(Standing::Good, begin - 1), Some(Verdict::NotYetValid));
    assert_eq!(at(Standing::Good, begin), Some(Verdict::Valid));
    assert_eq!(at(Standing::Good, end - 1), Some(Verdict::Valid));
    assert_eq!(at(Standing::Good, end), Some(Verdict::Expired));
    assert_eq!(at(Standing::Revoked, end), Some(Verdict::Revoked), "revoked is for ever");
    assert_eq!(at(Standing::Unknown, begin), None);
    assert_eq!(at(Standing::Unknown, end), Some(Verdict::Expired));
    let report = judge(&opened, Standing::Good, end);
    let failed: Vec<_> = report.checks.iter().filter(|(_, outcome)| *outcome != Outcome::Passed).collect();
    assert_eq!(failed, [&(Check::Period, Outcome::Failed)]);
    assert_eq!(report.checks.len(), 9);
}

#[test]
fn trn_20_what_is_tampered_with_is_told_apart() {
    let (ours, other) = (key(), key());
    let known = keys(&[&ours]);
    let (honest, text) = (payload(&badge()), signed(&badge(), &ours));
    let header = json!({ "alg": "EdDSA", "kid": ours.key_id(), "typ": "JWT" });
    let parts: Vec<&str> = text.split('.').collect();
    let with = |at: usize, part: &str| {
        let mut parts = parts.clone();
        parts[at] = part;
        parts.join(".")
    };
    let changed = |path: &str, value: Value| {
        let mut changed = honest.clone();
        *changed.pointer_mut(path).unwrap() = value;
        changed
    };
    let of = |header: Value| headed(&header, &honest, &ours);
    let mut none = of(json!({ "alg": "none", "typ": "JWT" }));
    none.truncate(none.rfind('.').unwrap() + 1);
    let forged = changed("/issuer/name", json!("Somebody"));
    let unsigned = URL_SAFE_NO_PAD.encode(forged.to_string());
    let with_key = |jwk: &Ed25519, more: Value| {
        let mut header = json!({ "alg": "EdDSA", "jwk": jwk.public().jwk(), "typ": "JWT" });
        for (member, value) in more.as_object().unwrap() {
            header[member] = value.clone();
        }
        header
    };
    let mut short = honest.clone();
    short.as_object_mut().unwrap().remove("jti");
    let mut two_ends = honest.clone();
    two_ends.as_object_mut().unwrap().remove("validUntil");
    let cases: Vec<(&str, String, Verdict)> = vec![
        ("payload", with(1, &unsigned), Verdict::InvalidSignature),
        ("signature", with(2, &URL_SAFE_NO_PAD.encode([7; 64])), Verdict::InvalidSignature),
        ("no signature", with(2, ""), Verdict::InvalidSignature),
        ("alg none", none, Verdict::InvalidSignature),
        ("alg HS256", of(json!({ "alg": "HS256", "kid": ours.key_id() })), Verdict::InvalidSignature),
        ("alg eddsa", of(json!({ "alg": "eddsa", "kid": ours.key_id() })), Verdict::InvalidSignature),
        ("signed by another", headed(&header, &honest, &other), Verdict::InvalidSignature),
        ("no key", of(json!({ "alg": "EdDSA" })), Verdict::UnknownIssuer),
        (
            "kid elsewhere",
            of(json!({ "alg": "EdDSA", "kid": "https://evil.example/issuerKeys#x" })),
            Verdict::UnknownIssuer,
        ),
        ("kid of a file", of(json!({ "alg": "EdDSA", "kid": "file:///etc/passwd" })), Verdict::UnknownIssuer),
        ("own jwk", headed(&with_key(&other, json!({})), &honest, &other), Verdict::UnknownIssuer),
        (
            "own jwk beside our kid",
            headed(&with_key(&other, json!({ "kid": ours.key_id() })), &honest, &other),
            Verdict::UnknownIssuer,
        ),
        ("our jwk", headed(&with_key(&ours, json!({})), &honest, &ours), Verdict::Valid),
        (
            "our jwk, signed by another",
            headed(&with_key(&ours, json!({})), &honest, &other),
            Verdict::InvalidSignature,
        ),
        ("typ", of(json!({ "alg": "EdDSA", "kid": ours.key_id(), "typ": "vc+jwt" })), Verdict::Malformed),
        ("no typ", of(json!({ "alg": "EdDSA", "kid": ours.key_id() })), Verdict::Valid),
        ("crit", of(json!({ "alg": "EdDSA", "kid": ours.key_id(), "crit": ["x"] })), Verdict::Malformed),
        (
            "jku",
            of(json!({ "alg": "EdDSA", "kid": ours.key_id(), "jku": "https://evil.example" })),
            Verdict::Malformed,
        ),
        ("two parts", parts[..2].join("."), Verdict::Malformed),
        ("four parts", format!("{text}.{}", parts[2]), Verdict::Malformed),
        ("padding", format!("{text}="), Verdict::Malformed),
        ("nothing", String::new(), Verdict::Malformed),
        ("long", "a".repeat(jws::LONGEST + 1), Verdict::Malformed),
        ("no badge", headed(&header, &json!({ "iss": "x" }), &ours), Verdict::Malformed),
        (
            "contexts",
            headed(
                &header,
                &changed("/@context", json!([honest["@context"][1], honest["@context"][0]])),
                &ours,
            ),
            Verdict::Malformed,
        ),
        (
            "type",
            headed(&header, &changed("/type", json!(["VerifiableCredential"])), &ours),
            Verdict::Malformed,
        ),
        ("exp in words", headed(&header, &changed("/exp", json!("1831536000")), &ours), Verdict::Malformed),
        (
            "entry is the list",
            headed(
                &header,
                &changed("/credentialStatus/id", honest["credentialStatus"]["statusListCredential"].clone()),
                &ours,
            ),
            Verdict::Malformed,
        ),
        (
            "iss",
            headed(&header, &changed("/iss", json!("https://training.example.org/partners/q")), &ours),
            Verdict::ClaimMismatch,
        ),
        ("jti", headed(&header, &changed("/jti", json!("urn:uuid:0")), &ours), Verdict::ClaimMismatch),
        ("sub", headed(&header, &changed("/sub", json!("urn:uuid:0")), &ours), Verdict::ClaimMismatch),
        ("nbf", headed(&header, &changed("/nbf", json!(1_800_000_001)), &ours), Verdict::ClaimMismatch),
        ("exp", headed(&header, &changed("/exp", json!(1_999_999_999)), &ours), Verdict::ClaimMismatch),
        (
            "half a second",
            headed(&header, &changed("/validFrom", json!("2027-01-15T08:00:00.5Z")), &ours),
            Verdict::ClaimMismatch,
        ),
        ("jti missing", headed(&header, &short, &ours), Verdict::ClaimMismatch),
        ("an end on one side", headed(&header, &two_ends, &ours), Verdict::ClaimMismatch),
        (
            "issuer elsewhere",
            {
                let mut elsewhere =
                    changed("/issuer/id", json!("https://training.example.org.evil/partners/p"));
                elsewhere["iss"] = elsewhere["issuer"]["id"].clone();
                headed(&header, &elsewhere, &ours)
            },
            Verdict::UnknownIssuer,
        ),
    ];
    for (what, text, expected) in cases {
        assert_eq!(verdict(&text, &known), expected, "{what}");
    }
    // Every bit that is flipped is noticed.
    for at in (0..text.len()).step_by(7) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(bytes).unwrap();
        if flipped != text {
            assert_ne!(verdict(&flipped, &known), Verdict::Valid, "at {at}");
        }
    }
}

#[test]
fn trn_21_a_list_says_what_was_revoked_and_nothing_else() {
    let ours = key();
    let known = keys(&[&ours]);
    let issuer = || BASE.to_owned();
    let span = (1_800_000_000, 1_800_000_000 + 7 * DAY);
    let list = StatusList::new(format!("{BASE}/statusLists/l1"), issuer(), span, [0, 9, 94_567, LENGTH - 1]);
    let text = jws::sign(&ours, &list.payload().unwrap()).unwrap();
    assert!(text.len() < jws::LONGEST);
    let payload = text.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let subject = &payload["credentialSubject"];
    assert_eq!((&subject["type"], &subject["ttl"]), (&json!("BitstringStatusList"), &json!(60_000)));
    assert!(subject["encodedList"].as_str().unwrap().starts_with("uH4sI"), "gzip, base64url, multibase");
    let read = StatusList::open(&text, &known).unwrap();
    assert_eq!(read, list);
    let set: Vec<u32> = (0..LENGTH).filter(|index| read.is_revoked(*index).unwrap()).collect();
    assert_eq!(set, [0, 9, 94_567, LENGTH - 1]);
    assert_eq!(read.is_revoked(LENGTH), None);
    let entry = |index| StatusEntry { list: format!("{BASE}/statusLists/l1"), index };
    let at = |index, now| StatusList::standing(std::slice::from_ref(&read), &entry(index), now);
    assert_eq!((at(9, span.0), at(10, span.0)), (Standing::Revoked, Standing::Good));
    assert_eq!((at(9, span.1), at(10, span.1)), (Standing::Revoked, Standing::Unknown), "a list grows old");
    assert_eq!(StatusList::standing(&[], &entry(9), span.0), Standing::Unknown);
    let other = StatusEntry { list: format!("{BASE}/statusLists/l2"), index: 9 };
    assert_eq!(StatusList::standing(std::slice::from_ref(&read), &other, span.0), Standing::Unknown);

    assert_eq!(StatusList::open(&text, &keys(&[&key()])), Err(Verdict::UnknownIssuer));
    assert_eq!(StatusList::open(&signed(&badge(), &ours), &known), Err(Verdict::Malformed));
    assert_eq!(verdict(&text, &known), Verdict::Malformed, "a list is no certificate");
    let foreign = StatusList::new("https://else.example/statusLists/l1".to_owned(), issuer(), span, []);
    let foreign = jws::sign(&ours, &foreign.payload().unwrap()).unwrap();
    assert_eq!(StatusList::open(&foreign, &known), Err(Verdict::UnknownIssuer));
}

#[test]
fn a_key_is_published_where_its_thumbprint_says() {
    // RFC 8037, appendix A.3.
    let example =
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    assert_eq!(thumbprint(&example).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let (key, private) = Ed25519::generate(BASE).unwrap();
    let id = key.key_id().to_owned();
    assert_eq!(Ed25519::kept(&id, &private).unwrap().public(), key.public());
    assert!(Ed25519::kept(&format!("{BASE}/issuerKeys#other"), &private).is_none());
    let set = keys(&[&key]);
    assert_eq!(KeySet::parse(&set.json()).unwrap(), set);
    let mut moved = key.public().jwk();
    moved["kid"] = json!(format!("{BASE}/issuerKeys#elsewhere"));
    assert_eq!(Key::parse(&moved), None);
    let mut encrypts = key.public().jwk();
    encrypts["use"] = json!("enc");
    assert_eq!(Key::parse(&encrypts), None);
    assert_eq!(set.by_id(&id).unwrap().base(), BASE);
}

#[test]
fn an_address_is_a_salted_hash() {
    let mut badge = badge();
    badge.identifier = Some(Identifier::of_email(" Awa@Example.org", "salt"));
    let shown = payload(&badge).to_string();
    assert!(!shown.to_lowercase().contains("awa@"), "{shown}");
    // printf 'awa@example.orgsalt' | sha256sum
    let hash = payload(&badge)["credentialSubject"]["identifier"][0]["identityHash"].clone();
    assert_eq!(hash, "sha256$8a3d1ac5864951beb0f59e18187d7018fd2fc55fd86d6d942d98cf4c3aaf89ce");
}
