//! The machine account of a partner.

pub(crate) mod row;
pub(crate) mod rpc;
pub(crate) mod rules;
pub(crate) mod store;
