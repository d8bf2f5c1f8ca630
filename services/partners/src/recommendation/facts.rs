//! What a recommendation must know of others, and of the clock. Pure.

use std::collections::HashSet;

use chassis::column::{Day, Micros};
use proto::partners::partner::Sector;

use crate::partner::who::Who;

/// Told to a row before it is shown or moved; kept nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Who leads its working group.
    pub leads: Vec<String>,
    /// The day it is, where the network's days begin and end.
    pub today: Option<Day>,
    /// How many days a consultation lasts at least.
    pub least_days: i32,
    /// When its consultation ended, once it has.
    pub consulted: Option<Micros>,
    /// The partners whose integrated contributions it stands on, one for each contribution.
    pub sources: Vec<Who>,
}

impl Facts {
    /// How many sectors its sources come from.
    pub fn sectors(&self) -> usize {
        let known = self.sources.iter().filter(|source| source.sector != Sector::Unspecified);
        known.map(|source| source.sector as i32).collect::<HashSet<_>>().len()
    }
}
