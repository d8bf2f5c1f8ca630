//! Who should have reported, and in which lines.

use std::collections::BTreeSet;

use chassis::column::Day;
use chrono::Datelike as _;

use super::super::super::Kind;
use super::{Reference, combinations};

impl Reference<'_> {
    pub(super) fn due(&self) -> impl Iterator<Item = String> {
        let t = self.asked.as_of;
        let projects: BTreeSet<String> = self.network.links.iter().map(|link| link.project.clone()).collect();
        projects.into_iter().filter(move |project| {
            let here = self.asked.territory.as_ref().is_none_or(|wanted| {
                let places = self.linked(project, Kind::Territory, t);
                places.iter().any(|place| self.path(place).contains(wanted))
            });
            self.held(project, Kind::Indicator, t).contains(self.indicator)
                && self.is_leaf(project)
                && self.wanted(project, t)
                && here
                && self.runs(project, self.asked.from, self.asked.to)
        })
    }

    fn runs(&self, project: &str, from: Option<Day>, to: Option<Day>) -> bool {
        self.held(project, Kind::Run, self.asked.as_of).iter().any(|days| {
            let (start, end) = days.split_once('/').unwrap();
            let late = Day::parse(start).zip(to).is_some_and(|(start, to)| start > to);
            let early = Day::parse(end).zip(from).is_some_and(|(end, from)| end < from);
            !late && !early
        })
    }

    pub(super) fn lines_due(&self, project: &str) -> Vec<Vec<String>> {
        let t = self.asked.as_of;
        let options = self.asked.keys.iter().map(|key| match key.as_str() {
            key if key.starts_with("TERRITORY") => {
                vec![self.level(key, &self.common(&self.linked(project, Kind::Territory, t)))]
            }
            key => self.words(key, project, t),
        });
        combinations(options.collect())
    }

    pub(super) fn is_due_in(&self, project: &str, line: &[String]) -> bool {
        let t = self.asked.as_of;
        self.asked.keys.iter().zip(line).all(|(key, word)| match key.as_str() {
            "SEX" => true,
            "YEAR" | "PERIOD" => {
                let of_time = self.network.values.iter().filter(|value| {
                    let (name, start, end) = &value.period;
                    *word == end.year().to_string() || word == name || *word == format!("{start}/{end}")
                });
                let days: Vec<(Day, Day)> = of_time.map(|value| (value.period.1, value.period.2)).collect();
                let last = days.iter().map(|(_, end)| *end).max();
                let first = match key.as_str() {
                    "YEAR" => Day::parse(&format!("{word}-01-01")),
                    _ => days.iter().map(|(start, _)| *start).min(),
                };
                self.runs(project, first, last)
            }
            key if key.starts_with("TERRITORY") => {
                self.level(key, &self.common(&self.linked(project, Kind::Territory, t))) == *word
            }
            key => self.words(key, project, t).contains(word),
        })
    }
}
