//! The evaluation: what an independent partner thinks of a published model.

pub(crate) mod appraisal;
mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod tests;
