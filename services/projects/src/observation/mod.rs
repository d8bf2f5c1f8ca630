//! The observation: what is known of the divide in a territory.

pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod trend;
