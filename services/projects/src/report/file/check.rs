//! What taking a spreadsheet would do: the report as it would be, what changes, what stands in the way. Pure; checking and
//! taking ask the same.

use chassis::error::Error;
use chassis::say;
use chassis::say::{Language, Text};
use proto::common::ImportCount;
use proto::common::import_problem::Severity;
use proto::projects as pb;

use super::super::ground::{Ground, is_computed};
use super::super::row::Model;
use super::blame::Places;
use super::doubt;
use super::entry::{self, Entry};
use super::line::{self, Figures, Line};
use super::problem::Problems;
use super::reading::{Filled, Row};
use super::told::Telling;
use super::words::Column;
use crate::measure;

/// What taking a spreadsheet would do.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    /// The report as it would be, of all that is sound.
    pub(super) draft: pb::Report,
    pub(super) changes: Vec<pb::ReportFileChange>,
    pub(super) conflicts: Vec<pb::ReportFileConflict>,
    pub(super) problems: Problems,
    /// Of values.
    pub(super) count: ImportCount,
    pub(super) places: Places,
}

impl Verdict {
    /// Nothing was done.
    pub(super) fn nothing() -> Self {
        Self { count: ImportCount { noun: "value".to_owned(), ..ImportCount::default() }, ..Self::default() }
    }

    /// It cannot be taken whole.
    pub(super) fn holds_back(&self) -> bool {
        self.problems.hold_back() || !self.conflicts.is_empty()
    }
}

/// Looks at a spreadsheet against what is there by now.
pub(super) fn check(filled: &Filled, ground: &Ground, current: Option<&Model>) -> Verdict {
    let before = current.cloned().map(pb::Report::from).unwrap_or_default();
    let mut verdict = Verdict {
        draft: pb::Report { reporting_period: filled.meta.reporting_period.clone(), ..before },
        problems: filled.problems.clone(),
        ..Verdict::nothing()
    };
    let lines = line::lines(ground, current);
    let look = Look {
        filled,
        language: filled.meta.language,
        now: current.map_or_else(Figures::none, Figures::of),
        past: line::past(ground),
    };
    let mut values = Vec::new();
    let mut missing = 0;
    for lines in lines.chunk_by(|one, other| one.promise.name == other.promise.name) {
        missing += lines.iter().filter(|line| !filled.rows.contains_key(&line.key)).count();
        values.extend(look.figure(lines, &mut verdict));
    }
    // What the registry computes, and what the spreadsheet knows nothing of, stays as it was.
    let kept = verdict
        .draft
        .values
        .iter()
        .filter(|value| ground.promise(&value.project_indicator).is_none_or(is_computed));
    let mut all: Vec<pb::ReportValue> = kept.cloned().collect();
    all.extend(values);
    verdict.draft.values = all;
    look.strangers(&lines, ground, &mut verdict);
    if missing > 0 {
        verdict.problems.add(
            Severity::Advice,
            "ROWS_MISSING",
            None,
            "",
            "",
            say!(
                "{missing} rows of the template are not in the file: what is known of them stays as it is",
                "{missing} lignes du modèle ne sont pas dans le fichier : ce qu'on en sait reste inchangé"
            ),
        );
    }
    let Verdict { draft, problems, places, .. } = &mut verdict;
    Telling { language: look.language, problems, places }.tell(draft, &filled.story);
    verdict
}

struct Look<'a> {
    filled: &'a Filled,
    language: Language,
    /// The figures of the report now.
    now: Figures<'a>,
    /// Those of the periods before.
    past: Vec<Figures<'a>>,
}

impl Look<'_> {
    /// A figure with its parts, as it would be; nothing when nothing is said of it.
    fn figure(&self, lines: &[Line<'_>], verdict: &mut Verdict) -> Option<pb::ReportValue> {
        let (total, meaning) = (lines.first()?, lines.first()?.promise.meaning());
        let known = self.now.get(total.promise).cloned();
        let mut value = known.unwrap_or_else(|| pb::ReportValue {
            project_indicator: total.promise.name.clone(),
            ..pb::ReportValue::default()
        });
        let row_of_total = self.filled.rows.get(&total.key);
        let comment = row_of_total.map(|row| row.comment.as_str()).unwrap_or_default();
        if let Some(row) = row_of_total {
            verdict.places.figure(&value.project_indicator, row.place(Column::Value));
        }
        for line in lines {
            let Some(row) = self.filled.rows.get(&line.key) else { continue };
            match entry::read(&meaning, row.value.as_ref(), row.of.as_ref(), self.language) {
                Err(troubles) => {
                    verdict.count.refused += 1;
                    for trouble in troubles {
                        let (place, found) = (row.place(trouble.column), row.found(trouble.column));
                        let blocks = Severity::Blocks;
                        verdict.problems.add(
                            blocks,
                            trouble.code,
                            Some(place),
                            &line.key,
                            &found,
                            trouble.why,
                        );
                    }
                }
                Ok(entry) => self.enter(line, row, entry, comment, &mut value, verdict),
            }
        }
        if let Some(row) = row_of_total {
            self.remark(total, row, &mut value, verdict);
            closes(&meaning, total, row, &mut value, verdict);
        }
        let says = value.actual.is_some() || !value.cells.is_empty();
        (says || !value.comment.is_empty() || !value.no_value_reason.is_empty()).then_some(value)
    }

    /// Puts what a row says into its figure, unless someone else changed it meanwhile or it must be confirmed first.
    fn enter(
        &self,
        line: &Line<'_>,
        row: &Row,
        entry: Entry,
        comment: &str,
        value: &mut pb::ReportValue,
        verdict: &mut Verdict,
    ) {
        let now = line.within(&self.now);
        let said = match entry {
            Entry::Value(said) => Some(said),
            Entry::Nothing | Entry::NotAvailable => None,
        };
        let meaning = line.promise.meaning();
        let remembered = self.filled.meta.rows.get(&line.key);
        let issued =
            remembered.and_then(|text| line::remembered(text, meaning.ratio, meaning.is_qualitative()));
        if said.as_ref() == now || (said == issued && remembered.is_some()) {
            verdict.count.unchanged += i32::from(now.is_some());
            return;
        }
        if now != issued.as_ref() {
            verdict.count.refused += 1;
            verdict.conflicts.push(pb::ReportFileConflict {
                location: row.place(Column::Value).shown(),
                project_indicator: value.project_indicator.clone(),
                coordinates: line.place.clone(),
                template_value: issued,
                current_value: now.cloned(),
                file_value: said,
            });
            return;
        }
        let doubt =
            said.as_ref().filter(|_| comment.is_empty()).and_then(|said| doubt::of(line, said, &self.past));
        if let Some((code, why)) = doubt {
            verdict.count.refused += 1;
            let (place, found) = (row.place(Column::Value), row.found(Column::Value));
            verdict.problems.add(Severity::Doubtful, code, Some(place), &line.key, &found, why);
            return;
        }
        *(if now.is_some() { &mut verdict.count.updated } else { &mut verdict.count.created }) += 1;
        verdict.changes.push(pb::ReportFileChange {
            location: row.place(Column::Value).shown(),
            project_indicator: value.project_indicator.clone(),
            coordinates: line.place.clone(),
            old_value: now.cloned(),
            new_value: said.clone(),
        });
        if line.is_total() {
            value.actual = said;
            return;
        }
        value.cells.retain(|cell| !same_place(&cell.coordinates, &line.place));
        let cell = |said| pb::Cell { coordinates: line.place.clone(), value: Some(said), suppressed: false };
        value.cells.extend(said.map(cell));
    }

    /// The words beside a figure: a comment, or why there is none.
    fn remark(&self, line: &Line<'_>, row: &Row, value: &mut pb::ReportValue, verdict: &mut Verdict) {
        let place = row.place(Column::Comment);
        let unavailable = row.value.as_ref().is_some_and(|value| {
            sheet::number(value, self.language) == Err(sheet::NumberTrouble::NotAvailable)
        });
        (value.comment, value.no_value_reason) = match unavailable && value.actual.is_none() {
            true if row.comment.is_empty() => {
                let found = row.found(Column::Value);
                let why = doubt::reason_missing();
                verdict.problems.add(Severity::Blocks, "REASON_MISSING", Some(place), &line.key, &found, why);
                return;
            }
            true => (String::new(), row.comment.clone()),
            false => (row.comment.clone(), String::new()),
        };
    }

    /// Rows that the template of today does not have.
    fn strangers(&self, lines: &[Line<'_>], ground: &Ground, verdict: &mut Verdict) {
        let known: std::collections::BTreeSet<&str> = lines.iter().map(|line| line.key.as_str()).collect();
        for (key, row) in self.filled.rows.iter().filter(|(key, _)| !known.contains(key.as_str())) {
            let untouched = self.filled.meta.rows.get(key).is_some_and(|issued| {
                row.value.as_ref().map(sheet::Value::words).unwrap_or_default() == *issued
            });
            if row.value.is_none() || untouched {
                continue;
            }
            verdict.count.refused += 1;
            let id = key.split('#').next().unwrap_or_default();
            let named = format!("{}/projectIndicators/{id}", ground.project.name);
            let computed = ground.promise(&named).is_some_and(is_computed);
            let (code, why) = match computed {
                true => (
                    "VALUE_COMPUTED",
                    say!(
                        "the registry computes this value: empty the cell (PRJ-20)",
                        "le registre calcule cette valeur : videz la cellule (PRJ-20)"
                    ),
                ),
                false => (
                    "ROW_UNKNOWN",
                    say!(
                        "the project no longer reports this: empty the cell, or take the template again",
                        "le projet ne rapporte plus ceci : videz la cellule, ou reprenez le modèle"
                    ),
                ),
            };
            let (place, found) = (row.place(Column::Value), row.found(Column::Value));
            verdict.problems.add(Severity::Blocks, code, Some(place), key, &found, why);
        }
    }
}

/// The parts of a figure have their whole, and add up to it (PRJ-19).
fn closes(
    meaning: &measure::Meaning,
    line: &Line<'_>,
    row: &Row,
    value: &mut pb::ReportValue,
    verdict: &mut Verdict,
) {
    let (place, found) = (row.place(Column::Value), row.found(Column::Value));
    let Some(actual) = &value.actual else {
        if !value.cells.is_empty() {
            // Without their whole, parts are not even a draft.
            value.cells.clear();
            let why = say!(
                "the parts below have values: write their total here (PRJ-19)",
                "les lignes de ventilation ont des valeurs : écrivez ici leur total (PRJ-19)"
            );
            verdict.problems.add(Severity::Blocks, "TOTAL_MISSING", Some(place), &line.key, &found, why);
        }
        return;
    };
    if let Err(Error::Refused { why: Text { en, fr }, .. }) = meaning.adds_up(actual, &value.cells) {
        let why = say!("{en} (PRJ-19)", "{fr} (PRJ-19)");
        verdict.problems.add(Severity::Blocks, "SUM_DIFFERS", Some(place), &line.key, &found, why);
    }
}

fn same_place(one: &[pb::CellCoordinate], other: &[pb::CellCoordinate]) -> bool {
    let has = |at: &pb::CellCoordinate| other.contains(at);
    one.len() == other.len() && one.iter().all(has)
}
