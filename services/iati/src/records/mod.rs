//! Files of JSON records, as funders and registries publish them: read one record at a time, whatever the size of the file, with
//! what is wrong with each told by its place.

mod fields;
mod node;
mod reading;
pub(crate) mod told;

pub use fields::Field;
pub(crate) use fields::{Fields, filled, placed, places};
pub(crate) use node::Node;
pub(crate) use reading::read;

use crate::problem::Problem;

/// What a file of records looks like.
pub(crate) struct Shape {
    /// The member of the object in which its records stand; none: the file is a list of them.
    pub(crate) list: Option<&'static str>,
    /// What is expected where the file is something else, in English and in French: `a list`, `une liste`.
    pub(crate) expected: (&'static str, &'static str),
    /// What its records are called, in English and in French.
    pub(crate) several: (&'static str, &'static str),
}

impl Shape {
    fn place(&self) -> &'static str {
        self.list.unwrap_or_default()
    }
}

/// What a file holds, in its order.
pub(crate) enum Piece<'r> {
    /// A record: its text, its place from 0, and the line where it begins.
    Record {
        /// As it is written.
        text: &'r str,
        /// From 0.
        index: usize,
        /// From 1.
        line: u32,
    },
    /// What is wrong outside the records. Nothing follows it.
    Problem(Problem),
}
