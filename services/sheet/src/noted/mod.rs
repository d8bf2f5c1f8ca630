//! The sender's own file, with what is wrong noted where it is wrong, and a sheet that lists it with links.
//!
//! An XLSX file stays as it is, byte by byte, but for the parts that must name what is new. A sheet whose remarks
//! are a conversation is left as it is, since a remark more would break it. Other kinds of files are written anew as XLSX:
//! their values, without their looks.

mod anew;
mod comments;
mod parts;
mod xml;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use chassis::error::{Error, Result};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::book::Page;
use crate::refusal::damaged;
use crate::workbook::{Kind, Workbook};
use comments::Comments;

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The sheet.
    pub sheet: String,
    /// The row, from 0.
    pub row: u32,
    /// The column, from 0.
    pub column: u32,
    /// What is wrong and what to do.
    pub text: String,
}

/// The file with notes at its cells and a last sheet `list`; a sheet of that name, from the time before, is replaced.
///
/// # Errors
/// Only of a file that [`crate::read`] would refuse.
pub fn noted(file: &[u8], workbook: &Workbook, notes: &[Note], list: &Page) -> Result<Vec<u8>> {
    match workbook.kind {
        Kind::Xlsx => Package::open(file)?.noted(notes, list),
        Kind::Ods | Kind::Csv => anew::write(workbook, notes, list),
    }
}

/// A package and the parts of it that change.
struct Package<'f> {
    archive: ZipArchive<Cursor<&'f [u8]>>,
    changed: BTreeMap<String, String>,
}

const TYPES: &str = "[Content_Types].xml";
const BOOK: &str = "xl/workbook.xml";
const BOOK_LINKS: &str = "xl/_rels/workbook.xml.rels";
const LIST: &str = "xl/worksheets/ensemble-notes.xml";

impl<'f> Package<'f> {
    fn open(file: &'f [u8]) -> Result<Self> {
        let archive = ZipArchive::new(Cursor::new(file)).map_err(|_| damaged())?;
        Ok(Self { archive, changed: BTreeMap::new() })
    }

    fn noted(mut self, notes: &[Note], list: &Page) -> Result<Vec<u8>> {
        let book = self.text(BOOK)?.ok_or_else(damaged)?;
        let links = self.text(BOOK_LINKS)?.ok_or_else(damaged)?;
        let targets = parts::links(&links)?;
        let mut by_sheet: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
        for note in notes {
            by_sheet.entry(&note.sheet).or_default().push(note);
        }
        let mut list_part = None;
        for (number, sheet) in (1..).zip(parts::sheets(&book)?) {
            let target = targets.iter().find(|link| link.id == sheet.link);
            let part = target.map(|link| parts::inside("xl", &link.target));
            if sheet.name == list.name {
                list_part = part;
            } else if let Some(part) = part {
                // Notes of the time before go even where nothing is wrong any more.
                self.annotate(&part, number, by_sheet.get(sheet.name.as_str()).map_or(&[], Vec::as_slice))?;
            }
        }
        match list_part {
            Some(part) => drop(self.changed.insert(part, parts::list(list))),
            None => {
                self.changed.insert(BOOK.to_owned(), parts::with_sheet(&book, &list.name)?);
                self.changed.insert(BOOK_LINKS.to_owned(), parts::with_link(&links, parts::SHEET, LIST)?);
                self.changed.insert(LIST.to_owned(), parts::list(list));
                let types = self.text(TYPES)?.ok_or_else(damaged)?;
                self.changed.insert(TYPES.to_owned(), parts::with_type(&types, LIST, parts::SHEET_TYPE)?);
            }
        }
        self.write()
    }

    /// Puts notes on one sheet, beside the remarks that its people made.
    fn annotate(&mut self, part: &str, number: usize, notes: &[&Note]) -> Result<()> {
        let links_part = parts::links_of(part);
        let links = self.text(&links_part)?;
        let known = links.as_deref().map(parts::links).transpose()?.unwrap_or_default();
        if known.iter().any(|link| link.kind.ends_with("/threadedComment")) {
            return Ok(());
        }
        let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
        let of_kind = |kind: &str| {
            known
                .iter()
                .find(|link| link.kind.ends_with(kind))
                .map(|link| parts::inside(folder, &link.target))
        };
        match (of_kind("/comments"), of_kind("/vmlDrawing")) {
            (Some(comments_part), Some(drawing_part)) => {
                let comments = self.text(&comments_part)?.ok_or_else(damaged)?;
                let drawing = self.text(&drawing_part)?.ok_or_else(damaged)?;
                let Some(mut comments) = Comments::read(&comments, &drawing)? else { return Ok(()) };
                if comments.forget_ours() || !notes.is_empty() {
                    comments.add(notes);
                    self.changed.insert(comments_part, comments.part());
                    self.changed.insert(drawing_part, comments.drawing(number));
                }
            }
            (None, None) if !notes.is_empty() => {
                let sheet = self.text(part)?.ok_or_else(damaged)?;
                let mut comments = Comments::default();
                comments.add(notes);
                let comments_part = format!("xl/ensemble-comments{number}.xml");
                let drawing_part = format!("xl/drawings/ensemble-notes{number}.vml");
                let links = links.unwrap_or_else(parts::no_links);
                let links = parts::with_link(&links, parts::COMMENTS, &comments_part)?;
                let links = parts::with_link(&links, parts::DRAWING, &drawing_part)?;
                let types = self.text(TYPES)?.ok_or_else(damaged)?;
                let types = parts::with_type(&types, &comments_part, parts::COMMENTS_TYPE)?;
                let types = parts::with_type(&types, &drawing_part, parts::DRAWING_TYPE)?;
                self.changed.insert(part.to_owned(), parts::with_drawing(&sheet)?);
                self.changed.insert(links_part, links);
                self.changed.insert(TYPES.to_owned(), types);
                self.changed.insert(comments_part, comments.part());
                self.changed.insert(drawing_part, comments.drawing(number));
            }
            // Nothing to say, or a drawing that holds more than remarks.
            _ => {}
        }
        Ok(())
    }

    /// A part as it is by now.
    fn text(&mut self, part: &str) -> Result<Option<String>> {
        if let Some(changed) = self.changed.get(part) {
            return Ok(Some(changed.clone()));
        }
        let Ok(mut entry) = self.archive.by_name(part) else { return Ok(None) };
        let mut text = String::new();
        entry.read_to_string(&mut text).map_err(|_| damaged())?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }

    fn write(mut self) -> Result<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index_raw(index).map_err(|_| damaged())?;
            let name = entry.name().map_err(|_| damaged())?.into_owned();
            match self.changed.remove(&name) {
                Some(text) => write(&mut writer, &name, &text)?,
                None => writer.raw_copy_file(entry).map_err(Error::internal)?,
            }
        }
        for (name, text) in &self.changed {
            write(&mut writer, name, text)?;
        }
        Ok(writer.finish().map_err(Error::internal)?.into_inner())
    }
}

fn write(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, text: &str) -> Result<()> {
    writer.start_file(name, SimpleFileOptions::default()).map_err(Error::internal)?;
    writer.write_all(text.as_bytes()).map_err(Error::internal)
}
