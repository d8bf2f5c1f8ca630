//! What may be assessed, by whom and when. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::say::Text;
use chassis::{Call, name, say};
use chrono::Months;
use proto::training as pb;
use proto::training::assessment::{Instrument, Phase};
use proto::training::enrolment::State;
use proto::training::session::State as Session;

use super::describe::describe;
use super::row::Model;
use crate::enrolment::{outcome, row::Model as Enrolment, rules as enrolments};
use crate::{participant, session};

/// The pattern of names.
pub const PATTERN: &str = "programmes/{programme}/sessions/{session}/assessments/{assessment}";
/// So many months after the end it shows what is left (TRN-16).
const FOLLOW_UP: (u32, u32) = (3, 12);
/// Of whom something can be assessed.
const TAKES_PART: [State; 3] = [State::Confirmed, State::Completed, State::NotCompleted];

/// Who writes down an assessment: whoever teaches the session; the person themselves, what they say of themselves.
pub fn assesses(caller: &Caller, enrolment: &Enrolment, instrument: Instrument) -> bool {
    let person = enrolment.known.participant.as_ref();
    let themselves = person.is_some_and(|person| participant::rules::is(caller, person));
    outcome::judges(caller, enrolment) || themselves && instrument == Instrument::Self_
}

/// Whether one stands in another's way (TRN-14): of a person in a phase there is one by others, a test or an observation, and
/// beside it one of their own, which decides nothing and hinders nobody.
pub fn is_same(one: &Model, other: &Model) -> bool {
    let own = |assessment: &Model| assessment.instrument == Instrument::Self_;
    (&one.enrolment, one.phase, own(one)) == (&other.enrolment, other.phase, own(other))
}

/// Who reads it.
pub fn concerns(caller: &Caller, assessment: &Model) -> bool {
    assessment.whose.as_ref().is_some_and(|whose| enrolments::concerns(caller, whose))
}

/// A new assessment of an enrolment, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` for someone who does not take part, or citing TRN-16.
pub fn create(
    session: &session::row::Model,
    enrolment: &Enrolment,
    id: &str,
    draft: &pb::Assessment,
    call: &Call,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "assessment_id", id, 'a')?;
    let zone = Zone::parse("time_zone", &session.time_zone)?;
    let today = zone.day(call.now).ok_or_else(|| Error::internal("the clock shows no day"))?;
    let mut assessment = Model {
        name: format!("{}/assessments/{id}", session.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        session: session.name.clone(),
        enrolment: enrolment.name.clone(),
        phase: Default::default(),
        instrument: Default::default(),
        assess_date: today,
        levels: Default::default(),
        whose: None,
    };
    let described = describe(&mut assessment, draft, today);
    wrong.check(described.map_err(|error| error.under("assessment")))?;
    wrong.finish()?;
    let why = if TAKES_PART.contains(&enrolment.state.get()) {
        in_time(session, &assessment, zone)
    } else {
        Some(say!("they have no seat", "cette personne n'a pas de place"))
    };
    match why {
        None => Ok(assessment),
        Some(why) => Err(Error::refused(rule(&assessment), why)),
    }
}

fn rule(assessment: &Model) -> &'static str {
    if assessment.phase == Phase::FollowUp { "TRN-16" } else { "ASSESSMENT_TIME" }
}

/// Why not at this time, if so.
fn in_time(session: &session::row::Model, assessment: &Model, zone: Zone) -> Option<Text> {
    if assessment.phase != Phase::FollowUp {
        let open = [Session::Open, Session::InProgress, Session::Completed].contains(&session.state.get());
        return (!open).then(|| {
            say!(
                "what is learnt in a session is assessed until it is closed",
                "ce qui s'apprend dans une session s'évalue jusqu'à sa clôture"
            )
        });
    }
    let end = zone.day(session.end_time)?;
    let after = |months: u32| end.checked_add_months(Months::new(months)).and_then(Day::of);
    let (first, last) = after(FOLLOW_UP.0).zip(after(FOLLOW_UP.1))?;
    (assessment.assess_date < first || assessment.assess_date > last).then(|| {
        say!(
            "a follow-up is from {first} to {last}: 3 to 12 months after the end",
            "un suivi se fait du {first} au {last} : 3 à 12 mois après la fin"
        )
    })
}
