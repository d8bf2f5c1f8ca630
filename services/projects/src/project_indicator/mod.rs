//! The project indicator: what a project promises by one indicator, and how far it has come.

pub mod course;
pub mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod tests;
