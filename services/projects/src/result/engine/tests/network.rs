//! Networks to add up: made by hand, or by proptest.

use std::collections::{BTreeMap, HashMap};

use chassis::column::{Day, Micros};
use proptest::prelude::*;
use proto::projects::indicator::{CountingBasis, EntityAggregation, TimeAggregation};
use rust_decimal::Decimal;
pub(super) use testing::day;

use super::super::book::{Cell, Link};
use super::super::exact::Amount;
use super::super::{Book, Entry, Exact, Figure, Kind, Name, Rules, Tree};

/// The same figures in plain words: what the reference reads, and what the book is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    /// Territory, the one above it, kind.
    pub(super) territories: Vec<(String, String, i32)>,
    pub(super) links: Vec<Linked>,
    pub(super) values: Vec<Value>,
    pub(super) rules: BTreeMap<String, Rules>,
}

#[derive(Clone, Debug)]
pub(super) struct Linked {
    pub(super) project: String,
    pub(super) kind: Kind,
    pub(super) target: String,
    pub(super) since: i64,
    pub(super) until: Option<i64>,
}

/// A cell: its dimensions with their codes, its part, its whole.
pub(super) type Part = (Vec<(String, String)>, Decimal, Decimal);

#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) indicator: String,
    pub(super) version: i32,
    pub(super) project: String,
    pub(super) line: String,
    pub(super) period: (String, Day, Day),
    pub(super) report: String,
    /// A part, and a whole where the indicator is a ratio; nothing: not reported, for a reason.
    pub(super) amount: Option<(Decimal, Option<Decimal>)>,
    pub(super) cells: Vec<Part>,
    pub(super) accepted: i64,
    pub(super) superseded: Option<i64>,
}

fn exact(number: Decimal) -> Exact {
    Exact::parse(&number.to_string()).unwrap()
}

impl Network {
    pub(super) fn book(&self) -> Book {
        let mut book = Book::default();
        for indicator in self.rules.keys() {
            book.series(indicator, 1, "person");
        }
        for value in &self.values {
            let series = book.series(&value.indicator, value.version, "person");
            let period = book.period(&value.period.0, value.period.1, value.period.2);
            let figure = match value.amount {
                None => Figure::Nothing,
                Some((part, None)) => Figure::Number(Amount::number(exact(part))),
                Some((part, Some(whole))) => Figure::Ratio(Amount { part: exact(part), whole: exact(whole) }),
            };
            let mut cells = Vec::new();
            for (place, part, whole) in &value.cells {
                let place =
                    place.iter().map(|(of, code)| (book.names.know(of), book.names.know(code))).collect();
                cells.push(Cell { place, amount: Amount { part: exact(*part), whole: exact(*whole) } });
            }
            let entry = Entry {
                series,
                project: book.names.know(&value.project),
                line: book.names.know(&value.line),
                period,
                report: book.names.know(&value.report),
                revision: 1,
                figure,
                cells: cells.into(),
                accepted: Micros(value.accepted),
                superseded: value.superseded.map_or(Micros::MAX, Micros),
            };
            book.entries.push(entry);
        }
        for link in &self.links {
            let (project, target) = (book.names.know(&link.project), book.names.know(&link.target));
            let until = link.until.map_or(Micros::MAX, Micros);
            let link = Link { kind: link.kind, target, since: Micros(link.since), until };
            book.links.entry(project).or_default().push(link);
        }
        for (territory, parent, _) in &self.territories {
            book.names.know(territory);
            book.names.know(parent);
        }
        for word in ["NOT_STATED", "a", "merged"] {
            book.names.know(word);
        }
        book.arrange();
        book
    }

    pub(super) fn tree(&self, book: &Book) -> Tree {
        let mut tree = Tree::default();
        let name = |text: &str| book.names.find(text).unwrap();
        for (territory, parent, kind) in &self.territories {
            tree.add(name(territory), name(parent), *kind);
        }
        tree
    }

    pub(super) fn rules(&self, book: &Book) -> HashMap<Name, Rules> {
        self.rules.iter().map(|(indicator, rules)| (book.names.find(indicator).unwrap(), *rules)).collect()
    }

    /// A project that runs since the beginning, with an indicator and these links.
    pub(super) fn project(&mut self, project: &str, indicators: &[&str], links: &[(Kind, &str)]) {
        let run = [(Kind::Run, "2020-01-01/2030-12-31")];
        let indicators = indicators.iter().map(|indicator| (Kind::Indicator, *indicator));
        for (kind, target) in run.into_iter().chain(indicators).chain(links.iter().copied()) {
            self.link(project, kind, target, 0, None);
        }
    }

    pub(super) fn link(&mut self, project: &str, kind: Kind, target: &str, since: i64, until: Option<i64>) {
        let (project, target) = (project.to_owned(), target.to_owned());
        self.links.push(Linked { project, kind, target, since, until });
    }

    /// An accepted value; more of it is set by the test.
    pub(super) fn value(&mut self, project: &str, indicator: &str, period: &str, part: &str) -> &mut Value {
        let (start, end) = period.split_once('/').unwrap();
        let at = i64::try_from(self.values.len()).unwrap() + 1;
        self.values.push(Value {
            indicator: indicator.to_owned(),
            version: 1,
            project: project.to_owned(),
            line: format!("{project}/{indicator}"),
            period: (format!("periods/{start}"), day(start), day(end)),
            report: format!("{project}/reports/{at}"),
            amount: Some((part.parse().unwrap(), None)),
            cells: Vec::new(),
            accepted: at,
            superseded: None,
        });
        self.values.last_mut().unwrap()
    }

    pub(super) fn rule(&mut self, indicator: &str, time: TimeAggregation, entity: EntityAggregation) {
        let rules = Rules { time, entity, basis: CountingBasis::UniquePersons };
        self.rules.insert(indicator.to_owned(), rules);
    }
}

/// France with two regions and Senegal with one, three towns in each: what all networks stand on.
pub(super) fn territories() -> Vec<(String, String, i32)> {
    let mut all = vec![("fr".to_owned(), String::new(), 1), ("sn".to_owned(), String::new(), 1)];
    for (region, country) in [("idf", "fr"), ("ara", "fr"), ("kaolack", "sn")] {
        all.push((region.to_owned(), country.to_owned(), 2));
        all.extend((1..=3).map(|town| (format!("{region}-{town}"), region.to_owned(), 5)));
    }
    all
}

const TIMES: [TimeAggregation; 5] = [
    TimeAggregation::Sum,
    TimeAggregation::Latest,
    TimeAggregation::Average,
    TimeAggregation::Max,
    TimeAggregation::None,
];
const ENTITIES: [EntityAggregation; 3] =
    [EntityAggregation::Sum, EntityAggregation::Ratio, EntityAggregation::None];
pub(super) const PERIODS: [(&str, &str, &str); 5] = [
    ("periods/a", "2024-01-01", "2024-06-30"),
    ("periods/b", "2024-07-01", "2024-12-31"),
    ("periods/c", "2025-01-01", "2025-06-30"),
    ("periods/d", "2025-07-01", "2025-12-31"),
    ("", "2025-03-01", "2026-02-28"),
];
const PROJECTS: usize = 7;

fn number() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        3 => (-3_i64..12).prop_map(Decimal::from),
        1 => Just(Decimal::ZERO),
        1 => (-5_000_000_i64..5_000_000, 0_u32..=6).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        1 => Just("999999999999999.999999".parse().unwrap()),
    ]
}

/// The cells of a value: none, by sex, by territory, by both, or both apart; adding up to it or not quite.
fn cells(part: Decimal, whole: Decimal) -> impl Strategy<Value = Vec<Part>> {
    let towns =
        prop::sample::select(vec!["idf-1", "idf-2", "ara-1", "kaolack-2", "idf", "fr", "NOT_STATED", "gone"]);
    let sexes = prop::sample::select(vec!["FEMALE", "MALE", "NOT_STATED"]);
    let shape = (
        0..5_u8,
        0..4_i64,
        prop::collection::btree_set(towns, 1..4),
        prop::collection::btree_set(sexes, 1..3),
    );
    shape.prop_map(move |(shape, off, towns, sexes)| {
        let by = |places: Vec<Vec<(String, String)>>| {
            let last = places.len() - 1;
            let cell = |(at, place): (usize, Vec<(String, String)>)| {
                let some = Decimal::from(at as i64 + off);
                let rest =
                    |all: Decimal| all - (0..last).map(|at| Decimal::from(at as i64 + off)).sum::<Decimal>();
                let (part, whole) = if at < last { (some, some) } else { (rest(part), rest(whole)) };
                // Now and then, imported cells do not add up.
                let part = if off == 3 && at == last { part + Decimal::ONE } else { part };
                (place, part, whole)
            };
            places.into_iter().enumerate().map(cell).collect::<Vec<_>>()
        };
        let sex = |sex: &&str| ("SEX".to_owned(), (*sex).to_owned());
        let town = |town: &&str| ("TERRITORY".to_owned(), (*town).to_owned());
        let by_sex = || sexes.iter().map(|one| vec![sex(one)]).collect::<Vec<_>>();
        let by_town = || towns.iter().map(|one| vec![town(one)]).collect::<Vec<_>>();
        match shape {
            0 => Vec::new(),
            1 => by(by_sex()),
            2 => by(by_town()),
            3 => [by(by_sex()), by(by_town())].concat(),
            _ => by(towns
                .iter()
                .flat_map(|one| sexes.iter().map(move |two| vec![sex(two), town(one)]))
                .collect()),
        }
    })
}

fn value(ratio: bool) -> impl Strategy<Value = Value> {
    let amount = prop_oneof![9 => number().prop_map(Some), 1 => Just(None)];
    let times = (0..40_i64, prop::option::weighted(0.2, 1..20_i64));
    (amount, number(), 0..PROJECTS, 0..2_u8, 0..PERIODS.len(), times, prop::bool::weighted(0.1))
        .prop_flat_map(move |(part, whole, project, line, period, (accepted, superseded), odd)| {
            let whole = whole.abs();
            let shared = ratio != odd; // a percentage without its parts, or a ratio where a number was asked for
            let amount = part.map(|part| (part, shared.then_some(whole)));
            let (part, whole) = (part.unwrap_or_default(), if shared { whole } else { Decimal::ZERO });
            cells(part, whole).prop_map(move |cells| {
                let (name, start, end) = PERIODS[period];
                Value {
                    indicator: String::new(),
                    version: 1 + i32::from(odd && line == 1),
                    project: format!("p{project}"),
                    line: format!("p{project}/{line}"),
                    period: (name.to_owned(), day(start), day(end)),
                    report: String::new(),
                    amount,
                    cells: if amount.is_some() { cells } else { Vec::new() },
                    accepted,
                    superseded: superseded.map(|after| accepted + after),
                }
            })
        })
}

fn linked() -> impl Strategy<Value = Linked> {
    let kinds = prop_oneof![
        3 => (Just(Kind::Territory), prop::sample::select(vec!["idf-1", "idf-2", "ara-1", "kaolack-1", "fr"])),
        2 => (Just(Kind::Partner), prop::sample::select(vec!["a", "b", "c", "merged"])),
        2 => (Just(Kind::Country), prop::sample::select(vec!["FR", "SN"])),
        1 => (Just(Kind::Need), prop::sample::select(vec!["n1", "n2"])),
        1 => (Just(Kind::Recommendation), prop::sample::select(vec!["r1", "r2"])),
        1 => (Just(Kind::Indicator), prop::sample::select(vec!["i0", "i1"])),
        1 => (Just(Kind::Run), prop::sample::select(vec!["2024-01-01/2024-12-31", "/", "2025-06-01/"])),
    ];
    (0..PROJECTS, kinds, 0..30_i64, prop::option::weighted(0.3, 1..20_i64)).prop_map(
        |(project, (kind, target), since, after)| Linked {
            project: format!("p{project}"),
            kind,
            target: target.to_owned(),
            since,
            until: after.map(|after| since + after),
        },
    )
}

/// A network with two indicators, and projects of which some are parts of others.
pub(super) fn any_network() -> impl Strategy<Value = Network> {
    let indicators = [0, 1].map(|_| {
        (prop::sample::select(TIMES.to_vec()), prop::sample::select(ENTITIES.to_vec())).prop_flat_map(
            |(time, entity)| {
                let values = prop::collection::vec(value(entity == EntityAggregation::Ratio), 0..14);
                values.prop_map(move |values| (time, entity, values))
            },
        )
    });
    let parents =
        prop::collection::vec((1..PROJECTS, 0..40_i64, prop::option::weighted(0.3, 1..20_i64)), 0..2);
    (indicators, prop::collection::vec(linked(), 0..24), parents).prop_map(|(indicators, links, parents)| {
        let mut network = Network { territories: territories(), links, ..Network::default() };
        for (number, (time, entity, values)) in indicators.into_iter().enumerate() {
            let indicator = format!("i{number}");
            network.rule(&indicator, time, entity);
            for (at, mut value) in values.into_iter().enumerate() {
                value.indicator.clone_from(&indicator);
                value.line = format!("{}/{indicator}", value.line);
                value.report = format!("{}/reports/{number}-{at}", value.project);
                network.values.push(value);
            }
        }
        for (part, since, after) in parents {
            network.link(&format!("p{part}"), Kind::Parent, "p0", since, after.map(|after| since + after));
        }
        // One run at a time, one link of a name at a time: as the ledger keeps them.
        let mut seen = std::collections::BTreeSet::new();
        network.links.retain(|link| {
            let target = if link.kind == Kind::Run { "" } else { &link.target };
            seen.insert((link.project.clone(), link.kind, target.to_owned()))
        });
        // One accepted value of a line and period at a time.
        let mut seen = std::collections::BTreeSet::new();
        network.values.retain(|value| seen.insert((value.line.clone(), value.period.1, value.accepted)));
        network
    })
}
