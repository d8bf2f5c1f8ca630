//! Certificates that anyone can check: Open Badges 3.0 credentials as VC-JWT, and Bitstring Status Lists, signed with Ed25519.
//!
//! What is issued and what is believed stand side by side here, for whoever issues ([`Badge`], [`jws::sign`]) and for whoever
//! verifies ([`open`], [`judge`]), with a server or without one. Knows no service, asks nobody, reads no clock.

#![warn(missing_docs)]

mod badge;
pub mod jws;
mod keys;
mod list;
mod verify;

pub use badge::{Achievement, Alignment, Badge, Identifier, Profile, StatusEntry};
pub use keys::{Ed25519, Key, KeySet, thumbprint};
pub use list::{LENGTH, StatusList, TTL};
pub use verify::{Check, Checks, Opened, Outcome, Refused, Report, Standing, Verdict, judge, open};

/// An instant as credentials write it: RFC 3339, whole seconds, UTC. Nothing beyond what calendars know.
pub fn instant(seconds: i64) -> Option<String> {
    let at = chrono::DateTime::from_timestamp(seconds, 0)?;
    Some(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// The seconds since 1970 of an instant; nothing when it is none, or finer than a second.
pub fn seconds(instant: &str) -> Option<i64> {
    let at = chrono::DateTime::parse_from_rfc3339(instant).ok()?;
    (at.timestamp_subsec_nanos() == 0).then(|| at.timestamp())
}

#[cfg(test)]
mod tests;
