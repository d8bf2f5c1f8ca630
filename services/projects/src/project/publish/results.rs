//! What a project was to achieve and what it did, for its record: what the record does not say yet. Figures of few people
//! are left out (GDP-2). Pure.

use std::collections::BTreeMap;

use chassis::column::Day;
use chassis::value;
use iati::write::{self, Rewrite};
use iati::{Achievement, Figure, Indicator, Narrative, Period, Reference};
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::indicator_value::Kind;

use super::narratives;
use crate::measure;
use crate::project::as_found::results::{LOCATION, Promise};
use crate::project_indicator::row::Model as Row;

/// An indicator of a project, and what counts of it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) row: Row,
    /// What came, by days.
    pub(crate) came: BTreeMap<(Day, Day), pb::ReportValue>,
}

/// Adds what the record does not say: indicators that were entered here, and of those found, what came since and what was
/// corrected.
pub(super) fn add(rewrite: &mut Rewrite<'_>, kept: &[Kept], found: &[Promise], language: &str) {
    let mut own: Vec<&Kept> = Vec::new();
    for one in kept {
        match found.iter().find(|promise| one.row.origin == Origin::Imported && stands(promise, &one.row)) {
            Some(promise) => update(rewrite, one, promise, language),
            None => own.push(one),
        }
    }
    rewrite.add(achievements(&own, language).iter().map(write::result));
}

fn stands(promise: &Promise, row: &Row) -> bool {
    let place =
        |found: &pb::IndicatorAsFound| (found.result_reference.clone(), found.indicator_reference.clone());
    place(&promise.as_found) == place(&row.as_found)
}

fn update(rewrite: &mut Rewrite<'_>, kept: &Kept, promise: &Promise, language: &str) {
    let number = |text: &str| text.parse().unwrap_or(usize::MAX);
    let found = &promise.as_found;
    let place = (number(&found.result_reference), number(&found.indicator_reference));
    let mut new = Vec::new();
    for (days, value) in &kept.came {
        let there = promise.actuals.iter().find(|actual| (actual.start, actual.end) == *days);
        let said =
            |value: &pb::ReportValue| (value.actual.clone(), value.cells.clone(), value.comment.clone());
        if there.is_some_and(|there| said(&there.value) == said(value)) {
            continue;
        }
        let actuals = figures(value.actual.as_ref(), &value.cells, &value.comment, language);
        let elements = actuals.iter().map(|one| write::figure("actual", one));
        if !rewrite.replace_actuals(place, (*days.0, *days.1), elements) {
            new.push(Period { start: Some(*days.0), end: Some(*days.1), actuals, ..Period::default() });
        }
    }
    if !new.is_empty() {
        rewrite.add_periods(place, new.iter().filter_map(write::period));
    }
}

/// Indicators by their results, both in their order.
fn achievements(kept: &[&Kept], language: &str) -> Vec<Achievement> {
    let mut achievements: Vec<Achievement> = Vec::new();
    for one in kept {
        let level = if one.row.result_level.is_empty() { "9" } else { one.row.result_level.as_str() };
        let titles = narratives(&one.row.result_title);
        let same = |known: &&mut Achievement| known.type_code == level && known.titles == titles;
        let indicator = indicator(one, language);
        match achievements.iter_mut().find(same) {
            Some(known) => known.indicators.push(indicator),
            None => achievements.push(Achievement {
                type_code: level.to_owned(),
                titles,
                references: Vec::new(),
                indicators: vec![indicator],
            }),
        }
    }
    achievements
}

fn indicator(kept: &Kept, language: &str) -> Indicator {
    let row = &kept.row;
    let (titles, descriptions, references) = match &row.told.library {
        Some(library) => (narratives(&library.title), narratives(&library.definition), &library.references.0),
        None => (
            row.as_found.title.as_ref().map(narratives).unwrap_or_default(),
            row.as_found.description.as_ref().map(narratives).unwrap_or_default(),
            &row.as_found.references,
        ),
    };
    let reference = |one: &pb::IndicatorReference| Reference {
        vocabulary: one.vocabulary.clone(),
        code: one.code.clone(),
        uri: one.uri.clone(),
    };
    Indicator {
        measure: row.meaning().measure,
        descending: row.descending(),
        titles,
        descriptions,
        references: references.iter().map(reference).collect(),
        baselines: baselines(&row.baseline, language),
        periods: periods(kept, language),
        line: 0,
    }
}

fn baselines(baseline: &pb::Baseline, language: &str) -> Vec<Figure> {
    let Some(date) = &baseline.baseline_date else { return Vec::new() }; // the standard asks for its year
    let day = Day::from_date("baseline_date", date).ok().map(|day| *day);
    let mut all = figures(baseline.value.as_ref(), &baseline.cells, &baseline.comment, language);
    for figure in &mut all {
        (figure.day, figure.year) = (day, Some(date.year));
    }
    all
}

fn periods(kept: &Kept, language: &str) -> Vec<Period> {
    let mut periods: BTreeMap<(Day, Day), Period> = BTreeMap::new();
    let empty =
        |(start, end): (Day, Day)| Period { start: Some(*start), end: Some(*end), ..Period::default() };
    for target in kept.row.targets.iter() {
        let days = target.period.as_ref().and_then(|period| value::date_range("period", period, false).ok());
        let Some(days) = days.and_then(|(start, end)| Some((start, end?))) else { continue };
        let all = figures(target.value.as_ref(), &target.cells, &target.comment, language);
        periods.entry(days).or_insert_with(|| empty(days)).targets.extend(all);
    }
    for (days, value) in &kept.came {
        let all = figures(value.actual.as_ref(), &value.cells, &value.comment, language);
        periods.entry(*days).or_insert_with(|| empty(*days)).actuals.extend(all);
    }
    periods.into_values().collect()
}

/// The whole and its parts; nothing of what is not shown or was not reported.
fn figures(
    whole: Option<&pb::IndicatorValue>,
    cells: &[pb::Cell],
    comment: &str,
    language: &str,
) -> Vec<Figure> {
    let narrative = |text: &str| Narrative {
        language: (!language.is_empty()).then(|| language.to_owned()),
        text: text.to_owned(),
    };
    let comments = |text: &str| if text.is_empty() { Vec::new() } else { vec![narrative(text)] };
    let whole = whole.map(|value| {
        let said = [words(value).unwrap_or_default(), comment].join(" ");
        Figure { value: number(value), comments: comments(said.trim()), ..Figure::default() }
    });
    let part = |cell: &pb::Cell| {
        let value = cell.value.as_ref()?;
        let (places, dimensions): (Vec<_>, Vec<_>) =
            cell.coordinates.iter().partition(|one| one.dimension == LOCATION);
        Some(Figure {
            value: number(value),
            dimensions: dimensions.iter().map(|one| (one.dimension.clone(), one.code.clone())).collect(),
            locations: places.iter().map(|one| one.code.clone()).collect(),
            comments: comments(words(value).unwrap_or_default()),
            ..Figure::default()
        })
    };
    whole.into_iter().chain(cells.iter().filter_map(part)).collect()
}

fn words(value: &pb::IndicatorValue) -> Option<&str> {
    match &value.kind {
        Some(Kind::Text(text)) => Some(text),
        _ => None,
    }
}

/// As a number; of a share, its percentage.
fn number(value: &pb::IndicatorValue) -> Option<String> {
    let number = measure::as_number(value)?;
    let number = match &value.kind {
        Some(Kind::Ratio(_)) => number.checked_mul(rust_decimal::Decimal::ONE_HUNDRED)?.round_dp(6),
        _ => number,
    };
    Some(number.normalize().to_string())
}
