//! The fields of a record, and what is wrong with each.

use std::collections::BTreeMap;

use super::Node;
use super::told::{missing, no_object, no_text};
use crate::problem::{Problem, Severity};

/// Where a field stands: its path in the JSON, and its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// `grants/12/amountAwarded`.
    pub path: String,
    /// From 1.
    pub line: u32,
}

impl Field {
    /// A problem of a field that stands here, or that is missing from the record that stands here.
    #[must_use]
    pub fn problem(
        &self,
        field: &str,
        severity: Severity,
        code: &'static str,
        found: &str,
        (en, fr): (String, String),
    ) -> Problem {
        let is_it = self.path.rsplit('/').next() == Some(field);
        let location = if is_it { self.path.clone() } else { format!("{}/{field}", self.path) };
        Problem::new(severity, code, self.line, en, fr).at(location).found(found)
    }
}

/// Where the fields of a record stand, by their names.
pub(crate) fn places(fields: &BTreeMap<String, Node<'_>>) -> BTreeMap<String, Field> {
    let place = |node: &Node<'_>| Field { path: node.path.clone(), line: node.line() };
    fields.iter().map(|(name, node)| (name.clone(), place(node))).collect()
}

/// A problem of what stands there.
pub(crate) fn placed(problem: Problem, node: &Node<'_>) -> Problem {
    Problem { line: node.line(), ..problem.at(node.path.as_str()) }
}

/// Reads a record by what fills it, which answers its id: what is wrong is told by that id and by a line, in a record that is no
/// object too.
pub(crate) fn filled(
    node: &Node<'_>,
    no_record: &'static str,
    fill: impl FnOnce(&BTreeMap<String, Node<'_>>, &mut Vec<Problem>) -> String,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let id = match node.object() {
        Some(fields) => fill(&fields, &mut problems),
        None => {
            problems.push(no_object(no_record).at(node.path.as_str()).found(node.written()));
            String::new()
        }
    };
    for problem in &mut problems {
        id.clone_into(&mut problem.record);
        if problem.line == 0 {
            problem.line = node.line();
        }
    }
    problems
}

/// Reads the fields of a record, and notes what is wrong with each.
pub(crate) struct Fields<'f, 't> {
    pub(crate) said: &'f BTreeMap<String, Node<'t>>,
    pub(crate) path: String,
    pub(crate) problems: &'f mut Vec<Problem>,
}

impl Fields<'_, '_> {
    /// Says a problem of a field, or of the place where it is missing.
    pub(crate) fn say(&mut self, problem: Problem, name: &str) {
        let problem = match self.said.get(name) {
            Some(node) => placed(problem, node),
            None => problem.at(format!("{}/{name}", self.path)),
        };
        self.problems.push(problem);
    }

    /// A text, which may have to be there.
    pub(crate) fn text(&mut self, name: &str, required: Option<Severity>) -> String {
        let Some(node) = self.said.get(name) else {
            if let Some(severity) = required {
                self.say(missing(severity), name);
            }
            return String::new();
        };
        match node.string() {
            Some(text) if text.trim().is_empty() => {
                if let Some(severity) = required {
                    self.say(missing(severity), name);
                }
                String::new()
            }
            Some(text) => text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect(),
            None => {
                let found = node.written();
                self.say(no_text(required.unwrap_or(Severity::Doubtful)).found(found), name);
                String::new()
            }
        }
    }
}
