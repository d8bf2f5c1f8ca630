//! Who should have reported (AGG-9), and what a total leaves out (BEY-3).

use std::collections::{BTreeMap, BTreeSet};

use chassis::column::Day;
use proto::projects::exclusion::Reason;

use super::book::{Entry, Kind, Name};
use super::exact::Overflow;
use super::tie::Ties;
use super::total::{Asker, Exclusion, Keys, Line, Sheet};
use super::{Key, Rules};

impl<'b> Asker<'b, '_> {
    /// Counts the projects that should have reported, in the total and in each line; a line that nobody reported in is there
    /// all the same, without a value (BEY-9).
    pub(super) fn expect(&self, series: u32, sheet: &mut Sheet<'b>) {
        let times = self.told_apart(&sheet.lines);
        let own = self.book.series[series as usize];
        // What is still to be reported will be of the latest version.
        let latest = self.book.series.iter().rev().filter(|other| other.indicator == own.indicator);
        let latest = latest.max_by_key(|other| other.version) == Some(&own);
        for project in self.expected.get(&own.indicator).into_iter().flatten().filter(|_| latest) {
            let Some(ties) = self.ties.get(project).filter(|ties| self.is_due(*project, ties)) else {
                continue;
            };
            due(&mut sheet.total, *project);
            let options: Vec<Vec<Name>> = self
                .question
                .keys
                .iter()
                .zip(&times)
                .map(|(key, told)| self.may_be(*key, *project, ties, told))
                .collect();
            let made =
                !self.question.keys.iter().any(|key| key.of_time() || matches!(key, Key::Dimension(_)));
            for keys in product(&options) {
                match sheet.lines.get_mut(&keys) {
                    Some(line) => due(line, *project),
                    None if made => {
                        due(sheet.lines.entry(keys).or_insert(Line { keys, ..Line::default() }), *project);
                    }
                    None => {}
                }
            }
        }
        for line in sheet.lines.values_mut().chain([&mut sheet.total]) {
            line.expected += line.reported.len();
        }
    }

    /// Of each key, what the lines there are tell apart: times with their days, and codes.
    fn told_apart(&self, lines: &BTreeMap<Keys, Line<'b>>) -> Vec<BTreeMap<Name, Days>> {
        let spans = |key: &Key| -> BTreeMap<Name, Days> {
            let periods = self.book.periods.iter();
            let mut spans = BTreeMap::new();
            for period in periods {
                let name = if *key == Key::Year { period.year } else { period.label };
                let start = if *key == Key::Year { first_of_year(period.end) } else { period.start };
                let span = spans.entry(name).or_insert((Some(start), Some(period.end)));
                *span = (span.0.min(Some(start)), span.1.max(Some(period.end)));
            }
            spans
        };
        let told = |(at, key): (usize, &Key)| {
            let seen: BTreeSet<Name> = lines.keys().map(|keys| keys[at]).collect();
            match key {
                Key::Year | Key::Period => {
                    let mut spans = spans(key);
                    spans.retain(|name, _| seen.contains(name));
                    spans
                }
                Key::Dimension(_) => seen.into_iter().map(|code| (code, Days::default())).collect(),
                _ => BTreeMap::new(),
            }
        };
        self.question.keys.iter().enumerate().take(2).map(told).collect()
    }

    /// The project runs in the days that are asked for, in the territory that is asked for.
    fn is_due(&self, project: Name, ties: &Ties<'b>) -> bool {
        let question = self.question;
        let span = (question.from, question.to);
        let placed = question.territory.is_none_or(|wanted| {
            ties.now(Kind::Territory, question).iter().any(|territory| self.tree.lies_in(*territory, wanted))
        });
        placed
            && ties.run.is_some_and(|run| overlap(run, span))
            && ties.in_scope(project, question.as_of, question, &self.ties)
    }

    fn may_be(&self, key: Key, project: Name, ties: &Ties<'b>, told: &BTreeMap<Name, Days>) -> Vec<Name> {
        let kind = match key {
            Key::Partner => Kind::Partner,
            Key::Need => Kind::Need,
            Key::Recommendation => Kind::Recommendation,
            Key::Country => Kind::Country,
            Key::Project => return vec![project],
            Key::Territory(level) => {
                let place = self.tree.common(&ties.now(Kind::Territory, self.question));
                return vec![self.tree.at(place, level, self.question.territory)];
            }
            Key::Period | Key::Year | Key::Dimension(_) => {
                let runs = |span: Days| ties.run.is_some_and(|run| overlap(run, span));
                return told.iter().filter(|(_, span)| runs(**span)).map(|(name, _)| *name).collect();
            }
        };
        match ties.now(kind, self.question).into_owned() {
            none if none.is_empty() => vec![Name::NONE],
            some => some,
        }
    }

    /// Names what was left out, and why.
    pub(super) fn leave_out(
        &self,
        series: u32,
        rules: Rules,
        waiting: &'b [Entry],
        sheet: &mut Sheet<'b>,
    ) -> Result<(), Overflow> {
        let mut left = std::mem::take(&mut sheet.left);
        left.extend(
            waiting
                .iter()
                .filter(|entry| entry.series == series && self.is_awaited(entry))
                .map(|entry| Exclusion { entry, reason: Reason::NotAccepted }),
        );
        let own = self.book.series[series as usize];
        for (place, other) in self.book.series.iter().enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            if place == series || other.indicator != own.indicator {
                continue;
            }
            let reason = if other.version == own.version { Reason::OtherUnit } else { Reason::OtherVersion };
            let counts = |entry: &&Entry| self.standing(entry, rules) == Some(None);
            left.extend(self.entries(place).iter().filter(counts).map(|entry| Exclusion { entry, reason }));
        }
        for exclusion in left {
            if self.touches(exclusion.entry) {
                sheet.total.exclusions.push(exclusion);
            }
            self.name_in_lines(exclusion, &mut sheet.lines)?;
        }
        self.without_cells(&mut sheet.lines);
        Ok(())
    }

    /// A value of a report that is not accepted would count if it were.
    fn is_awaited(&self, entry: &Entry) -> bool {
        let (question, period) = (self.question, self.book.period_of(entry));
        let ties = self.ties(entry.project);
        question.from.is_none_or(|from| period.start >= from)
            && question.to.is_none_or(|to| period.end <= to)
            && ties.in_scope(entry.project, question.as_of, question, &self.ties)
    }

    /// What went into the line of no code is named in its sisters: it is not broken down that way.
    fn without_cells(&self, lines: &mut BTreeMap<Keys, Line<'b>>) {
        for at in 0..self.question.keys.len().min(2) {
            let key = self.question.keys[at];
            if !key.of_parts() {
                continue;
            }
            let rest: Vec<(Keys, Vec<&'b Entry>)> = lines
                .iter()
                .filter(|(keys, _)| keys[at] == Name::NONE)
                .map(|(keys, line)| (*keys, line.contributions.iter().map(|one| one.entry).collect()))
                .collect();
            for (keys, entries) in rest {
                let sisters = lines.iter_mut().filter(|(other, _)| {
                    other[at] != Name::NONE && (0..2).all(|place| place == at || other[place] == keys[place])
                });
                for (other, line) in sisters {
                    let concerned = entries.iter().filter(|entry| self.concerns(key, other[at], entry));
                    line.exclusions
                        .extend(concerned.map(|entry| Exclusion { entry, reason: Reason::NoCell }));
                }
            }
        }
    }

    /// A value might have had a part there: of a dimension always, of a territory where its project is active.
    fn concerns(&self, key: Key, code: Name, entry: &Entry) -> bool {
        let Key::Territory(level) = key else { return true };
        let territories = self.ties(entry.project).of(Kind::Territory, entry.accepted, self.question);
        territories.iter().any(|place| self.tree.at(*place, level, self.question.territory) == code)
    }
}

/// From when until when, where that is known.
type Days = (Option<Day>, Option<Day>);

fn due(line: &mut Line<'_>, project: Name) {
    // Who reported is counted as such.
    if line.reported.binary_search(&project).is_err() {
        line.expected += 1;
    }
}

fn overlap((start, end): Days, (first, last): Days) -> bool {
    let begins =
        |start: Option<Day>, end: Option<Day>| start.zip(end).is_none_or(|(start, end)| start <= end);
    begins(start, last) && begins(first, end)
}

fn first_of_year(day: Day) -> Day {
    use chrono::Datelike as _;
    chrono::NaiveDate::from_ymd_opt(day.year(), 1, 1).and_then(Day::of).unwrap_or(day)
}

/// Each combination of one of each.
fn product(options: &[Vec<Name>]) -> Vec<Keys> {
    match options {
        [] => Vec::new(),
        [one] => one.iter().map(|key| [*key, Name::NONE]).collect(),
        [one, other, ..] => one.iter().flat_map(|key| other.iter().map(|another| [*key, *another])).collect(),
    }
}
