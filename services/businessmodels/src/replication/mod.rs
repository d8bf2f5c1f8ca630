//! The replication: a published model, adopted for another territory.

pub(crate) mod adopt;
mod describe;
pub(crate) mod lineage;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod tests;
