//! The session: a programme taught at certain times, to those who enrol.

mod clock;
mod describe;
mod meetings;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;
mod sweep;

#[cfg(test)]
pub(crate) mod tests;
