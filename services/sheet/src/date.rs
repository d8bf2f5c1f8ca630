//! Days, as spreadsheets and people write them.

use chassis::say::Language;
use chrono::{Datelike as _, NaiveDate};

use crate::cell::Value;

/// Why a cell is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateTrouble {
    /// It is one of two days, depending on who wrote it: `03/04/2025`.
    Ambiguous,
    /// It is none.
    Unreadable,
}

/// The day in a cell: a day, the number that spreadsheets keep a day by, `2025-12-31`, and in French `31/12/2025`.
///
/// # Errors
/// It is none that can be told without guessing.
pub fn date(value: &Value, language: Language) -> Result<NaiveDate, DateTrouble> {
    match value {
        Value::Date(day) => Ok(*day),
        Value::Text(text) => written(text.trim(), language),
        Value::Number(number) => {
            let serial = f64::try_from(*number).unwrap_or_default();
            // Only days of our times: a number below is rather a year, or a count.
            let days = (20_000.0..80_000.0).contains(&serial).then_some(serial.trunc());
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30);
            let days = days.and_then(|days| chrono::TimeDelta::try_days(days as i64));
            epoch
                .zip(days)
                .and_then(|(epoch, days)| epoch.checked_add_signed(days))
                .ok_or(DateTrouble::Unreadable)
        }
        Value::Truth(_) | Value::Fault(_) => Err(DateTrouble::Unreadable),
    }
}

fn written(text: &str, language: Language) -> Result<NaiveDate, DateTrouble> {
    if let Some(day) = iso(text) {
        return Ok(day);
    }
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let [day, month, year] = parts.as_slice() else { return Err(DateTrouble::Unreadable) };
    let digits = |part: &str, most: usize| {
        let counted = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        counted.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (Some(first), Some(second), 4, Some(year)) =
        (digits(day, 2), digits(month, 2), year.len(), digits(year, 4))
    else {
        return Err(DateTrouble::Unreadable);
    };
    let of = |day, month| of(i32::try_from(year).unwrap_or_default(), month, day);
    match language {
        Language::Fr => of(first, second).ok_or(DateTrouble::Unreadable),
        // Months stand first for some, days for others.
        Language::En if of(first, second).or(of(second, first)).is_some() => Err(DateTrouble::Ambiguous),
        Language::En => Err(DateTrouble::Unreadable),
    }
}

/// `2025-12-31`, also with a time of day behind it.
pub(crate) fn iso(text: &str) -> Option<NaiveDate> {
    let (day, time) = text.split_at_checked(10)?;
    let follows = time.is_empty() || time.starts_with(['T', ' ']);
    follows.then(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()).flatten().filter(|day| sane(*day))
}

pub(crate) fn of(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|day| sane(*day))
}

fn sane(day: NaiveDate) -> bool {
    (1900..=9999).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, language: Language) -> Result<String, DateTrouble> {
        date(&Value::Text(text.to_owned()), language).map(|day| day.to_string())
    }

    #[test]
    fn days_are_read_as_they_are_written_where_one_reading_is_right() {
        let new_year = Ok("2025-12-31".to_owned());
        for text in ["2025-12-31", "2025-12-31T10:00:00", "31/12/2025", "31.12.2025", " 31/12/2025 "] {
            assert_eq!(read(text, Language::Fr), new_year, "{text}");
        }
        assert_eq!(read("2025-12-31", Language::En), new_year);
        assert_eq!(read("3/4/2025", Language::Fr).as_deref(), Ok("2025-04-03"));
        assert_eq!(read("03/04/2025", Language::En), Err(DateTrouble::Ambiguous));
        assert_eq!(read("31/12/2025", Language::En), Err(DateTrouble::Ambiguous));
        for text in ["31/02/2025", "12/31/2025", "31/12/25", "2025", "yesterday", "2025-02-30", "+1/1/2025"] {
            assert_eq!(read(text, Language::Fr), Err(DateTrouble::Unreadable), "{text}");
        }
    }

    #[test]
    fn the_number_of_a_day_is_that_day_and_a_year_is_not() {
        assert_eq!(
            date(&Value::Number(45_992.into()), Language::Fr),
            Ok(NaiveDate::from_ymd_opt(2025, 12, 1).unwrap())
        );
        assert_eq!(date(&Value::Number(2025.into()), Language::Fr), Err(DateTrouble::Unreadable));
        assert_eq!(date(&Value::Truth(true), Language::Fr), Err(DateTrouble::Unreadable));
    }
}
