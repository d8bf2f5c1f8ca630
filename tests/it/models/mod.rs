//! Stories of business models.

pub(crate) mod business_model;
mod evaluation;
pub(crate) mod replication;
mod solution;
mod suggestion;
