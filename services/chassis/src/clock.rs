//! The one clock. Rules take `now`; nothing else reads the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{Days, NaiveTime, TimeDelta, TimeZone as _};

use crate::column::{Day, Micros};
use crate::error::{Error, Result};
use crate::say;

/// Tells the time, moved forward or back by tests and the demo.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Micros {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let real = i64::try_from(real.as_micros()).unwrap_or(i64::MAX);
        Micros(real.saturating_add(self.offset_micros.load(Ordering::Relaxed)))
    }

    /// Moves the clock by so many seconds from the real time.
    pub fn shift(&self, seconds: i64) {
        self.offset_micros.store(seconds.saturating_mul(1_000_000), Ordering::Relaxed);
    }
}

/// A time zone of IANA's: where days begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// Greenwich without its summers.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// A zone by its name: `Europe/Paris`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `field`.
    pub fn parse(field: &str, name: &str) -> Result<Self> {
        name.parse().map(Self).map_err(|_| {
            Error::invalid(
                field,
                say!(
                    "expected a time zone of IANA's, such as Europe/Paris",
                    "fuseau horaire de l'IANA attendu, comme Europe/Paris"
                ),
            )
        })
    }

    /// The day of an instant here.
    pub fn day(self, instant: Micros) -> Option<Day> {
        let utc = chrono::DateTime::from_timestamp_micros(instant.0)?;
        Day::of(utc.with_timezone(&self.0).date_naive())
    }

    /// An instant as clocks show it here (RFC 3339): `2026-04-01T10:00:00+02:00`.
    pub fn told(self, instant: Micros) -> String {
        let utc = chrono::DateTime::from_timestamp_micros(instant.0).unwrap_or_default();
        utc.with_timezone(&self.0).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// The first instant of a day here.
    pub fn start(self, day: Day) -> Micros {
        Micros(self.end(before(day)).0.saturating_add(1))
    }

    /// The last instant of a day here, which its deadlines hold to: 23:59:59 and what belongs to that second.
    pub fn end(self, day: Day) -> Micros {
        let midnight = day.checked_add_days(Days::new(1)).map(|next| next.and_time(NaiveTime::MIN));
        // A clock that is put forward at midnight, or over a whole day, begins the next day later.
        let begins = midnight.and_then(|midnight| {
            (0..=96).find_map(|quarter| {
                let local = midnight + TimeDelta::minutes(15 * quarter);
                self.0.from_local_datetime(&local).latest()
            })
        });
        begins.map_or(Micros::MAX, |begins| Micros(begins.timestamp_micros() - 1))
    }
}

fn before(day: Day) -> Day {
    day.pred_opt().and_then(Day::of).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(zone: &str, day: &str) -> String {
        Zone::parse("time_zone", zone).unwrap().end(Day::parse(day).unwrap()).to_string()
    }

    #[test]
    fn a_day_ends_where_its_zone_says() {
        assert_eq!(end("Europe/Paris", "2026-07-14"), "2026-07-14T21:59:59.999999Z");
        assert_eq!(end("Europe/Paris", "2026-12-31"), "2026-12-31T22:59:59.999999Z");
        assert_eq!(end("America/Martinique", "2026-12-31"), "2027-01-01T03:59:59.999999Z");
        assert_eq!(end("UTC", "2026-12-31"), "2026-12-31T23:59:59.999999Z");
        assert_eq!(end("UTC", "9999-12-31"), Micros::MAX.to_string());
    }

    #[test]
    fn a_day_ends_once_also_where_clocks_are_put_forward_at_midnight() {
        // Beirut goes from 00:00 to 01:00; Samoa had no 30 December 2011.
        assert_eq!(end("Asia/Beirut", "2026-03-28"), "2026-03-28T21:59:59.999999Z");
        assert_eq!(end("Pacific/Apia", "2011-12-29"), "2011-12-30T09:59:59.999999Z");
        // Cairo goes back from 24:00 to 23:00: the day has 25 hours.
        assert_eq!(end("Africa/Cairo", "2026-10-29"), "2026-10-29T21:59:59.999999Z");
    }

    #[test]
    fn an_instant_is_of_the_day_that_it_begins_or_ends() {
        for (name, day) in
            [("Europe/Paris", "2026-03-29"), ("Asia/Beirut", "2026-03-29"), ("Africa/Cairo", "2026-10-29")]
        {
            let (zone, day) = (Zone::parse("time_zone", name).unwrap(), Day::parse(day).unwrap());
            assert_eq!(
                (zone.day(zone.start(day)), zone.day(zone.end(day))),
                (Some(day), Some(day)),
                "{name}"
            );
            assert_ne!(zone.day(Micros(zone.start(day).0 - 1)), Some(day));
            assert_ne!(zone.day(Micros(zone.end(day).0 + 1)), Some(day));
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for wrong in ["", "Paris", "Europe/Atlantis", "UTC+1"] {
            assert!(Zone::parse("time_zone", wrong).is_err(), "{wrong}");
        }
    }
}
