//! What accepted values add up to (AGG-1 to AGG-9), and why (BEY-3). Pure: plain structs in, totals out; no clock, no store.
//!
//! | module | what it knows |
//! |---|---|
//! | [`exact`] | numbers in millionths: sums are exact, or an error |
//! | [`book`] | the values and links that are known, by short names |
//! | [`tree`] | territories, and where in them a value stands (AGG-6) |
//! | [`part`] | a value by its cells |
//! | `line` | the lines of a total, and what stands behind them |
//! | `memo` | totals that were added up before |
//! | [`time`] | which values of a project stand for it, over time (AGG-2) |
//! | `tie` | what projects were linked to when their values were accepted |
//! | [`total`] | adding up across projects, line by line |
//! | `coverage` | who should have reported (AGG-9), what is left out |

pub mod book;
mod coverage;
pub mod exact;
mod line;
mod memo;
pub mod part;
mod tie;
pub mod time;
pub mod total;
pub mod tree;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use chassis::column::{Day, Micros};
use proto::projects::aggregate_indicators_request::GroupBy;
use proto::projects::indicator::{CountingBasis, EntityAggregation, TimeAggregation};

pub use book::{Book, Entry, Figure, Kind, Name, Names};
pub use exact::{Exact, Overflow};
pub use memo::Memo;
pub use total::{Contribution, Exclusion, Line, Total, aggregate, alone};
pub use tree::{Level, Tree};

/// The version of the rules in this module; it changes when an answer would.
pub const VERSION: i32 = 1;

/// How the values of an indicator are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Over time.
    pub time: TimeAggregation,
    /// Across projects.
    pub entity: EntityAggregation,
    /// What is counted.
    pub basis: CountingBasis,
}

impl Rules {
    /// The values are shares.
    pub fn ratio(&self) -> bool {
        self.entity == EntityAggregation::Ratio
    }

    /// The values are not added up: each stands alone (AGG-3).
    pub fn listed(&self) -> bool {
        self.entity == EntityAggregation::None || self.time == TimeAggregation::None
    }

    /// Persons are counted: what is small is not shown to all (GDP-2), and sums are upper bounds (AGG-4).
    pub fn persons(&self) -> bool {
        self.basis == CountingBasis::UniquePersons
    }
}

/// A key that totals are broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Territories of a level.
    Territory(Level),
    /// Partners that lead or take part.
    Partner,
    /// Needs.
    Need,
    /// Recommendations.
    Recommendation,
    /// Reporting periods.
    Period,
    /// Years in which periods end.
    Year,
    /// Countries.
    Country,
    /// Projects.
    Project,
    /// The cells of a dimension.
    Dimension(Name),
}

impl Key {
    /// A project may have several: the lines do not add up to the total (AGG-5).
    pub fn many(self) -> bool {
        matches!(self, Self::Partner | Self::Need | Self::Recommendation | Self::Country)
    }

    /// It tells times apart.
    pub fn of_time(self) -> bool {
        matches!(self, Self::Period | Self::Year)
    }

    /// It takes a value apart.
    pub fn of_parts(self) -> bool {
        matches!(self, Self::Territory(_) | Self::Dimension(_))
    }

    /// As the contract names it.
    pub fn group_by(self) -> GroupBy {
        match self {
            Self::Territory(_) => GroupBy::Territory,
            Self::Partner => GroupBy::Partner,
            Self::Need => GroupBy::Need,
            Self::Recommendation => GroupBy::Recommendation,
            Self::Period => GroupBy::ReportingPeriod,
            Self::Year => GroupBy::Year,
            Self::Country => GroupBy::Country,
            Self::Project => GroupBy::Project,
            Self::Dimension(_) => GroupBy::Dimension,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Of which indicators; of all when empty.
    pub indicators: Vec<Name>,
    /// By what, at most two.
    pub keys: Vec<Key>,
    /// Only what lies in this territory.
    pub territory: Option<Name>,
    /// Only of projects that one of these leads or takes part in: a partner, and those merged into it (BEY-1).
    pub partners: Option<HashSet<Name>>,
    /// Partners that were merged, each with the one that took its place (BEY-1).
    pub merged: HashMap<Name, Name>,
    /// Only of projects that answer this need.
    pub need: Option<Name>,
    /// Only of projects that carry this recommendation out.
    pub recommendation: Option<Name>,
    /// Only of this project and its parts.
    pub project: Option<Name>,
    /// Only of periods that do not begin before.
    pub from: Option<Day>,
    /// Only of periods that do not end after.
    pub to: Option<Day>,
    /// Periods that do not count, because they are still open (GDP-3).
    pub open: HashSet<Name>,
    /// Only of periods that had ended then, where they have days of their own (GDP-3).
    pub ended_before: Option<Day>,
    /// What was known then (BEY-4).
    pub as_of: Micros,
    /// Say which values went in, and which did not (BEY-3).
    pub explain: bool,
}
