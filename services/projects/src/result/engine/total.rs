//! Adding up across projects, line by line, and saying what went in (BEY-3).

use std::collections::{BTreeMap, HashMap};

use proto::projects::exclusion::Reason;
use proto::projects::indicator::TimeAggregation;

use super::book::{Book, ByName, Entry, Figure, Kind, Name};
use super::exact::{Amount, Overflow};
use super::line::Mean;
pub use super::line::{Contribution, Exclusion, Keys, Line, Total};
use super::part::{Cut, Part, parts, tells_both};
use super::tie::Ties;
use super::time::{Chosen, choose};
use super::tree::Tree;
use super::{Key, Question, Rules};

/// The codes that territories as a dimension, and what is not stated in it, stand under.
pub const BY_TERRITORY: &str = crate::measure::BY_TERRITORY;
const NOT_STATED: &str = "NOT_STATED";

/// Adds up what is asked for; `waiting` are values of reports that are not accepted, to be named when explaining.
///
/// # Errors
/// When a sum does not fit.
pub fn aggregate<'b>(
    book: &'b Book,
    tree: &Tree,
    rules: &HashMap<Name, Rules>,
    question: &Question,
    waiting: &'b [Entry],
) -> Result<Vec<Total<'b>>, Overflow> {
    let asker = Asker::new(book, tree, question);
    let mut totals = Vec::new();
    for (series, rules) in asked(book, rules, question) {
        let total = asker.series(series, rules, waiting)?;
        if total.says_something() {
            totals.push(total);
        }
    }
    Ok(totals)
}

/// The series that are asked for, and how they are added up.
pub(super) fn asked(
    book: &Book,
    rules: &HashMap<Name, Rules>,
    question: &Question,
) -> impl Iterator<Item = (u32, Rules)> {
    (0..).zip(&book.series).filter_map(|(place, series)| {
        let asked = question.indicators.is_empty() || question.indicators.contains(&series.indicator);
        Some((place, *rules.get(&series.indicator).filter(|_| asked)?))
    })
}

/// The values that no total holds, because the library has no counterpart of what they count (LES-7).
pub fn alone<'b>(book: &'b Book, tree: &Tree, question: &Question) -> Vec<&'b Entry> {
    let ties = Ties::all(book, question);
    let unlinked = Ties::none(question);
    let (expected, cut) = (ByName::default(), Cut::default());
    let asker = Asker { book, tree, question, ties, unlinked, expected, cut, not_stated: None };
    let counts = |entry: &&Entry| {
        let period = book.period_of(entry);
        book.series[entry.series as usize].indicator == Name::NONE
            && entry.figure != Figure::Nothing
            && entry.accepted <= question.as_of
            && question.as_of < entry.superseded
            && question.from.is_none_or(|from| period.start >= from)
            && question.to.is_none_or(|to| period.end <= to)
            && asker.touches(entry)
            && asker.ties(entry.project).in_scope(entry.project, entry.accepted, question, &asker.ties)
    };
    book.entries.iter().filter(counts).collect()
}

/// The lines of a breakdown add up to the total (AGG-5).
pub fn additive(rules: Rules, keys: &[Key]) -> bool {
    let of_time = keys.iter().any(|key| key.of_time());
    let of_parts = keys.iter().any(|key| key.of_parts());
    let over_time = match rules.time {
        TimeAggregation::Average => !of_time && !of_parts,
        TimeAggregation::Sum => true,
        _ => !of_time,
    };
    keys.is_empty() || over_time && !rules.listed() && !keys.iter().any(|key| key.many())
}

/// One question, being answered.
pub(super) struct Asker<'b, 'q> {
    pub(super) book: &'b Book,
    pub(super) tree: &'q Tree,
    pub(super) question: &'q Question,
    pub(super) ties: ByName<Ties<'b>>,
    /// Of a project without any.
    unlinked: Ties<'b>,
    /// Of each indicator, the projects that run and report on it.
    pub(super) expected: ByName<Vec<Name>>,
    cut: Cut,
    not_stated: Option<Name>,
}

/// The lines of a series while they are being added up.
pub(super) struct Sheet<'b> {
    pub(super) total: Line<'b>,
    pub(super) lines: BTreeMap<Keys, Line<'b>>,
    pub(super) left: Vec<Exclusion<'b>>,
}

impl<'b, 'q> Asker<'b, 'q> {
    pub(super) fn new(book: &'b Book, tree: &'q Tree, question: &'q Question) -> Self {
        let places =
            question.territory.is_some() || question.keys.iter().any(|key| matches!(key, Key::Territory(_)));
        let cut = Cut {
            dimension: question.keys.iter().find_map(|key| match key {
                Key::Dimension(dimension) => Some(*dimension),
                _ => None,
            }),
            territory: book.names.find(BY_TERRITORY).filter(|_| places),
        };
        let ties = Ties::all(book, question);
        let mut expected: ByName<Vec<Name>> = ByName::default();
        for (project, ties) in ties.iter().filter(|(_, ties)| ties.leaf && ties.run.is_some()) {
            for indicator in &ties.reports_on {
                expected.entry(*indicator).or_default().push(*project);
            }
        }
        let not_stated = book.names.find(NOT_STATED);
        Self { book, tree, question, ties, unlinked: Ties::none(question), expected, cut, not_stated }
    }

    /// The totals of a series, also where there is nothing in them.
    pub(super) fn series(
        &self,
        series: u32,
        rules: Rules,
        waiting: &'b [Entry],
    ) -> Result<Total<'b>, Overflow> {
        let mut sheet = Sheet { total: Line::default(), lines: BTreeMap::new(), left: Vec::new() };
        let mut values = Vec::new();
        for run in self.entries(series).chunk_by(|one, other| one.line == other.line) {
            values.clear();
            for entry in run {
                match self.standing(entry, rules) {
                    Some(None) => values.push(entry),
                    Some(Some(reason)) if self.question.explain => {
                        sheet.left.push(Exclusion { entry, reason });
                    }
                    _ => {}
                }
            }
            self.run(rules, &values, &mut sheet)?;
        }
        self.expect(series, &mut sheet);
        if self.question.explain {
            self.leave_out(series, rules, waiting, &mut sheet)?;
        }
        let mut lines: Vec<Line<'b>> = sheet.lines.into_values().collect();
        let text = |line: &Line<'b>| line.keys.map(|key| self.book.names.text(key));
        lines.sort_by(|one, other| text(one).cmp(&text(other)));
        let additive = additive(rules, &self.question.keys);
        Ok(Total { series, rules, additive, total: sheet.total, lines })
    }

    pub(super) fn entries(&self, series: u32) -> &'b [Entry] {
        let entries = &self.book.entries;
        let start = entries.partition_point(|entry| entry.series < series);
        let end = entries.partition_point(|entry| entry.series <= series);
        &entries[start..end]
    }

    /// Whether a value counts; if not, why. Nothing of values that are not asked for, or were not known then.
    pub(super) fn standing(&self, entry: &Entry, rules: Rules) -> Option<Option<Reason>> {
        let (question, period) = (self.question, self.book.period_of(entry));
        if entry.accepted > question.as_of {
            return None;
        }
        let ties = self.ties(entry.project);
        if !ties.in_scope(entry.project, entry.accepted, question, &self.ties) {
            return None;
        }
        let fits = match entry.figure {
            Figure::Number(_) => !rules.ratio(),
            Figure::Ratio(_) => rules.ratio(),
            Figure::Words(_) => rules.listed(),
            Figure::Nothing => true,
        };
        let open = match period.name {
            Name::NONE => question.ended_before.is_some_and(|day| period.end >= day),
            name => question.open.contains(&name),
        };
        let outside = open
            || question.from.is_some_and(|from| period.start < from)
            || question.to.is_some_and(|to| period.end > to);
        Some(if entry.superseded <= question.as_of {
            Some(Reason::Superseded)
        } else if !ties.leaf {
            Some(Reason::NotLeaf)
        } else if entry.figure == Figure::Nothing {
            Some(Reason::NoValue)
        } else if !fits {
            Some(Reason::OtherUnit)
        } else if outside {
            Some(Reason::OutsidePeriod)
        } else {
            None
        })
    }

    /// The values of one indicator of one project, in the order of their periods.
    fn run(&self, rules: Rules, values: &[&'b Entry], sheet: &mut Sheet<'b>) -> Result<(), Overflow> {
        let mut chosen = Vec::new();
        choose(rules.time, self.book, values, &mut chosen);
        self.add(rules, &chosen, &mut sheet.total)?;
        if self.question.explain {
            sheet.total.exclusions.extend(passed_over(rules, values, &chosen));
        }
        if self.question.keys.is_empty() {
            return Ok(());
        }
        if !self.question.keys.iter().any(|key| key.of_time()) {
            return self.add_lines(rules, values, &chosen, sheet);
        }
        for times in values.chunk_by(|one, other| self.time(one) == self.time(other)) {
            choose(rules.time, self.book, times, &mut chosen);
            self.add_lines(rules, times, &chosen, sheet)?;
        }
        Ok(())
    }

    /// What the keys say of a value's time.
    fn time(&self, entry: &Entry) -> Keys {
        let mut time = Keys::default();
        for (at, key) in self.question.keys.iter().enumerate().take(time.len()) {
            time[at] = match key {
                Key::Period => self.book.period_of(entry).label,
                Key::Year => self.book.period_of(entry).year,
                _ => Name::NONE,
            };
        }
        time
    }

    /// Adds the values that stand for an indicator of a project to the total.
    fn add(&self, rules: Rules, chosen: &[Chosen<'b>], line: &mut Line<'b>) -> Result<(), Overflow> {
        let mut mean = Mean::default();
        let mut taken = Vec::new();
        for one in chosen {
            // Without a territory to look for, the whole need not be taken apart.
            let cut = Cut { dimension: None, ..self.cut };
            let cut = if self.question.territory.is_some() { cut } else { Cut::default() };
            self.parts(one.entry, cut, &mut taken)?;
            match taken.split_first() {
                Some((first, rest)) => {
                    let part = rest.iter().try_fold(*first, |sum, part| sum.with(*part))?;
                    self.take(rules, *one, part, line, &mut mean)?;
                }
                None if self.question.explain && self.touches(one.entry) => {
                    line.exclusions.push(Exclusion { entry: one.entry, reason: Reason::NoCell });
                }
                None => {}
            }
        }
        mean.settle(line)
    }

    /// The parts of a value that are asked for. How much of it lies in the territory that is asked for does not depend on
    /// what it is broken down by besides.
    fn parts(&self, entry: &Entry, cut: Cut, into: &mut Vec<Part>) -> Result<(), Overflow> {
        let whole = Part { code: Name::NONE, territory: Name::NONE, amount: Amount::default() };
        let Some(wanted) = self.question.territory else {
            parts(entry, cut, into)?;
            if into.is_empty() {
                into.push(whole); // words, and what has no value, stand as a whole
            }
            return Ok(());
        };
        let inside = |part: &Part| self.tree.lies_in(self.stands_in(entry, part), wanted);
        parts(entry, Cut { dimension: None, ..cut }, into)?;
        if into.is_empty() {
            into.push(whole);
        }
        let all = into.len();
        into.retain(inside);
        if cut.dimension.is_some() && all == into.len() && entry.figure.amount().is_some() {
            parts(entry, cut, into)?;
        } else if cut.dimension.is_some() && tells_both(entry, cut) {
            parts(entry, cut, into)?;
            into.retain(inside);
        }
        Ok(())
    }

    /// Where a part of a value stands: in its own territory, else where all territories of its project lie (AGG-6).
    fn stands_in(&self, entry: &Entry, part: &Part) -> Name {
        if part.territory != Name::NONE && Some(part.territory) != self.not_stated {
            return part.territory;
        }
        self.tree.common(&self.ties(entry.project).of(Kind::Territory, entry.accepted, self.question))
    }

    /// The value is of a project that is active in the territory that is asked for.
    pub(super) fn touches(&self, entry: &Entry) -> bool {
        self.question.territory.is_none_or(|wanted| {
            let territories = self.ties(entry.project).of(Kind::Territory, entry.accepted, self.question);
            territories.iter().any(|territory| self.tree.lies_in(*territory, wanted))
        })
    }

    /// The links of a project.
    pub(super) fn ties(&self, project: Name) -> &Ties<'b> {
        self.ties.get(&project).unwrap_or(&self.unlinked)
    }

    fn add_lines(
        &self,
        rules: Rules,
        values: &[&'b Entry],
        chosen: &[Chosen<'b>],
        sheet: &mut Sheet<'b>,
    ) -> Result<(), Overflow> {
        let mut means: BTreeMap<Keys, Mean> = BTreeMap::new();
        let (mut taken, mut into, mut none) = (Vec::new(), Vec::new(), Mean::default());
        for one in chosen {
            self.parts(one.entry, self.cut, &mut taken)?;
            into.clear();
            for part in &taken {
                self.groups(one.entry, part, &mut |keys| into.push((keys, *part)));
            }
            // What a value has in a line is one amount, however many cells it comes from.
            into.sort_by_key(|(keys, _): &(Keys, Part)| *keys);
            for same in into.chunk_by(|one, other| one.0 == other.0) {
                let (keys, first) = same[0];
                let part = same[1..].iter().try_fold(first, |sum, (_, part)| sum.with(*part))?;
                let line = sheet.lines.entry(keys).or_insert_with(|| Line { keys, ..Line::default() });
                let mean = if one.weight.is_some() { means.entry(keys).or_default() } else { &mut none };
                self.take(rules, *one, part, line, mean)?;
            }
        }
        for (keys, mean) in means {
            if let Some(line) = sheet.lines.get_mut(&keys) {
                mean.settle(line)?;
            }
        }
        if self.question.explain {
            for exclusion in passed_over(rules, values, chosen) {
                self.name_in_lines(exclusion, &mut sheet.lines)?;
            }
        }
        Ok(())
    }

    /// Names a value that was left out in each line that it would have gone into.
    pub(super) fn name_in_lines(
        &self,
        exclusion: Exclusion<'b>,
        lines: &mut BTreeMap<Keys, Line<'b>>,
    ) -> Result<(), Overflow> {
        let (mut taken, mut named) = (Vec::new(), Vec::new());
        self.parts(exclusion.entry, self.cut, &mut taken)?;
        for part in &taken {
            self.groups(exclusion.entry, part, &mut |keys| named.push(keys));
        }
        named.sort_unstable();
        named.dedup();
        for keys in named {
            if let Some(line) = lines.get_mut(&keys) {
                line.exclusions.push(exclusion);
            }
        }
        Ok(())
    }

    fn take(
        &self,
        rules: Rules,
        chosen: Chosen<'b>,
        part: Part,
        line: &mut Line<'b>,
        mean: &mut Mean,
    ) -> Result<(), Overflow> {
        let Chosen { entry, weight } = chosen;
        match (entry.figure.amount(), weight) {
            (None, _) => line.listed.push(entry.figure.clone()),
            // Of an average that is not added up, each project's is listed.
            (Some(_), Some(days)) => {
                mean.add(part.amount, days, rules.listed(), matches!(entry.figure, Figure::Ratio(_)))?;
            }
            (Some(_), None) if rules.listed() => line.listed.push(match entry.figure {
                Figure::Ratio(_) => Figure::Ratio(part.amount),
                _ => Figure::Number(part.amount),
            }),
            (Some(_), None) => line.amount = Some(line.amount.unwrap_or_default().plus(part.amount)?),
        }
        if line.reported.last() != Some(&entry.project) {
            line.reported.push(entry.project);
        }
        let period = self.book.period_of(entry);
        line.days = Some(match line.days {
            Some((first, last)) => (first.min(period.start), last.max(period.end)),
            None => (period.start, period.end),
        });
        if self.question.explain {
            line.contributions.push(Contribution { entry, part, weight });
        }
        Ok(())
    }

    /// The lines that a part of a value goes into.
    fn groups(&self, entry: &Entry, part: &Part, into: &mut impl FnMut(Keys)) {
        match self.question.keys.as_slice() {
            [] => {}
            [one] => self.options(*one, entry, part, &mut |key| into([key, Name::NONE])),
            [one, other, ..] => self.options(*one, entry, part, &mut |key| {
                self.options(*other, entry, part, &mut |another| into([key, another]));
            }),
        }
    }

    fn options(&self, key: Key, entry: &Entry, part: &Part, into: &mut impl FnMut(Name)) {
        match key {
            Key::Territory(level) => {
                let place = self.stands_in(entry, part);
                let inside = self.question.territory.is_none_or(|wanted| self.tree.lies_in(place, wanted));
                into(if inside { self.tree.at(place, level, self.question.territory) } else { Name::NONE });
            }
            Key::Period => into(self.book.period_of(entry).label),
            Key::Year => into(self.book.period_of(entry).year),
            Key::Project => into(entry.project),
            Key::Dimension(_) => into(part.code),
            Key::Partner | Key::Need | Key::Recommendation | Key::Country => {
                match self.ties(entry.project).under(key, entry, self.question) {
                    none if none.is_empty() => into(Name::NONE),
                    some => some.iter().copied().for_each(into),
                }
            }
        }
    }
}

/// Values that others stand for.
fn passed_over<'b>(rules: Rules, values: &[&'b Entry], chosen: &[Chosen<'b>]) -> Vec<Exclusion<'b>> {
    let reason = match rules.time {
        TimeAggregation::Latest => Reason::NotLatest,
        TimeAggregation::Max => Reason::NotGreatest,
        _ => return Vec::new(),
    };
    let stands = |entry: &Entry| chosen.iter().any(|one| std::ptr::eq(one.entry, entry));
    values.iter().filter(|entry| !stands(entry)).map(|entry| Exclusion { entry, reason }).collect()
}
