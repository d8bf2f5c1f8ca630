//! The health check: how the members of a partnership find that it works, and what they do about it.

pub mod answers;
pub mod results;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
