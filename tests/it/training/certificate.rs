//! Stories of certificates: issued once, verified by anyone, revoked for ever, and still good once their learner is forgotten.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::{Ed25519, KeySet, StatusList, jws};
use proto::training as pb;
use proto::training::certificate::State;
use proto::training::certificate_check::{Outcome as Ended, Subject};
use proto::training::complete_enrolment_request::Outcome;
use proto::training::verify_certificate_request::Credential;
use proto::training::verify_certificate_response::Verdict;
use serde_json::{Value, json};
use tonic::Code;

use super::attendance::complete;
use super::enrolment::enrol;
use super::participant::{erase, export, learner};
use super::session::{School, school};
use super::{programme, trainer};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

type Answered = Result<tonic::Response<pb::Certificate>, tonic::Status>;

/// What the addresses of the networks under test begin with.
const BASE: &str = "https://ensemble.invalid";

pub(crate) async fn issue(by: &Caller, enrolment: &str) -> Answered {
    let request = pb::IssueCertificateRequest { enrolment: enrolment.to_owned(), ..Default::default() };
    by.certificates().issue_certificate(request).await
}

pub(crate) async fn revoke(by: &Caller, name: &str, reason: &str) -> Answered {
    let request = pb::RevokeCertificateRequest {
        name: name.to_owned(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    by.certificates().revoke_certificate(request).await
}

pub(super) async fn read(by: &Caller, name: &str) -> Answered {
    by.certificates().get_certificate(pb::GetCertificateRequest { name: name.to_owned() }).await
}

async fn listed(by: &Caller, filter: &str) -> Vec<String> {
    let request =
        pb::ListCertificatesRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    let page = done(by.certificates().list_certificates(request).await);
    page.certificates.into_iter().map(|certificate| certificate.name).collect()
}

pub(super) async fn looked(by: &Caller, credential: Credential) -> pb::VerifyCertificateResponse {
    let request = pb::VerifyCertificateRequest { credential: Some(credential) };
    done(by.certificates().verify_certificate(request).await)
}

/// What anyone is told of a signed credential.
pub(super) async fn verdict(network: &'static Network, jws: &str) -> Verdict {
    looked(&network.anonymous(), Credential::CompactJws(jws.to_owned())).await.verdict()
}

pub(super) async fn keys(network: &'static Network) -> KeySet {
    let request = pb::GetIssuerKeysRequest {};
    let set = done(network.anonymous().certificates().get_issuer_keys(request).await).json;
    KeySet::parse(&set).unwrap()
}

async fn status_list(network: &'static Network, name: &str) -> StatusList {
    let request = pb::GetStatusListRequest { name: name.to_owned() };
    let list = done(network.anonymous().certificates().get_status_list(request).await);
    StatusList::open(&list.compact_jws, &keys(network).await).unwrap()
}

/// A school whose programme certifies, for so many months.
pub(crate) async fn certifying(network: &'static Network, validity_months: i32) -> School {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let draft = pb::Programme {
        certificate: Some(pb::CertificateRule { enabled: true, validity_months }),
        ..programme::draft(&partner)
    };
    let made = done(programme::create(&admin, draft).await);
    let programme = done(programme::publish(&admin, &made.name).await);
    let (trainer, teacher) = trainer::approved(network, &partner).await;
    School { partner, admin, programme, trainer: trainer.name, teacher }
}

/// So many learners in a session, and their enrolments.
pub(super) struct Class {
    pub(super) learners: Vec<(Caller, pb::Participant, String)>,
}

pub(super) async fn class(network: &'static Network, school: &School, size: i32) -> Class {
    let session = school.opened(school.draft(size)).await.name;
    let mut learners = Vec::new();
    for _ in 0..size {
        let (person, kept) = learner(network).await;
        let seat = done(enrol(&person, &session, &kept.name).await).name;
        learners.push((person, kept, seat));
    }
    Class { learners }
}

impl Class {
    /// Everyone with a new token, after the clock was moved.
    pub(super) async fn again(mut self) -> Self {
        for (person, _, _) in &mut self.learners {
            *person = person.again().await;
        }
        self
    }
}

/// The payload of a signed credential.
fn payload(jws: &str) -> Value {
    let part = URL_SAFE_NO_PAD.decode(jws.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&part).unwrap()
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// From the last meeting to what is left when its learner is forgotten.
async fn trn_19_to_22_a_certificate_is_issued_verified_revoked_and_forgotten(network: &'static Network) {
    let (school, plain) = (certifying(network, 24).await, school(network).await);
    let class = class(network, &school, 4).await;
    let uncertified = class_of(network, &plain).await;
    let early = issue(&school.admin, &class.learners[0].2).await;
    expect(Code::FailedPrecondition, "TRN_19", early);
    let stranger = network.outsider().await;

    network.later(18);
    let (class, admin, teacher) =
        (class.again().await, school.admin.again().await, school.teacher.again().await);
    let (coordinator, stranger) = (network.coordinator().await.again().await, stranger.again().await);
    let [(awa, kept, seat), (bo, _, other_seat), (_, _, third), (_, _, failed)] = &class.learners[..] else {
        panic!("four learners")
    };
    expect(Code::FailedPrecondition, "TRN_19", issue(&teacher, seat).await);
    for completed in [seat, other_seat, third] {
        done(complete(&teacher, completed, Outcome::Completed, "They did it all.").await);
    }
    done(complete(&teacher, failed, Outcome::NoShow, "").await);
    expect(Code::FailedPrecondition, "TRN_19", issue(&teacher, failed).await);
    let plain_admin = plain.admin.again().await;
    done(complete(&plain_admin, &uncertified, Outcome::Completed, "They did it all.").await);
    expect(Code::FailedPrecondition, "TRN_19", issue(&plain_admin, &uncertified).await);

    // By those who may alone.
    for other in [awa, &plain_admin, &coordinator, &stranger] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", issue(other, seat).await);
    }
    let nothing =
        pb::IssueCertificateRequest { enrolment: seat.clone(), validate_only: true, ..Default::default() };
    assert_eq!(done(teacher.certificates().issue_certificate(nothing).await).compact_jws, "", "a rehearsal");
    assert!(listed(&admin, "").await.is_empty());

    // Once, however many ask at once.
    let tries = futures::future::join_all((0..8).map(|at| {
        let by = if at % 2 == 0 { &teacher } else { &admin };
        issue(by, seat)
    }));
    let mut issued = Vec::new();
    for answer in tries.await {
        match answer {
            Ok(one) => issued.push(one.into_inner()),
            refused => {
                let refused = expect(Code::FailedPrecondition, "TRN_19", refused);
                assert!(refused.facts["holder"].starts_with("certificates/"));
            }
        }
    }
    let [certificate] = &issued[..] else { panic!("issued {} times", issued.len()) };
    assert_eq!((certificate.state(), certificate.issuer.as_str()), (State::Issued, school.partner.as_str()));
    assert_eq!(certificate.compact_jws, "", "it is read by whoever may hold it");
    let request_id = uuid::Uuid::new_v4().to_string();
    let repeated = pb::IssueCertificateRequest {
        enrolment: other_seat.clone(),
        request_id,
        include_email_hash: true,
        ..Default::default()
    };
    let second = done(teacher.certificates().issue_certificate(repeated.clone()).await);
    assert_eq!(done(teacher.certificates().issue_certificate(repeated).await).name, second.name);
    assert_eq!(certificate.status_list, second.status_list, "shared by all programmes");
    assert_ne!(certificate.status_index, second.status_index);

    // Who reads what.
    expect(Code::NotFound, "NOT_FOUND", read(&stranger, &certificate.name).await);
    expect(Code::NotFound, "NOT_FOUND", read(bo, &certificate.name).await);
    let unsigned = done(read(&coordinator, &certificate.name).await);
    assert_eq!(unsigned.compact_jws, "", "theirs is not to hold it");
    let own = done(read(awa, &certificate.name).await);
    let jws = own.compact_jws.clone();
    assert_eq!(done(read(&teacher, &certificate.name).await).compact_jws, jws);
    assert_eq!(own.participant_display_name, format!("{} {}", kept.given_name, kept.family_name));
    assert_eq!(listed(awa, "").await, std::slice::from_ref(&certificate.name));
    assert_eq!(listed(&admin, "state = ISSUED").await.len(), 2);
    assert!(listed(&stranger, "").await.is_empty());

    // What it says, and that it says nothing of whoever holds it.
    let said = payload(&jws);
    assert_eq!(said["name"], json!(own.title.as_ref().unwrap().display_text));
    assert_eq!(said["issuer"]["id"], json!(format!("{BASE}/{}", school.partner)));
    assert_eq!(said["validFrom"].as_str().unwrap().len(), "2026-01-01T00:00:00Z".len());
    for personal in [&kept.given_name, &kept.family_name, &kept.email, &kept.name, seat, &awa.name] {
        assert!(!said.to_string().contains(personal.as_str()), "GDP-5: {personal} in {said}");
    }
    let with_hash = payload(&done(read(bo, &second.name).await).compact_jws);
    assert!(
        with_hash["credentialSubject"]["identifier"][0]["identityHash"]
            .as_str()
            .unwrap()
            .starts_with("sha256$")
    );

    // Anyone verifies it, by the signed credential and by its id.
    let nobody = network.anonymous();
    let found = looked(&nobody, Credential::CompactJws(jws.clone())).await;
    assert_eq!((found.verdict(), found.checks.len()), (Verdict::Valid, 9));
    assert!(found.checks.iter().all(|check| check.outcome() == Ended::Passed));
    assert_eq!(found.credential_id, certificate.credential_id);
    let by_id = looked(&nobody, Credential::CredentialId(certificate.credential_id.clone())).await;
    assert_eq!((by_id.verdict(), &by_id.issuer_name), (Verdict::Valid, &found.issuer_name));
    let unknown = format!("urn:uuid:{}", uuid::Uuid::new_v4());
    assert_eq!(looked(&nobody, Credential::CredentialId(unknown)).await.verdict(), Verdict::UnknownIssuer);
    let no_id = Credential::CredentialId("'; drop table certificate".to_owned());
    assert_eq!(looked(&nobody, no_id).await.verdict(), Verdict::Malformed);
    let name = said["credentialSubject"]["achievement"]["id"].as_str().unwrap().strip_prefix(BASE).unwrap();
    let achievement = pb::GetAchievementRequest { name: name.trim_start_matches('/').to_owned() };
    let achievement = done(nobody.speaking("fr").certificates().get_achievement(achievement).await).json;
    let mut achievement: Value = serde_json::from_str(&achievement).unwrap();
    achievement.as_object_mut().unwrap().remove("@context");
    assert_eq!(achievement, said["credentialSubject"]["achievement"]);

    // Revoked, for ever; its neighbour is not.
    let before = status_list(network, &certificate.status_list).await;
    assert_eq!(before.is_revoked(u32::try_from(second.status_index).unwrap()), Some(false));
    expect(Code::PermissionDenied, "PERMISSION_DENIED", revoke(&teacher, &second.name, "No.").await);
    let silent = revoke(&admin, &second.name, "").await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", silent).fields, ["reason"]);
    let why = format!("Someone else sat the test: {}", crate::sample::word());
    let revoked = done(revoke(&admin, &second.name, &why).await);
    assert_eq!((revoked.state(), revoked.state_reason.as_str()), (State::Revoked, why.as_str()));
    expect(Code::FailedPrecondition, "STATE", revoke(&admin, &second.name, "Again.").await);
    let second_jws = done(read(&admin, &second.name).await).compact_jws;
    assert_eq!(verdict(network, &second_jws).await, Verdict::Revoked);
    let list = status_list(network, &certificate.status_list).await;
    let bit =
        |certificate: &pb::Certificate| list.is_revoked(u32::try_from(certificate.status_index).unwrap());
    assert_eq!((bit(&second), bit(certificate)), (Some(true), Some(false)));
    assert_eq!((0..credential::LENGTH).filter(|index| list.is_revoked(*index).unwrap()).count(), 1);

    // Forgotten, it still verifies; it can still be revoked.
    let copy = done(export(awa, &kept.name).await).json;
    assert!(copy.contains(&jws), "GDP-4: a copy of all that is kept");
    done(erase(awa, &kept.name).await);
    let left = done(read(&admin, &certificate.name).await);
    assert_eq!((left.compact_jws.as_str(), left.participant_display_name.as_str()), ("", ""));
    assert_eq!(
        (&left.credential_id, left.status_index, &left.achievement_id),
        (&certificate.credential_id, certificate.status_index, &certificate.achievement_id)
    );
    assert_eq!(verdict(network, &jws).await, Verdict::Valid);
    let by_id = looked(&network.anonymous(), Credential::CredentialId(left.credential_id.clone())).await;
    assert_eq!(by_id.verdict(), Verdict::Valid);
    let of =
        |subject: Subject| by_id.checks.iter().find(|check| check.subject() == subject).unwrap().outcome();
    assert_eq!((of(Subject::Signature), of(Subject::Revocation)), (Ended::NotDone, Ended::Passed));
    let canaries = [&kept.given_name, &kept.family_name, &kept.email, &jws];
    super::nothing_says(network, &canaries.map(String::as_str)).await;
    done(revoke(&admin, &certificate.name, "On request.").await);
    assert_eq!(verdict(network, &jws).await, Verdict::Revoked);
    // Why it was revoked is in no event, no trail and no log.
    let rows = crate::rows::everything(&network.databases["training"]).await;
    let says = rows.iter().filter(|(_, row)| row.contains(why.rsplit(' ').next().unwrap())).count();
    assert_eq!(says, 1, "only the row itself says why");

    // Before its time, and after: it ends by itself.
    let last = done(issue(&teacher, third).await);
    let ended = done(read(&admin, &last.name).await);
    assert_eq!(ended.expire_time.unwrap().seconds, payload(&ended.compact_jws)["exp"].as_i64().unwrap());
    network.later(17);
    assert_eq!(verdict(network, &ended.compact_jws).await, Verdict::NotYetValid);
    network.later(18 + 2 * 366);
    assert_eq!(verdict(network, &ended.compact_jws).await, Verdict::Expired);
    let admin = admin.again().await;
    assert_eq!(done(read(&admin, &last.name).await).state(), State::Expired);
    assert_eq!(listed(&admin, "state = EXPIRED").await, std::slice::from_ref(&last.name));
    assert_eq!(verdict(network, &jws).await, Verdict::Revoked, "revoked is for ever");
}

/// A seat of someone in a session of a programme without certificates.
async fn class_of(network: &'static Network, school: &School) -> String {
    class(network, school, 1).await.learners.remove(0).2
}

/// What is tampered with, foreign, unsigned or contradictory is told apart (TRN-20), and keys outlive their rotation.
async fn trn_20_every_lie_has_its_verdict(network: &'static Network) {
    let school = certifying(network, 0).await;
    let class = class(network, &school, 2).await;
    network.later(18);
    let (class, teacher) = (class.again().await, school.teacher.again().await);
    let [(awa, _, seat), (bo, _, later)] = &class.learners[..] else { panic!("two learners") };
    for completed in [seat, later] {
        done(complete(&teacher, completed, Outcome::Completed, "They did it all.").await);
    }
    let certificate = done(issue(&teacher, seat).await);
    assert_eq!(certificate.expire_time, None, "good for ever");
    assert_eq!(done(super::enrolment::read(awa, seat).await).certificate, certificate.name);
    assert_eq!(done(super::enrolment::read(bo, later).await).certificate, "");
    let jws = done(read(awa, &certificate.name).await).compact_jws;
    let parts: Vec<&str> = jws.split('.').collect();
    let said = payload(&jws);
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let kid = header["kid"].as_str().unwrap();
    assert!(kid.starts_with(&format!("{BASE}/issuerKeys#")), "{kid}");
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("JWT")));

    let (stranger, _) = Ed25519::generate(BASE).unwrap();
    let with = |header: &Value, payload: &Value| format!("{}.{}.{}", part(header), part(payload), parts[2]);
    let mut other = said.clone();
    other["name"] = json!("Something else");
    let by_stranger = |header: Value| {
        let text = format!("{}.{}", part(&header), parts[1]);
        let signature = URL_SAFE_NO_PAD.encode(jws::Signer::sign(&stranger, text.as_bytes()));
        format!("{text}.{signature}")
    };
    let jwk = stranger.public().jwk();
    // What only the holder of our key could sign is signed with our key: it stands in the keys directory.
    let ours = signer(network, kid);
    let mut contradictory = said.clone();
    contradictory["sub"] = json!("urn:uuid:00000000-0000-4000-8000-000000000000");
    let mut elsewhere = said.clone();
    elsewhere["issuer"]["id"] = json!("https://elsewhere.example/partners/p");
    elsewhere["iss"] = elsewhere["issuer"]["id"].clone();
    for (what, text, expected) in [
        ("as it is", jws.clone(), Verdict::Valid),
        ("another text", with(&header, &other), Verdict::InvalidSignature),
        ("none", format!("{}.{}.", part(&json!({ "alg": "none" })), parts[1]), Verdict::InvalidSignature),
        ("HS256", with(&json!({ "alg": "HS256", "kid": kid }), &said), Verdict::InvalidSignature),
        (
            "foreign",
            by_stranger(json!({ "alg": "EdDSA", "kid": jwk["kid"], "typ": "JWT" })),
            Verdict::UnknownIssuer,
        ),
        ("jwk", by_stranger(json!({ "alg": "EdDSA", "jwk": jwk, "typ": "JWT" })), Verdict::UnknownIssuer),
        (
            "jwk and kid",
            by_stranger(json!({ "alg": "EdDSA", "jwk": jwk, "kid": kid })),
            Verdict::UnknownIssuer,
        ),
        (
            "our kid",
            by_stranger(json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" })),
            Verdict::InvalidSignature,
        ),
        (
            "jku",
            by_stranger(json!({ "alg": "EdDSA", "kid": kid, "jku": "https://evil.example" })),
            Verdict::Malformed,
        ),
        ("half", parts[..2].join("."), Verdict::Malformed),
        ("nothing", "x".to_owned(), Verdict::Malformed),
        ("claims", jws::sign(&ours, &contradictory).unwrap(), Verdict::ClaimMismatch),
        ("issuer", jws::sign(&ours, &elsewhere).unwrap(), Verdict::UnknownIssuer),
    ] {
        assert_eq!(verdict(network, &text).await, expected, "{what}");
    }
    let empty = pb::VerifyCertificateRequest { credential: None };
    let refused = network.anonymous().certificates().verify_certificate(empty).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["compact_jws"]);

    // The next key signs at once; what the former signed is still believed.
    let rotate = pb::RotateIssuerKeyRequest::default();
    let refused = teacher.certificates().rotate_issuer_key(rotate.clone()).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let coordinator = network.coordinator().await.again().await;
    let rehearsal = pb::RotateIssuerKeyRequest { validate_only: true, ..Default::default() };
    done(coordinator.certificates().rotate_issuer_key(rehearsal).await);
    assert_eq!(issuer_keys(network).await.len(), 1);
    done(coordinator.certificates().rotate_issuer_key(rotate).await);
    let second = done(issue(&teacher, later).await);
    let second = done(read(bo, &second.name).await).compact_jws;
    assert_ne!(second.split('.').next(), Some(parts[0]), "signed with another key");
    assert_eq!(issuer_keys(network).await.len(), 2);
    assert_eq!(
        (verdict(network, &jws).await, verdict(network, &second).await),
        (Verdict::Valid, Verdict::Valid)
    );

    // What is at rest gives nothing away.
    let rows = crate::rows::everything(&network.databases["training"]).await;
    assert!(!rows.iter().any(|(_, row)| row.contains(parts[2])), "a signed credential lies open in a table");
}

async fn issuer_keys(network: &'static Network) -> Vec<Value> {
    let set: Value = serde_json::from_str(&keys(network).await.json()).unwrap();
    set["keys"].as_array().unwrap().clone()
}

/// The key of a network under test, from its directory.
fn signer(network: &Network, kid: &str) -> Ed25519 {
    let thumbprint = kid.rsplit('#').next().unwrap();
    let pem = std::fs::read_to_string(network.home.join(format!("keys/issuer-{thumbprint}.pem"))).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let private = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    Ed25519::kept(kid, &private).unwrap()
}

told_alone!(
    trn_19_to_22_a_certificate_is_issued_verified_revoked_and_forgotten,
    trn_20_every_lie_has_its_verdict,
);
