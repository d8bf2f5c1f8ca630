//! The key of a machine account (S9): shown once, kept as a hash, exchanged for short tokens.

pub(crate) mod row;
pub(crate) mod rules;
pub(crate) mod store;
