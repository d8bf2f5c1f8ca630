//! How a project goes.

use super::super::ratings::*;
use super::*;
use crate::report::ground::steps;

/// What the figures suggest of a respect, once this is changed.
fn suggested(respect: &str, change: impl Fn(&mut Model, &mut Ground)) -> Rating {
    let (mut report, mut ground) = (report(), ground());
    change(&mut report, &mut ground);
    rate(&mut report, &ground);
    let ratings = report.ratings.into_inner();
    let rating = match respect {
        "schedule" => ratings.schedule,
        "results" => ratings.results,
        "budget" => ratings.budget,
        _ => ratings.inclusion,
    };
    rating.unwrap().suggested()
}

fn results(actual: &'static str) -> Rating {
    suggested("results", move |report, _| report.values[0].actual = Some(number(actual)))
}

/// An accepted report of an earlier, or a later, half-year.
fn of_days(start: &str, end: &str, actual: &str) -> Model {
    let mut accepted = report();
    accepted.name = format!("projects/p/reports/r{start}");
    accepted.state = State::Accepted.into();
    (accepted.period_start, accepted.period_end) = (day(start), day(end));
    accepted.values = vec![value(actual)].into();
    accepted
}

#[test]
fn prj_23_achievement_decides_by_the_thresholds_of_the_network() {
    assert_eq!(results("90"), Rating::Green);
    assert_eq!(results("89.999999"), Rating::Amber);
    assert_eq!(results("70"), Rating::Amber);
    assert_eq!(results("69.999999"), Rating::Red);
    assert_eq!(results("0"), Rating::Red, "0 is a value (BEY-9)");
    assert_eq!(results("-5"), Rating::Red);
}

#[test]
fn les_4_negative_and_declining_values_are_rated_by_their_way() {
    let declining = |actual: &'static str| {
        suggested("results", move |report, ground| {
            let promise = &mut ground.promises[0];
            library(promise).descending = true;
            promise.baseline = pb::Baseline { value: Some(number("40")), ..Default::default() }.into();
            promise.targets = vec![target("2026-01-01", "2026-06-30", "-10")].into();
            report.values[0].actual = Some(number(actual));
        })
    };
    assert_eq!(declining("-5"), Rating::Green);
    assert_eq!(declining("0"), Rating::Amber);
    assert_eq!(declining("30"), Rating::Red);
}

#[test]
fn prj_23_a_target_that_equals_the_baseline_is_kept_or_not() {
    let kept = |actual: &'static str| {
        suggested("results", move |report, ground| {
            ground.promises[0].baseline =
                pb::Baseline { value: Some(number("100")), ..Default::default() }.into();
            report.values[0].actual = Some(number(actual));
        })
    };
    assert_eq!((kept("100"), kept("99")), (Rating::Green, Rating::Red));
}

#[test]
fn prj_23_what_adds_up_is_added_up_from_the_start_to_the_end_of_the_period() {
    let cumulated = |before: &'static str, own: &'static str| {
        suggested("results", move |report, ground| {
            let promise = &mut ground.promises[0];
            library(promise).time_aggregation = TimeAggregation::Sum.into();
            promise.baseline = pb::Baseline { value: Some(number("1000")), ..Default::default() }.into();
            promise.targets =
                vec![target("2025-07-01", "2025-12-31", "100"), target("2026-01-01", "2026-06-30", "100")]
                    .into();
            ground.accepted = vec![of_days("2025-07-01", "2025-12-31", before)];
            report.values[0].actual = Some(number(own));
        })
    };
    assert_eq!(cumulated("150", "40"), Rating::Green, "190 of 200");
    assert_eq!(cumulated("100", "40"), Rating::Amber, "140 of 200");
    assert_eq!(cumulated("30", "100"), Rating::Red, "130 of 200");
}

#[test]
fn les_5_a_late_change_of_an_earlier_period_flows_into_this_one() {
    let after = |before: &'static str| {
        suggested("results", move |report, ground| {
            library(&mut ground.promises[0]).time_aggregation = TimeAggregation::Sum.into();
            ground.accepted = vec![of_days("2025-07-01", "2025-12-31", before)];
            report.values[0].actual = Some(number("40"));
        })
    };
    assert_eq!((after("10"), after("30"), after("50")), (Rating::Red, Rating::Amber, Rating::Green));
}

#[test]
fn les_6_what_happens_later_carries_nothing_into_this_period() {
    let with_later = suggested("results", |report, ground| {
        library(&mut ground.promises[0]).time_aggregation = TimeAggregation::Sum.into();
        ground.accepted = vec![of_days("2026-07-01", "2026-12-31", "500")];
        report.values[0].actual = Some(number("40"));
    });
    assert_eq!(with_later, Rating::Red);
}

#[test]
fn les_2_what_is_corrected_is_not_counted_twice() {
    let (mut report, mut ground) = (report(), ground());
    ground.accepted =
        vec![of_days("2025-07-01", "2025-12-31", "10"), of_days("2026-01-01", "2026-06-30", "60")];
    report.values[0].actual = Some(number("70"));
    let steps: Vec<_> = steps(&ground.promises[0], &report, &ground);
    let values: Vec<_> = steps.iter().map(|step| step.value.clone()).collect();
    assert_eq!(values, [number("10"), number("70")], "the new value of these days, not both");
}

#[test]
fn prj_23_outcomes_are_rated_before_outputs_and_the_worst_decides() {
    let mut output = promise("o", TimeAggregation::Latest);
    output.result_level = "1".to_owned();
    let bad = |id: &str, level: &str| {
        let mut promise = promise(id, TimeAggregation::Latest);
        promise.result_level = level.to_owned();
        promise
    };
    let of = |promises: Vec<Promise>| {
        suggested("results", move |report, ground| {
            ground.promises = promises.clone();
            let value = |promise: &Promise| pb::ReportValue {
                project_indicator: promise.name.clone(),
                actual: Some(number(if promise.name.ends_with("/bad") { "10" } else { "100" })),
                ..Default::default()
            };
            report.values = promises.iter().map(value).collect::<Vec<_>>().into();
        })
    };
    let good = promise("i", TimeAggregation::Latest);
    assert_eq!(
        of(vec![good.clone(), bad("bad", "1")]),
        Rating::Green,
        "an outcome is due: outputs say nothing"
    );
    assert_eq!(of(vec![good, bad("bad", "2")]), Rating::Red);
    assert_eq!(of(vec![output, bad("bad", "1")]), Rating::Red, "no outcome is due");
    assert_eq!(of(Vec::new()), Rating::NotRated);
}

#[test]
fn prj_23_what_is_not_added_up_or_told_in_words_is_not_rated() {
    let of = |change: fn(&mut indicator::row::Model)| {
        suggested("results", move |_, ground| change(library(&mut ground.promises[0])))
    };
    assert_eq!(of(|library| library.time_aggregation = TimeAggregation::None.into()), Rating::NotRated);
    assert_eq!(of(|library| library.measure = "5".to_owned()), Rating::NotRated);
}

#[test]
fn prj_23_the_schedule_is_rated_by_what_is_late_of_the_planned_time() {
    let late = |change: fn(&mut project::row::Model)| {
        suggested("schedule", move |_, ground| change(&mut ground.project))
    };
    assert_eq!(late(|_| {}), Rating::Green);
    assert_eq!(late(|project| project.actual_start = Some(day("2026-02-15"))), Rating::Amber);
    assert_eq!(late(|project| project.actual_start = Some(day("2026-06-01"))), Rating::Red);
    let short = |project: &mut project::row::Model| project.planned_end = Some(day("2026-03-31"));
    assert_eq!(late(short), Rating::Red, "it goes on long after its end");
    assert_eq!(
        late(|project| {
            project.planned_end = Some(day("2026-03-31"));
            project.state = ProjectState::Completed.into();
            project.actual_end = Some(day("2026-03-31"));
        }),
        Rating::Green,
        "it ended when it was to end"
    );
    assert_eq!(late(|project| project.planned_end = None), Rating::NotRated);
}

#[test]
fn prj_23_the_budget_is_rated_by_what_is_overspent() {
    let of = |units: i64| {
        suggested("budget", move |report, _| {
            let (budget_line, amount) = ("l1".to_owned(), Some(euros(units)));
            report.expenditures = vec![pb::Expenditure { budget_line, amount, period: None }].into();
        })
    };
    assert_eq!((of(1000), of(1001), of(1301)), (Rating::Green, Rating::Amber, Rating::Red));
    assert_eq!(suggested("budget", |_, _| {}), Rating::NotRated, "nothing was spent");
}

#[test]
fn prj_23_inclusion_is_rated_by_the_safeguards() {
    let of = |change: fn(&mut Vec<pb::Safeguard>)| {
        suggested("inclusion", move |_, ground| change(&mut ground.project.safeguards))
    };
    assert_eq!(of(|_| {}), Rating::Green);
    assert_eq!(of(|answers| answers[2].status = pb::safeguard::Status::Planned.into()), Rating::Amber);
    assert_eq!(of(|answers| drop(answers.pop())), Rating::Red);
    assert_eq!(of(Vec::clear), Rating::NotRated, "an imported project has answered none");
}

#[test]
fn prj_23_to_say_better_than_the_figures_needs_a_reason() {
    let declare = |declared: Rating, reason: &str| {
        let mut report = report();
        report.values[0].actual = Some(number("10"));
        report.corrective_actions = vec![pb::CorrectiveAction::default()].into();
        let rating = pb::ReportRating {
            declared: declared.into(),
            override_reason: reason.to_owned(),
            ..Default::default()
        };
        report.ratings = pb::ReportRatings { results: Some(rating), ..Default::default() }.into();
        let sent = rule(submit(&mut report, &ground(), &reporter()));
        (sent, report.overall_rating.get())
    };
    assert_eq!(declare(Rating::Amber, ""), ("PRJ-23".to_owned(), Rating::Amber));
    assert_eq!(declare(Rating::NotRated, "").0, "PRJ-23", "to hide it is to say it better");
    assert_eq!(declare(Rating::Amber, "Two months are missing."), (String::new(), Rating::Amber));
    assert_eq!(declare(Rating::Red, ""), (String::new(), Rating::Red));
    assert_eq!(declare(Rating::Unspecified, ""), (String::new(), Rating::Red), "what is suggested counts");
}
