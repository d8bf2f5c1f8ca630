//! The official rules of the standard beyond its schema: the ruleset, and which codes stand on which list. They give the
//! verdicts of the official validator.

mod cases;
mod dates;
mod kinds;
mod lists;

use chrono::{DateTime, Utc};

use crate::activity::Activity;
use crate::organisation::Organisation;
use crate::problem::{Problem, Severity, shortened};
use crate::tree::Tree;
use cases::RULESET;

pub use lists::{codes_of_activity, codes_of_organisation};

/// What a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number of the rule: `8.9.2`.
    pub rule: &'static str,
    /// Whether the rule is an error; a warning otherwise.
    pub error: bool,
    /// Elements and attribute below the record.
    pub location: String,
    /// Lines of the record before it.
    pub line: u32,
    /// What stands there, shortened.
    pub found: String,
    /// A stable word for programs: `RULE_8_9_2`.
    pub code: &'static str,
    /// What the rule asks for, in English.
    pub en: String,
    /// The same in French.
    pub fr: String,
}

/// What an activity breaks of the ruleset. Whether identifiers are unique in a file is for its reader to see (1.1.2).
#[must_use]
pub fn of_activity(raw: &str, now: DateTime<Utc>) -> Vec<Finding> {
    check(raw, "iati-activities", now)
}

/// What an organisation breaks of the ruleset.
#[must_use]
pub fn of_organisation(raw: &str, now: DateTime<Utc>) -> Vec<Finding> {
    check(raw, "iati-organisations", now)
}

fn check(raw: &str, root: &'static str, now: DateTime<Utc>) -> Vec<Finding> {
    let Some(tree) = Tree::of(raw, root) else { return Vec::new() };
    RULESET.check(&tree, now)
}

/// What the reader says in words of its own: shares that do not add up, registers, texts that are missing.
const TOLD: [&str; 7] = ["2.1.2", "3.1.2", "1.14.8", "1.18.8", "4.3.1", "4.4.1", "4.1.1"];

impl Activity {
    /// What the official ruleset says of it that the reader has not said.
    #[must_use]
    pub fn advice(&self, now: DateTime<Utc>) -> Vec<Problem> {
        told(of_activity(&self.raw, now), &self.identifier, self.line)
    }
}

impl Organisation {
    /// What the official ruleset says of it that the reader has not said.
    #[must_use]
    pub fn advice(&self, now: DateTime<Utc>) -> Vec<Problem> {
        if self.raw.starts_with('<') {
            told(of_organisation(&self.raw, now), &self.identifier, self.line)
        } else {
            Vec::new() // an entry of the Registry is no record of the standard
        }
    }
}

fn told(findings: Vec<Finding>, record: &str, line: u32) -> Vec<Problem> {
    let new = findings.into_iter().filter(|finding| !TOLD.contains(&finding.rule));
    let problem = |finding: Finding| Problem {
        severity: if finding.error { Severity::Doubtful } else { Severity::Advice },
        record: record.to_owned(),
        location: finding.location,
        line: line.saturating_add(finding.line),
        found: shortened(&finding.found),
        code: finding.code,
        en: finding.en,
        fr: finding.fr,
    };
    new.map(problem).collect()
}

#[cfg(test)]
mod tests;
