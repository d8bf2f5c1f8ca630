//! What others say of a partnership, and what follows from it. Pure; told by the store, kept nowhere.

use std::collections::{BTreeSet, HashMap};

use chassis::column::Day;
use proto::partners as pb;
use proto::partners::partner::Sector;
use proto::partners::partnership::{Stage, State};
use proto::partners::partnership_member::Role;

use super::row::Model;
use crate::partner::who::Who;

/// What its agreements say of a partnership on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// One of them is in force.
    pub in_force: bool,
    /// The partners that those in force have as parties.
    pub covers: BTreeSet<String>,
    /// A successor of one in force is being prepared.
    pub successor_prepared: bool,
    /// The last one in force was given notice of.
    pub terminating: bool,
    /// The last day of the one that is in force the longest.
    pub end: Option<Day>,
}

/// What a partnership is told before it is shown or moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The day, in the network's time zone.
    pub today: Option<Day>,
    /// Its members, the former ones too, by the names it knows them by.
    pub members: HashMap<String, Who>,
    /// What its agreements say.
    pub standing: Standing,
    /// A health check is open.
    pub under_review: bool,
}

impl Model {
    /// Who is a member on a day, the lead among them.
    pub fn members_on(&self, day: Day) -> impl Iterator<Item = &pb::PartnershipMember> {
        self.members.iter().filter(move |member| {
            let date = |date: Option<&proto::Date>| date.and_then(|date| Day::from_date("", date).ok());
            let joined = date(member.join_date.as_ref()).is_none_or(|first| first <= day);
            joined && date(member.leave_date.as_ref()).is_none_or(|last| day <= last)
        })
    }

    /// Who is a member today; nobody knows before the row was told the day.
    pub fn members_today(&self) -> impl Iterator<Item = &pb::PartnershipMember> {
        self.facts.today.into_iter().flat_map(|today| self.members_on(today))
    }

    /// A partner is a member today, or took the place of one.
    pub fn has_member(&self, partner: &str) -> bool {
        self.members_today().any(|member| {
            member.partner == partner
                || self.facts.members.get(&member.partner).is_some_and(|who| who.name == partner)
        })
    }

    /// The members of today who count: active ones, each once, observers aside.
    fn counting(&self) -> HashMap<&str, Sector> {
        self.members_today()
            .filter(|member| member.role() != Role::Observer)
            .filter_map(|member| self.facts.members.get(&member.partner))
            .filter(|who| who.active)
            .map(|who| (who.name.as_str(), who.sector))
            .collect()
    }

    /// How many active members each sector has today (PAR-4).
    pub fn sector_mix(&self) -> pb::SectorMix {
        let counting = self.counting();
        let count = |sector| {
            let count = counting.values().filter(|other| **other == sector).count();
            i32::try_from(count).unwrap_or(i32::MAX)
        };
        pb::SectorMix {
            public: count(Sector::Public),
            private: count(Sector::Private),
            civil: count(Sector::Civil),
        }
    }

    /// It has a public, a private and a civil member (PAR-4).
    pub fn tripartite(&self) -> bool {
        let pb::SectorMix { public, private, civil } = self.sector_mix();
        public > 0 && private > 0 && civil > 0
    }

    /// It is at work without an agreement in force (PAR-7).
    pub fn agreement_gap(&self) -> bool {
        self.state == State::Active && !self.facts.standing.in_force
    }

    /// Its lead is party to an agreement in force: under its own name, or that of a partner whose place it took, or that took
    /// its place (BEY-1).
    pub fn lead_is_bound(&self) -> bool {
        let lead = self.living(&self.lead_partner);
        self.facts.standing.covers.iter().any(|party| self.living(party) == lead)
    }

    /// The partner that is meant by a name today: itself, or the one that took its place (BEY-1).
    pub fn living<'a>(&'a self, name: &'a str) -> &'a str {
        self.facts.members.get(name).map_or(name, |who| who.name.as_str())
    }

    /// Where it is in the cycle of partnerships.
    pub fn stage(&self) -> Stage {
        let Facts { standing, under_review, .. } = &self.facts;
        match self.state.get() {
            State::Unspecified | State::Abandoned => Stage::Unspecified,
            State::Forming => Stage::ScopingBuilding,
            State::Closed => Stage::SustainingOutcomes,
            State::Active if standing.successor_prepared || *under_review => Stage::ReviewingRevising,
            State::Active if standing.terminating => Stage::SustainingOutcomes,
            State::Active => Stage::ManagingMaintaining,
        }
    }
}
