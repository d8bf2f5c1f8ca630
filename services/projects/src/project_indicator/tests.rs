//! What a project's indicator may hold, and how far it has come.

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::Day;
use chassis::error::{Error, Result};
use proto::common::{DateRange, Origin};
use proto::projects as pb;
use proto::projects::indicator::{State as LibraryState, TimeAggregation};
use proto::projects::project::State;
use testing::{self, NOW, day, fields, rule, said};

use super::course::{Course, Standing, Step};
use super::describe::describe;
use super::row::Model;
use super::rules::*;
use crate::indicator::seed::table::SEEDS;
use crate::project::facts::Promise;
use crate::{indicator, measure, project};

fn number(digits: &str) -> pb::IndicatorValue {
    measure::decimal(digits.parse().unwrap())
}

fn share(part: i64, whole: i64) -> pb::IndicatorValue {
    measure::ratio(part.into(), whole.into())
}

fn quarter(number: u32) -> (Day, Day) {
    let [start, end] = match number {
        1 => ["2026-01-01", "2026-03-31"],
        2 => ["2026-04-01", "2026-06-30"],
        3 => ["2026-07-01", "2026-09-30"],
        _ => ["2026-10-01", "2026-12-31"],
    };
    (day(start), day(end))
}

fn steps(values: &[(u32, &str)]) -> Vec<Step> {
    let step = |(quarter_number, digits): &(u32, &str)| {
        let (start, end) = quarter(*quarter_number);
        Step { start, end, value: number(digits) }
    };
    values.iter().map(step).collect()
}

fn course(time: TimeAggregation, baseline: &str, targets: &[(u32, &str)], actuals: &[(u32, &str)]) -> Course {
    Course {
        time,
        qualitative: false,
        descending: false,
        baseline: (!baseline.is_empty()).then(|| number(baseline)),
        targets: steps(targets),
        actuals: steps(actuals),
    }
}

fn achieved(course: &Course) -> Option<String> {
    course.achievement().map(|share| shown(share).unwrap().normalize().to_string())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn prj_23_what_adds_up_is_counted_from_the_start_of_the_project() {
    let targets = [(1, "10"), (2, "20"), (4, "10")];
    let until = |actuals: &[(u32, &str)]| achieved(&course(TimeAggregation::Sum, "7", &targets, actuals));
    assert_eq!(until(&[(1, "5")]), some("0.5"), "the baseline is 0 whatever was said");
    assert_eq!(until(&[(1, "5"), (2, "22")]), some("0.9"));
    assert_eq!(until(&[(2, "15")]), some("0.5"), "what was not reported is not there");
    assert_eq!(until(&[(1, "5"), (2, "22"), (3, "9")]), None, "no target is due then");
    assert_eq!(until(&[(1, "5"), (2, "22"), (3, "9"), (4, "4")]), some("1"));
    assert_eq!(until(&[]), None);
}

#[test]
fn prj_23_what_does_not_add_up_stands_for_itself() {
    for time in [TimeAggregation::Latest, TimeAggregation::Average, TimeAggregation::Max] {
        let of = |actuals: &[(u32, &str)]| achieved(&course(time, "40", &[(1, "50"), (4, "80")], actuals));
        assert_eq!(of(&[(1, "45"), (4, "70")]), some("0.75"), "{time:?}");
        assert_eq!(of(&[(1, "45")]), some("0.5"), "{time:?}");
        assert_eq!(of(&[(2, "45")]), None, "{time:?}: no target is due then");
        let unknown = course(time, "", &[(1, "50")], &[(1, "45")]);
        assert_eq!(achieved(&unknown), None, "{time:?}: nobody knows where it started");
    }
}

#[test]
fn prj_23_what_is_not_compared_is_not_rated() {
    assert_eq!(achieved(&course(TimeAggregation::None, "0", &[(1, "1")], &[(1, "1")])), None);
    let words =
        Course { qualitative: true, ..course(TimeAggregation::Latest, "0", &[(1, "1")], &[(1, "1")]) };
    assert_eq!(achieved(&words), None);
}

#[test]
fn prj_23_a_target_at_the_baseline_is_kept_or_not() {
    let kept = |descending: bool, actual: &str| {
        let course = course(TimeAggregation::Latest, "30", &[(1, "30")], &[(1, actual)]);
        achieved(&Course { descending, ..course })
    };
    assert_eq!((kept(false, "30"), kept(false, "31"), kept(false, "29")), (some("1"), some("1"), some("0")));
    assert_eq!((kept(true, "30"), kept(true, "31"), kept(true, "29")), (some("1"), some("0"), some("1")));
    assert_eq!(achieved(&course(TimeAggregation::Sum, "", &[(1, "0")], &[(1, "0")])), some("1"));
}

#[test]
fn les_4_less_can_be_better_and_below_zero() {
    let down = |baseline: &str, target: &str, actual: &str| {
        let course = course(TimeAggregation::Latest, baseline, &[(1, target)], &[(1, actual)]);
        achieved(&Course { descending: true, ..course })
    };
    assert_eq!(down("40", "20", "30"), some("0.5"));
    assert_eq!(down("40", "20", "45"), some("-0.25"), "it went the wrong way");
    assert_eq!(down("40", "20", "10"), some("1.5"));
    assert_eq!(down("10", "-10", "-5"), some("0.75"), "through zero");
    assert_eq!(down("-5", "-15", "-15"), some("1"));
    let saved = Course {
        descending: true,
        ..course(TimeAggregation::Sum, "", &[(1, "-100"), (2, "-100")], &[(1, "-90"), (2, "-70")])
    };
    assert_eq!(achieved(&saved), some("0.8"), "savings add up below zero");
}

#[test]
fn les_4_a_limit_is_no_way_to_go() {
    let standing = |descending: bool, baseline: i64, target: i64, actual: i64| {
        let standing =
            Standing { baseline: baseline.into(), target: target.into(), actual: actual.into(), descending };
        standing.achievement().map(|share| share.normalize().to_string())
    };
    // At most ten complaints.
    assert_eq!(standing(true, 0, 10, 10), some("1"));
    assert_eq!(standing(true, 0, 10, 5), some("1.5"), "fewer is better, not half done");
    assert_eq!(standing(true, 0, 10, 11), some("0.9"));
    assert_eq!(standing(true, 0, 10, 20), some("0"));
    // Of fifty members no fewer than forty-five stay.
    assert_eq!(standing(false, 50, 45, 48), some("1.6"));
    assert_eq!(standing(false, 50, 45, 44), some("0.8"));
}

#[test]
fn agg_3_shares_that_add_up_do_so_by_their_terms() {
    let step = |number: u32, value| Step { start: quarter(number).0, end: quarter(number).1, value };
    let shares = Course {
        targets: vec![step(1, share(1, 2)), step(2, share(9, 10))],
        actuals: vec![step(1, share(1, 2)), step(2, share(1, 10))],
        ..course(TimeAggregation::Sum, "", &[], &[])
    };
    assert_eq!(achieved(&shares), some("0.2"), "2 of 12 where 10 of 12 were to be");
    let nothing = Course {
        targets: vec![step(1, share(1, 2))],
        actuals: vec![step(1, share(0, 0))],
        ..course(TimeAggregation::Latest, "0", &[], &[])
    };
    assert_eq!(achieved(&nothing), None, "there was nothing to count");
}

#[test]
fn a_share_is_shown_to_six_places_and_no_further_than_the_contract_holds() {
    assert_eq!(achieved(&course(TimeAggregation::Sum, "", &[(1, "3")], &[(1, "1")])), some("0.333333"));
    let far = course(TimeAggregation::Sum, "", &[(1, "0.000001")], &[(1, "999999999999999")]);
    assert_eq!(far.achievement().and_then(shown), None);
}

fn call() -> Call {
    testing::call(Caller::default())
}

fn library(id: &str) -> indicator::row::Model {
    SEEDS.iter().find(|seed| seed.id == id).unwrap().indicator(NOW)
}

fn project(state: State) -> project::row::Model {
    let mut project = project::rules::blank("p", uuid::Uuid::nil(), NOW);
    project.state = state.into();
    "partners/lead".clone_into(&mut project.lead_partner);
    project
}

fn days(start: &str, end: &str) -> Option<DateRange> {
    Some(DateRange { start_date: Some(day(start).to_date()), end_date: Some(day(end).to_date()) })
}

fn draft(id: &str, baseline: pb::IndicatorValue, target: pb::IndicatorValue) -> pb::ProjectIndicator {
    pb::ProjectIndicator {
        indicator: format!("indicators/{id}"),
        result_level: OUTPUT.to_owned(),
        result_title: Some(said(&[("en", "More people take part")])),
        baseline: Some(pb::Baseline { value: Some(baseline), ..Default::default() }),
        targets: vec![pb::Target {
            period: days("2026-01-01", "2026-12-31"),
            value: Some(target),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn people() -> pb::ProjectIndicator {
    draft("idt-i01", number("0"), number("100"))
}

fn made(draft: &pb::ProjectIndicator, periods: &Periods) -> Result<Model> {
    let library = draft.indicator.strip_prefix("indicators/").map(library);
    create("", &project(State::Draft), library, draft, periods, &call())
}

fn wrong(draft: &pb::ProjectIndicator) -> Vec<String> {
    fields(made(draft, &Periods::new()))
}

#[test]
fn every_wrong_field_is_named() {
    let mut all = people();
    all.result_level = "9".to_owned();
    all.result_title = None;
    all.baseline.as_mut().unwrap().value = Some(share(1, 2));
    all.targets[0].value = None;
    all.targets.push(pb::Target { value: Some(number("1")), ..Default::default() });
    let named = [
        "result_level",
        "result_title",
        "baseline.value",
        "targets[0].value",
        "targets[1].period.start_date",
        "targets[1].period.end_date",
    ];
    assert_eq!(wrong(&all), named.map(|field| format!("project_indicator.{field}")));
    assert_eq!(wrong(&people()), Vec::<String>::new());
    let unexplained = pb::ProjectIndicator {
        baseline: Some(pb::Baseline {
            baseline_date: Some(day("2026-01-01").to_date()),
            ..Default::default()
        }),
        ..people()
    };
    assert_eq!(wrong(&unexplained), ["project_indicator.baseline.comment"], "why it is not known");
}

#[test]
fn the_library_must_have_it_for_new_use() {
    let with = |library: Option<indicator::row::Model>| {
        create("", &project(State::Draft), library, &people(), &Periods::new(), &call())
    };
    assert_eq!(rule(with(None)), "INVALID");
    for state in [LibraryState::Draft, LibraryState::Deprecated] {
        assert_eq!(
            rule(with(Some(indicator::row::Model { state: state.into(), ..library("idt-i01") }))),
            "INVALID"
        );
    }
    assert_eq!(rule(with(Some(library("idt-i01")))), "");
}

#[test]
fn a_target_is_of_a_reporting_period_or_of_days_and_none_of_days_of_another() {
    let periods = Periods::from([("reportingPeriods/q1".to_owned(), quarter(1))]);
    let target = |reporting_period: &str, period: Option<DateRange>| pb::Target {
        reporting_period: reporting_period.to_owned(),
        period,
        value: Some(number("5")),
        ..Default::default()
    };
    let with = |targets: Vec<pb::Target>| made(&pb::ProjectIndicator { targets, ..people() }, &periods);
    let late = target("", days("2026-04-01", "2026-12-31"));
    let both = with(vec![late.clone(), target("reportingPeriods/q1", None)]).unwrap();
    assert_eq!(both.targets[0].period, days("2026-01-01", "2026-03-31"), "its days are those of the period");
    assert_eq!((both.targets[1].clone(), both.last_target), (late.clone(), Some(day("2026-12-31"))));
    assert_eq!(rule(with(vec![target("reportingPeriods/q9", None)])), "INVALID");
    let over =
        with(vec![late, target("reportingPeriods/q1", None), target("", days("2026-03-31", "2026-03-31"))]);
    let Err(Error::Invalid { fields, .. }) = over else { panic!("two targets of one day") };
    assert_eq!(fields[0].field, "project_indicator.targets[2].period");
}

#[test]
fn prj_19_the_parts_of_a_baseline_and_of_a_target_add_up() {
    let cells = |female: &str, male: &str| {
        let cell = |code: &str, value: &str| pb::Cell {
            coordinates: vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() }],
            value: Some(number(value)),
            suppressed: false,
        };
        vec![cell("FEMALE", female), cell("MALE", male)]
    };
    let mut target = people();
    target.targets[0].cells = cells("60", "40");
    assert_eq!(rule(made(&target, &Periods::new())), "");
    target.targets[0].cells = cells("60", "41");
    assert_eq!(rule(made(&target, &Periods::new())), "PRJ-19");
    let mut baseline = people();
    baseline.baseline =
        Some(pb::Baseline { value: Some(number("3")), cells: cells("1", "1"), ..Default::default() });
    assert_eq!(rule(made(&baseline, &Periods::new())), "PRJ-19");
}

#[test]
fn prj_16_what_was_approved_changes_only_with_a_new_baseline() {
    let at = |state: State| {
        let mut indicator = made(&people(), &Periods::new()).unwrap();
        indicator.told.project = Some((state, Origin::Registered));
        let more = draft("idt-i01", number("0"), number("200"));
        let created =
            create("", &project(state), Some(library("idt-i01")), &people(), &Periods::new(), &call());
        (
            rule(created),
            rule(update(&mut indicator.clone(), &more, &Periods::new())),
            rule(may_be_deleted(&indicator)),
        )
    };
    for state in [State::Draft, State::Returned] {
        assert_eq!(at(state), ("", "", ""));
    }
    for state in [State::Approved, State::Active, State::Suspended, State::Completed] {
        assert_eq!(at(state), ("PRJ-16", "PRJ-16", "PRJ-16"), "{state:?}");
    }
    for state in [State::Submitted, State::Closed, State::Cancelled] {
        assert_eq!(at(state), ("STATE", "STATE", "STATE"), "{state:?}");
    }
}

#[test]
fn bey_8_what_was_found_has_gaps_which_are_filled_while_the_project_goes_on() {
    let mut owner = project(State::Active);
    owner.origin = Origin::Imported.into();
    let mut found = blank("n", uuid::Uuid::nil(), &owner, NOW);
    found.origin = Origin::Imported.into();
    found.as_found = pb::IndicatorAsFound { measure: "1".to_owned(), ..Default::default() }.into();
    found.result_level = "9".to_owned();
    found.result_title = people().result_title.unwrap().into();
    let fields = |found: &Model| gaps(found).iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert_eq!(fields(&found), ["baseline", "targets"]);
    let message: pb::ProjectIndicator = found.clone().into();
    let filled = pb::ProjectIndicator { baseline: people().baseline, targets: people().targets, ..message };
    update(&mut found, &filled, &Periods::new()).unwrap();
    assert_eq!(fields(&found), Vec::<&str>::new());
    let more = pb::ProjectIndicator { targets: draft("", number("0"), number("9")).targets, ..filled };
    assert_eq!(rule(update(&mut found.clone(), &more, &Periods::new())), "PRJ-16", "what is there stays");
    found.told.project = Some((State::Closed, Origin::Imported));
    found.has_baseline = false;
    assert_eq!(fields(&found), Vec::<&str>::new(), "nothing more is asked of what is over");
}

#[test]
fn bey_8_a_found_project_gets_the_indicators_it_lacks() {
    let mut owner = project(State::Active);
    owner.origin = Origin::Imported.into();
    let create_in = create;
    let create = |owner: &project::row::Model| {
        rule(create_in("", owner, Some(library("idt-i01")), &people(), &Periods::new(), &call()))
    };
    assert_eq!(create(&owner), "");
    let promise = |level: &str| Promise {
        result_level: level.to_owned(),
        has_baseline: true,
        last_target: Some(day("2026-12-31")),
    };
    owner.facts.promises = vec![promise(OUTPUT), promise(OUTCOME)];
    assert_eq!(create(&owner), "PRJ-16", "it lacks none");
}

#[test]
fn agg_7_what_was_promised_must_fit_a_new_meaning() {
    let promised = made(&people(), &Periods::new()).unwrap();
    assert_eq!(rule(fits(&promised, &library("idt-i02").meaning())), "");
    assert_eq!(rule(fits(&promised, &library("idt-i04").meaning())), "AGG-7", "a number is no share");
}

#[test]
fn what_is_found_and_sent_back_is_not_looked_at_again() {
    let mut found = blank("n", uuid::Uuid::nil(), &project(State::Active), NOW);
    found.origin = Origin::Imported.into();
    found.result_title = people().result_title.unwrap().into();
    found.targets = vec![pb::Target { value: Some(number("1")), ..Default::default() }].into(); // without days
    let message: pb::ProjectIndicator = found.clone().into();
    describe(&mut found, &message, &Periods::new()).unwrap();
    assert_eq!(found.targets.0, message.targets);
}
