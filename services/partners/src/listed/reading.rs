//! A spreadsheet as it came: its lines, wherever its columns were moved to. Pure.

use std::collections::BTreeMap;

use chassis::error::{Error, Result, Violation};
use chassis::say;
use chassis::say::Language;
use chassis::text::fold;
use sheet::{Sheet, Value, Workbook, place};

use super::words::{Column, SHEET, column, said};

/// Rows among which the headings are looked for.
const WITHIN: u32 = 50;

/// A line that says something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) number: u32,
    cells: BTreeMap<Column, Value>,
}

/// What came.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    sheet: String,
    columns: BTreeMap<Column, u32>,
    pub(super) rows: Vec<Row>,
    /// The language that its name says it is in; nobody says so of a CSV file.
    pub(super) language: Option<Language>,
    /// Headings that mean nothing here, by their cells.
    pub(super) ignored: Vec<(String, String)>,
}

impl Row {
    pub(super) fn value(&self, column: Column) -> Option<&Value> {
        self.cells.get(&column)
    }

    /// The words in a cell; empty where it is.
    pub(super) fn words(&self, column: Column) -> String {
        self.value(column).map(Value::words).unwrap_or_default()
    }
}

impl Listed {
    /// The address of a cell, as people see it; of a column that is not there, the line's first.
    pub(super) fn place(&self, row: &Row, column: Column) -> String {
        let at = self.columns.get(&column).copied().unwrap_or_default();
        place(&self.sheet, row.number, at)
    }
}

/// Reads the first sheet that has the headings.
///
/// # Errors
/// `INVALID_ARGUMENT` on `file` where none has: says what to do.
pub(super) fn read(workbook: &Workbook) -> Result<Listed> {
    let found = workbook.sheets.iter().find_map(|sheet| headings(sheet).map(|heads| (sheet, heads)));
    let Some((sheet, (head, columns))) = found else {
        let why = say!(
            "no sheet has the headings Partnership and Lead: take the template (ensemble import partnerships --template FILE) and copy your lines into it",
            "aucune feuille n'a les en-têtes Partenariat et Chef de file : prenez le modèle (ensemble import partnerships --template FICHIER) et recopiez-y vos lignes"
        );
        return Err(Error::Invalid {
            reason: "HEADINGS_MISSING",
            fields: vec![Violation { field: "file".to_owned(), why }],
        });
    };
    let called = |language| fold(said(SHEET, language)) == fold(&sheet.name);
    let language = [Language::En, Language::Fr].into_iter().find(|language| called(*language));
    let mut listed = Listed { sheet: sheet.name.clone(), columns, language, ..Listed::default() };
    for (at, value) in sheet.row(head) {
        if !listed.columns.values().any(|known| *known == at) {
            listed.ignored.push((sheet.place(head, at), value.shown()));
        }
    }
    for number in sheet.rows().into_iter().filter(|number| *number > head) {
        let cell = |(column, at): (&Column, &u32)| Some((*column, sheet.get(number, *at)?.clone()));
        let cells: BTreeMap<Column, Value> = listed.columns.iter().filter_map(cell).collect();
        if !cells.is_empty() {
            listed.rows.push(Row { number, cells });
        }
    }
    Ok(listed)
}

/// The row of the headings, and where each column stands.
fn headings(sheet: &Sheet) -> Option<(u32, BTreeMap<Column, u32>)> {
    sheet.rows().into_iter().take_while(|row| *row < WITHIN).find_map(|row| {
        let mut columns = BTreeMap::new();
        for (at, value) in sheet.row(row) {
            if let Some(known) = column(&value.words()) {
                columns.entry(known).or_insert(at);
            }
        }
        (columns.contains_key(&Column::Partnership) && columns.contains_key(&Column::Lead))
            .then_some((row, columns))
    })
}
