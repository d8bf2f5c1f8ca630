//! What became of all that an import took over, however many pieces it came in. Pure.

use std::collections::HashMap;

use proto::common::ImportCount;
use proto::partners::imported_partnership::Outcome;

/// What became of the resources of one noun, by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Became(HashMap<String, Outcome>);

impl Became {
    /// Notes what became of a resource; one that is told of again counts once, as the most that became of it.
    pub(crate) fn note(&mut self, name: &str, outcome: Outcome) {
        let known = self.0.entry(name.to_owned()).or_insert(outcome);
        *known = (*known).min(outcome);
    }

    /// What became of it.
    pub(crate) fn of(&self, name: &str) -> Outcome {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn count(&self, noun: &str, refused: i32) -> ImportCount {
        let of = |outcome: Outcome| {
            i32::try_from(self.0.values().filter(|became| **became == outcome).count()).unwrap_or(i32::MAX)
        };
        ImportCount {
            noun: noun.to_owned(),
            created: of(Outcome::Created),
            updated: of(Outcome::Updated),
            unchanged: of(Outcome::Unchanged),
            refused,
        }
    }
}

/// What became of everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) partnerships: Became,
    pub(crate) agreements: Became,
    pub(crate) commitments: Became,
    /// Records that could not be taken: partnerships, agreements, commitments.
    pub(crate) refused: [i32; 3],
}

impl Tally {
    /// One line per noun.
    pub(crate) fn counts(&self) -> Vec<ImportCount> {
        let [partnerships, agreements, commitments] = self.refused;
        vec![
            self.partnerships.count("partnership", partnerships),
            self.agreements.count("agreement", agreements),
            self.commitments.count("commitment", commitments),
        ]
    }
}
