//! The rows of one table, found by their keys.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::layout::{Part, TABLES, Table};
use super::{Joined, told};
use crate::problem::Problem;
use crate::write::Origin;

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) origin: Origin,
    /// By column of the table's layout; trimmed.
    values: Vec<String>,
}

impl Row {
    pub(super) fn line(&self) -> u32 {
        self.origin.1
    }

    /// What a column says; nothing where there is none.
    pub(super) fn get(&self, column: &str) -> &str {
        let table = TABLES.get(usize::from(self.origin.0));
        let at = table.and_then(|table| table.columns.iter().position(|one| one.name == column));
        at.and_then(|at| self.values.get(at)).map(String::as_str).unwrap_or_default()
    }

    /// The columns that say something.
    pub(super) fn parts(&self, table: &'static Table) -> impl Iterator<Item = (&'static str, Part)> {
        let filled = table.columns.iter().zip(&self.values).filter(|(_, value)| !value.is_empty());
        filled.map(|(column, _)| (column.name, column.part))
    }
}

/// The rows of a table.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) table: &'static Table,
    pub(super) all: Vec<Row>,
    /// Of tables whose rows have a number of their own: by the keys of their parent.
    by_parent: HashMap<Vec<String>, Vec<usize>>,
    by_key: HashMap<Vec<String>, Vec<usize>>,
}

impl Rows {
    fn new(table: &'static Table, all: Vec<Row>) -> Self {
        let keys: Vec<&str> = table.keys().collect();
        let index = |keys: &[&str]| {
            let mut index: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
            for (number, row) in all.iter().enumerate() {
                let said = keys.iter().map(|key| row.get(key).to_owned()).collect();
                index.entry(said).or_default().push(number);
            }
            index
        };
        let own = usize::from(matches!(table.name, "results" | "indicators"));
        let by_parent = if own > 0 { index(&keys[..keys.len() - own]) } else { HashMap::new() };
        let by_key = index(&keys);
        Self { table, all, by_parent, by_key }
    }

    /// Those with these keys, or with these of their parent.
    pub(super) fn of(&self, keys: &[&str]) -> impl Iterator<Item = &Row> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let found = self.by_key.get(&keys).or_else(|| self.by_parent.get(&keys));
        found.into_iter().flatten().filter_map(|number| self.all.get(*number))
    }
}

/// The table of a folder; nothing where there is none.
///
/// # Errors
/// What is wrong with it, when it cannot be used.
pub(super) fn read(
    folder: &Path,
    table: &'static Table,
    number: u8,
    room: &mut u64,
    joined: &mut Joined,
) -> Result<Option<Rows>, Vec<Problem>> {
    let Some(bytes) = bytes(folder, table.name, room).map_err(|problem| vec![*problem])? else {
        return Ok(None);
    };
    let text = delimited::Text::of(&bytes).ok_or_else(|| vec![told::no_text(table.name)])?;
    let mut records = text.records();
    let headings = match records.next() {
        Some(Ok(headings)) => headings,
        Some(Err(_)) => return Err(vec![told::unreadable(table.name, 1)]),
        None => return Err(vec![told::no_headings(table.name)]),
    };
    let places = columns(table, &headings, joined)?;
    let mut all = Vec::new();
    for record in records {
        let last = all.last().map_or(1, Row::line);
        let record = record.map_err(|_| vec![told::unreadable(table.name, last + 1)])?;
        let field = |place: &Option<usize>| {
            let said = place.and_then(|place| record.fields.get(place)).unwrap_or_default();
            said.trim().to_owned()
        };
        let values: Vec<String> = places.iter().map(field).collect();
        if values.iter().any(|value| !value.is_empty()) {
            all.push(Row { origin: (number, record.line), values });
        }
    }
    Ok(Some(Rows::new(table, all)))
}

/// Where the columns of a table stand.
fn columns(
    table: &'static Table,
    headings: &delimited::Record,
    joined: &mut Joined,
) -> Result<Vec<Option<usize>>, Vec<Problem>> {
    let named: Vec<String> = headings.fields.iter().map(|name| name.trim().to_lowercase()).collect();
    let place = |name: &str| named.iter().position(|heading| heading == name);
    let missing: Vec<Problem> = table
        .keys()
        .filter(|key| place(key).is_none())
        .map(|key| told::column_missing(table.name, headings.line, key))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let known = |name: &str| table.columns.iter().any(|column| column.name == name);
    for heading in named.iter().filter(|name| !name.is_empty() && !known(name)) {
        joined.note(told::column_unknown(table.name, headings.line, heading));
    }
    Ok(table.columns.iter().map(|column| place(column.name)).collect())
}

/// A table's file, packed or not.
fn bytes(folder: &Path, name: &str, room: &mut u64) -> Result<Option<Vec<u8>>, Box<Problem>> {
    let mut file = None;
    for (ending, packed) in [("csv", false), ("csv.gz", true)] {
        match File::open(folder.join(format!("{name}.{ending}"))) {
            Ok(found) => {
                file = Some((found, packed));
                break;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Box::new(told::unopened(name, &error))),
        }
    }
    let Some((file, packed)) = file else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = match packed {
        true => MultiGzDecoder::new(file).take(*room + 1).read_to_end(&mut bytes),
        false => file.take(*room + 1).read_to_end(&mut bytes),
    };
    read.map_err(|error| Box::new(told::unopened(name, &error)))?;
    *room = room
        .checked_sub(bytes.len() as u64)
        .ok_or_else(|| Box::new(told::too_large(name, super::LARGEST)))?;
    Ok(Some(bytes))
}

/// Tells of tables of the folder that nothing is read from.
pub(super) fn unknown_files(folder: &Path, joined: &mut Joined) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let table = name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(".csv");
        if table.is_some_and(|table| !TABLES.iter().any(|known| known.name == table)) {
            joined.note(told::table_unknown(&name));
        }
    }
}
