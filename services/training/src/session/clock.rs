//! What the clock does to a session. Pure: both what is read and the sweep say it by [`settle`].

use chassis::clock::Zone;
use chassis::column::Micros;
use proto::training::session::State;

use super::row::Model;

/// The states that the clock moves.
pub const RUNNING: [State; 2] = [State::Open, State::InProgress];

/// The session as the clock has it: once open, it begins with its first meeting and is over after its last.
pub fn settle(session: &mut Model, now: Micros) {
    if !RUNNING.contains(&session.state.get()) || now < session.start_time {
        return;
    }
    let (state, since) = match now < session.end_time {
        true => (State::InProgress, session.start_time),
        false => (State::Completed, session.end_time),
    };
    session.state = state.into();
    session.state_time = since;
}

/// Whether people can enrol now: days begin and end where the session takes place.
pub fn takes_enrolments(session: &Model, now: Micros) -> bool {
    let zone = Zone::parse("time_zone", &session.time_zone).unwrap_or(Zone::UTC);
    let days = session.enrolment_start.zip(session.enrolment_end);
    let within = days.is_some_and(|(start, end)| now >= zone.start(start) && now <= zone.end(end));
    session.state == State::Open && within
}
