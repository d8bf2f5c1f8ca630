//! The result: what the accepted values of the network add up to, and why.

mod answer;
mod ask;
mod cover;
pub mod engine;
pub(crate) mod ledger;
pub mod link;
pub mod row;
pub mod rpc;
pub mod rules;
mod store;
mod suppress;
mod title;

pub(crate) use ledger::seal;
