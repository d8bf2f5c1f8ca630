//! Messages of the contract, as bytes.

use std::fmt;
use std::ops::{Deref, DerefMut};

use sea_orm::sea_query::{self, ArrayType, ColumnType, Nullable, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
};

use super::Stored;

/// A message of the contract, stored as its bytes on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Packed<M>(pub M);

impl<M> Packed<M> {
    /// The message.
    pub fn into_inner(self) -> M {
        self.0
    }
}

impl<M: Default + PartialEq> Packed<M> {
    /// The message, unless nothing in it is set.
    pub fn set(self) -> Option<M> {
        (self.0 != M::default()).then_some(self.0)
    }
}

impl<M> From<M> for Packed<M> {
    fn from(message: M) -> Self {
        Self(message)
    }
}

impl<M> Deref for Packed<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.0
    }
}

impl<M> DerefMut for Packed<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.0
    }
}

impl<M: PartialEq> PartialEq<M> for Packed<M> {
    fn eq(&self, other: &M) -> bool {
        self.0 == *other
    }
}

impl<M: fmt::Debug> fmt::Debug for Packed<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<M: prost::Message + Default> Stored for Packed<M> {
    type Base = Vec<u8>;
    fn store(self) -> Vec<u8> {
        self.0.encode_to_vec()
    }
    fn load(bytes: Vec<u8>) -> Result<Self, String> {
        M::decode(bytes.as_slice()).map(Self).map_err(|error| error.to_string())
    }
}

stored!(Packed<M>, "Packed", Vec<u8>, Bytes, ColumnType::Blob, <M: prost::Message + Default);

/// Messages of the contract, stored one after the other, each with its length before it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PackedList<M>(pub Vec<M>);

impl<M> PackedList<M> {
    /// The messages.
    pub fn into_inner(self) -> Vec<M> {
        self.0
    }
}

impl<M> Default for PackedList<M> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<M> From<Vec<M>> for PackedList<M> {
    fn from(messages: Vec<M>) -> Self {
        Self(messages)
    }
}

impl<M> Deref for PackedList<M> {
    type Target = Vec<M>;
    fn deref(&self) -> &Vec<M> {
        &self.0
    }
}

impl<M> DerefMut for PackedList<M> {
    fn deref_mut(&mut self) -> &mut Vec<M> {
        &mut self.0
    }
}

impl<M: PartialEq> PartialEq<Vec<M>> for PackedList<M> {
    fn eq(&self, other: &Vec<M>) -> bool {
        self.0 == *other
    }
}

impl<M: fmt::Debug> fmt::Debug for PackedList<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<M: prost::Message + Default> Stored for PackedList<M> {
    type Base = Vec<u8>;
    fn store(self) -> Vec<u8> {
        self.0.iter().flat_map(prost::Message::encode_length_delimited_to_vec).collect()
    }
    fn load(bytes: Vec<u8>) -> Result<Self, String> {
        let mut rest = bytes.as_slice();
        let mut messages = Vec::new();
        while !rest.is_empty() {
            messages.push(M::decode_length_delimited(&mut rest).map_err(|error| error.to_string())?);
        }
        Ok(Self(messages))
    }
}

stored!(PackedList<M>, "PackedList", Vec<u8>, Bytes, ColumnType::Blob, <M: prost::Message + Default);
