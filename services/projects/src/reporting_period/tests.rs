//! What may become of a reporting period, rule by rule.

use chassis::Call;
use chassis::auth::Role;
use chassis::clock::Zone;
use chassis::column::{Day, Micros};
use proto::common::DateRange;
use proto::projects as pb;
use proto::projects::reporting_period::{Cycle, State};
use testing::{because, person, told as rule};

use super::row::Model;
use super::rules::*;

fn zone() -> Zone {
    Zone::parse("time_zone", "Europe/Paris").unwrap()
}

fn date(text: &str) -> Option<proto::Date> {
    Day::parse(text).map(Day::to_date)
}

fn draft(start: &str, end: &str) -> pb::ReportingPeriod {
    pb::ReportingPeriod {
        cycle: Cycle::HalfYearly.into(),
        period: Some(DateRange { start_date: date(start), end_date: date(end) }),
        open_date: date("2026-06-01"),
        due_date: date("2026-07-15"),
        lock_date: date("2026-07-31"),
        ..Default::default()
    }
}

fn call(now: &str) -> Call {
    let now = Micros::parse(now).unwrap();
    Call { now, ..because("Because.", person(&[Role::Coordinator], &[])) }
}

fn period() -> Model {
    create("s1", &draft("2026-01-01", "2026-06-30"), zone(), &call("2026-03-01T12:00:00Z")).unwrap()
}

fn of_days(name: &str, start: &str, end: &str) -> Model {
    let day = |text| Day::parse(text).unwrap();
    Model { name: format!("reportingPeriods/{name}"), start: day(start), end: day(end), ..period() }
}

#[test]
fn every_wrong_field_is_named() {
    let made = |draft: &pb::ReportingPeriod| rule(create("", draft, zone(), &call("2026-03-01T12:00:00Z")));
    assert_eq!(
        made(&pb::ReportingPeriod::default()),
        "reporting_period.cycle reporting_period.period reporting_period.open_date reporting_period.due_date \
         reporting_period.lock_date"
    );
    let draft = pb::ReportingPeriod {
        open_date: date("2025-12-31"),
        due_date: date("2026-06-29"),
        lock_date: date("2026-06-28"),
        ..draft("2026-01-01", "2026-06-30")
    };
    assert_eq!(
        made(&draft),
        "reporting_period.open_date reporting_period.due_date reporting_period.lock_date"
    );
}

#[test]
fn the_clock_opens_and_closes_it_where_the_network_is() {
    for (now, expected) in [
        ("2026-05-31T21:59:59Z", State::Scheduled),
        ("2026-05-31T22:00:00Z", State::Open), // the 1st of June in Paris
        ("2026-07-31T21:59:59Z", State::Open),
        ("2026-07-31T22:00:00Z", State::Closed),
    ] {
        assert_eq!(state(&period(), zone(), Micros::parse(now).unwrap()), expected, "{now}");
    }
}

#[test]
fn a_coordinator_may_be_earlier_than_the_clock() {
    let early = call("2026-03-01T12:00:00Z");
    let mut period = period();
    take("OpenReportingPeriod", &mut period, zone(), &early).unwrap();
    assert_eq!(state(&period, zone(), early.now), State::Open);
    assert_eq!(rule(take("OpenReportingPeriod", &mut period, zone(), &early)), "STATE");
    take("CloseReportingPeriod", &mut period, zone(), &early).unwrap();
    assert_eq!(state(&period, zone(), call("2026-06-15T12:00:00Z").now), State::Closed, "it stays closed");
}

#[test]
fn what_was_opened_early_is_closed_by_the_clock_all_the_same() {
    let mut period = period();
    take("OpenReportingPeriod", &mut period, zone(), &call("2026-03-01T12:00:00Z")).unwrap();
    assert_eq!(state(&period, zone(), call("2026-08-01T12:00:00Z").now), State::Closed);
}

#[test]
fn prj_25_it_is_reopened_for_a_reason_until_a_new_day() {
    let late = call("2026-08-10T12:00:00Z");
    let reopened = |lock: Option<&str>, call: &Call| {
        let mut period = period();
        let lock = lock.and_then(date);
        let answer = rule(reopen(&mut period, lock.as_ref(), zone(), call));
        (answer, state(&period, zone(), call.now))
    };
    assert_eq!(
        reopened(Some("2026-08-10"), &late),
        (String::new(), State::Open),
        "until the end of that day"
    );
    assert_eq!(reopened(Some("2026-08-09"), &late).0, "lock_date");
    assert_eq!(reopened(None, &late).0, "lock_date");
    assert_eq!(reopened(Some("2026-08-20"), &Call { reason: String::new(), ..late.clone() }).0, "reason");
    assert_eq!(reopened(Some("2026-08-20"), &call("2026-07-01T12:00:00Z")).0, "STATE", "it is open");
    let mut closed = period();
    take("CloseReportingPeriod", &mut closed, zone(), &call("2026-06-05T12:00:00Z")).unwrap();
    let june = call("2026-06-10T12:00:00Z");
    assert_eq!(rule(reopen(&mut closed.clone(), date("2026-07-14").as_ref(), zone(), &june)), "lock_date");
    reopen(&mut closed, date("2026-07-20").as_ref(), zone(), &june).unwrap();
    assert_eq!((state(&closed, zone(), june.now), closed.state_reason.as_str()), (State::Open, "Because."));
}

#[test]
fn a_closed_period_does_not_open_by_an_edit() {
    let late = call("2026-08-10T12:00:00Z");
    let mut later = draft("2026-01-01", "2026-06-30");
    later.lock_date = date("2026-12-31");
    assert_eq!(rule(update(&mut period(), &later, zone(), &late)), "STATE");
    assert_eq!(rule(update(&mut period(), &later, zone(), &call("2026-07-01T12:00:00Z"))), "");
}

#[test]
fn prj_17_periods_of_a_cycle_neither_overlap_nor_leave_gaps() {
    let others = [of_days("a", "2026-01-01", "2026-06-30"), of_days("b", "2026-07-01", "2026-12-31")];
    let next = |start, end| rule(adjoins(&of_days("c", start, end), &others));
    assert_eq!(next("2027-01-01", "2027-06-30"), "");
    assert_eq!(next("2025-07-01", "2025-12-31"), "");
    assert_eq!(next("2026-12-31", "2027-06-30"), "PRJ-17", "a day of overlap");
    assert_eq!(next("2027-01-02", "2027-06-30"), "PRJ-17", "a day of gap");
    assert_eq!(next("2025-07-01", "2025-12-30"), "PRJ-17", "a day of gap before");
    assert_eq!(next("2026-03-01", "2026-03-31"), "PRJ-17", "within another");
    assert_eq!(
        rule(adjoins(&of_days("c", "2030-01-01", "2030-06-30"), &[])),
        "",
        "the first may be anywhere"
    );
}

#[test]
fn a_title_is_made_of_the_days_and_follows_them_unless_someone_wrote_it() {
    let title = |period: &Model| period.title.translations["fr"].text.clone();
    let mut period = period();
    assert_eq!(title(&period), "2026 S1");
    let now = call("2026-03-01T12:00:00Z");
    let mut moved: pb::ReportingPeriod = period.clone().into();
    moved.period = draft("2026-01-01", "2026-06-29").period;
    update(&mut period, &moved, zone(), &now).unwrap();
    assert_eq!(title(&period), "du 2026-01-01 au 2026-06-29");
    let quarter = pb::ReportingPeriod { cycle: Cycle::Quarterly.into(), ..draft("2026-04-01", "2026-06-30") };
    assert_eq!(title(&create("", &quarter, zone(), &now).unwrap()), "2026 T2");
    let year = pb::ReportingPeriod {
        cycle: Cycle::Annual.into(),
        due_date: date("2027-01-31"),
        lock_date: date("2027-02-28"),
        ..draft("2026-01-01", "2026-12-31")
    };
    assert_eq!(title(&create("", &year, zone(), &now).unwrap()), "2026");
}
