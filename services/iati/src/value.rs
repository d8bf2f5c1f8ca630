//! The simple types of the schema: whether a text is a date, a number, a language.

use chrono::NaiveDate;

/// A simple type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Token,
    Language,
    Address,
    Boolean,
    Date,
    DateTime,
    Decimal,
    Integer,
    NotNegative,
    Positive,
}

impl Kind {
    /// The type with this name in the schema.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "NMTOKEN" => Self::Token,
            "language" => Self::Language,
            "anyURI" => Self::Address,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "dateTime" => Self::DateTime,
            "decimal" => Self::Decimal,
            "int" => Self::Integer,
            "nonNegativeInteger" => Self::NotNegative,
            "positiveInteger" => Self::Positive,
            _ => Self::Text,
        }
    }

    /// Whether a text is of this type; space around it does not count.
    pub(crate) fn accepts(self, text: &str) -> bool {
        let text = text.trim_matches(is_space);
        match self {
            Self::Text => true,
            Self::Token => {
                !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "\"'<>&".contains(c))
            }
            Self::Language => text.is_empty() || is_language(text),
            Self::Address => is_address(text),
            Self::Boolean => matches!(text, "true" | "false" | "0" | "1"),
            Self::Date => date(text).is_some(),
            Self::DateTime => is_date_time(text),
            Self::Decimal => is_decimal(text),
            Self::Integer => text.parse::<i32>().is_ok(),
            Self::NotNegative => is_digits(text.strip_prefix('+').unwrap_or(text)) || is_zero(text),
            Self::Positive => {
                let digits = text.strip_prefix('+').unwrap_or(text);
                is_digits(digits) && digits.bytes().any(|byte| byte != b'0')
            }
        }
    }

    /// Its problem's code, and what is expected in English and French.
    pub(crate) fn expected(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text | Self::Token => {
                ("TOKEN_INVALID", "one word without spaces", "un seul mot, sans espace")
            }
            Self::Language => {
                ("LANGUAGE_INVALID", "a language code such as en or fr", "un code de langue comme en ou fr")
            }
            Self::Address => (
                "ADDRESS_INVALID",
                "a web address such as https://example.org/report.pdf",
                "une adresse web comme https://example.org/rapport.pdf",
            ),
            Self::Boolean => ("BOOLEAN_INVALID", "1, true, 0 or false", "1, true, 0 ou false"),
            Self::Date => (
                "DATE_INVALID",
                "a date written year-month-day, such as 2024-12-31",
                "une date écrite année-mois-jour, comme 2024-12-31",
            ),
            Self::DateTime => (
                "DATE_TIME_INVALID",
                "a date and time such as 2024-12-31T14:30:00Z",
                "une date et une heure comme 2024-12-31T14:30:00Z",
            ),
            Self::Decimal => (
                "NUMBER_INVALID",
                "a number with a point for decimals and no separator of thousands, such as 1250000.50",
                "un nombre avec un point pour les décimales et sans séparateur de milliers, comme 1250000.50",
            ),
            Self::Integer => ("NUMBER_INVALID", "a whole number such as 1", "un nombre entier comme 1"),
            Self::NotNegative => {
                ("NUMBER_INVALID", "a whole number, 0 or more", "un nombre entier, 0 ou plus")
            }
            Self::Positive => ("NUMBER_INVALID", "a whole number, 1 or more", "un nombre entier, 1 ou plus"),
        }
    }
}

/// White space of XML.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A date; a time zone is allowed after it and has no meaning for a day.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim_matches(is_space);
    let (day, zone) = (text.get(..10)?, text.get(10..)?);
    let bytes = day.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = day.get(from..to)?;
        if is_digits(digits) { digits.parse().ok() } else { None }
    };
    if bytes[4] != b'-' || bytes[7] != b'-' || !is_zone(zone) {
        return None;
    }
    let year = number(0, 4).filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(5, 7)?, number(8, 10)?)
}

fn is_zone(zone: &str) -> bool {
    match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let two = |tens: &u8, units: &u8, most: u8| {
                tens.is_ascii_digit() && units.is_ascii_digit() && (tens - b'0') * 10 + (units - b'0') <= most
            };
            two(h1, h2, 14) && two(m1, m2, 59)
        }
        _ => false,
    }
}

fn is_date_time(text: &str) -> bool {
    let Some((day, time)) = text.split_once('T') else { return false };
    if day.len() != 10 || date(day).is_none() {
        return false;
    }
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return false };
    let below = |part: &str, most: u32| {
        part.len() == 2 && is_digits(part) && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let midnight = *hour == "24" && *minute == "00" && *second == "00";
    (midnight || below(hour, 23) && below(minute, 59) && below(second, 59))
        && fraction.is_none_or(is_digits)
        && is_zone(zone)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_zero(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|digits| is_digits(digits) && digits.bytes().all(|byte| byte == b'0'))
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    (is_digits(whole) && (fraction.is_empty() || is_digits(fraction)))
        || (whole.is_empty() && is_digits(fraction))
}

fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(at, part)| {
        (1..=8).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic() || at > 0 && byte.is_ascii_digit())
    })
}

/// Nearly everything is an address to the schema; these are the mistakes that are not.
fn is_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    let percent =
        |at: usize| bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    let escapes = bytes.iter().enumerate().all(|(at, byte)| *byte != b'%' || percent(at));
    escapes && text.matches('#').count() <= 1
}

/// A decimal as a number of billionths, so that percentages add up exactly.
pub(crate) fn billionths(decimal: &str) -> Option<i128> {
    let text = decimal.trim_matches(is_space);
    if !is_decimal(text) || text.len() > 24 {
        return None;
    }
    let (whole, fraction) = text
        .trim_start_matches(['+', '-'])
        .split_once('.')
        .unwrap_or((text.trim_start_matches(['+', '-']), ""));
    let digits: String = whole.chars().chain(fraction.chars().chain("000000000".chars()).take(9)).collect();
    let number: i128 = digits.parse().ok()?;
    Some(if text.starts_with('-') { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for good in ["2024-02-29", " 2024-01-01\n", "2024-01-01Z", "2024-01-01+02:00"] {
            assert!(Kind::Date.accepts(good), "{good}");
        }
        for bad in [
            "",
            "0",
            "2023-02-29",
            "2024-1-1",
            "01/02/2024",
            "2024-01-01T00:00:00",
            "2024-01-01é",
            "0000-01-01",
            "90110",
        ] {
            assert!(!Kind::Date.accepts(bad), "{bad}");
        }
    }

    #[test]
    fn times_may_have_a_fraction_and_a_zone() {
        for good in ["2025-10-09T22:23:57.5230000", "2018-10-09T09:33:43+00:00", "2025-04-03T20:52:13.509Z"] {
            assert!(Kind::DateTime.accepts(good), "{good}");
        }
        for bad in [
            "2025-10-09",
            "2025-10-09 10:00:00",
            "2025-10-09T25:00:00",
            "2025-10-09T10:00",
            "2025-10-09T10:00:00.",
        ] {
            assert!(!Kind::DateTime.accepts(bad), "{bad}");
        }
    }

    #[test]
    fn numbers_have_a_point_and_no_thousands() {
        for good in ["1", "-1.5", "+.5", "5.", "0012"] {
            assert!(Kind::Decimal.accepts(good), "{good}");
        }
        for bad in ["", "1,5", "1 000", "1e3", ".", "--1", "NaN"] {
            assert!(!Kind::Decimal.accepts(bad), "{bad}");
        }
        assert_eq!(billionths("33.3"), Some(33_300_000_000));
        assert_eq!(billionths("-0.5"), Some(-500_000_000));
    }
}
