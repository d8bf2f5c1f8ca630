//! The assessment: what someone can do before a session, after it, and months later.

mod describe;
pub mod gain;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests;
