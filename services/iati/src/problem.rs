//! What is wrong with a file or a record, said to the person who can correct it, in English and in French.

use std::fmt;

/// How much a problem costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Advice,
    /// The record is taken; the part that is named breaks the standard, and a value that cannot be understood was
    /// left out.
    Doubtful,
    /// The record (or, from [`crate::Item::FileProblem`], the rest of the file) cannot be taken.
    Blocks,
}

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it costs.
    pub severity: Severity,
    /// The identifier of the record; empty for the file, or when the record has none.
    pub record: String,
    /// Elements and attribute below the record: `activity-date/@iso-date`.
    pub location: String,
    /// The line in the (decompressed) file, from 1.
    pub line: u32,
    /// What stands there, shortened.
    pub found: String,
    /// A stable word for programs: `DATE_INVALID`.
    pub code: &'static str,
    /// What was expected and what to do, in English.
    pub en: String,
    /// The same in French.
    pub fr: String,
}

impl Problem {
    /// A problem with nothing found and no record yet.
    pub(crate) fn new(severity: Severity, code: &'static str, line: u32, en: String, fr: String) -> Self {
        Self {
            severity,
            record: String::new(),
            location: String::new(),
            line,
            found: String::new(),
            code,
            en,
            fr,
        }
    }

    /// The problem of a record.
    #[must_use]
    pub fn of(mut self, record: &str) -> Self {
        record.clone_into(&mut self.record);
        self
    }

    pub(crate) fn at(mut self, location: impl Into<String>) -> Self {
        self.location = location.into();
        self
    }

    pub(crate) fn found(mut self, found: &str) -> Self {
        self.found = shortened(found);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} {}: {}", self.line, self.code, self.location, self.en)
    }
}

/// A hostile value must not be echoed whole; 80 characters are enough to recognise it.
pub(crate) fn shortened(found: &str) -> String {
    match found.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_owned(),
    }
}
