//! How far an indicator has come (PRJ-23). Pure.

use chassis::column::Day;
use proto::projects as pb;
use proto::projects::indicator::TimeAggregation;
use rust_decimal::Decimal;

use crate::measure;

/// A value of some days: promised, or reported and accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
    /// How much.
    pub value: pb::IndicatorValue,
}

/// What was promised by an indicator, and what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// How the values of periods make one.
    pub time: TimeAggregation,
    /// Its values are words.
    pub qualitative: bool,
    /// Less is better.
    pub descending: bool,
    /// Where it started.
    pub baseline: Option<pb::IndicatorValue>,
    /// Where it is to be.
    pub targets: Vec<Step>,
    /// What was reported, accepted, and still counts.
    pub actuals: Vec<Step>,
}

/// Where an indicator stands: from where, to where, how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it started; 0 where values add up.
    pub baseline: Decimal,
    /// Where it is to be by then.
    pub target: Decimal,
    /// Where it is.
    pub actual: Decimal,
    /// Less is better.
    pub descending: bool,
}

impl Course {
    /// The target that is due in some days: the last that ends in them.
    pub fn due(&self, start: Day, end: Day) -> Option<&Step> {
        self.targets
            .iter()
            .filter(|target| (start..=end).contains(&target.end))
            .max_by_key(|target| target.end)
    }

    /// The latest accepted value.
    pub fn latest(&self) -> Option<&Step> {
        self.actuals.iter().max_by_key(|actual| actual.end)
    }

    /// Where it stands at the end of a period; nothing when no target is due then, nothing was reported, or it cannot be
    /// said in numbers. Where values add up over time, all until then is added up, and the start is 0.
    pub fn standing(&self, start: Day, end: Day) -> Option<Standing> {
        if self.qualitative {
            return None;
        }
        let due = self.due(start, end)?;
        let own = self.actuals.iter().find(|actual| (actual.start, actual.end) == (start, end))?;
        let until = |steps: &[Step], last: Day| together(steps.iter().filter(|step| step.end <= last));
        let (baseline, target, actual) = match self.time {
            TimeAggregation::None | TimeAggregation::Unspecified => return None,
            TimeAggregation::Sum => {
                (Decimal::ZERO, until(&self.targets, due.end)?, until(&self.actuals, end)?)
            }
            TimeAggregation::Latest | TimeAggregation::Average | TimeAggregation::Max => (
                self.baseline.as_ref().and_then(measure::as_number)?,
                measure::as_number(&due.value)?,
                measure::as_number(&own.value)?,
            ),
        };
        Some(Standing { baseline, target, actual, descending: self.descending })
    }

    /// How far it had come by its latest accepted value.
    pub fn achievement(&self) -> Option<Decimal> {
        let latest = self.latest()?;
        self.standing(latest.start, latest.end)?.achievement()
    }
}

/// Values added up: of shares, all parts over all wholes (AGG-3). Nothing when the sum is more than a number holds.
fn together<'s>(steps: impl Iterator<Item = &'s Step>) -> Option<Decimal> {
    let (mut part, mut whole, mut shares) = (Decimal::ZERO, Decimal::ZERO, false);
    for step in steps {
        let (of, all) = measure::parts(&step.value);
        shares |= matches!(step.value.kind, Some(pb::indicator_value::Kind::Ratio(_)));
        (part, whole) = (part.checked_add(of)?, whole.checked_add(all)?);
    }
    if shares { part.checked_div(whole) } else { Some(part) }
}

impl Standing {
    /// It is on the wrong side of its target.
    pub fn falls_short(self) -> bool {
        if self.descending { self.actual > self.target } else { self.actual < self.target }
    }

    /// (actual − baseline) ÷ (target − baseline), which holds upwards and downwards.
    ///
    /// Two kinds of targets are no way to go. One that equals the baseline is kept, 1, or not, 0. One that is worse than the
    /// baseline is a limit (at most so many complaints, no fewer than so many members): the way towards it is lost, not
    /// made, so it is counted from the other side. Exactly at the limit is 1, and twice as far as it allows is 0.
    pub fn achievement(self) -> Option<Decimal> {
        let way = self.target.checked_sub(self.baseline)?;
        if way.is_zero() {
            return Some(if self.falls_short() { Decimal::ZERO } else { Decimal::ONE });
        }
        let gone = self.actual.checked_sub(self.baseline)?.checked_div(way)?;
        let limit = way.is_sign_positive() == self.descending;
        if limit { Decimal::TWO.checked_sub(gone) } else { Some(gone) }
    }
}
