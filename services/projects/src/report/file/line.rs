//! The rows of a report: one per indicator, and one per part of it that is asked for. Pure.

use std::collections::{BTreeSet, HashMap};

use chassis::say::Language;
use proto::projects as pb;
use proto::projects::indicator::DisaggregationMode;
use proto::projects::indicator_value::Kind;

use super::super::ground::{Ground, is_computed};
use super::super::row::Model;
use super::words;
use crate::measure::{BY_TERRITORY, DIMENSIONS};
use crate::project_indicator::row::Model as Promise;

/// Parts of one indicator beyond which only those are asked for that have a value somewhere.
const MOST_PARTS: usize = 500;
/// Rows of a spreadsheet beyond which the same is done for all.
const MOST_LINES: usize = 40_000;

/// A row of a report.
#[derive(Clone, Debug)]
pub(super) struct Line<'g> {
    /// Tells the row: the indicator's id, and the part: `i01#SEX=FEMALE`.
    pub(super) key: String,
    pub(super) promise: &'g Promise,
    /// Which part; none of the whole.
    pub(super) place: Vec<pb::CellCoordinate>,
}

/// The figures of a report, found by their indicators.
pub(super) struct Figures<'r>(HashMap<&'r str, &'r pb::ReportValue>);

impl<'r> Figures<'r> {
    pub(super) fn of(report: &'r Model) -> Self {
        Self(report.values.iter().map(|value| (value.project_indicator.as_str(), value)).collect())
    }

    pub(super) fn none() -> Self {
        Self(HashMap::new())
    }

    pub(super) fn get(&self, promise: &Promise) -> Option<&'r pb::ReportValue> {
        self.0.get(promise.name.as_str()).copied()
    }
}

/// The figures that count of days before the period, the earliest first.
pub(super) fn past(ground: &Ground) -> Vec<Figures<'_>> {
    let start = ground.period.as_ref().map(|period| period.start);
    let earlier =
        ground.accepted.iter().filter(|report| start.is_some_and(|start| report.period_end < start));
    earlier.map(Figures::of).collect()
}

/// The rows that a report of this project is asked for, with what `current` holds already.
pub(super) fn lines<'g>(ground: &'g Ground, current: Option<&Model>) -> Vec<Line<'g>> {
    let asked = || ground.promises.iter().filter(|promise| !is_computed(promise));
    let reports: Vec<Figures<'_>> = current.into_iter().chain(&ground.accepted).map(Figures::of).collect();
    let all = |most| asked().flat_map(|promise| of(promise, ground, &reports, most)).collect::<Vec<_>>();
    let lines = all(MOST_PARTS);
    if lines.len() > MOST_LINES { all(0) } else { lines }
}

fn of<'g>(promise: &'g Promise, ground: &Ground, reports: &[Figures<'_>], most: usize) -> Vec<Line<'g>> {
    let mut places = vec![Vec::new()];
    let asked = parts(promise, ground);
    let known: BTreeSet<Vec<(String, String)>> = {
        let values = reports.iter().filter_map(|report| report.get(promise));
        let cells =
            values.flat_map(|value| &value.cells).chain(promise.targets.iter().flat_map(|goal| &goal.cells));
        cells.chain(&promise.baseline.cells).map(|cell| pairs(&cell.coordinates)).collect()
    };
    // What was reported once stays there to be seen and changed, whatever is asked for now.
    if asked.len() <= most {
        let more: Vec<_> = known.into_iter().filter(|place| !asked.contains(place)).collect();
        places.extend(asked.into_iter().chain(more));
    } else {
        places.extend(known);
    }
    let id = promise.name.rsplit_once('/').map_or(promise.name.as_str(), |(_, id)| id);
    let line = |place: Vec<(String, String)>| {
        let named: Vec<String> =
            place.iter().map(|(dimension, code)| format!("{dimension}={code}")).collect();
        let key = if named.is_empty() { id.to_owned() } else { format!("{id}#{}", named.join("&")) };
        let coordinate = |(dimension, code)| pb::CellCoordinate { dimension, code };
        Line { key, promise, place: place.into_iter().map(coordinate).collect() }
    };
    places.into_iter().map(line).collect()
}

fn pairs(coordinates: &[pb::CellCoordinate]) -> Vec<(String, String)> {
    let pair = |at: &pb::CellCoordinate| (at.dimension.clone(), at.code.clone());
    let mut pairs: Vec<(String, String)> = coordinates.iter().map(pair).collect();
    pairs.sort_unstable();
    pairs
}

/// The parts that an indicator is broken down by: of each dimension by itself, or of all together.
fn parts(promise: &Promise, ground: &Ground) -> Vec<Vec<(String, String)>> {
    let meaning = promise.meaning();
    if meaning.is_qualitative() || meaning.dimensions.is_empty() {
        return Vec::new();
    }
    let codes = |dimension: &String| -> Vec<(String, String)> {
        let listed =
            DIMENSIONS.iter().find(|(known, _)| known == dimension).map_or(&[][..], |(_, codes)| codes);
        let places =
            (dimension == BY_TERRITORY).then(|| ground.project.territories.iter().map(String::as_str));
        let codes = places.into_iter().flatten().chain(listed.iter().copied());
        codes.map(|code| (dimension.clone(), code.to_owned())).collect()
    };
    if meaning.mode != DisaggregationMode::Cross {
        return meaning
            .dimensions
            .iter()
            .flat_map(|dimension| codes(dimension).into_iter().map(|one| vec![one]))
            .collect();
    }
    let mut dimensions = meaning.dimensions.clone();
    dimensions.sort_unstable();
    let mut places = vec![Vec::new()];
    for dimension in &dimensions {
        let codes = codes(dimension);
        // Far more than anyone fills in: only what has a value is asked for then.
        if places.len() * codes.len() > 100 * MOST_PARTS {
            return Vec::new();
        }
        let with = |place: &Vec<(String, String)>| {
            codes.iter().map(|code| place.iter().chain([code]).cloned().collect()).collect::<Vec<_>>()
        };
        places = places.iter().flat_map(with).collect();
    }
    places
}

impl Line<'_> {
    /// It is of a whole, not of a part.
    pub(super) fn is_total(&self) -> bool {
        self.place.is_empty()
    }

    /// What is counted, in a language.
    pub(super) fn title(&self, language: Language) -> String {
        let title = match &self.promise.told.library {
            Some(library) => Some(&*library.title),
            None => self.promise.as_found.title.as_ref(),
        };
        title
            .map(|title| words::shown(title, language))
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| self.key.clone())
    }

    /// What is counted and what is not, in a language.
    pub(super) fn definition(&self, language: Language) -> String {
        let definition = match &self.promise.told.library {
            Some(library) => Some(&*library.definition),
            None => self.promise.as_found.description.as_ref(),
        };
        definition.map(|text| words::shown(text, language)).unwrap_or_default()
    }

    pub(super) fn unit(&self) -> &str {
        self.promise.told.library.as_ref().map_or("", |library| library.unit.as_str())
    }

    /// Which part it is, in a language.
    pub(super) fn part(&self, language: Language) -> String {
        let parts = self.place.iter().map(|at| words::part(&at.dimension, &at.code, language));
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { words::said(words::TOTAL, language).to_owned() } else { parts.join(", ") }
    }

    /// Its value among a whole and its parts.
    fn pick<'v>(
        &self,
        whole: Option<&'v pb::IndicatorValue>,
        cells: &'v [pb::Cell],
    ) -> Option<&'v pb::IndicatorValue> {
        if self.is_total() {
            return whole;
        }
        let place = pairs(&self.place);
        cells.iter().find(|cell| pairs(&cell.coordinates) == place)?.value.as_ref()
    }

    pub(super) fn baseline(&self) -> Option<&pb::IndicatorValue> {
        self.pick(self.promise.baseline.value.as_ref(), &self.promise.baseline.cells)
    }

    /// The target that is due in the period.
    pub(super) fn target(&self, ground: &Ground) -> Option<&pb::IndicatorValue> {
        let period = ground.period.as_ref()?;
        let goals = self.promise.targets.iter().filter_map(|goal| {
            let (_, end) = crate::project_indicator::rules::days(goal)?;
            (period.start..=period.end).contains(&end).then_some((end, goal))
        });
        let (_, due) = goals.max_by_key(|(end, _)| *end)?;
        self.pick(due.value.as_ref(), &due.cells)
    }

    /// Its value in a report.
    pub(super) fn within<'r>(&self, report: &Figures<'r>) -> Option<&'r pb::IndicatorValue> {
        let value = report.get(self.promise)?;
        self.pick(value.actual.as_ref(), &value.cells)
    }

    /// Its last value in reports of days before.
    pub(super) fn last<'r>(&self, past: &[Figures<'r>]) -> Option<&'r pb::IndicatorValue> {
        past.iter().rev().find_map(|report| self.within(report))
    }
}

/// A value as the spreadsheet remembers it, the same in every language: `12.5`, `3/4`, words.
pub(super) fn written(value: &pb::IndicatorValue) -> String {
    match &value.kind {
        Some(Kind::Decimal(number)) => number.value.clone(),
        Some(Kind::Ratio(ratio)) => format!("{}/{}", ratio.numerator, ratio.denominator),
        Some(Kind::Text(text)) => text.clone(),
        None => String::new(),
    }
}

/// The value that was [`written`].
pub(super) fn remembered(text: &str, ratio: bool, words: bool) -> Option<pb::IndicatorValue> {
    let kind = match text.split_once('/') {
        _ if text.is_empty() => return None,
        _ if words => Kind::Text(text.to_owned()),
        Some((numerator, denominator)) if ratio => Kind::Ratio(proto::common::Ratio {
            numerator: numerator.to_owned(),
            denominator: denominator.to_owned(),
        }),
        _ => Kind::Decimal(proto::common::DecimalValue { value: text.to_owned() }),
    };
    Some(pb::IndicatorValue { kind: Some(kind) })
}
