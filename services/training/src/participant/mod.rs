//! The participant: someone who learns. What is personal about them is here and nowhere else.

mod describe;
mod export;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;
mod sweep;

#[cfg(test)]
pub(crate) mod tests;
