//! The indicator: one definition each, so that the figures of projects can be added up.

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod seed;
pub(crate) mod store;

#[cfg(test)]
mod tests;
