//! Digital-inclusion places: where partners help people with digital tools, after the French national schema.

pub mod as_found;
pub mod describe;
mod export;
mod import;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
pub mod words;
