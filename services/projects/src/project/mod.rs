//! The project: what partners do together for a territory's needs.

pub mod as_found;
pub mod carrier;
pub mod describe;
mod detail;
pub mod export;
pub mod facts;
pub mod follow;
pub mod guards;
pub mod import;
mod inform;
pub mod lifecycle;
mod lines;
mod links;
mod parents;
pub mod peers;
pub mod publish;
pub mod reading;
mod rebaseline;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod source;
pub mod store;
pub mod take_over;

#[cfg(test)]
mod tests;
