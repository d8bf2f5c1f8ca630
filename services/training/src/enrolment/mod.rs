//! The enrolment: a person in a session. Seats, the queue, and what comes of it.

pub mod attendance;
mod describe;
pub mod outcome;
mod queue;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod seats;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests;
