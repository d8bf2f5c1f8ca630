//! A cell: where it is and what stands in it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What stands in a cell that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Words, as typed.
    Text(String),
    /// A number, whatever the language it is shown in.
    Number(Decimal),
    /// A day; the time of day is dropped.
    Date(NaiveDate),
    /// True or false.
    Truth(bool),
    /// An error, `#REF!`, or a formula that has no result: `=SUM(A1:A9)`.
    Fault(String),
}

impl Value {
    /// As its sender would recognise it, shortened.
    pub fn shown(&self) -> String {
        let whole = match self {
            Self::Text(text) | Self::Fault(text) => text.clone(),
            Self::Number(number) => number.normalize().to_string(),
            Self::Date(day) => day.to_string(),
            Self::Truth(truth) => truth.to_string(),
        };
        match whole.char_indices().nth(80) {
            Some((end, _)) => format!("{}…", &whole[..end]),
            None => whole,
        }
    }

    /// Its words; a number or a day in a field for words is taken as it is shown.
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) | Self::Fault(text) => text.trim().to_owned(),
            other => other.shown(),
        }
    }

    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) | Self::Fault(text) => text.len(),
            Self::Number(_) | Self::Date(_) | Self::Truth(_) => 0,
        }
    }
}

/// A number as a program holds it, with the fifteen digits that spreadsheets show; words when it is too large to be exact.
pub(crate) fn measured(number: f64) -> Value {
    let exact = Decimal::from_scientific(&format!("{number:.14e}")).ok();
    exact.map_or_else(|| Value::Text(format!("{number:e}")), |exact| Value::Number(exact.normalize()))
}

/// The address that people see, rows and columns from 0: `Rapport!E14`; of a file without sheets, `E14`.
pub fn place(sheet: &str, row: u32, column: u32) -> String {
    let cell = format!("{}{}", letters(column), u64::from(row) + 1);
    if sheet.is_empty() { cell } else { format!("{sheet}!{cell}") }
}

/// The same for a formula or a link: `'À corriger'!B2`.
pub fn quoted(sheet: &str, row: u32, column: u32) -> String {
    format!("'{}'!{}", sheet.replace('\'', "''"), place("", row, column))
}

/// The letters of a column.
pub(crate) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    letters.into_iter().rev().collect()
}

/// The sheet, the row and the column of an address, as [`place`] writes them.
pub fn located(place: &str) -> Option<(&str, u32, u32)> {
    let (sheet, cell) = place.rsplit_once('!').unwrap_or(("", place));
    position(cell).map(|(row, column)| (sheet, row, column))
}

/// A row and a column from `E14`.
pub(crate) fn position(cell: &str) -> Option<(u32, u32)> {
    let digits = cell.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = cell.split_at(digits);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter = letter.is_ascii_uppercase().then(|| letter - b'A')?;
        column.checked_mul(26)?.checked_add(u32::from(letter) + 1)
    });
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column?.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_people_see() {
        assert_eq!(place("Rapport", 13, 4), "Rapport!E14");
        assert_eq!(place("", 0, 25), "Z1");
        assert_eq!((letters(26).as_str(), letters(701).as_str(), letters(702).as_str()), ("AA", "ZZ", "AAA"));
        assert_eq!(quoted("L'été", 0, 0), "'L''été'!A1");
    }

    #[test]
    fn addresses_are_read_back() {
        for (row, column) in [(0, 0), (13, 4), (99, 26), (7, 702)] {
            assert_eq!(located(&place("L'été!", row, column)), Some(("L'été!", row, column)));
            assert_eq!(located(&place("", row, column)), Some(("", row, column)));
        }
        for wrong in ["", "14", "E", "E0", "é1", "ZZZZZZZZZ1"] {
            assert_eq!(located(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_has_the_digits_that_spreadsheets_show() {
        assert_eq!(measured(0.1 + 0.2), Value::Number(Decimal::new(3, 1)));
        assert_eq!(measured(-0.0), Value::Number(Decimal::ZERO));
        assert_eq!(measured(1234567.25).shown(), "1234567.25");
        assert!(matches!(measured(1e300), Value::Text(_)));
        assert!(matches!(measured(f64::NAN), Value::Text(_)));
    }

    #[test]
    fn what_is_quoted_is_not_longer_than_what_is_recognised() {
        assert_eq!(Value::Text("é".repeat(100)).shown().chars().count(), 81);
    }
}
