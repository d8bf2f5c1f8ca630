//! The trainer: someone who can teach, in a pool that all partners share (TRN-6).

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests;
