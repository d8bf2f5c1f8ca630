//! What came of training: the four levels of Kirkpatrick, and counts of sessions, seats and people. Computed, kept nowhere.

pub mod rules;
pub(crate) mod store;
pub mod summary;
