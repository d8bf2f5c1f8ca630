//! The recommendation: what the network tells those who act; adopted on contributions, after a consultation.

mod describe;
pub mod facts;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod seed;
pub(crate) mod store;

#[cfg(test)]
mod tests;
