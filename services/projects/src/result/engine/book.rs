//! The values and links that are known, by short names: a network's figures fit in memory and are walked in order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use chassis::column::{Day, Micros};
use chrono::Datelike as _;

use super::exact::Amount;

/// A name, a code or a year, as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u32);

impl Name {
    /// The empty name: what belongs to no group.
    pub const NONE: Self = Self(0);
    /// A name that nothing bears.
    pub const UNKNOWN: Self = Self(u32::MAX);
}

/// A map by names. They are numbers of our own choosing, one after the other: a hash that nobody can foretell would cost more
/// than what it is asked for.
pub type ByName<T> = HashMap<Name, T, BuildHasherDefault<Spread>>;

/// Spreads numbers that follow each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        // The golden ratio of 2^64 (Fibonacci hashing): the map looks at the high bits and at the low ones.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}

/// The names that are known.
#[derive(Debug)]
pub struct Names {
    known: HashMap<Arc<str>, Name>,
    texts: Vec<Arc<str>>,
}

impl Default for Names {
    fn default() -> Self {
        let none: Arc<str> = "".into();
        Self { known: HashMap::from([(Arc::clone(&none), Name::NONE)]), texts: vec![none] }
    }
}

impl Names {
    /// The number of a name, known from now on.
    pub fn know(&mut self, text: &str) -> Name {
        if let Some(name) = self.known.get(text) {
            return *name;
        }
        let (name, text): (_, Arc<str>) =
            (Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX)), text.into());
        self.texts.push(Arc::clone(&text));
        self.known.insert(text, name);
        name
    }

    /// The number of a name, if anything bears it.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.known.get(text).copied()
    }

    /// The name itself.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }
}

/// What a project may be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub enum Kind {
    /// A partner that leads it or takes part in it.
    Partner = 1,
    /// A territory.
    Territory = 2,
    /// A need that it answers.
    Need = 3,
    /// A recommendation that it carries out.
    Recommendation = 4,
    /// A country that it acts in, by its own word or its territories'.
    Country = 5,
    /// The project that it is a part of, once it is approved.
    Parent = 6,
    /// It is carried out, or was: its days, `2026-01-01/2027-12-31`.
    Run = 7,
    /// An indicator of the library that it reports on.
    Indicator = 8,
}

impl From<Kind> for i32 {
    fn from(kind: Kind) -> Self {
        kind as Self
    }
}

impl TryFrom<i32> for Kind {
    type Error = i32;

    fn try_from(number: i32) -> Result<Self, i32> {
        Ok(match number {
            1 => Self::Partner,
            2 => Self::Territory,
            3 => Self::Need,
            4 => Self::Recommendation,
            5 => Self::Country,
            6 => Self::Parent,
            7 => Self::Run,
            8 => Self::Indicator,
            other => return Err(other),
        })
    }
}

/// A link of a project, and when it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Of what kind.
    pub kind: Kind,
    /// To what.
    pub target: Name,
    /// From when.
    pub since: Micros,
    /// Until when; [`Micros::MAX`] while it holds.
    pub until: Micros,
}

impl Link {
    /// Whether it held then.
    pub fn held(&self, then: Micros) -> bool {
        self.since <= then && then < self.until
    }
}

/// Values that may be added up with each other: of one indicator, version and unit (AGG-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    /// The indicator; none where the library has no counterpart (LES-7).
    pub indicator: Name,
    /// Its version.
    pub version: i32,
    /// What one is.
    pub unit: Name,
}

/// What a report says of an indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// How much.
    Number(Amount),
    /// Which share.
    Ratio(Amount),
    /// In words.
    Words(Box<str>),
    /// Nothing, for a reason.
    Nothing,
}

impl Figure {
    /// What is added up, if anything is.
    pub fn amount(&self) -> Option<Amount> {
        match self {
            Self::Number(amount) | Self::Ratio(amount) => Some(*amount),
            Self::Words(_) | Self::Nothing => None,
        }
    }
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where it stands: dimensions and codes.
    pub place: Box<[(Name, Name)]>,
    /// How much it is.
    pub amount: Amount,
}

/// The days that values are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The reporting period; none of imported reports on days of their own.
    pub name: Name,
    /// The reporting period, or its days.
    pub label: Name,
    /// The year in which it ends.
    pub year: Name,
    /// Its first day.
    pub start: Day,
    /// Its last day.
    pub end: Day,
}

impl Period {
    /// How long it is.
    pub fn days(&self) -> i64 {
        (*self.end - *self.start).num_days() + 1
    }
}

/// A value of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which series it is of, by its place in [`Book::series`].
    pub series: u32,
    /// Of which project.
    pub project: Name,
    /// Of which of its indicators.
    pub line: Name,
    /// Of when, by its place in [`Book::periods`].
    pub period: u32,
    /// In which report.
    pub report: Name,
    /// In which revision of it.
    pub revision: i32,
    /// What it says.
    pub figure: Figure,
    /// The same by sex, age and the like.
    pub cells: Box<[Cell]>,
    /// From when it counts; [`Micros::MAX`] while it is not accepted.
    pub accepted: Micros,
    /// From when another counts instead; [`Micros::MAX`] until then.
    pub superseded: Micros,
}

/// What the totals of a series were made of: they stand while this is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    values: u64,
    links: u64,
    series: usize,
    periods: usize,
}

/// All that is known.
#[derive(Debug, Default)]
pub struct Book {
    /// Names.
    pub names: Names,
    /// Series.
    pub series: Vec<Series>,
    /// Periods.
    pub periods: Vec<Period>,
    /// Values, in the order of [`arrange`](Self::arrange).
    pub entries: Vec<Entry>,
    /// Links of each project.
    pub links: ByName<Vec<Link>>,
    /// How often values of each series have changed.
    put: Vec<u64>,
    /// How often links have.
    tied: u64,
    /// When the latest of it was written.
    latest: Micros,
    series_known: HashMap<Series, u32>,
    periods_known: HashMap<(Name, Day, Day), u32>,
}

impl Book {
    /// The place of a series, known from now on.
    pub fn series(&mut self, indicator: &str, version: i32, unit: &str) -> u32 {
        let series = Series { indicator: self.names.know(indicator), version, unit: self.names.know(unit) };
        if let Some(place) = self.series_known.get(&series) {
            return *place;
        }
        let place = u32::try_from(self.series.len()).unwrap_or(u32::MAX);
        self.series.push(series);
        self.put.push(0);
        self.series_known.insert(series, place);
        place
    }

    /// The series is known.
    pub fn has_series(&self, indicator: &str, version: i32, unit: &str) -> bool {
        let series = self.names.find(indicator).zip(self.names.find(unit));
        series.is_some_and(|(indicator, unit)| {
            self.series_known.contains_key(&Series { indicator, version, unit })
        })
    }

    /// The place of a period, known from now on.
    pub fn period(&mut self, name: &str, start: Day, end: Day) -> u32 {
        let known = (self.names.know(name), start, end);
        if let Some(place) = self.periods_known.get(&known) {
            return *place;
        }
        let place = u32::try_from(self.periods.len()).unwrap_or(u32::MAX);
        let days = format!("{start}/{end}");
        let label = self.names.know(if name.is_empty() { &days } else { name });
        let year = self.names.know(&end.year().to_string());
        self.periods.push(Period { name: known.0, label, year, start, end });
        self.periods_known.insert(known, place);
        place
    }

    /// The period of a value.
    pub fn period_of(&self, entry: &Entry) -> &Period {
        &self.periods[entry.period as usize]
    }

    /// What totals of a series are made of by now.
    pub fn mark(&self, series: u32) -> Mark {
        let values = self.put.get(series as usize).copied().unwrap_or_default();
        Mark { values, links: self.tied, series: self.series.len(), periods: self.periods.len() }
    }

    /// When the latest of what is known was written.
    pub fn latest(&self) -> Micros {
        self.latest
    }

    /// Adds a link of a project; one that is known already stands instead of what was known of it.
    pub fn tie(&mut self, project: Name, fresh: Link) {
        let links = self.links.entry(project).or_default();
        let same = |link: &&mut Link| {
            (link.kind, link.target, link.since) == (fresh.kind, fresh.target, fresh.since)
        };
        match links.iter_mut().find(same) {
            Some(known) if *known == fresh => return,
            Some(known) => *known = fresh,
            None => links.push(fresh),
        }
        self.tied += 1;
        self.latest = latest([self.latest, fresh.since, fresh.until]);
    }

    /// Puts the values in order: by series, project and indicator of the project, the oldest first.
    pub fn arrange(&mut self) {
        let periods = &self.periods;
        self.entries.sort_by_key(|one| place(one, periods));
    }

    /// Adds values; one that is known already stands instead of what was known of it.
    pub fn put(&mut self, fresh: Vec<Entry>) {
        let mut new = Vec::new();
        for entry in fresh {
            let line = |entry: &Entry| (entry.series, entry.project, entry.line);
            let start = self.entries.partition_point(|known| line(known) < line(&entry));
            let of_line = self.entries[start..].iter_mut().take_while(|known| line(known) == line(&entry));
            let Entry { series, accepted, superseded, .. } = entry;
            match of_line.into_iter().find(|known| known.report == entry.report) {
                Some(known) if *known == entry => continue,
                Some(known) => *known = entry,
                None => new.push(entry),
            }
            if let Some(times) = self.put.get_mut(series as usize) {
                *times += 1;
            }
            self.latest = latest([self.latest, accepted, superseded]);
        }
        // A few are put where they belong; many are sorted in.
        if new.len() > 64 {
            self.entries.append(&mut new);
            return self.arrange();
        }
        for entry in new {
            let periods = &self.periods;
            let at = self.entries.partition_point(|known| place(known, periods) < place(&entry, periods));
            self.entries.insert(at, entry);
        }
    }
}

/// The latest of instants that have come.
fn latest(instants: [Micros; 3]) -> Micros {
    instants.into_iter().filter(|instant| *instant != Micros::MAX).max().unwrap_or_default()
}

/// Where a value stands among the others.
fn place(entry: &Entry, periods: &[Period]) -> impl Ord + use<> {
    let period = &periods[entry.period as usize];
    let when = (period.end, period.start, entry.period, entry.accepted, entry.report);
    (entry.series, entry.project, entry.line, when)
}
