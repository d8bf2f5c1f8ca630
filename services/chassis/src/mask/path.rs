//! Paths of masks: `title.translations.fr`, read against a descriptor.

use prost_reflect::{FieldDescriptor, Kind, MapKey, MessageDescriptor};

use crate::error::{Error, Result};
use crate::say;
use crate::say::Text;

/// From a message to a field of it, or from a map to one of its keys.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(FieldDescriptor),
    Key(MapKey),
}

pub(super) fn wrong(why: Text) -> Error {
    Error::invalid("update_mask", why)
}

pub(super) fn read(descriptor: &MessageDescriptor, paths: &[String]) -> Result<Vec<Vec<Step>>> {
    let mut violations = crate::error::Violations::default();
    let mut read = Vec::with_capacity(paths.len());
    for path in paths {
        read.extend(violations.check(steps(descriptor, path).map_err(wrong))?);
    }
    violations.finish().map(|()| read)
}

/// What may follow.
enum Next {
    FieldOf(MessageDescriptor),
    KeyOf(FieldDescriptor),
    Nothing(Text),
}

fn steps(descriptor: &MessageDescriptor, path: &str) -> Result<Vec<Step>, Text> {
    let mut steps = Vec::new();
    let mut next = Next::FieldOf(descriptor.clone());
    for segment in segments(path)? {
        next = match next {
            Next::Nothing(why) => return Err(why),
            Next::KeyOf(field) => {
                let Kind::Message(entry) = field.kind() else { return Err(unknown(path)) };
                let key =
                    key(&entry.map_entry_key_field().kind(), &segment.text).ok_or_else(|| unknown(path))?;
                steps.push(Step::Key(key));
                inside(entry.map_entry_value_field().kind(), path)
            }
            Next::FieldOf(message) => {
                let found = message.get_field_by_name(&segment.text).filter(|_| !segment.quoted);
                let Some(field) = found else {
                    // JSON's names are for JSON, whose reader turns them into these.
                    return Err(match message.get_field_by_json_name(&segment.text) {
                        Some(meant) => {
                            let meant = meant.name();
                            say!(
                                "unknown path {path}: write {meant}",
                                "chemin {path} inconnu : écrire {meant}"
                            )
                        }
                        None => unknown(path),
                    });
                };
                steps.push(Step::Field(field.clone()));
                if field.is_map() {
                    Next::KeyOf(field)
                } else if field.is_list() {
                    let list = field.name();
                    Next::Nothing(say!(
                        "{path} leads into a list: name {list} as a whole",
                        "{path} mène dans une liste : nommer {list} en entier"
                    ))
                } else {
                    inside(field.kind(), path)
                }
            }
        };
    }
    Ok(steps)
}

fn inside(kind: Kind, path: &str) -> Next {
    match kind {
        Kind::Message(message) => Next::FieldOf(message),
        _ => Next::Nothing(unknown(path)),
    }
}

fn unknown(path: &str) -> Text {
    let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
    match path.as_str() {
        "" => say!("a path is empty", "un chemin est vide"),
        path => say!("unknown path {path}", "chemin {path} inconnu"),
    }
}

struct Segment {
    text: String,
    quoted: bool,
}

/// Between dots; a segment in backticks may hold dots, and a backtick as two.
fn segments(path: &str) -> Result<Vec<Segment>, Text> {
    let mut segments = Vec::new();
    let mut rest = path;
    loop {
        let (segment, after) = match rest.strip_prefix('`') {
            Some(inner) => quoted(inner).ok_or_else(|| unknown(path))?,
            None => {
                let (text, after) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
                if text.is_empty() || text.contains('`') {
                    return Err(unknown(path));
                }
                (Segment { text: text.to_owned(), quoted: false }, after)
            }
        };
        segments.push(segment);
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(segments),
            None => return Err(unknown(path)),
        }
    }
}

fn quoted(inner: &str) -> Option<(Segment, &str)> {
    let mut text = String::new();
    let mut rest = inner;
    loop {
        let (before, after) = rest.split_once('`')?;
        text.push_str(before);
        match after.strip_prefix('`') {
            Some(after) => {
                text.push('`');
                rest = after;
            }
            None => return Some((Segment { text, quoted: true }, after)),
        }
    }
}

fn key(kind: &Kind, text: &str) -> Option<MapKey> {
    match kind {
        Kind::String => Some(MapKey::String(text.to_owned())),
        Kind::Bool => text.parse().ok().map(MapKey::Bool),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => text.parse().ok().map(MapKey::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => text.parse().ok().map(MapKey::I64),
        Kind::Uint32 | Kind::Fixed32 => text.parse().ok().map(MapKey::U32),
        Kind::Uint64 | Kind::Fixed64 => text.parse().ok().map(MapKey::U64),
        _ => None,
    }
}
