//! The working group: partners who work on one theme, led by one or two of them.

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests;
