//! Who owes what, rule by rule.

use std::collections::{BTreeMap, HashMap};

use chassis::auth::{Caller, Membership, Role};
use chassis::column::Micros;
use proto::common::DecimalValue;
use proto::partners::NetworkSettings;
use proto::projects::report::{Punctuality, State};
use proto::projects::reporting_period::{Cycle, State as PeriodState};
use testing::day;

use super::rules::*;
use super::store::Scope;
use crate::reporting_period::row::Model as Period;
use crate::settings::Agreed;

fn at(instant: &str) -> Micros {
    Micros::parse(instant).unwrap()
}

fn agreed() -> Agreed {
    let share = |digits: &str| Some(DecimalValue { value: digits.to_owned() });
    Agreed::read(NetworkSettings {
        time_zone: "Europe/Paris".to_owned(),
        rag_green: share("0.9"),
        rag_amber: share("0.7"),
        due_soon_days: 14,
        ..Default::default()
    })
    .unwrap()
}

/// A quarter: due a fortnight after its end, locked at the end of that month.
fn quarter(name: &str, start: &str, end: &str, due: &str, lock: &str) -> Period {
    Period {
        name: format!("reportingPeriods/{name}"),
        uid: String::new(),
        revision: 1,
        create_time: at("2025-01-01T00:00:00Z"),
        update_time: at("2025-01-01T00:00:00Z"),
        state: PeriodState::Scheduled.into(),
        by_hand: PeriodState::Unspecified.into(),
        state_reason: String::new(),
        cycle: Cycle::Quarterly.into(),
        start: day(start),
        end: day(end),
        open: day(start),
        due: day(due),
        lock: day(lock),
        title: Default::default(),
    }
}

fn project(name: &str) -> Project {
    Project {
        name: format!("projects/{name}"),
        lead_partner: "partners/lead".to_owned(),
        create_time: at("2025-01-01T00:00:00Z"),
        start: Some(day("2025-06-01")),
        end: None,
        dormant: false,
    }
}

fn facts() -> Facts {
    Facts {
        projects: vec![project("p")],
        periods: vec![
            quarter("t1", "2026-01-01", "2026-03-31", "2026-04-15", "2026-04-30"),
            quarter("t2", "2026-04-01", "2026-06-30", "2026-07-15", "2026-07-31"),
            quarter("t3", "2026-07-01", "2026-09-30", "2026-10-15", "2026-10-31"),
        ],
        reports: Vec::new(),
        reminders: HashMap::new(),
    }
}

fn report(period: &str, state: State, submitted: Option<&str>) -> Report {
    Report {
        name: format!("projects/p/reports/{period}"),
        project: "projects/p".to_owned(),
        reporting_period: format!("reportingPeriods/{period}"),
        state: state.into(),
        state_time: at("2026-07-10T12:00:00Z"),
        punctuality: submitted.map_or(Punctuality::Unspecified, |_| Punctuality::OnTime).into(),
        submit_time: submitted.map(at),
        is_final: false,
    }
}

/// What is owed at an instant: period, punctuality, whose turn, days late.
fn owed(facts: &Facts, now: &str) -> Vec<(String, Punctuality, &'static str, i32)> {
    let mut all = obligations(facts, &agreed(), at(now));
    all.sort_by_cached_key(Obligation::place);
    let short = |name: &str| name.trim_start_matches("reportingPeriods/").to_owned();
    all.iter()
        .map(|owed| (short(&owed.reporting_period), owed.punctuality, owed.awaiting(), owed.days_late))
        .collect()
}

fn told(
    period: &str,
    punctuality: Punctuality,
    awaiting: &'static str,
    days: i32,
) -> (String, Punctuality, &'static str, i32) {
    (period.to_owned(), punctuality, awaiting, days)
}

#[test]
fn prj_24_the_most_urgent_comes_first_with_since_when() {
    assert_eq!(
        owed(&facts(), "2026-07-20T12:00:00Z"),
        [
            told("t2", Punctuality::Overdue, "PARTNER", 5),
            told("t1", Punctuality::Missing, "PARTNER", 96),
            told("t3", Punctuality::NotDue, "PARTNER", 0),
        ]
    );
}

#[test]
fn les_23_each_knows_of_what_their_partners_owe_and_overseers_of_all() {
    let own = BTreeMap::from([("partners/lead".to_owned(), Membership::default())]);
    let member = Caller { subject: "users/a".to_owned(), partners: own.clone(), ..Caller::default() };
    let of = |partners: &[&str]| Scope::Of(partners.iter().map(|partner| (*partner).to_owned()).collect());
    assert_eq!(Scope::of(&member), of(&["partners/lead"]));
    assert_eq!(Scope::of(&Caller::default()), of(&[]), "nobody knows of none");
    for role in [Role::Coordinator, Role::Reviewer] {
        let overseer = Caller { network_roles: vec![role], ..member.clone() };
        assert_eq!(Scope::of(&overseer), Scope::All, "{role:?}");
    }
}

#[test]
fn les_6_a_period_to_come_is_owed_nothing() {
    assert_eq!(owed(&facts(), "2026-03-01T12:00:00Z"), [told("t1", Punctuality::NotDue, "PARTNER", 0)]);
}

#[test]
fn bey_5_it_says_whose_turn_it_is() {
    let mut facts = facts();
    facts.reports = vec![
        report("t1", State::Accepted, Some("2026-04-10T12:00:00Z")),
        report("t2", State::Submitted, Some("2026-07-10T12:00:00Z")),
    ];
    assert_eq!(
        owed(&facts, "2026-07-20T12:00:00Z"),
        [
            told("t2", Punctuality::OnTime, "REVIEWER", 0),
            told("t3", Punctuality::NotDue, "PARTNER", 0),
            told("t1", Punctuality::OnTime, "NOBODY", 0),
        ]
    );
    facts.reports[1].state = State::Returned.into();
    let first = &owed(&facts, "2026-07-20T12:00:00Z")[0];
    assert_eq!(*first, told("t2", Punctuality::OnTime, "PARTNER", 0), "what came back is urgent");
    let all = obligations(&facts, &agreed(), at("2026-07-20T12:00:00Z"));
    let returned = all.iter().find(|owed| owed.reporting_period == "reportingPeriods/t2").unwrap();
    assert_eq!(returned.awaiting_since, at("2026-07-10T12:00:00Z"), "since it came back");
}

#[test]
fn a_correction_at_work_is_whose_turn_it_is() {
    let mut facts = facts();
    let accepted = report("t1", State::Accepted, Some("2026-04-10T12:00:00Z"));
    let correction = Report { name: "projects/p/reports/c".to_owned(), ..report("t1", State::Draft, None) };
    let superseded =
        Report { name: "projects/p/reports/a".to_owned(), ..report("t1", State::Superseded, None) };
    facts.reports =
        vec![superseded, accepted, Report { punctuality: Punctuality::OnTime.into(), ..correction }];
    assert!(owed(&facts, "2026-05-20T12:00:00Z").contains(&told("t1", Punctuality::OnTime, "PARTNER", 0)));
}

#[test]
fn prj_24_nobody_is_late_for_what_was_over_before_they_came() {
    let mut facts = facts();
    facts.projects[0].create_time = at("2026-05-02T12:00:00Z");
    assert_eq!(owed(&facts, "2026-05-20T12:00:00Z"), [told("t2", Punctuality::NotDue, "PARTNER", 0)]);
    facts.projects[0].create_time = at("2026-04-20T12:00:00Z");
    assert_eq!(owed(&facts, "2026-05-20T12:00:00Z").len(), 2, "it could still be sent then");
}

#[test]
fn a_project_owes_only_for_the_days_that_it_runs() {
    let mut facts = facts();
    facts.projects[0].start = Some(day("2026-04-01"));
    facts.projects[0].end = Some(day("2026-06-30"));
    assert_eq!(owed(&facts, "2026-08-20T12:00:00Z"), [told("t2", Punctuality::Missing, "PARTNER", 36)]);
}

#[test]
fn after_its_final_report_it_owes_none() {
    let mut facts = facts();
    facts.reports =
        vec![Report { is_final: true, ..report("t1", State::Accepted, Some("2026-04-10T12:00:00Z")) }];
    assert_eq!(owed(&facts, "2026-08-20T12:00:00Z"), [told("t1", Punctuality::OnTime, "NOBODY", 0)]);
}

#[test]
fn prj_24_two_missing_in_a_row_make_a_project_dormant() {
    let dormant_at = |facts: &Facts, now: &str| !dormant(facts, &agreed(), at(now)).is_empty();
    let mut facts = facts();
    assert!(!dormant_at(&facts, "2026-05-20T12:00:00Z"), "one is missing");
    assert!(!dormant_at(&facts, "2026-07-31T21:59:59Z"));
    assert!(dormant_at(&facts, "2026-07-31T22:00:00Z"), "the second was locked in Paris");
    facts.reports = vec![report("t1", State::Submitted, Some("2026-04-10T12:00:00Z"))];
    assert!(!dormant_at(&facts, "2026-08-20T12:00:00Z"), "not in a row");
    facts.reports = vec![report("t3", State::Submitted, Some("2026-08-10T12:00:00Z"))];
    assert!(!dormant_at(&facts, "2026-08-20T12:00:00Z"), "it reports again");
    facts.reports = vec![report("t3", State::Draft, None)];
    assert!(dormant_at(&facts, "2026-08-20T12:00:00Z"), "a draft is not a report");
}

#[test]
fn prj_24_periods_of_another_cycle_are_not_in_the_row() {
    let mut facts = facts();
    facts.periods[0].cycle = Cycle::Annual.into();
    assert!(dormant(&facts, &agreed(), at("2026-08-20T12:00:00Z")).is_empty());
}

#[test]
fn whoever_can_still_be_helped_by_it_is_reminded() {
    let may = |punctuality, state: Option<State>| {
        let mut facts = facts();
        facts.reports = state.map(|state| report("t2", state, None)).into_iter().collect();
        let mut owed = obligations(&facts, &agreed(), at("2026-07-20T12:00:00Z"));
        let owed = owed.iter_mut().find(|owed| owed.reporting_period == "reportingPeriods/t2").unwrap();
        owed.punctuality = punctuality;
        owed.may_be_reminded()
    };
    for punctuality in [Punctuality::DueSoon, Punctuality::Overdue, Punctuality::Missing] {
        assert!(may(punctuality, None) && may(punctuality, Some(State::Draft)));
        assert!(!may(punctuality, Some(State::Submitted)));
    }
    assert!(!may(Punctuality::NotDue, None) && !may(Punctuality::Late, None));
}
