//! What came of closed sessions, by the four levels of Kirkpatrick, without figures of few people (GDP-2). Pure.
//!
//! Sessions of few people are pooled, in the order in which they were closed, until they are as many as are shown; those that are
//! not yet enough wait. So a session that is closed later never adds fewer people to a figure than are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chassis::column::{Day, Micros, Strings};
use chassis::error::{Result, Violations};
use chassis::suppress::{Sum, hidden};
use chassis::{say, value};
use chrono::Months;
use peers::PROJECT_INDICATOR;
use proto::common::Alignment;
use proto::common::alignment::Framework;
use proto::projects::ProjectIndicator;
use proto::training as pb;
use proto::training::assessment::Phase;
use rust_decimal::Decimal;

use crate::assessment::gain::{Competence, between};
use crate::assessment::row::Model as Assessment;
use crate::capacity_assessment::row::Model as CapacityAssessment;
use crate::capacity_assessment::rules::cell;
use crate::feedback::rules::{Counts, figures, people};
use crate::session;

/// After so many months nobody is followed up any more (TRN-16).
const FOLLOWED_UP: u32 = 12;
/// Indicators that a programme or a session names, at most.
const MOST_INDICATORS: usize = 50;
/// Counts are summed in millionths.
const ONE: i128 = 1_000_000;

/// A closed session, and what is known of it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The session, told its figures.
    pub session: Arc<session::row::Model>,
    /// What people thought.
    pub feedback: Counts,
    /// What was assessed.
    pub assessments: Vec<Assessment>,
}

/// Which of these many people, in this order, are shown: those that are many, and those that are so together.
pub fn pooled(people: &[i64], k: i32) -> Vec<bool> {
    let mut shown = vec![false; people.len()];
    let (mut waiting, mut sum) = (Vec::new(), 0);
    for (at, many) in people.iter().enumerate() {
        if *many >= i64::from(k) || *many == 0 {
            shown[at] = true;
            continue;
        }
        waiting.push(at);
        sum += many;
        if sum >= i64::from(k) {
            waiting.drain(..).for_each(|at| shown[at] = true);
            sum = 0;
        }
    }
    shown
}

/// What came of these sessions, in the order in which they were closed.
pub fn evaluate(held: &[Held], changes: Vec<pb::CapacityChange>, k: i32, now: Micros) -> pb::Evaluation {
    pb::Evaluation {
        sessions: i32::try_from(held.len()).unwrap_or(i32::MAX),
        public_k: k,
        reaction: reaction(held, k),
        pass_rate: Some(pass_rate(held, k)),
        learning: learning(held, k),
        behaviour: behaviour(held, k, now),
        results: changes,
        ..Default::default()
    }
}

fn reaction(held: &[Held], k: i32) -> Vec<pb::FeedbackFigure> {
    let many: Vec<i64> = held.iter().map(|held| people(&held.feedback)).collect();
    let mut sum = Counts::default();
    for (held, _) in held.iter().zip(pooled(&many, k)).filter(|(_, shown)| *shown) {
        for (sums, counts) in sum.iter_mut().flatten().zip(held.feedback.iter().flatten()) {
            *sums += counts;
        }
    }
    let mut told = figures(&sum, k);
    if people(&sum) == 0 && many.iter().any(|many| *many > 0) {
        told.iter_mut().for_each(|figure| figure.suppressed = true);
    }
    told
}

/// Who had a seat in a session, and who completed it.
fn outcome(held: &Held) -> (i64, i64) {
    let Some(figures) = &held.session.known.figures else { return (0, 0) };
    let count = |figure: &pb::SessionStatistic| i64::from(figure.count.unwrap_or_default());
    let outcomes = figures.0.dimensions.iter().filter(|dimension| dimension.dimension == "OUTCOME");
    let completed = outcomes.flat_map(|dimension| &dimension.parts).find(|part| part.code == "COMPLETED");
    (figures.0.enrolled.as_ref().map_or(0, count), completed.map_or(0, count))
}

fn pass_rate(held: &[Held], k: i32) -> pb::PassRate {
    let outcomes: Vec<(i64, i64)> = held.iter().map(outcome).collect();
    let many: Vec<i64> = outcomes.iter().map(|(people, _)| *people).collect();
    let shown = outcomes.iter().zip(pooled(&many, k)).filter(|(_, shown)| *shown);
    let (people, completed) = shown.fold((0, 0), |sum, (one, _)| (sum.0 + one.0, sum.1 + one.1));
    if people == 0 {
        let suppressed = many.iter().any(|many| *many > 0);
        let none = (!suppressed).then_some(0);
        return pb::PassRate { people: none, completed: none, rate: None, suppressed };
    }
    let counts = [people, completed, people - completed].map(|count| vec![i128::from(count) * ONE]);
    let hidden = hidden(&counts, &[Sum { whole: 0, parts: vec![1, 2] }], k);
    let told = |at: usize, count: i64| (!hidden[at]).then(|| i32::try_from(count).unwrap_or(i32::MAX));
    let both = told(0, people).zip(told(1, completed));
    pb::PassRate {
        people: told(0, people),
        completed: told(1, completed),
        rate: both.map(|(people, completed)| value::ratio_value(completed.into(), people.into())),
        suppressed: both.is_none(),
    }
}

/// One session's part in a gain: how many people, and by how many levels they are further, all together.
type Part = (i64, Decimal);

/// Gains of several sessions, competence by competence.
fn gains(parts: BTreeMap<Competence, Vec<Part>>, k: i32) -> Vec<pb::LearningGain> {
    let gain = |((framework, framework_version, target_code), parts): (Competence, Vec<Part>)| {
        let many: Vec<i64> = parts.iter().map(|(people, _)| *people).collect();
        let shown = parts.iter().zip(pooled(&many, k)).filter(|(_, shown)| *shown);
        let (people, sum) = shown.fold((0, Decimal::ZERO), |sum, (part, _)| (sum.0 + part.0, sum.1 + part.1));
        let alignment = Alignment { framework, framework_version, target_code, ..Default::default() };
        pb::LearningGain {
            alignment: Some(alignment),
            people: (people > 0).then(|| i32::try_from(people).unwrap_or(i32::MAX)),
            mean_gain: (people > 0)
                .then(|| value::decimal_value((sum / Decimal::from(people.max(1))).round_dp(2))),
            suppressed: people == 0,
        }
    };
    parts.into_iter().map(gain).collect()
}

/// What was frozen when sessions were closed (TRN-15).
fn learning(held: &[Held], k: i32) -> Vec<pb::LearningGain> {
    let mut parts: BTreeMap<Competence, Vec<Part>> = BTreeMap::new();
    let frozen = held.iter().filter_map(|held| held.session.known.figures.as_ref());
    for gain in frozen.flat_map(|figures| &figures.0.gains) {
        let (Some(of), Some(people)) = (&gain.alignment, gain.people) else { continue };
        let mean = gain.mean_gain.as_ref().and_then(|mean| mean.value.parse().ok()).unwrap_or(Decimal::ZERO);
        let what = (of.framework, of.framework_version.clone(), of.target_code.clone());
        parts.entry(what).or_default().push((people.into(), mean * Decimal::from(people)));
    }
    gains(parts, k)
}

/// What is left after months, of sessions that nobody is followed up of any more: nothing is added to what is told.
fn behaviour(held: &[Held], k: i32, now: Micros) -> Vec<pb::LearningGain> {
    let mut parts: BTreeMap<Competence, Vec<Part>> = BTreeMap::new();
    for held in held.iter().filter(|held| followed_up(&held.session, now)) {
        for (what, pairs) in between(&held.assessments, Phase::Post, Phase::FollowUp) {
            let part = (pairs.people.into(), Decimal::from(pairs.after - pairs.before));
            parts.entry(what).or_default().push(part);
        }
    }
    gains(parts, k)
}

fn followed_up(session: &session::row::Model, now: Micros) -> bool {
    let zone = chassis::clock::Zone::UTC;
    let last = zone.day(session.end_time).and_then(|end| end.checked_add_months(Months::new(FOLLOWED_UP)));
    let today = zone.day(now);
    last.and_then(Day::of).zip(today).is_some_and(|(last, today)| today > last)
}

/// What changed of the capacities that a session teaches, where it was held: between a valid assessment before its end and one
/// after.
pub fn changes(held: &[Held], assessments: &[CapacityAssessment]) -> Vec<pb::CapacityChange> {
    let mut found: BTreeMap<(&str, &str, &str), i32> = BTreeMap::new();
    for held in held {
        let taught = held.session.known.content.iter().flat_map(|content| &content.outcomes);
        let taught: BTreeSet<&str> = taught
            .filter_map(|outcome| outcome.alignment.as_ref())
            .filter(|alignment| alignment.framework() == Framework::UndpCd)
            .map(|alignment| alignment.target_code.as_str())
            .collect();
        let end = chassis::clock::Zone::UTC.day(held.session.end_time);
        let here = assessments.iter().filter(|one| one.subject == held.session.territory);
        for after in here.filter(|one| end.is_some_and(|end| one.assessment_date > end)) {
            let Some(before) = after.before.as_ref().filter(|before| Some(before.assessment_date) <= end)
            else {
                continue;
            };
            for capacity in &taught {
                let rated = after.ratings.iter().filter(|rating| rating.functional_capacity == *capacity);
                let change = |rating: &pb::CapacityRating| {
                    let was = before.ratings.iter().find(|known| cell(known) == cell(rating))?;
                    Some(rating.existing - was.existing)
                };
                let both: Vec<i32> = rated.filter_map(change).collect();
                if !both.is_empty() {
                    found.insert((&after.subject, &after.name, capacity), both.iter().sum());
                }
            }
        }
    }
    let change = |((subject, assessment, capacity), change): ((&str, &str, &str), i32)| pb::CapacityChange {
        subject: subject.to_owned(),
        capacity_assessment: assessment.to_owned(),
        functional_capacity: capacity.to_owned(),
        change,
    };
    found.into_iter().map(change).collect()
}

/// The indicators that a draft names, in which an effect is expected.
///
/// # Errors
/// INTERNAL never is; what is wrong is noted.
pub fn named(wrong: &mut Violations, names: &[String]) -> Result<Strings> {
    if names.len() > MOST_INDICATORS {
        wrong.add("project_indicators", say!("at most {MOST_INDICATORS}", "{MOST_INDICATORS} au plus"));
    }
    wrong.references("project_indicators", PROJECT_INDICATOR, names)
}

/// The indicators in which an effect is expected: these, and those of the sessions that were held; each once.
pub fn expected(own: &[String], held: &[Held]) -> Vec<String> {
    let theirs = held.iter().flat_map(|held| held.session.project_indicators.iter());
    let mut expected: Vec<String> = Vec::new();
    for name in own.iter().chain(theirs) {
        if !expected.contains(name) {
            expected.push(name.clone());
        }
    }
    expected
}

/// What of an indicator level 4 tells.
pub fn expected_result(indicator: ProjectIndicator) -> pb::ExpectedResult {
    pb::ExpectedResult {
        project_indicator: indicator.name,
        title: indicator.title,
        baseline: indicator.baseline.and_then(|baseline| baseline.value),
        latest_actual: indicator.latest_actual,
        latest_actual_period: indicator.latest_actual_period,
        achievement: indicator.achievement,
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(
            told(&[taught(&["POLICY_STRATEGY"])], std::slice::from_ref(&better)),
            [],
            "it is not rated"
        );
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
        assert_eq!(
            told(&[taught(&["EVALUATE"])], &[other]),
            [],
            "another core issue is no change of this one"
        );
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
}
