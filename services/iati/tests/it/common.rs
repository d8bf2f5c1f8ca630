//! Reading published files in tests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use iati::{Activity, Item, Organisation, Problem, Reader};

/// The codes of what XSD validation would say.
pub(crate) const SCHEMA_CODES: [&str; 17] = [
    "ATTRIBUTE_MISSING",
    "ATTRIBUTE_UNKNOWN",
    "ELEMENT_MISSING",
    "ELEMENT_UNKNOWN",
    "ELEMENT_REPEATED",
    "ELEMENT_ORDER",
    "TEXT_UNEXPECTED",
    "TRANSACTION_OLD_FORM",
    "TOKEN_INVALID",
    "LANGUAGE_INVALID",
    "ADDRESS_INVALID",
    "BOOLEAN_INVALID",
    "DATE_INVALID",
    "DATE_TIME_INVALID",
    "NUMBER_INVALID",
    "VERSION_MISSING",
    "FILE_WITHOUT_RECORDS",
];

/// Everything a file gave.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) activities: Vec<Activity>,
    pub(crate) organisations: Vec<Organisation>,
    /// Of the records and of the file.
    pub(crate) problems: Vec<Problem>,
    /// Of the file.
    pub(crate) file: Vec<Problem>,
}

impl Found {
    /// How many problems have a code, by location.
    pub(crate) fn counts(&self, codes: &[&str]) -> BTreeMap<(&'static str, &str), usize> {
        let mut counts = BTreeMap::new();
        for problem in self.problems.iter().filter(|problem| codes.contains(&problem.code)) {
            *counts.entry((problem.code, problem.location.as_str())).or_default() += 1;
        }
        counts
    }
}

/// A file of the shared data.
pub(crate) fn shared(path: &str) -> File {
    let path = format!("{}/../../../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a source to its end.
pub(crate) fn read(source: impl Read) -> Found {
    collect(Reader::new(source))
}

/// Collects what a reader gives.
pub(crate) fn collect(reader: Reader<impl Read>) -> Found {
    let mut found = Found::default();
    for item in reader {
        match item {
            Item::Activity(activity) => {
                found.problems.extend(activity.problems.iter().cloned());
                found.activities.push(*activity);
            }
            Item::Organisation(organisation) => {
                found.problems.extend(organisation.problems.iter().cloned());
                found.organisations.push(*organisation);
            }
            Item::FileProblem(problem) => {
                found.problems.push(problem.clone());
                found.file.push(problem);
            }
        }
    }
    found
}
