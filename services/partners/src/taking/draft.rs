//! What a source says of a partnership: its parts, and whom they name. Pure.

use std::collections::{BTreeMap, BTreeSet};

use proto::partners as pb;
use proto::partners::{agreement, commitment, partnership};

/// Stands beside what is said of a resource, not in it.
pub(super) const FOUND_STATE: &str = "found_state";

/// A part of what a source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Partnership,
    /// The agreement at that place.
    Agreement(usize),
    /// The commitment at that place.
    Commitment(usize),
}

impl Part {
    /// Where it stands in its draft.
    pub(crate) fn path(self, field: &str) -> String {
        match self {
            Self::Partnership if field == FOUND_STATE => field.to_owned(),
            Self::Agreement(at) if field == FOUND_STATE => format!("agreements[{at}].{field}"),
            Self::Commitment(at) if field == FOUND_STATE => format!("commitments[{at}].{field}"),
            Self::Partnership => format!("partnership.{field}"),
            Self::Agreement(at) => format!("agreements[{at}].agreement.{field}"),
            Self::Commitment(at) => format!("commitments[{at}].commitment.{field}"),
        }
    }
}

/// The partners that a draft names: in which part and field, and the name.
pub(crate) fn partners(draft: &mut pb::PartnershipAsFound) -> Vec<(Part, String, &mut String)> {
    let mut found = Vec::new();
    if let Some(partnership) = &mut draft.partnership {
        found.push((Part::Partnership, "lead_partner".to_owned(), &mut partnership.lead_partner));
        for (at, member) in partnership.members.iter_mut().enumerate() {
            found.push((Part::Partnership, format!("members[{at}].partner"), &mut member.partner));
        }
    }
    for (at, agreement) in draft.agreements.iter_mut().enumerate() {
        let parties = agreement.agreement.iter_mut().flat_map(|agreement| agreement.parties.iter_mut());
        for (place, party) in parties.enumerate() {
            found.push((Part::Agreement(at), format!("parties[{place}].partner"), &mut party.partner));
        }
    }
    for (at, commitment) in draft.commitments.iter_mut().enumerate() {
        if let Some(commitment) = &mut commitment.commitment {
            found.push((Part::Commitment(at), "partner".to_owned(), &mut commitment.partner));
            if !commitment.recipient.is_empty() {
                found.push((Part::Commitment(at), "recipient".to_owned(), &mut commitment.recipient));
            }
        }
    }
    found
}

/// The same, with today's names in the place of those that partners had before they were merged (BEY-1).
pub(crate) fn renamed(
    mut draft: pb::PartnershipAsFound,
    now: &BTreeMap<String, String>,
) -> pb::PartnershipAsFound {
    for (_, _, name) in partners(&mut draft) {
        if let Some(survivor) = now.get(name) {
            survivor.clone_into(name);
        }
    }
    draft
}

/// A partner that a source calls by several names is one member, as the first of them, and one party.
pub(crate) fn once(draft: &mut pb::PartnershipAsFound) {
    for partnership in draft.partnership.iter_mut() {
        let mut seen = BTreeSet::new();
        let stays =
            |member: &pb::PartnershipMember| member.join_date.is_none() && member.leave_date.is_none();
        partnership.members.retain(|member| seen.insert(member.partner.clone()) || !stays(member));
    }
    for agreement in draft.agreements.iter_mut().filter_map(|one| one.agreement.as_mut()) {
        let mut seen = BTreeSet::new();
        agreement.parties.retain(|party| seen.insert(party.partner.clone()));
    }
}

/// Where a partnership stands, as far as a source may say so.
pub(crate) fn partnership_state(draft: &pb::PartnershipAsFound) -> Option<partnership::State> {
    match draft.found_state() {
        partnership::State::Unspecified => Some(partnership::State::Active),
        state @ (partnership::State::Forming | partnership::State::Active | partnership::State::Closed) => {
            Some(state)
        }
        partnership::State::Abandoned => None,
    }
}

/// Where an agreement stands: what all have signed, the calendar says more of.
pub(crate) fn agreement_state(draft: &pb::AgreementAsFound) -> Option<agreement::State> {
    use agreement::State;
    match draft.found_state() {
        State::Unspecified | State::Signed | State::InForce | State::Expired => Some(State::Signed),
        state @ (State::Draft | State::Cancelled) => Some(state),
        State::PendingSignature | State::Terminated | State::Superseded => None,
    }
}

/// Where a commitment stands.
pub(crate) fn commitment_state(draft: &pb::CommitmentAsFound) -> Option<commitment::State> {
    use commitment::State;
    match draft.found_state() {
        State::Unspecified => Some(State::Confirmed),
        state @ (State::Pledged | State::Confirmed | State::Fulfilled) => Some(state),
        State::Cancelled | State::Defaulted => None,
    }
}
