//! The session: a programme taught at certain times, to those who enrol.

mod clock;
mod describe;
pub mod drawn;
mod found;
pub(crate) mod meetings;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub mod statistics;
pub(crate) mod store;
mod sweep;

#[cfg(test)]
pub(crate) mod tests;
