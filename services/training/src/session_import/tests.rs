//! What published sessions become, and what stays of what people wrote.

use std::sync::Arc;

use chassis::auth::Role;
use chassis::column::{Day, Micros};
use iati::Severity;
use iati::sessions::{Item, Session as Published};
use proto::training as pb;
use proto::training::Mode;
use proto::training::programme::State as Offered;
use proto::training::session::State;

use super::again::{self, Again};
use super::as_found::{self, Said, of};
use super::survey::Survey;
use crate::programme::rules as programmes;
use crate::programme::tests::{OTHER, admin, call, person, said, told};
use crate::session::rules as sessions;
use crate::{programme, session};

const NOW: &str = "2026-03-01T12:00:00Z";

fn published(rest: &str) -> Published {
    let file = format!(
        r#"[{{"id": "s", "title": "Plain language", "summary": "Write clearly.", "host": "A community", "organiser": "A city",
        "start": "2022-03-08 14:00:00 -0500", "end": "2022-03-08 15:00:00 -0500", "platform": "zoom", "language": "en",
        "registration_url": "https://enrol.example.org/s", "youtube_id": "3FKyVeipMss"{rest}}}]"#
    );
    let mut read = None;
    iati::sessions::read(file.as_bytes(), iati::Limits::default(), |item| {
        if let Item::Session(session) = item {
            read = Some(*session);
        }
        true
    });
    read.unwrap()
}

fn says(rest: &str) -> (Said, Vec<(Severity, &'static str)>) {
    let (said, problems) = of(&published(rest), |key| format!("partners/{}", key.replace(' ', "-")));
    (said, problems.into_iter().map(|problem| (problem.severity, problem.code)).collect())
}

fn now() -> Micros {
    Micros::parse(NOW).unwrap()
}

fn both(said: &Said) -> (programme::row::Model, session::row::Model) {
    let programme = as_found::programme("s", &said.programme, now());
    let session = as_found::session(&programme, "s", &said.session, now());
    (programme, session)
}

fn line(text: Option<&proto::common::LocalizedText>) -> &str {
    text.and_then(|text| text.translations.get("en")).map_or("", |said| said.text.as_str())
}

fn fields(gaps: Vec<chassis::gap::Gap>) -> Vec<&'static str> {
    gaps.iter().map(|gap| gap.field).collect()
}

#[test]
fn bey_8_a_session_says_what_it_says_and_the_rest_is_a_gap() {
    let (said, problems) = says("");
    assert_eq!(problems, []);
    let (programme, session) = both(&said);
    assert_eq!(line(Some(&programme.title)), "Plain language");
    assert_eq!(line(Some(&programme.description)), "Write clearly.");
    assert_eq!(*programme.providers, ["partners/a-city", "partners/a-community"], "who organises it first");
    assert_eq!(*programme.languages, ["en"]);
    assert_eq!(programme.materials[0].uri, "https://www.youtube.com/watch?v=3FKyVeipMss");
    assert_eq!((programme.state.get(), programme.published_number), (Offered::Published, 1));
    assert_eq!(
        fields(programmes::gaps(&programme)),
        [
            "outcomes",
            "learning_opportunity_type",
            "capacity_level",
            "workload_hours",
            "completion_rule",
            "recommendations"
        ]
    );
    assert_eq!((session.state.get(), session.mode.get()), (State::Completed, Mode::Online));
    assert_eq!(session.state_time, session.end_time, "since its end");
    assert_eq!(session.website, "https://enrol.example.org/s");
    assert_eq!(
        fields(sessions::gaps(&session)),
        ["trainers", "capacity", "enrolment_period", "offline_enrolment_contact"]
    );
    let message = pb::Session::from(session);
    assert!(message.capacity.is_none() && message.enrolment_period.is_none(), "absent is not zero (BEY-9)");
    let (said, _) =
        says(r#", "platform": null, "end": null, "summary": null, "subtitle": "Below.", "youtube_id": null"#);
    let (programme, session) = both(&said);
    assert_eq!(line(Some(&programme.description)), "Below.");
    assert!(programme.materials.is_empty());
    assert_eq!(&fields(sessions::gaps(&session))[..2], ["mode", "meetings"]);
    assert_eq!((session.state.get(), session.end_time), (State::Completed, session.start_time));
    let message = pb::Session::from(session);
    assert!(
        message.end_time.is_none() && message.meetings[0].end_time.is_none(),
        "absent is not the beginning"
    );
}

#[test]
fn bey_8_what_cannot_be_taken_is_told_by_its_code() {
    use Severity::{Advice, Doubtful};
    for (rest, expected) in [
        (r#", "language": "English, of course""#, (Doubtful, "LANGUAGE_INVALID")),
        (r#", "registration_url": "http://enrol.example.org""#, (Doubtful, "LINK_INVALID")),
        (r#", "youtube_id": "a b""#, (Doubtful, "RECORDING_UNKNOWN")),
        (r#", "platform": "carrier pigeon""#, (Doubtful, "PLATFORM_UNKNOWN")),
        (r#", "end": "2022-03-08 14:14:59 -0500""#, (Doubtful, "MEETING_SHORT")),
        (r#", "start": "2022-03-08 14:00:00 +0530""#, (Doubtful, "OFFSET_UNKNOWN")),
        (r#", "host": "A fund, and a city""#, (Advice, "HOST_SEVERAL")),
    ] {
        assert_eq!(says(rest).1, [expected], "{rest}");
    }
    assert_eq!(says(r#", "language": "English, of course""#).0.session.language_code, "und");
    assert!(says(r#", "end": "2022-03-08 14:15:00 -0500""#).1.is_empty());
}

#[test]
fn bey_8_an_instant_is_kept_with_the_hour_that_its_clock_showed() {
    let zone =
        |offset: &str| says(&format!(r#", "start": "2018-07-04 10:00:00 {offset}", "end": null"#)).0.session;
    for (offset, expected, instant) in [
        ("-0500", "Etc/GMT+5", "2018-07-04T15:00:00Z"),
        ("-0400", "Etc/GMT+4", "2018-07-04T14:00:00Z"),
        ("+0200", "Etc/GMT-2", "2018-07-04T08:00:00Z"),
        ("+0000", "Etc/GMT", "2018-07-04T10:00:00Z"),
        ("+0530", "Etc/UTC", "2018-07-04T04:30:00Z"),
        ("-1300", "Etc/UTC", "2018-07-04T23:00:00Z"),
    ] {
        let session = zone(offset);
        assert_eq!(session.time_zone, expected, "{offset}");
        assert_eq!(session.meetings[0].start_time, Some(Micros::parse(instant).unwrap().to_timestamp()));
        let known = chassis::clock::Zone::parse("time_zone", expected).unwrap();
        let shown = known.told(Micros::parse(instant).unwrap());
        assert!(expected == "Etc/UTC" || shown.starts_with("2018-07-04T10:00:00"), "{shown}");
    }
}

#[test]
fn bey_8_a_session_stands_where_the_clock_has_it() {
    let state = |start: &str, end: &str| {
        let (said, _) = says(&format!(r#", "start": "{start}", "end": "{end}""#));
        both(&said).1.state.get()
    };
    assert_eq!(state("2026-03-02 10:00:00 +0000", "2026-03-02 11:00:00 +0000"), State::Planned);
    assert_eq!(state("2026-03-01 10:00:00 +0000", "2026-03-01 13:00:00 +0000"), State::InProgress);
    assert_eq!(state("2026-03-01 10:00:00 +0000", "2026-03-01 12:00:00 +0000"), State::Completed);
}

/// The session with all that it lacked.
fn filled(session: &session::row::Model) -> pb::Session {
    let date = |day: &str| Day::parse(day).map(Day::to_date);
    pb::Session {
        trainers: vec!["trainers/t".to_owned()],
        capacity: Some(pb::SessionCapacity { onsite: 0, online: 30 }),
        enrolment_period: Some(proto::common::DateRange {
            start_date: date("2022-02-01"),
            end_date: date("2022-03-07"),
        }),
        offline_enrolment_contact: "By telephone".to_owned(),
        ..session.clone().into()
    }
}

#[test]
fn bey_8_what_a_session_lacks_is_filled_before_it_is_closed() {
    let (_, mut session) = both(&says("").0);
    let coordinator = call(person(&[Role::Coordinator], &[]));
    assert_eq!(told(sessions::close(&mut session.clone(), &coordinator)), "BEY-8");
    assert_eq!(told(sessions::close(&mut session.clone(), &admin(OTHER))), "PERMISSION");
    let draft = filled(&session);
    assert_eq!(
        told(sessions::update(&mut session, &draft, &coordinator)),
        "",
        "bit by bit, though it is over"
    );
    assert_eq!(fields(sessions::gaps(&session)), [""; 0]);
    assert_eq!(told(sessions::close(&mut session, &coordinator)), "");
    assert!(session.programme_revision.ends_with("/r1"), "what was taught is what was published");
    assert_eq!(told(sessions::update(&mut session, &draft, &coordinator)), "STATE");
}

#[test]
fn bey_8_a_coordinator_fills_what_an_imported_one_lacks_and_no_other() {
    let coordinator = person(&[Role::Coordinator], &[]);
    let (mut programme, mut session) = both(&says("").0);
    let provider = person(&[], &[("partners/a-community", Role::PartnerAdmin)]);
    for caller in [&coordinator, &provider] {
        assert!(programmes::looks_after(caller, &programme) && sessions::looks_after(caller, &session));
    }
    assert!(!programmes::looks_after(&person(&[Role::Reviewer], &[(OTHER, Role::PartnerAdmin)]), &programme));
    programme.origin = proto::common::Origin::Registered.into();
    session.origin = proto::common::Origin::Registered.into();
    assert!(
        !programmes::looks_after(&coordinator, &programme) && !sessions::looks_after(&coordinator, &session)
    );
    session.origin = proto::common::Origin::Imported.into();
    session.state = State::Planned.into();
    assert_eq!(told(sessions::open(&mut session, &call(coordinator))), "PERMISSION", "who holds it opens it");
}

#[test]
fn bey_8_an_imported_session_opens_once_it_and_its_programme_lack_nothing() {
    let future = r#", "start": "2026-05-04 10:00:00 +0200", "end": "2026-05-04 12:00:00 +0200""#;
    let (mut programme, mut session) = both(&says(future).0);
    let by = admin("partners/a-city");
    assert_eq!(told(sessions::open(&mut session.clone(), &by)), "BEY-8");
    let draft = filled(&session);
    assert_eq!(told(sessions::update(&mut session, &draft, &by)), "");
    session.known.trainers =
        vec![Arc::new(crate::trainer::tests::trainer("t", pb::trainer::State::Approved))];
    assert_eq!(told(sessions::open(&mut session.clone(), &by)), "BEY-8", "its programme lacks outcomes");
    let whole = pb::Programme { providers: programme.providers.to_vec(), ..programme::tests::draft() };
    assert_eq!(told(programmes::update(&mut programme, &whole, &by)), "");
    session.known.programme = Some(Arc::new(programme));
    assert_eq!(told(sessions::open(&mut session, &by)), "");
}

#[test]
fn bey_8_a_published_programme_is_filled_bit_by_bit_and_loses_nothing() {
    let (mut programme, _) = both(&says("").0);
    let by = call(person(&[Role::Coordinator], &[]));
    assert_eq!(told(programmes::retire(&mut programme.clone(), &by)), "TRN-1", "its gaps are filled first");
    let longer = pb::Programme { workload_hours: 3, ..programme.clone().into() };
    assert_eq!(told(programmes::update(&mut programme, &longer, &by)), "");
    assert_eq!(programme.published_number, 2, "what is published changes by a revision (TRN-2)");
    let less = pb::Programme { workload_hours: 0, ..programme.clone().into() };
    assert_eq!(told(programmes::update(&mut programme.clone(), &less, &by)), "TRN-1");
    let silent = pb::Programme { description: None, ..programme.clone().into() };
    assert_eq!(told(programmes::update(&mut programme, &silent, &by)), "TRN-1");
}

#[test]
fn bey_8_what_people_wrote_stays_and_what_the_file_changes_comes() {
    let (before, _) = says("");
    let (mut programme, mut session) = both(&before);
    programme.description = said("À nous").unwrap().into();
    programme.workload_hours = 2;
    session.known.programme = Some(Arc::new(programme.clone()));
    session.capacity_online = 40;
    let (now_said, _) = says(
        r#", "title": "Plainer language", "summary": "Write well.", "end": "2022-03-08 16:00:00 -0500""#,
    );
    let Again::Changed(after) = again::programme(&programme, &before.programme, &now_said.programme).unwrap()
    else {
        unreachable!("it changes")
    };
    assert_eq!(line(Some(&after.title)), "Plainer language");
    assert_eq!((&after.description, after.workload_hours), (&programme.description, 2));
    assert_eq!(after.published_number, 2);
    let Again::Changed(after) = again::session(&session, &before.session, &now_said.session, now()).unwrap()
    else {
        unreachable!("it changes")
    };
    assert_eq!(after.end_time.0 - after.start_time.0, 2 * 3_600_000_000);
    assert_eq!(after.capacity_online, 40);
    assert_eq!(again::session(&after, &now_said.session, &now_said.session, now()).unwrap(), Again::Same);
    let other = pb::Programme { description: said("Autre"), ..before.programme.clone() };
    assert_eq!(again::programme(&programme, &before.programme, &other).unwrap(), Again::Kept);
}

#[test]
fn bey_8_what_is_settled_does_not_change_by_a_file() {
    let (before, _) = says("");
    let (now_said, _) = says(r#", "title": "Other", "end": "2022-03-08 16:00:00 -0500""#);
    let (mut programme, mut session) = both(&before);
    programme.state = Offered::Retired.into();
    let again_said = again::programme(&programme, &before.programme, &now_said.programme).unwrap();
    assert_eq!(again_said, Again::Settled);
    for state in [State::Closed, State::Cancelled, State::Open] {
        session.state = state.into();
        let again_said = again::session(&session, &before.session, &now_said.session, now()).unwrap();
        assert_eq!(again_said, Again::Settled, "{state:?}");
    }
    session.state = State::Completed.into();
    session.programme_revision = format!("{}/programmeRevisions/r1", programme.name);
    let again_said = again::session(&session, &before.session, &now_said.session, now()).unwrap();
    assert_eq!(again_said, Again::Settled, "it was held here");
}

#[test]
fn an_id_that_is_there_twice_or_too_long_blocks() {
    let record = |id: &str| {
        format!(
            r#"{{"id": "{id}", "title": "T", "organiser": "A", "start": "2022-03-08 14:00:00 -0500", "end": "2022-03-08 15:00:00 -0500"}}"#
        )
    };
    let long = "i".repeat(301);
    let survey = Survey::of(format!("[{},{},{}]", record("s"), record("s"), record(&long)).as_bytes());
    assert_eq!((survey.refused, survey.sessions.len(), survey.organisations.len()), (2, 1, 1));
    assert!(survey.problems.blocked());
}
