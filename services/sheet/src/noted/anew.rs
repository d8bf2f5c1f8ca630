//! A file that is no XLSX, written as one: its values where they stood.

use std::collections::{BTreeMap, HashMap};

use chassis::error::Result;

use super::Note;
use crate::book::{Book, Column, Content, Line, Page, Slot, Style};
use crate::cell::Value;
use crate::workbook::{Sheet, Workbook};

/// What a sheet without a name is called.
const NAMELESS: &str = "CSV";

pub(super) fn write(workbook: &Workbook, notes: &[Note], list: &Page) -> Result<Vec<u8>> {
    let kept = workbook.sheets.iter().filter(|sheet| sheet.name != list.name);
    let mut pages: Vec<Page> = kept.map(|sheet| page(sheet, notes)).collect();
    pages.push(list.clone());
    Book { title: list.name.clone(), pages }.write()
}

fn page(sheet: &Sheet, notes: &[Note]) -> Page {
    let of_sheet = notes.iter().filter(|note| note.sheet == sheet.name);
    let noted: HashMap<(u32, u32), &str> =
        of_sheet.map(|note| ((note.row, note.column), note.text.as_str())).collect();
    let mut widths: BTreeMap<u32, u32> = BTreeMap::new();
    let cells = sheet.cells().map(|(row, column, _)| (row, column)).chain(noted.keys().copied());
    for (row, column) in cells {
        let width = widths.entry(row).or_default();
        *width = (*width).max(column + 1);
    }
    let rows = widths.keys().next_back().map_or(0, |row| row + 1);
    let columns = widths.values().copied().max().unwrap_or_default();
    let slot = |row, column| {
        let content = match sheet.get(row, column) {
            None => Content::Empty,
            Some(Value::Number(number)) => Content::Number(*number),
            Some(Value::Date(day)) => Content::Date(*day),
            Some(other) => Content::Text(other.words()),
        };
        let style = if noted.contains_key(&(row, column)) { Style::Wrong } else { Style::Plain };
        Slot { content, style }
    };
    let line = |row| {
        let last = widths.get(&row).copied().unwrap_or_default();
        Line { slots: (0..last).map(|column| slot(row, column)).collect(), height: 0 }
    };
    Page {
        name: if sheet.name.is_empty() { NAMELESS.to_owned() } else { sheet.name.clone() },
        columns: vec![Column { width: 18.0, hidden: false }; usize::try_from(columns).unwrap_or_default()],
        lines: (0..rows).map(line).collect(),
        notes: noted.into_iter().map(|((row, column), text)| (row, column, text.to_owned())).collect(),
        ..Page::default()
    }
}
