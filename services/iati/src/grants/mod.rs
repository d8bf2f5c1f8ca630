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
mod json;
mod reading;
mod told;

pub use grant::{Field, Grant, Organisation};
pub use reading::read;

use crate::problem::Problem;

/// What a file holds, in its order.
#[derive(Clone, Debug)]
pub enum Item {
    /// A grant, with its problems; look at [`Grant::is_blocked`] before taking it.
    Grant(Box<Grant>),
    /// What is wrong outside the grants. Nothing follows it.
    FileProblem(Problem),
}

#[cfg(test)]
mod tests;
