//! Reads the spreadsheets that people send (XLSX, ODS, CSV) cell by cell, and writes those that they fill in. Knows no
//! noun.
//!
//! A file is looked at within [`Limits`] before anything parses it; what cannot be read is refused with a reason
//! that its sender understands. What was read is sparse: an empty cell is not there, and 0 is a number.
//!
//! ```
//! use chassis::say::Language;
//!
//! let file = "indicateur;valeur\nPersonnes;1 234,5\n";
//! let workbook = sheet::read(file.as_bytes(), &sheet::Limits::default()).unwrap();
//! let value = workbook.sheets[0].get(1, 1).unwrap();
//! assert_eq!(sheet::number(value, Language::Fr).unwrap().to_string(), "1234.5");
//! ```

#![warn(missing_docs)]

mod book;
mod cell;
mod corrected;
mod date;
mod delimited;
pub mod form;
mod noted;
mod number;
mod ods;
mod package;
mod problem;
mod refusal;
mod typed;
mod workbook;
mod write;
mod xlsx;

pub use book::{Book, Check, Choice, Column, Content, Hiding, Line, Page, Slot, Style};
pub use cell::{Value, located, place, quoted};
pub use corrected::{Finding, WRONG, corrected};
pub use date::{DateTrouble, date};
pub use delimited::{Dialect, write as write_delimited};
pub use noted::{Note, noted};
pub use number::{NumberTrouble, number, shown};
pub use package::Limits;
pub use problem::{Place, Problem, Problems};
pub use typed::{Typed, typed};
pub use workbook::{Kind, Sheet, Workbook, read};
