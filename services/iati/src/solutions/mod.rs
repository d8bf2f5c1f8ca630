//! Digital solutions as the registry of digital public goods publishes them (JSON): read one at a time, with what is wrong with
//! each told by its place in the JSON.
//!
//! ```
//! let file = br#"[{"slug": "a-map", "name": "A map", "description": "Where help is.", "website": "https://map.example.org",
//!     "license": [{"spdx": "MIT"}], "SDGs": [{"SDGNumber": 10}], "stage": "DPG",
//!     "organizations": [{"name": "A city", "org_type": "owner"}]}]"#;
//! iati::solutions::read(&file[..], iati::Limits::default(), |item| {
//!     if let iati::solutions::Item::Solution(solution) = item {
//!         println!("{} {}", solution.id, solution.name);
//!     }
//!     true
//! });
//! ```

mod solution;
mod told;

use std::io::Read;

pub use solution::{Goal, Link, Organisation, Solution};

use crate::item::Limits;
use crate::problem::Problem;
pub use crate::records::Field;
use crate::records::{self, Piece, Shape};

const LIST: Shape = Shape {
    list: None,
    expected: ("a JSON list of solutions, between [ and ]", "une liste JSON de solutions, entre [ et ],"),
    several: ("solutions", "solutions"),
};

/// What a file holds, in its order.
#[derive(Clone, Debug)]
pub enum Item {
    /// A solution, with its problems; look at [`Solution::is_blocked`] before taking it.
    Solution(Box<Solution>),
    /// What is wrong outside the solutions. Nothing follows it.
    FileProblem(Problem),
}

/// Reads a list of solutions, plain or gzip; `each` is told of every one in its order, and then of what is wrong with the file.
/// It says whether to go on.
pub fn read<R: Read>(source: R, limits: Limits, mut each: impl FnMut(Item) -> bool) {
    records::read(&LIST, source, limits, |piece| match piece {
        Piece::Record { text, index, line } => {
            each(Item::Solution(Box::new(Solution::of(text, index, line))))
        }
        Piece::Problem(problem) => each(Item::FileProblem(problem)),
    });
}

#[cfg(test)]
mod tests;
