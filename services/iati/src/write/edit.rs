//! Changes inside the results of a record: periods that came since, and values that were corrected.

use chrono::NaiveDate;

use super::{Element, Rewrite};
use crate::tree::Id;
use crate::value::date;

impl Rewrite<'_> {
    /// The indicator that stands at this place: the number of its result, and its own in that, from 0.
    fn indicator(&self, (result, indicator): (usize, usize)) -> Option<Id> {
        let result = self.tree.named(self.record, "result").nth(result)?;
        self.tree.named(result, "indicator").nth(indicator)
    }

    /// Adds periods after those of an indicator; false when there is no such indicator.
    pub fn add_periods(&mut self, place: (usize, usize), periods: impl IntoIterator<Item = Element>) -> bool {
        let Some(indicator) = self.indicator(place) else { return false };
        let own = self.tree.node(indicator).children.iter().rev();
        let Some(last) = own.copied().find(|id| !self.tree.node(*id).name.contains(':')) else {
            return false;
        };
        let mut text = String::new();
        for period in periods {
            period.write(&mut text, 3);
        }
        self.insert(self.tree.node(last).span.end, text);
        true
    }

    /// Puts others in the place of the actual values of a period; false when there is no such period.
    pub fn replace_actuals(
        &mut self,
        place: (usize, usize),
        days: (NaiveDate, NaiveDate),
        actuals: impl IntoIterator<Item = Element>,
    ) -> bool {
        let Some(indicator) = self.indicator(place) else { return false };
        let day = |period: Id, name: &str| {
            let element = self.tree.named(period, name).next()?;
            date(self.tree.attribute(element, "iso-date")?)
        };
        let of_days =
            |period: &Id| day(*period, "period-start").zip(day(*period, "period-end")) == Some(days);
        let Some(period) = self.tree.named(indicator, "period").find(of_days) else { return false };
        let own: Vec<Id> = self.tree.node(period).children.clone();
        let (old, others): (Vec<Id>, Vec<Id>) =
            own.into_iter().partition(|id| self.tree.node(*id).name == "actual");
        let before = others.into_iter().rfind(|id| !self.tree.node(*id).name.contains(':'));
        let Some(before) = before else { return false };
        for id in old {
            let span = self.tree.node(id).span.clone();
            let from = self.raw[..span.start].trim_end().len();
            self.edits.insert(from, (span.end, String::new()));
        }
        let mut text = String::new();
        for actual in actuals {
            actual.write(&mut text, 4);
        }
        self.insert(self.tree.node(before).span.end, text);
        true
    }

    fn insert(&mut self, at: usize, text: String) {
        let edit = self.edits.entry(at).or_insert_with(|| (at, String::new()));
        edit.1.push_str(&text);
    }
}
