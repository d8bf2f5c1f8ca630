use chassis::auth::{Caller, Kind, Membership, Role};
use chassis::column::Micros;
use chassis::{Call, Told as _};
use proto::training as pb;
use proto::training::participant::State;

use super::row::Model;
use super::rules::{corrects, create, erase, update};
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, told};

pub(crate) fn draft(partner: &str) -> pb::Participant {
    pb::Participant {
        partner: partner.to_owned(),
        given_name: "Awa".to_owned(),
        family_name: "Diop".to_owned(),
        email: "awa@example.org".to_owned(),
        phone: "+221 33 000 00 00".to_owned(),
        language_code: "fr".to_owned(),
        information_notice_time: Some(Micros::parse("2026-02-01T12:00:00Z").unwrap().to_timestamp()),
        ..Default::default()
    }
}

pub(crate) fn learner(user: &str) -> Call {
    call(Caller { subject: user.to_owned(), ..person(&[], &[]) })
}

pub(crate) fn participant(id: &str, partner: &str) -> Model {
    let by = if partner.is_empty() { learner(&format!("users/{id}")) } else { admin(partner) };
    create(id, &draft(partner), &by).unwrap()
}

#[test]
fn one_enters_oneself_or_someone_for_ones_organisation() {
    let oneself = participant("awa", "");
    assert_eq!((oneself.user.as_str(), oneself.partner.as_str()), ("users/awa", ""));
    assert_eq!(participant("p", PROVIDER).user, "", "without an account");
    let by = |partner: &str, caller: Caller| told(create("p", &draft(partner), &call(caller)));
    for role in [Role::PartnerAdmin, Role::Reporter, Role::Integration] {
        assert_eq!(by(PROVIDER, person(&[], &[(PROVIDER, role)])), "", "{role:?}");
    }
    assert_eq!(by(PROVIDER, person(&[], &[(PROVIDER, Role::Trainer)])), "PERMISSION");
    assert_eq!(by(PROVIDER, person(&[], &[(OTHER, Role::PartnerAdmin)])), "PERMISSION");
    let machine = Caller { kind: Kind::Integration, ..person(&[], &[(PROVIDER, Role::Integration)]) };
    assert_eq!(by("", machine), "PERMISSION", "a machine is nobody who learns");
    let someone = pb::Participant { user: "users/someone".to_owned(), ..draft("") };
    assert_eq!(told(create("p", &someone, &learner("users/awa"))), "participant.user");
}

#[test]
fn who_a_person_is_few_are_told() {
    let (oneself, entered) = (participant("awa", ""), participant("p", PROVIDER));
    let suspended = Membership { roles: vec![Role::PartnerAdmin], suspended: true, ..Default::default() };
    let of_suspended = Caller { partners: [(PROVIDER.to_owned(), suspended)].into(), ..person(&[], &[]) };
    for (caller, sees_oneself, sees_entered) in [
        (Caller::default(), false, false),
        ((*learner("users/awa").caller).clone(), true, false),
        ((*learner("users/eve").caller).clone(), false, false),
        (person(&[], &[(PROVIDER, Role::Reporter)]), false, true),
        (person(&[], &[(PROVIDER, Role::Trainer)]), false, false),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), false, false),
        (person(&[Role::Reviewer], &[]), false, false),
        (person(&[Role::Coordinator], &[]), true, true),
        (of_suspended.clone(), false, true),
    ] {
        assert_eq!(
            (oneself.seen_by(&caller), entered.seen_by(&caller)),
            (sees_oneself, sees_entered),
            "{caller:?}"
        );
    }
    assert!(!corrects(&of_suspended, &entered), "SEP-2");
    assert!(!corrects(&person(&[Role::Coordinator], &[]), &entered));
    let nobody = Model { user: String::new(), partner: String::new(), ..oneself };
    assert!(!nobody.seen_by(&Caller::default()), "who was erased is nobody's");
}

#[test]
fn gdp_4_who_is_erased_leaves_nothing_and_is_erased_once() {
    let before = participant("awa", "");
    for stranger in [learner("users/eve"), admin(OTHER), call(person(&[], &[(PROVIDER, Role::Reporter)]))] {
        assert_eq!(told(erase(&mut before.clone(), &stranger)), "PERMISSION");
    }
    let mut gone = before.clone();
    erase(&mut gone, &learner("users/awa")).unwrap();
    let kept = format!("{gone:?}");
    for canary in ["Awa", "Diop", "awa@example.org", "+221", "users/awa"] {
        assert!(!kept.contains(canary), "{canary}: {kept}");
    }
    assert_eq!(gone.state, State::Erased);
    let again = gone.clone();
    erase(&mut gone, &call(person(&[Role::Coordinator], &[]))).unwrap();
    assert_eq!(gone, again, "erasing twice changes nothing");
    assert_eq!(told(update(&mut gone, &draft(""), &learner("users/awa"))), "STATE");
}

#[test]
fn every_wrong_field_is_named_and_none_repeats_what_was_written() {
    assert_eq!(
        told(create("P", &pb::Participant::default(), &learner("users/awa"))),
        "participant_id participant.given_name participant.family_name participant.language_code \
         participant.information_notice_time"
    );
    let long = pb::Participant { given_name: "a".repeat(201), ..draft("") };
    assert_eq!(told(create("p", &long, &learner("users/awa"))), "participant.given_name", "once");
    let odd = pb::Participant {
        email: "canary".to_owned(),
        phone: "canary".to_owned(),
        information_notice_time: Some(Micros::parse("2030-01-01T00:00:00Z").unwrap().to_timestamp()),
        ..draft("")
    };
    let refused = create("p", &odd, &learner("users/awa"));
    assert!(!format!("{refused:?}").contains("canary"), "{refused:?}");
    assert_eq!(told(refused), "participant.email participant.phone participant.information_notice_time");
    let reached_by_nothing =
        pb::Participant { email: String::new(), phone: String::new(), ..draft(PROVIDER) };
    assert_eq!(told(create("p", &reached_by_nothing, &admin(PROVIDER))), "", "enrolled in person");
}
