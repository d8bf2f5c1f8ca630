//! What may become of a replication. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::column::{Micros, Packed};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say, value};
use peers::{Carried, PARTNER, PROJECT, TERRITORY};
use proto::businessmodels as pb;
use proto::businessmodels::replication::{SourceRole, State};
use proto::common::LocalizedText;

use super::describe::describe;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "businessModels/{business_model}/replications/{replication}";

/// The verbs of a replication (domain §5.3).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("AcceptMentoring", &[State::Planned], State::Planned, made_it),
    Transition::new("AcceptMentoring", &[State::Implementing], State::Implementing, made_it),
    Transition::new("StartReplication", &[State::Planned], State::Implementing, adopts),
    Transition::new("ConfirmReplication", &[State::Implementing], State::Replicated, adopts)
        .guarded(derived_is_published),
    Transition::new("AbandonReplication", &[State::Planned, State::Implementing], State::Abandoned, adopts),
]);

fn adopts(caller: &Caller, replication: &Model) -> bool {
    caller.administers(&replication.adopter_partner)
}

fn made_it(caller: &Caller, replication: &Model) -> bool {
    caller.administers(&replication.source_partner)
}

/// Who may say what differs.
pub fn may_update(caller: &Caller, replication: &Model) -> bool {
    caller.acts_for(&replication.adopter_partner)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(replication: &Model) -> &'static str {
    match replication.state.get() {
        State::Planned | State::Implementing => "PARTNER",
        State::Unspecified | State::Replicated | State::Abandoned => "NOBODY",
    }
}

fn derived_is_published(replication: &Model, _: Micros) -> Result<()> {
    if replication.derived_published {
        return Ok(());
    }
    let derived = &replication.derived_business_model;
    Err(Error::refused("BM-10", say!("publish {derived} first", "publiez d'abord {derived}")))
}

/// A new replication, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing BM-8 when a need is not of the territory.
pub fn create(asked: &pb::ReplicateBusinessModelRequest, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "replication_id", &asked.replication_id, 'e')?;
    for (field, pattern, name) in
        [("territory", TERRITORY, &asked.territory), ("adopter_partner", PARTNER, &asked.adopter_partner)]
    {
        wrong.require(field, !name.is_empty());
        wrong.reference(field, pattern, name)?;
    }
    wrong.require("needs", !asked.needs.is_empty());
    let needs = wrong.references("needs", peers::NEED, &asked.needs)?;
    wrong.reference(
        "derived_business_model",
        crate::business_model::rules::PATTERN,
        &asked.derived_business_model,
    )?;
    wrong.finish()?;
    let elsewhere = |need: &&String| !need.starts_with(&format!("{}/needs/", asked.territory));
    if let Some(need) = needs.iter().find(elsewhere) {
        let territory = &asked.territory;
        return Err(Error::refused(
            "BM-8",
            say!("{need} is no need of {territory}", "{need} n'est pas un besoin de {territory}"),
        ));
    }
    Ok(Model {
        name: format!("{}/replications/{id}", asked.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Planned.into(),
        state_time: call.now,
        business_model: asked.name.clone(),
        source_revision: String::new(),
        source_partner: String::new(),
        adopter_partner: asked.adopter_partner.clone(),
        territory: asked.territory.clone(),
        needs,
        source_role: SourceRole::None.into(),
        context_gaps: Default::default(),
        derived_business_model: asked.derived_business_model.clone(),
        project: String::new(),
        outcome: Default::default(),
        evidence: Default::default(),
        lessons: Default::default(),
        derived_published: false,
    })
}

/// Changes what is said of the context.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` once it is over.
pub fn update(replication: &mut Model, draft: &pb::Replication, _: &Call) -> Result<()> {
    describe(replication, draft).map_err(|error| error.under("replication"))?;
    match replication.state.get() {
        State::Planned | State::Implementing => Ok(()),
        State::Unspecified | State::Replicated | State::Abandoned => Err(Error::refused(
            "STATE",
            say!("a replication that is over does not change", "une réplication terminée ne change plus"),
        )),
    }
}

/// Whoever made the model mentors.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn mentor(replication: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("AcceptMentoring", replication, call)?;
    replication.source_role = SourceRole::Mentor.into();
    Ok(())
}

/// Begins to carry it out by a project.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a project.
pub fn start(replication: &mut Model, project: &str, call: &Call) -> Result<()> {
    take("StartReplication", replication, call)?;
    name::check_reference("project", PROJECT, project)?;
    project.clone_into(&mut replication.project);
    Ok(())
}

/// Confirms that the model works there too.
///
/// # Errors
/// As [`Lifecycle::take`]; BM-10; `INVALID_ARGUMENT` without evidence.
pub fn confirm(replication: &mut Model, asked: &pb::ConfirmReplicationRequest, call: &Call) -> Result<()> {
    take("ConfirmReplication", replication, call)?;
    let mut wrong = Violations::default();
    wrong.require("evidence", !asked.evidence.is_empty());
    replication.evidence = wrong.each("evidence", &asked.evidence, 200, value::evidence)?.into();
    if asked.outcome.is_some() {
        wrong.localized("outcome", &mut replication.outcome, asked.outcome.as_ref(), false)?;
    }
    wrong.finish()
}

/// Gives it up, and says what was learnt.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without lessons.
pub fn abandon(replication: &mut Model, lessons: Option<&LocalizedText>, call: &Call) -> Result<()> {
    take("AbandonReplication", replication, call)?;
    let (mut wrong, mut kept) = (Violations::default(), Packed::default());
    wrong.localized("lessons", &mut kept, lessons, true)?;
    wrong.finish()?;
    replication.lessons = kept;
    Ok(())
}

/// What carries a replication out is a project of its adopter.
///
/// # Errors
/// `FAILED_PRECONDITION` otherwise.
pub fn of_adopter(carried: &Carried, replication: &Model) -> Result<()> {
    if carried.partners.contains(&replication.adopter_partner) {
        return Ok(());
    }
    let adopter = &replication.adopter_partner;
    Err(Error::refused(
        "REPLICATION_PROJECT",
        say!("{adopter} has no part in that project", "{adopter} ne prend pas part à ce projet"),
    )
    .about("field", "project"))
}

/// The project runs, and what came of it was accepted (BM-10).
///
/// # Errors
/// `FAILED_PRECONDITION` citing BM-10.
pub fn delivered(carried: &Carried) -> Result<()> {
    let why = match (carried.runs, carried.accepted) {
        (true, true) => return Ok(()),
        (false, _) => say!(
            "its project does not run: start it first",
            "son projet n'a pas démarré : démarrez-le d'abord"
        ),
        (true, false) => say!(
            "no report of its project was accepted yet",
            "aucun rapport de son projet n'a encore été accepté"
        ),
    };
    Err(Error::refused("BM-10", why))
}

fn take(method: &'static str, replication: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, replication, call)?;
    replication.state_time = call.now;
    Ok(())
}
