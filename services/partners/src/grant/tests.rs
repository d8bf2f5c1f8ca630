use iati::grants::Grant;
use proto::common::import_problem::Severity;

use super::as_found::amount;
use super::survey::Survey;

fn of(digits: &str, currency: &str) -> Result<i64, &'static str> {
    let grant = Grant { amount: digits.to_owned(), currency: currency.to_owned(), ..Grant::default() };
    match amount(&grant) {
        Ok(money) => Ok(money.map_or(0, |money| money.minor_units)),
        Err(problem) => Err(problem.code),
    }
}

#[test]
fn an_amount_is_exact_in_the_minor_units_of_its_currency() {
    assert_eq!(of("17759.96", "GBP"), Ok(1_775_996));
    assert_eq!(of("0.10", "GBP"), Ok(10));
    assert_eq!(of("15000", "XOF"), Ok(15_000), "a franc has no cents");
    assert_eq!(of("15000.00", "JPY"), Ok(15_000), "zeros say nothing");
    assert_eq!(of("1.234", "TND"), Ok(1234));
    assert_eq!(of("90071992547409.93", "GBP"), Ok(9_007_199_254_740_993), "no float can hold it");
    for (written, units) in
        [("1.5e3", 150_000), ("1E2", 10_000), ("150e-2", 150), ("12.345e1", 12_345), ("1e-2", 1)]
    {
        assert_eq!(of(written, "GBP"), Ok(units), "{written}");
    }
    assert_eq!((of("0", "GBP"), of("-0.00", "GBP"), of("0e5", "GBP")), (Ok(0), Ok(0), Ok(0)));
}

#[test]
fn an_amount_that_cannot_be_kept_exactly_is_refused() {
    assert_eq!(of("10.005", "GBP"), Err("AMOUNT_TOO_FINE"));
    assert_eq!(of("17759.959999999999", "GBP"), Err("AMOUNT_TOO_FINE"));
    assert_eq!(of("10.5", "XOF"), Err("AMOUNT_TOO_FINE"));
    assert_eq!(of("1e-3", "GBP"), Err("AMOUNT_TOO_FINE"));
    assert_eq!(of("-1", "GBP"), Err("AMOUNT_NEGATIVE"));
    assert_eq!(of("99999999999999999999", "GBP"), Err("AMOUNT_TOO_LARGE"));
    assert_eq!(of("1e999999999", "GBP"), Err("AMOUNT_TOO_LARGE"));
    for none in ["", "gbp", "£", "XXX"] {
        assert_eq!(of("1", none), Err("CURRENCY_UNKNOWN"), "{none}");
    }
}

fn grant(id: &str, recipient: &str, rest: &str) -> String {
    format!(
        r#"{{"id": "{id}", "title": "T", "currency": "GBP", "amountAwarded": 5, "awardDate": "2025-01-31",
        "recipientOrganization": [{{"id": "{recipient}", "name": "R"}}],
        "fundingOrganization": [{{"id": "GB-CHC-2", "name": "F"}}]{rest}}}"#
    )
}

fn surveyed(grants: &[String]) -> (Survey, Vec<String>) {
    let file = format!("{{\"grants\": [{}]}}", grants.join(",\n"));
    let mut survey = Survey::of(file.as_bytes());
    let told = std::mem::take(&mut survey.problems).report("", false).problems;
    let told = told.into_iter().map(|problem| {
        let bad = if problem.severity == i32::from(Severity::Blocks) { "blocks" } else { "notes" };
        format!(
            "{bad} {} {} {} {} {}",
            problem.code, problem.record, problem.location, problem.line, problem.found
        )
    });
    let told = told.collect();
    (survey, told)
}

#[test]
fn a_survey_knows_who_gives_to_whom_and_until_when() {
    let planned = |start: &str, end: &str| {
        format!(r#", "plannedDates": [{{"startDate": "{start}", "endDate": "{end}"}}]"#)
    };
    let (survey, told) = surveyed(&[
        grant("a", "GB-CHC-1", &planned("2025-03-01", "2026-02-28")),
        grant("b", "GB-CHC-1", &planned("2024-03-01", "2025-02-28")),
        grant("c", "GB-CHC-3", ""),
    ]);
    assert_eq!((told.len(), survey.refused, survey.organisations.len(), survey.pairs.len()), (0, 0, 3, 2));
    let mut spans: Vec<(String, String)> = survey
        .pairs
        .values()
        .map(|span| {
            let told = |day: Option<chassis::column::Day>| day.map(|day| day.to_string()).unwrap_or_default();
            (told(span.first), told(span.last))
        })
        .collect();
    spans.sort();
    assert_eq!(spans[0], ("2024-03-01".to_owned(), "2026-02-28".to_owned()));
    assert_eq!(
        spans[1],
        ("2025-01-31".to_owned(), String::new()),
        "awarded then, and nobody says until when"
    );
}

#[test]
fn what_is_wrong_with_a_grant_names_its_place_and_keeps_it_out() {
    let other = |field: &str| format!(", {field}");
    let (survey, told) = surveyed(&[
        grant("a", "GB-CHC-1", ""),
        grant("a", "GB-CHC-1", ""),
        grant("b", "GB-CHC-1", &other(r#""currency": "POUNDS""#)),
        grant("c", "GB-CHC-1", &other(r#""amountAwarded": 1.005"#)),
        grant("d", "GB-CHC-1", &other(r#""amountAwarded": 0"#)),
        grant("e", "GB-CHC-1", &other(r#""recipientIndividual": {"name": "Jane Doe"}"#)),
        grant("f", "GB-CHC-1", &other(r#""fundingOrganization": [{"id": "GB-CHC-2"}, {"id": "GB-CHC-5"}]"#)),
    ]);
    assert_eq!(
        told,
        [
            "blocks DUPLICATE_IDENTIFIER a grants/1/id 4 a",
            "blocks CURRENCY_UNKNOWN b grants/2/currency 9 POUNDS",
            "blocks AMOUNT_TOO_FINE c grants/3/amountAwarded 12 1.005",
            "notes AMOUNT_ZERO d grants/4/amountAwarded 15 0",
            "blocks RECIPIENT_PERSON e grants/5/recipientIndividual 18 ",
            "notes SEVERAL_ORGANISATIONS f grants/6/fundingOrganization 21 ",
        ]
    );
    assert_eq!((survey.refused, survey.pairs.len()), (4, 2));
}
