//! What is left of a session once it is closed: counts of people (GDP-2, GDP-6), and of few people none that others may see. Pure.

use std::collections::BTreeMap;

use chassis::codes::{AGE_BANDS, DISABILITIES, NOT_STATED, SEXES, STATUSES};
use chassis::suppress::{Sum, hidden};
use chassis::value;
use proto::common::Alignment;
use proto::training as pb;
use proto::training::enrolment::State;
use rust_decimal::Decimal;

use crate::assessment::gain::{Pairs, pairs};
use crate::assessment::row::Model as Assessment;

/// Counts are summed in millionths.
const ONE: i128 = 1_000_000;

/// Someone who had a seat: what came of it, and what they said of themselves.
#[derive(Clone, Debug)]
pub struct Person {
    /// What came of it.
    pub outcome: State,
    /// What they said of themselves.
    pub said: pb::Demographics,
}

/// How many of each, in the order of their lists; what nobody said is not stated.
fn parts(
    people: &[Person],
    known: &[&'static str],
    code: impl Fn(&Person) -> String,
) -> Vec<pb::SessionStatistic> {
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    for person in people {
        let code = code(person);
        let code = if code.is_empty() { NOT_STATED.to_owned() } else { code };
        *counts.entry(code).or_default() += 1;
    }
    let listed = known.iter().map(|code| ((*code).to_owned(), counts.remove(*code).unwrap_or_default()));
    let listed: Vec<_> = listed.collect();
    let figure = |(code, count)| pb::SessionStatistic { code, count: Some(count), suppressed: false };
    listed.into_iter().chain(counts).map(figure).collect()
}

/// The figures of a session, all of them.
pub fn count(people: &[Person], assessments: &[Assessment], k: i32) -> pb::SessionStatistics {
    let outcomes = [State::Completed, State::NotCompleted, State::NoShow, State::Withdrawn];
    let outcomes = outcomes.map(|state| state.as_str_name().trim_start_matches("STATE_"));
    let outcome = |person: &Person| person.outcome.as_str_name().trim_start_matches("STATE_").to_owned();
    let dimension = |dimension: &str, parts| pb::SessionDimension { dimension: dimension.to_owned(), parts };
    let dimensions = vec![
        dimension("OUTCOME", parts(people, &outcomes, outcome)),
        dimension("SEX", parts(people, &SEXES, |person| person.said.sex.clone())),
        dimension("AGE_BAND", parts(people, &AGE_BANDS, |person| person.said.age_band.clone())),
        dimension("DISABILITY", parts(people, &DISABILITIES, |person| person.said.disability.clone())),
        dimension("STATUS", parts(people, &STATUSES, |person| person.said.status.clone())),
        dimension("TERRITORY", parts(people, &[NOT_STATED], |person| person.said.territory.clone())),
    ];
    let all = i32::try_from(people.len()).unwrap_or(i32::MAX);
    let enrolled = pb::SessionStatistic { code: String::new(), count: Some(all), suppressed: false };
    pb::SessionStatistics { enrolled: Some(enrolled), dimensions, public_k: k, gains: gains(assessments) }
}

/// What the group has learnt (TRN-15).
fn gains(assessments: &[Assessment]) -> Vec<pb::LearningGain> {
    let gain = |((framework, framework_version, target_code), of): (_, Pairs)| {
        let mean = Decimal::from(of.after - of.before) / Decimal::from(of.people.max(1));
        pb::LearningGain {
            alignment: Some(Alignment { framework, framework_version, target_code, ..Default::default() }),
            people: Some(of.people),
            mean_gain: Some(value::decimal_value(mean.round_dp(2))),
            suppressed: false,
        }
    };
    pairs(assessments).into_iter().map(gain).collect()
}

/// The same, as anyone may see them: no figure of fewer than `k` people, nor one by which such a figure could be found.
pub fn shown(full: &pb::SessionStatistics) -> pb::SessionStatistics {
    let mut shown = full.clone();
    for gain in shown.gains.iter_mut().filter(|gain| gain.people.unwrap_or_default() < full.public_k) {
        (gain.people, gain.mean_gain, gain.suppressed) = (None, None, true);
    }
    let mut figures: Vec<&mut pb::SessionStatistic> = shown.enrolled.iter_mut().collect();
    let mut sums = Vec::new();
    for dimension in &mut shown.dimensions {
        let start = figures.len();
        figures.extend(dimension.parts.iter_mut());
        sums.push(Sum { whole: 0, parts: (start..figures.len()).collect() });
    }
    let counts: Vec<Vec<i128>> =
        figures.iter().map(|figure| vec![i128::from(figure.count.unwrap_or_default()) * ONE]).collect();
    let hidden = hidden(&counts, &sums, full.public_k);
    for (figure, _) in figures.into_iter().zip(hidden).filter(|(_, hidden)| *hidden) {
        figure.count = None;
        figure.suppressed = true;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(many: &[(usize, &str, State)]) -> Vec<Person> {
        let said = |sex: &str| pb::Demographics { sex: sex.to_owned(), ..Default::default() };
        let some = many.iter().flat_map(|(count, sex, outcome)| {
            std::iter::repeat_n(Person { outcome: *outcome, said: said(sex) }, *count)
        });
        some.collect()
    }

    fn of<'s>(statistics: &'s pb::SessionStatistics, dimension: &str) -> Vec<(&'s str, Option<i32>)> {
        let found = statistics.dimensions.iter().find(|known| known.dimension == dimension).unwrap();
        found
            .parts
            .iter()
            .map(|part| (part.code.as_str(), part.count))
            .filter(|(_, count)| *count != Some(0))
            .collect()
    }

    #[test]
    fn the_parts_of_each_dimension_add_up_to_all() {
        let full = count(&people(&[(8, "FEMALE", State::Completed), (4, "", State::NoShow)]), &[], 5);
        assert_eq!(full.enrolled.as_ref().unwrap().count, Some(12));
        for dimension in &full.dimensions {
            let sum: i32 = dimension.parts.iter().filter_map(|part| part.count).sum();
            assert_eq!(sum, 12, "{}", dimension.dimension);
        }
        assert_eq!(of(&full, "SEX"), [("FEMALE", Some(8)), ("NOT_STATED", Some(4))]);
        assert_eq!(of(&full, "OUTCOME"), [("COMPLETED", Some(8)), ("NO_SHOW", Some(4))]);
    }

    #[test]
    fn gdp_2_a_figure_of_few_people_is_hidden_with_another_that_would_give_it_away() {
        let full = count(
            &people(&[
                (8, "FEMALE", State::Completed),
                (6, "MALE", State::Completed),
                (3, "OTHER", State::Completed),
            ]),
            &[],
            5,
        );
        let shown = shown(&full);
        assert_eq!(of(&shown, "SEX"), [("FEMALE", Some(8)), ("MALE", None), ("OTHER", None)]);
        assert_eq!(of(&shown, "OUTCOME"), [("COMPLETED", Some(17))]);
        assert_eq!(of(&full, "SEX").len(), 3, "who may see all sees all");
        let marked = shown.dimensions[1].parts.iter().filter(|part| part.suppressed).count();
        assert_eq!(marked, 2);
    }

    #[test]
    fn gdp_2_of_a_session_of_few_nothing_is_shown() {
        let shown = shown(&count(&people(&[(3, "FEMALE", State::Completed)]), &[], 5));
        assert_eq!(shown.enrolled.as_ref().unwrap().count, None);
        assert!(
            shown
                .dimensions
                .iter()
                .flat_map(|dimension| &dimension.parts)
                .all(|part| part.count.is_none_or(|count| count == 0))
        );
        let nobody = super::shown(&count(&[], &[], 5));
        assert_eq!(nobody.enrolled.unwrap().count, Some(0), "nobody is recognised among nobody");
    }

    #[test]
    fn trn_15_the_gain_of_a_few_is_shown_to_those_alone_who_may_see_all() {
        let gain = |people: i32| pb::LearningGain {
            people: Some(people),
            mean_gain: Some(value::decimal_value(Decimal::new(26, 1))),
            ..Default::default()
        };
        let full = pb::SessionStatistics { gains: vec![gain(4), gain(5)], ..count(&[], &[], 5) };
        let shown = shown(&full);
        assert_eq!(
            (shown.gains[0].people, shown.gains[0].mean_gain.is_some(), shown.gains[0].suppressed),
            (None, false, true)
        );
        assert_eq!(shown.gains[1], full.gains[1]);
    }
}
