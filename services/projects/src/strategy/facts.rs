//! What a strategy must know of others, and of the clock. Pure.

use chassis::clock::Zone;
use chassis::column::{Day, Micros};

use crate::settings::Agreed;

/// What the network has agreed on of days.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// Where days begin and end.
    pub zone: Zone,
    /// How many days a consultation lasts at least (PRJ-9).
    pub least_days: i32,
}

impl From<&Agreed> for Calendar {
    fn from(agreed: &Agreed) -> Self {
        Self { zone: agreed.zone, least_days: agreed.strategy_consultation_min_days }
    }
}

/// Told to a row before it is shown or moved; kept nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The day it is, where the network's days begin and end.
    pub today: Option<Day>,
    /// How many days a consultation lasts at least.
    pub least_days: i32,
    /// When its consultation ended, once it has.
    pub consulted: Option<Micros>,
    /// Its owner is the authority of its territory, or of one that this lies in (PRJ-8).
    pub authority: bool,
    /// Whether its owner is public, once partners were asked (PRJ-8).
    pub public: Option<bool>,
    /// How many of its needs are qualified (PRJ-9).
    pub qualified: usize,
    /// Published proposals on it that are not answered (PRJ-9).
    pub unanswered: i32,
    /// Proposals on it that nobody has moderated yet.
    pub unmoderated: i32,
    /// The adopted strategies of its territory and owner, itself left out, by their names and days (PRJ-10).
    pub rivals: Vec<Rival>,
}

/// An adopted strategy of the same territory and owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// Its name.
    pub name: String,
    /// Its first day.
    pub start: Day,
    /// The last day on which it is in force.
    pub end: Day,
}
