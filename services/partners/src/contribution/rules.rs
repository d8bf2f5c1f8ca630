//! What may become of a contribution. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::partners as pb;
use proto::partners::contribution::{Kind, State};
use proto::partners::triage_contribution_request::Decision;

use super::describe::describe;
use super::row::Model;
use crate::partner::rules::PATTERN as PARTNER;
use crate::working_group::rules::{looks_in, may_lead};

/// The pattern of names.
pub const PATTERN: &str = "workingGroups/{working_group}/contributions/{contribution}";
/// The states in which anyone may read it, with the reason.
pub const PUBLIC: &[State] = &[State::Integrated, State::Declined];

/// The verbs of a contribution (domain §3.6). Nobody triages what their own partner brought (SEP-1).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("TriageContribution", &[State::Submitted], State::Integrated, leads).decides(),
    Transition::new("TriageContribution", &[State::Submitted], State::Declined, leads).decides(),
    Transition::new("WithdrawContribution", &[State::Submitted], State::Withdrawn, may_write),
]);

fn leads(caller: &Caller, contribution: &Model) -> bool {
    may_lead(caller, &contribution.leads)
}

/// Who contributes in a partner's name: its administrators and reporters.
pub fn may_contribute(caller: &Caller, partner: &str) -> bool {
    caller.has_in(partner, &[Role::PartnerAdmin, Role::Reporter])
}

/// Who may change it: whoever may contribute for its partner.
pub fn may_write(caller: &Caller, contribution: &Model) -> bool {
    may_contribute(caller, &contribution.partner)
}

/// Who may read it: everyone once it was triaged; before, its partner and those it was handed in to.
pub fn sees(caller: &Caller, contribution: &Model) -> bool {
    PUBLIC.contains(&contribution.state.get())
        || caller.belongs_to(&contribution.partner)
        || looks_in(caller, &contribution.leads)
}

/// Whose turn it is (BEY-5): of those who lead the group, until it is triaged.
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Submitted => "PARTNER",
        State::Unspecified | State::Integrated | State::Declined | State::Withdrawn => "NOBODY",
    }
}

/// A new contribution to a working group, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(group: &str, id: &str, draft: &pb::Contribution, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "contribution_id", id, 'c')?;
    let mut contribution = Model {
        name: format!("{group}/contributions/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Submitted.into(),
        state_time: call.now,
        state_reason: String::new(),
        working_group: group.to_owned(),
        partner: draft.partner.clone(),
        title: Default::default(),
        body: Default::default(),
        kind: Kind::Unspecified.into(),
        recommendations: Default::default(),
        leads: Vec::new(),
    };
    wrong.check(name::check_reference("contribution.partner", PARTNER, &draft.partner))?;
    wrong.check(describe(&mut contribution, draft).map_err(|error| error.under("contribution")))?;
    wrong.finish()?;
    Ok(contribution)
}

/// Changes a contribution to what the draft says, until it is triaged: then it is what was answered.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because of its state.
pub fn update(contribution: &mut Model, draft: &pb::Contribution, _: &Call) -> Result<()> {
    if contribution.state != State::Submitted {
        return Err(Error::refused(
            "STATE",
            say!(
                "it was triaged or withdrawn: hand in another",
                "elle est traitée ou retirée : déposez-en une autre"
            ),
        ));
    }
    describe(contribution, draft).map_err(|error| error.under("contribution"))
}

/// Integrates a contribution, or declines it for a reason that stays public.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a decision, or without the reason that DECLINE needs.
pub fn triage(contribution: &mut Model, decision: Decision, call: &Call) -> Result<()> {
    let to = match decision {
        Decision::Decline => State::Declined,
        Decision::Integrate | Decision::Unspecified => State::Integrated,
    };
    LIFECYCLE.take_to("TriageContribution", to, contribution, call)?;
    let mut wrong = Violations::default();
    wrong.require("decision", decision != Decision::Unspecified);
    wrong.require("reason", decision != Decision::Decline || !call.reason.is_empty());
    wrong.finish()?;
    keep(contribution, call);
    Ok(())
}

/// Takes a contribution back that was not triaged.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn withdraw(contribution: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("WithdrawContribution", contribution, call)?;
    keep(contribution, call);
    Ok(())
}

fn keep(contribution: &mut Model, call: &Call) {
    contribution.state_time = call.now;
    contribution.state_reason.clone_from(&call.reason);
}
