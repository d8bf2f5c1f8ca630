//! Reads what organisations publish in the IATI Standard (2.01 to 2.03): one record at a time, and says what is
//! wrong with it in English and French.
//!
//! ```
//! let file = br#"<iati-organisations version="2.03"><iati-organisation>
//!     <organisation-identifier>FR-RCS-552081317</organisation-identifier>
//!     <name><narrative xml:lang="fr">Une association</narrative></name>
//!     <reporting-org ref="FR-RCS-552081317" type="22"><narrative>Une association</narrative></reporting-org>
//! </iati-organisation></iati-organisations>"#;
//! for item in iati::Reader::new(&file[..]) {
//!     match item {
//!         iati::Item::Activity(activity) => println!("{}", activity.identifier),
//!         iati::Item::Organisation(organisation) => println!("{}", organisation.names[0].text),
//!         iati::Item::FileProblem(problem) => println!("line {}: {}", problem.line, problem.en),
//!     }
//! }
//! ```
//!
//! Its neighbours, the 360Giving Data Standard, the registry of digital public goods, the events of Digital.gov University and the
//! French format of digital-inclusion places, are read alike: see [`grants`], [`solutions`], [`sessions`] and [`places`].
//!
//! The schema decides what is reported, the understandable decides what is taken: a value that breaks a rule is
//! named in `problems` and left out of the model, the rest of the record is there, and `raw` holds it all.

#![warn(missing_docs)]

mod activity;
mod decode;
mod findings;
pub mod grants;
mod item;
mod looking;
mod model;
pub mod org_id;
mod organisation;
mod parts;
pub mod places;
mod problem;
mod reader;
mod record;
mod records;
pub mod registry;
mod report;
mod results;
pub mod rules;
mod scan;
mod schema;
pub mod sessions;
pub mod solutions;
mod syntax;
pub mod tables;
mod tag;
mod texts;
mod told;
mod tree;
mod validate;
mod value;
mod walk;
pub mod write;
mod xpath;

pub use activity::{Activity, Budget, Code, Country, Dates, Narrative, Org, Related};
pub use item::{Document, Item, Kind, Limits};
pub use organisation::Organisation;
pub use parts::{DocumentLink, Location, Parts, Place, Transaction};
pub use problem::{Problem, Severity};
pub use reader::Reader;
pub use report::Problems;
pub use results::{Achievement, Figure, Indicator, Period, Reference};
pub use schema::has_code;
