//! Training sessions as Digital.gov University publishes its events (JSON): read one at a time, with what is wrong with each told
//! by its place in the JSON.
//!
//! ```
//! let file = br#"[{"id": "2022-03-plain-language", "title": "Plain language", "organiser": "Digital.gov", "language": "en",
//!     "start": "2022-03-08 14:00:00 -0500", "end": "2022-03-08 15:00:00 -0500", "platform": "zoom"}]"#;
//! iati::sessions::read(&file[..], iati::Limits::default(), |item| {
//!     if let iati::sessions::Item::Session(session) = item {
//!         println!("{} {}", session.id, session.title);
//!     }
//!     true
//! });
//! ```

mod session;
mod told;

use std::io::Read;

pub use session::Session;

use crate::item::Limits;
use crate::problem::Problem;
pub use crate::records::Field;
use crate::records::{self, Piece, Shape};

const LIST: Shape = Shape {
    list: None,
    expected: (
        "a JSON list of training sessions, between [ and ]",
        "une liste JSON de sessions de formation, entre [ et ],",
    ),
    several: ("sessions", "sessions"),
};

/// What a file holds, in its order.
#[derive(Clone, Debug)]
pub enum Item {
    /// A session, with its problems; look at [`Session::is_blocked`] before taking it.
    Session(Box<Session>),
    /// What is wrong outside the sessions. Nothing follows it.
    FileProblem(Problem),
}

/// Reads a list of sessions, plain or gzip; `each` is told of every one in its order, and then of what is wrong with the file.
/// It says whether to go on.
pub fn read<R: Read>(source: R, limits: Limits, mut each: impl FnMut(Item) -> bool) {
    records::read(&LIST, source, limits, |piece| match piece {
        Piece::Record { text, index, line } => each(Item::Session(Box::new(Session::of(text, index, line)))),
        Piece::Problem(problem) => each(Item::FileProblem(problem)),
    });
}

#[cfg(test)]
mod tests;
