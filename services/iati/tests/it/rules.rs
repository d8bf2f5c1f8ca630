//! The verdicts of the official validator on published files, as saved beside them.

use std::collections::BTreeMap;
use std::io::Read;

use crate::common::shared;
use iati::{Item, Reader, rules};

/// Where we differ: the rule, and why.
const DIFFERENT: [(&str, &str); 1] = [(
    "3.7.1",
    "its `then` is a path: the validator takes a path that leads nowhere for true, XPath for false, as the rule means it",
)];

type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// By record, by rule, how often. What concerns the file stands under `file`.
fn ours(path: &str) -> Counts {
    let now = "2026-11-23T12:00:00Z".parse().expect("a moment");
    let mut counts = Counts::new();
    let mut note = |record: &str, rule: &str| {
        *counts.entry(record.to_owned()).or_default().entry(rule.to_owned()).or_default() += 1;
    };
    let mut repeated = false;
    for item in Reader::new(shared(path)) {
        let (record, findings) = match item {
            Item::Activity(activity) => {
                repeated |= activity.problems.iter().any(|problem| problem.code == "DUPLICATE_IDENTIFIER");
                let raw = &activity.raw;
                let findings = [rules::of_activity(raw, now), rules::codes_of_activity(raw)].concat();
                (activity.identifier, findings)
            }
            Item::Organisation(organisation) => {
                let raw = &organisation.raw;
                let findings = [rules::of_organisation(raw, now), rules::codes_of_organisation(raw)].concat();
                (organisation.identifier, findings)
            }
            Item::FileProblem(problem) => panic!("{problem}"),
        };
        for finding in findings {
            assert!(!finding.en.is_empty() && finding.en != finding.fr);
            if !DIFFERENT.iter().any(|(rule, _)| *rule == finding.rule) {
                note(&record, finding.rule);
            }
        }
    }
    if repeated {
        note("file", "1.1.2");
    }
    counts
}

fn theirs(folder: &str) -> BTreeMap<String, Counts> {
    let mut text = String::new();
    let path = format!("{folder}/official-validator-baseline.json");
    shared(&path).read_to_string(&mut text).expect("a text");
    let saved: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let files = saved["results"].as_array().expect("results");
    files
        .iter()
        .map(|file| {
            let counts = serde_json::from_value(file["by_identifier"].clone()).expect("counts");
            (file["file"].as_str().expect("a name").to_owned(), counts)
        })
        .collect()
}

#[test]
fn the_verdicts_are_those_of_the_official_validator() {
    let mut differences = Vec::new();
    let mut files = 0;
    for folder in ["iati-activities", "iati-organisations"] {
        for (file, expected) in theirs(folder) {
            files += 1;
            let packed = if file.starts_with("unhcr") { ".gz" } else { "" };
            let found = ours(&format!("{folder}/{file}{packed}"));
            for record in expected.keys().chain(found.keys()) {
                let (expected, found) = (expected.get(record), found.get(record));
                if expected != found {
                    differences.push(format!("{file} {record}: theirs {expected:?}, ours {found:?}"));
                }
            }
        }
    }
    differences.sort();
    differences.dedup();
    assert!(differences.is_empty(), "{}:\n{}", differences.len(), differences.join("\n"));
    assert_eq!(files, 11);
}
