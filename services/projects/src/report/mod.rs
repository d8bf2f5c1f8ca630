//! The report: what a partner says of a project for a period, and what becomes of it.

mod bulk;
pub mod describe;
pub mod figures;
pub mod file;
pub mod ground;
pub mod imported;
pub mod ratings;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod shown;
pub mod store;
pub mod verdict;

pub use imported::as_found;

#[cfg(test)]
mod tests;
