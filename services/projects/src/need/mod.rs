//! The need: what the people of a territory need, where projects start from.

pub mod describe;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
