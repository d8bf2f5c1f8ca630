//! Grants in the 360Giving Data Standard (JSON): read one at a time, whatever the size of the file, with what is wrong with
//! each told by its place in the JSON.
//!
//! ```
//! let file = br#"{"grants": [{"id": "360G-a-1", "title": "A grant", "currency": "GBP", "amountAwarded": 1500.5,
//!     "awardDate": "2025-01-31", "recipientOrganization": [{"id": "GB-CHC-1", "name": "A charity"}],
//!     "fundingOrganization": [{"id": "GB-CHC-2", "name": "A funder"}]}]}"#;
//! iati::grants::read(&file[..], iati::Limits::default(), |item| {
//!     if let iati::grants::Item::Grant(grant) = item {
//!         println!("{} {} {}", grant.id, grant.amount, grant.currency);
//!     }
//!     true
//! });
//! ```
//!
//! An amount is kept as it is written, digit for digit: no floating point comes near it.

mod grant;
mod told;

use std::io::Read;

pub use grant::{Grant, Organisation};

use crate::item::Limits;
use crate::problem::Problem;
pub use crate::records::Field;
use crate::records::{self, Piece, Shape};

const PACKAGE: Shape = Shape {
    list: Some("grants"),
    expected: (
        "a 360Giving package: a JSON object with a list called `grants`",
        "un paquet 360Giving, objet JSON avec une liste `grants`,",
    ),
    several: ("grants", "subventions"),
};

/// What a file holds, in its order.
#[derive(Clone, Debug)]
pub enum Item {
    /// A grant, with its problems; look at [`Grant::is_blocked`] before taking it.
    Grant(Box<Grant>),
    /// What is wrong outside the grants. Nothing follows it.
    FileProblem(Problem),
}

/// Reads a package of grants, plain or gzip; `each` is told of every grant in its order, and then of what is wrong with the
/// file. It says whether to go on.
pub fn read<R: Read>(source: R, limits: Limits, mut each: impl FnMut(Item) -> bool) {
    records::read(&PACKAGE, source, limits, |piece| match piece {
        Piece::Record { text, index, line } => each(Item::Grant(Box::new(Grant::of(text, index, line)))),
        Piece::Problem(problem) => each(Item::FileProblem(problem)),
    });
}

#[cfg(test)]
mod tests;
