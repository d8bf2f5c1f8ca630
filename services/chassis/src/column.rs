//! How values that SQL has no type for stand in a column, alike on SQLite and PostgreSQL.
//!
//! | value | column |
//! |---|---|
//! | [`Coded`]: an enum of the contract | INTEGER: its number on the wire |
//! | [`Packed`], [`PackedList`]: messages of the contract | BLOB / BYTEA: their bytes on the wire |
//! | [`Strings`]: short codes and names | TEXT: a JSON array, which a person can read |
//! | [`Micros`]: an instant | BIGINT: microseconds since 1970, UTC |
//! | [`Day`]: a calendar day | TEXT: `2026-12-31`, which sorts as the days do |

use std::fmt;
use std::ops::{Deref, DerefMut};

use sea_orm::sea_query::{self, ArrayType, ColumnType, Nullable, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
};

use crate::error::{Error, Result};
use crate::say;

/// What a column type says of itself; [`stored`] derives the traits of sea-orm from it.
trait Stored: Sized {
    type Base;
    fn store(self) -> Self::Base;
    fn load(base: Self::Base) -> Result<Self, String>;
}

macro_rules! stored {
    ($type:ty, $name:literal, $base:ty, $array:ident, $column:expr $(, <$($of:ident: $($bound:tt)+)?)?) => {
        impl $(<$($of: $($bound)+)?>)? From<$type> for Value {
            fn from(value: $type) -> Self {
                value.store().into()
            }
        }

        impl $(<$($of: $($bound)+)?>)? TryGetable for $type {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let base = <$base as TryGetable>::try_get_by(row, index)?;
                Self::load(base).map_err(|why| {
                    TryGetError::DbErr(DbErr::Type(format!("column {index:?}: {}: {why}", $name)))
                })
            }
        }

        impl $(<$($of: $($bound)+)?>)? sea_query::ValueType for $type {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                Self::load(<$base as sea_query::ValueType>::try_from(value)?).map_err(|_| ValueTypeErr)
            }

            fn type_name() -> String {
                $name.to_owned()
            }

            fn array_type() -> ArrayType {
                ArrayType::$array
            }

            fn column_type() -> ColumnType {
                $column
            }
        }

        impl $(<$($of: $($bound)+)?>)? Nullable for $type {
            fn null() -> Value {
                <$base as Nullable>::null()
            }
        }

        impl $(<$($of: $($bound)+)?>)? IntoActiveValue<$type> for $type {
            fn into_active_value(self) -> ActiveValue<$type> {
                ActiveValue::Set(self)
            }
        }

        // Asked of anything that may be part of a primary key; the database never makes these up.
        impl $(<$($of: $($bound)+)?>)? TryFromU64 for $type {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64($name))
            }
        }
    };
}

mod packed;
mod time;

pub use packed::{Packed, PackedList};
pub use time::{Day, Micros};

/// An enum of the contract, stored as its number on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coded<E>(E);

impl<E: Copy> Coded<E> {
    /// The value.
    pub fn get(self) -> E {
        self.0
    }
}

impl<E: Copy + Into<i32>> Coded<E> {
    /// The number that a message carries: `state: partner.state.number()`.
    pub fn number(self) -> i32 {
        self.0.into()
    }
}

impl<E: TryFrom<i32>> Coded<E> {
    /// Reads the number of a request's field.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` when the contract does not know the number.
    pub fn read(field: &str, number: i32) -> Result<Self> {
        let unknown = |_| Error::invalid(field, say!("unknown value {number}", "valeur {number} inconnue"));
        E::try_from(number).map(Self).map_err(unknown)
    }
}

impl<E> From<E> for Coded<E> {
    fn from(value: E) -> Self {
        Self(value)
    }
}

impl<E: Into<i32>> From<Coded<E>> for i32 {
    fn from(coded: Coded<E>) -> Self {
        coded.0.into()
    }
}

impl<E> Deref for Coded<E> {
    type Target = E;
    fn deref(&self) -> &E {
        &self.0
    }
}

impl<E: PartialEq> PartialEq<E> for Coded<E> {
    fn eq(&self, other: &E) -> bool {
        self.0 == *other
    }
}

impl<E: fmt::Debug> fmt::Debug for Coded<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<E: TryFrom<i32> + Into<i32> + Copy> Stored for Coded<E> {
    type Base = i32;
    fn store(self) -> i32 {
        self.0.into()
    }
    fn load(number: i32) -> Result<Self, String> {
        let unknown = |_| format!("{} has no value {number}", std::any::type_name::<E>());
        E::try_from(number).map(Self).map_err(unknown)
    }
}

stored!(Coded<E>, "Coded", i32, Int, ColumnType::Integer, <E: TryFrom<i32> + Into<i32> + Copy);

/// Texts, stored as a JSON array.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Strings(pub Vec<String>);

impl Strings {
    /// The texts.
    pub fn into_inner(self) -> Vec<String> {
        self.0
    }

    /// One text as it stands in the column, between its quotes.
    ///
    /// A quote and a comma inside a text are written as `\u0022` and `\u002c`. So in the column a bare quote
    /// only delimits, and `"FR"` occurs in it exactly when `FR` is one of the texts: a filter needs no JSON
    /// functions, which the two databases name differently.
    pub(crate) fn element(text: &str) -> String {
        let mut element = String::with_capacity(text.len() + 2);
        element.push('"');
        for c in text.chars() {
            match c {
                '\\' => element.push_str("\\\\"),
                '"' | ',' | '\0'..='\x1f' => element.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => element.push(c),
            }
        }
        element.push('"');
        element
    }
}

impl<T: Into<String>> FromIterator<T> for Strings {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self(texts.into_iter().map(Into::into).collect())
    }
}

impl From<Vec<String>> for Strings {
    fn from(texts: Vec<String>) -> Self {
        Self(texts)
    }
}

impl Deref for Strings {
    type Target = Vec<String>;
    fn deref(&self) -> &Vec<String> {
        &self.0
    }
}

impl DerefMut for Strings {
    fn deref_mut(&mut self) -> &mut Vec<String> {
        &mut self.0
    }
}

impl PartialEq<Vec<String>> for Strings {
    fn eq(&self, other: &Vec<String>) -> bool {
        self.0 == *other
    }
}

impl fmt::Debug for Strings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Stored for Strings {
    type Base = String;
    fn store(self) -> String {
        let elements: Vec<String> = self.0.iter().map(|text| Self::element(text)).collect();
        format!("[{}]", elements.join(","))
    }
    fn load(json: String) -> Result<Self, String> {
        serde_json::from_str(&json).map(Self).map_err(|error| error.to_string())
    }
}

stored!(Strings, "Strings", String, String, ColumnType::Text);

/// The short name of an enum's value: `STATE_ACTIVE` is `ACTIVE`.
pub fn short_name(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

#[cfg(test)]
mod tests;
