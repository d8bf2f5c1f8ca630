//! Partnerships: who works together, on what, and how they decide (domain §3.2).

pub mod as_found;
pub(crate) mod describe;
pub mod facts;
pub mod members;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod summary;
#[cfg(test)]
mod tests;
