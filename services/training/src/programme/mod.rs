//! The programme: what is taught, whoever comes and whenever. What was published of it never changes.

mod catalogue;
pub(crate) mod describe;
pub mod revision;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests;
