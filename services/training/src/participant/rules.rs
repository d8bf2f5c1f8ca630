//! What may become of a participant. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Kind, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::training as pb;
use proto::training::participant::State;

use super::describe::describe;
use super::row::Model;
use peers::PARTNER;

/// The pattern of names.
pub const PATTERN: &str = "participants/{participant}";
/// Whoever was erased, where it stood who did something.
pub const ERASED: &str = "users/erased";
/// Who enters people in a partner's name.
const ENTER: [Role; 3] = [Role::PartnerAdmin, Role::Reporter, Role::Integration];

/// The verb of a participant (domain §6.4).
pub const LIFECYCLE: Lifecycle<Model> =
    Lifecycle(&[Transition::new("EraseParticipant", &[State::Active], State::Erased, erases)]);

/// The caller is this person.
pub fn is(caller: &Caller, participant: &Model) -> bool {
    caller.kind == Kind::User && caller.subject == participant.user
}

/// Who reads about a person: they themselves, those who enter people in the name of the partner that entered them (also while
/// it is suspended, SEP-2), and coordinators.
pub fn knows(caller: &Caller, participant: &Model) -> bool {
    let enters = entering(caller).contains(&participant.partner);
    is(caller, participant) || enters || caller.is(Role::Coordinator)
}

/// The partners in whose name the caller enters people.
pub fn entering(caller: &Caller) -> Vec<String> {
    let enters = |roles: &[Role]| roles.iter().any(|role| ENTER.contains(role));
    let own = caller.partners.iter().filter(|(_, membership)| enters(&membership.roles));
    own.map(|(partner, _)| partner.clone()).collect()
}

/// Who corrects what is kept: they themselves, and those who enter people in their partner's name.
pub fn corrects(caller: &Caller, participant: &Model) -> bool {
    is(caller, participant) || caller.has_in(&participant.partner, &ENTER)
}

/// Who erases: they themselves, the administrators of their partner, and coordinators.
fn erases(caller: &Caller, participant: &Model) -> bool {
    is(caller, participant) || caller.administers(&participant.partner) || caller.is(Role::Coordinator)
}

/// A new participant: oneself, or someone in a partner's name.
///
/// # Errors
/// `PERMISSION_DENIED`; `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Participant, call: &Call) -> Result<Model> {
    let caller = &call.caller;
    let oneself = draft.partner.is_empty() && caller.kind == Kind::User;
    caller.must(oneself || caller.has_in(&draft.partner, &ENTER), &draft.partner)?;
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "participant_id", id, 'p')?;
    wrong.reference("participant.partner", PARTNER, &draft.partner)?;
    wrong.reference("participant.user", "users/{user}", &draft.user)?;
    if oneself && !draft.user.is_empty() && draft.user != caller.subject {
        wrong.add(
            "participant.user",
            say!(
                "without a partner one enters oneself: leave it empty",
                "sans organisation, on s'enregistre soi-même : laissez ce champ vide"
            ),
        );
    }
    let mut participant = Model {
        name: format!("participants/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Active.into(),
        user: if oneself { caller.subject.clone() } else { draft.user.clone() },
        partner: draft.partner.clone(),
        given_name: String::new(),
        family_name: String::new(),
        email: String::new(),
        phone: String::new(),
        language_code: String::new(),
        information_notice_time: Micros::default(),
        erase_time: None,
    };
    let described = describe(&mut participant, draft, call.now);
    wrong.check(described.map_err(|error| error.under("participant")))?;
    wrong.finish()?;
    Ok(participant)
}

/// Corrects what is kept about a person.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when they were erased.
pub fn update(participant: &mut Model, draft: &pb::Participant, call: &Call) -> Result<()> {
    if participant.state == State::Erased {
        return Err(Error::refused("STATE", say!("this person was erased", "cette personne a été effacée")));
    }
    describe(participant, draft, call.now).map_err(|error| error.under("participant"))
}

/// Erases a person: nothing personal is left. Erasing twice changes nothing (GDP-4).
///
/// # Errors
/// `PERMISSION_DENIED`.
pub fn erase(participant: &mut Model, call: &Call) -> Result<()> {
    call.caller.must(erases(&call.caller, participant), &participant.name)?;
    if participant.state == State::Erased {
        return Ok(());
    }
    LIFECYCLE.take("EraseParticipant", participant, call)?;
    blank(participant, call.now);
    Ok(())
}

/// The row without the person.
pub fn blank(participant: &mut Model, now: Micros) {
    for text in [
        &mut participant.user,
        &mut participant.given_name,
        &mut participant.family_name,
        &mut participant.email,
        &mut participant.phone,
        &mut participant.language_code,
    ] {
        text.clear();
    }
    participant.erase_time = Some(now);
}
