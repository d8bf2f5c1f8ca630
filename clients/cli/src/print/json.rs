//! The proto JSON mapping with one more promise: the same message is the same text. Fields come in the contract's order,
//! entries of maps sorted.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage as _, Value};
use serde::ser::{Error as _, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

/// A message to be written in order.
pub(crate) struct Ordered<'a>(pub(crate) &'a DynamicMessage);

/// The same for one that is kept.
pub(crate) struct Owned(pub(crate) DynamicMessage);

impl Serialize for Owned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ordered(&self.0).serialize(serializer)
    }
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.0.descriptor();
        let fields: Vec<FieldDescriptor> = kind.fields().filter(|field| self.0.has_field(field)).collect();
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for field in fields {
            map.serialize_entry(field.json_name(), &Part(&field, &self.0.get_field(&field)))?;
        }
        map.end()
    }
}

struct Part<'a>(&'a FieldDescriptor, &'a Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(field, value) = self;
        match value {
            Value::Message(message) if plain(&field.kind()) => Ordered(message).serialize(serializer),
            Value::List(items) if plain(&field.kind()) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter().filter_map(Value::as_message) {
                    list.serialize_element(&Ordered(item))?;
                }
                list.end()
            }
            Value::Map(entries) if entries.values().all(|value| value.as_message().is_some_and(ours)) => {
                let text = |key: &MapKey| key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
                let sorted: BTreeMap<String, Ordered<'_>> = entries
                    .iter()
                    .filter_map(|(key, value)| Some((text(key), Ordered(value.as_message()?))))
                    .collect();
                sorted.serialize(serializer)
            }
            // What JSON has a word for.
            Value::String(text) => serializer.serialize_str(text),
            Value::Bool(yes) => serializer.serialize_bool(*yes),
            Value::I32(number) => serializer.serialize_i32(*number),
            // Other numbers, enums, times and the like: as prost-reflect writes them, alone in a message.
            value => {
                let mut alone = DynamicMessage::new(field.parent_message().clone());
                alone.set_field(field, (*value).clone());
                let written = serde_json::to_value(&alone).map_err(S::Error::custom)?;
                written[field.json_name()].serialize(serializer)
            }
        }
    }
}

fn ours(message: &DynamicMessage) -> bool {
    message.descriptor().full_name().starts_with("ensemble.")
}

/// Messages of our own contract have no JSON of their own, as times have.
fn plain(kind: &Kind) -> bool {
    matches!(kind, Kind::Message(of) if of.full_name().starts_with("ensemble.") && !of.is_map_entry())
}
