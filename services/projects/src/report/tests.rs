//! What may become of a report, rule by rule.

mod figures;
mod ratings;
mod verdict;

use std::sync::Arc;

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::Error;
use proto::common::{DecimalValue, Evidence, LocalizedText, Money};
use proto::partners::NetworkSettings;
use proto::projects as pb;
use proto::projects::indicator::{CountingBasis, Source, TimeAggregation};
use proto::projects::project::State as ProjectState;
use proto::projects::report::{Punctuality, Rating, State};
use proto::projects::reporting_period::{Cycle, State as PeriodState};
use testing::{call, day, person, said, told as rule};

use super::ground::Ground;
use super::row::Model;
use super::rules::*;
use crate::project_indicator::row::Model as Promise;
use crate::settings::Agreed;
use crate::{indicator, measure, project, project_indicator, reporting_period};

pub(super) const LEAD: &str = "partners/lead";
pub(super) const HELPER: &str = "partners/helper";
/// 2026-07-05T12:00:00Z: the first half of 2026 is reported on.
pub(super) const NOW: Micros = Micros(1_783_252_800_000_000);
const PERIOD: &str = "reportingPeriods/s1";

pub(super) fn at(instant: &str) -> Micros {
    Micros::parse(instant).unwrap()
}

pub(super) fn text(text: &str) -> LocalizedText {
    said(&[("en", text)])
}

pub(super) fn agreed() -> Agreed {
    let share = |digits: &str| Some(DecimalValue { value: digits.to_owned() });
    Agreed::read(NetworkSettings {
        time_zone: "Europe/Paris".to_owned(),
        rag_green: share("0.9"),
        rag_amber: share("0.7"),
        due_soon_days: 14,
        return_grace_days: 10,
        review_due_days: 15,
        ..Default::default()
    })
    .unwrap()
}

pub(super) fn period(
    name: &str,
    start: &str,
    end: &str,
    due: &str,
    lock: &str,
) -> reporting_period::row::Model {
    reporting_period::row::Model {
        name: name.to_owned(),
        uid: String::new(),
        revision: 1,
        create_time: NOW,
        update_time: NOW,
        state: PeriodState::Open.into(),
        by_hand: PeriodState::Unspecified.into(),
        state_reason: String::new(),
        cycle: Cycle::HalfYearly.into(),
        start: day(start),
        end: day(end),
        open: day(start),
        due: day(due),
        lock: day(lock),
        title: Default::default(),
    }
}

/// An outcome of the project that counts up to 100 in the first half of 2026, however values make one over time.
pub(super) fn promise(id: &str, time: TimeAggregation) -> Promise {
    let mut library = indicator::rules::blank(id, uuid::Uuid::nil(), NOW);
    library.title = text("People helped").into();
    library.measure = "1".to_owned();
    library.time_aggregation = time.into();
    library.counting_basis = CountingBasis::UniquePersons.into();
    library.source = Source::Reported.into();
    library.dimensions = ["SEX"].into_iter().collect();
    let mut promise = project_indicator::rules::blank(id, uuid::Uuid::nil(), &the_project(), NOW);
    promise.indicator = library.name.clone();
    promise.result_level = "2".to_owned();
    promise.told.library = Some(Box::new(library));
    promise.baseline = pb::Baseline { value: Some(number("0")), ..Default::default() }.into();
    promise.targets = vec![target("2026-01-01", "2026-06-30", "100")].into();
    promise
}

pub(super) fn library(promise: &mut Promise) -> &mut indicator::row::Model {
    promise.told.library.as_mut().unwrap()
}

pub(super) fn target(start: &str, end: &str, value: &str) -> pb::Target {
    let date = |text| Some(day(text).to_date());
    let days = proto::common::DateRange { start_date: date(start), end_date: date(end) };
    pb::Target { period: Some(days), value: Some(number(value)), ..Default::default() }
}

pub(super) fn number(digits: &str) -> pb::IndicatorValue {
    measure::decimal(digits.parse().unwrap())
}

pub(super) fn the_project() -> project::row::Model {
    let mut project = project::rules::blank("p", uuid::Uuid::nil(), NOW);
    project.lead_partner = LEAD.to_owned();
    project.state = ProjectState::Active.into();
    project.participants =
        vec![pb::Participant { partner: HELPER.to_owned(), iati_role: "4".to_owned() }].into();
    (project.planned_start, project.planned_end) = (Some(day("2026-01-01")), Some(day("2026-12-31")));
    project.actual_start = Some(day("2026-01-01"));
    let status = pb::safeguard::Status::Met.into();
    let met = |code: &str| pb::Safeguard { code: code.to_owned(), status, ..Default::default() };
    project.safeguards = project::guards::SAFEGUARDS.iter().map(|code| met(code)).collect::<Vec<_>>().into();
    project.budget_lines =
        vec![pb::BudgetLine { line_id: "l1".to_owned(), amount: Some(euros(1000)), ..Default::default() }]
            .into();
    project
}

pub(super) fn euros(minor_units: i64) -> Money {
    Money { currency_code: "EUR".to_owned(), minor_units }
}

pub(super) fn ground() -> Ground {
    Ground {
        project: the_project(),
        leaf: true,
        period: Some(period(PERIOD, "2026-01-01", "2026-06-30", "2026-07-15", "2026-07-31")),
        promises: vec![promise("i", TimeAggregation::Latest)],
        accepted: Vec::new(),
        agreed: Arc::new(agreed()),
    }
}

pub(super) fn value(actual: &str) -> pb::ReportValue {
    pb::ReportValue {
        project_indicator: "projects/p/projectIndicators/i".to_owned(),
        actual: Some(number(actual)),
        ..Default::default()
    }
}

pub(super) fn proof() -> Evidence {
    Evidence {
        title: "Survey".to_owned(),
        uri: "https://example.org/survey.pdf".to_owned(),
        ..Default::default()
    }
}

/// All that a review asks for.
pub(super) fn draft() -> pb::Report {
    pb::Report {
        reporting_period: PERIOD.to_owned(),
        values: vec![value("95")],
        narrative: Some(pb::ReportNarrative { progress: Some(text("Done.")), ..Default::default() }),
        evidence: vec![proof()],
        ..Default::default()
    }
}

pub(super) fn caller(partner: &str, role: Role) -> Call {
    by(role, person(&[], &[(partner, role)]))
}

pub(super) fn reporter() -> Call {
    caller(LEAD, Role::Reporter)
}

pub(super) fn overseer(role: Role) -> Call {
    by(role, person(&[role], &[]))
}

fn by(role: Role, caller: Caller) -> Call {
    let subject = format!("users/{role:?}").to_lowercase();
    Call { now: NOW, ..call(Caller { subject, ..caller }) }
}

pub(super) fn report() -> Model {
    create("r", &draft(), &ground(), &reporter()).unwrap()
}

pub(super) fn submitted() -> Model {
    let mut report = report();
    submit(&mut report, &ground(), &reporter()).unwrap();
    report
}

#[test]
fn a_report_is_begun_for_a_project_and_the_days_of_a_period() {
    let report = report();
    assert_eq!((report.name.as_str(), report.reporting_period.as_str()), ("projects/p/reports/r", PERIOD));
    assert_eq!((report.period_start, report.period_end), (day("2026-01-01"), day("2026-06-30")));
    let message: pb::Report = report.into();
    assert_eq!((message.state(), message.awaiting.as_str()), (State::Draft, "PARTNER"));
}

#[test]
fn agg_5_only_leaves_report_and_only_while_there_is_work() {
    for state in [ProjectState::Draft, ProjectState::Approved, ProjectState::Closed, ProjectState::Cancelled]
    {
        let mut ground = ground();
        ground.project.state = state.into();
        assert_eq!(rule(create("r", &draft(), &ground, &reporter())), "STATE", "{state:?}");
    }
    for state in REPORTING {
        let mut ground = ground();
        ground.project.state = (*state).into();
        assert_eq!(rule(create("r", &draft(), &ground, &reporter())), "", "{state:?}");
    }
    let programme = Ground { leaf: false, ..ground() };
    assert_eq!(rule(create("r", &draft(), &programme, &reporter())), "AGG-5");
}

#[test]
fn les_6_a_period_to_come_takes_no_report() {
    let ground = Ground {
        period: Some(period("reportingPeriods/s2", "2026-07-06", "2026-12-31", "2027-01-15", "2027-01-31")),
        ..ground()
    };
    assert_eq!(rule(create("r", &draft(), &ground, &reporter())), "STATE");
}

#[test]
fn prj_25_nothing_is_taken_after_the_lock_date() {
    let ground = ground();
    let late = Call { now: at("2026-07-31T22:00:00Z"), ..reporter() }; // midnight in Paris
    let last = Call { now: at("2026-07-31T21:59:59Z"), ..reporter() };
    assert_eq!(rule(create("r", &draft(), &ground, &late)), "PRJ-25");
    assert_eq!(rule(submit(&mut report(), &ground, &late)), "PRJ-25");
    assert_eq!(rule(submit(&mut report(), &ground, &last)), "");
    let mut reopened = ground.clone();
    reopened.period.as_mut().unwrap().lock = day("2026-08-31");
    assert_eq!(rule(submit(&mut report(), &reopened, &late)), "");
}

#[test]
fn prj_24_punctuality_is_by_the_clock_until_it_is_sent_and_then_stays() {
    let period = ground().period.unwrap();
    let zone = agreed().zone;
    for (now, expected) in [
        ("2026-06-30T21:59:59Z", Punctuality::NotDue),
        ("2026-06-30T22:00:00Z", Punctuality::DueSoon), // 14 days before the 15th, in Paris
        ("2026-07-15T21:59:59Z", Punctuality::DueSoon),
        ("2026-07-15T22:00:00Z", Punctuality::Overdue),
        ("2026-07-31T22:00:00Z", Punctuality::Missing),
    ] {
        assert_eq!(punctuality(None, &period, zone, 14, at(now)), expected, "{now}");
        assert_eq!(
            punctuality(Some(at("2026-07-15T21:59:59Z")), &period, zone, 14, at(now)),
            Punctuality::OnTime
        );
        assert_eq!(
            punctuality(Some(at("2026-07-15T22:00:00Z")), &period, zone, 14, at(now)),
            Punctuality::Late
        );
    }
}

#[test]
fn prj_24_what_was_submitted_first_counts_unless_nobody_had_looked_at_it() {
    let mut report = submitted();
    assert_eq!((report.punctuality.get(), report.submit_time), (Punctuality::OnTime, Some(NOW)));
    recall(&mut report, &reporter()).unwrap();
    assert_eq!((report.state.get(), report.submit_time), (State::Draft, None));
    let late = Call { now: at("2026-07-20T12:00:00Z"), ..reporter() };
    submit(&mut report, &ground(), &late).unwrap();
    assert_eq!(report.punctuality.get(), Punctuality::Late, "a placeholder does not keep the place");
}

#[test]
fn bey_5_a_submitted_report_waits_for_a_reviewer_until_a_day() {
    let report = submitted();
    assert_eq!((awaiting(report.state.get()), report.review_due), ("REVIEWER", Some(day("2026-07-20"))));
    assert_eq!(report.submitter, "users/reporter");
}

#[test]
fn les_10_only_those_who_act_for_the_lead_write_a_report() {
    for other in
        [caller(HELPER, Role::PartnerAdmin), overseer(Role::Coordinator), caller(LEAD, Role::Trainer)]
    {
        assert!(!may_write(&other.caller, &report()));
        assert_eq!(rule(submit(&mut report(), &ground(), &other)), "PERMISSION");
        assert_eq!(rule(recall(&mut submitted(), &other)), "PERMISSION");
    }
    for own in [Role::PartnerAdmin, Role::Reporter, Role::Integration] {
        assert_eq!(rule(submit(&mut report(), &ground(), &caller(LEAD, own))), "");
    }
}

#[test]
fn les_8_of_the_same_days_one_is_at_work_and_one_counts() {
    let named = |name: &str, state: State| {
        let mut report = report();
        name.clone_into(&mut report.name);
        report.state = state.into();
        report
    };
    let holder = |report: &Model, others: &[Model]| match alone(report, others) {
        Err(Error::AlreadyExists { holder, .. }) => holder.unwrap_or_default(),
        other => other.map(|()| String::new()).unwrap(),
    };
    let (first, over) = (named("first", State::Draft), named("over", State::Superseded));
    assert_eq!(holder(&named("second", State::Draft), &[over.clone(), first.clone()]), "first");
    assert_eq!(holder(&first, std::slice::from_ref(&over)), "");
    let accepted = named("accepted", State::Accepted);
    let correction = |name| Model { corrects: accepted.name.clone(), ..named(name, State::Draft) };
    assert_eq!(holder(&correction("one"), &[accepted.clone(), over]), "", "beside what it corrects");
    assert_eq!(holder(&correction("other"), &[accepted.clone(), correction("one")]), "one");
}

#[test]
fn a_report_at_review_or_sealed_does_not_change() {
    assert_eq!(rule(update(&mut submitted(), &draft(), &ground())), "STATE");
    let mut sealed = submitted();
    sealed.state = State::Accepted.into();
    assert_eq!(rule(update(&mut sealed, &draft(), &ground())), "STATE");
    assert_eq!(rule(update(&mut report(), &draft(), &ground())), "");
}

#[test]
fn les_23_drafts_are_for_the_partners_concerned_and_accepted_reports_for_all() {
    let (draft, mut accepted) = (report(), report());
    accepted.state = State::Accepted.into();
    let nobody = Caller::default();
    for (call, sees_it) in [
        (reporter(), true),
        (caller(HELPER, Role::Reporter), true),
        (overseer(Role::Reviewer), true),
        (caller("partners/other", Role::PartnerAdmin), false),
    ] {
        assert_eq!((sees(&call.caller, &draft), sees(&call.caller, &accepted)), (sees_it, true));
    }
    assert!(!sees(&nobody, &draft) && sees(&nobody, &accepted) && !sees_all(&nobody, &accepted));
}

#[test]
fn the_worst_rating_is_the_overall_one() {
    assert_eq!(worst([Rating::Green, Rating::NotRated, Rating::Amber]), Rating::Amber);
    assert_eq!(worst([Rating::Green, Rating::NotRated]), Rating::Green);
    assert_eq!(worst([Rating::NotRated]), Rating::NotRated);
    assert_eq!(worst([]), Rating::NotRated);
}
