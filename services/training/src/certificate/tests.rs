use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::{Call, Told as _};
use proto::training as pb;
use proto::training::certificate::State;
use proto::training::enrolment::State as Enrolment;
use proto::training::session::State as Session;

use super::document;
use super::row::Model;
use super::rules::*;
use crate::enrolment;
use crate::participant::tests::{learner, participant};
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, said, told};

const BASE: &str = "https://training.example.org";

/// A completed enrolment of a programme whose certificates are good for two years.
fn completed(state: Enrolment, of_state: Session) -> enrolment::row::Model {
    let mut enrolment = enrolment::tests::enrolment(state, of_state);
    let mut session = (**enrolment.known.session.as_ref().unwrap()).clone();
    let mut content = (**session.known.content.as_ref().unwrap()).clone();
    content.certificate = Some(pb::CertificateRule { enabled: true, validity_months: 24 });
    session.known.content = Some(Arc::new(content));
    session.programme_revision = "programmes/p/programmeRevisions/r1".to_owned();
    enrolment.known.session = Some(Arc::new(session));
    enrolment
}

fn with_rule(rule: Option<pb::CertificateRule>) -> enrolment::row::Model {
    let mut enrolment = completed(Enrolment::Completed, Session::Completed);
    let mut session = (**enrolment.known.session.as_ref().unwrap()).clone();
    let mut content = (**session.known.content.as_ref().unwrap()).clone();
    content.certificate = rule;
    session.known.content = Some(Arc::new(content));
    enrolment.known.session = Some(Arc::new(session));
    enrolment
}

fn trainer() -> Call {
    call(Caller { subject: "users/t".to_owned(), ..person(&[], &[(OTHER, Role::Trainer)]) })
}

fn issued(enrolment: enrolment::row::Model, call: &Call) -> chassis::Result<Model> {
    issue(enrolment, PROVIDER, BASE, "urn:uuid:1".to_owned(), call)
}

fn certificate() -> Model {
    let made = issued(completed(Enrolment::Completed, Session::Closed), &admin(PROVIDER)).unwrap();
    Model { sealed: vec![1], ..made }
}

#[test]
fn trn_19_only_who_completed_a_certified_programme_is_certified_once_it_is_over() {
    let by = |state, of_state| told(issued(completed(state, of_state), &admin(PROVIDER)));
    for of_state in [Session::Completed, Session::Closed] {
        assert_eq!(by(Enrolment::Completed, of_state), "", "{of_state:?}");
    }
    for of_state in [Session::Planned, Session::Open, Session::InProgress, Session::Cancelled] {
        assert_eq!(by(Enrolment::Completed, of_state), "TRN-19", "{of_state:?}");
    }
    for state in [
        Enrolment::Pending,
        Enrolment::Waitlisted,
        Enrolment::Confirmed,
        Enrolment::Declined,
        Enrolment::Cancelled,
        Enrolment::Withdrawn,
        Enrolment::NotCompleted,
        Enrolment::NoShow,
    ] {
        assert_eq!(by(state, Session::Completed), "TRN-19", "{state:?}");
    }
    for rule in [None, Some(pb::CertificateRule { enabled: false, validity_months: 24 })] {
        assert_eq!(told(issued(with_rule(rule), &admin(PROVIDER))), "TRN-19", "{rule:?}");
    }
}

#[test]
fn trn_19_the_assigned_trainer_and_the_providers_administrators_issue() {
    let by = |call: &Call| told(issued(completed(Enrolment::Completed, Session::Completed), call));
    assert_eq!((by(&admin(PROVIDER)), by(&trainer())), (String::new(), String::new()));
    let another = call(Caller { subject: "users/u".to_owned(), ..person(&[], &[(PROVIDER, Role::Trainer)]) });
    for stranger in [
        admin(OTHER),
        another,
        learner("users/awa"),
        call(person(&[Role::Coordinator], &[])),
        call(person(&[], &[(PROVIDER, Role::Reporter)])),
        call(Caller::default()),
    ] {
        let refused = issued(completed(Enrolment::Completed, Session::Completed), &stranger);
        assert!(refused.is_err(), "{:?}", stranger.caller);
    }
    let other =
        issue(completed(Enrolment::Completed, Session::Closed), OTHER, BASE, String::new(), &trainer());
    assert_eq!(told(other), "CONFLICT", "it is not provided by them");
}

#[test]
fn a_certificate_is_of_whole_seconds_and_ends_on_the_day_that_its_programme_says() {
    let at = |text: &str| Call { now: Micros::parse(text).unwrap(), ..admin(PROVIDER) };
    let made =
        issued(completed(Enrolment::Completed, Session::Closed), &at("2028-02-29T10:00:00.75Z")).unwrap();
    assert_eq!(made.issue_time.to_string(), "2028-02-29T10:00:00Z");
    assert_eq!(made.expire_time.unwrap().to_string(), "2030-02-28T10:00:00Z");
    assert_eq!(made.achievement_id, format!("{BASE}/programmes/p/programmeRevisions/r1/achievement"));
    let endless = with_rule(Some(pb::CertificateRule { enabled: true, validity_months: 0 }));
    assert_eq!(issued(endless, &admin(PROVIDER)).unwrap().expire_time, None);

    let mut before = made.clone();
    settle(&mut before, Micros(made.expire_time.unwrap().0 - 1));
    assert_eq!(before.state, State::Issued);
    let mut after = made.clone();
    settle(&mut after, made.expire_time.unwrap());
    assert_eq!((after.state.get(), Some(after.state_time)), (State::Expired, made.expire_time));
    let mut revoked = Model { state: State::Revoked.into(), ..made.clone() };
    settle(&mut revoked, made.expire_time.unwrap());
    assert_eq!(revoked.state, State::Revoked);
}

#[test]
fn trn_21_what_is_revoked_stays_so() {
    let by = |call: &Call| told(revoke(&mut certificate(), call));
    assert_eq!(
        (by(&admin(PROVIDER)), by(&call(person(&[Role::Coordinator], &[])))),
        (String::new(), String::new())
    );
    for stranger in [trainer(), admin(OTHER), learner("users/awa"), call(person(&[Role::Reviewer], &[]))] {
        assert_eq!(by(&stranger), "PERMISSION", "{:?}", stranger.caller);
    }
    assert_eq!(by(&Call { reason: String::new(), ..admin(PROVIDER) }), "reason");
    let mut gone = certificate();
    revoke(&mut gone, &admin(PROVIDER)).unwrap();
    assert_eq!((gone.state.get(), gone.state_reason.as_str()), (State::Revoked, "Parce que."));
    assert_eq!(told(revoke(&mut gone, &admin(PROVIDER))), "STATE");
    let mut expired = Model { state: State::Expired.into(), ..certificate() };
    assert_eq!(told(revoke(&mut expired, &admin(PROVIDER))), "", "what has ended may prove wrong as well");
}

#[test]
fn trn_22_who_is_erased_takes_what_was_signed_with_them() {
    let mut left = certificate();
    revoke(&mut left, &admin(PROVIDER)).unwrap();
    let before = left.clone();
    forget(&mut left);
    assert_eq!((left.sealed.len(), left.state_reason.as_str()), (0, ""));
    assert_eq!(
        (left.credential_id, left.status_index, left.achievement_id, left.state),
        (before.credential_id, before.status_index, before.achievement_id, before.state)
    );
}

#[test]
fn whom_a_certificate_concerns_reads_it_and_few_are_given_it() {
    let made = certificate();
    let of_employer = {
        let mut known = (**made.known.as_ref().unwrap()).clone();
        known.known.participant = Some(Arc::new(participant("p", OTHER)));
        Model { known: Some(Arc::new(known)), ..made.clone() }
    };
    for (caller, row, sees, has) in [
        (Caller::default(), &made, false, false),
        ((*learner("users/awa").caller).clone(), &made, true, true),
        ((*learner("users/eve").caller).clone(), &made, false, false),
        ((*trainer().caller).clone(), &made, true, true),
        (person(&[], &[(PROVIDER, Role::PartnerAdmin)]), &made, true, true),
        (person(&[], &[(PROVIDER, Role::Reporter)]), &made, true, false),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), &made, false, false),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), &of_employer, true, true),
        (person(&[Role::Coordinator], &[]), &made, true, false),
        (person(&[Role::Reviewer], &[]), &made, false, false),
    ] {
        assert_eq!((row.seen_by(&caller), holds(&caller, row)), (sees, has), "{caller:?}");
    }
    assert_eq!(
        made.clone().shown_to(&Caller::default()).participant_display_name,
        "",
        "nobody else is told a name"
    );
}

#[test]
fn an_achievement_says_in_one_language_what_was_learnt_and_when() {
    let session = completed(Enrolment::Completed, Session::Closed).known.session.unwrap();
    let mut content = (**session.known.content.as_ref().unwrap()).clone();
    content.completion_rule = Some(pb::CompletionRule {
        min_attendance_percent: Some(75),
        assessment_required: true,
        pass_score: 4,
        ..Default::default()
    });
    let of = |content: &pb::Programme, language: &str| {
        document::achievement("https://a.example/a".to_owned(), content, &[language.to_owned()]).unwrap()
    };
    let french = of(&content, "fr");
    assert_eq!((french.name.as_str(), french.in_language.as_deref()), ("Premiers pas en ligne", Some("fr")));
    assert_eq!(
        french.criteria.narrative,
        "Suivre au moins 75 % du temps des rencontres. Atteindre le niveau 4 sur 8 à une évaluation finale."
    );
    let [alignment] = &french.alignment[..] else { panic!("{french:?}") };
    assert_eq!(
        (alignment.target_framework.as_str(), alignment.target_code.as_str(), alignment.target_name.as_str()),
        ("DigComp 3.0", "1.2", "Reconnaître un faux site")
    );
    assert!(alignment.target_url.starts_with("https://"));
    assert_eq!(of(&content, "en").criteria, french.criteria, "in the language of its title");
    let mut title = said("Premiers pas en ligne").unwrap();
    let english = proto::common::Translation { text: "First steps online".to_owned(), ..Default::default() };
    title.translations.insert("en".to_owned(), english);
    content.title = Some(title);
    let english = of(&content, "en");
    assert_eq!(english.name, "First steps online");
    assert!(english.criteria.narrative.starts_with("Attend at least 75% "), "{english:?}");
}
