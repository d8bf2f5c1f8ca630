//! The story of a key that others may hold: what it signed is believed no more, and is signed anew.

use proto::training as pb;
use proto::training::complete_enrolment_request::Outcome;
use proto::training::verify_certificate_request::Credential;
use proto::training::verify_certificate_response::Verdict;
use tonic::Code;

use super::attendance::complete;
use super::certificate::{certifying, class, issue, keys, looked, read, verdict};
use super::participant::erase;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

async fn reissue(by: &Caller, name: &str) -> Result<tonic::Response<pb::Certificate>, tonic::Status> {
    let request = pb::ReissueCertificateRequest { name: name.to_owned(), ..Default::default() };
    by.certificates().reissue_certificate(request).await
}

async fn trn_20_what_a_compromised_key_signed_is_not_believed(network: &'static Network) {
    let school = certifying(network, 0).await;
    let class = class(network, &school, 3).await;
    network.later(18);
    let (class, teacher) = (class.again().await, school.teacher.again().await);
    let [(awa, _, seat), (bo, leaving, later), (_, _, last)] = &class.learners[..] else {
        panic!("three learners")
    };
    for completed in [seat, later, last] {
        done(complete(&teacher, completed, Outcome::Completed, "They did it all.").await);
    }
    let (first, second) = (done(issue(&teacher, seat).await), done(issue(&teacher, later).await));
    let signed = done(read(awa, &first.name).await).compact_jws;
    assert_eq!(verdict(network, &signed).await, Verdict::Valid);
    let (key, said) = credential::jws::kept(&signed).unwrap();
    expect(Code::FailedPrecondition, "TRN_20", reissue(&teacher, &first.name).await);

    let coordinator = network.coordinator().await.again().await;
    let lost = |reason: &str, key_id: &str| pb::CompromiseIssuerKeyRequest {
        key_id: key_id.to_owned(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    let refused = teacher.certificates().compromise_issuer_key(lost("A laptop was stolen.", &key)).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let refused = coordinator.certificates().compromise_issuer_key(lost("", &key)).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["reason"]);
    let other = format!("{key}x");
    let refused =
        coordinator.certificates().compromise_issuer_key(lost("A laptop was stolen.", &other)).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["key_id"]);
    let rehearsal =
        pb::CompromiseIssuerKeyRequest { validate_only: true, ..lost("A laptop was stolen.", &key) };
    done(coordinator.certificates().compromise_issuer_key(rehearsal).await);
    assert_eq!(verdict(network, &signed).await, Verdict::Valid);
    let set =
        done(coordinator.certificates().compromise_issuer_key(lost("A laptop was stolen.", &key)).await).json;
    let set: serde_json::Value = serde_json::from_str(&set).unwrap();
    assert!(!set["keys"].as_array().unwrap().iter().any(|known| known["kid"] == key.as_str()));
    assert_eq!(set["compromised_keys"][0]["kid"], key.as_str());
    let again = coordinator.certificates().compromise_issuer_key(lost("A laptop was stolen.", &key)).await;
    expect(Code::FailedPrecondition, "STATE", again);

    // Whoever asks, and whoever has saved the keys, is told so.
    assert_eq!(verdict(network, &signed).await, Verdict::KeyCompromised);
    let offline = credential::open(&signed, &keys(network).await).unwrap_err();
    assert_eq!(offline.verdict, credential::Verdict::KeyCompromised);
    let by_number = Credential::CredentialId(first.credential_id.clone());
    assert_eq!(looked(&network.anonymous(), by_number.clone()).await.verdict(), Verdict::KeyCompromised);

    // Signed anew it says the same, and is believed; the old copy is not.
    expect(Code::PermissionDenied, "PERMISSION_DENIED", reissue(awa, &first.name).await);
    done(reissue(&teacher, &first.name).await);
    let anew = done(read(awa, &first.name).await).compact_jws;
    let (new_key, same) = credential::jws::kept(&anew).unwrap();
    assert_eq!(same, said);
    assert_ne!(new_key, key);
    assert_eq!(
        (verdict(network, &anew).await, verdict(network, &signed).await),
        (Verdict::Valid, Verdict::KeyCompromised)
    );
    assert_eq!(looked(&network.anonymous(), by_number).await.verdict(), Verdict::Valid);
    let third = done(issue(&teacher, last).await);
    let by_number = Credential::CredentialId(third.credential_id);
    assert_eq!(looked(&network.anonymous(), by_number).await.verdict(), Verdict::Valid, "the next key signs");

    // Of someone who was erased nothing is left to sign anew.
    done(erase(bo, &leaving.name).await);
    expect(Code::FailedPrecondition, "TRN_20", reissue(&coordinator, &second.name).await);
    let by_number = Credential::CredentialId(second.credential_id);
    assert_eq!(looked(&network.anonymous(), by_number).await.verdict(), Verdict::KeyCompromised);
}

told_alone!(trn_20_what_a_compromised_key_signed_is_not_believed);
