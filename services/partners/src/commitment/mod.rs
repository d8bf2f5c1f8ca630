//! The commitment: what a partner brings to a partnership, and what of it has come.

pub mod allocations;
pub mod as_found;
pub mod deliveries;
pub mod describe;
pub mod measure;
pub mod parts;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod totals;
