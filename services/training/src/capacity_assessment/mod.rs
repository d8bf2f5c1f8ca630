//! The capacity assessment: what an organisation, or what surrounds it in a territory, can do today and wants to be able to do.

mod describe;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;
pub mod suggest;

#[cfg(test)]
pub(crate) mod tests;
