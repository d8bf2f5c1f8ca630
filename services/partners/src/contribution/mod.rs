//! The contribution: what a partner brings to a working group.

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod tests;
