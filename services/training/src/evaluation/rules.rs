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
use proto::common::alignment::Framework;
use proto::common::{Alignment, Ratio};
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

/// As many people as are shown, or more where figures were frozen with a higher threshold.
pub fn threshold(held: &[Held], k: i32) -> i32 {
    let frozen = held.iter().filter_map(|held| held.session.known.figures.as_ref());
    frozen.map(|figures| figures.0.public_k).fold(k, Ord::max)
}

/// What the evaluations of the programmes of these sessions tell of who completed them and of what was learnt, added up: nothing
/// is told of them together that is not told of each.
pub fn together(held: &[Held], k: i32) -> (pb::PassRate, pb::LearningGain) {
    let mut programmes: BTreeMap<&str, Vec<Held>> = BTreeMap::new();
    for one in held {
        programmes.entry(&one.session.programme).or_default().push(one.clone());
    }
    let (mut outcome, mut gained) = ((0, 0), (0, Decimal::ZERO));
    let (mut few_completed, mut few_learnt) = (false, false);
    for held in programmes.values() {
        let k = threshold(held, k);
        let rate = pass_rate(held, k);
        few_completed |= rate.suppressed;
        if let Some((people, completed)) = rate.people.zip(rate.completed) {
            outcome = (outcome.0 + i64::from(people), outcome.1 + i64::from(completed));
        }
        for gain in learning(held, k) {
            few_learnt |= gain.suppressed;
            let Some((people, levels)) = part(&gain) else { continue };
            gained = (gained.0 + people, gained.1 + levels);
        }
    }
    let shown = outcome.0 > 0 || !few_completed;
    let (people, completed, rate) = if shown { share(outcome, None) } else { (None, None, None) };
    let pass_rate = pb::PassRate { people, completed, rate, suppressed: !shown };
    (pass_rate, gain(None, gained, few_learnt && gained.0 == 0))
}

/// How many partners can do more than before: of these assessments, which are informed, the latest of each.
pub fn progress(assessments: &[CapacityAssessment], k: i32, all: bool) -> pb::CapacityProgress {
    let mut latest: BTreeMap<&str, &CapacityAssessment> = BTreeMap::new();
    for one in assessments {
        let known = latest.entry(&one.subject).or_insert(one);
        if (one.assessment_date, &one.name) > (known.assessment_date, &known.name) {
            *known = one;
        }
    }
    let changes = latest.values().filter_map(|one| change(one, &|_| true));
    let counts = changes.fold((0, 0), |sum, change| (sum.0 + 1, sum.1 + i64::from(change > 0)));
    let (compared, improved, rate) = share(counts, (!all).then_some(k));
    pb::CapacityProgress { compared, improved, rate, suppressed: compared.zip(improved).is_none() }
}

/// A whole, a part of it, and the share; of fewer than k, or where a rest of fewer is left, not what would tell of them (GDP-2).
fn share((whole, part): (i64, i64), k: Option<i32>) -> (Option<i32>, Option<i32>, Option<Ratio>) {
    let counts = [whole, part, whole - part].map(|count| vec![i128::from(count) * ONE]);
    let hidden = k.map(|k| hidden(&counts, &[Sum { whole: 0, parts: vec![1, 2] }], k));
    let told = |at: usize, count: i64| {
        let shown = hidden.as_ref().is_none_or(|hidden| !hidden[at]);
        shown.then(|| i32::try_from(count).unwrap_or(i32::MAX))
    };
    let (whole, part) = (told(0, whole), told(1, part));
    let both = whole.zip(part).filter(|(whole, _)| *whole > 0);
    (whole, part, both.map(|(whole, part)| value::ratio_value(part.into(), whole.into())))
}

/// By how much the ratings of what both assessments rate differ, all together; nothing where they rate nothing alike.
fn change(after: &CapacityAssessment, counts: &dyn Fn(&pb::CapacityRating) -> bool) -> Option<i32> {
    let before = after.before.as_ref()?;
    let rated = after.ratings.iter().filter(|rating| counts(rating));
    let both: Vec<i32> = rated
        .filter_map(|rating| {
            let was = before.ratings.iter().find(|known| cell(known) == cell(rating))?;
            Some(rating.existing - was.existing)
        })
        .collect();
    (!both.is_empty()).then(|| both.iter().sum())
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
    let (people, completed, rate) = share((people, completed), Some(k));
    pb::PassRate { people, completed, suppressed: people.zip(completed).is_none(), rate }
}

/// One session's part in a gain: how many people, and by how many levels they are further, all together.
type Part = (i64, Decimal);

/// Gains of several sessions, competence by competence.
fn gains(parts: BTreeMap<Competence, Vec<Part>>, k: i32) -> Vec<pb::LearningGain> {
    let summed = |((framework, framework_version, target_code), parts): (Competence, Vec<Part>)| {
        let many: Vec<i64> = parts.iter().map(|(people, _)| *people).collect();
        let shown = parts.iter().zip(pooled(&many, k)).filter(|(_, shown)| *shown);
        let sum = shown.fold((0, Decimal::ZERO), |sum, (part, _)| (sum.0 + part.0, sum.1 + part.1));
        let alignment = Alignment { framework, framework_version, target_code, ..Default::default() };
        gain(Some(alignment), sum, sum.0 == 0)
    };
    parts.into_iter().map(summed).collect()
}

/// A gain as it is told.
fn gain(alignment: Option<Alignment>, (people, levels): Part, suppressed: bool) -> pb::LearningGain {
    let shown = people > 0;
    pb::LearningGain {
        alignment,
        people: shown.then(|| i32::try_from(people).unwrap_or(i32::MAX)),
        mean_gain: shown.then(|| value::decimal_value((levels / Decimal::from(people.max(1))).round_dp(2))),
        suppressed,
    }
}

/// A gain as it was told.
fn part(gain: &pb::LearningGain) -> Option<Part> {
    let people = gain.people?;
    let mean = gain.mean_gain.as_ref().and_then(|mean| mean.value.parse().ok()).unwrap_or(Decimal::ZERO);
    Some((people.into(), mean * Decimal::from(people)))
}

/// What was frozen when sessions were closed (TRN-15).
fn learning(held: &[Held], k: i32) -> Vec<pb::LearningGain> {
    let mut parts: BTreeMap<Competence, Vec<Part>> = BTreeMap::new();
    let frozen = held.iter().filter_map(|held| held.session.known.figures.as_ref());
    for gain in frozen.flat_map(|figures| &figures.0.gains) {
        let (Some(of), Some(part)) = (&gain.alignment, part(gain)) else { continue };
        let what = (of.framework, of.framework_version.clone(), of.target_code.clone());
        parts.entry(what).or_default().push(part);
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
            if after.before.as_ref().is_none_or(|before| Some(before.assessment_date) > end) {
                continue;
            }
            for capacity in &taught {
                if let Some(change) = change(after, &|rating| rating.functional_capacity == *capacity) {
                    found.insert((&after.subject, &after.name, capacity), change);
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
mod tests;
