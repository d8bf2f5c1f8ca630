//! Instants and days.

use std::fmt;
use std::ops::Deref;

use chrono::{Datelike, NaiveDate};
use sea_orm::sea_query::{self, ArrayType, ColumnType, Nullable, StringLen, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
};

use super::Stored;
use crate::error::{Error, Result};
use crate::say;

/// An instant, in microseconds since 1970, UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub i64);

impl Micros {
    /// The first instant of the year 1, where protobuf's timestamps begin.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The last microsecond of the year 9999, where they end.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// Reads an instant of a request; what is finer than a microsecond is dropped.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` outside the years 1 to 9999, or when `nanos` is not a fraction of a second.
    pub fn from_timestamp(field: &str, timestamp: &prost_types::Timestamp) -> Result<Self> {
        Self::of(timestamp).ok_or_else(|| {
            Error::invalid(
                field,
                say!(
                    "expected an instant of the years 1 to 9999, with nanos from 0 to 999999999",
                    "instant attendu entre les années 1 et 9999, avec nanos de 0 à 999999999"
                ),
            )
        })
    }

    pub(crate) fn of(timestamp: &prost_types::Timestamp) -> Option<Self> {
        let nanos = (0..1_000_000_000).contains(&timestamp.nanos).then_some(i64::from(timestamp.nanos))?;
        let micros = timestamp.seconds.checked_mul(1_000_000)?.checked_add(nanos / 1_000)?;
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// Reads RFC 3339, no finer than a microsecond; nothing when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let instant = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        let micros = instant.timestamp_micros();
        let exact = instant.timestamp_subsec_nanos() % 1_000 == 0;
        (exact && (Self::MIN.0..=Self::MAX.0).contains(&micros)).then_some(Self(micros))
    }

    /// The instant as a message carries it.
    pub fn to_timestamp(self) -> prost_types::Timestamp {
        let nanos = self.0.rem_euclid(1_000_000) * 1_000;
        prost_types::Timestamp {
            seconds: self.0.div_euclid(1_000_000),
            nanos: i32::try_from(nanos).unwrap_or_default(),
        }
    }
}

impl From<i64> for Micros {
    fn from(micros: i64) -> Self {
        Self(micros)
    }
}

impl From<Micros> for prost_types::Timestamp {
    fn from(micros: Micros) -> Self {
        micros.to_timestamp()
    }
}

impl Deref for Micros {
    type Target = i64;
    fn deref(&self) -> &i64 {
        &self.0
    }
}

/// RFC 3339, UTC.
impl fmt::Display for Micros {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp_micros(self.0) {
            Some(instant) => {
                formatter.write_str(&instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            }
            None => write!(formatter, "{} µs", self.0),
        }
    }
}

impl fmt::Debug for Micros {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Stored for Micros {
    type Base = i64;
    fn store(self) -> i64 {
        self.0
    }
    fn load(micros: i64) -> Result<Self, String> {
        Ok(Self(micros))
    }
}

stored!(Micros, "Micros", i64, BigInt, ColumnType::BigInteger);

/// A calendar day of the years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `google.type.Date`; a year or a month alone is not a day.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` when the calendar has no such day.
    pub fn from_date(field: &str, date: &proto::Date) -> Result<Self> {
        let part = |number: i32| u32::try_from(number).ok();
        part(date.month)
            .zip(part(date.day))
            .and_then(|(month, day)| NaiveDate::from_ymd_opt(date.year, month, day))
            .and_then(Self::of)
            .ok_or_else(|| {
                Error::invalid(
                    field,
                    say!(
                        "expected a whole date that exists: year, month and day",
                        "date complète et existante attendue : année, mois et jour"
                    ),
                )
            })
    }

    /// Reads `YYYY-MM-DD`; nothing when it is not that.
    pub fn parse(text: &str) -> Option<Self> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(Self::of)?;
        (day.to_string() == text).then_some(day) // chrono also reads `2026-1-5`
    }

    /// A day of chrono's, of the years 1 to 9999.
    pub fn of(date: NaiveDate) -> Option<Self> {
        (1..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// The day as a message carries it.
    pub fn to_date(self) -> proto::Date {
        let part = |number: u32| i32::try_from(number).unwrap_or_default();
        proto::Date { year: self.0.year(), month: part(self.0.month()), day: part(self.0.day()) }
    }
}

impl From<Day> for proto::Date {
    fn from(day: Day) -> Self {
        day.to_date()
    }
}

impl Deref for Day {
    type Target = NaiveDate;
    fn deref(&self) -> &NaiveDate {
        &self.0
    }
}

/// `2026-12-31`.
impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Stored for Day {
    type Base = String;
    fn store(self) -> String {
        self.to_string()
    }
    fn load(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} is not a day"))
    }
}

stored!(Day, "Day", String, String, ColumnType::String(StringLen::None));
