//! Numbers, as people type them where a cell holds text: without guessing.

use chassis::say::Language;
use rust_decimal::Decimal;

use crate::cell::Value;

/// Why a cell is no number.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberTrouble {
    /// It is one of two numbers, depending on who wrote it: `1,234`.
    Ambiguous {
        /// The mark separates thousands.
        thousands: Decimal,
        /// The mark separates decimals.
        decimals: Decimal,
    },
    /// A day: spreadsheets make one of `22.5`.
    Date,
    /// An error, or a formula without a result.
    Fault,
    /// Not a number at all.
    Unreadable,
    /// A number said not to be available: `n/d`, `n/a`.
    NotAvailable,
}

/// What stands between groups of digits, wherever people come from.
const SPACES: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];
/// How people say that there is no number.
const NOT_AVAILABLE: [&str; 8] = ["n/d", "n/a", "nd", "na", "n.d.", "n.a.", "n. d.", "n. a."];

/// The number in a cell. A cell that holds a number has it in every language; text is read as people of the language write
/// numbers, and a text that others would read otherwise is not read.
///
/// # Errors
/// It is none that can be told without guessing.
pub fn number(value: &Value, language: Language) -> Result<Decimal, NumberTrouble> {
    match value {
        Value::Number(number) => Ok(*number),
        Value::Date(_) => Err(NumberTrouble::Date),
        Value::Fault(_) => Err(NumberTrouble::Fault),
        Value::Truth(_) => Err(NumberTrouble::Unreadable),
        Value::Text(text) => {
            let text = text.trim().trim_matches(SPACES);
            match NOT_AVAILABLE.contains(&text.to_lowercase().as_str()) {
                true => Err(NumberTrouble::NotAvailable),
                false => written(text, language),
            }
        }
    }
}

fn written(text: &str, language: Language) -> Result<Decimal, NumberTrouble> {
    let unsigned = text.strip_prefix(['-', '−', '–']);
    let negative = unsigned.is_some();
    let unsigned = unsigned.or_else(|| text.strip_prefix('+')).unwrap_or(text).trim_start_matches(SPACES);
    let marks: Vec<char> = unsigned.chars().filter(|mark| matches!(mark, '.' | ',')).collect();
    let read = match marks.as_slice() {
        [] => grouped(unsigned).map(|whole| assemble(&whole, "")),
        [mark] => return one_mark(unsigned, *mark, negative, language),
        // Two kinds: the last one separates decimals. One kind, several times: it separates thousands.
        [.., last] => match marks.iter().position(|mark| mark == last) {
            Some(first) if first + 1 == marks.len() => {
                let (whole, fraction) = unsigned.split_once(*last).unwrap_or((unsigned, ""));
                thousands(whole).filter(|_| is_digits(fraction)).map(|whole| assemble(&whole, fraction))
            }
            Some(0) => thousands(unsigned).map(|whole| assemble(&whole, "")),
            _ => None,
        },
    };
    read.flatten().map(|number| signed(number, negative)).ok_or(NumberTrouble::Unreadable)
}

fn one_mark(
    unsigned: &str,
    mark: char,
    negative: bool,
    language: Language,
) -> Result<Decimal, NumberTrouble> {
    let (before, fraction) = unsigned.split_once(mark).unwrap_or((unsigned, ""));
    let spaced = before.contains(SPACES);
    let whole = grouped(before).filter(|_| is_digits(fraction)).ok_or(NumberTrouble::Unreadable)?;
    let decimals = assemble(&whole, fraction).map(|number| signed(number, negative));
    let decimals = decimals.ok_or(NumberTrouble::Unreadable)?;
    // 1,234 is a thousand to some and one to others. A point separates decimals wherever English is written.
    let could_group = !spaced && fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
    let certain = language == Language::En && mark == '.';
    match assemble(&format!("{whole}{fraction}"), "") {
        Some(thousands) if could_group && !certain => {
            Err(NumberTrouble::Ambiguous { thousands: signed(thousands, negative), decimals })
        }
        _ => Ok(decimals),
    }
}

/// Digits without what stands between their groups, when the groups are of three.
fn grouped(text: &str) -> Option<String> {
    well_grouped(text, &SPACES)
}

fn thousands(text: &str) -> Option<String> {
    let mark = text.chars().find(|mark| matches!(mark, '.' | ','));
    match mark {
        Some(mark) => well_grouped(text, &[mark]),
        None => grouped(text),
    }
}

fn well_grouped(text: &str, marks: &[char]) -> Option<String> {
    let groups: Vec<&str> = text.split(marks).collect();
    let well = |(index, group): (usize, &&str)| {
        is_digits(group)
            && (groups.len() == 1 || if index == 0 { group.len() <= 3 } else { group.len() == 3 })
    };
    groups.iter().enumerate().all(well).then(|| groups.concat())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn assemble(whole: &str, fraction: &str) -> Option<Decimal> {
    if whole.len() + fraction.len() > 28 {
        return None;
    }
    format!("{whole}.{fraction}0").parse::<Decimal>().ok().map(|number| number.normalize())
}

fn signed(number: Decimal, negative: bool) -> Decimal {
    if negative { -number } else { number }
}

/// A number for people and for [`number`]: as they write it, and never so that it could be another.
pub fn shown(number: Decimal, language: Language) -> String {
    let number = number.normalize();
    let digits = number.abs().to_string();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let sign = if number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
    // A fraction of three digits could be thousands: one more zero tells.
    let zero = if fraction.len() == 3 { "0" } else { "" };
    match (fraction.is_empty(), language) {
        (true, _) => format!("{sign}{whole}"),
        (false, Language::Fr) => format!("{sign}{whole},{fraction}{zero}"),
        (false, Language::En) => format!("{sign}{whole}.{fraction}{zero}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, language: Language) -> Result<String, NumberTrouble> {
        number(&Value::Text(text.to_owned()), language).map(|number| number.to_string())
    }

    #[test]
    fn what_has_one_reading_is_read_in_both_languages() {
        for (text, means) in [
            ("0", "0"),
            ("1234", "1234"),
            ("-7", "-7"),
            ("−7", "-7"),
            ("+7", "7"),
            ("1 234,5", "1234.5"),
            ("1\u{a0}234,5", "1234.5"),
            ("1\u{202f}234\u{202f}567", "1234567"),
            ("1'234.5", "1234.5"),
            ("12,5", "12.5"),
            ("12.5", "12.5"),
            ("0,234", "0.234"),
            ("1234,567", "1234.567"),
            ("1 234,567", "1234.567"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567,25", "1234567.25"),
            ("123456789012345.123456", "123456789012345.123456"),
        ] {
            for language in [Language::En, Language::Fr] {
                assert_eq!(read(text, language).as_deref(), Ok(means), "{text} {language:?}");
            }
        }
    }

    #[test]
    fn what_two_people_would_read_differently_is_asked_back() {
        let ask = |thousands: i64, decimals: i64| {
            Err(NumberTrouble::Ambiguous { thousands: thousands.into(), decimals: Decimal::new(decimals, 3) })
        };
        assert_eq!(read("1,234", Language::Fr), ask(1234, 1234));
        assert_eq!(read("-1,234", Language::En), ask(-1234, -1234));
        assert_eq!(read("1.234", Language::Fr), ask(1234, 1234));
        assert_eq!(read("1.234", Language::En).as_deref(), Ok("1.234"));
        assert_eq!(read("123,000", Language::Fr), ask(123_000, 123_000));
    }

    #[test]
    fn what_is_no_number_is_not_made_one() {
        for text in [
            "",
            "-",
            "abc",
            "1e3",
            "0x10",
            "12 %",
            "1 23",
            "1 2345",
            "1,23,456",
            "1.2,3.4",
            "1..2",
            ",5",
            "5,",
            "١٢",
            "1234 567",
            "12,34,5",
            "NaN",
            "inf",
            "=1+1",
            "10000000000000000000000000000",
        ] {
            assert_eq!(read(text, Language::Fr), Err(NumberTrouble::Unreadable), "{text}");
        }
        for text in ["n/d", "N/A", "nd", " n.d. "] {
            assert_eq!(read(text, Language::Fr), Err(NumberTrouble::NotAvailable), "{text}");
        }
        let date = chrono::NaiveDate::from_ymd_opt(2025, 5, 22).unwrap();
        assert_eq!(number(&Value::Date(date), Language::Fr), Err(NumberTrouble::Date));
        assert_eq!(number(&Value::Fault("#REF!".to_owned()), Language::Fr), Err(NumberTrouble::Fault));
    }

    #[test]
    fn a_number_that_is_shown_is_read_back() {
        let mut seed = 7_u64;
        for _ in 0..5000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = i64::try_from(seed >> (2 + seed % 40)).unwrap();
            let sent = Decimal::new(if seed & 1 == 0 { digits } else { -digits }, (seed >> 8) as u32 % 7);
            for language in [Language::En, Language::Fr] {
                let text = shown(sent, language);
                assert_eq!(number(&Value::Text(text.clone()), language), Ok(sent.normalize()), "{text}");
            }
        }
    }
}
