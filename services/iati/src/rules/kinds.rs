//! What each kind of rule asks of an element.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::dates::{Moment, moment};
use crate::org_id;
use crate::tree::Id;
use crate::value::billionths;
use crate::xpath::{Expression, Item, Scope, number};

/// What a rule asks.
pub(super) enum Rule {
    AtLeastOne(Vec<Expression>),
    NoMoreThanOne(Vec<Expression>),
    Unique(Vec<Expression>),
    /// Begins with one of these; with a known register when there are none.
    StartsWith {
        paths: Vec<Expression>,
        prefixes: Vec<Expression>,
        separator: String,
    },
    /// Either the element says it once, or each of its parts does.
    OneOrAll {
        one: Expression,
        all: All,
    },
    InOrder {
        less: Expression,
        more: Option<Expression>,
    },
    Between {
        date: Expression,
        start: Expression,
        end: Expression,
    },
    WithinAYear {
        start: Expression,
        end: Expression,
    },
    NoSymbols {
        paths: Vec<Expression>,
        of_activity: bool,
    },
    NoSpaces(Vec<Expression>),
    Sum {
        paths: Vec<Expression>,
        sum: i128,
    },
    Range {
        paths: Vec<Expression>,
        least: f64,
        most: f64,
    },
    IfThen {
        when: Expression,
        then: Expression,
    },
}

/// The parts that must say something themselves.
pub(super) enum All {
    Languages,
    Sectors,
    Currencies,
}

/// Identifiers of organisations that the Registry knows: they are not held to the form of others.
static PUBLISHERS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../data/publishers.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

impl Rule {
    /// What breaks the rule, as far as one thing does; `None` when nothing does.
    pub(super) fn broken<'t>(&self, scope: Scope<'t>, now: DateTime<Utc>) -> Option<Option<Item<'t>>> {
        let tree = scope.tree;
        let all = |paths: &[Expression]| -> Vec<Item<'t>> {
            paths.iter().flat_map(|path| scope.items(path)).collect()
        };
        let first_that = |paths: &[Expression], wrong: &dyn Fn(&str) -> bool| {
            all(paths).into_iter().find(|item| wrong(&item.text(tree))).map(Some)
        };
        let day = |path: &Expression| -> Option<(Item<'t>, Moment)> {
            let first = scope.items(path).into_iter().next()?;
            Some((first, moment(&first.text(tree))?))
        };
        match self {
            Self::AtLeastOne(paths) => all(paths).is_empty().then_some(None),
            Self::NoMoreThanOne(paths) => all(paths).get(1).copied().map(Some),
            Self::Unique(paths) => {
                let mut seen = HashSet::new();
                all(paths).into_iter().find(|item| !seen.insert(item.text(tree))).map(Some)
            }
            Self::StartsWith { paths, prefixes, separator } if prefixes.is_empty() => {
                debug_assert!(separator.is_empty());
                let unknown = |text: &str| {
                    let mut parts = text.match_indices('-');
                    let end = parts.nth(1).map_or(text.len(), |(at, _)| at);
                    !org_id::is_agency(&text[..end])
                };
                first_that(paths, &|text| !PUBLISHERS.contains(text) && unknown(text))
            }
            Self::StartsWith { paths, prefixes, separator } => {
                let prefixes: Vec<String> =
                    all(prefixes).into_iter().map(|item| format!("{}{separator}", item.text(tree))).collect();
                first_that(paths, &|text| !prefixes.iter().any(|prefix| text.starts_with(prefix.as_str())))
            }
            Self::OneOrAll { one, all } => {
                if scope.holds(one) {
                    None
                } else {
                    all.missing(scope).map(|id| Some(Item::Element(id)))
                }
            }
            Self::InOrder { less, more } => {
                let (item, less) = day(less)?;
                let late = match more {
                    Some(more) => less > day(more)?.1,
                    None => less > Moment::at(now),
                };
                late.then_some(Some(item))
            }
            Self::Between { date, start, end } => {
                let (item, date) = day(date)?;
                let (start, end) = (day(start)?.1, day(end)?.1);
                (date < start || date > end).then_some(Some(item))
            }
            Self::WithinAYear { start, end } => {
                let ((item, start), (_, end)) = (day(start)?, day(end)?);
                (end.days_since(start) > 365).then_some(Some(item))
            }
            Self::NoSymbols { paths, of_activity } => first_that(paths, &|text| {
                let mut hyphens = text.match_indices('-');
                let known = PUBLISHERS.contains(text)
                    || *of_activity && hyphens.any(|(at, _)| PUBLISHERS.contains(&text[..at]));
                !known && text.contains(['/', '&', '|', '?'])
            }),
            Self::NoSpaces(paths) => first_that(paths, &|text| text.trim() != text),
            Self::Sum { paths, sum } => {
                let items = all(paths);
                let shares = items.iter().map(|item| match item.text(tree) {
                    text if text.is_empty() => Some(0),
                    text => billionths(&text),
                });
                let total: Option<i128> = shares.sum();
                // To four decimals, as the official validator does.
                let fits = total.is_some_and(|total| (total - sum * 1_000_000_000).abs() < 50_000);
                (!fits).then(|| items.first().copied())
            }
            Self::Range { paths, least, most } => {
                first_that(paths, &|text| !text.is_empty() && !(*least..=*most).contains(&number(text)))
            }
            Self::IfThen { when, then } => {
                (scope.holds(when) && !scope.holds(then)).then(|| scope.items(when).first().copied())
            }
        }
    }
}

impl All {
    /// The first part that does not say it itself.
    fn missing(&self, scope: Scope<'_>) -> Option<Id> {
        let tree = scope.tree;
        let below = |name: &str| {
            let name = name.to_owned();
            tree.all(scope.at).into_iter().skip(1).filter(move |id| tree.node(*id).name == name)
        };
        match self {
            Self::Languages => below("narrative").find(|id| tree.attribute(*id, "xml:lang").is_none()),
            Self::Sectors => {
                tree.named(scope.at, "transaction").find(|id| tree.named(*id, "sector").next().is_none())
            }
            Self::Currencies => ["value", "forecast", "loan-status"]
                .into_iter()
                .find_map(|name| below(name).find(|id| tree.attribute(*id, "currency").is_none())),
        }
    }
}
