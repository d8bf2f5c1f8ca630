use super::*;
use crate::capacity_assessment::tests::{assessment, rating};
use crate::session::tests::session;

fn held(people: i32, completed: i32, gain: &str) -> Held {
    let figure = |code: &str, count| pb::SessionStatistic {
        code: code.to_owned(),
        count: Some(count),
        suppressed: false,
    };
    let outcome = pb::SessionDimension {
        dimension: "OUTCOME".to_owned(),
        parts: vec![figure("COMPLETED", completed), figure("NO_SHOW", people - completed)],
    };
    let gain = pb::LearningGain {
        alignment: Some(Alignment { target_code: "1.2".to_owned(), ..Default::default() }),
        people: Some(people),
        mean_gain: Some(proto::common::DecimalValue { value: gain.to_owned() }),
        suppressed: false,
    };
    let full = pb::SessionStatistics {
        enrolled: Some(figure("", people)),
        dimensions: vec![outcome],
        public_k: 5,
        gains: vec![gain],
    };
    let mut session = session(pb::session::State::Closed);
    session.known.figures = Some(Arc::new((full, pb::SessionStatistics::default())));
    Held { session: Arc::new(session), feedback: Counts::default(), assessments: Vec::new() }
}

#[test]
fn gdp_2_sessions_of_few_people_are_told_together_once_they_are_many() {
    assert_eq!(pooled(&[8, 2, 2, 9], 5), [true, false, false, true]);
    assert_eq!(pooled(&[2, 8, 2, 1, 3], 5), [true, true, true, true, false], "the fourth makes five");
    assert_eq!(pooled(&[0, 4], 5), [true, false]);
    // What comes later never adds fewer than are shown.
    let all = [3, 3, 1, 7, 2, 2, 4, 1];
    let sums: Vec<i64> = (0..=all.len())
        .map(|many| {
            let some = &all[..many];
            some.iter().zip(pooled(some, 5)).filter(|(_, shown)| *shown).map(|(many, _)| many).sum()
        })
        .collect();
    assert!(sums.windows(2).all(|two| two[1] == two[0] || two[1] - two[0] >= 5), "{sums:?}");
}

#[test]
fn trn_15_gains_of_sessions_are_weighed_by_their_people() {
    let told = evaluate(&[held(6, 6, "1"), held(12, 12, "2.5")], Vec::new(), 5, Micros(0));
    assert_eq!((told.learning[0].people, told.sessions), (Some(18), 2));
    assert_eq!(told.learning[0].mean_gain.as_ref().unwrap().value, "2");
    let few = evaluate(&[held(6, 6, "1"), held(4, 4, "9")], Vec::new(), 5, Micros(0));
    assert_eq!(few.learning[0].people, Some(6), "those of the other would be found by the difference");
    let none = evaluate(&[held(4, 4, "1")], Vec::new(), 5, Micros(0));
    assert!(none.learning[0].suppressed && none.learning[0].mean_gain.is_none());
}

/// A session of the capacities that the outcomes of its programme are aligned with, held in a territory until April 2026.
fn taught(codes: &[&str]) -> Held {
    let aligned = |code: &&str| pb::LearningOutcome {
        alignment: Some(Alignment {
            framework: Framework::UndpCd.into(),
            target_code: (*code).to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let content = pb::Programme { outcomes: codes.iter().map(aligned).collect(), ..Default::default() };
    let mut session = session(pb::session::State::Closed);
    "territories/t".clone_into(&mut session.territory);
    session.known.content = Some(Arc::new(content));
    Held { session: Arc::new(session), feedback: Counts::default(), assessments: Vec::new() }
}

/// An assessment of a territory by what there is of two capacities, compared with an earlier one.
fn assessed(date: &str, existing: [i32; 2], before: Option<(&str, [i32; 2])>) -> CapacityAssessment {
    let made = |date: &str, existing: [i32; 2]| {
        let rating = |(code, existing): (&str, i32)| rating("LEADERSHIP", code, existing, 5);
        CapacityAssessment {
            subject: "territories/t".to_owned(),
            assessment_date: Day::parse(date).unwrap(),
            ratings: ["EVALUATE", "ASSESS_VISION"]
                .into_iter()
                .zip(existing)
                .map(rating)
                .collect::<Vec<_>>()
                .into(),
            ..assessment(pb::capacity_assessment::State::Validated, "2026-03-01")
        }
    };
    let before = before.map(|(date, existing)| Arc::new(made(date, existing)));
    CapacityAssessment { before, ..made(date, existing) }
}

#[test]
fn trn_17_level_4_tells_what_changed_of_what_is_taught_where_it_was_held() {
    let better = assessed("2026-10-01", [4, 5], Some(("2026-01-01", [1, 1])));
    let told = |held: &[Held], assessments: &[CapacityAssessment]| -> Vec<(String, i32)> {
        let told = changes(held, assessments).into_iter();
        told.map(|change| (change.functional_capacity, change.change)).collect()
    };
    let one = |change| vec![("EVALUATE".to_owned(), change)];
    assert_eq!(told(&[taught(&["EVALUATE"])], std::slice::from_ref(&better)), one(3));
    let twice = [taught(&["EVALUATE"]), taught(&["EVALUATE"])];
    assert_eq!(told(&twice, std::slice::from_ref(&better)), one(3), "two sessions make no two changes");
    let worse = assessed("2026-10-01", [1, 1], Some(("2026-01-01", [2, 1])));
    assert_eq!(told(&[taught(&["EVALUATE"])], &[worse]), one(-1));
    assert_eq!(told(&[taught(&["POLICY_STRATEGY"])], std::slice::from_ref(&better)), [], "it is not rated");
    let mut digcomp = taught(&["EVALUATE"]);
    let mut session = (*digcomp.session).clone();
    let mut content = session.known.content.as_deref().cloned().unwrap_or_default();
    content.outcomes[0].alignment.as_mut().unwrap().framework = Framework::Digcomp.into();
    session.known.content = Some(Arc::new(content));
    digcomp.session = Arc::new(session);
    let digcomp = [digcomp];
    assert_eq!(told(&digcomp, std::slice::from_ref(&better)), [], "people's skills are another level");
    let elsewhere = CapacityAssessment { subject: "territories/u".to_owned(), ..better };
    assert_eq!(told(&[taught(&["EVALUATE"])], &[elsewhere]), [], "it was held elsewhere");
    for (after, before) in [("2026-04-01", "2025-01-01"), ("2026-12-01", "2026-05-01")] {
        let beside = assessed(after, [4, 4], Some((before, [1, 1])));
        assert_eq!(
            told(&[taught(&["EVALUATE"])], &[beside]),
            [],
            "its end lies not between {before} and {after}"
        );
    }
    assert_eq!(told(&[taught(&["EVALUATE"])], &[assessed("2026-10-01", [4, 4], None)]), []);
    let mut other = assessed("2026-10-01", [4, 4], Some(("2026-01-01", [1, 1])));
    other.ratings.iter_mut().for_each(|rating| "KNOWLEDGE".clone_into(&mut rating.core_issue));
    assert_eq!(told(&[taught(&["EVALUATE"])], &[other]), [], "another core issue is no change of this one");
}

#[test]
fn kirkpatrick_4_each_indicator_in_which_an_effect_is_expected_is_told_once() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut held = taught(&[]);
    let mut session = (*held.session).clone();
    session.project_indicators = names(&["b", "c"]).into();
    held.session = Arc::new(session);
    assert_eq!(expected(&names(&["a", "b"]), &[held.clone(), held]), names(&["a", "b", "c"]));
    let mut wrong = Violations::default();
    let good = "projects/p/projectIndicators/people".to_owned();
    assert_eq!(*named(&mut wrong, std::slice::from_ref(&good)).unwrap(), [good]);
    wrong.finish().unwrap();
    let mut wrong = Violations::default();
    named(&mut wrong, &names(&["projects/p"])).unwrap();
    assert!(wrong.finish().is_err(), "a project is no indicator");
    let many: Vec<String> = (0..51).map(|at| format!("projects/p/projectIndicators/i{at}")).collect();
    let mut wrong = Violations::default();
    named(&mut wrong, &many).unwrap();
    assert!(wrong.finish().is_err());
}

#[test]
fn kirkpatrick_4_an_indicator_without_a_value_says_none() {
    let value = |digits: &str| proto::projects::IndicatorValue {
        kind: Some(proto::projects::indicator_value::Kind::Decimal(proto::common::DecimalValue {
            value: digits.to_owned(),
        })),
    };
    let indicator = ProjectIndicator {
        name: "projects/p/projectIndicators/people".to_owned(),
        baseline: Some(proto::projects::Baseline { value: Some(value("0")), ..Default::default() }),
        ..Default::default()
    };
    let told = expected_result(indicator.clone());
    assert_eq!(
        (told.baseline, told.latest_actual, told.achievement),
        (Some(value("0")), None, None),
        "BEY-9"
    );
    let reported = ProjectIndicator { latest_actual: Some(value("95")), ..indicator };
    assert_eq!(expected_result(reported).latest_actual, Some(value("95")));
}

#[test]
fn gdp_2_who_passed_is_not_told_where_a_few_did_not() {
    let all = evaluate(&[held(12, 6, "1")], Vec::new(), 5, Micros(0)).pass_rate.unwrap();
    assert_eq!((all.people, all.completed), (Some(12), Some(6)));
    assert_eq!(all.rate, Some(value::ratio_value(6.into(), 12.into())));
    let few = evaluate(&[held(12, 10, "1")], Vec::new(), 5, Micros(0)).pass_rate.unwrap();
    assert_eq!((few.people, few.completed, few.rate, few.suppressed), (Some(12), None, None, true));
    let nobody = evaluate(&[], Vec::new(), 5, Micros(0)).pass_rate.unwrap();
    assert_eq!((nobody.people, nobody.suppressed), (Some(0), false));
}

/// Held in a programme.
fn of(programme: &str, people: i32, completed: i32, gain: &str) -> Held {
    let mut held = held(people, completed, gain);
    let session = Arc::make_mut(&mut held.session);
    programme.clone_into(&mut session.programme);
    held
}

#[test]
fn gdp_2_what_is_told_of_all_is_what_is_told_of_each_programme_added_up() {
    let all =
        [of("programmes/a", 6, 6, "1"), of("programmes/b", 12, 6, "2.5"), of("programmes/a", 4, 0, "9")];
    let (rate, gain) = together(&all, 5);
    assert_eq!((rate.people, rate.completed), (Some(18), Some(12)), "four of a few wait, as they do there");
    assert_eq!((gain.people, gain.mean_gain.unwrap().value.as_str()), (Some(18), "2"));
    // Two programmes of few people do not make many: each is told of nowhere.
    let (rate, gain) = together(&[of("programmes/a", 4, 4, "1"), of("programmes/b", 4, 4, "1")], 5);
    assert_eq!((rate.people, rate.rate, rate.suppressed), (None, None, true));
    assert!(gain.suppressed && gain.mean_gain.is_none());
    let (rate, gain) = together(&[], 5);
    assert_eq!((rate.people, rate.rate, rate.suppressed, gain.suppressed), (Some(0), None, false, false));
}

#[test]
fn trn_17_a_partner_can_do_more_when_what_both_assessments_rate_adds_up_to_more() {
    let valid = |day: &str, existing: i32| CapacityAssessment {
        ratings: vec![rating("LEADERSHIP", "EVALUATE", existing, 5)].into(),
        ..assessment(pb::capacity_assessment::State::Validated, day)
    };
    let compared = |partner: &str, day: &str, before: i32, after: i32| CapacityAssessment {
        name: format!("capacityAssessments/{partner}-{day}"),
        subject: format!("partners/{partner}"),
        before: Some(Arc::new(valid("2024-06-01", before))),
        ..valid(day, after)
    };
    let mut many: Vec<CapacityAssessment> =
        ["a", "b", "c", "d", "e"].iter().map(|name| compared(name, "2026-03-01", 2, 4)).collect();
    many.extend(["f", "g", "h", "i", "j"].iter().map(|name| compared(name, "2026-03-01", 3, 3)));
    many.push(compared("a", "2025-06-01", 4, 1)); // the latest of each counts
    let told = progress(&many, 5, false);
    assert_eq!((told.compared, told.improved, told.suppressed), (Some(10), Some(5), false));
    assert_eq!(told.rate, Some(value::ratio_value(5.into(), 10.into())));
    let few = progress(&many[..4], 5, false);
    assert_eq!((few.compared, few.improved, few.rate, few.suppressed), (None, None, None, true));
    assert_eq!(progress(&many[..4], 5, true).improved, Some(4), "who oversees the network sees it");
    let nobody = progress(&[], 5, false);
    assert_eq!((nobody.compared, nobody.rate, nobody.suppressed), (Some(0), None, false));
}

#[test]
fn trn_16_what_is_left_is_told_once_nobody_is_followed_up_any_more() {
    use crate::assessment::tests::made;
    use pb::assessment::Phase;
    use pb::enrolment::State;
    let mut followed = taught(&[]);
    for index in 0..6 {
        for (phase, date, level) in [(Phase::Post, "2026-04-08", 5), (Phase::FollowUp, "2026-10-01", 3)] {
            let of_session = pb::session::State::Completed;
            let mut made = made(phase, date, of_session, State::Completed).unwrap();
            made.enrolment = format!("{}{index}", made.enrolment);
            made.levels[0].level = level;
            followed.assessments.push(made);
        }
    }
    let followed = [followed];
    let told = |at: &str| evaluate(&followed, Vec::new(), 5, Micros::parse(at).unwrap()).behaviour;
    // It ended on 8 April 2026: on the last day of the twelve months someone may still be followed up.
    assert_eq!(told("2027-04-08T23:59:59Z"), []);
    let gain = told("2027-04-09T00:00:00Z").remove(0);
    assert_eq!((gain.people, gain.mean_gain.unwrap().value.as_str()), (Some(6), "-2"));
}

#[test]
fn trn_17_what_is_assessed_on_the_last_day_of_a_session_is_before_and_not_after() {
    let told = |after: &str, before: &str| {
        let assessed = assessed(after, [4, 4], Some((before, [1, 1])));
        changes(&[taught(&["EVALUATE"])], &[assessed]).len()
    };
    assert_eq!(told("2026-10-08", "2026-04-08"), 1);
    assert_eq!(told("2026-04-08", "2025-04-08"), 0);
}
