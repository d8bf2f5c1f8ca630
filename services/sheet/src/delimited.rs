//! CSV as a workbook of one sheet, and written for who reads it.

use chassis::error::Result;

use crate::cell::Value;
use crate::package::Limits;
use crate::refusal::damaged;
use crate::workbook::{Kind, Room, Sheet, Workbook, unknown};

pub(crate) fn read(file: &[u8], limits: &Limits) -> Result<Workbook> {
    let text = delimited::Text::of(file).ok_or_else(unknown)?;
    let mut sheet = Sheet::default();
    let mut room = Room::new(limits);
    for record in text.records() {
        let record = record.map_err(|_| damaged())?;
        for (column, field) in (0..).zip(&record.fields) {
            room.put(&mut sheet, record.row, column, Value::Text(unescaped(field).to_owned()))?;
        }
    }
    Ok(Workbook { kind: Kind::Csv, sheets: vec![sheet] })
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
    use encoding_rs::WINDOWS_1252;

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
