//! What may become of a partner. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::say;
use chassis::{Call, name};
use proto::common::{ExternalIdentifier, Origin};
use proto::partners as pb;
use proto::partners::partner::{Sector, State};

use super::fields::{coherent, describe};
use super::row::Model;

/// The states in which anyone may read a partner.
pub const PUBLIC: &[State] = &[State::Active, State::Suspended, State::Archived];
/// The states in which an identifier is taken.
pub const LIVE: &[State] = &[State::Pending, State::Active, State::Suspended];
/// The pattern of names.
pub const PATTERN: &str = "partners/{partner}";

/// The verbs of a partner (domain §3.1).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ApprovePartner", &[State::Pending], State::Active, coordinator)
        .decides()
        .complete()
        .guarded(may_take_part),
    Transition::new("RejectPartner", &[State::Pending], State::Rejected, coordinator).decides(),
    Transition::new("SuspendPartner", &[State::Active], State::Suspended, coordinator),
    Transition::new("ReinstatePartner", &[State::Suspended], State::Active, coordinator)
        .complete()
        .guarded(may_take_part),
    Transition::new(
        "ArchivePartner",
        &[State::Active, State::Suspended],
        State::Archived,
        coordinator_or_own_administrator,
    )
    .guarded(may_leave),
]);

fn coordinator_or_own_administrator(caller: &Caller, partner: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&partner.name)
}

/// Who may read a partner whatever its state: those who oversee the network, its members, and who registered it.
pub fn sees(caller: &Caller, partner: &Model) -> bool {
    PUBLIC.contains(&partner.state.get()) || knows(caller, partner)
}

/// Who may read its private fields.
pub fn knows(caller: &Caller, partner: &Model) -> bool {
    caller.oversees() || caller.belongs_to(&partner.name) || registered(caller, partner)
}

/// Who may change it: coordinators, those who act for it, and who registered it while it waits.
pub fn may_update(caller: &Caller, partner: &Model) -> bool {
    caller.is(Role::Coordinator)
        || caller.acts_for(&partner.name)
        || (partner.state == State::Pending && registered(caller, partner))
}

fn registered(caller: &Caller, partner: &Model) -> bool {
    !caller.is_nobody() && caller.subject == partner.created_by
}

/// A new partner, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Partner, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "partner_id", id, 'p')?;
    let mut partner = Model {
        name: format!("partners/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Pending.into(),
        state_reason: String::new(),
        title: Default::default(),
        acronym: String::new(),
        college: String::new(),
        sector: Default::default(),
        iati_type_code: String::new(),
        identifiers: Default::default(),
        country_code: String::new(),
        territories: Default::default(),
        authority_territory: String::new(),
        website: String::new(),
        description: Default::default(),
        competences: Default::default(),
        contact: Default::default(),
        origin: Origin::Registered.into(),
        merged_into: String::new(),
        created_by: if call.caller.is(Role::Coordinator) {
            String::new()
        } else {
            call.caller.subject.clone()
        },
        bound: false,
    };
    wrong.check(describe(&mut partner, draft).map_err(|error| error.under("partner")))?;
    wrong.finish()?;
    Ok(partner)
}

/// Changes a partner to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PAR-2, or because it has left.
pub fn update(partner: &mut Model, draft: &pb::Partner, call: &Call) -> Result<()> {
    if matches!(partner.state.get(), State::Archived | State::Rejected) {
        return Err(Error::refused(
            "STATE",
            say!(
                "an archived or rejected partner does not change",
                "une organisation archivée ou refusée ne change plus"
            ),
        ));
    }
    let before = partner.clone();
    describe(partner, draft).map_err(|error| error.under("partner"))?;
    let settled = partner.sector == before.sector
        && partner.college == before.college
        && partner.identifiers == before.identifiers;
    if before.state != State::Pending && !settled && !call.caller.is(Role::Coordinator) {
        return Err(Error::refused(
            "PAR-2",
            say!(
                "once a partner is active, only a coordinator changes its sector, college and identifiers: ask one",
                "une fois l'organisation active, seul un coordinateur change son secteur, son collège et ses identifiants : \
                 adressez-vous à lui"
            ),
        ));
    }
    Ok(())
}

/// No agreement binds it, or is about to (PAR-1).
fn may_leave(partner: &Model, _: chassis::column::Micros) -> Result<()> {
    match partner.bound {
        false => Ok(()),
        true => Err(Error::refused(
            "PAR-1",
            say!(
                "it is party to an agreement that is being signed or in force: end or recall that first",
                "elle est partie à un accord en signature ou en vigueur : mettez-y fin ou retirez-le d'abord"
            ),
        )),
    }
}

/// What must hold to take part: an identifier, and a college that fits the sector.
fn may_take_part(partner: &Model, _: chassis::column::Micros) -> Result<()> {
    if partner.identifiers.is_empty() {
        return Err(Error::refused(
            "PARTNER_IDENTIFIER",
            say!(
                "give it at least one identifier first: SIREN, SIRET, or an org-id.guide list",
                "donnez-lui d'abord au moins un identifiant : SIREN, SIRET ou une liste org-id.guide"
            ),
        ));
    }
    coherent(&partner.college, partner.sector.get()).map_err(|_| {
        Error::refused(
            "PARTNER_SECTOR",
            say!("its sector does not fit its college", "son secteur ne convient pas à son collège"),
        )
    })
}

/// What an imported partner still lacks (BEY-8).
pub fn gaps(partner: &Model) -> Vec<Gap> {
    if partner.origin != Origin::Imported || !LIVE.contains(&partner.state.get()) {
        return Vec::new();
    }
    let gap = |field, missing: bool, what| missing.then_some(Gap { field, rule: "PARTNER_FIELDS", what });
    [
        gap("sector", partner.sector == Sector::Unspecified, say!("say its sector", "précisez son secteur")),
        gap("college", partner.college.is_empty(), say!("say its college", "précisez son collège")),
        gap(
            "iati_type_code",
            partner.iati_type_code.is_empty(),
            say!("say what type of organisation it is", "précisez son type d'organisation"),
        ),
        gap("country_code", partner.country_code.is_empty(), say!("say its country", "précisez son pays")),
        gap(
            "identifiers",
            partner.identifiers.is_empty(),
            say!("give it an identifier", "donnez-lui un identifiant"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Redirects a duplicate to the partner that stays (BEY-1).
///
/// # Errors
/// `FAILED_PRECONDITION` citing BEY-1: itself, one that is merged or archived, or identifiers that contradict each other.
pub fn merge(duplicate: &mut Model, survivor: &Model) -> Result<()> {
    let refuse = |why| Err(Error::refused("BEY-1", why));
    if duplicate.name == survivor.name {
        return refuse(say!(
            "a partner is not merged into itself",
            "une organisation ne se fusionne pas avec elle-même"
        ));
    }
    if !duplicate.merged_into.is_empty() {
        let into = &duplicate.merged_into;
        return refuse(say!("it is already merged into {into}", "elle est déjà fusionnée dans {into}"));
    }
    if !survivor.merged_into.is_empty() {
        let into = &survivor.merged_into;
        return refuse(say!(
            "the survivor is itself merged into {into}: merge into that one",
            "l'organisation conservée est elle-même fusionnée dans {into} : choisissez celle-là"
        ));
    }
    if !LIVE.contains(&survivor.state.get()) {
        return refuse(say!(
            "the survivor is archived or rejected",
            "l'organisation conservée est archivée ou refusée"
        ));
    }
    let contradicts = |ours: &&ExternalIdentifier| {
        survivor.identifiers.iter().any(|theirs| theirs.scheme == ours.scheme && theirs.value != ours.value)
    };
    if let Some(ExternalIdentifier { scheme, value }) = duplicate.identifiers.iter().find(contradicts) {
        return refuse(say!(
            "{scheme} {value} contradicts the survivor's {scheme}: they are two organisations, or one identifier is wrong",
            "{scheme} {value} contredit l'identifiant {scheme} de l'autre : ce sont deux organisations, ou l'un des identifiants est faux"
        ));
    }
    duplicate.merged_into.clone_from(&survivor.name);
    Ok(())
}

/// Undoes a merge: the duplicate is again exactly what it was, since nothing of it was rewritten (BEY-1).
///
/// # Errors
/// `FAILED_PRECONDITION` when it was not merged.
pub fn unmerge(duplicate: &mut Model) -> Result<()> {
    if duplicate.merged_into.is_empty() {
        return Err(Error::refused(
            "BEY-1",
            say!("it is not merged into another", "elle n'est pas fusionnée"),
        ));
    }
    duplicate.merged_into.clear();
    Ok(())
}

/// Moves a partner by one of its verbs; the reason is kept with it where one was asked for.
///
/// # Errors
/// As [`Lifecycle::take`]; `FAILED_PRECONDITION` for a partner that was merged into another.
pub fn take(method: &'static str, partner: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, partner, call)?;
    if !partner.merged_into.is_empty() {
        let into = &partner.merged_into;
        return Err(Error::refused(
            "BEY-1",
            say!(
                "it is merged into {into}: unmerge it first",
                "elle est fusionnée dans {into} : annulez d'abord la fusion"
            ),
        ));
    }
    partner.state_reason.clone_from(&call.reason);
    Ok(())
}

/// As [`take`], for the verbs that ask for a reason.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` without a reason.
pub fn take_because(method: &'static str, partner: &mut Model, call: &Call) -> Result<()> {
    take(method, partner, call)?;
    call.reason_required().map(drop)
}

#[cfg(test)]
mod tests;
