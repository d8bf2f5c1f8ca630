//! What may become of a session. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::gap::{self, Gap};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::say::Text;
use chassis::{Call, name, say};
use proto::common::Origin;
use proto::training as pb;
use proto::training::programme::State as Programme;
use proto::training::session::State;
use proto::training::trainer::State as Trainer;

use super::describe::describe;
use super::row::{Known, Model};
use super::{found, meetings};
use crate::{programme, trainer};

pub use super::clock::{RUNNING, settle, takes_enrolments};
pub use super::found::{gaps, is_as_found};
pub use super::meetings::clash;

/// The pattern of names.
pub const PATTERN: &str = "programmes/{programme}/sessions/{session}";

/// The verbs of a session (domain §6.2); the clock does the rest.
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("OpenSession", &[State::Planned], State::Open, provides).guarded(can_open),
    Transition::new("RescheduleSession", &[State::Planned], State::Planned, provides),
    Transition::new("RescheduleSession", &[State::Open], State::Open, provides),
    Transition::new(
        "CancelSession",
        &[State::Planned, State::Open, State::InProgress],
        State::Cancelled,
        may_cancel,
    ),
    Transition::new("CloseSession", &[State::Completed], State::Closed, closes).guarded(can_close),
]);

/// The administrators of a partner that provides its programme.
pub fn provides(caller: &Caller, session: &Model) -> bool {
    programme::rules::may_provide(caller, session.providers())
}

/// They, and of an imported one the coordinators: nobody else may be there who knows what it lacks (BEY-8).
pub fn looks_after(caller: &Caller, session: &Model) -> bool {
    provides(caller, session) || found::is_found(session) && caller.is(Role::Coordinator)
}

/// They, and coordinators.
fn may_cancel(caller: &Caller, session: &Model) -> bool {
    caller.is(Role::Coordinator) || provides(caller, session)
}

/// They, and whoever teaches it.
pub fn teaches(caller: &Caller, session: &Model) -> bool {
    let trainers = session.known.trainers.iter();
    let assigned = trainers
        .filter(|trainer| trainer.state == Trainer::Approved)
        .any(|trainer| trainer::rules::is(caller, trainer));
    assigned || provides(caller, session)
}

/// Who closes it: they, and who looks after an imported one.
fn closes(caller: &Caller, session: &Model) -> bool {
    teaches(caller, session) || looks_after(caller, session)
}

/// Who writes down who came: whoever teaches it, its providers, and their machines.
pub fn records(caller: &Caller, session: &Model) -> bool {
    let machine = session.providers().iter().any(|partner| caller.has_in(partner, &[Role::Integration]));
    machine || teaches(caller, session)
}

/// The meeting of that id, once it has begun and until the session is closed.
///
/// # Errors
/// `FAILED_PRECONDITION` because of the state; `INVALID_ARGUMENT` on `meeting_id`.
pub fn begun(session: &Model, meeting_id: &str, now: Micros) -> Result<pb::SessionMeeting> {
    if ![State::InProgress, State::Completed].contains(&session.state.get()) {
        return Err(Error::refused(
            "STATE",
            say!(
                "attendance is written down from the first meeting on, until the session is closed",
                "la présence s'inscrit dès la première rencontre et jusqu'à la clôture de la session"
            ),
        ));
    }
    let known = session.meetings.iter().find(|meeting| meeting.meeting_id == meeting_id);
    let has_begun = |meeting: &&pb::SessionMeeting| {
        meetings::spans(std::slice::from_ref(*meeting)).all(|(start, _)| start <= now)
    };
    known.filter(has_begun).cloned().ok_or_else(|| {
        let begun = session.meetings.iter().filter(has_begun).map(|meeting| meeting.meeting_id.as_str());
        let begun = begun.collect::<Vec<_>>().join(", ");
        Error::invalid(
            "meeting_id",
            say!("expected a meeting that has begun: {begun}", "rencontre commencée attendue : {begun}"),
        )
    })
}

/// Nothing is lacking of an imported one (BEY-8), and everyone who has a seat has an outcome.
fn can_close(session: &Model, _: Micros) -> Result<()> {
    gap::none(&gaps(session))?;
    let open = session.known.counts.confirmed;
    match open.onsite + open.online {
        0 => Ok(()),
        count => Err(Error::refused(
            "SESSION_OUTCOMES",
            say!(
                "{count} enrolments have no outcome: give them one with `ensemble enrolment complete`",
                "{count} inscriptions sont sans résultat : donnez-en un avec `ensemble enrolment complete`"
            ),
        )),
    }
}

/// Who is told how a meeting is joined without taking part: the members of its providers, whoever teaches it, coordinators.
pub fn works_on(caller: &Caller, session: &Model) -> bool {
    let member = session.providers().iter().any(|partner| caller.belongs_to(partner));
    member || caller.is(Role::Coordinator) || teaches(caller, session)
}

/// Who sees what is being planned.
pub fn looks_in(caller: &Caller, session: &Model) -> bool {
    caller.oversees() || works_on(caller, session)
}

/// Whose turn it is (BEY-5): who planned it opens it, who taught it closes it.
pub fn awaiting(session: &Model) -> &'static str {
    match session.state.get() {
        State::Planned | State::Completed => "PARTNER",
        State::Unspecified | State::Open | State::InProgress | State::Closed | State::Cancelled => "NOBODY",
    }
}

/// A new session of a programme, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(parent: &str, id: &str, draft: &pb::Session, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "session_id", id, 's')?;
    let mut session = blank(parent, &id, &uid.to_string(), call.now);
    wrong.check(describe(&mut session, draft).map_err(|error| error.under("session")))?;
    wrong.finish()?;
    Ok(session)
}

/// A session of which nobody has said anything yet.
pub(crate) fn blank(parent: &str, id: &str, uid: &str, now: Micros) -> Model {
    Model {
        name: format!("{parent}/sessions/{id}"),
        uid: uid.to_owned(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Planned.into(),
        state_time: now,
        state_reason: String::new(),
        programme: parent.to_owned(),
        programme_revision: String::new(),
        mode: Default::default(),
        meetings: Default::default(),
        start_time: Micros::default(),
        end_time: Micros::default(),
        time_zone: String::new(),
        language_code: String::new(),
        territory: String::new(),
        trainers: Default::default(),
        capacity_onsite: 0,
        capacity_online: 0,
        waitlist_limit: 0,
        enrolment_start: None,
        enrolment_end: None,
        approval_required: false,
        accessibility_offered: Default::default(),
        offline_enrolment_contact: String::new(),
        commitment: String::new(),
        commitment_seats: 0,
        origin: Origin::Registered.into(),
        external_reference: String::new(),
        project_indicators: Default::default(),
        website: String::new(),
        known: Known::default(),
    }
}

/// What is published of its programme when nobody has said what is taught (TRN-2).
pub fn pin(session: &mut Model, programme: &programme::row::Model) {
    if session.programme_revision.is_empty() && programme.published_number > 0 {
        session.programme_revision = programme::revision::name(&programme.name, programme.published_number);
    }
}

/// Changes a session to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` once it is over, and for what does not change any more.
pub fn update(session: &mut Model, draft: &pb::Session, _: &Call) -> Result<()> {
    let before = session.clone();
    describe(session, draft).map_err(|error| error.under("session"))?;
    if before.state == State::Planned || is_as_found(&before) {
        return Ok(());
    }
    if ![State::Open, State::InProgress].contains(&before.state.get()) {
        return Err(Error::refused(
            "STATE",
            say!("it is over: nothing changes any more", "elle est terminée : plus rien ne change"),
        ));
    }
    if session.meetings != before.meetings || session.time_zone != before.time_zone {
        return Err(Error::refused(
            "SESSION_MEETINGS",
            say!(
                "people have enrolled for these hours: move them with `ensemble session reschedule`",
                "des personnes se sont inscrites à ces heures : déplacez-les avec `ensemble session reschedule`"
            ),
        ));
    }
    if (session.mode, &session.programme_revision) != (before.mode, &before.programme_revision) {
        return Err(Error::refused(
            "SESSION_OFFER",
            say!(
                "people have enrolled for what it offers: its mode and its programme stay as they are (TRN-2)",
                "des personnes se sont inscrites à ce qu'elle propose : le format et le programme ne changent plus (TRN-2)"
            ),
        ));
    }
    if session.capacity() != before.capacity() {
        seated_still(session)?;
    }
    seated(session)
}

/// Nobody loses a seat that they have (TRN-5).
fn seated_still(session: &Model) -> Result<()> {
    let (seats, taken) = (session.capacity(), session.known.counts.confirmed);
    let kinds =
        [("capacity.onsite", seats.onsite, taken.onsite), ("capacity.online", seats.online, taken.online)];
    match kinds.into_iter().find(|(_, seats, taken)| seats < taken) {
        None => Ok(()),
        Some((field, _, taken)) => Err(Error::refused(
            "TRN-5",
            say!(
                "{taken} people have a seat: {field} is that much at least",
                "{taken} personnes ont une place : {field} est au moins de ce nombre"
            ),
        )
        .about("field", field)),
    }
}

/// Opens a session.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn open(session: &mut Model, call: &Call) -> Result<()> {
    if let Some(programme) = session.known.programme.clone() {
        pin(session, &programme);
    }
    LIFECYCLE.take("OpenSession", session, call)?;
    session.state_time = call.now;
    Ok(())
}

/// Moves the meetings of a session.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` naming every wrong meeting, or without a reason.
pub fn reschedule(session: &mut Model, meetings: &[pb::SessionMeeting], call: &Call) -> Result<()> {
    LIFECYCLE.take("RescheduleSession", session, call)?;
    let mut wrong = Violations::default();
    wrong.require("reason", !call.reason.is_empty());
    let read = wrong.check(meetings::read("meetings", meetings, session.mode.get(), true))?;
    wrong.finish()?;
    session.meet(read.unwrap_or_default());
    session.state_reason.clone_from(&call.reason);
    if session.state == State::Open { ahead(session, call.now) } else { Ok(()) }
}

/// Cancels a session.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn cancel(session: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("CancelSession", session, call)?;
    call.reason_required()?.clone_into(&mut session.state_reason);
    session.state_time = call.now;
    Ok(())
}

/// Closes a session.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn close(session: &mut Model, call: &Call) -> Result<()> {
    if let Some(programme) = session.known.programme.clone() {
        pin(session, &programme);
    }
    LIFECYCLE.take("CloseSession", session, call)?;
    session.state_time = call.now;
    Ok(())
}

fn refused(why: Text) -> Error {
    Error::refused("SESSION_OPEN", why)
}

/// What opening asks for (domain §6.2).
fn can_open(session: &Model, now: Micros) -> Result<()> {
    let published = session.known.programme.as_ref().is_some_and(|known| known.state == Programme::Published);
    if !published {
        return Err(refused(say!(
            "its programme is not published: publish it first",
            "son programme n'est pas publié : publiez-le d'abord"
        )));
    }
    gap::none(&gaps(session))?;
    // What is published here lacks nothing (TRN-1); what was found may.
    let lacking = session.known.programme.as_deref().map(programme::rules::gaps).unwrap_or_default();
    if !lacking.is_empty() {
        return Err(Error::refused(
            "BEY-8",
            say!(
                "its programme was imported and lacks something: fill its gaps first, see `ensemble programme show {name}`",
                "son programme a été importé et il y manque quelque chose : complétez-le d'abord, voir `ensemble programme show {name}`",
                name = session.programme
            ),
        ));
    }
    ahead(session, now)?;
    if !session.known.trainers.iter().any(|trainer| trainer.state == Trainer::Approved) {
        return Err(refused(say!(
            "no approved trainer is there: name one of the pool in trainers, see `ensemble trainer list`",
            "aucun formateur admis n'est prévu : indiquez-en un du vivier dans trainers, voir `ensemble trainer list`"
        )));
    }
    seated(session)
}

/// A meeting lies in the future.
fn ahead(session: &Model, now: Micros) -> Result<()> {
    match session.start_time > now {
        true => Ok(()),
        false => Err(refused(say!(
            "its first meeting has begun already: move it first",
            "sa première rencontre a déjà commencé : déplacez-la d'abord"
        ))),
    }
}

/// There are seats of each kind that its mode offers.
fn seated(session: &Model) -> Result<()> {
    match found::unseated(session) {
        None => Ok(()),
        Some(field) => Err(refused(say!(
            "its mode offers seats that it has none of: set {field}",
            "son format offre des places qu'elle n'a pas : indiquez {field}"
        ))
        .about("field", field)),
    }
}

/// What should be known and stands in nobody's way: outcomes that no trainer covers (TRN-7).
pub fn warnings(session: &Model) -> Vec<Gap> {
    let Some(content) = &session.known.content else { return Vec::new() };
    if ![State::Planned, State::Open].contains(&session.state.get()) {
        return Vec::new();
    }
    let approved = session.known.trainers.iter().filter(|trainer| trainer.state == Trainer::Approved);
    let taught: Vec<_> = approved.flat_map(|trainer| trainer.competences.iter()).collect();
    let covered = |outcome: &&proto::common::Alignment| {
        taught
            .iter()
            .any(|known| (known.framework, &known.target_code) == (outcome.framework, &outcome.target_code))
    };
    let mut open: Vec<&str> = Vec::new();
    for outcome in content.outcomes.iter().filter_map(|outcome| outcome.alignment.as_ref()) {
        if !covered(&outcome) && !open.contains(&outcome.target_code.as_str()) {
            open.push(&outcome.target_code);
        }
    }
    let warning = |code: &str| Gap {
        field: "trainers",
        rule: "TRN-7",
        what: say!("no trainer covers the outcome {code}", "aucun formateur ne couvre l'acquis {code}"),
    };
    open.into_iter().map(warning).collect()
}
