//! What the rules of reports refuse, told of the cell that it comes from. Pure.

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use chassis::say;
use chassis::say::Text;
use proto::common::import_problem::Severity;

use super::problem::{Place, Problems};

/// Which cell each field of a report came from, and each figure.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    fields: BTreeMap<String, Place>,
    figures: BTreeMap<String, Place>,
}

impl Places {
    pub(super) fn field(&mut self, field: String, place: Place) {
        self.fields.insert(field, place);
    }

    /// The cell of the whole of a figure.
    pub(super) fn figure(&mut self, project_indicator: &str, place: Place) {
        self.figures.insert(project_indicator.to_owned(), place);
    }

    /// The cell of a field, or of what it is part of.
    fn of(&self, field: &str) -> Option<&Place> {
        let mut field = field.strip_prefix("report.").unwrap_or(field);
        loop {
            if let Some(place) = self.fields.get(field) {
                return Some(place);
            }
            field = &field[..field.rfind(['.', '['])?];
        }
    }
}

/// Refusals that are not about what the spreadsheet says: they are the answer.
const NOT_OF_THE_FILE: [&str; 3] = ["STATE", "AGG-5", "PRJ-25"];

/// Notes a refusal at its cells.
///
/// # Errors
/// What is refused for another reason than the contents of the spreadsheet.
pub(super) fn blame(refusal: Error, places: &Places, problems: &mut Problems) -> Result<()> {
    match refusal {
        Error::Invalid { fields, .. } => {
            for violation in fields {
                let place = places.of(&violation.field).cloned();
                let why = match &place {
                    Some(_) => violation.why,
                    // Nobody typed it: its name must do.
                    None => Text {
                        en: format!("{}: {}", violation.field, violation.why.en),
                        fr: format!("{} : {}", violation.field, violation.why.fr),
                    },
                };
                problems.add(Severity::Blocks, "FIELD_INVALID", place, "", "", why);
            }
            Ok(())
        }
        Error::Refused { rule, why, facts } if !NOT_OF_THE_FILE.contains(&rule) => {
            let named = facts.iter().filter(|(fact, _)| fact.starts_with("project_indicator"));
            let figures: Vec<&str> = named.flat_map(|(_, names)| names.split(' ')).collect();
            let cells: Vec<&Place> = figures.iter().filter_map(|name| places.figures.get(*name)).collect();
            if rule == "PRJ-18" && !cells.is_empty() {
                for place in cells {
                    let why = say!(
                        "a value is due in this period: write it, or n/a and the reason in the column beside (PRJ-18)",
                        "une valeur est attendue sur cette période : écrivez-la, ou n/d avec le motif dans la colonne voisine (PRJ-18)"
                    );
                    problems.add(Severity::Blocks, "VALUE_MISSING", Some(place.clone()), "", "", why);
                }
                return Ok(());
            }
            let field = facts.iter().find(|(fact, _)| fact == "field").map(|(_, field)| field.as_str());
            let place = cells.first().copied().or_else(|| places.of(field?)).cloned();
            problems.add(Severity::Blocks, rule, place, "", "", why);
            Ok(())
        }
        other => Err(other),
    }
}
