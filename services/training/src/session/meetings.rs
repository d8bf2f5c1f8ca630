//! The meetings of a session (TRN-3), and that nobody teaches in two places at once (TRN-4). Pure.

use std::collections::BTreeSet;

use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::{name, say, value};
use proto::training as pb;
use proto::training::Mode;

use super::row::Model;
use peers::TERRITORY;

/// Meetings of a session, at most.
const MOST: usize = 500;
/// A quarter of an hour.
const SHORTEST: i64 = 15 * 60 * 1_000_000;
const LINE: usize = 500;

/// From when to when.
pub(crate) type Span = (Micros, Micros);

/// The meetings of a draft in their canonical form: each with an id, in order, without overlap (TRN-3). When one ends may be
/// left open where they are not to be `whole`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong meeting.
pub(super) fn read(
    field: &str,
    said: &[pb::SessionMeeting],
    mode: Mode,
    whole: bool,
) -> Result<Vec<pb::SessionMeeting>> {
    let mut wrong = Violations::default();
    wrong.require(field, !said.is_empty());
    let mut meetings = wrong.each(field, said, MOST, |at, meeting| one(at, meeting, mode, whole))?;
    wrong.finish()?;
    identify(field, &mut meetings)?;
    in_order(field, &meetings)?;
    Ok(meetings)
}

fn one(field: &str, said: &pb::SessionMeeting, of_session: Mode, whole: bool) -> Result<pb::SessionMeeting> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let mut instant = |name: &str, said: &Option<prost_types::Timestamp>, required: bool| {
        wrong.require(&at(name), said.is_some() || !required);
        let read = said.as_ref().map(|said| Micros::from_timestamp(&at(name), said));
        Ok::<_, Error>(wrong.check(read.transpose())?.flatten())
    };
    let start = instant("start_time", &said.start_time, true)?;
    let end = instant("end_time", &said.end_time, whole)?;
    if start.zip(end).is_some_and(|span| !is_long_enough(span)) {
        wrong.add(
            at("end_time"),
            say!(
                "a meeting lasts 15 minutes at least (TRN-3)",
                "une rencontre dure au moins 15 minutes (TRN-3)"
            ),
        );
    }
    if !said.meeting_id.is_empty() {
        wrong.check(name::check_id(&at("meeting_id"), &said.meeting_id))?;
    }
    let mode = wrong.coded::<Mode>(&at("mode"), said.mode, false)?;
    let mode = if mode == Mode::Unspecified { of_session } else { mode.get() };
    if of_session != Mode::Hybrid && mode != of_session && of_session != Mode::Unspecified {
        wrong.add(
            at("mode"),
            say!(
                "the session is not hybrid: its meetings are all of its own mode",
                "la session n'est pas hybride : toutes ses rencontres ont son format"
            ),
        );
    }
    let venue = said.venue.as_ref().map(|said| venue(&at("venue"), said)).transpose();
    let venue = wrong.check(venue)?.flatten();
    let mut join_url = String::new();
    if !said.join_url.is_empty() {
        join_url = wrong.check(value::https(&at("join_url"), &said.join_url))?.unwrap_or_default();
    }
    wrong.finish()?;
    Ok(pb::SessionMeeting {
        meeting_id: said.meeting_id.clone(),
        start_time: start.map(Micros::to_timestamp),
        end_time: end.map(Micros::to_timestamp),
        mode: mode.into(),
        venue,
        join_url,
    })
}

fn venue(field: &str, said: &pb::Venue) -> Result<pb::Venue> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let display_name = wrong.plain(&at("display_name"), &said.display_name, LINE)?;
    let address = wrong.plain(&at("address"), &said.address, LINE)?;
    wrong.reference(&at("territory"), TERRITORY, &said.territory)?;
    wrong.finish()?;
    let (territory, wheelchair_accessible) = (said.territory.clone(), said.wheelchair_accessible);
    Ok(pb::Venue { display_name, address, territory, wheelchair_accessible })
}

/// Gives an id to each meeting that has none, and refuses one that two have.
fn identify(field: &str, meetings: &mut [pb::SessionMeeting]) -> Result<()> {
    let mut wrong = Violations::default();
    let mut taken = BTreeSet::new();
    for (index, meeting) in meetings.iter().enumerate().filter(|(_, meeting)| !meeting.meeting_id.is_empty())
    {
        if !taken.insert(meeting.meeting_id.clone()) {
            wrong.add(format!("{field}[{index}].meeting_id"), say!("named twice", "nommé deux fois"));
        }
    }
    wrong.finish()?;
    let mut free = (1..).map(|number| format!("m{number}"));
    for meeting in meetings.iter_mut().filter(|meeting| meeting.meeting_id.is_empty()) {
        meeting.meeting_id = free.find(|id| !taken.contains(id)).unwrap_or_default();
    }
    Ok(())
}

/// They lie in order and none begins before the one before is over (TRN-3).
fn in_order(field: &str, meetings: &[pb::SessionMeeting]) -> Result<()> {
    let mut wrong = Violations::default();
    let spans: Vec<Span> = spans(meetings).collect();
    for (index, pair) in spans.windows(2).enumerate().filter(|(_, pair)| pair[1].0 < pair[0].1) {
        let why = match pair[1].0 < pair[0].0 {
            true => say!(
                "it begins before the one above: put them in order (TRN-3)",
                "elle commence avant la précédente : mettez-les dans l'ordre (TRN-3)"
            ),
            false => say!(
                "it begins before the one above is over (TRN-3)",
                "elle commence avant la fin de la précédente (TRN-3)"
            ),
        };
        wrong.add(format!("{field}[{}].start_time", index + 1), why);
    }
    wrong.finish()
}

/// It lasts a quarter of an hour at least (TRN-3).
pub(crate) fn is_long_enough((start, end): Span) -> bool {
    end.0 - start.0 >= SHORTEST
}

/// When meetings begin and end; one whose end nobody says, at once.
pub(crate) fn spans(meetings: &[pb::SessionMeeting]) -> impl Iterator<Item = Span> {
    let instant = |time: &Option<prost_types::Timestamp>| {
        time.as_ref().and_then(|time| Micros::from_timestamp("time", time).ok())
    };
    meetings.iter().map(move |meeting| {
        let start = instant(&meeting.start_time).unwrap_or_default();
        (start, instant(&meeting.end_time).unwrap_or(start))
    })
}

/// How many minutes a meeting takes.
pub(crate) fn minutes(meeting: &pb::SessionMeeting) -> i64 {
    spans(std::slice::from_ref(meeting)).map(|(start, end)| (end.0 - start.0) / 60_000_000).sum()
}

/// Refuses a trainer of this session who teaches another at the same time (TRN-4).
///
/// # Errors
/// `FAILED_PRECONDITION` citing TRN-4, naming the trainer and the other session.
pub fn clash(session: &Model, others: &[Model]) -> Result<()> {
    for other in others.iter().filter(|other| other.name != session.name) {
        let Some(trainer) = session.trainers.iter().find(|trainer| other.trainers.contains(*trainer)) else {
            continue;
        };
        let theirs: Vec<Span> = spans(&other.meetings).collect();
        let meets = spans(&session.meetings)
            .any(|(start, end)| theirs.iter().any(|(begins, ends)| start < *ends && *begins < end));
        if meets {
            let other = &other.name;
            return Err(Error::refused(
                "TRN-4",
                say!(
                    "{trainer} teaches {other} at the same time: move a meeting, or ask someone else",
                    "{trainer} anime {other} au même moment : déplacez une rencontre, ou sollicitez quelqu'un d'autre"
                ),
            )
            .about("trainer", trainer)
            .about("session", other));
        }
    }
    Ok(())
}
