//! The strategy: what the authority of a territory wants of the digital, put to the public and adopted (recommendation 1).

pub mod describe;
pub mod facts;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub(crate) mod summary;
mod sweep;
