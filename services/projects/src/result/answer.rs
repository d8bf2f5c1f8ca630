//! Totals as the contract tells them; names are given their titles afterwards. Pure.

use std::collections::HashMap;

use chassis::column::Day;
use chassis::say;
use chassis::say::{Language, Text};
use proto::common::DateRange;
use proto::projects as pb;
use proto::projects::indicator::{EntityAggregation, TimeAggregation};

use super::cover::Cover;
use super::engine::exact::Amount;
use super::engine::part::Part;
use super::engine::total::BY_TERRITORY;
use super::engine::{
    self, Book, Contribution, Entry, Exclusion, Figure, Key, Line, Name, Overflow, Question, Rules, Total,
};
use crate::measure;

/// How to tell totals.
pub(super) struct Teller<'b> {
    pub(super) book: &'b Book,
    pub(super) question: &'b Question,
    pub(super) language: Language,
    /// The caller does not see figures of few people.
    pub(super) public: bool,
}

impl Teller<'_> {
    /// A series: its total, then its lines.
    ///
    /// # Errors
    /// When a sum has more digits than a number holds.
    pub(super) fn series(&self, total: &Total<'_>, cover: &Cover) -> Result<Vec<pb::Aggregate>, Overflow> {
        let mut told = vec![self.line(total, &total.total, cover.total, false)?];
        for line in &total.lines {
            told.push(self.line(total, line, cover.hides(line.keys), true)?);
        }
        Ok(told)
    }

    fn line(
        &self,
        total: &Total<'_>,
        line: &Line<'_>,
        hidden: bool,
        keyed: bool,
    ) -> Result<pb::Aggregate, Overflow> {
        let series = self.book.series[total.series as usize];
        let text = |name: Name| self.book.names.text(name).to_owned();
        let keys = self.question.keys.iter().zip(line.keys).filter(|_| keyed);
        let value =
            line.amount.filter(|_| !hidden).map(|amount| value(amount, total.rules.ratio())).transpose()?;
        let listed = line.listed.iter().filter(|_| !hidden).map(figure);
        Ok(pb::Aggregate {
            indicator: text(series.indicator),
            indicator_version: series.version,
            unit: text(series.unit),
            keys: keys
                .map(|(key, name)| pb::AggregateKey {
                    group_by: key.group_by().into(),
                    value: text(name),
                    title: String::new(),
                })
                .collect(),
            value,
            suppressed: hidden,
            upper_bound: line.upper_bound(total.rules),
            additive: total.additive,
            projects_expected: number(line.expected),
            projects_reported: number(line.reported.len()),
            period: line.days.map(|(first, last)| days(first, last)),
            listed_values: listed.collect::<Result<_, _>>()?,
            explanation: self.question.explain.then(|| self.explanation(total.rules, line)).transpose()?,
            title: String::new(),
            code: String::new(),
        })
    }

    fn explanation(&self, rules: Rules, line: &Line<'_>) -> Result<pb::Explanation, Overflow> {
        // Each figure of persons would tell of those that are not shown.
        let shown = !(self.public && rules.persons());
        Ok(pb::Explanation {
            rule: rule(rules).in_language(self.language).to_owned(),
            rule_version: engine::VERSION,
            contributions: line
                .contributions
                .iter()
                .map(|contribution| self.contribution(contribution, shown))
                .collect::<Result<_, _>>()?,
            exclusions: line
                .exclusions
                .iter()
                .map(|exclusion| self.exclusion(exclusion, shown))
                .collect::<Result<_, _>>()?,
        })
    }

    fn contribution(
        &self,
        contribution: &Contribution<'_>,
        shown: bool,
    ) -> Result<pb::Contribution, Overflow> {
        let Contribution { entry, part, weight } = contribution;
        let value = match &entry.figure {
            _ if !shown => None,
            Figure::Number(_) => Some(value(part.amount, false)?),
            Figure::Ratio(_) => Some(value(part.amount, true)?),
            other => Some(figure(other)?),
        };
        Ok(pb::Contribution {
            report: self.text(entry.report),
            report_revision: entry.revision,
            project: self.text(entry.project),
            reporting_period: self.text(self.book.period_of(entry).label),
            value,
            coordinates: self.coordinates(*part),
            weight: weight.map(|days| days.to_string()).unwrap_or_default(),
            project_indicator: self.text(entry.line),
        })
    }

    fn exclusion(&self, exclusion: &Exclusion<'_>, shown: bool) -> Result<pb::Exclusion, Overflow> {
        let Exclusion { entry, reason } = exclusion;
        Ok(pb::Exclusion {
            report: self.text(entry.report),
            report_revision: entry.revision,
            project: self.text(entry.project),
            reporting_period: self.text(self.book.period_of(entry).label),
            value: (shown && entry.figure != Figure::Nothing).then(|| figure(&entry.figure)).transpose()?,
            reason: (*reason).into(),
            project_indicator: self.text(entry.line),
        })
    }

    fn coordinates(&self, part: Part) -> Vec<pb::CellCoordinate> {
        let dimension = self.question.keys.iter().find_map(|key| match key {
            Key::Dimension(dimension) => Some(*dimension),
            _ => None,
        });
        let by = dimension.map(|dimension| (self.text(dimension), part.code));
        let place = (BY_TERRITORY.to_owned(), part.territory);
        by.into_iter()
            .chain([place])
            .filter(|(_, code)| *code != Name::NONE)
            .map(|(dimension, code)| pb::CellCoordinate { dimension, code: self.text(code) })
            .collect()
    }

    fn text(&self, name: Name) -> String {
        self.book.names.text(name).to_owned()
    }
}

/// Values that no total holds, by the indicator of their project (LES-7).
pub(super) fn apart(book: &Book, values: &[&Entry]) -> Vec<pb::NotAggregated> {
    let mut counts: HashMap<(Name, Name), i32> = HashMap::new();
    for entry in values {
        *counts.entry((entry.line, entry.project)).or_default() += 1;
    }
    let text = |name: Name| book.names.text(name).to_owned();
    let mut apart: Vec<pb::NotAggregated> = counts
        .into_iter()
        .map(|((line, project), values)| pb::NotAggregated {
            project_indicator: text(line),
            project: text(project),
            title: String::new(),
            values,
        })
        .collect();
    apart.sort_by(|one, other| one.project_indicator.cmp(&other.project_indicator));
    apart
}

/// How values are added up, in words.
fn rule(rules: Rules) -> Text {
    let time = match rules.time {
        TimeAggregation::Latest => {
            say!("of each project its most recent value", "de chaque projet, la valeur la plus récente")
        }
        TimeAggregation::Average => say!(
            "of each project the mean of its values weighted by days, rounded to six decimals",
            "de chaque projet, la moyenne de ses valeurs pondérée par les jours, arrondie à six décimales"
        ),
        TimeAggregation::Max => {
            say!("of each project its greatest value", "de chaque projet, la plus grande valeur")
        }
        TimeAggregation::Sum | TimeAggregation::None | TimeAggregation::Unspecified => {
            say!("of each project all its values", "de chaque projet, toutes ses valeurs")
        }
    };
    let entity = match rules.entity {
        _ if rules.listed() => say!("listed, not added up", "énumérées, non additionnées"),
        EntityAggregation::Ratio => {
            say!("all parts over all wholes", "toutes les parties sur tous les ensembles")
        }
        _ => say!("added up", "additionnées"),
    };
    Text { en: format!("{}; {}", time.en, entity.en), fr: format!("{} ; {}", time.fr, entity.fr) }
}

fn value(amount: Amount, ratio: bool) -> Result<pb::IndicatorValue, Overflow> {
    Ok(match ratio {
        true => measure::ratio(amount.part.decimal()?, amount.whole.decimal()?),
        false => measure::decimal(amount.part.decimal()?),
    })
}

fn figure(figure: &Figure) -> Result<pb::IndicatorValue, Overflow> {
    match figure {
        Figure::Number(amount) => value(*amount, false),
        Figure::Ratio(amount) => value(*amount, true),
        Figure::Words(words) => Ok(measure::words(words.to_string())),
        Figure::Nothing => Ok(pb::IndicatorValue::default()),
    }
}

fn days(first: Day, last: Day) -> DateRange {
    DateRange { start_date: Some(first.to_date()), end_date: Some(last.to_date()) }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
