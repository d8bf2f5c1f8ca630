//! Days and moments as the rules compare them: a day begins at midnight, UTC.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};

use crate::value::{date, is_space};

/// A day, or a moment of it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Moment(NaiveDateTime);

impl Moment {
    pub(super) fn at(now: DateTime<Utc>) -> Self {
        Self(now.naive_utc())
    }

    /// Whole days from an earlier moment.
    pub(super) fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }
}

/// Reads a date, or a date with a time; a time without a zone is taken as UTC.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim_matches(is_space);
    if let Some(day) = date(text) {
        return Some(Moment(day.and_time(NaiveTime::MIN)));
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(Moment(moment.naive_utc()));
    }
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_compared() {
        let of = |text: &str| moment(text).unwrap();
        assert!(of("2024-01-01") < of("2024-01-01T00:00:01"));
        assert!(of("2024-01-01T02:00:00+02:00") == of("2024-01-01"));
        assert_eq!(of("2024-12-31").days_since(of("2024-01-01")), 365);
        assert_eq!(moment("soon"), None);
    }
}
