//! The same answers, found the slow and obvious way: by asking of every line which values belong to it, in plain words and
//! with `rust_decimal`.

mod due;

use std::collections::{BTreeMap, BTreeSet};

use chassis::column::Day;
use chrono::Datelike as _;
use proto::projects::indicator::{EntityAggregation, TimeAggregation};
use rust_decimal::{Decimal, RoundingStrategy};

use super::super::Kind;
use super::network::{Network, Value};

/// A question in plain words.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// `YEAR`, `PERIOD`, `PARTNER`, `NEED`, `RECOMMENDATION`, `COUNTRY`, `PROJECT`, `SEX`, `TERRITORY 2`, `TERRITORY *`.
    pub(super) keys: Vec<String>,
    pub(super) territory: Option<String>,
    pub(super) partner: Option<String>,
    pub(super) need: Option<String>,
    pub(super) recommendation: Option<String>,
    pub(super) project: Option<String>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
    pub(super) open: Vec<String>,
    pub(super) as_of: i64,
}

/// A line: nothing in `keys` is the total.
pub(super) type Place = (String, i32, Option<Vec<String>>);

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) value: Option<(Decimal, Decimal)>,
    pub(super) listed: Vec<(Decimal, Decimal)>,
    pub(super) expected: BTreeSet<String>,
    pub(super) reported: BTreeSet<String>,
}

/// A part of a value and the words that say where it belongs.
struct Atom<'n> {
    value: &'n Value,
    sex: String,
    place: String,
    amount: (Decimal, Decimal),
}

pub(super) fn answers(network: &Network, asked: &Asked) -> BTreeMap<Place, Answer> {
    let mut answers = BTreeMap::new();
    for indicator in network.rules.keys() {
        let versions: BTreeSet<i32> = network
            .values
            .iter()
            .filter(|value| value.indicator == *indicator)
            .map(|value| value.version)
            .chain([1])
            .collect();
        for version in &versions {
            let latest = versions.last() == Some(version);
            let reference = Reference { network, asked, indicator, version: *version, latest };
            reference.tell(&mut answers);
        }
    }
    answers.retain(|_, answer| !answer.expected.is_empty() || !answer.reported.is_empty());
    answers
}

struct Reference<'n> {
    network: &'n Network,
    asked: &'n Asked,
    indicator: &'n str,
    version: i32,
    latest: bool,
}

impl<'n> Reference<'n> {
    fn tell(&self, answers: &mut BTreeMap<Place, Answer>) {
        let place = |keys| (self.indicator.to_owned(), self.version, keys);
        let all = self.atoms(false, |_| true);
        let mut total = self.sum(&all.iter().collect::<Vec<_>>());
        total.expected.extend(self.due().filter(|_| self.latest));
        total.expected.extend(total.reported.clone());
        answers.insert(place(None), total);
        if self.asked.keys.is_empty() {
            return;
        }
        // Every time that the keys tell apart, every line in it.
        let times: BTreeSet<Vec<String>> = self.values().map(|value| self.time(value)).collect();
        let mut lines: BTreeMap<Vec<String>, Vec<Atom<'n>>> = BTreeMap::new();
        for time in &times {
            for atom in self.atoms(true, |value| self.time(value) == *time) {
                for keys in self.lines_of(&atom) {
                    let Atom { value, amount, .. } = atom;
                    let (sex, place) = (atom.sex.clone(), atom.place.clone());
                    lines.entry(keys).or_default().push(Atom { value, sex, place, amount });
                }
            }
        }
        let mut told: BTreeMap<Vec<String>, Answer> = lines
            .into_iter()
            .map(|(keys, atoms)| (keys, self.sum(&atoms.iter().collect::<Vec<_>>())))
            .collect();
        let only_things =
            self.asked.keys.iter().all(|key| !matches!(key.as_str(), "YEAR" | "PERIOD" | "SEX"));
        for project in self.due().filter(|_| self.latest) {
            if only_things {
                for keys in self.lines_due(&project) {
                    told.entry(keys).or_default();
                }
            }
            for (keys, answer) in &mut told {
                if self.is_due_in(&project, keys) {
                    answer.expected.insert(project.clone());
                }
            }
        }
        for (keys, mut answer) in told {
            answer.expected.extend(answer.reported.clone());
            answers.insert(place(Some(keys)), answer);
        }
    }

    // ------------------------------------------------------------------ which values

    fn values(&self) -> impl Iterator<Item = &'n Value> {
        let rules = self.network.rules[self.indicator];
        self.network.values.iter().filter(move |value| {
            let t = self.asked.as_of;
            let kind = match value.amount {
                Some((_, whole)) => whole.is_some() == (rules.entity == EntityAggregation::Ratio),
                None => false,
            };
            let (name, start, end) = &value.period;
            value.indicator == self.indicator
                && value.version == self.version
                && value.accepted <= t
                && value.superseded.is_none_or(|end| end > t)
                && kind
                && self.is_leaf(&value.project)
                && !self.asked.open.contains(name)
                && self.asked.from.is_none_or(|from| *start >= from)
                && self.asked.to.is_none_or(|to| *end <= to)
                && self.wanted(&value.project, value.accepted)
        })
    }

    fn wanted(&self, project: &str, then: i64) -> bool {
        let has = |kind, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| self.linked(project, kind, then).contains(wanted))
        };
        has(Kind::Partner, &self.asked.partner)
            && has(Kind::Need, &self.asked.need)
            && has(Kind::Recommendation, &self.asked.recommendation)
            && self.asked.project.as_ref().is_none_or(|whole| {
                project == whole || self.linked(project, Kind::Parent, self.asked.as_of).contains(whole)
            })
    }

    fn held(&self, project: &str, kind: Kind, then: i64) -> BTreeSet<String> {
        let links = self.network.links.iter().filter(|link| {
            link.project == project
                && link.kind == kind
                && link.since <= then
                && link.until.is_none_or(|end| end > then)
        });
        links
            .map(|link| match (kind, link.target.as_str()) {
                (Kind::Partner, "merged") => "a".to_owned(),
                (_, target) => target.to_owned(),
            })
            .collect()
    }

    fn linked(&self, project: &str, kind: Kind, then: i64) -> BTreeSet<String> {
        let at_acceptance = self.held(project, kind, then.min(self.asked.as_of));
        if at_acceptance.is_empty() { self.held(project, kind, self.asked.as_of) } else { at_acceptance }
    }

    fn is_leaf(&self, project: &str) -> bool {
        let projects: BTreeSet<&str> = self.network.links.iter().map(|link| link.project.as_str()).collect();
        projects.iter().all(|other| !self.held(other, Kind::Parent, self.asked.as_of).contains(project))
    }

    // ------------------------------------------------------------------ over time, then by parts

    fn time(&self, value: &Value) -> Vec<String> {
        let (name, start, end) = &value.period;
        let word = |key: &String| match key.as_str() {
            "YEAR" => end.year().to_string(),
            "PERIOD" if name.is_empty() => format!("{start}/{end}"),
            "PERIOD" => name.clone(),
            _ => String::new(),
        };
        self.asked.keys.iter().map(word).collect()
    }

    /// The parts of the values that stand for their lines, among those of some time.
    fn atoms(&self, keyed: bool, when: impl Fn(&Value) -> bool) -> Vec<Atom<'n>> {
        let rules = self.network.rules[self.indicator];
        let mut by_line: BTreeMap<&str, Vec<&'n Value>> = BTreeMap::new();
        for value in self.values().filter(|value| when(value)) {
            by_line.entry(&value.line).or_default().push(value);
        }
        let mut atoms = Vec::new();
        for mut values in by_line.into_values() {
            values.sort_by_key(|value| (value.period.2, value.period.1, value.accepted));
            let stand: Vec<&Value> = match rules.time {
                TimeAggregation::Latest => values.last().copied().into_iter().collect(),
                TimeAggregation::Max => {
                    let greatest = values.iter().map(|value| height(value)).max();
                    values
                        .iter()
                        .rev()
                        .find(|value| Some(height(value)) == greatest)
                        .copied()
                        .into_iter()
                        .collect()
                }
                _ => values,
            };
            atoms.extend(stand.into_iter().flat_map(|value| self.parts(value, keyed)));
        }
        atoms
    }

    /// The parts of a value; with a territory to look in, only those that lie there.
    fn parts(&self, value: &'n Value, keyed: bool) -> Vec<Atom<'n>> {
        let by_sex = keyed && self.asked.keys.iter().any(|key| key == "SEX");
        let by_place = keyed && self.asked.keys.iter().any(|key| key.starts_with("TERRITORY"));
        if self.asked.territory.is_none() {
            return self.cut(value, by_sex, by_place);
        }
        let places = self.cut(value, false, true);
        let here: Vec<Atom<'n>> =
            self.cut(value, false, true).into_iter().filter(|atom| self.inside(atom)).collect();
        if !by_sex {
            return here;
        }
        if here.len() == places.len() {
            return self.cut(value, true, true);
        }
        // Some of it lies elsewhere: only cells that tell sex and place together say whose part lies here.
        let together = |of: &[String]| of.contains(&"SEX".to_owned()) && of.contains(&"TERRITORY".to_owned());
        let least = self.kind(value, |of| of.contains(&"TERRITORY".to_owned()));
        if least.is_some_and(|of| together(&of)) {
            return self.cut(value, true, true).into_iter().filter(|atom| self.inside(atom)).collect();
        }
        here
    }

    /// Of the kinds of cells that there are, the first of those that fit with the least besides.
    fn kind(&self, value: &Value, fits: impl Fn(&Vec<String>) -> bool) -> Option<Vec<String>> {
        let kinds = value.cells.iter().map(|(cell, ..)| cell.iter().map(|(of, _)| of.clone()).collect());
        let fitting: Vec<Vec<String>> = kinds.filter(fits).collect();
        let least = fitting.iter().map(Vec::len).min()?;
        fitting.into_iter().find(|of| of.len() == least)
    }

    fn cut(&self, value: &'n Value, by_sex: bool, by_place: bool) -> Vec<Atom<'n>> {
        let (part, whole) =
            value.amount.map(|(part, whole)| (part, whole.unwrap_or_default())).unwrap_or_default();
        let has =
            |of: &[String], word: &str, asked: bool| !asked || of.iter().any(|dimension| dimension == word);
        let best =
            [(by_sex, by_place), (by_sex, false), (false, by_place)].into_iter().find_map(|(sex, place)| {
                let kind = self
                    .kind(value, |of| (sex || place) && has(of, "SEX", sex) && has(of, "TERRITORY", place));
                Some((kind?, sex, place))
            });
        let own = self.place(value, None);
        let Some((kind, sex, place)) = best else {
            return vec![Atom { value, sex: String::new(), place: own, amount: (part, whole) }];
        };
        let mut atoms: Vec<Atom<'n>> = Vec::new();
        let (mut part_left, mut whole_left) = (part, whole);
        for (cell, part, whole) in &value.cells {
            if !cell.iter().map(|(of, _)| of).eq(&kind) {
                continue;
            }
            let code = |word: &str| cell.iter().find(|(of, _)| of == word).map(|(_, code)| code.clone());
            atoms.push(Atom {
                value,
                sex: code("SEX").filter(|_| sex).unwrap_or_default(),
                place: self.place(value, code("TERRITORY").filter(|_| place)),
                amount: (*part, *whole),
            });
            part_left -= part;
            whole_left -= whole;
        }
        if !part_left.is_zero() || !whole_left.is_zero() {
            atoms.push(Atom { value, sex: String::new(), place: own, amount: (part_left, whole_left) });
        }
        atoms
    }

    // ------------------------------------------------------------------ where

    /// From the top down to a territory; nothing of one that is not known.
    fn path(&self, territory: &str) -> Vec<String> {
        let Some((_, parent, _)) = self.network.territories.iter().find(|(name, ..)| name == territory)
        else {
            return Vec::new();
        };
        let mut path = self.path(parent);
        path.push(territory.to_owned());
        path
    }

    fn place(&self, value: &Value, own: Option<String>) -> String {
        match own {
            Some(own) if own != "NOT_STATED" => own,
            _ => self.common(&self.linked(&value.project, Kind::Territory, value.accepted)),
        }
    }

    fn common(&self, territories: &BTreeSet<String>) -> String {
        let paths: Vec<Vec<String>> = territories.iter().map(|territory| self.path(territory)).collect();
        let Some(first) = paths.first() else { return String::new() };
        let depth = (0..first.len())
            .take_while(|at| paths.iter().all(|path| path.get(*at) == first.get(*at)))
            .count();
        depth.checked_sub(1).map(|at| first[at].clone()).unwrap_or_default()
    }

    fn inside(&self, atom: &Atom<'_>) -> bool {
        self.asked.territory.as_ref().is_none_or(|wanted| self.path(&atom.place).contains(wanted))
    }

    fn level(&self, key: &str, place: &str) -> String {
        let path = self.path(place);
        match key.strip_prefix("TERRITORY ").unwrap() {
            "*" => {
                let root = self.asked.territory.as_ref().unwrap();
                let at = path.iter().position(|name| name == root);
                at.and_then(|at| path.get(at + 1)).cloned().unwrap_or_default()
            }
            kind => {
                let is = |name: &&String| {
                    let node = self.network.territories.iter().find(|(known, ..)| known == *name);
                    node.is_some_and(|(.., of)| of.to_string() == kind)
                };
                path.iter().rev().find(is).cloned().unwrap_or_default()
            }
        }
    }

    // ------------------------------------------------------------------ which lines

    fn lines_of(&self, atom: &Atom<'_>) -> Vec<Vec<String>> {
        let (project, then) = (&atom.value.project, atom.value.accepted);
        let time = self.time(atom.value);
        let options = self.asked.keys.iter().zip(time).map(|(key, time)| match key.as_str() {
            "YEAR" | "PERIOD" => vec![time],
            "SEX" => vec![atom.sex.clone()],
            key if key.starts_with("TERRITORY") && !self.inside(atom) => vec![String::new()],
            key if key.starts_with("TERRITORY") => vec![self.level(key, &atom.place)],
            key => self.words(key, project, then),
        });
        combinations(options.collect())
    }

    fn words(&self, key: &str, project: &str, then: i64) -> Vec<String> {
        let kind = match key {
            "PROJECT" => return vec![project.to_owned()],
            "PARTNER" => Kind::Partner,
            "NEED" => Kind::Need,
            "RECOMMENDATION" => Kind::Recommendation,
            "COUNTRY" => Kind::Country,
            other => panic!("{other}"),
        };
        let linked = self.linked(project, kind, then);
        if linked.is_empty() { vec![String::new()] } else { linked.into_iter().collect() }
    }

    // ------------------------------------------------------------------ adding up

    fn sum(&self, atoms: &[&Atom<'n>]) -> Answer {
        let rules = self.network.rules[self.indicator];
        let reported = atoms.iter().map(|atom| atom.value.project.clone()).collect();
        let mut answer = Answer { reported, ..Answer::default() };
        let mut amounts: Vec<(Decimal, Decimal)> = Vec::new();
        if rules.time == TimeAggregation::Average {
            // A mean is of one indicator of one project.
            let mut means: BTreeMap<&str, Vec<&Atom<'n>>> = BTreeMap::new();
            for atom in atoms {
                means.entry(&atom.value.line).or_default().push(atom);
            }
            for atoms in means.into_values() {
                amounts.push(mean(&atoms));
            }
        } else {
            // What a value has in a line is one amount, however many cells it comes from.
            let mut whole: BTreeMap<(&str, &str), (Decimal, Decimal)> = BTreeMap::new();
            for atom in atoms {
                let sum = whole.entry((&atom.value.report, &atom.value.line)).or_default();
                *sum = (sum.0 + atom.amount.0, sum.1 + atom.amount.1);
            }
            amounts = whole.into_values().collect();
        }
        if rules.listed() {
            amounts.sort();
            answer.listed = amounts;
        } else if !amounts.is_empty() {
            let sum = |of: fn(&(Decimal, Decimal)) -> Decimal| amounts.iter().map(of).sum::<Decimal>();
            answer.value = Some((sum(|amount| amount.0), sum(|amount| amount.1)));
        }
        answer
    }
}

fn height(value: &Value) -> (bool, Decimal) {
    match value.amount {
        Some((part, Some(whole))) => (!whole.is_zero(), part.checked_div(whole).unwrap_or_default()),
        Some((part, None)) => (true, part),
        None => (false, Decimal::ZERO),
    }
}

fn mean(atoms: &[&Atom<'_>]) -> (Decimal, Decimal) {
    let days = |value: &Value| Decimal::from((*value.period.2 - *value.period.1).num_days() + 1);
    // A value's days count once, however many of its cells are in the line.
    let values: BTreeMap<&str, Decimal> =
        atoms.iter().map(|atom| (atom.value.report.as_str(), days(atom.value))).collect();
    let weight: Decimal = values.values().sum();
    let of = |amount: fn(&Atom<'_>) -> Decimal| {
        let weighted: Decimal = atoms.iter().map(|atom| amount(atom) * days(atom.value)).sum();
        (weighted / weight).round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
    };
    (of(|atom| atom.amount.0), of(|atom| atom.amount.1))
}

fn combinations(options: Vec<Vec<String>>) -> Vec<Vec<String>> {
    options.into_iter().fold(vec![Vec::new()], |lines, words| {
        lines
            .iter()
            .flat_map(|line| {
                words.iter().map(move |word| [line.as_slice(), std::slice::from_ref(word)].concat())
            })
            .collect()
    })
}
