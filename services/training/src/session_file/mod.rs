//! Spreadsheets of a session: whom to enrol, and who came. Fetched, filled in anywhere, checked, and taken whole or not at all,
//! by one and the same code.

mod attend;
mod people;
mod receive;
pub(crate) mod rpc;
mod send;
mod words;

#[cfg(test)]
mod tests;
