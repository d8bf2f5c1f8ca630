//! Who came, for how long, and what follows from it (TRN-12, TRN-13). Pure.

use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::say;
use proto::training as pb;
use proto::training::AttendanceStatus as Status;
use proto::training::enrolment::State;

use super::row::Model;
use crate::session;
use crate::session::meetings::{minutes, spans};

/// What someone attended, of what was held; exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attended {
    /// Minutes that they were there.
    pub present: i64,
    /// Minutes that count as attended: those, and excused ones where the programme says so.
    pub counted: i64,
    /// Minutes of the meetings that were held.
    pub held: i64,
}

impl Attended {
    /// In percent, rounded down; nothing while no meeting was held.
    pub fn percent(self) -> Option<i32> {
        (self.held > 0).then(|| i32::try_from(self.counted * 100 / self.held).unwrap_or(i32::MAX))
    }

    /// As much as a rule asks for.
    pub fn reaches(self, percent: i32) -> bool {
        self.counted * 100 >= i64::from(percent) * self.held
    }
}

/// What an enrolment attended of the meetings that are over by now (TRN-13).
pub fn attended(enrolment: &Model, now: Micros) -> Attended {
    let Some(session) = &enrolment.known.session else { return Attended::default() };
    let excused_counts = rule(session).excused_counts;
    let mut sum = Attended::default();
    for meeting in session.meetings.iter() {
        let over = spans(std::slice::from_ref(meeting)).all(|(_, end)| end <= now);
        let came = enrolment.attendance.iter().find(|entry| entry.meeting_id == meeting.meeting_id);
        if !over {
            continue;
        }
        sum.held += minutes(meeting);
        match came {
            Some(entry) if entry.status() == Status::Excused && excused_counts => {
                sum.counted += minutes(meeting);
            }
            Some(entry) => {
                sum.present += i64::from(entry.minutes);
                sum.counted += i64::from(entry.minutes);
            }
            None => {}
        }
    }
    sum
}

/// The completion rule of what is taught; that of the programme as the session keeps it (TRN-2).
pub fn rule(session: &session::row::Model) -> pb::CompletionRule {
    session.known.content.as_ref().and_then(|content| content.completion_rule).unwrap_or_default()
}

/// Writes down whether someone came to a meeting; written twice, it is written once.
///
/// # Errors
/// `FAILED_PRECONDITION` for an enrolment without a seat; `INVALID_ARGUMENT` on minutes that are none of the meeting's (TRN-13).
pub fn record(
    enrolment: &mut Model,
    meeting: &pb::SessionMeeting,
    field: &str,
    entry: &pb::AttendanceEntry,
) -> Result<()> {
    if enrolment.state != State::Confirmed {
        return Err(Error::invalid(
            format!("{field}.enrolment"),
            say!(
                "this enrolment has no seat, or an outcome already",
                "cette inscription n'a pas de place, ou déjà un résultat"
            ),
        ));
    }
    let mut wrong = Violations::default();
    let status = wrong.coded::<Status>(&format!("{field}.status"), entry.status, true)?.get();
    let whole = i32::try_from(minutes(meeting)).unwrap_or(i32::MAX);
    let at = format!("{field}.minutes");
    let attended = match (status, entry.minutes) {
        (Status::Present, said) => said.unwrap_or(whole),
        (Status::Partial, Some(said)) => said,
        (Status::Partial, None) => {
            wrong.require(&at, false);
            0
        }
        (Status::Absent | Status::Excused | Status::Unspecified, said) => said.unwrap_or(0),
    };
    let range = match status {
        Status::Absent | Status::Excused => 0..=0,
        _ => 1..=whole,
    };
    if status != Status::Unspecified && (status != Status::Partial || entry.minutes.is_some()) {
        wrong.within(&at, attended, range);
    }
    wrong.finish()?;
    let kept = pb::MeetingAttendance {
        meeting_id: meeting.meeting_id.clone(),
        status: status.into(),
        minutes: attended,
    };
    match enrolment.attendance.iter_mut().find(|known| known.meeting_id == kept.meeting_id) {
        Some(known) => *known = kept,
        None => {
            enrolment.attendance.push(kept);
            enrolment.attendance.sort_by(|one, other| one.meeting_id.cmp(&other.meeting_id));
        }
    }
    Ok(())
}
