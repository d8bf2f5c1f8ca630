//! The lines of a total: what each says, of what, and the values behind it.

use chassis::column::Day;
use proto::projects::exclusion::Reason;

use super::Rules;
use super::book::{Entry, Figure, Name};
use super::exact::{Amount, Overflow};
use super::part::Part;

/// The keys of a line; none where there are fewer.
pub type Keys = [Name; 2];

/// The totals of a series.
#[derive(Debug)]
pub struct Total<'b> {
    /// Which series, by its place in the book.
    pub series: u32,
    /// How it is added up.
    pub rules: Rules,
    /// The lines add up to the total.
    pub additive: bool,
    /// All together, each value once.
    pub total: Line<'b>,
    /// By the keys, in their order.
    pub lines: Vec<Line<'b>>,
}

impl Total<'_> {
    /// The same, with no word of the values behind it.
    pub fn without_values(self) -> Total<'static> {
        let lines = self.lines.into_iter().map(Line::without_values).collect();
        Total {
            series: self.series,
            rules: self.rules,
            additive: self.additive,
            total: self.total.without_values(),
            lines,
        }
    }

    /// There is something in it. A line may have something where the total has nothing: of another time, when the project
    /// stood elsewhere.
    pub fn says_something(&self) -> bool {
        let told =
            |line: &Line<'_>| line.expected > 0 || !line.reported.is_empty() || !line.exclusions.is_empty();
        told(&self.total) || self.lines.iter().any(told)
    }
}

/// A total, or a part of one.
#[derive(Debug, Default)]
pub struct Line<'b> {
    /// What it is of.
    pub keys: Keys,
    /// How much; nothing where nothing was reported.
    pub amount: Option<Amount>,
    /// The values, where they are not added up.
    pub listed: Vec<Figure>,
    /// Projects that should have reported.
    pub expected: usize,
    /// Projects that did, in order.
    pub reported: Vec<Name>,
    /// The first and the last day of the values that went in.
    pub days: Option<(Day, Day)>,
    /// What went in.
    pub contributions: Vec<Contribution<'b>>,
    /// What did not.
    pub exclusions: Vec<Exclusion<'b>>,
}

impl Line<'_> {
    /// One project counts each person once; another may count the same person (AGG-4).
    pub fn upper_bound(&self, rules: Rules) -> bool {
        rules.persons() && self.amount.is_some() && self.reported.len() > 1
    }

    fn without_values(self) -> Line<'static> {
        let Self { keys, amount, listed, expected, reported, days, .. } = self;
        let (contributions, exclusions) = (Vec::new(), Vec::new());
        Line { keys, amount, listed, expected, reported, days, contributions, exclusions }
    }
}

/// A value that went into a line, or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Contribution<'b> {
    /// The value.
    pub entry: &'b Entry,
    /// How much of it.
    pub part: Part,
    /// Days that it weighs in a mean.
    pub weight: Option<i64>,
}

/// A value that a line leaves out.
#[derive(Clone, Copy, Debug)]
pub struct Exclusion<'b> {
    /// The value.
    pub entry: &'b Entry,
    /// Why.
    pub reason: Reason,
}

/// A mean of the values of one indicator of one project, weighted by days.
#[derive(Debug, Default)]
pub(super) struct Mean {
    weighted: Amount,
    days: i64,
    listed: bool,
    ratio: bool,
}

impl Mean {
    pub(super) fn add(
        &mut self,
        amount: Amount,
        days: i64,
        listed: bool,
        ratio: bool,
    ) -> Result<(), Overflow> {
        self.weighted = self.weighted.plus(amount.times(days)?)?;
        self.days = self.days.checked_add(days).ok_or(Overflow)?;
        (self.listed, self.ratio) = (listed, ratio);
        Ok(())
    }

    pub(super) fn settle(self, line: &mut Line<'_>) -> Result<(), Overflow> {
        if self.days == 0 {
            return Ok(());
        }
        let mean = self.weighted.among(self.days);
        match (self.listed, self.ratio) {
            (true, true) => line.listed.push(Figure::Ratio(mean)),
            (true, false) => line.listed.push(Figure::Number(mean)),
            (false, _) => line.amount = Some(line.amount.unwrap_or_default().plus(mean)?),
        }
        Ok(())
    }
}
