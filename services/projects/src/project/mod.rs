//! The project: what partners do together for a territory's needs.

pub mod as_found;
pub mod describe;
pub mod follow;
pub mod import;
pub mod lifecycle;
pub mod peers;
pub mod reading;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod source;
pub mod store;
pub mod take_over;

#[cfg(test)]
mod tests;
