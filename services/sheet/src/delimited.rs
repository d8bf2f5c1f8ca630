//! CSV, whatever separates it and however it is encoded.

use std::borrow::Cow;

use chassis::error::Result;
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::cell::Value;
use crate::package::Limits;
use crate::refusal::damaged;
use crate::workbook::{Kind, Room, Sheet, Workbook, unknown};

const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
/// Bytes that are looked at to find the separator.
const HEAD: usize = 64 * 1024;

pub(crate) fn read(file: &[u8], limits: &Limits) -> Result<Workbook> {
    let text = decode(file).ok_or_else(unknown)?;
    let (separator, body, skipped) = separator(&text);
    let mut sheet = Sheet::default();
    let mut room = Room::new(limits);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader =
        reader.has_headers(false).flexible(true).delimiter(separator).from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = skipped;
    loop {
        let from = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !reader.read_record(&mut record).map_err(|_| damaged())? {
            break;
        }
        // Empty lines are rows too, that the reader passes over.
        row = row.saturating_add(empty_lines(body, from));
        for (column, field) in (0..).zip(&record) {
            room.put(&mut sheet, row, column, Value::Text(unescaped(field).to_owned()))?;
        }
        row = row.saturating_add(1);
    }
    Ok(Workbook { kind: Kind::Csv, sheets: vec![sheet] })
}

/// The empty lines where a record is looked for. The reader leaves the second half of a line's end for later.
fn empty_lines(body: &str, from: usize) -> u32 {
    let rest = body.get(from..).unwrap_or_default();
    let half = body.get(..from).is_some_and(|before| before.ends_with('\r'));
    let rest = rest.strip_prefix('\n').filter(|_| half).unwrap_or(rest);
    let line_ends = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    u32::try_from(rest[..line_ends].replace("\r\n", "\n").len()).unwrap_or(u32::MAX)
}

/// UTF-8, UTF-16 with its mark, or what Excel calls CSV in the West. Bytes that no text has are no text.
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

/// The separator, what it separates, and how many rows stand before: Excel is told the separator in a first line `sep=;`.
fn separator(text: &str) -> (u8, &str, u32) {
    if let Some((said, rest)) = text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n'))
        && let [separator @ (b';' | b',' | b'\t')] = said.trim_end_matches('\r').as_bytes()
    {
        return (*separator, rest, 1);
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
    (SEPARATORS[most], text, 0)
}

/// How a file is written for who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Commas, UTF-8 without a mark (RFC 4180): for programs, and English spreadsheet programs.
    Plain,
    /// Semicolons, UTF-8 with a mark: what French spreadsheet programs open.
    French,
}

/// Writes rows; what a spreadsheet program would compute stays text.
pub fn write(rows: &[Vec<Value>], dialect: Dialect) -> Vec<u8> {
    let (mark, separator, language) = match dialect {
        Dialect::Plain => ("", b',', chassis::say::Language::En),
        Dialect::French => ("\u{feff}", b';', chassis::say::Language::Fr),
    };
    let mut builder = csv::WriterBuilder::new();
    let builder = builder.delimiter(separator).terminator(csv::Terminator::CRLF).flexible(true);
    let mut writer = builder.from_writer(mark.as_bytes().to_vec());
    for row in rows {
        let fields = row.iter().map(|value| match value {
            Value::Number(number) => crate::number::shown(*number, language),
            Value::Text(text) => harmless(text),
            other => other.shown(),
        });
        // Into memory, with as many fields as there are: nothing of it can fail.
        drop(writer.write_record(fields));
    }
    writer.into_inner().unwrap_or_default()
}

const COMPUTED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that a spreadsheet program shows and does not compute.
fn harmless(text: &str) -> String {
    if text.starts_with(COMPUTED) { format!("'{text}") } else { text.to_owned() }
}

/// The text that was made [`harmless`].
fn unescaped(field: &str) -> &str {
    field.strip_prefix('\'').filter(|text| text.starts_with(COMPUTED)).unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(file: &[u8]) -> Vec<(u32, u32, String)> {
        let workbook = read(file, &Limits::default()).unwrap();
        workbook.sheets[0].cells().map(|(row, column, value)| (row, column, value.shown())).collect()
    }

    #[test]
    fn every_separator_and_encoding_of_the_west_is_read() {
        let expected = vec![
            (0, 0, "clé".to_owned()),
            (0, 1, "valeur".to_owned()),
            (1, 0, "été".to_owned()),
            (1, 1, "1,5".to_owned()),
        ];
        let text = "clé;valeur\r\nété;1,5\r\n";
        assert_eq!(cells(text.as_bytes()), expected);
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(cells(&WINDOWS_1252.encode(text).0), expected);
        assert_eq!(cells("clé\tvaleur\nété\t1,5".as_bytes()), expected);
        assert_eq!(cells("clé,valeur\nété,\"1,5\"\n".as_bytes()), expected);
        let wide: Vec<u8> =
            "\u{feff}clé\tvaleur\nété\t1,5".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&wide), expected);
        assert_eq!(cells("sep=;\nclé;valeur".as_bytes())[0], (1, 0, "clé".to_owned()));
    }

    #[test]
    fn quotes_hold_separators_lines_and_quotes() {
        assert_eq!(
            cells(b"\"a;b\";\"c\n\"\"d\"\"\"\n"),
            vec![(0, 0, "a;b".to_owned()), (0, 1, "c\n\"d\"".to_owned())]
        );
    }

    #[test]
    fn empty_lines_are_rows_whatever_ends_them() {
        for text in ["a\n\n\nb\n", "a\r\n\r\n\r\nb\r\n", "a\r\r\rb"] {
            assert_eq!(
                cells(text.as_bytes()),
                vec![(0, 0, "a".to_owned()), (3, 0, "b".to_owned())],
                "{text:?}"
            );
        }
    }

    #[test]
    fn empty_cells_are_not_there() {
        assert_eq!(
            cells(b"a,,0\n\n,  ,\nb"),
            vec![(0, 0, "a".to_owned()), (0, 2, "0".to_owned()), (3, 0, "b".to_owned()),]
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for file in [&b"%PDF-1.4\n\x00\x01"[..], b"\x89PNG\r\n\x1a\n\x00", b"a\x01b"] {
            assert!(read(file, &Limits::default()).is_err());
        }
    }

    #[test]
    fn what_would_be_computed_stays_text_and_numbers_stay_numbers() {
        let text = |text: &str| Value::Text(text.to_owned());
        let rows =
            vec![vec![text("=1+1"), text("@SUM(A1)"), text("a;b"), Value::Number((-5).into()), text("-5")]];
        let french = String::from_utf8(write(&rows, Dialect::French)).unwrap();
        assert_eq!(french, "\u{feff}'=1+1;'@SUM(A1);\"a;b\";-5;'-5\r\n");
        let plain = String::from_utf8(write(&rows, Dialect::Plain)).unwrap();
        assert_eq!(plain, "'=1+1,'@SUM(A1),a;b,-5,'-5\r\n");
        assert_eq!(cells(plain.as_bytes())[0], (0, 0, "=1+1".to_owned()), "and is read as it was");
    }
}
