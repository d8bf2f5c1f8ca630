//! What the contract says of a field (AIP-203).

use std::collections::HashMap;
use std::sync::LazyLock;

use prost_reflect::{ExtensionDescriptor, FieldDescriptor, Kind, Value};

use super::{descriptor, join, sane};
use crate::error::{Result, Violations};

const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
const IMMUTABLE: i32 = 5;
const IDENTIFIER: i32 = 8;

/// `google.api.field_behavior`, as far as it decides anything here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Behavior {
    /// The caller's value does not count.
    pub(super) output: bool,
    pub(super) immutable: bool,
    pub(super) required: bool,
}

impl Behavior {
    pub(super) fn of(field: &FieldDescriptor) -> Self {
        KNOWN.get(field.full_name()).copied().unwrap_or_default()
    }

    fn read(field: &FieldDescriptor, option: &ExtensionDescriptor) -> Self {
        let mut behavior = Self::default();
        for value in field.options().get_extension(option).as_list().unwrap_or_default() {
            match value {
                Value::EnumNumber(REQUIRED) => behavior.required = true,
                Value::EnumNumber(OUTPUT_ONLY | IDENTIFIER) => behavior.output = true,
                Value::EnumNumber(IMMUTABLE) => behavior.immutable = true,
                _ => {}
            }
        }
        behavior
    }
}

/// By the field's full name. Options are decoded anew at each look, so they are looked at once.
static KNOWN: LazyLock<HashMap<String, Behavior>> = LazyLock::new(|| {
    let Some(option) = proto::pool().get_extension_by_name("google.api.field_behavior") else {
        return HashMap::new();
    };
    let ours = proto::pool().all_messages().filter(|message| message.full_name().starts_with("ensemble."));
    let fields = ours.flat_map(|message| message.fields().collect::<Vec<_>>());
    fields
        .map(|field| (field.full_name().to_owned(), Behavior::read(&field, &option)))
        .filter(|(_, behavior)| *behavior != Behavior::default())
        .collect()
});

/// Checks that a message's own `REQUIRED` fields are set (AIP-203), not those of messages inside it; `prefix`
/// is the path of the message in the request.
///
/// A number or a truth value that carries no presence is taken as said: zero is a value (BEY-9).
///
/// # Errors
///
/// `INVALID_ARGUMENT` on each field that is missing.
pub fn required<M: prost::Message + prost::Name>(message: &M, prefix: &str) -> Result<()> {
    let descriptor = descriptor::<M>()?;
    let bytes = message.encode_to_vec();
    let mut set: Vec<u32> = sane::fields(&bytes).map(|(number, ..)| number).collect();
    set.dedup();
    let mut violations = Violations::default();
    for field in descriptor.fields().filter(|field| Behavior::of(field).required) {
        let said = matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Enum(_) | Kind::Message(_));
        if said || field.is_list() || field.supports_presence() {
            violations.require(&join(prefix, field.name()), set.contains(&field.number()));
        }
    }
    violations.finish()
}
