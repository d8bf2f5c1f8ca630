//! Who has which part in an agreement: who leads, who is party, whose turn it is, and who sees it. Pure.

use chassis::auth::{Caller, Kind, Role};
use chassis::column::Day;
use chassis::error::{Error, Result};
use chassis::say;
use proto::partners as pb;
use proto::partners::agreement::State;

use super::row::Model;

impl Model {
    /// The day, where its partnership is.
    pub(super) fn today(&self) -> Result<Day> {
        let today = self.within.as_ref().and_then(|partnership| partnership.facts.today);
        today.ok_or_else(|| Error::internal("the clock shows no day"))
    }

    /// The partner that is meant by a name today: itself, or the one that took its place (BEY-1).
    pub(super) fn living<'a>(&'a self, name: &'a str) -> &'a str {
        self.within.as_ref().map_or(name, |partnership| partnership.living(name))
    }

    fn administered(&self, caller: &Caller, partner: &str) -> bool {
        caller.administers(partner) || caller.administers(self.living(partner))
    }

    /// The parties that have not signed what was proposed.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &str> {
        let asked = self.state == State::PendingSignature;
        let open = self.parties.iter().filter(move |party| asked && party.signature.is_none());
        open.map(|party| party.partner.as_str())
    }
}

/// The administrators of the lead.
pub(super) fn leads(caller: &Caller, agreement: &Model) -> bool {
    agreement.within.as_ref().is_some_and(|within| agreement.administered(caller, &within.lead_partner))
}

/// They, and coordinators.
pub fn writes(caller: &Caller, agreement: &Model) -> bool {
    caller.is(Role::Coordinator) || leads(caller, agreement)
}

/// People who administer a party: no machine.
pub(super) fn speaks(caller: &Caller, agreement: &Model) -> bool {
    caller.kind == Kind::User
        && agreement.parties.iter().any(|party| agreement.administered(caller, &party.partner))
}

/// They, unless they are coordinators too: who runs the network does not bind its partners (SEP-3).
pub(super) fn signs(caller: &Caller, agreement: &Model) -> bool {
    speaks(caller, agreement) && !caller.is(Role::Coordinator)
}

/// People who administer a party, and coordinators.
pub(super) fn ends(caller: &Caller, agreement: &Model) -> bool {
    caller.is(Role::Coordinator) || speaks(caller, agreement)
}

/// The place of the party that a caller speaks for.
pub(super) fn speaking_for(caller: &Caller, agreement: &Model, partner: &str) -> Result<usize> {
    let found = agreement.parties.iter().position(|party| party.partner == partner);
    let Some(found) = found else {
        return Err(Error::invalid(
            "partner",
            say!("it is not a party of the agreement", "elle n'est pas partie à l'accord"),
        ));
    };
    caller.must(caller.kind == Kind::User && agreement.administered(caller, partner), &agreement.name)?;
    Ok(found)
}

/// The party that a caller speaks for without saying so: the first that they administer; empty for a coordinator.
pub(super) fn speaker<'a>(caller: &Caller, agreement: &'a Model) -> &'a str {
    let own = |party: &&pb::AgreementParty| agreement.administered(caller, &party.partner);
    agreement.parties.iter().find(own).map_or("", |party| party.partner.as_str())
}

/// Who may read the names of who signs: overseers, and people of its parties and of the lead that drafts it.
pub fn knows(caller: &Caller, agreement: &Model) -> bool {
    let belongs = |partner: &str| caller.belongs_to(partner) || caller.belongs_to(agreement.living(partner));
    caller.oversees()
        || agreement.parties.iter().any(|party| belongs(&party.partner))
        || agreement.within.as_ref().is_some_and(|partnership| belongs(&partnership.lead_partner))
}

/// Who may read it whatever its state: they, and people of the other members.
pub fn sees(caller: &Caller, agreement: &Model) -> bool {
    knows(caller, agreement)
        || agreement.within.as_ref().is_some_and(|partnership| {
            partnership.members.iter().any(|member| caller.belongs_to(&member.partner))
        })
}

/// The agreement that takes its place, or is being prepared to where the caller may read it; else nothing.
pub(crate) fn successor_for<'a>(caller: &Caller, agreement: &'a Model) -> &'a str {
    if agreement.successor_open && !sees(caller, agreement) { "" } else { &agreement.successor }
}

/// Whose turn it is (BEY-5).
pub(super) fn awaiting(agreement: &Model) -> &'static str {
    match agreement.state.get() {
        State::Draft | State::PendingSignature => "PARTNER",
        _ => "NOBODY",
    }
}
