//! A file as it was read.

use std::collections::BTreeMap;

use chassis::error::Result;
use chassis::say;

use crate::cell::{Value, place};
use crate::package::{Limits, Package, encrypted};
use crate::refusal::{refuse, too_large};
use crate::{delimited, ods, xlsx};

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Office Open XML.
    Xlsx,
    /// Open Document.
    Ods,
    /// Text with a separator.
    Csv,
}

/// What stands in a file.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// What kind of file it is.
    pub kind: Kind,
    /// In their order; a CSV file has one, without a name.
    pub sheets: Vec<Sheet>,
}

impl Workbook {
    /// A sheet by its name.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }
}

/// One sheet: its cells that are not empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    cells: BTreeMap<(u32, u32), Value>,
}

impl Sheet {
    pub(crate) fn named(name: String) -> Self {
        Self { name, cells: BTreeMap::new() }
    }

    /// What stands in a cell; rows and columns from 0.
    pub fn get(&self, row: u32, column: u32) -> Option<&Value> {
        self.cells.get(&(row, column))
    }

    /// Its cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, &Value)> {
        self.cells.iter().map(|((row, column), value)| (*row, *column, value))
    }

    /// The rows that have cells.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|(row, _)| *row).collect();
        rows.dedup();
        rows
    }

    /// The cells of a row.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (u32, &Value)> {
        self.cells.range((row, 0)..=(row, u32::MAX)).map(|((_, column), value)| (*column, value))
    }

    /// The address of a cell, as people see it.
    pub fn place(&self, row: u32, column: u32) -> String {
        place(&self.name, row, column)
    }
}

/// What is left of the limits while a file is read.
pub(crate) struct Room<'l> {
    limits: &'l Limits,
    cells: usize,
    text: usize,
}

impl<'l> Room<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self { limits, cells: limits.cells, text: limits.text }
    }

    /// Puts a value where it stands; an empty text is an empty cell.
    pub(crate) fn put(&mut self, sheet: &mut Sheet, row: u32, column: u32, value: Value) -> Result<()> {
        if matches!(&value, Value::Text(text) if text.trim().is_empty()) {
            return Ok(());
        }
        if row >= self.limits.rows || column >= self.limits.columns {
            let place = sheet.place(row, column);
            return Err(too_large(&say!(
                "something stands in {place}, far from the rest",
                "quelque chose figure en {place}, loin du reste"
            )));
        }
        let (cells, text) = (self.cells.checked_sub(1), self.text.checked_sub(value.size()));
        let (Some(cells), Some(text)) = (cells, text) else {
            return Err(too_large(&say!(
                "too many cells, or too much text",
                "trop de cellules ou trop de texte"
            )));
        };
        (self.cells, self.text) = (cells, text);
        sheet.cells.insert((row, column), value);
        Ok(())
    }

    pub(crate) fn sheets(&self, count: usize) -> Result<()> {
        let most = self.limits.sheets;
        match count > most {
            true => Err(too_large(&say!("more than {most} sheets", "plus de {most} feuilles"))),
            false => Ok(()),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// `INVALID_ARGUMENT` on `file`: with `FILE_TOO_LARGE`, `FILE_DAMAGED`, `FILE_ENCRYPTED`, `FILE_HAS_MACROS`, `FILE_HAS_LINKS`
/// or `FILE_UNKNOWN`, and what to do.
pub fn read(file: &[u8], limits: &Limits) -> Result<Workbook> {
    let mebibytes = limits.bytes >> 20;
    if file.len() > limits.bytes {
        return Err(too_large(&say!("more than {mebibytes} MiB", "plus de {mebibytes} Mio")));
    }
    if file.starts_with(b"PK\x03\x04") {
        let package = Package::open(file, limits)?;
        return match () {
            () if package.has("xl/workbook.xml") => xlsx::read(package, file, limits),
            () if package.has("content.xml") => ods::read(package, limits),
            () if package.has("xl/workbook.bin") => Err(old("XLSB")),
            () => Err(unknown()),
        };
    }
    if file.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let locked = file.windows(name.len()).any(|window| window == name);
        return Err(if locked { encrypted() } else { old("XLS") });
    }
    delimited::read(file, limits)
}

fn old(kind: &str) -> chassis::error::Error {
    refuse(
        "FILE_UNKNOWN",
        say!(
            "{kind} files are not read: in your spreadsheet program, choose Save As, XLSX",
            "les fichiers {kind} ne sont pas lus : dans votre tableur, choisissez Enregistrer sous, XLSX"
        ),
    )
}

pub(crate) fn unknown() -> chassis::error::Error {
    refuse(
        "FILE_UNKNOWN",
        say!("expected a spreadsheet: XLSX, ODS or CSV", "un classeur est attendu : XLSX, ODS ou CSV"),
    )
}
