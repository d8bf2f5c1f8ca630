//! The person: an account of someone who uses the registry.

mod access;
pub(crate) mod export;
pub(crate) mod first;
pub(crate) mod link;
pub(crate) mod row;
pub(crate) mod rpc;
pub(crate) mod rules;
pub(crate) mod store;
