//! CSV as people send it, whatever separates it and however it is encoded. Knows no noun.
//!
//! ```
//! let text = delimited::Text::of("clé;valeur\r\nété;1,5\r\n".as_bytes()).unwrap();
//! let records: Vec<_> = text.records().map(Result::unwrap).collect();
//! assert_eq!((records[1].line, &records[1].fields[1]), (2, "1,5"));
//! ```

#![warn(missing_docs)]

use std::borrow::Cow;

pub use csv::StringRecord;
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
/// Bytes that are looked at to find the separator.
const HEAD: usize = 64 * 1024;

/// The text of a file, and what separates its fields.
#[derive(Clone, Debug)]
pub struct Text<'f> {
    text: Cow<'f, str>,
    separator: u8,
    /// Where the first record begins, and how many rows stand before it.
    start: (usize, u32),
}

/// One record of a file.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its row as a spreadsheet program shows it, from 0: an empty line is a row, a field over several lines is not.
    pub row: u32,
    /// The line of the file where it begins, from 1.
    pub line: u32,
    /// What it says.
    pub fields: StringRecord,
}

impl<'f> Text<'f> {
    /// UTF-8, UTF-16 with its mark, or what Excel calls CSV in the West; nothing of bytes that no text has.
    #[must_use]
    pub fn of(file: &'f [u8]) -> Option<Self> {
        let text = decode(file)?;
        let (separator, start) = separator(&text);
        Some(Self { text, separator, start })
    }

    /// Its records in their order; an error where the rest cannot be read.
    pub fn records(&self) -> Records<'_> {
        let (at, rows) = self.start;
        let body = &self.text[at..];
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(self.separator);
        Records { reader: reader.from_reader(body.as_bytes()), body, row: rows, line: rows, counted: 0 }
    }
}

/// The records of a file.
pub struct Records<'t> {
    reader: csv::Reader<&'t [u8]>,
    body: &'t str,
    row: u32,
    /// Lines before `counted`.
    line: u32,
    counted: usize,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, csv::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let from = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let mut fields = StringRecord::new();
        match self.reader.read_record(&mut fields) {
            Err(error) => return Some(Err(error)),
            Ok(false) => return None,
            Ok(true) => {}
        }
        // Empty lines are rows too, that the reader passes over.
        let (empty, start) = empty_lines(self.body, from);
        let row = self.row.saturating_add(empty);
        self.row = row.saturating_add(1);
        self.line =
            self.line.saturating_add(line_ends(self.body.get(self.counted..start).unwrap_or_default()));
        self.counted = start;
        Some(Ok(Record { row, line: self.line.saturating_add(1), fields }))
    }
}

/// The empty lines where a record is looked for, and where it begins. The reader leaves the second half of a line's end
/// for later.
fn empty_lines(body: &str, from: usize) -> (u32, usize) {
    let rest = body.get(from..).unwrap_or_default();
    let half = body.get(..from).is_some_and(|before| before.ends_with('\r')) && rest.starts_with('\n');
    let from = from.saturating_add(usize::from(half));
    let rest = body.get(from..).unwrap_or_default();
    let empty = &rest[..rest.len() - rest.trim_start_matches(['\r', '\n']).len()];
    (line_ends(empty), from.saturating_add(empty.len()))
}

fn line_ends(text: &str) -> u32 {
    let alone = text.bytes().zip(text.bytes().skip(1).chain([0]));
    let ends = alone.filter(|(byte, next)| *byte == b'\n' || (*byte == b'\r' && *next != b'\n'));
    u32::try_from(ends.count()).unwrap_or(u32::MAX)
}

fn decode(file: &[u8]) -> Option<Cow<'_, str>> {
    if file.starts_with(&[0xFF, 0xFE]) {
        return Some(UTF_16LE.decode_with_bom_removal(file).0);
    }
    if file.starts_with(&[0xFE, 0xFF]) {
        return Some(UTF_16BE.decode_with_bom_removal(file).0);
    }
    let file = file.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(file);
    let binary = |byte: &u8| matches!(byte, 0..=8 | 14..=31);
    match std::str::from_utf8(file) {
        _ if file.iter().any(binary) => None,
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => Some(WINDOWS_1252.decode_without_bom_handling(file).0),
    }
}

/// The separator, where what it separates begins, and how many rows stand before: Excel is told the separator in a first
/// line `sep=;`.
fn separator(text: &str) -> (u8, (usize, u32)) {
    if let Some((said, rest)) = text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n'))
        && let [separator @ (b';' | b',' | b'\t')] = said.trim_end_matches('\r').as_bytes()
    {
        return (*separator, (text.len() - rest.len(), 1));
    }
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut between_quotes = false;
    for byte in text.bytes().take(HEAD) {
        match SEPARATORS.iter().position(|separator| *separator == byte) {
            Some(index) if !between_quotes => counts[index] += 1,
            _ if byte == b'"' => between_quotes = !between_quotes,
            // The first line has headings; further ones have decimal commas.
            _ if byte == b'\n' && !between_quotes && counts.iter().any(|count| *count > 0) => break,
            _ => {}
        }
    }
    let most = (0..SEPARATORS.len()).rev().max_by_key(|index| counts[*index]).unwrap_or_default();
    (SEPARATORS[most], (0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(file: &str) -> Vec<(u32, u32)> {
        let text = Text::of(file.as_bytes()).unwrap();
        text.records().map(|record| record.map(|record| (record.row, record.line)).unwrap()).collect()
    }

    #[test]
    fn a_record_knows_its_row_and_its_line() {
        assert_eq!(places("a,b\n\"x\ny\",2\nz,3\n"), [(0, 1), (1, 2), (2, 4)]);
        assert_eq!(places("a,b\r\n\r\n\"x\r\ny\",2\r\nz,3"), [(0, 1), (2, 3), (3, 5)]);
        assert_eq!(places("sep=;\r\na;b\r\nc;d"), [(1, 2), (2, 3)]);
        assert_eq!(places("a\r\r\rb"), [(0, 1), (3, 4)]);
    }
}
