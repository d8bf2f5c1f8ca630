use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::lifecycle::Stateful as _;
use chassis::{Call, Told as _};
use proto::common::DateRange;
use proto::training as pb;
use proto::training::Mode;
use proto::training::programme::State as Programme;
use proto::training::session::State;
use proto::training::trainer::State as Trainer;

use super::row::{Known, Model};
use super::rules::*;
use crate::programme;
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, told};
use crate::trainer::tests::trainer;

fn at(text: &str) -> Option<prost_types::Timestamp> {
    Some(Micros::parse(text).unwrap().to_timestamp())
}

pub(crate) fn meeting(start: &str, end: &str) -> pb::SessionMeeting {
    pb::SessionMeeting { start_time: at(start), end_time: at(end), ..Default::default() }
}

fn date(text: &str) -> Option<proto::Date> {
    Day::parse(text).map(Day::to_date)
}

pub(crate) fn draft() -> pb::Session {
    pb::Session {
        mode: Mode::Onsite.into(),
        meetings: vec![
            meeting("2026-04-01T08:00:00Z", "2026-04-01T10:00:00Z"),
            meeting("2026-04-08T08:00:00Z", "2026-04-08T10:00:00Z"),
        ],
        time_zone: "Europe/Paris".to_owned(),
        language_code: "fr".to_owned(),
        trainers: vec!["trainers/t".to_owned()],
        capacity: Some(pb::SessionCapacity { onsite: 10, online: 0 }),
        waitlist_limit: 5,
        enrolment_period: Some(DateRange { start_date: date("2026-02-01"), end_date: date("2026-03-25") }),
        offline_enrolment_contact: "À l'accueil de la médiathèque, le matin".to_owned(),
        ..Default::default()
    }
}

/// As the store tells it of others.
fn known(state: Programme, trainers: &[(&str, Trainer)]) -> Known {
    let programme = programme::tests::programme(state);
    Known {
        content: Some(Arc::new(pb::Programme::from(programme.clone()))),
        programme: Some(Arc::new(programme)),
        trainers: trainers.iter().map(|(id, state)| Arc::new(trainer(id, *state))).collect(),
        ..Known::default()
    }
}

pub(crate) fn session(state: State) -> Model {
    let made = create("programmes/p", "s", &draft(), &admin(PROVIDER)).unwrap();
    Model { state: state.into(), known: known(Programme::Published, &[("t", Trainer::Approved)]), ..made }
}

fn by_trainer() -> Call {
    call(Caller { subject: "users/t".to_owned(), ..person(&[], &[(OTHER, Role::Trainer)]) })
}

fn now(text: &str) -> Micros {
    Micros::parse(text).unwrap()
}

#[test]
fn trn_3_meetings_last_a_quarter_of_an_hour_lie_in_order_and_do_not_overlap() {
    let with = |meetings: Vec<pb::SessionMeeting>| {
        told(create("programmes/p", "s", &pb::Session { meetings, ..draft() }, &admin(PROVIDER)))
    };
    let first = || meeting("2026-04-01T08:00:00Z", "2026-04-01T10:00:00Z");
    assert_eq!(
        with(vec![first(), meeting("2026-04-01T10:00:00Z", "2026-04-01T10:15:00Z")]),
        "",
        "end to end"
    );
    let short = meeting("2026-04-01T10:00:00Z", "2026-04-01T10:14:59Z");
    assert_eq!(with(vec![first(), short]), "session.meetings[1].end_time");
    let backwards = meeting("2026-04-01T10:00:00Z", "2026-04-01T09:00:00Z");
    assert_eq!(with(vec![backwards]), "session.meetings[0].end_time");
    let within = meeting("2026-04-01T09:59:59Z", "2026-04-01T11:00:00Z");
    assert_eq!(with(vec![first(), within]), "session.meetings[1].start_time", "an overlap");
    let earlier = meeting("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z");
    assert_eq!(with(vec![first(), earlier]), "session.meetings[1].start_time", "out of order");
    assert_eq!(with(Vec::new()), "session.meetings");
}

#[test]
fn meetings_have_ids_that_stay() {
    let named = pb::SessionMeeting { meeting_id: "m1".to_owned(), ..draft().meetings.remove(1) };
    let with = pb::Session { meetings: vec![draft().meetings.remove(0), named.clone()], ..draft() };
    let made = create("programmes/p", "s", &with, &admin(PROVIDER)).unwrap();
    let ids: Vec<_> = made.meetings.iter().map(|meeting| meeting.meeting_id.as_str()).collect();
    assert_eq!(ids, ["m2", "m1"]);
    let twice = pb::Session {
        meetings: vec![
            pb::SessionMeeting { meeting_id: "m1".to_owned(), ..draft().meetings.remove(0) },
            named,
        ],
        ..draft()
    };
    assert_eq!(told(create("programmes/p", "s", &twice, &admin(PROVIDER))), "session.meetings[1].meeting_id");
}

#[test]
fn trn_4_nobody_teaches_in_two_places_at_once() {
    let session = session(State::Planned);
    let other = |start: &str, end: &str, trainer: &str| {
        let draft = pb::Session {
            meetings: vec![meeting(start, end)],
            trainers: vec![format!("trainers/{trainer}")],
            ..draft()
        };
        create("programmes/q", "o", &draft, &admin(OTHER)).unwrap()
    };
    let meets = |other: Model| told(clash(&session, &[other]));
    assert_eq!(meets(other("2026-04-08T09:59:00Z", "2026-04-08T11:00:00Z", "t")), "TRN-4");
    assert_eq!(meets(other("2026-04-08T09:59:00Z", "2026-04-08T11:00:00Z", "u")), "", "someone else");
    assert_eq!(meets(other("2026-04-08T10:00:00Z", "2026-04-08T11:00:00Z", "t")), "", "right after");
    assert_eq!(meets(other("2026-04-02T08:00:00Z", "2026-04-02T10:00:00Z", "t")), "", "between two meetings");
    assert_eq!(told(clash(&session, std::slice::from_ref(&session))), "", "itself");
}

#[test]
fn trn_2_a_session_keeps_what_it_was_planned_by() {
    let mut planned = session(State::Planned);
    let programme = programme::tests::programme(Programme::Published);
    pin(&mut planned, &programme);
    assert_eq!(planned.programme_revision, "programmes/p/programmeRevisions/r1");
    pin(&mut planned, &programme::row::Model { published_number: 2, ..programme.clone() });
    assert_eq!(planned.programme_revision, "programmes/p/programmeRevisions/r1", "it stays");
    let drafted = programme::tests::programme(Programme::Draft);
    let mut early = session(State::Planned);
    pin(&mut early, &drafted);
    assert_eq!(early.programme_revision, "", "nothing is published yet");
    open(&mut early, &admin(PROVIDER)).unwrap();
    assert_eq!(early.programme_revision, "programmes/p/programmeRevisions/r1", "opening says which");
    let elsewhere =
        pb::Session { programme_revision: "programmes/q/programmeRevisions/r1".to_owned(), ..draft() };
    assert_eq!(told(create("programmes/p", "s", &elsewhere, &admin(PROVIDER))), "session.programme_revision");
    let later =
        pb::Session { programme_revision: "programmes/p/programmeRevisions/r2".to_owned(), ..draft() };
    let mut opened = Model { programme_revision: planned.programme_revision, ..session(State::Open) };
    assert_eq!(told(update(&mut opened, &later, &admin(PROVIDER))), "SESSION_OFFER");
}

#[test]
fn what_opens_has_a_published_programme_a_trainer_seats_and_a_future() {
    let opened = |change: &dyn Fn(&mut Model)| {
        let mut session = session(State::Planned);
        change(&mut session);
        told(open(&mut session, &admin(PROVIDER)))
    };
    assert_eq!(opened(&|_| ()), "");
    let trainers = |state: Trainer| {
        move |session: &mut Model| session.known.trainers = vec![Arc::new(trainer("t", state))]
    };
    for state in [Trainer::Pending, Trainer::Suspended, Trainer::Retired] {
        assert_eq!(opened(&trainers(state)), "SESSION_OPEN", "{state:?}");
    }
    assert_eq!(opened(&|session| session.known.trainers.clear()), "SESSION_OPEN");
    for state in [Programme::Draft, Programme::Retired] {
        let with = |session: &mut Model| session.known = known(state, &[("t", Trainer::Approved)]);
        assert_eq!(opened(&with), "SESSION_OPEN", "{state:?}");
    }
    assert_eq!(opened(&|session| session.capacity_onsite = 0), "SESSION_OPEN");
    assert_eq!(opened(&|session| session.mode = Mode::Hybrid.into()), "SESSION_OPEN", "no seats online");
    assert_eq!(opened(&|session| session.start_time = call(Caller::default()).now), "SESSION_OPEN");
    let mut planned = session(State::Planned);
    for stranger in [admin(OTHER), call(person(&[Role::Coordinator], &[])), by_trainer()] {
        assert_eq!(told(open(&mut planned, &stranger)), "PERMISSION");
    }
}

#[test]
fn the_clock_begins_and_ends_what_is_open() {
    let settled = |state: State, time: &str| {
        let mut session = session(state);
        settle(&mut session, now(time));
        session.state()
    };
    for (time, expected) in [
        ("2026-04-01T07:59:59Z", State::Open),
        ("2026-04-01T08:00:00Z", State::InProgress),
        ("2026-04-05T00:00:00Z", State::InProgress), // between two meetings
        ("2026-04-08T09:59:59Z", State::InProgress),
        ("2026-04-08T10:00:00Z", State::Completed),
    ] {
        assert_eq!(settled(State::Open, time), expected, "{time}");
    }
    for still in [State::Planned, State::Cancelled, State::Closed, State::Completed] {
        assert_eq!(settled(still, "2027-01-01T00:00:00Z"), still, "only what is open is moved");
    }
    let mut over = session(State::Open);
    settle(&mut over, now("2026-05-01T00:00:00Z"));
    assert_eq!((over.state_time, awaiting(&over)), (over.end_time, "PARTNER"));
}

#[test]
fn people_enrol_within_the_days_of_the_sessions_own_place() {
    for (time, may) in [
        ("2026-01-31T22:59:59Z", false),
        ("2026-01-31T23:00:00Z", true), // the 1st of February in Paris
        ("2026-03-25T22:59:59Z", true),
        ("2026-03-25T23:00:00Z", false),
    ] {
        assert_eq!(takes_enrolments(&session(State::Open), now(time)), may, "{time}");
        assert!(!takes_enrolments(&session(State::Planned), now(time)));
    }
}

#[test]
fn the_meetings_of_an_open_session_are_moved_for_a_reason() {
    let mut opened = session(State::Open);
    let later = vec![meeting("2026-05-01T08:00:00Z", "2026-05-01T10:00:00Z")];
    let moved = pb::Session { meetings: later.clone(), ..draft() };
    assert_eq!(told(update(&mut opened.clone(), &moved, &admin(PROVIDER))), "SESSION_MEETINGS");
    assert_eq!(told(update(&mut session(State::Planned), &moved, &admin(PROVIDER))), "");
    let silent = Call { reason: String::new(), ..admin(PROVIDER) };
    assert_eq!(told(reschedule(&mut opened.clone(), &[], &silent)), "reason meetings");
    let past = vec![meeting("2026-02-01T08:00:00Z", "2026-02-01T10:00:00Z")];
    assert_eq!(told(reschedule(&mut opened.clone(), &past, &admin(PROVIDER))), "SESSION_OPEN");
    reschedule(&mut opened, &later, &admin(PROVIDER)).unwrap();
    assert_eq!(
        (opened.start_time, opened.state_reason.as_str()),
        (now("2026-05-01T08:00:00Z"), "Parce que.")
    );
    assert_eq!(told(reschedule(&mut session(State::InProgress), &later, &admin(PROVIDER))), "STATE");
}

#[test]
fn it_is_cancelled_for_a_reason_and_closed_by_those_who_taught() {
    for state in [State::Planned, State::Open, State::InProgress] {
        for by in [admin(PROVIDER), call(person(&[Role::Coordinator], &[]))] {
            assert_eq!(told(cancel(&mut session(state), &by)), "", "{state:?}");
        }
    }
    assert_eq!(told(cancel(&mut session(State::Completed), &admin(PROVIDER))), "STATE");
    assert_eq!(told(cancel(&mut session(State::Open), &by_trainer())), "PERMISSION");
    let silent = Call { reason: String::new(), ..admin(PROVIDER) };
    assert_eq!(told(cancel(&mut session(State::Open), &silent)), "reason");
    for (by, expected) in [(by_trainer(), ""), (admin(PROVIDER), ""), (admin(OTHER), "PERMISSION")] {
        assert_eq!(told(close(&mut session(State::Completed), &by)), expected);
    }
    assert_eq!(told(close(&mut session(State::InProgress), &by_trainer())), "STATE");
    let mut suspended = session(State::Completed);
    suspended.known = known(Programme::Published, &[("t", Trainer::Suspended)]);
    assert_eq!(told(close(&mut suspended, &by_trainer())), "PERMISSION", "a suspended trainer does nothing");
}

#[test]
fn trn_7_outcomes_that_no_trainer_covers_are_told() {
    let codes = |session: &Model| warnings(session).iter().map(|gap| gap.what.en.clone()).collect::<Vec<_>>();
    assert!(codes(&session(State::Planned)).is_empty(), "1.2 is taught");
    let mut uncovered = session(State::Planned);
    uncovered.known.trainers.clear();
    assert_eq!(codes(&uncovered), ["no trainer covers the outcome 1.2"]);
    uncovered.known = known(Programme::Published, &[("t", Trainer::Suspended)]);
    assert_eq!(codes(&uncovered).len(), 1, "who is suspended covers nothing");
    let other = crate::alignment::tests::digcomp("1.3");
    let who =
        crate::trainer::row::Model { competences: vec![other].into(), ..trainer("t", Trainer::Approved) };
    uncovered.known.trainers = vec![Arc::new(who)];
    assert_eq!(codes(&uncovered).len(), 1);
    assert_eq!(told(open(&mut uncovered, &admin(PROVIDER))), "", "it warns, and blocks nothing");
}

#[test]
fn how_a_meeting_is_joined_only_those_who_work_on_it_are_told() {
    let mut online = session(State::Open);
    let link = pb::SessionMeeting {
        join_url: "https://meet.example.org/secret".to_owned(),
        ..draft().meetings.remove(0)
    };
    online.meetings = vec![link].into();
    for (caller, told) in [
        (Caller::default(), false),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), false),
        (person(&[Role::Reviewer], &[]), false),
        (person(&[], &[(PROVIDER, Role::Reporter)]), true),
        (person(&[Role::Coordinator], &[]), true),
        ((*by_trainer().caller).clone(), true),
    ] {
        let shown = online.clone().shown_to(&caller);
        assert_eq!(!shown.meetings[0].join_url.is_empty(), told, "{caller:?}");
        let planned = session(State::Planned);
        assert_eq!(planned.seen_by(&caller), told || caller.oversees(), "{caller:?}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    assert_eq!(
        told(create("programmes/p", "S", &pb::Session::default(), &admin(PROVIDER))),
        "session_id session.mode session.meetings session.time_zone session.language_code session.capacity \
         session.enrolment_period session.offline_enrolment_contact"
    );
    let odd_meeting = pb::SessionMeeting {
        meeting_id: "M 1".to_owned(),
        mode: Mode::Online.into(),
        join_url: "meet.example.org".to_owned(),
        venue: Some(pb::Venue { territory: "Kaolack".to_owned(), ..Default::default() }),
        ..draft().meetings.remove(0)
    };
    let odd = pb::Session {
        meetings: vec![odd_meeting, pb::SessionMeeting::default()],
        time_zone: "Paris".to_owned(),
        territory: "x".to_owned(),
        trainers: vec!["users/x".to_owned()],
        capacity: Some(pb::SessionCapacity { onsite: -1, online: 5 }),
        waitlist_limit: -1,
        enrolment_period: Some(DateRange { start_date: date("2026-03-01"), end_date: None }),
        accessibility_offered: vec![99],
        ..draft()
    };
    assert_eq!(
        told(create("programmes/p", "s", &odd, &admin(PROVIDER))),
        "session.meetings[0].meeting_id session.meetings[0].mode session.meetings[0].venue.territory \
         session.meetings[0].join_url session.meetings[1].start_time session.meetings[1].end_time session.time_zone \
         session.territory session.trainers[0] session.capacity.onsite session.capacity.online session.waitlist_limit \
         session.enrolment_period.end_date session.accessibility_offered[0]"
    );
}

#[test]
fn trn_5_seats_are_never_fewer_than_those_who_have_one() {
    let mut open = session(State::Open);
    open.known.counts.confirmed.onsite = 8;
    let with = |onsite: i32| {
        let mut open = open.clone();
        let capacity = Some(pb::SessionCapacity { onsite, online: 0 });
        let draft = pb::Session { capacity, ..pb::Session::from(open.clone()) };
        update(&mut open, &draft, &admin(PROVIDER))
    };
    assert!(matches!(with(7), Err(chassis::Error::Refused { rule: "TRN-5", .. })));
    assert!(with(8).is_ok() && with(20).is_ok());
}

#[test]
fn trn_13_attendance_is_of_meetings_that_have_begun_until_the_session_is_closed() {
    let of = |state: State, meeting: &str, at: &str| told(begun(&session(state), meeting, now(at)));
    let start = "2026-04-01T08:00:00Z";
    for (state, expected) in [
        (State::Open, "STATE"),
        (State::InProgress, ""),
        (State::Completed, ""),
        (State::Closed, "STATE"),
        (State::Cancelled, "STATE"),
    ] {
        assert_eq!(of(state, "m1", start), expected, "{state:?}");
    }
    assert_eq!(of(State::InProgress, "m1", "2026-04-01T07:59:59Z"), "meeting_id", "it has not begun");
    assert_eq!(of(State::InProgress, "m2", start), "meeting_id", "nor has the next");
    assert_eq!(of(State::Completed, "m3", "2026-05-01T00:00:00Z"), "meeting_id", "there is none");
    assert_eq!(begun(&session(State::InProgress), "m1", now(start)).unwrap().meeting_id, "m1");
}

#[test]
fn trn_13_whoever_teaches_and_machines_of_those_who_provide_write_down_who_came() {
    let session = session(State::InProgress);
    for (caller, may) in [
        ((*by_trainer().caller).clone(), true),
        (person(&[], &[(PROVIDER, Role::PartnerAdmin)]), true),
        (person(&[], &[(PROVIDER, Role::Integration)]), true),
        (person(&[], &[(PROVIDER, Role::Reporter)]), false),
        (person(&[], &[(OTHER, Role::Integration)]), false),
        (person(&[Role::Coordinator], &[]), false),
    ] {
        assert_eq!(records(&caller, &session), may, "{caller:?}");
    }
}
