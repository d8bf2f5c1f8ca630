//! The reporting period: when partners report.

pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod sweep;

#[cfg(test)]
mod tests;
