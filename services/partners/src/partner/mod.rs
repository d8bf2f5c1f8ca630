//! The partner: an organisation of the network, public, private or civil.

pub mod as_found;
pub mod duplicate;
pub mod fields;
pub mod import;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod who;
