use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::Day;
use chassis::{Call, Told as _};
use proto::common::Alignment;
use proto::common::alignment::Framework;
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::capacity_assessment::{Method, State};
use proto::training::validate_capacity_assessment_request::Decision;

use super::row::Model;
use super::rules::*;
use super::suggest::suggest;
use crate::programme::row::Model as Programme;
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, programme, told as refused};

pub(crate) fn rating(
    core_issue: &str,
    functional_capacity: &str,
    existing: i32,
    desired: i32,
) -> pb::CapacityRating {
    pb::CapacityRating {
        core_issue: core_issue.to_owned(),
        functional_capacity: functional_capacity.to_owned(),
        existing,
        desired,
        ..Default::default()
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn draft(date: &str) -> pb::CapacityAssessment {
    pb::CapacityAssessment {
        subject: PROVIDER.to_owned(),
        partner: PROVIDER.to_owned(),
        level: CapacityLevel::Organisation.into(),
        assessment_date: Some(day(date).to_date()),
        method: Method::Facilitated.into(),
        ratings: vec![rating("LEADERSHIP", "EVALUATE", 2, 4), rating("KNOWLEDGE", "EVALUATE", 1, 4)],
        ..Default::default()
    }
}

fn today() -> Day {
    day("2026-03-01")
}

pub(crate) fn assessment(state: State, date: &str) -> Model {
    Model { state: state.into(), ..create("c", &draft(date), today(), &admin(PROVIDER)).unwrap() }
}

#[test]
fn trn_17_a_gap_is_what_is_wanted_less_what_there_is() {
    let gaps: Vec<i32> =
        told(&assessment(State::Draft, "2026-03-01")).iter().map(|rating| rating.gap).collect();
    assert_eq!(gaps, [2, 3]);
    let backwards = pb::CapacityAssessment {
        ratings: vec![rating("LEADERSHIP", "EVALUATE", 4, 3)],
        ..draft("2026-03-01")
    };
    assert_eq!(
        refused(create("c", &backwards, today(), &admin(PROVIDER))),
        "capacity_assessment.ratings[0].desired"
    );
}

#[test]
fn trn_17_what_is_better_is_told_of_the_same_cells_six_months_apart() {
    let mut now = assessment(State::Draft, "2026-03-01");
    let before = Model {
        ratings: vec![rating("LEADERSHIP", "EVALUATE", 1, 4)].into(),
        ..assessment(State::Validated, "2025-09-01")
    };
    now.before = Some(Arc::new(before.clone()));
    let better: Vec<_> = told(&now).iter().map(|rating| rating.improvement).collect();
    assert_eq!(better, [Some(1), None], "of the other cell nothing was said");
    let field = "capacity_assessment.previous";
    assert_eq!(refused(follows(&now, Some(&before))), "");
    let late = Model { assessment_date: day("2025-09-02"), ..before.clone() };
    assert_eq!(refused(follows(&now, Some(&late))), field, "a day short of six months");
    let drafted = Model { state: State::Draft.into(), ..before.clone() };
    assert_eq!(refused(follows(&now, Some(&drafted))), field);
    let other = Model { subject: OTHER.to_owned(), ..before };
    assert_eq!(refused(follows(&now, Some(&other))), field);
    assert_eq!(refused(follows(&now, None)), field);
}

#[test]
fn trn_17_a_rating_is_from_1_to_5_and_wants_no_less_than_there_is() {
    let (existing, desired) =
        ("capacity_assessment.ratings[0].existing", "capacity_assessment.ratings[0].desired");
    for (rated, expected) in [
        ((1, 1), String::new()),
        ((5, 5), String::new()),
        ((0, 3), existing.to_owned()),
        ((6, 5), format!("{existing} {desired}")),
        ((3, 0), desired.to_owned()),
        ((3, 6), desired.to_owned()),
        ((3, 2), desired.to_owned()),
    ] {
        let ratings = vec![rating("LEADERSHIP", "EVALUATE", rated.0, rated.1)];
        let draft = pb::CapacityAssessment { ratings, ..draft("2026-03-01") };
        assert_eq!(refused(create("c", &draft, today(), &admin(PROVIDER))), expected, "{rated:?}");
    }
}

#[test]
fn trn_17_a_cell_is_a_capacity_within_a_core_issue() {
    let rated = |capacity: &str, existing: i32| rating("LEADERSHIP", capacity, existing, 5);
    let two = pb::CapacityAssessment {
        ratings: vec![rated("EVALUATE", 3), rated("POLICY_STRATEGY", 3)],
        ..draft("2026-03-01")
    };
    let mut now = create("c", &two, today(), &admin(PROVIDER)).unwrap();
    let before =
        Model { ratings: vec![rated("EVALUATE", 1)].into(), ..assessment(State::Validated, "2025-09-01") };
    now.before = Some(Arc::new(before));
    let better: Vec<_> = told(&now).iter().map(|rating| rating.improvement).collect();
    assert_eq!(better, [Some(2), None], "of the other capacity nothing was said");
    let twice =
        pb::CapacityAssessment { ratings: vec![rated("EVALUATE", 3), rated("EVALUATE", 4)], ..two.clone() };
    assert_eq!(
        refused(create("c", &twice, today(), &admin(PROVIDER))),
        "capacity_assessment.ratings[1]",
        "rated twice"
    );
}

#[test]
fn trn_17_what_is_compared_is_valid_and_of_the_same_level() {
    let (now, before) = (assessment(State::Draft, "2026-03-01"), assessment(State::Validated, "2025-09-01"));
    let field = "capacity_assessment.previous";
    assert_eq!(refused(follows(&now, Some(&before))), "");
    let surroundings = Model { level: CapacityLevel::EnablingEnvironment.into(), ..before.clone() };
    assert_eq!(refused(follows(&now, Some(&surroundings))), field);
    let submitted = Model { state: State::Submitted.into(), ..before };
    assert_eq!(refused(follows(&now, Some(&submitted))), field, "nobody has looked at it yet");
}

#[test]
fn trn_17_what_surrounds_an_organisation_is_assessed_of_a_territory() {
    for (level, expected) in [
        (CapacityLevel::EnablingEnvironment, ""),
        (CapacityLevel::Organisation, "capacity_assessment.level"),
        (CapacityLevel::Individual, "capacity_assessment.level"),
    ] {
        let subject = "territories/fr".to_owned();
        let draft = pb::CapacityAssessment { subject, level: level.into(), ..draft("2026-03-01") };
        assert_eq!(refused(create("c", &draft, today(), &admin(PROVIDER))), expected, "{level:?}");
    }
}

#[test]
fn sep_1_what_others_helped_with_is_reviewed_and_never_by_ones_own() {
    let submitted = |method: Method| {
        let mut made = Model { method: method.into(), ..assessment(State::Draft, "2026-03-01") };
        submit(&mut made, &admin(PROVIDER)).unwrap();
        (made.state.get(), awaiting(&made))
    };
    assert_eq!(submitted(Method::Self_), (State::Validated, "NOBODY"), "valid as what it is");
    assert_eq!(submitted(Method::Facilitated), (State::Submitted, "REVIEWER"));
    assert_eq!(submitted(Method::External), (State::Submitted, "REVIEWER"));
    let reviewer = call(person(&[Role::Reviewer], &[]));
    let own = call(person(&[Role::Reviewer], &[(PROVIDER, Role::Trainer)]));
    let answer = |decision: Decision, by: &Call| {
        let mut made = assessment(State::Submitted, "2026-03-01");
        let outcome = refused(validate(&mut made, decision, by));
        if outcome.is_empty() { made.state.as_str_name().to_owned() } else { outcome }
    };
    assert_eq!(answer(Decision::Validate, &reviewer), "STATE_VALIDATED");
    assert_eq!(answer(Decision::Return, &reviewer), "STATE_DRAFT");
    assert_eq!(answer(Decision::Return, &Call { reason: String::new(), ..reviewer.clone() }), "reason");
    assert_eq!(answer(Decision::Unspecified, &reviewer), "decision");
    assert_eq!(answer(Decision::Validate, &own), "SEP-1");
    assert_eq!(answer(Decision::Validate, &admin(PROVIDER)), "PERMISSION");
    let mut valid = assessment(State::Validated, "2026-03-01");
    assert_eq!(refused(update(&mut valid, &draft("2026-02-01"), today())), "STATE");
}

#[test]
fn what_an_organisation_lacks_is_its_own_to_tell() {
    let of = |subject: &str, state: State| Model {
        subject: subject.to_owned(),
        ..assessment(state, "2026-03-01")
    };
    for (caller, own, territory) in [
        (Caller::default(), false, true),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), false, true),
        (person(&[], &[(PROVIDER, Role::Trainer)]), true, true),
        (person(&[Role::Reviewer], &[]), true, true),
    ] {
        assert_eq!(of(PROVIDER, State::Validated).seen_by(&caller), own, "{caller:?}");
        assert_eq!(of("territories/fr", State::Validated).seen_by(&caller), territory, "{caller:?}");
        assert_eq!(of("territories/fr", State::Submitted).seen_by(&caller), own, "{caller:?}");
    }
}

/// A programme that helps with these functional capacities.
fn helping(name: &str, level: CapacityLevel, codes: &[&str]) -> Programme {
    let outcome = |code: &&str| pb::LearningOutcome {
        alignment: Some(Alignment {
            framework: Framework::UndpCd.into(),
            target_code: (*code).to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    Programme {
        name: format!("programmes/{name}"),
        capacity_level: level.into(),
        outcomes: codes.iter().map(outcome).collect::<Vec<_>>().into(),
        ..programme(pb::programme::State::Published)
    }
}

#[test]
fn trn_18_what_helps_as_much_is_told_in_the_order_of_names() {
    let mut assessed = assessment(State::Validated, "2026-03-01");
    assessed.ratings =
        vec![rating("LEADERSHIP", "POLICY_STRATEGY", 2, 4), rating("LEADERSHIP", "EVALUATE", 2, 4)].into();
    let own = CapacityLevel::Organisation;
    let mut all = vec![
        helping("b", own, &["POLICY_STRATEGY", "EVALUATE"]),
        helping("c", own, &["EVALUATE", "POLICY_STRATEGY"]),
        helping("a", own, &["POLICY_STRATEGY", "EVALUATE"]),
    ];
    let title = Some(all[0].title.clone().into_inner());
    for _ in 0..all.len() {
        all.rotate_left(1);
        let told = suggest(&assessed, all.clone());
        let names: Vec<_> = told.iter().map(|one| one.programme.as_str()).collect();
        assert_eq!(names, ["programmes/a", "programmes/b", "programmes/c"]);
        for one in told {
            let reasons: Vec<_> =
                one.reasons.iter().map(|reason| reason.functional_capacity.as_str()).collect();
            assert_eq!(reasons, ["EVALUATE", "POLICY_STRATEGY"], "of {}", one.programme);
            assert_eq!(one.title, title);
        }
    }
}

#[test]
fn trn_18_the_largest_gap_is_the_first_reason() {
    let mut assessed = assessment(State::Validated, "2026-03-01");
    assessed.ratings =
        vec![rating("LEADERSHIP", "EVALUATE", 3, 4), rating("LEADERSHIP", "POLICY_STRATEGY", 1, 4)].into();
    let told =
        suggest(&assessed, [helping("a", CapacityLevel::Organisation, &["EVALUATE", "POLICY_STRATEGY"])]);
    let reasons: Vec<_> =
        told[0].reasons.iter().map(|reason| (reason.functional_capacity.as_str(), reason.gap)).collect();
    assert_eq!(reasons, [("POLICY_STRATEGY", 3), ("EVALUATE", 1)]);
}

#[test]
fn trn_18_programmes_that_close_the_largest_gaps_come_first_with_their_reasons() {
    let mut assessed = assessment(State::Validated, "2026-03-01");
    assessed.ratings = vec![
        rating("LEADERSHIP", "EVALUATE", 2, 4),
        rating("KNOWLEDGE", "EVALUATE", 1, 4),
        rating("KNOWLEDGE", "POLICY_STRATEGY", 3, 4),
        rating("KNOWLEDGE", "ASSESS_VISION", 4, 4),
    ]
    .into();
    assessed.priorities = vec!["POLICY_STRATEGY".to_owned()].into();
    let (own, person) = (CapacityLevel::Organisation, CapacityLevel::Individual);
    let mut all = vec![
        helping("d-nothing", own, &["ASSESS_VISION", "ENGAGE_STAKEHOLDERS"]),
        helping("c-policy", own, &["POLICY_STRATEGY"]),
        helping("b-evaluate", own, &["EVALUATE", "EVALUATE"]),
        helping("a-evaluate", person, &["EVALUATE"]),
        helping("z-both", own, &["POLICY_STRATEGY", "EVALUATE"]),
    ];
    // What is called alike in another framework is something else.
    let mut other = helping("e-other", own, &["EVALUATE"]);
    other.outcomes[0].alignment.as_mut().unwrap().framework = Framework::Other.into();
    all.push(other);
    let told: Vec<(String, i32)> =
        suggest(&assessed, all.clone()).into_iter().map(|one| (one.programme, one.score)).collect();
    let expected = [
        ("programmes/z-both", 6),
        ("programmes/b-evaluate", 5),
        ("programmes/a-evaluate", 5),
        ("programmes/c-policy", 1),
    ];
    assert_eq!(told, expected.map(|(name, score)| (name.to_owned(), score)));
    let first = suggest(&assessed, all.clone()).remove(0);
    let reasons: Vec<_> = first
        .reasons
        .iter()
        .map(|reason| (reason.functional_capacity.as_str(), reason.gap, reason.priority))
        .collect();
    assert_eq!(reasons, [("EVALUATE", 5, false), ("POLICY_STRATEGY", 1, true)]);
    all.reverse();
    let again: Vec<(String, i32)> =
        suggest(&assessed, all).into_iter().map(|one| (one.programme, one.score)).collect();
    assert_eq!(again, told, "in whatever order they are looked at");
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = |draft: &pb::CapacityAssessment| refused(create("C", draft, today(), &admin(PROVIDER)));
    assert_eq!(
        wrong(&pb::CapacityAssessment::default()),
        "capacity_assessment_id capacity_assessment.subject capacity_assessment.partner capacity_assessment.level \
         capacity_assessment.assessment_date capacity_assessment.method capacity_assessment.ratings"
    );
    let odd = pb::CapacityAssessment {
        partner: OTHER.to_owned(),
        level: CapacityLevel::EnablingEnvironment.into(),
        ratings: vec![rating("X", "Y", 0, 6), rating("X", "Y", 1, 1)],
        priorities: vec!["Z".to_owned()],
        previous: "x".to_owned(),
        ..draft("2026-03-02")
    };
    assert_eq!(
        wrong(&odd),
        "capacity_assessment_id capacity_assessment.partner capacity_assessment.level capacity_assessment.assessment_date \
         capacity_assessment.ratings[0].core_issue capacity_assessment.ratings[0].functional_capacity \
         capacity_assessment.ratings[0].existing capacity_assessment.ratings[0].desired \
         capacity_assessment.ratings[1].core_issue capacity_assessment.ratings[1].functional_capacity \
         capacity_assessment.ratings[1] capacity_assessment.priorities[0] capacity_assessment.previous"
    );
}
