//! What may become of a trainer. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::error::{Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name};
use proto::training as pb;
use proto::training::trainer::State;

use super::describe::{USER, describe};
use super::row::Model;
use peers::PARTNER;

/// The pattern of names.
pub const PATTERN: &str = "trainers/{trainer}";

/// The verbs of a trainer (domain §6.3).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ApproveTrainer", &[State::Pending], State::Approved, coordinator).decides(),
    Transition::new("SuspendTrainer", &[State::Approved], State::Suspended, coordinator).decides(),
    Transition::new("ReinstateTrainer", &[State::Suspended], State::Approved, coordinator).decides(),
    Transition::new(
        "RetireTrainer",
        &[State::Pending, State::Approved, State::Suspended],
        State::Retired,
        may_retire,
    ),
]);

/// Coordinators, and the administrators of their organisation.
fn may_retire(caller: &Caller, trainer: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.administers(&trainer.partner)
}

/// Who changes what is said of a trainer: the administrators of their organisation, and they themselves while it is not
/// suspended.
pub fn describes(caller: &Caller, trainer: &Model) -> bool {
    caller.administers(&trainer.partner)
        || caller.subject == trainer.user && caller.has_in(&trainer.partner, &[Role::Trainer])
}

/// Who is told whose account it is: their organisation, coordinators, and they themselves.
pub fn knows(caller: &Caller, trainer: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.belongs_to(&trainer.partner) || is(caller, trainer)
}

/// The caller is this trainer.
pub fn is(caller: &Caller, trainer: &Model) -> bool {
    !caller.is_nobody() && caller.subject == trainer.user
}

/// Whose turn it is (BEY-5).
pub fn awaiting(trainer: &Model) -> &'static str {
    match trainer.state.get() {
        State::Pending => "COORDINATOR",
        State::Unspecified | State::Approved | State::Suspended | State::Retired => "NOBODY",
    }
}

/// A new trainer, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Trainer, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "trainer_id", id, 't')?;
    let mut trainer = Model {
        name: format!("trainers/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Pending.into(),
        state_time: call.now,
        state_reason: String::new(),
        user: draft.user.clone(),
        partner: draft.partner.clone(),
        competences: Default::default(),
        target_codes: Default::default(),
        languages: Default::default(),
        modes: Default::default(),
        territories: Default::default(),
        bio: Default::default(),
        available: draft.available,
    };
    for (field, pattern, named) in
        [("trainer.user", USER, &trainer.user), ("trainer.partner", PARTNER, &trainer.partner)]
    {
        wrong.require(field, !named.is_empty());
        wrong.reference(field, pattern, named)?;
    }
    wrong.check(describe(&mut trainer, draft).map_err(|error| error.under("trainer")))?;
    wrong.finish()?;
    Ok(trainer)
}

/// Changes a trainer to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn update(trainer: &mut Model, draft: &pb::Trainer, _: &Call) -> Result<()> {
    describe(trainer, draft).map_err(|error| error.under("trainer"))
}

/// Moves a trainer.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn take(method: &'static str, trainer: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, trainer, call)?;
    trainer.state_time = call.now;
    trainer.state_reason.clear();
    Ok(())
}

/// Moves a trainer for a reason.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` without a reason.
pub fn take_for_a_reason(method: &'static str, trainer: &mut Model, call: &Call) -> Result<()> {
    take(method, trainer, call)?;
    call.reason_required()?.clone_into(&mut trainer.state_reason);
    Ok(())
}
