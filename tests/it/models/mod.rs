//! Stories of business models.

pub(crate) mod business_model;
mod evaluation;
mod replication;
