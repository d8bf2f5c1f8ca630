//! The spreadsheet that a partner reports with: made for a project and a period, filled in anywhere, checked and taken by
//! one and the same code.
//!
//! | | |
//! |---|---|
//! | `words`, `line`, `meta` | what a spreadsheet says, row by row, and what it remembers of where it came from |
//! | `template`, `story`, `table` | a spreadsheet is made, as XLSX or as CSV |
//! | `reading`, `entry` | a spreadsheet is read: cells, then values |
//! | `check`, `told`, `doubt`, `blame` | what taking it would do, and what is wrong, by cell |
//! | `receive`, `store`, `send` | the conversation: on the wire, in one transaction |

mod blame;
mod check;
mod corrected;
mod doubt;
mod entry;
mod line;
mod meta;
mod problem;
mod reading;
mod receive;
mod send;
pub mod store;
mod story;
mod table;
mod template;
mod told;
mod words;

pub(super) use receive::{check, submit};
pub(super) use send::template;

#[cfg(test)]
mod tests;
