//! What other rows say of a project, as far as the rules ask for it. Pure; the store gathers it, in the transaction of a
//! verb and for whoever reads (`inform.rs`), so that what enforces a rule also explains it (BEY-7).

use chassis::column::Day;
use proto::projects::need;

/// What other rows say of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The needs it answers.
    pub needs: Vec<Need>,
    /// What it promises.
    pub promises: Vec<Promise>,
    /// How many projects are part of it, and how many of those are not over.
    pub parts: usize,
    /// As `parts`.
    pub open_parts: usize,
    /// Its final report was accepted.
    pub final_report: bool,
    /// The datasets that it announced and that are neither published nor withdrawn.
    pub announced: Vec<String>,
}

/// A need that a project answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: need::State,
    /// Its territory is one of the project's, lies in one, or around one.
    pub near: bool,
}

/// An indicator of a project, as the rules ask for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// Code of the IATI list `ResultType`.
    pub result_level: String,
    /// It says where it started.
    pub has_baseline: bool,
    /// The last day of its last target.
    pub last_target: Option<Day>,
}
