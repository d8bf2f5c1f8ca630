//! The business model: a canvas, what it costs and who pays. What was published of it never changes.

mod compare;
mod describe;
mod economics;
pub(crate) mod lacking;
pub mod revision;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;
mod suggest;

#[cfg(test)]
pub(crate) mod tests;
