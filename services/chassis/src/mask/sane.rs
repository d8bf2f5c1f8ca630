//! Values that no field may carry, found by walking a message's bytes beside its descriptor.
//!
//! The bytes are our own encoding of a decoded message, so their form is right; building a dynamic message
//! from them would cost ten times the walk.

use prost::Message as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::descriptor;
use crate::column::Micros;
use crate::error::{Error, Result, Violation};
use crate::say;
use crate::say::Text;

/// More than a person would read at once.
const SHOWN: usize = 20;
/// The longest duration of protobuf, about 10,000 years.
const DURATION: i64 = 315_576_000_000;

/// Checks, at every depth: no NUL in a text (PostgreSQL stores none), enum values that the contract knows,
/// instants of the years 1 to 9999, durations of one sign, numbers that are finite.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on each such field, by its path: `partner.identifiers[0].value`.
pub fn sane<M: prost::Message + prost::Name>(message: &M) -> Result<()> {
    let mut found = walk(&descriptor::<M>()?, &message.encode_to_vec());
    found.truncate(SHOWN);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid { reason: "INVALID_FIELD", fields: found }),
    }
}

fn walk(message: &MessageDescriptor, bytes: &[u8]) -> Vec<Violation> {
    let mut found = Vec::new();
    // The number of the list being walked and the next index: the elements of a list stand together.
    let mut list = (0, 0);
    for (number, wire, value) in fields(bytes) {
        let Some(field) = message.get_field(number) else { continue };
        if found.len() >= SHOWN {
            break;
        }
        if list.0 != number {
            list = (number, 0);
        }
        let packed = wire == WireType::LengthDelimited && field.is_list() && is_packable(&field.kind());
        let mut rest = value;
        loop {
            let one = if packed { scalar(&field.kind(), &mut rest) } else { rest };
            let place = field.is_list().then_some(list.1);
            check(&field, one, place, &mut found);
            list.1 += 1;
            if !packed || rest.is_empty() {
                break;
            }
        }
    }
    found
}

fn check(field: &FieldDescriptor, value: &[u8], place: Option<usize>, found: &mut Vec<Violation>) {
    let why = match field.kind() {
        Kind::String => {
            value.contains(&0).then(|| say!("contains a NUL character", "contient un caractère nul"))
        }
        Kind::Enum(known) => {
            let number = decode_varint(&mut &*value).unwrap_or_default() as i32;
            let unknown = known.get_value(number).is_none();
            unknown.then(|| say!("unknown value {number}", "valeur {number} inconnue"))
        }
        Kind::Double => finite(value.try_into().map(f64::from_le_bytes).unwrap_or_default()),
        Kind::Float => finite(value.try_into().map(f32::from_le_bytes).unwrap_or_default().into()),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => instant(value),
            "google.protobuf.Duration" => duration(value),
            _ => {
                let inner = walk(&message, value);
                if !inner.is_empty() {
                    let here = path(field, &message, value, place);
                    found.extend(inner.into_iter().map(|inner| within(field, &here, inner)));
                }
                None
            }
        },
        _ => None,
    };
    if let Some(why) = why {
        let index = place.map(|place| format!("[{place}]")).unwrap_or_default();
        found.push(Violation { field: format!("{}{index}", field.name()), why });
    }
}

/// `identifiers[0]`, `translations.fr`
fn path(field: &FieldDescriptor, message: &MessageDescriptor, value: &[u8], place: Option<usize>) -> String {
    let name = field.name();
    if message.is_map_entry() {
        let key =
            fields(value).find(|(number, ..)| *number == 1).map(|(_, _, key)| String::from_utf8_lossy(key));
        return format!("{name}.{}", key.unwrap_or_default().replace(char::is_control, "?"));
    }
    match place {
        Some(place) => format!("{name}[{place}]"),
        None => name.to_owned(),
    }
}

/// The `key` and the `value` of a map's entry are no names that a caller knows.
fn within(field: &FieldDescriptor, here: &str, mut inner: Violation) -> Violation {
    let rest = match inner.field.split_once('.') {
        _ if !field.is_map() => Some(inner.field.as_str()),
        Some((_, rest)) => Some(rest),
        None => None,
    };
    inner.field = rest.map_or_else(|| here.to_owned(), |rest| format!("{here}.{rest}"));
    inner
}

pub(super) fn finite(number: f64) -> Option<Text> {
    (!number.is_finite()).then(|| say!("expected a finite number", "nombre fini attendu"))
}

fn instant(value: &[u8]) -> Option<Text> {
    let known = prost_types::Timestamp::decode(value).ok().and_then(|instant| Micros::of(&instant));
    known.is_none().then(|| {
        say!(
            "expected an instant of the years 1 to 9999, with nanos from 0 to 999999999",
            "instant attendu entre les années 1 et 9999, avec nanos de 0 à 999999999"
        )
    })
}

pub(super) fn duration(value: &[u8]) -> Option<Text> {
    let good = prost_types::Duration::decode(value).is_ok_and(|duration| {
        let nanos = i64::from(duration.nanos);
        duration.seconds.unsigned_abs() <= DURATION.unsigned_abs()
            && nanos.unsigned_abs() < 1_000_000_000
            && duration.seconds.signum() * nanos.signum() >= 0
    });
    (!good).then(|| {
        say!(
            "expected a duration of at most 10,000 years, seconds and nanos of one sign",
            "durée de 10 000 ans au plus attendue, seconds et nanos de même signe"
        )
    })
}

fn is_packable(kind: &Kind) -> bool {
    !matches!(kind, Kind::String | Kind::Bytes | Kind::Message(_))
}

/// Takes one element off a packed list.
fn scalar<'b>(kind: &Kind, rest: &mut &'b [u8]) -> &'b [u8] {
    let length = match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => 8,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => 4,
        _ => rest.iter().position(|byte| byte & 0x80 == 0).map_or(rest.len(), |last| last + 1),
    };
    let (one, after) = rest.split_at(length.min(rest.len()));
    *rest = after;
    one
}

/// The fields of a message, each with the bytes of its value.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = (u32, WireType, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (number, wire) = decode_key(&mut rest).ok()?;
        let value = match wire {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
                let (value, after) = rest.split_at_checked(length)?;
                rest = after;
                value
            }
            wire => {
                let before = rest;
                skip_field(wire, number, &mut rest, DecodeContext::default()).ok()?;
                &before[..before.len() - rest.len()]
            }
        };
        Some((number, wire, value))
    })
}
