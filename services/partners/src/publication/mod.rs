//! The publication: syntheses, booklets and position papers, in which the network says what it recommends.

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod tests;
