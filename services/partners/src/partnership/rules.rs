//! What may become of a partnership. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say, text};
use proto::common::{LocalizedText, Origin};
use proto::partners as pb;
use proto::partners::partnership::State;

use super::describe::{PARTNER, describe};
use super::members;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "partnerships/{partnership}";
/// The states in which anyone may read it.
pub const PUBLIC: &[State] = &[State::Active, State::Closed];

/// The verbs of a partnership (domain §3.2). Those that leave the state as it is stand twice, once for each state.
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ActivatePartnership", &[State::Forming], State::Active, leads)
        .complete()
        .guarded(may_begin),
    Transition::new("ClosePartnership", &[State::Active], State::Closed, leads).complete(),
    Transition::new("AbandonPartnership", &[State::Forming], State::Abandoned, leads),
    while_in("AddMember", State::Forming, leads),
    while_in("AddMember", State::Active, leads),
    while_in("RemoveMember", State::Forming, leads_or_takes_part),
    while_in("RemoveMember", State::Active, leads_or_takes_part),
    while_in("ProposeLead", State::Forming, leads),
    while_in("ProposeLead", State::Active, leads),
    while_in("AcceptLead", State::Forming, is_asked_to_lead).guarded(somebody_is_asked),
    while_in("AcceptLead", State::Active, is_asked_to_lead).guarded(somebody_is_asked),
    while_in("DeclineLead", State::Forming, asks_or_is_asked).guarded(somebody_is_asked),
    while_in("DeclineLead", State::Active, asks_or_is_asked).guarded(somebody_is_asked),
]);

const fn while_in(method: &'static str, state: State, who: fn(&Caller, &Model) -> bool) -> Transition<Model> {
    let from: &'static [State] = match state {
        State::Forming => &[State::Forming],
        _ => &[State::Active],
    };
    Transition::new(method, from, state, who)
}

/// Coordinators, and the administrators of its lead.
pub fn leads(caller: &Caller, partnership: &Model) -> bool {
    may_begin_one(caller, &partnership.lead_partner)
}

/// Who may begin a partnership that a partner leads.
pub fn may_begin_one(caller: &Caller, lead: &str) -> bool {
    caller.is(Role::Coordinator) || caller.administers(lead)
}

fn leads_or_takes_part(caller: &Caller, partnership: &Model) -> bool {
    leads(caller, partnership) || partnership.members.iter().any(|member| caller.administers(&member.partner))
}

fn is_asked_to_lead(caller: &Caller, partnership: &Model) -> bool {
    // Until somebody is asked, the refusal is that nobody is, rather than who they are.
    match partnership.proposed_lead.as_str() {
        "" => leads_or_takes_part(caller, partnership),
        asked => caller.administers(asked),
    }
}

fn asks_or_is_asked(caller: &Caller, partnership: &Model) -> bool {
    leads(caller, partnership) || is_asked_to_lead(caller, partnership)
}

fn somebody_is_asked(partnership: &Model, _: Micros) -> Result<()> {
    match partnership.proposed_lead.as_str() {
        "" => Err(Error::refused(
            "PAR-6",
            say!(
                "no member was asked to lead: propose one first",
                "aucun membre n'est pressenti comme chef de file : proposez-en un d'abord"
            ),
        )),
        _ => Ok(()),
    }
}

/// Who may read it whatever its state: those who oversee the network, and the members of its members.
pub fn sees(caller: &Caller, partnership: &Model) -> bool {
    PUBLIC.contains(&partnership.state.get())
        || caller.oversees()
        || caller.belongs_to(&partnership.lead_partner)
        || partnership.members.iter().any(|member| caller.belongs_to(&member.partner))
}

/// Who may change what it says of itself.
pub fn may_update(caller: &Caller, partnership: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(&partnership.lead_partner)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(partnership: &Model) -> &'static str {
    match partnership.state.get() {
        State::Forming => "PARTNER",
        State::Active if !partnership.proposed_lead.is_empty() => "PARTNER",
        _ => "NOBODY",
    }
}

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, now: Micros) -> Model {
    Model {
        name: format!("partnerships/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Forming.into(),
        state_reason: String::new(),
        turn_time: now,
        title: Default::default(),
        kind: Default::default(),
        vision: Default::default(),
        lead_partner: String::new(),
        members: Default::default(),
        territories: Default::default(),
        needs: Default::default(),
        recommendations: Default::default(),
        sdg_targets: Default::default(),
        governance: Default::default(),
        proposed_lead: String::new(),
        close_summary: Default::default(),
        origin: Origin::Registered.into(),
        external_reference: String::new(),
        facts: Default::default(),
    }
}

/// A new partnership, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `PERMISSION_DENIED` for one that another partner leads.
pub fn create(id: &str, draft: &pb::Partnership, today: Day, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "partnership_id", id, 'p')?;
    let mut partnership = blank(&id, uid, call.now);
    wrong.require("partnership.lead_partner", !draft.lead_partner.is_empty());
    wrong.reference("partnership.lead_partner", PARTNER, &draft.lead_partner)?;
    partnership.lead_partner.clone_from(&draft.lead_partner);
    wrong.check(describe(&mut partnership, draft).map_err(|error| error.under("partnership")))?;
    let first = members::first(&draft.lead_partner, &draft.members, today);
    let first = first.map_err(|error| error.under("partnership"));
    partnership.members = wrong.check(first)?.unwrap_or_default().into();
    wrong.finish()?;
    call.caller.must(may_begin_one(&call.caller, &draft.lead_partner), &draft.lead_partner)?;
    Ok(partnership)
}

/// Changes a partnership to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because it has ended.
pub fn update(partnership: &mut Model, draft: &pb::Partnership, _: &Call) -> Result<()> {
    if matches!(partnership.state.get(), State::Closed | State::Abandoned) {
        return Err(Error::refused(
            "STATE",
            say!(
                "a partnership that is closed or abandoned does not change",
                "un partenariat clos ou abandonné ne change plus"
            ),
        ));
    }
    describe(partnership, draft).map_err(|error| error.under("partnership"))
}

/// Two active members of two sectors, and an agreement in force that binds the lead (PAR-3).
fn may_begin(partnership: &Model, _: Micros) -> Result<()> {
    let refuse = |field: &str, why| Err(Error::refused("PAR-3", why).about("field", field));
    let pb::SectorMix { public, private, civil } = partnership.sector_mix();
    let sectors = [public, private, civil].into_iter().filter(|count| *count > 0).count();
    if sectors < 2 {
        return refuse(
            "members",
            say!(
                "it needs active members of two sectors at least: public, private, civil (observers do not count)",
                "il faut des membres actifs d'au moins deux secteurs : public, privé, civil (sans compter les observateurs)"
            ),
        );
    }
    if !partnership.lead_is_bound() {
        return refuse(
            "agreements",
            say!(
                "it needs an agreement in force to which its lead is party: propose one, and have it signed",
                "il faut un accord en vigueur dont le chef de file est partie : proposez-en un et faites-le signer"
            ),
        );
    }
    Ok(())
}

/// Says that a partnership is at work.
///
/// # Errors
/// As [`Lifecycle::take`]; `FAILED_PRECONDITION` citing PAR-3.
pub fn activate(partnership: &mut Model, call: &Call) -> Result<()> {
    take("ActivatePartnership", partnership, call)
}

/// Ends a partnership, with what came of it and what continues (PAR-8).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` naming `close_summary`, citing PAR-8.
pub fn close(partnership: &mut Model, summary: Option<&LocalizedText>, call: &Call) -> Result<()> {
    take("ClosePartnership", partnership, call)?;
    let Some(summary) = summary.filter(|summary| !summary.translations.is_empty()) else {
        return Err(Error::invalid(
            "close_summary",
            say!(
                "PAR-8: say what came of it, and what continues",
                "PAR-8 : dites ce qu'il a produit, et ce qui continue"
            ),
        ));
    };
    let summary = text::check("close_summary", summary)?;
    partnership.close_summary = text::revise(&LocalizedText::default(), summary).into();
    partnership.proposed_lead.clear();
    Ok(())
}

/// Gives up a partnership that never began.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn abandon(partnership: &mut Model, call: &Call) -> Result<()> {
    take("AbandonPartnership", partnership, call)?;
    call.reason_required()?.clone_into(&mut partnership.state_reason);
    partnership.proposed_lead.clear();
    Ok(())
}

fn take(method: &'static str, partnership: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, partnership, call)?;
    partnership.turn_time = call.now;
    Ok(())
}

/// What an imported partnership still lacks (BEY-8).
pub fn gaps(partnership: &Model) -> Vec<Gap> {
    let open = matches!(partnership.state.get(), State::Forming | State::Active);
    if partnership.origin != Origin::Imported || !open {
        return Vec::new();
    }
    let gap = |field, missing: bool, what| missing.then_some(Gap { field, rule: "PARTNERSHIP_FIELDS", what });
    [
        gap(
            "kind",
            partnership.kind == pb::partnership::Kind::Unspecified,
            say!("say what kind of partnership it is", "précisez la nature du partenariat"),
        ),
        gap(
            "vision",
            partnership.vision.translations.is_empty(),
            say!("say what goal is shared", "dites quel but est partagé"),
        ),
        gap(
            "governance",
            partnership.governance.decision_rule == 0,
            say!("say how it decides", "dites comment il décide"),
        ),
        gap(
            "recommendations",
            partnership.recommendations.is_empty(),
            say!("say which recommendations it puts to work", "dites quelles recommandations il applique"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
