//! The figures of a report.

use proto::common::DateRange;

use super::*;

fn wrong(change: impl Fn(&mut pb::Report)) -> String {
    let mut draft = draft();
    change(&mut draft);
    rule(update(&mut report(), &draft, &ground()))
}

fn sent(change: impl Fn(&mut Model), ground: &Ground) -> String {
    let mut report = report();
    change(&mut report);
    rule(submit(&mut report, ground, &reporter()))
}

#[test]
fn every_wrong_field_is_named() {
    let all = wrong(|draft| {
        draft.values = vec![
            pb::ReportValue { project_indicator: "projects/p/projectIndicators/x".to_owned(), ..value("1") },
            pb::ReportValue { actual: Some(measure::ratio(1.into(), 2.into())), ..value("1") },
            value("2"),
        ];
        draft.sections =
            vec![pb::ReportSection { partner: "partners/other".to_owned(), ..Default::default() }];
        draft.expenditures = vec![pb::Expenditure { budget_line: "l9".to_owned(), ..Default::default() }];
        draft.corrective_actions = vec![pb::CorrectiveAction::default()];
    });
    assert_eq!(
        all,
        "report.values[0].project_indicator report.values[1].actual report.values[2].project_indicator \
         report.sections[0].partner report.sections[0].text \
         report.expenditures[0].budget_line report.expenditures[0].amount \
         report.corrective_actions[0].text report.corrective_actions[0].owner report.corrective_actions[0].due_date"
    );
}

#[test]
fn prj_18_each_indicator_that_is_due_has_a_value_or_a_reason() {
    let silent = |report: &mut Model| report.values = Vec::new().into();
    assert_eq!(sent(silent, &ground()), "PRJ-18");
    let explained = |report: &mut Model| {
        report.values = vec![pb::ReportValue {
            actual: None,
            no_value_reason: "The survey is late.".to_owned(),
            ..value("0")
        }]
        .into();
    };
    assert_eq!(sent(explained, &ground()), "");
    let mut later = ground();
    later.promises[0].targets = vec![target("2026-07-01", "2026-12-31", "100")].into();
    assert_eq!(sent(silent, &later), "", "nothing is due in this period");
    let mut computed = ground();
    library(&mut computed.promises[0]).source = Source::System.into();
    assert_eq!(sent(silent, &computed), "", "the registry says it");
}

#[test]
fn les_1_a_reported_zero_is_a_value() {
    let mut ground = ground();
    ground.promises[0].result_level = "1".to_owned();
    let mut report =
        create("r", &pb::Report { values: vec![value("0")], ..draft() }, &ground, &reporter()).unwrap();
    assert_eq!(report.values[0].actual, Some(number("0")));
    report.corrective_actions = vec![pb::CorrectiveAction::default()].into();
    assert_eq!(rule(submit(&mut report, &ground, &reporter())), "", "0 answers what is due");
}

#[test]
fn prj_19_parts_add_up_to_their_whole() {
    let cell = |code: &str, digits: &str| pb::Cell {
        coordinates: vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() }],
        value: Some(number(digits)),
        suppressed: false,
    };
    let of = |female: &'static str| {
        move |report: &mut Model| {
            report.values[0].cells = vec![cell("FEMALE", female), cell("MALE", "40")];
        }
    };
    assert_eq!(sent(of("50"), &ground()), "PRJ-19");
    assert_eq!(sent(of("55"), &ground()), "");
}

#[test]
fn prj_20_what_the_registry_computes_is_not_sent() {
    let mut ground = ground();
    library(&mut ground.promises[0]).source = Source::System.into();
    let sent = update(&mut report(), &draft(), &ground);
    assert_eq!(rule(sent), "report.values[0].project_indicator");
}

#[test]
fn prj_21_effects_and_red_are_proven_and_what_goes_badly_is_acted_on() {
    let unproven = |report: &mut Model| report.evidence = Vec::new().into();
    assert_eq!(sent(unproven, &ground()), "PRJ-21");
    let mut output = ground();
    output.promises[0].result_level = "1".to_owned();
    assert_eq!(sent(unproven, &output), "", "what was made needs no proof");
    let shown_by_a_partner = |report: &mut Model| {
        report.evidence = Vec::new().into();
        let (partner, text) = (HELPER.to_owned(), Some(text("We helped.")));
        report.sections = vec![pb::ReportSection { partner, text, evidence: vec![proof()] }].into();
    };
    assert_eq!(sent(shown_by_a_partner, &ground()), "");
    let behind = |report: &mut Model| report.values[0].actual = Some(number("80"));
    assert_eq!(sent(behind, &output), "PRJ-21", "amber needs a corrective action");
    let acted = |report: &mut Model| {
        behind(report);
        report.corrective_actions = vec![pb::CorrectiveAction::default()].into();
    };
    assert_eq!(sent(acted, &output), "");
    let red = |report: &mut Model| {
        acted(report);
        report.values[0].actual = Some(number("10"));
        report.evidence = Vec::new().into();
    };
    assert_eq!(sent(red, &output), "PRJ-21", "red needs evidence");
}

#[test]
fn prj_22_money_is_spent_on_a_line_of_the_budget_in_its_currency_within_the_period() {
    let spent = |amount, start: &str, end: &str| {
        let date = |text| Some(day(text).to_date());
        let period = Some(DateRange { start_date: date(start), end_date: date(end) });
        let (budget_line, amount) = ("l1".to_owned(), Some(amount));
        wrong(move |draft| {
            draft.expenditures =
                vec![pb::Expenditure { budget_line: budget_line.clone(), amount: amount.clone(), period }];
        })
    };
    assert_eq!(spent(euros(10), "2026-01-01", "2026-06-30"), "");
    assert_eq!(spent(euros(10), "2025-12-31", "2026-06-30"), "report.expenditures[0].period");
    assert_eq!(spent(euros(10), "2026-01-01", "2026-07-01"), "report.expenditures[0].period");
    let francs = Money { currency_code: "XOF".to_owned(), minor_units: 10 };
    assert_eq!(spent(francs, "2026-01-01", "2026-06-30"), "report.expenditures[0].amount.currency_code");
}

#[test]
fn prj_22_an_overspent_budget_is_not_green() {
    let spend = |units: i64, declared: Rating| {
        move |report: &mut Model| {
            let (budget_line, amount) = ("l1".to_owned(), Some(euros(units)));
            report.expenditures = vec![pb::Expenditure { budget_line, amount, period: None }].into();
            let rating = pb::ReportRating {
                declared: declared.into(),
                override_reason: "It will be paid back.".to_owned(),
                ..Default::default()
            };
            report.ratings = pb::ReportRatings { budget: Some(rating), ..Default::default() }.into();
            report.corrective_actions = vec![pb::CorrectiveAction::default()].into();
        }
    };
    assert_eq!(sent(spend(1000, Rating::Green), &ground()), "");
    assert_eq!(sent(spend(1001, Rating::Green), &ground()), "PRJ-22");
    assert_eq!(sent(spend(1001, Rating::Amber), &ground()), "");
    let mut before = report();
    (before.period_start, before.period_end) = (day("2025-07-01"), day("2025-12-31"));
    spend(600, Rating::Green)(&mut before);
    let cumulated = Ground { accepted: vec![before], ..ground() };
    assert_eq!(sent(spend(500, Rating::Green), &cumulated), "PRJ-22", "what was spent before counts too");
}

#[test]
fn the_story_says_what_was_done() {
    assert_eq!(sent(|report| report.narrative = Default::default(), &ground()), "REPORT_FIELDS");
}
