//! What a source says anew of what was taken over from it, and what becomes of it: each noun in its own way. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::{Row, mask, say};
use proto::common::Origin;
use proto::partners as pb;

use super::draft::{FOUND_STATE, agreement_state, commitment_state, partnership_state, renamed};
use crate::{agreement, commitment, partnership};

/// Where and when something is found.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) within: Option<Arc<partnership::row::Model>>,
    pub(super) today: Day,
    pub(super) now: Micros,
}

impl Place {
    fn within(&self) -> Result<&Arc<partnership::row::Model>> {
        self.within.as_ref().ok_or_else(|| Error::internal("no partnership"))
    }
}

/// A noun that is taken over as found.
pub(super) trait Noun: Row {
    /// What a source says of it.
    type Said: prost::Message + Default + Clone + PartialEq;

    /// What it says of the resource.
    fn resource(said: &Self::Said) -> Self::Message;
    /// The resource that becomes of it.
    fn found(said: &Self::Said, place: &Place) -> Result<Self>;
    /// Takes over a draft in which everything is what it was but for what the source changed.
    fn learn(
        &mut self,
        draft: &Self::Message,
        made: &Self,
        before: &Self::Said,
        now: &Self::Said,
        place: &Place,
    ) -> Result<()>;
    /// The same, with today's names of partners in the place of those before they were merged (BEY-1).
    fn renamed(said: Self::Said, names: &BTreeMap<String, String>) -> Self::Said;
    /// What of it people are told when it changes.
    const FIELDS_SAID: &'static [&'static str];
    /// It came from a source.
    fn imported(&self) -> bool;
    /// It was created then.
    fn created(&self) -> Micros;
}

/// What the rows of these nouns say alike.
macro_rules! as_found {
    () => {
        fn imported(&self) -> bool {
            self.origin == Origin::Imported
        }

        fn created(&self) -> Micros {
            self.create_time
        }
    };
}

/// Fields that sources say and that change by verbs alone.
const BY_VERBS: &[&str] = &["lead_partner", "members", "partner"];

/// What becomes of a known resource of which its source says something else than before: nothing where people said otherwise
/// since.
///
/// # Errors
/// What the noun refuses.
pub(super) fn anew<N: Noun>(row: &N, before: &N::Said, now: &N::Said, place: &Place) -> Result<N> {
    let made = N::found(before, &Place { now: row.created(), ..place.clone() })?;
    let current: N::Message = row.clone().into();
    let draft =
        mask::renewed(&current, &made.clone().into(), &N::resource(before), &N::resource(now), BY_VERBS)?;
    let mut after = row.clone();
    after.learn(&draft, &made, before, now, place)?;
    Ok(after)
}

fn no_state() -> Error {
    Error::invalid(FOUND_STATE, say!("a source cannot say so", "une source ne peut pas le dire"))
}

impl Noun for partnership::row::Model {
    type Said = pb::PartnershipAsFound;

    const FIELDS_SAID: &'static [&'static str] = &[
        "state",
        "title",
        "kind",
        "vision",
        "members",
        "territories",
        "needs",
        "recommendations",
        "sdg_targets",
        "governance",
    ];

    fn renamed(said: Self::Said, names: &BTreeMap<String, String>) -> Self::Said {
        renamed(said, names)
    }

    fn resource(said: &Self::Said) -> pb::Partnership {
        said.partnership.clone().unwrap_or_default()
    }

    fn found(said: &Self::Said, place: &Place) -> Result<Self> {
        let state = partnership_state(said).ok_or_else(no_state)?;
        let mut row = partnership::as_found::found(&Self::resource(said), state, place.today, place.now)?;
        row.facts.today = Some(place.today);
        Ok(row)
    }

    fn learn(
        &mut self,
        draft: &pb::Partnership,
        made: &Self,
        _: &Self::Said,
        now: &Self::Said,
        place: &Place,
    ) -> Result<()> {
        let state = partnership_state(now).ok_or_else(no_state)?;
        partnership::as_found::learn(self, draft, &Self::resource(now), place.today)?;
        if self.state == made.state && state != made.state.get() {
            self.state = state.into();
            self.turn_time = place.now;
        }
        Ok(())
    }

    as_found!();
}

impl Noun for agreement::row::Model {
    type Said = pb::AgreementAsFound;

    const FIELDS_SAID: &'static [&'static str] = &[
        "state",
        "kind",
        "legally_binding",
        "parties",
        "period",
        "document",
        "notice_days",
        "renewal_mode",
        "max_tacit_renewals",
        "review_due_date",
    ];

    fn renamed(said: Self::Said, names: &BTreeMap<String, String>) -> Self::Said {
        let alone = pb::PartnershipAsFound { agreements: vec![said], ..Default::default() };
        renamed(alone, names).agreements.pop().unwrap_or_default()
    }

    fn resource(said: &Self::Said) -> pb::Agreement {
        said.agreement.clone().unwrap_or_default()
    }

    fn found(said: &Self::Said, place: &Place) -> Result<Self> {
        let state = agreement_state(said).ok_or_else(no_state)?;
        agreement::as_found::found(place.within()?, "", &Self::resource(said), state, place.now)
    }

    fn learn(
        &mut self,
        draft: &pb::Agreement,
        _: &Self,
        before: &Self::Said,
        now: &Self::Said,
        place: &Place,
    ) -> Result<()> {
        use pb::agreement::State;
        let state = agreement_state(now).ok_or_else(no_state)?;
        let unsigned = agreement_state(before) != Some(State::Signed) && self.state == State::Draft;
        agreement::as_found::learn(self, draft, unsigned && state == State::Signed)?;
        if unsigned && state == State::Cancelled {
            self.state = state.into();
            self.turn_time = place.now;
        }
        Ok(())
    }

    as_found!();
}

impl Noun for commitment::row::Model {
    type Said = pb::CommitmentAsFound;

    const FIELDS_SAID: &'static [&'static str] = &[
        "state",
        "recipient",
        "resource_type",
        "nature",
        "description",
        "quantity",
        "unit",
        "amount",
        "period",
        "agreement",
    ];

    fn renamed(said: Self::Said, names: &BTreeMap<String, String>) -> Self::Said {
        let alone = pb::PartnershipAsFound { commitments: vec![said], ..Default::default() };
        renamed(alone, names).commitments.pop().unwrap_or_default()
    }

    fn resource(said: &Self::Said) -> pb::Commitment {
        said.commitment.clone().unwrap_or_default()
    }

    fn found(said: &Self::Said, place: &Place) -> Result<Self> {
        let state = commitment_state(said).ok_or_else(no_state)?;
        commitment::rules::found(place.within()?, "", &Self::resource(said), state, place.now)
    }

    fn learn(
        &mut self,
        draft: &pb::Commitment,
        made: &Self,
        _: &Self::Said,
        now: &Self::Said,
        place: &Place,
    ) -> Result<()> {
        let state = commitment_state(now).ok_or_else(no_state)?;
        if self.state == made.state {
            self.state = state.into();
        }
        commitment::as_found::learn(self, draft, place.now)
    }

    as_found!();
}
