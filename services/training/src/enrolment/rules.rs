//! What may become of an enrolment. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::say::Text;
use chassis::{Call, name, say};
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use proto::training::review_enrolment_request::Decision;
use proto::training::session::State as Session;

use super::describe::describe;
use super::outcome;
use super::row::{Known, Model};
use crate::{participant, session};

pub use super::queue::{Counts, Kinds, Offer, Place, free, place};

/// The pattern of names.
pub const PATTERN: &str = "programmes/{programme}/sessions/{session}/enrolments/{enrolment}";
/// Those that are not over: of a person in a session there is one (TRN-8).
pub const LIVE: [State; 3] = [State::Pending, State::Waitlisted, State::Confirmed];
/// Who enrols people in a partner's name.
pub const ENROL: [Role; 2] = [Role::PartnerAdmin, Role::Integration];

/// The verbs of an enrolment (domain §6.5).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ReviewEnrolment", &[State::Pending], State::Confirmed, provides),
    Transition::new("ReviewEnrolment", &[State::Pending], State::Waitlisted, provides),
    Transition::new("ReviewEnrolment", &[State::Pending], State::Declined, provides),
    Transition::new("PromoteEnrolment", &[State::Waitlisted], State::Confirmed, provides).guarded(next),
    Transition::new("CancelEnrolment", &LIVE, State::Cancelled, gives_up).guarded(before_it_begins),
    Transition::new("WithdrawEnrolment", &[State::Confirmed], State::Withdrawn, leaves)
        .guarded(since_it_began),
    Transition::new("CompleteEnrolment", &[State::Confirmed], State::Completed, outcome::judges)
        .guarded(outcome::is_over),
    Transition::new("CompleteEnrolment", &[State::Confirmed], State::NotCompleted, outcome::judges),
    Transition::new("CompleteEnrolment", &[State::Confirmed], State::NoShow, outcome::judges),
]);

fn of_session(enrolment: &Model, is: impl Fn(&session::row::Model) -> bool) -> bool {
    enrolment.known.session.as_ref().is_some_and(|session| is(session))
}

fn of_person(enrolment: &Model, is: impl Fn(&participant::row::Model) -> bool) -> bool {
    enrolment.known.participant.as_ref().is_some_and(|person| is(person))
}

/// The administrators of those who provide its session.
pub fn provides(caller: &Caller, enrolment: &Model) -> bool {
    of_session(enrolment, |session| session::rules::provides(caller, session))
}

/// The person themselves, or those who enter people in the name of the partner that entered them.
pub fn is_theirs(caller: &Caller, enrolment: &Model) -> bool {
    of_person(enrolment, |person| {
        participant::rules::is(caller, person)
            || participant::rules::entering(caller).contains(&person.partner)
    })
}

/// Who reads an enrolment: the person, those who entered them, those who work on its session, and coordinators.
pub fn concerns(caller: &Caller, enrolment: &Model) -> bool {
    let works_on = of_session(enrolment, |session| session::rules::works_on(caller, session));
    works_on || is_theirs(caller, enrolment) || caller.is(Role::Coordinator)
}

/// Who enrols a person: they themselves, the administrators and machines of the partner that entered them, and coordinators.
pub fn may_enrol(caller: &Caller, person: &participant::row::Model) -> bool {
    participant::rules::is(caller, person)
        || caller.has_in(&person.partner, &ENROL)
        || caller.is(Role::Coordinator)
}

/// Who gives up a seat before the session begins: whoever may enrol the person, and whoever did.
fn gives_up(caller: &Caller, enrolment: &Model) -> bool {
    let enrolled = !caller.is_nobody() && caller.subject == enrolment.enrolled_by;
    enrolled || of_person(enrolment, |person| may_enrol(caller, person))
}

/// Who ends an enrolment once the session has begun: the person, and whoever provides it.
fn leaves(caller: &Caller, enrolment: &Model) -> bool {
    of_person(enrolment, |person| participant::rules::is(caller, person)) || provides(caller, enrolment)
}

/// Who changes what someone needs, or says of themselves.
pub fn describes(caller: &Caller, enrolment: &Model) -> bool {
    of_person(enrolment, |person| {
        participant::rules::is(caller, person) || caller.has_in(&person.partner, &ENROL)
    })
}

/// Whose turn it is (BEY-5).
pub fn awaiting(enrolment: &Model) -> &'static str {
    match enrolment.state.get() {
        State::Pending => "PARTNER",
        _ => "NOBODY",
    }
}

/// What a session offers of a kind of seat.
pub fn offer(session: &session::row::Model, mode: Mode) -> Offer {
    Offer { seats: session.capacity().of(mode), places: session.waitlist_limit }
}

/// A new enrolment of a person in a session: on a seat, in the queue, or waiting for an answer, from counts that nobody changes
/// meanwhile.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when the session takes no enrolments;
/// `RESOURCE_EXHAUSTED` when there is no place.
pub fn enrol(
    session: &session::row::Model,
    id: &str,
    draft: &pb::Enrolment,
    counts: &Counts,
    call: &Call,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "enrolment_id", id, 'e')?;
    let mut enrolment = Model {
        name: format!("{}/enrolments/{id}", session.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Pending.into(),
        state_time: call.now,
        state_reason: String::new(),
        session: session.name.clone(),
        participant: draft.participant.clone(),
        mode: Default::default(),
        enrolled_by: call.caller.subject.clone(),
        special_needs: String::new(),
        queue_number: 0,
        enrol_time: call.now,
        demographics: Default::default(),
        attendance: Default::default(),
        known: Known::default(),
    };
    let described = describe(&mut enrolment, draft, session.mode.get());
    wrong.check(described.map_err(|error| error.under("enrolment")))?;
    wrong.finish()?;
    if !session::rules::takes_enrolments(session, call.now) {
        return Err(Error::refused("ENROLMENT_PERIOD", no_enrolments(session)));
    }
    if !session.approval_required {
        enrolment.state = seat(session, counts, enrolment.mode.get())?.into();
    }
    Ok(enrolment)
}

fn no_enrolments(session: &session::row::Model) -> Text {
    let contact = &session.offline_enrolment_contact;
    match session.enrolment_start.zip(session.enrolment_end) {
        Some((from, until)) => say!(
            "the session takes no enrolments now: it is open for them from {from} to {until}, or by: {contact}",
            "la session ne prend pas d'inscriptions en ce moment : elles sont ouvertes du {from} au {until}, ou par : {contact}"
        ),
        None => say!(
            "the session takes no enrolments: it was imported, and nobody says when it does",
            "la session ne prend pas d'inscriptions : elle a été importée, et personne ne dit quand elle en prend"
        ),
    }
}

/// Where someone goes who wants a seat of this kind.
///
/// # Errors
/// `RESOURCE_EXHAUSTED` when there is neither a seat nor a place in the queue.
fn seat(session: &session::row::Model, counts: &Counts, mode: Mode) -> Result<State> {
    match place(offer(session, mode), counts, mode) {
        Place::Seat => Ok(State::Confirmed),
        Place::Queue => Ok(State::Waitlisted),
        Place::Full => Err(Error::Exhausted {
            reason: "SESSION_FULL",
            why: say!(
                "no seat is free and the queue is full: look for another session of the programme",
                "plus aucune place, et la liste d'attente est complète : cherchez une autre session du programme"
            ),
            retry_after: None,
        }),
    }
}

/// Changes what someone needs, or says of themselves, while the session is not closed.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when the enrolment is over, or for another kind of seat.
pub fn update(enrolment: &mut Model, draft: &pb::Enrolment, _: &Call) -> Result<()> {
    let before = enrolment.mode;
    let of_session = enrolment.known.session.as_ref().map_or(Mode::Unspecified, |session| session.mode.get());
    describe(enrolment, draft, of_session).map_err(|error| error.under("enrolment"))?;
    if !LIVE.contains(&enrolment.state.get()) {
        return Err(Error::refused("STATE", say!("it is over", "elle est terminée")));
    }
    if enrolment.mode != before {
        return Err(Error::refused(
            "ENROLMENT_MODE",
            say!(
                "for another kind of seat, cancel this enrolment and enrol again",
                "pour une autre place, annulez cette inscription et inscrivez-vous à nouveau"
            ),
        ));
    }
    Ok(())
}

/// Answers an enrolment that waits for it.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a decision, or without a reason to decline; `RESOURCE_EXHAUSTED` when there
/// is no place.
pub fn review(enrolment: &mut Model, decision: Decision, counts: &Counts, call: &Call) -> Result<()> {
    let session = enrolment.known.session.clone();
    let session = session.ok_or_else(|| Error::internal("an enrolment without its session"))?;
    let to = match decision {
        Decision::Approve => seat(&session, counts, enrolment.mode.get()).unwrap_or(State::Waitlisted),
        Decision::Decline | Decision::Unspecified => State::Declined,
    };
    LIFECYCLE.take_to("ReviewEnrolment", to, enrolment, call)?;
    match decision {
        Decision::Unspecified => return Err(Error::required("decision")),
        Decision::Decline => drop(call.reason_required()?),
        Decision::Approve => drop(seat(&session, counts, enrolment.mode.get())?),
    }
    settled(enrolment, call);
    Ok(())
}

/// Gives a seat to the first in the queue.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn promote(enrolment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("PromoteEnrolment", enrolment, call)?;
    settled(enrolment, call);
    Ok(())
}

/// The registry itself gives the first in the queue a seat that was freed (TRN-11), or ends what ends with the session.
pub fn moved(enrolment: &mut Model, state: State, reason: &str, now: Micros) {
    enrolment.state = state.into();
    enrolment.state_time = now;
    reason.clone_into(&mut enrolment.state_reason);
}

/// What becomes of a live enrolment whose person is erased: it is given up, or left once the session has begun.
pub fn without(enrolment: &Model) -> State {
    let begun = enrolment.state == State::Confirmed
        && of_session(enrolment, |session| ![Session::Planned, Session::Open].contains(&session.state.get()));
    if begun { State::Withdrawn } else { State::Cancelled }
}

/// Gives up a seat, or a place in the queue.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn cancel(enrolment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("CancelEnrolment", enrolment, call)?;
    settled(enrolment, call);
    Ok(())
}

/// Leaves a session that has begun.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn withdraw(enrolment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("WithdrawEnrolment", enrolment, call)?;
    settled(enrolment, call);
    Ok(())
}

fn settled(enrolment: &mut Model, call: &Call) {
    enrolment.state_time = call.now;
    enrolment.state_reason.clone_from(&call.reason);
}

/// It is the first in the queue, and a seat is free: strictly in the order of arrival.
fn next(enrolment: &Model, _: Micros) -> Result<()> {
    let refused = |why| Err(Error::refused("TRN-9", why));
    let Some(session) = &enrolment.known.session else {
        return Err(Error::internal("an enrolment without its session"));
    };
    let mode = enrolment.mode.get();
    if ![Session::Open, Session::InProgress].contains(&session.state.get()) {
        return refused(say!("the session is over", "la session est terminée"));
    }
    if free(offer(session, mode), session.known.counts.confirmed.of(mode)) == 0 {
        return refused(say!("no seat is free", "aucune place n'est libre"));
    }
    if enrolment.known.position != 1 {
        return refused(say!("others came before", "d'autres personnes étaient là avant"));
    }
    Ok(())
}

/// Seats are given up until the session begins; after that one leaves.
fn before_it_begins(enrolment: &Model, _: Micros) -> Result<()> {
    if of_session(enrolment, |session| [Session::Planned, Session::Open].contains(&session.state.get())) {
        return Ok(());
    }
    Err(Error::refused(
        "ENROLMENT_BEGUN",
        say!(
            "the session has begun: leave it with `ensemble enrolment withdraw`",
            "la session a commencé : quittez-la avec `ensemble enrolment withdraw`"
        ),
    ))
}

fn since_it_began(enrolment: &Model, _: Micros) -> Result<()> {
    if of_session(enrolment, |session| {
        [Session::InProgress, Session::Completed].contains(&session.state.get())
    }) {
        return Ok(());
    }
    Err(Error::refused(
        "ENROLMENT_BEGUN",
        say!(
            "the session has not begun: give up the seat with `ensemble enrolment cancel`",
            "la session n'a pas commencé : libérez la place avec `ensemble enrolment cancel`"
        ),
    ))
}
