//! What is said of records that are not taken as they are.

use chassis::say;
use iati::{Problem, Severity};

use crate::project::reading::Record;
use crate::project::row::Model;

pub(super) fn registered(record: &Record, project: &Model) -> Problem {
    let name = &project.name;
    let what = say!(
        "{name} was registered here with this identifier and speaks for itself: the file does not change it",
        "{name} a été enregistré ici avec cet identifiant et fait foi : le fichier ne le modifie pas"
    );
    Problem {
        severity: Severity::Advice,
        record: record.found.identifier.clone(),
        location: "iati-identifier".to_owned(),
        line: record.line,
        found: String::new(),
        code: "REGISTERED_HERE",
        en: what.en,
        fr: what.fr,
    }
}

pub(super) fn circular(project: &Model) -> Problem {
    let what = say!(
        "its parent is a part of it, or too many projects stand within each other: left without a parent",
        "son parent en fait partie, ou trop de projets sont emboîtés : laissé sans parent"
    );
    Problem {
        severity: Severity::Doubtful,
        record: project.iati_identifier.clone(),
        location: "related-activity/@ref".to_owned(),
        line: 0,
        found: String::new(),
        code: "PARENT_CIRCULAR",
        en: what.en,
        fr: what.fr,
    }
}
