//! What a reader gives, and what it accepts.

use crate::activity::Activity;
use crate::organisation::Organisation;
use crate::problem::Problem;

/// What a [`Reader`](crate::Reader) yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An activity, with its problems; look at [`Activity::is_blocked`] before taking it.
    Activity(Box<Activity>),
    /// An organisation, with its problems; look at [`Organisation::is_blocked`] before taking it.
    Organisation(Box<Organisation>),
    /// What is wrong outside the records. If it [blocks](crate::Severity::Blocks), nothing follows it.
    FileProblem(Problem),
}

/// What a file holds, recognised by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `iati-activities`.
    Activities,
    /// `iati-organisations`.
    Organisations,
    /// The JSON list of publishers of the IATI Registry.
    Publishers,
}

/// What a reader accepts, so that a hostile file costs little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file, decompressed; 1 GiB.
    pub total: u64,
    /// Bytes of one record; 16 MiB.
    pub record: usize,
    /// Elements within elements; 64.
    pub depth: usize,
    /// Attributes of one element; 64.
    pub attributes: usize,
    /// Bytes of one element's tag with its attributes; 64 KiB.
    pub tag: usize,
    /// Records of one file: an identifier is remembered in 16 bytes, to find the second of two; one million.
    pub records: usize,
    /// Problems named for one record; 1,000.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 1 << 30,
            record: 16 << 20,
            depth: 64,
            attributes: 64,
            tag: 64 << 10,
            records: 1_000_000,
            problems: 1_000,
        }
    }
}

/// What the root element says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// `version`, as published.
    pub version: Option<String>,
    /// `generated-datetime`, as published.
    pub generated: Option<String>,
    /// The prefixes it declares, with their addresses.
    pub namespaces: Vec<(String, String)>,
}
