//! Partnerships and agreements that a network lists in a spreadsheet, taken over as found (BEY-8): a line for each agreement,
//! with its partnership. What is wrong is told by cell, and a file with one bad cell writes nothing.

mod check;
pub mod import;
mod line;
mod reading;
mod resolve;
mod template;
mod words;

pub(crate) use template::template;

#[cfg(test)]
mod tests;
