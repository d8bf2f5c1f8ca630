//! What is wrong with a spreadsheet, as the answers of reports tell it.

use chassis::say::Language;
use proto::projects::ProblemGroup;

pub(super) use sheet::{Place, Problems};

/// The same problem in several cells, the worst first.
pub(super) fn groups(problems: &Problems, language: Language) -> Vec<ProblemGroup> {
    let group = |group: proto::common::ProblemGroup| ProblemGroup {
        code: group.code,
        message: group.message,
        severity: group.severity,
        locations: group.locations,
    };
    problems.groups(language).into_iter().map(group).collect()
}
