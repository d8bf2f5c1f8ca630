//! Typing into a spreadsheet, as a program does that keeps what its cells say.

use chassis::error::{Error, Result};
use chassis::say;

use crate::{Book, Content, Limits, Line, Page, Sheet, Slot, Style, Value, read};

/// What is typed: on which sheet, in the row whose first cell says this, in which column (from 0), and what.
pub type Typed<'t> = (&'t str, &'t str, u32, Value);

/// The file as XLSX with these cells filled in.
///
/// # Errors
/// As [`read`]; `INVALID_ARGUMENT` when no sheet has such a row.
pub fn typed(file: &[u8], cells: &[Typed<'_>]) -> Result<Vec<u8>> {
    let workbook = read(file, &Limits::default())?;
    let mut pages: Vec<Page> = workbook.sheets.iter().map(page).collect();
    for (name, key, column, value) in cells {
        let row = workbook.sheet(name).and_then(|sheet| {
            let says = |row: &u32| sheet.get(*row, 0).is_some_and(|cell| cell.words() == *key);
            sheet.rows().into_iter().find(says)
        });
        let page = pages.iter_mut().find(|page| page.name == *name);
        let (Some(row), Some(page)) = (row, page) else {
            return Err(Error::invalid(
                "cells",
                say!("no row {key} in {name}", "pas de ligne {key} dans {name}"),
            ));
        };
        put(page, row, *column, value);
    }
    Book { title: String::new(), pages }.write()
}

fn page(sheet: &Sheet) -> Page {
    let mut page = Page { name: sheet.name.clone(), ..Page::default() };
    sheet.cells().for_each(|(row, column, value)| put(&mut page, row, column, value));
    page
}

fn put(page: &mut Page, row: u32, column: u32, value: &Value) {
    let (row, column) = (row as usize, column as usize);
    page.lines.resize_with(page.lines.len().max(row + 1), Line::default);
    let slots = &mut page.lines[row].slots;
    slots.resize_with(slots.len().max(column + 1), Slot::default);
    slots[column].style = Style::Input;
    slots[column].content = match value {
        Value::Number(number) => Content::Number(*number),
        other => Content::Text(other.words()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_filled_in_by_its_row_and_what_stood_there_stays() {
        let row = |key: &str| Line { slots: vec![Slot::text(Style::Known, key)], height: 0 };
        let lines = ["key", "one", "two"].map(row).into();
        let page = Page { name: "Report".to_owned(), lines, ..Page::default() };
        let file = Book { title: String::new(), pages: vec![page] }.write().unwrap();
        let type_in = |key| typed(&file, &[("Report", key, 1, Value::Number(7.into()))]);
        let filled = read(&type_in("two").unwrap(), &Limits::default()).unwrap();
        let sheet = filled.sheet("Report").unwrap();
        assert_eq!(sheet.get(2, 1), Some(&Value::Number(7.into())));
        assert_eq!(sheet.get(1, 0), Some(&Value::Text("one".to_owned())));
        assert_eq!(sheet.get(1, 1), None);
        assert!(matches!(type_in("three"), Err(Error::Invalid { .. })));
    }
}
