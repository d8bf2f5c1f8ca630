//! Who has which part in a commitment: who gives, who receives, who leads, whose turn it is, and who sees it. Pure.

use chassis::Row as _;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use proto::partners::commitment::State;
use proto::partners::commitment_delivery::State as Answer;
use proto::partners::partnership_member::Role as Part;

use super::deliveries;
use super::row::Model;
use super::rules::BINDING;
use crate::partnership;

/// Who answers for a partner; a machine does not.
const SPEAKERS: [Role; 2] = [Role::PartnerAdmin, Role::Reporter];
/// Who writes down what a partner does, machines too.
const WRITERS: [Role; 3] = [Role::PartnerAdmin, Role::Reporter, Role::Integration];

/// Whose turn it is. The numbers stand in a column, and in the view `commitment_turn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is left to do.
    Nobody = 0,
    /// Confirm, deliver, or take back what is disputed.
    Giver = 1,
    /// Answer a delivery.
    Receiver = 2,
    /// Say that it is kept.
    Lead = 3,
}

impl Model {
    /// Who receives: the partner it names, or the lead.
    pub fn receiver(&self) -> &str {
        match self.recipient.as_str() {
            "" => self.within.as_ref().map_or("", |partnership| &partnership.lead_partner),
            recipient => recipient,
        }
    }

    /// The partner that is meant by a name today: itself, or the one that took its place (BEY-1).
    fn living<'a>(&'a self, name: &'a str) -> &'a str {
        self.within.as_ref().map_or(name, |partnership| partnership.living(name))
    }

    /// Someone holds one of these roles in a partner, or in the one that took its place.
    fn holds(&self, caller: &Caller, partner: &str, roles: &[Role]) -> bool {
        caller.has_in(partner, roles) || caller.has_in(self.living(partner), roles)
    }

    /// It is given to whoever gives it.
    fn to_itself(&self) -> bool {
        self.living(self.receiver()) == self.living(&self.partner)
    }

    /// The day, where its partnership is.
    pub(super) fn today(&self) -> Result<Day> {
        let today = self.within.as_ref().and_then(|partnership| partnership.facts.today);
        today.ok_or_else(|| Error::internal("the clock shows no day"))
    }
}

/// Coordinators, and the administrators of the lead.
pub(super) fn leads(caller: &Caller, commitment: &Model) -> bool {
    let within = commitment.within.as_ref();
    caller.is(Role::Coordinator)
        || within.is_some_and(|partnership| partnership::rules::leads(caller, partnership))
}

/// The administrators of the partner that gives.
pub(super) fn gives_and_administers(caller: &Caller, commitment: &Model) -> bool {
    commitment.holds(caller, &commitment.partner, &[Role::PartnerAdmin])
}

/// They, and who leads.
pub(super) fn gives_or_leads(caller: &Caller, commitment: &Model) -> bool {
    gives_and_administers(caller, commitment) || leads(caller, commitment)
}

/// Coordinators, and who writes for the partner that gives.
pub(super) fn delivers(caller: &Caller, commitment: &Model) -> bool {
    caller.is(Role::Coordinator) || speaks(caller, commitment)
}

fn speaks(caller: &Caller, commitment: &Model) -> bool {
    commitment.holds(caller, &commitment.partner, &WRITERS)
}

/// Who may say what it is for, and change it until it is confirmed.
pub fn plans(caller: &Caller, commitment: &Model) -> bool {
    leads(caller, commitment) || speaks(caller, commitment)
}

/// Who receives answers. What somebody gives to themselves, as a lead may, another member answers, or a coordinator.
pub(super) fn receives(caller: &Caller, commitment: &Model) -> bool {
    answering(caller, commitment).is_some()
}

/// The partner that a caller answers for, empty for a coordinator; nothing for who does not receive.
pub(super) fn answering<'a>(caller: &Caller, commitment: &'a Model) -> Option<&'a str> {
    if !commitment.to_itself() {
        let receiver = commitment.receiver();
        return commitment.holds(caller, receiver, &SPEAKERS).then_some(receiver);
    }
    let members = commitment.within.iter().flat_map(|partnership| partnership.members_today());
    let mut others = members.filter(|member| {
        member.role() != Part::Observer
            && commitment.living(&member.partner) != commitment.living(&commitment.partner)
    });
    let other = others.find(|member| commitment.holds(caller, &member.partner, &SPEAKERS));
    other.map(|member| member.partner.as_str()).or(caller.is(Role::Coordinator).then_some(""))
}

/// Anyone may read it: its partnership is public, and the partner that gives has bound itself.
pub fn is_public(commitment: &Model) -> bool {
    let within = commitment.within.as_ref();
    BINDING.contains(&commitment.state.get()) && within.is_some_and(|partnership| partnership.public())
}

/// Who may read it whatever its state, with its notes and evidence: overseers, and the members of its members.
pub fn knows(caller: &Caller, commitment: &Model) -> bool {
    caller.oversees()
        || caller.belongs_to(&commitment.partner)
        || caller.belongs_to(commitment.receiver())
        || commitment.within.as_ref().is_some_and(|partnership| {
            partnership.members.iter().any(|member| caller.belongs_to(&member.partner))
        })
}

/// Whose turn it is, in a word, and which partner's (BEY-5); the view `commitment_turn` says the same.
pub fn awaiting(commitment: &Model) -> (&'static str, &str) {
    let lead = commitment.within.as_ref().map_or("", |partnership| partnership.lead_partner.as_str());
    let partner = match commitment.turn {
        turn if turn == Turn::Giver as i32 => return ("PARTNER", &commitment.partner),
        turn if turn == Turn::Receiver as i32 => commitment.receiver(),
        turn if turn == Turn::Lead as i32 => lead,
        _ => return ("NOBODY", ""),
    };
    // Nobody decides on what they give.
    if partner.is_empty() || partner == commitment.partner {
        ("COORDINATOR", "")
    } else {
        ("PARTNER", partner)
    }
}

/// Says anew whose turn it is.
pub(super) fn turn(commitment: &mut Model, now: Micros) {
    let open =
        |answer: Answer| deliveries::standing(&commitment.deliveries).any(|line| line.state() == answer);
    let turn = match commitment.state.get() {
        State::Pledged => Turn::Giver,
        State::Confirmed if open(Answer::Recorded) => Turn::Receiver,
        State::Confirmed if open(Answer::Disputed) || !commitment.remaining().is_zero() => Turn::Giver,
        State::Confirmed => Turn::Lead,
        State::Unspecified | State::Fulfilled | State::Cancelled | State::Defaulted => Turn::Nobody,
    };
    if commitment.turn != turn as i32 {
        commitment.turn = turn as i32;
        commitment.turn_time = now;
    }
}

/// The partner that a caller writes for: the one that gives; empty for a coordinator.
pub(super) fn speaker<'a>(caller: &Caller, commitment: &'a Model) -> &'a str {
    if speaks(caller, commitment) { &commitment.partner } else { "" }
}
