//! What the public sees of an accepted report: its figures, without those of few people (GDP-2), and nothing of how it
//! came about. Pure.

use std::collections::BTreeSet;

use chassis::say::Language;
use proto::projects as pb;
use rust_decimal::Decimal;

use crate::measure;

/// The report as those see it who have no part in it: `persons` are the indicators that count people, `k` is how many
/// people there must be to show them.
///
/// A part that is too small takes the other parts of its value with it: what is left would say it by its difference.
pub fn to_the_public(
    mut report: pb::Report,
    persons: &BTreeSet<String>,
    k: i32,
    language: Language,
) -> pb::Report {
    report.review_comments.clear();
    report.returned_values.clear();
    report.submitter.clear();
    for value in &mut report.values {
        if persons.contains(&value.project_indicator) {
            cover(value, k, language);
        }
    }
    report.restatements.retain(|restated| {
        let small =
            [&restated.old_value, &restated.new_value].into_iter().flatten().any(|value| is_small(value, k));
        let apart = restated.difference.as_ref().and_then(|number| number.value.parse().ok());
        let small = small || apart.is_some_and(|apart| few(apart, k));
        !(small && persons.contains(&restated.project_indicator))
    });
    report
}

fn cover(value: &mut pb::ReportValue, k: i32, language: Language) {
    let few_cells = value.cells.iter().filter_map(|cell| cell.value.as_ref()).any(|cell| is_small(cell, k));
    let few_in_all = value.actual.as_ref().is_some_and(|actual| is_small(actual, k));
    if few_cells || few_in_all {
        for cell in &mut value.cells {
            (cell.value, cell.suppressed) = (None, true);
        }
    }
    if few_in_all {
        let why = chassis::say!("not shown: fewer than {k} people", "non montré : moins de {k} personnes");
        value.actual = None;
        why.in_language(language).clone_into(&mut value.no_value_reason);
        value.comment.clear();
    }
}

fn is_small(value: &pb::IndicatorValue, k: i32) -> bool {
    let (part, whole) = measure::parts(value);
    few(part, k) || few(whole, k)
}

/// Some, but fewer than `k`: of nobody, nobody is recognised.
fn few(number: Decimal, k: i32) -> bool {
    !number.is_zero() && number.abs() < Decimal::from(k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(actual: i64, cells: &[i64]) -> pb::ReportValue {
        let cell =
            |number: &i64| pb::Cell { value: Some(measure::decimal((*number).into())), ..Default::default() };
        pb::ReportValue {
            project_indicator: "projects/p/projectIndicators/i".to_owned(),
            actual: Some(measure::decimal(actual.into())),
            cells: cells.iter().map(cell).collect(),
            ..Default::default()
        }
    }

    fn shown(value: pb::ReportValue) -> pb::ReportValue {
        let persons = BTreeSet::from([value.project_indicator.clone()]);
        let report =
            pb::Report { values: vec![value], submitter: "users/a".to_owned(), ..Default::default() };
        let shown = to_the_public(report, &persons, 5, Language::En);
        assert_eq!(shown.submitter, "");
        shown.values.into_iter().next().unwrap()
    }

    #[test]
    fn gdp_2_a_small_cell_takes_the_others_with_it() {
        let covered = shown(value(100, &[97, 3]));
        assert_eq!(covered.actual, Some(measure::decimal(100.into())));
        assert!(covered.cells.iter().all(|cell| cell.suppressed && cell.value.is_none()));
        assert_eq!(shown(value(100, &[95, 5])), value(100, &[95, 5]));
    }

    #[test]
    fn gdp_2_a_total_of_few_people_is_not_shown_and_not_zero() {
        let covered = shown(value(4, &[4]));
        assert_eq!(
            (covered.actual, covered.no_value_reason.as_str()),
            (None, "not shown: fewer than 5 people")
        );
        assert_eq!(shown(value(0, &[0, 0])), value(0, &[0, 0]), "of nobody, nobody is recognised");
    }

    #[test]
    fn gdp_2_things_are_shown_however_few() {
        let report = pb::Report { values: vec![value(1, &[1])], ..Default::default() };
        assert_eq!(to_the_public(report, &BTreeSet::new(), 5, Language::En).values, [value(1, &[1])]);
    }
}
