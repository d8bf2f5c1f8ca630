//! The crate from outside: files as people and attackers make them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod hostile;
mod made;
mod noted;
mod round;
