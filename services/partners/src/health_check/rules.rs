//! What may become of a health check, and who sees what of it. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::partners as pb;
use proto::partners::health_check::State;
use proto::partners::partnership_member::Role as Part;

use super::answers;
use super::results::{self, Block};
use super::row::Model;
use crate::partnership;

/// The pattern of names.
pub const PATTERN: &str = "partnerships/{partnership}/healthChecks/{health_check}";
/// Who answers for a member.
const SPEAKERS: [Role; 2] = [Role::PartnerAdmin, Role::Reporter];
/// It takes so many answers to close a health check, and half of the members (PAR-21).
const LEAST_ANSWERS: usize = 2;

/// The verbs of a health check (domain §3.5).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("SubmitHealthCheckResponse", &[State::Open], State::Open, answers_for_a_member),
    Transition::new("CloseHealthCheck", &[State::Open], State::Closed, leads).guarded(answered_enough),
    Transition::new("FollowUpHealthCheckAction", &[State::Closed], State::Closed, leads_or_does),
    Transition::new("ReplyToHealthCheck", &[State::Closed], State::Closed, administers_a_member),
]);

fn leads(caller: &Caller, check: &Model) -> bool {
    check.facts.partnership.as_ref().is_some_and(|partnership| partnership::rules::leads(caller, partnership))
}

fn answers_for_a_member(caller: &Caller, check: &Model) -> bool {
    check.members.iter().any(|member| caller.has_in(member, &SPEAKERS))
}

fn administers_a_member(caller: &Caller, check: &Model) -> bool {
    check.members.iter().any(|member| caller.administers(member))
}

fn leads_or_does(caller: &Caller, check: &Model) -> bool {
    leads(caller, check) || check.actions.iter().any(|action| caller.has_in(&action.owner, &SPEAKERS))
}

/// Whoever answers for a partner reads what it answered, also while the partner is suspended (SEP-2).
pub fn speaks_for(caller: &Caller, partner: &str) -> bool {
    let roles = caller.partners.get(partner).map(|membership| membership.roles.as_slice());
    roles.unwrap_or_default().iter().any(|role| SPEAKERS.contains(role))
}

/// How much of a health check somebody sees (PAR-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Coordinators: all of it.
    All,
    /// Members and reviewers: everything but others' answers.
    Together {
        /// What was answered together, too.
        results: bool,
    },
    /// Anyone else: where it stands.
    State,
}

/// How much of it this caller sees. What members answered together is shown to them once it is closed and not before: of two
/// summaries, one before an answer and one after, the difference is that answer.
pub fn sight(caller: &Caller, check: &Model) -> Sight {
    if caller.is(Role::Coordinator) {
        return Sight::All;
    }
    let partnership = check.facts.partnership.as_ref();
    // Who has left since, and was not asked, is told no more than anyone.
    let is_member = check.members.iter().any(|member| caller.belongs_to(member))
        || partnership.is_some_and(|partnership| {
            partnership.members_today().any(|member| caller.belongs_to(&member.partner))
        });
    if !is_member && !caller.oversees() {
        return Sight::State;
    }
    let results = check.state == State::Closed && check.response_count >= check.facts.min_responses;
    Sight::Together { results }
}

/// Whose turn it is (BEY-5).
pub fn awaiting(check: &Model) -> &'static str {
    match check.state.get() {
        State::Open => "PARTNER",
        State::Closed if check.actions.iter().any(|action| !action.done) => "PARTNER",
        State::Closed | State::Unspecified => "NOBODY",
    }
}

/// A new health check of a partnership; who is asked is written down when its partnership is read.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(parent: &str, id: &str, draft: &pb::HealthCheck, today: Day, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "health_check_id", id, 'h')?;
    let mut date = |field: &str, date: Option<&proto::Date>| -> Result<Option<Day>> {
        wrong.require(field, date.is_some());
        Ok(wrong.check(date.map(|date| Day::from_date(field, date)).transpose())?.flatten())
    };
    let as_of = date("health_check.as_of_date", draft.as_of_date.as_ref())?;
    let open_until = date("health_check.open_until_date", draft.open_until_date.as_ref())?;
    if as_of.is_some_and(|day| day > today) {
        wrong.add("health_check.as_of_date", say!("not after today", "pas après aujourd'hui"));
    }
    if open_until.is_some_and(|day| day < today) {
        wrong.add("health_check.open_until_date", say!("not before today", "pas avant aujourd'hui"));
    }
    wrong.finish()?;
    Ok(Model {
        name: format!("{parent}/healthChecks/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Open.into(),
        state_time: call.now,
        partnership: parent.to_owned(),
        as_of: as_of.unwrap_or(today),
        open_until: open_until.unwrap_or(today),
        close_day: None,
        members: Default::default(),
        response_count: 0,
        results: Default::default(),
        actions: Default::default(),
        replies: Default::default(),
        responses: Vec::new(),
        facts: Default::default(),
    })
}

/// Asks those who were members of a partnership on the day, observers aside.
///
/// # Errors
/// `PERMISSION_DENIED` for who does not lead it; `FAILED_PRECONDITION` when it has ended, or fewer than two are to be asked.
pub fn ask(check: &mut Model, partnership: &partnership::row::Model, call: &Call) -> Result<()> {
    use proto::partners::partnership::State as Partnership;
    call.caller.must(partnership::rules::leads(&call.caller, partnership), &check.partnership)?;
    if !matches!(partnership.state.get(), Partnership::Forming | Partnership::Active) {
        return Err(Error::refused(
            "STATE",
            say!("the partnership has ended", "le partenariat est clos ou abandonné"),
        ));
    }
    let asked = partnership.members_on(check.as_of).filter(|member| member.role() != Part::Observer);
    let mut asked: Vec<String> = asked.map(|member| member.partner.clone()).collect();
    asked.sort();
    asked.dedup();
    if asked.len() < LEAST_ANSWERS {
        return Err(Error::refused(
            "PAR-21",
            say!(
                "a health check needs two members to ask, observers aside: add members first",
                "un bilan de santé interroge au moins deux membres, sans compter les observateurs : ajoutez d'abord des membres"
            ),
        ));
    }
    check.members = asked.into();
    Ok(())
}

/// Says what a member finds, in place of what it said before (PAR-20).
///
/// # Errors
/// As [`Lifecycle::take`]; `PERMISSION_DENIED` for another's member; `INVALID_ARGUMENT` naming every wrong field.
pub fn submit(check: &mut Model, request: &pb::SubmitHealthCheckResponseRequest, call: &Call) -> Result<()> {
    let partner = &request.partner;
    speaks(check, partner, &SPEAKERS, call)?;
    LIFECYCLE.take("SubmitHealthCheckResponse", check, call)?;
    let mut wrong = Violations::default();
    let scores = wrong.check(answers::scores(&request.scores))?.unwrap_or_default();
    let comment = wrong.check(answers::paragraph("comment", &request.comment))?.unwrap_or_default();
    wrong.finish()?;
    let submit_time = Some(call.now.to_timestamp());
    check.responses.retain(|response| response.partner != *partner);
    check.responses.push(pb::HealthCheckResponse { partner: partner.clone(), scores, comment, submit_time });
    check.responses.sort_by(|one, other| one.partner.cmp(&other.partner));
    check.response_count = i32::try_from(check.responses.len()).unwrap_or(i32::MAX);
    Ok(())
}

/// The caller speaks for a partner that is asked.
fn speaks(check: &Model, partner: &str, roles: &[Role], call: &Call) -> Result<()> {
    if partner.is_empty() {
        return Err(Error::required("partner"));
    }
    call.caller.must(call.caller.has_in(partner, roles), &check.name)?;
    if check.members.iter().any(|member| member == partner) {
        return Ok(());
    }
    let day = check.as_of;
    Err(Error::refused(
        "PAR-20",
        say!(
            "{partner} is not asked: it was no member on {day}, or an observer",
            "{partner} n'est pas interrogée : elle n'était pas membre le {day}, ou était observatrice"
        ),
    ))
}

/// Two members have answered, and half of all (PAR-21).
fn answered_enough(check: &Model, _: Micros) -> Result<()> {
    let (answers, members) = (check.responses.len(), check.members.len());
    let needed = LEAST_ANSWERS.max(members.div_ceil(2));
    if answers >= needed {
        return Ok(());
    }
    Err(Error::refused(
        "PAR-21",
        say!(
            "{answers} of {members} members have answered: it takes {needed}",
            "{answers} membres sur {members} ont répondu : il en faut {needed}"
        ),
    ))
}

/// Closes a health check, with what is to be done about it.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` naming every wrong field of `actions`; `FAILED_PRECONDITION` citing PAR-23.
pub fn close(check: &mut Model, actions: &[pb::HealthCheckAction], call: &Call) -> Result<()> {
    LIFECYCLE.take("CloseHealthCheck", check, call)?;
    let partnership = check.facts.partnership.clone().ok_or_else(|| Error::internal("no partnership"))?;
    let today = partnership.facts.today.ok_or_else(|| Error::internal("the clock shows no day"))?;
    let is_member = |partner: &str| partnership.has_member(partner);
    let actions = answers::actions(actions, is_member, today)?;
    let blocks = results::blocks(&check.responses);
    if actions.is_empty() {
        // Whether the rule asks for an action says something of the answers. It is nothing that a refusal may tell who does not
        // see them, again after each answer: then an action is asked for whatever they are.
        if blind(check, &call.caller) {
            return Err(Error::refused(
                "PAR-23",
                say!(
                    "name at least one action: too few have answered for you to know that none is needed",
                    "indiquez au moins une action : trop peu ont répondu pour que l'on sache qu'aucune n'est nécessaire"
                ),
            ));
        }
        if blocks.iter().any(Block::asks_for_action) {
            return Err(Error::refused(
                "PAR-23",
                say!(
                    "on some block members are 3 apart or more, or their mean is below 3: name at least one action",
                    "sur un pilier au moins, l'écart entre membres atteint 3 ou la moyenne est inférieure à 3 : indiquez au moins une action"
                ),
            ));
        }
    }
    check.state_time = call.now;
    check.close_day = Some(today);
    // A rehearsal shows nothing that was not to be seen before: it may be repeated after each answer.
    let shown = !call.validate_only || call.caller.is(Role::Coordinator);
    let results = blocks.iter().filter(|_| shown).map(Block::message);
    check.results = results.collect::<Vec<_>>().into();
    check.actions = actions.into();
    Ok(())
}

/// Who closes it does not see the answers, and some have not answered, or too few for a summary.
fn blind(check: &Model, caller: &Caller) -> bool {
    let few = check.response_count < check.facts.min_responses || check.responses.len() < check.members.len();
    few && !caller.is(Role::Coordinator)
}

/// Says how an action goes.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `action` or `note`; `PERMISSION_DENIED` for another's action.
pub fn follow_up(check: &mut Model, id: &str, done: bool, note: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("FollowUpHealthCheckAction", check, call)?;
    let may = leads(&call.caller, check);
    let name = check.name.clone();
    let Some(action) = check.actions.0.iter_mut().find(|action| action.id == id) else {
        return Err(Error::invalid(
            "action",
            say!("no such action: a1, a2…", "cette action n'existe pas : a1, a2…"),
        ));
    };
    call.caller.must(may || call.caller.has_in(&action.owner, &SPEAKERS), &name)?;
    action.note = answers::paragraph("note", note)?;
    action.done = done;
    Ok(())
}

/// Puts a member's reply beside the results.
///
/// # Errors
/// As [`Lifecycle::take`]; `PERMISSION_DENIED` for another's member; `INVALID_ARGUMENT` without a text.
pub fn reply(check: &mut Model, partner: &str, text: &str, call: &Call) -> Result<()> {
    speaks(check, partner, &[Role::PartnerAdmin], call)?;
    LIFECYCLE.take("ReplyToHealthCheck", check, call)?;
    let text = answers::said("text", text)?;
    check.replies.0.retain(|reply| reply.partner != partner);
    let reply_time = Some(call.now.to_timestamp());
    check.replies.0.push(pb::HealthCheckReply { partner: partner.to_owned(), text, reply_time });
    Ok(())
}

#[cfg(test)]
mod tests;
