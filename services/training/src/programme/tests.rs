use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use proto::common::LocalizedText;
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::programme::State;
use testing::because;
pub(crate) use testing::{person, told};

use super::row::Model;
use super::rules::{LIFECYCLE, awaiting, create, gaps, looks_in, publish, retire, still, update};
use crate::alignment::tests::digcomp;

pub(crate) const PROVIDER: &str = "partners/provider";
pub(crate) const OTHER: &str = "partners/other";

pub(crate) fn said(text: &str) -> Option<LocalizedText> {
    Some(testing::said(&[("fr", text)]))
}

pub(crate) fn call(caller: Caller) -> Call {
    because("Parce que.", caller)
}

pub(crate) fn admin(partner: &str) -> Call {
    call(person(&[], &[(partner, Role::PartnerAdmin)]))
}

pub(crate) fn draft() -> pb::Programme {
    let outcome = pb::LearningOutcome {
        text: said("Reconnaître un faux site"),
        alignment: Some(digcomp("1.2")),
        level: 3,
    };
    pb::Programme {
        title: said("Premiers pas en ligne"),
        description: said("Six ateliers."),
        providers: vec![PROVIDER.to_owned()],
        learning_opportunity_type: "WORKSHOP".to_owned(),
        capacity_level: CapacityLevel::Individual.into(),
        audience: vec!["SENIORS".to_owned()],
        outcomes: vec![outcome],
        workload_hours: 12,
        languages: vec!["fr".to_owned()],
        completion_rule: Some(pb::CompletionRule::default()),
        recommendations: vec!["recommendations/idt-8".to_owned()],
        ..Default::default()
    }
}

pub(crate) fn programme(state: State) -> Model {
    let mut made = create("p", &draft(), &admin(PROVIDER)).unwrap();
    if state != State::Draft {
        publish(&mut made, &admin(PROVIDER)).unwrap();
    }
    Model { state: state.into(), ..made }
}

#[test]
fn trn_1_what_is_published_is_aligned_has_a_completion_rule_and_serves_a_recommendation() {
    let lacks = |change: fn(&mut pb::Programme)| {
        let mut draft = draft();
        change(&mut draft);
        let mut made = create("p", &draft, &admin(PROVIDER)).unwrap();
        let fields: Vec<_> = gaps(&made).iter().map(|gap| gap.field).collect();
        (told(publish(&mut made, &admin(PROVIDER))), fields.join(" "))
    };
    let trn_1 = |fields: &str| ("TRN-1".to_owned(), fields.to_owned());
    assert_eq!(lacks(|_| ()), (String::new(), String::new()));
    assert_eq!(lacks(|draft| draft.outcomes[0].alignment = None), trn_1("outcomes"));
    assert_eq!(lacks(|draft| draft.outcomes.clear()), trn_1("outcomes"));
    assert_eq!(lacks(|draft| draft.completion_rule = None), trn_1("completion_rule"));
    assert_eq!(lacks(|draft| draft.recommendations.clear()), trn_1("recommendations"));
    let empty = |draft: &mut pb::Programme| {
        (draft.description, draft.workload_hours) = (None, 0);
        draft.languages.clear();
    };
    assert_eq!(lacks(empty), trn_1("description workload_hours languages"), "all at once");
    let nothing = Some(pb::CompletionRule { min_attendance_percent: Some(0), ..Default::default() });
    let made = create("p", &pb::Programme { completion_rule: nothing, ..draft() }, &admin(PROVIDER)).unwrap();
    assert!(gaps(&made).is_empty(), "a rule that asks for no attendance is a rule");
}

#[test]
fn trn_1_a_published_programme_does_not_lose_what_it_was_published_for() {
    let bare = pb::Programme { recommendations: Vec::new(), ..draft() };
    assert_eq!(told(update(&mut programme(State::Published), &bare, &admin(PROVIDER))), "TRN-1");
    assert_eq!(told(update(&mut programme(State::Draft), &bare, &admin(PROVIDER))), "");
}

#[test]
fn trn_2_what_is_published_changes_by_a_revision() {
    let mut drafted = programme(State::Draft);
    let longer = pb::Programme { workload_hours: 20, ..draft() };
    update(&mut drafted, &longer, &admin(PROVIDER)).unwrap();
    assert_eq!(drafted.published_number, 0, "a draft is no revision");
    publish(&mut drafted, &admin(PROVIDER)).unwrap();
    assert_eq!(drafted.published_number, 1);
    update(&mut drafted, &longer, &admin(PROVIDER)).unwrap();
    assert_eq!(drafted.published_number, 1, "nothing changed");
    update(&mut drafted, &draft(), &admin(PROVIDER)).unwrap();
    assert_eq!(drafted.published_number, 2);
    assert_eq!(pb::Programme::from(drafted).published_revision, "programmes/p/programmeRevisions/r2");
}

#[test]
fn administrators_of_those_who_provide_it_move_it_and_nobody_else() {
    for (by, may) in [
        (admin(PROVIDER), true),
        (admin(OTHER), false),
        (call(person(&[Role::Coordinator], &[])), false),
        (call(person(&[], &[(PROVIDER, Role::Trainer)])), false),
    ] {
        assert_eq!(publish(&mut programme(State::Draft), &by).is_ok(), may, "{:?}", by.caller);
    }
    for (caller, sees) in [
        (person(&[], &[(PROVIDER, Role::Trainer)]), true),
        (person(&[Role::Reviewer], &[]), true),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), false),
    ] {
        assert_eq!(looks_in(&caller, &programme(State::Draft)), sees, "{caller:?}");
    }
    let given_away = pb::Programme { providers: vec![OTHER.to_owned()], ..draft() };
    assert_eq!(
        told(update(&mut programme(State::Draft), &given_away, &admin(PROVIDER))),
        "PROGRAMME_PROVIDERS"
    );
}

#[test]
fn bey_7_it_goes_from_draft_to_published_to_retired() {
    let mut made = programme(State::Draft);
    assert_eq!(awaiting(&made), "PARTNER");
    let allowed = |made: &Model| {
        let actions = LIFECYCLE.explain(made, &admin(PROVIDER).caller, Micros(0));
        actions.iter().map(|action| if action.allowed { "yes" } else { "no" }).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(allowed(&made), "yes no");
    publish(&mut made, &admin(PROVIDER)).unwrap();
    assert_eq!((allowed(&made).as_str(), awaiting(&made)), ("no yes", "NOBODY"));
    assert_eq!(told(publish(&mut made, &admin(PROVIDER))), "STATE");
    let silent = Call { reason: String::new(), ..admin(PROVIDER) };
    assert_eq!(told(retire(&mut made.clone(), &silent)), "reason");
    retire(&mut made, &admin(PROVIDER)).unwrap();
    assert_eq!((made.state.get(), made.state_reason.as_str()), (State::Retired, "Parce que."));
    assert_eq!(
        told(update(&mut made, &pb::Programme { workload_hours: 1, ..draft() }, &admin(PROVIDER))),
        "STATE"
    );
}

#[test]
fn what_others_were_asked_about_is_what_is_published() {
    let asked = programme(State::Published);
    let now = Model { providers: vec![OTHER.to_owned()].into(), ..asked.clone() };
    assert_eq!(told(still(&asked, Some(&asked))), "");
    assert_eq!(told(still(&now, Some(&asked))), "ETAG_MISMATCH");
}

#[test]
fn every_wrong_field_is_named() {
    assert_eq!(
        told(create("P", &pb::Programme::default(), &admin(PROVIDER))),
        "programme_id programme.title programme.providers programme.learning_opportunity_type programme.capacity_level"
    );
    let odd = pb::Programme {
        learning_opportunity_type: "LECTURE".to_owned(),
        audience: vec!["EVERYBODY".to_owned()],
        outcomes: vec![pb::LearningOutcome { text: None, alignment: Some(digcomp("9.9")), level: 9 }],
        workload_hours: -1,
        languages: vec!["fr".to_owned(), "fr".to_owned(), "?".to_owned()],
        price: Some(proto::common::Money { currency_code: "EUR".to_owned(), minor_units: -1 }),
        materials: vec![pb::LearningMaterial { uri: "ftp://x".to_owned(), ..Default::default() }],
        completion_rule: Some(pb::CompletionRule {
            min_attendance_percent: Some(101),
            pass_score: 4,
            ..Default::default()
        }),
        certificate: Some(pb::CertificateRule { enabled: true, validity_months: -1 }),
        recommendations: vec!["idt-8".to_owned()],
        ..draft()
    };
    assert_eq!(
        told(create("p", &odd, &admin(PROVIDER))),
        "programme.learning_opportunity_type programme.audience[0] programme.outcomes[0].text \
         programme.outcomes[0].alignment.target_code programme.outcomes[0].level programme.workload_hours \
         programme.languages[2] programme.languages[1] programme.price.minor_units programme.materials[0].uri \
         programme.completion_rule.min_attendance_percent programme.completion_rule.pass_score \
         programme.certificate.validity_months programme.recommendations[0]"
    );
}

#[test]
fn what_is_not_said_of_attendance_is_eighty_percent() {
    let made = programme(State::Draft);
    assert_eq!(made.completion_rule.min_attendance_percent, Some(80));
}
