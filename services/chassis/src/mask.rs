//! What is done to every message of the contract by its descriptor, once for all nouns: masks (AIP-134),
//! required fields (AIP-203), and values that no field may carry.

mod behavior;
mod path;
mod sane;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};

pub use behavior::required;
pub use sane::sane;

use crate::error::{Error, Result};
use crate::say;
use behavior::Behavior;
use path::Step;

/// The current resource, changed by a patch as its mask says (AIP-134).
///
/// - Without a mask, or with an empty one, every field that the patch sets is taken; `*` takes them all.
/// - A path that names a field the patch does not set clears it. A path may lead into a message and to one
///   key of a map (in backticks when it is more than letters, digits and `_`), not into a list.
/// - `OUTPUT_ONLY` fields keep their value at every depth, and so do the resource's `name` and `etag`,
///   without complaint.
/// - `IMMUTABLE` fields may be named, not changed.
///
/// Whether the result is acceptable is for the rules to say.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `update_mask` for a path that is not one, and on the field (`partner.country_code`)
/// for a change of what is immutable.
pub fn apply<M>(current: &M, patch: &M, mask: Option<&prost_types::FieldMask>) -> Result<M>
where
    M: prost::Message + prost::Name + Default,
{
    let descriptor = descriptor::<M>()?;
    let patch = dynamic(&descriptor, patch)?;
    let mut target = dynamic(&descriptor, current)?;
    let writer = Writer { resource: snake(M::NAME) };
    let paths = mask.map_or(&[] as &[String], |mask| &mask.paths);
    let stars = paths.iter().filter(|path| *path == "*").count();
    if stars > 0 && stars < paths.len() {
        return Err(path::wrong(say!("* stands alone", "* s'emploie seul")));
    }
    // Every path is read before anything is done.
    let paths = if stars > 0 {
        descriptor.fields().map(|field| vec![Step::Field(field)]).collect()
    } else if paths.is_empty() {
        patch.fields().map(|(field, _)| vec![Step::Field(field)]).collect()
    } else {
        path::read(&descriptor, paths)?
    };
    for steps in paths {
        let ignored = match steps.first() {
            Some(Step::Field(field)) => matches!(field.name(), "name" | "etag"),
            _ => true,
        };
        if !ignored {
            writer.follow(&mut target, &patch, &steps, At { path: "", fresh: false, immutable: false })?;
        }
    }
    target.transcode_to().map_err(Error::internal)
}

/// The fields in which two states of a resource differ, without those that every change changes.
///
/// # Errors
///
/// INTERNAL when the message is not of the contract.
pub fn differing<M: prost::Message + prost::Name>(one: &M, other: &M) -> Result<Vec<String>> {
    let descriptor = descriptor::<M>()?;
    let (one, other) = (dynamic(&descriptor, one)?, dynamic(&descriptor, other)?);
    let always = ["etag", "revision", "update_time"];
    Ok(descriptor
        .fields()
        .filter(|field| !always.contains(&field.name()) && one.get_field(field) != other.get_field(field))
        .map(|field| field.name().to_owned())
        .collect())
}

/// A resource that was taken over from a source which says something else now than `before`: the fields that the source
/// changed are new, but for those that people changed since it was `made`, and those in `kept`.
///
/// # Errors
/// INTERNAL when the message is not of the contract.
pub fn renewed<M>(current: &M, made: &M, before: &M, now: &M, kept: &[&str]) -> Result<M>
where
    M: prost::Message + prost::Name + Default + Clone,
{
    let touched = differing(made, current)?;
    let mut paths = differing(before, now)?;
    paths.retain(|field| !touched.contains(field) && !kept.contains(&field.as_str()));
    match paths.is_empty() {
        true => Ok(current.clone()),
        false => apply(current, now, Some(&prost_types::FieldMask { paths })),
    }
}

fn descriptor<M: prost::Name>() -> Result<MessageDescriptor> {
    let name = M::full_name();
    // A look-up by hash in the pool that is decoded once: no cache of our own would be faster.
    proto::pool()
        .get_message_by_name(&name)
        .ok_or_else(|| Error::internal(format!("{name} is not in the contract")))
}

fn dynamic<M: prost::Message>(descriptor: &MessageDescriptor, message: &M) -> Result<DynamicMessage> {
    DynamicMessage::decode(descriptor.clone(), message.encode_to_vec().as_slice()).map_err(Error::internal)
}

/// `BusinessModel` is the field `business_model` of its update request (AIP-134).
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct At<'p> {
    /// The path of the message it is in.
    path: &'p str,
    /// That message was not there before: what is immutable may still be chosen.
    fresh: bool,
    /// That message, or one around it, is immutable.
    immutable: bool,
}

struct Writer {
    resource: String,
}

impl Writer {
    fn follow(
        &self,
        target: &mut DynamicMessage,
        patch: &DynamicMessage,
        steps: &[Step],
        at: At<'_>,
    ) -> Result<()> {
        let [Step::Field(field), rest @ ..] = steps else { return Ok(()) };
        let behavior = Behavior::of(field);
        if behavior.output {
            return Ok(());
        }
        let here = join(at.path, field.name());
        let inside = At { path: &here, fresh: at.fresh, immutable: at.immutable || behavior.immutable };
        match rest {
            [] => self.assign(target, patch, field, at),
            [Step::Key(key), rest @ ..] => {
                let new = patch.get_field(field).as_map().and_then(|map| map.get(key)).cloned();
                let old = target.get_field(field).as_map().and_then(|map| map.get(key)).cloned();
                let Kind::Message(entry) = field.kind() else { return Ok(()) };
                let kind = entry.map_entry_value_field().kind();
                let value = self.inner(old.as_ref(), new, &kind, rest, inside)?;
                // Nothing is written where there was nothing and is nothing: an empty map is not a change.
                if (value.is_some() || old.is_some())
                    && let Some(map) = target.get_field_mut(field).as_map_mut()
                {
                    match value {
                        Some(value) => map.insert(key.clone(), value),
                        None => map.remove(key),
                    };
                }
                Ok(())
            }
            rest => {
                let new = patch.has_field(field).then(|| patch.get_field(field).into_owned());
                let old = target.has_field(field).then(|| target.get_field(field).into_owned());
                if let Some(value) = self.inner(old.as_ref(), new, &field.kind(), rest, inside)? {
                    target.set_field(field, value);
                }
                Ok(())
            }
        }
    }

    /// What becomes of a value when a path goes on inside it, or ends at it.
    fn inner(
        &self,
        old: Option<&Value>,
        new: Option<Value>,
        kind: &Kind,
        rest: &[Step],
        at: At<'_>,
    ) -> Result<Option<Value>> {
        if rest.is_empty() {
            if at.immutable && !at.fresh && old != new.as_ref() {
                return Err(self.immutable(at.path));
            }
            return match new {
                Some(new) => self.writable(old, new, at).map(Some),
                None => Ok(None),
            };
        }
        let Kind::Message(message) = kind else { return Ok(None) };
        let nothing = || Value::Message(DynamicMessage::new(message.clone()));
        let at = At { fresh: at.fresh || old.is_none(), ..at };
        let mut value = old.cloned().unwrap_or_else(nothing);
        let patch = new.unwrap_or_else(nothing);
        if let (Some(target), Some(patch)) = (value.as_message_mut(), patch.as_message()) {
            self.follow(target, patch, rest, at)?;
        }
        // A message that only a cleared field was asked of does not come into being.
        Ok((old.is_some() || value != nothing()).then_some(value))
    }

    /// The field takes the patch's value, or none.
    fn assign(
        &self,
        target: &mut DynamicMessage,
        patch: &DynamicMessage,
        field: &FieldDescriptor,
        at: At<'_>,
    ) -> Result<()> {
        let behavior = Behavior::of(field);
        if behavior.output {
            return Ok(());
        }
        let here = join(at.path, field.name());
        let inside = At { path: &here, fresh: at.fresh, immutable: at.immutable || behavior.immutable };
        let old = target.has_field(field).then(|| target.get_field(field).into_owned());
        if !patch.has_field(field) {
            if inside.immutable && !at.fresh && old.is_some() {
                return Err(self.immutable(&here));
            }
            target.clear_field(field);
            return Ok(());
        }
        let new = patch.get_field(field).into_owned();
        let new = self.writable(old.as_ref(), new, inside)?;
        if inside.immutable && !at.fresh && old.as_ref() != Some(&new) {
            return Err(self.immutable(&here));
        }
        target.set_field(field, new);
        Ok(())
    }

    /// The patch's value, except that inside it what is `OUTPUT_ONLY` stays as it was, or unset where nothing
    /// was.
    fn writable(&self, old: Option<&Value>, new: Value, at: At<'_>) -> Result<Value> {
        Ok(match new {
            Value::Message(new) => {
                let descriptor = new.descriptor();
                let old = old.and_then(Value::as_message);
                let at = At { fresh: at.fresh || old.is_none(), ..at };
                let mut target = old.cloned().unwrap_or_else(|| DynamicMessage::new(descriptor.clone()));
                for field in descriptor.fields() {
                    self.assign(&mut target, &new, &field, at)?;
                }
                Value::Message(target)
            }
            // The elements of a list are not the ones that were: they may begin anew.
            Value::List(new) => {
                let at = At { fresh: true, ..at };
                Value::List(new.into_iter().map(|new| self.writable(None, new, at)).collect::<Result<_>>()?)
            }
            Value::Map(new) => {
                let old = old.and_then(Value::as_map);
                let entries = new.into_iter().map(|(key, new)| {
                    let new = self.writable(old.and_then(|old| old.get(&key)), new, at)?;
                    Ok((key, new))
                });
                Value::Map(entries.collect::<Result<_>>()?)
            }
            scalar => scalar,
        })
    }

    fn immutable(&self, path: &str) -> Error {
        Error::invalid(join(&self.resource, path), say!("cannot be changed", "ne peut être modifié"))
    }
}

fn join(path: &str, field: &str) -> String {
    match path {
        "" => field.to_owned(),
        path => format!("{path}.{field}"),
    }
}

#[cfg(test)]
mod tests;
