//! The settings of the network: what it has agreed on, all in one place, read by every service.

pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
