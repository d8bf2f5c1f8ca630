//! The territory: where partners act, from countries to neighbourhoods, in one tree.

pub mod import;
pub(crate) mod learn;
pub(crate) mod plan;
pub(crate) mod reading;
pub(crate) mod record;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub(crate) mod table;
pub(crate) mod take_over;
pub mod tree;
