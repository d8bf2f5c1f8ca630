//! Problems as an import report tells them.

use proto::common::import_problem::Severity as Wire;
use proto::common::{ImportProblem, ImportReport};

use crate::{Problem, Severity};

/// A report lists so many problems at most; the rest is counted.
const LISTED: usize = 10_000;

/// The problems of a file, gathered while it is read.
#[derive(Debug, Default)]
pub struct Problems {
    listed: Vec<Problem>,
    left_off: i32,
    blocked: bool,
}

impl Problems {
    /// Notes what was found.
    pub fn note(&mut self, found: impl IntoIterator<Item = Problem>) {
        for problem in found {
            self.blocked |= problem.severity == Severity::Blocks;
            match self.listed.len() < LISTED {
                true => self.listed.push(problem),
                false => self.left_off += 1,
            }
        }
    }

    /// Something cannot be taken.
    pub fn blocked(&self) -> bool {
        self.blocked
    }

    /// A report of them, in French or English, with nothing done yet.
    pub fn report(self, file_name: &str, french: bool) -> ImportReport {
        let message = |problem: Problem| ImportProblem {
            severity: match problem.severity {
                Severity::Blocks => Wire::Blocks,
                Severity::Doubtful => Wire::Doubtful,
                Severity::Advice => Wire::Advice,
            }
            .into(),
            record: problem.record,
            location: problem.location,
            line: i32::try_from(problem.line).unwrap_or(i32::MAX),
            found: problem.found,
            message: if french { problem.fr } else { problem.en },
            code: problem.code.to_owned(),
        };
        ImportReport {
            file_name: file_name.to_owned(),
            problems: self.listed.into_iter().map(message).collect(),
            problems_left_off: self.left_off,
            ..ImportReport::default()
        }
    }
}
