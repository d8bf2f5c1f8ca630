//! An organisation: a record of an organisation file, or an entry of the Registry's list of publishers.

use crate::activity::{Narrative, Org};
use crate::problem::{Problem, Severity};

/// One `iati-organisation`, or one publisher of the IATI Registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// The organisation's identifier, trimmed; empty only when a problem [blocks](Organisation::is_blocked).
    pub identifier: String,
    /// Its name, by language.
    pub names: Vec<Narrative>,
    /// Who publishes the record; `None` for a publisher of the Registry.
    pub reporting_org: Option<Org>,
    /// Code of `OrganisationType`: from the Registry, or from the reporting organisation when it is the same.
    pub type_code: Option<String>,
    /// ISO 3166-1 alpha-2 (Registry only).
    pub country: Option<String>,
    /// What it does, in its own words (Registry only).
    pub description: Option<String>,
    /// Lower-case language code of texts that do not say theirs.
    pub default_language: Option<String>,
    /// ISO 4217 code of values that do not say theirs.
    pub default_currency: Option<String>,
    /// The record verbatim in UTF-8, XML or JSON; empty when it was too large.
    pub raw: String,
    /// Prefixes used in `raw` and declared on the root of the file, with their addresses.
    pub namespaces: Vec<(String, String)>,
    /// The line where it starts, from 1.
    pub line: u32,
    /// What is wrong with it, in file order.
    pub problems: Vec<Problem>,
}

impl Organisation {
    /// Whether the record cannot be taken.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Blocks)
    }
}
