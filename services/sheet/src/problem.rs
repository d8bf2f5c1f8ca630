//! What is wrong with a spreadsheet, by cell; and the same problem in several cells, said once.

use std::collections::BTreeMap;

use chassis::say::{Language, Text};
use proto::common::import_problem::Severity;
use proto::common::{ImportProblem, ProblemGroup};

/// A cell of the file, rows and columns from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sheet.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// As people see it: `Report!E14`.
    pub fn shown(&self) -> String {
        crate::place(&self.sheet, self.row, self.column)
    }
}

/// Something that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word for programs.
    pub code: &'static str,
    /// The cell; none of the whole file.
    pub place: Option<Place>,
    /// The row's key.
    pub record: String,
    /// What stands there.
    pub found: String,
    /// What is wrong, and what to do.
    pub why: Text,
}

/// Problems listed, at most: more than anyone reads.
const MOST: usize = 5000;

/// All that was found.
#[derive(Clone, Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Notes what is wrong, once.
    pub fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: Option<Place>,
        record: &str,
        found: &str,
        why: Text,
    ) {
        let problem =
            Problem { severity, code, place, record: record.to_owned(), found: found.to_owned(), why };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Something keeps the file from being taken whole: it must be corrected, or confirmed by a comment.
    pub fn hold_back(&self) -> bool {
        self.0.iter().any(|problem| problem.severity != Severity::Advice)
    }

    /// Something cannot be taken.
    pub fn blocked(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Blocks)
    }

    /// Those for the report, in the order of the file, and how many more there are.
    pub fn listed(&mut self, language: Language) -> (Vec<ImportProblem>, i32) {
        self.0.sort_by(|one, other| (&one.place, one.code).cmp(&(&other.place, other.code)));
        let listed = self.0.iter().take(MOST).map(|problem| ImportProblem {
            severity: problem.severity.into(),
            record: problem.record.clone(),
            location: problem.place.as_ref().map(Place::shown).unwrap_or_default(),
            line: problem.place.as_ref().map_or(0, |place| i32::try_from(place.row + 1).unwrap_or(i32::MAX)),
            found: problem.found.clone(),
            message: problem.why.in_language(language).to_owned(),
            code: problem.code.to_owned(),
        });
        let listed: Vec<ImportProblem> = listed.collect();
        let left = i32::try_from(self.0.len() - listed.len()).unwrap_or(i32::MAX);
        (listed, left)
    }

    /// The same problem in several cells, the worst first.
    pub fn groups(&self, language: Language) -> Vec<ProblemGroup> {
        let mut groups: BTreeMap<(i32, &str, &str), Vec<String>> = BTreeMap::new();
        for problem in &self.0 {
            let key = (problem.severity.into(), problem.code, problem.why.in_language(language));
            groups.entry(key).or_default().extend(problem.place.as_ref().map(Place::shown));
        }
        let group = |((severity, code, message), locations): ((i32, &str, &str), Vec<String>)| ProblemGroup {
            code: code.to_owned(),
            message: message.to_owned(),
            severity,
            locations,
        };
        groups.into_iter().map(group).collect()
    }
}
