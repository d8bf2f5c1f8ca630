//! A spreadsheet as it came back: its rows by their keys, wherever they were moved to. Pure.

use std::collections::BTreeMap;

use chassis::error::{Error, Result, Violation};
use chassis::say;
use proto::common::import_problem::Severity;
use sheet::{Sheet, Value, Workbook};

use super::meta::{FORMAT, Meta};
use super::problem::{Place, Problems};
use super::words::{self, COLUMNS, Column};
use super::{story, table};

/// Rows among which the heads of the columns are looked for.
const HEADS_WITHIN: u32 = 50;

/// What came back.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) meta: Meta,
    /// The rows of the report, by their keys.
    pub(super) rows: BTreeMap<String, Row>,
    /// What was told in words, by the names of its fields: each row's cells after the question.
    pub(super) story: BTreeMap<String, story::Answer>,
    /// What was not read.
    pub(super) ignored: Vec<String>,
    /// What is wrong with its shape.
    pub(super) problems: Problems,
}

/// A row of the report.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) sheet: String,
    pub(super) row: u32,
    /// Where the columns stand in this file.
    pub(super) columns: BTreeMap<Column, u32>,
    pub(super) value: Option<Value>,
    pub(super) of: Option<Value>,
    pub(super) comment: String,
}

impl Row {
    /// The cell of a column.
    pub(super) fn place(&self, column: Column) -> Place {
        let column = self.columns.get(&column).or_else(|| self.columns.get(&Column::Value));
        Place { sheet: self.sheet.clone(), row: self.row, column: column.copied().unwrap_or_default() }
    }

    /// What stands in that cell.
    pub(super) fn found(&self, column: Column) -> String {
        match column {
            Column::Of => self.of.as_ref().map(Value::shown).unwrap_or_default(),
            Column::Comment => Value::Text(self.comment.clone()).shown(),
            _ => self.value.as_ref().map(Value::shown).unwrap_or_default(),
        }
    }
}

/// Reads a spreadsheet that was made here.
///
/// # Errors
/// `INVALID_ARGUMENT` on `file` when it is none, or cannot be read any more: says what to copy.
pub(super) fn read(workbook: &Workbook) -> Result<Filled> {
    let mut filled = Filled::default();
    let Some(found) = workbook.sheet(words::META).and_then(Meta::read) else {
        return table::read(workbook);
    };
    if found.format != FORMAT {
        return Err(unreadable(&found.format));
    }
    filled.meta = found;
    let mut report = None;
    for sheet in &workbook.sheets {
        let is = |pair| words::same(pair, &sheet.name);
        match () {
            () if is(words::REPORT) && report.is_none() => report = Some(sheet),
            () if is(words::STORY) => filled.story = story::read(sheet),
            () if sheet.name == words::META => {}
            () if is(words::README) || is(words::LISTS) || is(words::WRONG) => {}
            () => filled.ignored.push(sheet.name.clone()),
        }
    }
    let report = report.ok_or_else(|| {
        refused(say!(
            "the sheet with the values is not there: take the template again and copy your values into it",
            "la feuille des valeurs a disparu : reprenez le modèle et recopiez-y vos valeurs"
        ))
    })?;
    rows(report, &mut filled)?;
    Ok(filled)
}

/// Why a file is no template of ours.
pub(super) fn refused(why: say::Text) -> Error {
    Error::Invalid { reason: "TEMPLATE_UNKNOWN", fields: vec![Violation { field: "file".to_owned(), why }] }
}

/// A template of another time: what of it to keep.
pub(super) fn unreadable(format: &str) -> Error {
    refused(say!(
        "this template ({format}) is of another version than {FORMAT}: take the template again, and copy the columns Value, Out of and Comment of the sheet Report, and the answers of the sheet Story",
        "ce modèle ({format}) est d'une autre version que {FORMAT} : reprenez le modèle et recopiez les colonnes Valeur, Sur et Commentaire de la feuille Rapport, et les réponses de la feuille Récit"
    ))
}

fn rows(sheet: &Sheet, filled: &mut Filled) -> Result<()> {
    let (head, columns) = heads(sheet).ok_or_else(|| {
        refused(say!(
            "the heads of the columns are gone (Key, Value): take the template again and copy your values into it",
            "les en-têtes des colonnes ont disparu (Clé, Valeur) : reprenez le modèle et recopiez-y vos valeurs"
        ))
    })?;
    for (column, value) in sheet.row(head) {
        if !columns.values().any(|known| *known == column) {
            filled.ignored.push(format!("{} ({})", sheet.place(head, column), value.shown()));
        }
    }
    for number in sheet.rows().into_iter().filter(|number| *number > head) {
        let cell = |column| columns.get(&column).and_then(|column| sheet.get(number, *column));
        let words = |column| cell(column).map(Value::words).unwrap_or_default();
        let row = Row {
            sheet: sheet.name.clone(),
            row: number,
            columns: columns.clone(),
            value: cell(Column::Value).cloned(),
            of: cell(Column::Of).cloned(),
            comment: words(Column::Comment),
        };
        keep(filled, words(Column::Key), row);
    }
    Ok(())
}

/// Keeps a row under its key; one that nobody can tell is only missed when something was typed into it.
pub(super) fn keep(filled: &mut Filled, key: String, row: Row) {
    if key.is_empty() {
        if row.value.is_some() || row.of.is_some() {
            let (place, found) = (row.place(Column::Value), row.found(Column::Value));
            filled.problems.add(
                Severity::Blocks,
                "ROW_WITHOUT_KEY",
                Some(place),
                "",
                &found,
                say!(
                    "this row is not of the template (its hidden key is gone): copy the value into the row that it belongs to",
                    "cette ligne n'est pas du modèle (sa clé masquée a disparu) : recopiez la valeur sur la ligne où elle va"
                ),
            );
        }
        return;
    }
    let Some(known) = filled.rows.get(&key) else {
        filled.rows.insert(key, row);
        return;
    };
    if (&known.value, &known.of) != (&row.value, &row.of) {
        for row in [known.clone(), row] {
            let (place, found) = (row.place(Column::Value), row.found(Column::Value));
            filled.problems.add(
                Severity::Blocks,
                "ROW_TWICE",
                Some(place),
                &key,
                &found,
                say!(
                    "this row is there twice, with different values: delete one of them",
                    "cette ligne figure deux fois, avec des valeurs différentes : supprimez-en une"
                ),
            );
        }
    }
}

/// The row of the heads, and where each column stands: columns may be moved, and others put between them.
fn heads(sheet: &Sheet) -> Option<(u32, BTreeMap<Column, u32>)> {
    sheet.rows().into_iter().take_while(|row| *row < HEADS_WITHIN).find_map(|row| {
        let mut columns = BTreeMap::new();
        for (column, value) in sheet.row(row) {
            let said = value.words();
            if let Some((known, ..)) = COLUMNS.iter().find(|(_, pair, _)| words::same(*pair, &said)) {
                columns.entry(*known).or_insert(column);
            }
        }
        (columns.contains_key(&Column::Key) && columns.contains_key(&Column::Value)).then_some((row, columns))
    })
}
