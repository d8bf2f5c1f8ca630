//! Filters of lists (AIP-160) over an allow-list of fields: as SQL, and in memory.
//!
//! A noun says once which of its fields may be filtered and ordered by, and by which column:
//!
//! ```ignore
//! pub const FIELDS: &[Field] = &[
//!     Field::enumeration("state", "ensemble.partners.v1.Partner.State"),
//!     Field::text("country_code"),
//!     Field::time("create_time"),
//!     Field::many("participants.partner", "participant", "project", "partner"),
//! ];
//! ```
//!
//! What is meant where AIP-160 leaves a choice:
//! - a field that is unset (NULL) makes a comparison neither true nor false, so that neither `=` nor `!=` nor
//!   `NOT` takes the row; `field:*` asks whether it is set: not NULL, and neither empty nor `…_UNSPECIFIED`;
//! - `field:value` is `field = value`; of a field with many values, both ask whether any of them is;
//! - `*` at the start or the end of a text is a wildcard, in `=` and `:`;
//! - text compares byte by byte, on both databases and in memory.

mod memory;
mod parse;
mod sql;

use crate::column::{Day, Micros};
use crate::error::Result;

pub(crate) use parse::words;

/// A field that lists may be filtered and ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(crate) path: &'static str,
    pub(crate) column: &'static str,
    pub(crate) kind: Kind,
    pub(crate) through: Option<Through>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// The number of a value of this enum: its full name in the contract.
    Enumeration(&'static str),
    /// An instant: [`Micros`].
    Time,
    /// A calendar day: [`Day`].
    Date,
    /// An integer of at most 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Several texts: [`Strings`](crate::column::Strings).
    Texts,
}

/// The child table that holds the values of a field.
#[derive(Clone, Copy, Debug)]
pub struct Through {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) parent: &'static str,
}

impl Field {
    const fn new(path: &'static str, kind: Kind) -> Self {
        Self { path, column: path, kind, through: None }
    }

    /// Text in the column of the same name.
    pub const fn text(path: &'static str) -> Self {
        Self::new(path, Kind::Text)
    }

    /// An enum of the contract, by its full name, stored as its number.
    ///
    /// Filters name its values with or without their prefix: `STATE_ACTIVE`, `ACTIVE`.
    pub const fn enumeration(path: &'static str, enumeration: &'static str) -> Self {
        Self::new(path, Kind::Enumeration(enumeration))
    }

    /// An instant, stored as [`Micros`].
    pub const fn time(path: &'static str) -> Self {
        Self::new(path, Kind::Time)
    }

    /// A calendar day, stored as [`Day`].
    pub const fn date(path: &'static str) -> Self {
        Self::new(path, Kind::Date)
    }

    /// An integer.
    pub const fn integer(path: &'static str) -> Self {
        Self::new(path, Kind::Integer)
    }

    /// True or false.
    pub const fn boolean(path: &'static str) -> Self {
        Self::new(path, Kind::Boolean)
    }

    /// Texts in one column of type [`Strings`](crate::column::Strings).
    pub const fn texts(path: &'static str, column: &'static str) -> Self {
        Self::new(path, Kind::Texts).column(column)
    }

    /// Texts in `column` of the rows of `table` whose `key` is this row's `name`.
    pub const fn many(
        path: &'static str,
        table: &'static str,
        key: &'static str,
        column: &'static str,
    ) -> Self {
        let through = Through { table, key, parent: "name" };
        Self { path, column, kind: Kind::Text, through: Some(through) }
    }

    /// In another column than the one named as the field.
    #[must_use]
    pub const fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }

    /// Of another kind than text, for [`Field::many`].
    #[must_use]
    pub const fn of(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Joined by another column of this row than `name`, for [`Field::many`].
    #[must_use]
    pub const fn by(mut self, parent: &'static str) -> Self {
        if let Some(through) = &mut self.through {
            through.parent = parent;
        }
        self
    }

    /// One row has one value: it can be ordered by.
    pub(crate) const fn is_single(&self) -> bool {
        self.through.is_none() && !matches!(self.kind, Kind::Texts)
    }
}

/// A filter, checked against the fields that it may name.
#[derive(Clone, Debug, Default)]
pub struct Filter(Option<Node>);

impl Filter {
    /// Reads a filter; an empty one takes every row.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` on `filter`, saying where and what is allowed: bad syntax, more than 4 KiB, 64
    /// comparisons or 16 levels of parentheses, a field that is not listed, a value that is not of the
    /// field's kind, an operator that the field does not have.
    pub fn parse(filter: &str, fields: &'static [Field]) -> Result<Self> {
        parse::parse(filter, fields).map(Self)
    }

    /// Whether every row is taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The rows of `table` that the filter takes.
    pub fn condition(&self, table: &'static str) -> sea_orm::Condition {
        let all = sea_orm::Condition::all();
        match &self.0 {
            Some(node) => all.add(sql::condition(node, table)),
            None => all,
        }
    }

    /// Whether the filter takes a row, given each field's value by its path, as [`Filter::condition`] would
    /// in SQL.
    pub fn matches(&self, value: &dyn Fn(&str) -> Option<FilterValue>) -> bool {
        self.0.as_ref().is_none_or(|node| node.holds(value) == Some(true))
    }
}

/// Whether a column of type [`Strings`](crate::column::Strings) holds this text, for the conditions of stores.
pub fn holds(column: sea_orm::sea_query::SimpleExpr, text: &str) -> sea_orm::sea_query::SimpleExpr {
    sql::contains(column, crate::column::Strings::element(text))
}

/// The value of a field in memory.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterValue {
    /// Of [`Kind::Text`].
    Text(String),
    /// Of [`Kind::Integer`] and [`Kind::Enumeration`].
    Integer(i64),
    /// Of [`Kind::Time`].
    Time(Micros),
    /// Of [`Kind::Date`].
    Date(Day),
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::Texts`] and [`Field::many`].
    Many(Vec<FilterValue>),
}

/// Part of a filter.
#[derive(Clone, Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(&'static Field, Test),
}

/// What is asked of one value.
#[derive(Clone, Debug)]
enum Test {
    /// It is set.
    Present,
    /// It compares so.
    Compares(Comparison, FilterValue),
    /// It is a text with this at one end, or anywhere.
    Begins(String),
    Ends(String),
    Contains(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

macro_rules! value {
    ($($type:ty => $variant:ident),*) => {
        $(impl From<$type> for FilterValue {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}

value! {
    &str => Text, String => Text, i32 => Integer, i64 => Integer, Micros => Time, Day => Date, bool => Boolean
}

impl<T: Into<FilterValue>> FromIterator<T> for FilterValue {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Many(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests;
