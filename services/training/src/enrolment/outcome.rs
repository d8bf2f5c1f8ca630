//! What comes of an enrolment once its session is over: the completion rule says it; a trainer may say otherwise, for a reason.
//! Pure.

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::{Call, say};
use proto::training::complete_enrolment_request::Outcome;
use proto::training::enrolment::State;
use proto::training::session::State as Session;

use super::attendance::{attended, rule};
use super::row::Model;
use super::rules::LIFECYCLE;
use crate::programme::describe::ATTENDANCE;
use crate::session;

/// What comes of an enrolment.
pub const OUTCOMES: [State; 3] = [State::Completed, State::NotCompleted, State::NoShow];

/// Whoever teaches its session, and the administrators of those who provide it.
pub fn judges(caller: &Caller, enrolment: &Model) -> bool {
    enrolment.known.session.as_ref().is_some_and(|session| session::rules::teaches(caller, session))
}

/// Every meeting was held.
pub fn is_over(enrolment: &Model, _: Micros) -> Result<()> {
    let state = enrolment.known.session.as_ref().map(|session| session.state.get());
    match state {
        Some(Session::Completed) => Ok(()),
        _ => Err(Error::refused(
            "SESSION_OVER",
            say!(
                "outcomes are given once the last meeting is over, and before the session is closed",
                "les résultats se donnent après la dernière rencontre et avant la clôture de la session"
            ),
        )),
    }
}

/// What the completion rule of the programme says, as the session keeps it.
pub fn computed(enrolment: &Model, now: Micros) -> State {
    let attended = attended(enrolment, now);
    let rule = enrolment.known.session.as_ref().map(|session| rule(session)).unwrap_or_default();
    let enough = attended.reaches(rule.min_attendance_percent.unwrap_or(ATTENDANCE));
    match () {
        // TRN-12: never there for a minute, however well excused.
        () if attended.present == 0 => State::NoShow,
        () if enough && (!rule.assessment_required || passes(enrolment, rule.pass_score)) => State::Completed,
        () => State::NotCompleted,
    }
}

/// A test or an observation, whichever it was, has shown what is asked for: the mean of its levels (LES-16).
fn passes(enrolment: &Model, score: i32) -> bool {
    enrolment.known.shown.is_some_and(|(sum, count)| sum >= score * count)
}

/// Writes down what came of an enrolment: what the rule says, or what is said instead.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take); `INVALID_ARGUMENT` on another outcome without a reason.
pub fn complete(enrolment: &mut Model, said: Outcome, call: &Call) -> Result<()> {
    let computed = computed(enrolment, call.now);
    let outcome = match said {
        Outcome::Unspecified => computed,
        Outcome::Completed => State::Completed,
        Outcome::NotCompleted => State::NotCompleted,
        Outcome::NoShow => State::NoShow,
    };
    LIFECYCLE.take_to("CompleteEnrolment", outcome, enrolment, call)?;
    if outcome != computed {
        call.reason_required()?;
    }
    enrolment.state_time = call.now;
    enrolment.state_reason.clone_from(&call.reason);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proto::training as pb;
    use proto::training::AttendanceStatus as Status;

    use super::super::attendance::{Attended, record};
    use super::super::tests::enrolment;
    use super::*;
    use crate::participant::tests::learner;
    use crate::programme::tests::{OTHER, PROVIDER, admin, told};

    /// Two meetings of 120 minutes, both over; a programme that asks for 80 percent.
    fn over(change: impl Fn(&mut pb::CompletionRule)) -> Model {
        let mut over = enrolment(State::Confirmed, Session::Completed);
        let mut session = (**over.known.session.as_ref().unwrap()).clone();
        for (index, meeting) in session.meetings.iter_mut().enumerate() {
            meeting.meeting_id = format!("m{}", index + 1);
        }
        let mut content = (**session.known.content.as_ref().unwrap()).clone();
        change(content.completion_rule.as_mut().unwrap());
        session.known.content = Some(Arc::new(content));
        over.known.session = Some(Arc::new(session));
        over
    }

    fn later() -> Micros {
        Micros::parse("2026-06-01T00:00:00Z").unwrap()
    }

    fn came(enrolment: &mut Model, meeting: usize, status: Status, minutes: Option<i32>) -> String {
        let meeting = enrolment.known.session.as_ref().unwrap().meetings[meeting].clone();
        let entry = pb::AttendanceEntry { status: status.into(), minutes, ..Default::default() };
        told(record(enrolment, &meeting, "entries[0]", &entry))
    }

    fn outcome(change: impl Fn(&mut pb::CompletionRule), both: [(Status, Option<i32>); 2]) -> State {
        let mut enrolment = over(change);
        for (meeting, (status, minutes)) in both.into_iter().enumerate() {
            assert_eq!(came(&mut enrolment, meeting, status, minutes), "");
        }
        computed(&enrolment, later())
    }

    #[test]
    fn trn_13_attendance_is_minutes_of_the_meetings_that_were_held() {
        let mut enrolment = over(|_| ());
        came(&mut enrolment, 0, Status::Partial, Some(90));
        assert_eq!(attended(&enrolment, later()), Attended { present: 90, counted: 90, held: 240 });
        assert_eq!(attended(&enrolment, later()).percent(), Some(37), "rounded down");
        let after_the_first = Micros::parse("2026-04-02T00:00:00Z").unwrap();
        assert_eq!(attended(&enrolment, after_the_first).percent(), Some(75), "the second was not held yet");
        assert_eq!(attended(&enrolment, Micros(0)).percent(), None);
        came(&mut enrolment, 1, Status::Excused, None);
        assert_eq!(attended(&enrolment, later()).counted, 90, "excused is absent");
        let mut lenient = over(|rule| rule.excused_counts = true);
        came(&mut lenient, 1, Status::Excused, None);
        assert_eq!(attended(&lenient, later()), Attended { present: 0, counted: 120, held: 240 });
    }

    #[test]
    fn trn_13_nobody_attends_longer_than_the_meeting() {
        let mut enrolment = over(|_| ());
        for (status, minutes, expected) in [
            (Status::Present, None, ""),
            (Status::Present, Some(120), ""),
            (Status::Present, Some(121), "entries[0].minutes"),
            (Status::Partial, Some(30), ""),
            (Status::Partial, Some(0), "entries[0].minutes"),
            (Status::Partial, None, "entries[0].minutes"),
            (Status::Absent, Some(5), "entries[0].minutes"),
            (Status::Excused, Some(0), ""),
            (Status::Unspecified, None, "entries[0].status"),
        ] {
            assert_eq!(came(&mut enrolment, 0, status, minutes), expected, "{status:?} {minutes:?}");
        }
        let mut queued = enrolment.clone();
        queued.state = State::Waitlisted.into();
        assert_eq!(came(&mut queued, 0, Status::Present, None), "entries[0].enrolment");
    }

    #[test]
    fn trn_13_a_meeting_is_held_once_it_has_ended() {
        let mut enrolment = over(|_| ());
        came(&mut enrolment, 0, Status::Present, None);
        let attended = |text: &str| attended(&enrolment, Micros::parse(text).unwrap());
        assert_eq!(attended("2026-04-01T09:59:59Z"), Attended::default(), "it is going on");
        assert_eq!(attended("2026-04-01T10:00:00Z"), Attended { present: 120, counted: 120, held: 120 });
    }

    #[test]
    fn trn_13_whoever_was_absent_or_excused_was_not_there_for_a_minute() {
        let mut enrolment = over(|_| ());
        let minutes = "entries[0].minutes";
        for (status, said, expected) in [
            (Status::Excused, Some(5), minutes),
            (Status::Absent, Some(-5), minutes),
            (Status::Absent, Some(0), ""),
            (Status::Present, Some(0), minutes),
            (Status::Partial, Some(121), minutes),
        ] {
            assert_eq!(came(&mut enrolment, 0, status, said), expected, "{status:?} {said:?}");
        }
    }

    #[test]
    fn attendance_written_twice_is_written_once() {
        let mut enrolment = over(|_| ());
        came(&mut enrolment, 0, Status::Present, None);
        let once = enrolment.clone();
        came(&mut enrolment, 0, Status::Present, Some(120));
        assert_eq!(enrolment, once);
        came(&mut enrolment, 0, Status::Absent, None);
        assert_eq!(
            (enrolment.attendance.len(), enrolment.attendance[0].minutes),
            (1, 0),
            "the last word counts"
        );
    }

    #[test]
    fn what_comes_of_it_follows_the_completion_rule() {
        let eighty = |_: &mut pb::CompletionRule| ();
        let (whole, none) = ((Status::Present, None), (Status::Absent, None));
        assert_eq!(
            outcome(eighty, [whole, (Status::Partial, Some(72))]),
            State::Completed,
            "192 of 240: 80 %"
        );
        assert_eq!(outcome(eighty, [whole, (Status::Partial, Some(71))]), State::NotCompleted);
        let excused = (Status::Excused, None);
        assert_eq!(outcome(|rule| rule.excused_counts = true, [whole, excused]), State::Completed);
        assert_eq!(outcome(|rule| rule.assessment_required = true, [whole, whole]), State::NotCompleted);
        let one_minute = |rule: &mut pb::CompletionRule| rule.min_attendance_percent = Some(0);
        assert_eq!(outcome(one_minute, [none, (Status::Partial, Some(1))]), State::Completed);
    }

    #[test]
    fn trn_12_whoever_was_never_there_for_a_minute_is_a_no_show() {
        let eighty = |_: &mut pb::CompletionRule| ();
        let (none, excused) = ((Status::Absent, None), (Status::Excused, None));
        assert_eq!(outcome(eighty, [none, none]), State::NoShow);
        assert_eq!(outcome(|rule| rule.excused_counts = true, [excused, excused]), State::NoShow);
        assert_eq!(computed(&over(eighty), later()), State::NoShow, "nobody wrote down that they came");
    }

    #[test]
    fn les_16_whatever_has_shown_the_level_completes() {
        let with = |shown: Option<(i32, i32)>| {
            let mut enrolment = over(|rule| (rule.assessment_required, rule.pass_score) = (true, 3));
            for meeting in 0..2 {
                came(&mut enrolment, meeting, Status::Present, None);
            }
            enrolment.known.shown = shown;
            computed(&enrolment, later())
        };
        assert_eq!(with(None), State::NotCompleted);
        assert_eq!(with(Some((6, 2))), State::Completed, "3 on average");
        assert_eq!(with(Some((5, 2))), State::NotCompleted);
    }

    #[test]
    fn another_outcome_needs_a_reason() {
        let by = Call { now: later(), ..admin(PROVIDER) };
        let silent = Call { reason: String::new(), ..by.clone() };
        let mut absent = over(|_| ());
        assert_eq!(told(complete(&mut absent.clone(), Outcome::Completed, &silent)), "reason");
        complete(&mut absent, Outcome::Completed, &by).unwrap();
        assert_eq!((absent.state.get(), absent.state_reason.as_str()), (State::Completed, "Parce que."));
        let mut plain = over(|_| ());
        complete(&mut plain, Outcome::Unspecified, &silent).unwrap();
        assert_eq!(plain.state, State::NoShow);
        assert_eq!(told(complete(&mut plain, Outcome::Unspecified, &by)), "STATE", "once");
        assert_eq!(
            told(complete(&mut over(|_| ()), Outcome::Unspecified, &learner("users/awa"))),
            "PERMISSION"
        );
        assert_eq!(told(complete(&mut over(|_| ()), Outcome::Unspecified, &admin(OTHER))), "PERMISSION");
        let mut early = enrolment(State::Confirmed, Session::InProgress);
        assert_eq!(told(complete(&mut early, Outcome::Unspecified, &by)), "SESSION_OVER");
    }
}
