//! Datasets: the data that partners share, in a catalogue that portals harvest.

mod catalogue;
pub mod code;
mod describe;
mod export;
pub mod fair;
pub mod licence;
pub mod revision;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
