use std::collections::BTreeSet;
use std::fs::File;

use super::*;
use crate::project::reading::survey_of;
use crate::project::rules::gaps;

/// 2026-11-23T12:00:00Z.
pub(crate) const NOW: Micros = Micros(1_795_435_200_000_000);

pub(crate) fn shared(name: &str) -> File {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iati-activities/");
    File::open(format!("{path}{name}")).unwrap()
}

fn read(inside: &str) -> Reading {
    let raw = format!(
        "<iati-activity xml:lang=\"en\" default-currency=\"EUR\"><iati-identifier>FR-1-A</iati-identifier>\
         <reporting-org ref=\"FR-RCS-552081317\" type=\"22\"><narrative>One</narrative></reporting-org>{inside}</iati-activity>"
    );
    of(&Activity::read(raw, 1).unwrap(), NOW)
}

fn found(inside: &str) -> Found {
    read(&format!("<title><narrative>Title</narrative></title>{inside}")).found.unwrap()
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.code).collect()
}

fn partners(found: &Found) -> HashMap<String, String> {
    let keys = [&found.lead].into_iter().chain(found.participants.iter().map(|(key, _)| key));
    keys.enumerate().map(|(index, key)| (key.clone(), format!("partners/p{index}"))).collect()
}

/// What a file comes to: records taken and refused, distinct organisations, participants, budget lines of so many
/// budgets, SDG targets, countries, and parts of something.
#[derive(Debug, Default, PartialEq)]
struct Sum {
    taken: usize,
    refused: i32,
    organisations: usize,
    participants: usize,
    budget_lines: (usize, usize),
    sdg_targets: usize,
    countries: usize,
    parts: usize,
    doubts: BTreeMap<&'static str, usize>,
}

fn sum(file: &str) -> Sum {
    let survey = survey_of(shared(file), NOW);
    let mut sum =
        Sum { refused: survey.refused, organisations: survey.organisations.len(), ..Sum::default() };
    for item in iati::Reader::new(shared(file)) {
        let iati::Item::Activity(activity) = item else { continue };
        let reading = of(&activity, NOW);
        for problem in &reading.problems {
            *sum.doubts.entry(problem.code).or_default() += 1;
        }
        let Some(found) = reading.found.filter(|_| !activity.is_blocked()) else { continue };
        sum.taken += 1;
        sum.participants += found.participants.len();
        sum.budget_lines.0 += found.budget_lines.len();
        sum.budget_lines.1 += activity.budgets.len();
        sum.sdg_targets += found.sdg_targets.len();
        sum.countries += found.country_codes.len();
        sum.parts += usize::from(!found.parent.is_empty());
        let project = create(&found, &partners(&found), NOW);
        assert!(project.lead_partner.starts_with("partners/") && !project.title.translations.is_empty());
        assert!(gaps(&project).is_empty() == rules::TERMINAL.contains(&project.state.get()));
    }
    sum
}

#[test]
fn real_files_come_to_so_much() {
    let doubts = |codes: &[(&'static str, usize)]| codes.iter().copied().collect();
    assert_eq!(
        sum("acf-spain-philippines-2018.xml"),
        Sum {
            taken: 6,
            organisations: 5,
            participants: 15,
            budget_lines: (6, 6),
            countries: 6,
            ..Sum::default()
        }
    );
    assert_eq!(
        sum("belgium-dgd-2021-extract.xml"),
        Sum { taken: 3, refused: 1, organisations: 2, participants: 6, ..Sum::default() }
    );
    // Each budget is given twice, original and revised: it counts once.
    assert_eq!(
        sum("worldbank-el-salvador-2025-04.xml"),
        Sum {
            taken: 13,
            organisations: 33,
            participants: 58,
            budget_lines: (1055, 2110),
            countries: 13,
            doubts: doubts(&[("DATE_IN_FUTURE", 3), ("VALUE_NOT_A_NUMBER", 90)]),
            ..Sum::default()
        }
    );
    assert_eq!(
        sum("usaid-asia-region-2025-04.xml"),
        Sum { taken: 108, organisations: 70, participants: 432, ..Sum::default() }
    );
    assert_eq!(
        sum("unhcr-2023.xml.gz"),
        Sum {
            taken: 134,
            organisations: 134,
            participants: 2573,
            budget_lines: (369, 416),
            countries: 105,
            parts: 133,
            ..Sum::default()
        }
    );
    assert_eq!(
        sum("caf-2025-10-10.xml"),
        Sum { taken: 478, organisations: 268, participants: 478, countries: 466, ..Sum::default() }
    );
    assert_eq!(
        sum("multi-publisher-covid19.xml"),
        Sum {
            taken: 401,
            organisations: 324,
            participants: 1333,
            budget_lines: (367, 368),
            sdg_targets: 264,
            countries: 329,
            parts: 66,
            doubts: doubts(&[("AMOUNT_INVALID", 22), ("DATE_ORDER", 3), ("TEXT_TOO_LONG", 1)]),
            ..Sum::default()
        }
    );
}

#[test]
fn bey_8_a_project_is_in_the_state_it_has_in_the_world() {
    for (status, state) in [
        ("1", State::Draft),
        ("2", State::Active),
        ("3", State::Completed),
        ("4", State::Closed),
        ("5", State::Cancelled),
        ("6", State::Suspended),
        ("9", State::Draft),
    ] {
        let found = found(&format!("<activity-status code=\"{status}\"/>"));
        let project = create(&found, &partners(&found), NOW);
        assert_eq!((project.state.get(), project.origin.get()), (state, Origin::Imported));
    }
}

#[test]
fn texts_are_kept_in_every_language_and_cleaned() {
    let long = "é".repeat(text::LONGEST + 5);
    let reading = read(&format!(
        "<title><narrative>One</narrative><narrative xml:lang=\"FR\">Un</narrative><narrative xml:lang=\"x!\">?</narrative></title>\
         <description type=\"2\"><narrative>Objectives</narrative></description>\
         <description type=\"1\"><narrative>{long}</narrative></description>"
    ));
    assert_eq!(codes(&reading), ["TEXT_TOO_LONG"]);
    let found = reading.found.unwrap();
    assert_eq!(found.title.default_language_code, "en");
    assert_eq!(found.title.translations["fr"].text, "Un");
    assert_eq!(found.summary.translations["en"].text.chars().count(), text::LONGEST);
}

#[test]
fn a_description_stands_for_a_missing_title() {
    let reading = read(&format!(
        "<description type=\"2\"><narrative>{}</narrative></description>",
        "word ".repeat(100)
    ));
    let title = reading.found.unwrap().title;
    assert_eq!(title.translations["en"].text.chars().count(), 199);
    assert!(read("").found.is_none());
}

#[test]
fn amounts_are_exact_or_left_out() {
    let budget = |kind: &str, start: &str, value: &str| {
        format!(
            "<budget type=\"{kind}\"><period-start iso-date=\"{start}\"/><period-end iso-date=\"2026-12-31\"/>\
             <value value-date=\"2026-01-01\">{value}</value></budget>"
        )
    };
    let inside = [
        budget("1", "2026-01-01", "100.50"),
        budget("2", "2026-01-01", "200"),
        budget("1", "2026-07-01", "33.333"),
        budget("1", "2027-07-01", "-7.00"),
    ];
    let reading = read(&format!("<title><narrative>T</narrative></title>{}", inside.concat()));
    assert_eq!(codes(&reading), ["AMOUNT_INVALID"]);
    let lines = reading.found.unwrap().budget_lines;
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.as_ref().unwrap().minor_units).collect();
    assert_eq!(amounts, [20_000, -700]);
    assert!(
        lines[0].period.is_some() && lines[1].period.is_none(),
        "a period that ends before it begins is none"
    );
    assert!(lines.iter().all(|line| line.source.is_empty()));
}

#[test]
fn days_that_cannot_be_are_left_out() {
    let reading = read(
        "<title><narrative>T</narrative></title><activity-date type=\"1\" iso-date=\"2026-02-01\"/>\
         <activity-date type=\"3\" iso-date=\"2026-01-01\"/><activity-date type=\"2\" iso-date=\"2026-11-23\"/>\
         <activity-date type=\"4\" iso-date=\"2026-11-24\"/>",
    );
    assert_eq!(codes(&reading), ["DATE_ORDER", "DATE_IN_FUTURE"]);
    let found = reading.found.unwrap();
    assert_eq!((found.planned_start, found.planned_end), (Day::parse("2026-02-01"), None));
    assert_eq!((found.actual_start, found.actual_end), (Day::parse("2026-11-23"), None));
}

#[test]
fn targets_come_from_tags_and_sectors() {
    let found = found(
        "<sector vocabulary=\"8\" code=\"11.3\"/><sector vocabulary=\"7\" code=\"4\"/>\
         <tag vocabulary=\"3\" code=\"11.A\"/><tag vocabulary=\"3\" code=\"99.9\"/><tag vocabulary=\"2\" code=\"4\"/>",
    );
    assert_eq!(found.sdg_targets, ["11.3", "11.a"]);
}

#[test]
fn an_activity_that_nobody_answers_for_cannot_be_taken() {
    let raw = "<iati-activity xml:lang=\"en\"><iati-identifier>A</iati-identifier><reporting-org ref=\" \"/>\
               <title><narrative>T</narrative></title></iati-activity>";
    let reading = of(&Activity::read(raw.to_owned(), 1).unwrap(), NOW);
    assert!(reading.found.is_none());
    assert_eq!(codes(&reading), ["REPORTING_ORG_UNKNOWN"]);
    assert_eq!(reading.problems[0].severity, Severity::Blocks);
}

#[test]
fn organisations_are_told_apart_by_what_is_written() {
    let found = found(
        "<participating-org role=\"1\" ref=\"GB-CHC-202918\"><narrative>Oxfam</narrative></participating-org>\
         <participating-org role=\"4\" ref=\"GB-CHC-202918\"><narrative>Oxfam</narrative></participating-org>\
         <participating-org role=\"4\" ref=\"GB-CHC-202918\"><narrative>Oxfam</narrative></participating-org>\
         <participating-org role=\"4\"/><participating-org role=\"4\"><narrative>Nobody knows</narrative></participating-org>",
    );
    let keys: BTreeSet<_> = found.participants.iter().map(|(key, _)| key).collect();
    assert_eq!((found.participants.len(), keys.len()), (3, 2));
    let project = create(&found, &partners(&found), NOW);
    assert_eq!(project.participants.len(), 3);
}
