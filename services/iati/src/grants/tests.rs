use chrono::NaiveDate;

use super::{Grant, Item, read};
use crate::item::Limits;
use crate::problem::Severity;

/// The grants of a file, and what is wrong with the file itself.
fn all(file: &[u8], limits: Limits) -> (Vec<Grant>, Vec<(&'static str, u32)>) {
    let (mut grants, mut problems) = (Vec::new(), Vec::new());
    read(file, limits, |item| {
        match item {
            Item::Grant(grant) => grants.push(*grant),
            Item::FileProblem(problem) => problems.push((problem.code, problem.line)),
        }
        true
    });
    (grants, problems)
}

fn grant(fields: &str) -> Grant {
    let sound = r#""id": "360G-a-1", "title": "T", "currency": "GBP", "amountAwarded": 1, "awardDate": "2025-01-31",
        "recipientOrganization": [{"id": "GB-CHC-1", "name": "A"}], "fundingOrganization": [{"id": "GB-CHC-2", "name": "B"}]"#;
    let file = format!("{{\"grants\":\n[{{{sound},\n{fields}}}]}}");
    let (mut grants, problems) = all(file.as_bytes(), Limits::default());
    assert_eq!((grants.len(), problems.len()), (1, 0), "{problems:?}");
    grants.remove(0)
}

/// What is wrong with a grant in which these fields are said last: how bad, where, on which line, and what stands there.
fn wrong(fields: &str) -> Vec<String> {
    let told = |problem: crate::Problem| {
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.en != problem.fr);
        assert_eq!(problem.record, "360G-a-1");
        format!(
            "{:?} {} {} {} {}",
            problem.severity, problem.code, problem.location, problem.line, problem.found
        )
    };
    grant(fields).problems.into_iter().map(told).collect()
}

#[test]
fn an_amount_is_kept_as_it_is_written() {
    for digits in ["1500", "0.10", "17759.96", "1.50e3", "-3", "123456789012345678901234567890.12"] {
        let grant = grant(&format!(r#""amountAwarded": {digits}"#));
        assert_eq!((grant.amount.as_str(), grant.problems.len()), (digits, 0));
    }
}

#[test]
fn what_is_wrong_is_told_by_its_place_in_the_json() {
    assert_eq!(
        wrong(r#""amountAwarded": "£1,500""#),
        [r#"Blocks AMOUNT_INVALID grants/0/amountAwarded 4 "£1,500""#]
    );
    assert_eq!(
        wrong(r#""awardDate": "31/01/2025""#),
        [r#"Blocks DATE_INVALID grants/0/awardDate 4 "31/01/2025""#]
    );
    assert_eq!(
        wrong("\"plannedDates\": [\n{\"startDate\": \"2025-02-30\"}]"),
        [r#"Blocks DATE_INVALID grants/0/plannedDates/0/startDate 5 "2025-02-30""#]
    );
    assert_eq!(wrong(r#""currency": null"#), ["Blocks FIELD_MISSING grants/0/currency 2 "]);
    assert_eq!(wrong(r#""title": 7"#), ["Doubtful TEXT_INVALID grants/0/title 4 7"]);
    assert_eq!(
        wrong(r#""fundingOrganization": []"#),
        ["Blocks LIST_INVALID grants/0/fundingOrganization 4 []"]
    );
    assert_eq!(
        wrong(r#""recipientOrganization": [{}]"#),
        ["Blocks ORGANISATION_UNKNOWN grants/0/recipientOrganization/0 4 {}"]
    );
    assert_eq!(
        wrong(r#""recipientOrganization": [{"id": "A 1", "name": "A"}]"#),
        ["Advice IDENTIFIER_UNKNOWN grants/0/recipientOrganization/0/id 4 A 1"]
    );
    assert_eq!(wrong(r#""plannedDates": [{"startDate": "2025-02", "endDate": "2024"}]"#).len(), 1);
    let (grants, _) = all(br#"{"grants": [{"title": "T"}, 7]}"#, Limits::default());
    let first: Vec<String> = grants[0].problems.iter().map(|problem| problem.location.clone()).collect();
    assert!(first.contains(&"grants/0/id".to_owned()), "{first:?}");
    assert_eq!(grants[1].problems[0].code, "GRANT_INVALID");
}

#[test]
fn nobodys_name_is_repeated() {
    let told = wrong(r#""recipientIndividual": {"id": "1", "name": "Jane Doe"}"#);
    assert_eq!(told, ["Blocks RECIPIENT_PERSON grants/0/recipientIndividual 4 "]);
}

#[test]
fn a_period_is_from_the_first_to_the_last_day_that_is_planned() {
    let days = |planned: &str| {
        let grant = grant(&format!(r#""plannedDates": [{planned}]"#));
        assert!(grant.problems.is_empty(), "{:?}", grant.problems);
        (grant.start.map(|day| day.to_string()), grant.end.map(|day| day.to_string()))
    };
    let said = |start: &str, end: &str| (Some(start.to_owned()), Some(end.to_owned()));
    let instant = r#"{"startDate": "2015-07-01T00:00:00+00:00", "endDate": "2016-06-30T00:00:00"}"#;
    assert_eq!(days(instant), said("2015-07-01", "2016-06-30"));
    assert_eq!(days(r#"{"startDate": "2015-07-01", "duration": 12}"#), said("2015-07-01", "2016-06-30"));
    assert_eq!(days(r#"{"startDate": "2016", "endDate": "2016-02"}"#), said("2016-01-01", "2016-02-29"));
    let two = r#"{"startDate": "2016-05", "endDate": "2017"}, {"startDate": "2015", "endDate": "2016-02"}"#;
    assert_eq!(days(two), said("2015-01-01", "2017-12-31"));
    assert_eq!(days(r#"{"startDate": "2016-05-02"}"#), (Some("2016-05-02".to_owned()), None));
    assert_eq!(days(""), (None, None));
    assert_eq!(
        grant("\"awardDate\": \"2025-01-31T23:30:00-05:00\"").awarded,
        NaiveDate::from_ymd_opt(2025, 1, 31)
    );
}

#[test]
fn what_is_no_package_is_told_so_with_its_line() {
    let told = |file: &str| all(file.as_bytes(), Limits::default()).1;
    assert_eq!(told("<html>"), [("JSON_MALFORMED", 1)]);
    assert_eq!(told("[]"), [("PACKAGE_UNKNOWN", 1)]);
    assert_eq!(told("{}"), [("PACKAGE_UNKNOWN", 1)]);
    assert_eq!(told("{\"grants\": 7}"), [("PACKAGE_UNKNOWN", 1)]);
    assert_eq!(told("{\"grants\": []}"), [("PACKAGE_EMPTY", 1)]);
    assert_eq!(told(""), [("JSON_CUT_SHORT", 1)]);
    assert_eq!(told("{\"grants\": [{},\n{}"), [("JSON_CUT_SHORT", 2)]);
    assert_eq!(told("{\"grants\": [{},\n{\"id\": oops}]}"), [("JSON_MALFORMED", 2)]);
    assert_eq!(told("{\"grants\": [{}]}\nmore"), [("JSON_MALFORMED", 2)]);
    assert_eq!(told("{\"title\": {\"deep\": [1, 2]}, \"grants\": [{}], \"version\": \"1.4\"}"), []);
}

#[test]
fn a_hostile_file_costs_little() {
    let limits = Limits { record: 1000, records: 2, total: 100_000, ..Limits::default() };
    let long = |times| format!("{{\"grants\": [{{\"id\": \"{}\"}}]}}", "x".repeat(times));
    assert_eq!(all(long(2000).as_bytes(), limits).1, [("RECORD_TOO_LARGE", 1)]);
    assert_eq!(
        all(format!("{{\"{}\": 1}}", "k".repeat(2000)).as_bytes(), limits).1,
        [("RECORD_TOO_LARGE", 1)]
    );
    assert_eq!(all(b"{\"grants\": [{}, {}, {}]}", limits).1, [("TOO_MANY_RECORDS", 1)]);
    assert_eq!(all(" ".repeat(200_000).as_bytes(), limits).1.len(), 1);
    let deep = format!("{{\"grants\": [{{\"a\": {}{}}}]}}", "[".repeat(400), "]".repeat(400));
    assert_eq!(all(deep.as_bytes(), limits).0.len(), 1, "what nobody reads may be as deep as it likes");
}

#[test]
fn reading_ends_when_nobody_listens() {
    let mut seen = 0;
    read(&b"{\"grants\": [{}, {}, {}, nonsense"[..], Limits::default(), |_| {
        seen += 1;
        seen < 2
    });
    assert_eq!(seen, 2);
}

#[test]
fn a_packed_file_is_read_too() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, b"\xEF\xBB\xBF{\"grants\": [{\"id\": \"1\"}]}").unwrap();
    let (grants, problems) = all(&packed.finish().unwrap(), Limits::default());
    assert_eq!((grants.len(), grants[0].id.as_str(), problems.len()), (1, "1", 0));
    assert!(
        grants[0].is_blocked() && grants[0].problems.iter().any(|one| one.severity == Severity::Doubtful)
    );
}
