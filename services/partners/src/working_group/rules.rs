//! What may become of a working group. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::partners as pb;
use proto::partners::working_group::State;

use super::describe::describe;
use super::row::{Model, Waiting};

/// The pattern of names.
pub const PATTERN: &str = "workingGroups/{working_group}";

/// The verbs of a working group (domain §3.6).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("OpenWorkingGroup", &[State::Planned], State::Open, leads),
    Transition::new("CloseWorkingGroup", &[State::Open], State::Closed, leads).guarded(nothing_waits),
]);

/// Coordinators, and the administrators of a partner that leads it.
pub fn leads(caller: &Caller, group: &Model) -> bool {
    may_lead(caller, &group.lead_partners)
}

/// Coordinators, and the administrators of one of these partners.
pub fn may_lead(caller: &Caller, leads: &[String]) -> bool {
    caller.is(Role::Coordinator) || leads.iter().any(|partner| caller.administers(partner))
}

/// Who sees what is in the making: those who oversee the network, and the members of partners that lead.
pub fn looks_in(caller: &Caller, leads: &[String]) -> bool {
    caller.oversees() || leads.iter().any(|partner| caller.belongs_to(partner))
}

/// Whose turn it is (BEY-5), and since when.
pub fn awaiting(group: &Model) -> (&'static str, Micros) {
    match group.state.get() {
        State::Planned => ("PARTNER", group.state_time),
        State::Open if group.waiting.count > 0 => ("PARTNER", group.waiting.since),
        State::Unspecified | State::Open | State::Closed => ("NOBODY", group.state_time),
    }
}

/// A new working group, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::WorkingGroup, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "working_group_id", id, 'w')?;
    let mut group = Model {
        name: format!("workingGroups/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Planned.into(),
        state_time: call.now,
        title: Default::default(),
        theme_code: String::new(),
        edition_year: 0,
        lead_partners: Default::default(),
        members: Default::default(),
        seminars: Default::default(),
        waiting: Waiting::default(),
    };
    wrong.check(describe(&mut group, draft).map_err(|error| error.under("working_group")))?;
    wrong.finish()?;
    Ok(group)
}

/// Changes a working group to what the draft says. Once it is closed only its seminars change: minutes come late.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because of its state, or when somebody else than a
/// coordinator changes who leads it.
pub fn update(group: &mut Model, draft: &pb::WorkingGroup, call: &Call) -> Result<()> {
    let before = group.clone();
    describe(group, draft).map_err(|error| error.under("working_group"))?;
    if before.state == State::Closed
        && *group != (Model { seminars: group.seminars.clone(), ..before.clone() })
    {
        return Err(Error::refused(
            "STATE",
            say!(
                "of a closed group only the seminars change",
                "d'un groupe clos, seuls les séminaires changent encore"
            ),
        ));
    }
    if group.lead_partners != before.lead_partners && !call.caller.is(Role::Coordinator) {
        return Err(Error::refused(
            "GROUP_LEADS",
            say!(
                "a coordinator changes who leads a group: ask one",
                "c'est un coordinateur qui change les chefs de file d'un groupe : adressez-vous à lui"
            ),
        ));
    }
    Ok(())
}

/// Opens or closes a working group.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn take(method: &'static str, group: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, group, call)?;
    group.state_time = call.now;
    Ok(())
}

/// Every contribution was answered (PAR-24).
fn nothing_waits(group: &Model, _: Micros) -> Result<()> {
    match group.waiting.count {
        0 => Ok(()),
        count => Err(Error::refused(
            "PAR-24",
            say!(
                "{count} contributions wait for an answer: triage them first",
                "{count} contributions attendent une réponse : traitez-les d'abord"
            ),
        )),
    }
}

/// It takes contributions, now, and of this partner (PAR-24).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PAR-24, or because the partner takes no part in it.
pub fn takes_contributions(group: &Model, partner: &str) -> Result<()> {
    if group.state != State::Open {
        return Err(Error::refused(
            "PAR-24",
            say!(
                "the working group is not open: contributions are made while it is",
                "le groupe de travail n'est pas ouvert : les contributions se font pendant son ouverture"
            ),
        ));
    }
    if !group.lead_partners.iter().chain(group.members.iter()).any(|one| one == partner) {
        return Err(Error::refused(
            "GROUP_MEMBERS",
            say!(
                "{partner} is no member of this working group: ask a partner that leads it",
                "{partner} n'est pas membre de ce groupe de travail : adressez-vous à un chef de file"
            ),
        ));
    }
    Ok(())
}
