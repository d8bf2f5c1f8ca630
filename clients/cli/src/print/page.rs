//! One resource as a page: labels and values, what it lacks, what may be done next; and what a change changed.

use std::collections::BTreeMap;

use dialoguer::console::measure_text_width;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};

use crate::contract;
use crate::print::cell::{self, Reader};
use crate::print::paint::{Style, clean};
use crate::print::{Output, name_of};
use crate::say::Language;

/// What a resource lacks, and what may be done with it, stand below its page.
const GAP: &str = "ensemble.common.v1.Gap";
const ACTION: &str = "ensemble.common.v1.AllowedAction";

const PLUMBING: [&str; 4] = ["uid", "etag", "revision", "redirected_from"];

/// Said at the end of a page.
const LATE: [&str; 5] = ["create_time", "update_time", "revision", "uid", "etag"];

/// The page of a resource.
pub(crate) fn render(output: &Output, item: &DynamicMessage) -> String {
    let reader = Reader { language: output.language, person: true };
    let wide = output.format == crate::print::Format::Wide;
    let kind = item.descriptor();
    let fields: Vec<FieldDescriptor> = match output.fields.is_empty() {
        true => {
            let (late, first): (Vec<_>, Vec<_>) = kind
                .fields()
                .filter(|field| wide || !PLUMBING.contains(&field.name()))
                .partition(|field| LATE.contains(&field.name()));
            first.into_iter().chain(late).collect()
        }
        false => output
            .fields
            .iter()
            .filter_map(|path| cell::find(&kind, path.split('.').next().unwrap_or(path)))
            .collect(),
    };
    let lines: Vec<(String, String)> = fields
        .iter()
        .filter(|field| item.has_field(field) && !told_apart(field))
        .map(|field| {
            (cell::field_label(field, output.language), value(field, &item.get_field(field), reader))
        })
        .collect();
    let width = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let mut page = String::new();
    for (label, value) in lines {
        let padding = " ".repeat(width - measure_text_width(&label));
        let value = value.replace('\n', &format!("\n{}", " ".repeat(width + 2)));
        page += &format!("{}{padding}  {value}\n", output.paint.style(Style::Strong, &label));
    }
    if fields.iter().any(|field| lists(field, GAP)) {
        page += &gaps(output, item);
    }
    if fields.iter().any(|field| lists(field, ACTION)) {
        page += &actions(output, item);
    }
    page
}

fn told_apart(field: &FieldDescriptor) -> bool {
    lists(field, GAP) || lists(field, ACTION)
}

fn lists(field: &FieldDescriptor, message: &str) -> bool {
    field.is_list() && field.kind().as_message().is_some_and(|kind| kind.full_name() == message)
}

fn value(field: &FieldDescriptor, value: &Value, reader: Reader) -> String {
    if let Value::Message(message) = value
        && message.descriptor().name() == "LocalizedText"
    {
        let (text, other) = cell::localized(message, reader.language);
        let mark = other.map_or_else(String::new, |language| format!(" ({language})"));
        return clean(&text) + &mark;
    }
    if let (Value::List(items), Kind::Message(inner)) = (value, field.kind()) {
        let table = inner.name() != "ExternalIdentifier" && inner.name() != "Money";
        if table {
            return items
                .iter()
                .filter_map(Value::as_message)
                .map(|item| cell::said(item, reader))
                .collect::<Vec<_>>()
                .join("\n");
        }
    }
    if let (Value::Message(message), Kind::Message(inner)) = (value, field.kind())
        && inner.full_name().starts_with("ensemble.")
        && !cell::ONE_LINERS.contains(&inner.name())
    {
        let lines = inner.fields().filter(|field| message.has_field(field));
        let line = |field: FieldDescriptor| {
            let label = cell::field_label(&field, reader.language);
            format!(
                "{label}{} {}",
                reader.language.colon(),
                cell::text(&field, &message.get_field(&field), reader)
            )
        };
        return lines.map(line).collect::<Vec<_>>().join("\n");
    }
    if let (Value::String(text), false) = (value, field.is_list())
        && field.name() != "awaiting"
    {
        return clean(text.trim_end());
    }
    cell::text(field, value, reader)
}

/// The messages of a list.
pub(crate) fn messages(item: &DynamicMessage, field: &str) -> Vec<DynamicMessage> {
    let Some(value) = item.get_field_by_name(field) else { return Vec::new() };
    value.as_list().unwrap_or_default().iter().filter_map(Value::as_message).cloned().collect()
}

fn gaps(output: &Output, item: &DynamicMessage) -> String {
    let gaps = messages(item, "gaps");
    if gaps.is_empty() {
        return String::new();
    }
    let reader = Reader { language: output.language, person: true };
    let title = output.language.pick("Still missing", "Ce qui manque encore");
    let mut text = format!("\n{}\n", output.paint.style(Style::Strong, title));
    for gap in gaps {
        let [field, rule, message] = ["field", "rule", "message"].map(|name| cell::at(&gap, name, reader));
        text += &format!("  - {field}{} {message} ({rule})\n", output.language.colon());
    }
    text
}

fn actions(output: &Output, item: &DynamicMessage) -> String {
    let actions = messages(item, "allowed_actions");
    if actions.is_empty() {
        return String::new();
    }
    let reader = Reader { language: output.language, person: false };
    let title = output.language.pick("What you can do", "Ce que vous pouvez faire");
    let mut text = format!("\n{}\n", output.paint.style(Style::Strong, title));
    let nouns = contract::nouns(proto::pool());
    let noun = nouns.iter().find(|noun| noun.resource == item.descriptor());
    let word = |action: &DynamicMessage| {
        let method = cell::at(action, "method", reader);
        noun.and_then(|noun| noun.verb_of(&method)).map_or(method, |verb| verb.word.clone())
    };
    let width = actions.iter().map(|action| word(action).len()).max().unwrap_or_default().max(12);
    for action in &actions {
        let (word, message) = (word(action), cell::at(action, "message", reader));
        let allowed =
            action.get_field_by_name("allowed").and_then(|value| value.as_bool()).unwrap_or_default();
        text += &match (allowed, noun) {
            (true, Some(noun)) => {
                format!("  + {word:<width$} ensemble {} {word} {}\n", noun.singular, name_of(item))
            }
            (true, None) => format!("  + {word}\n"),
            (false, _) => format!("  - {word:<width$} {message}\n"),
        };
    }
    text
}

/// What differs between two states of a resource: label, before, after. Plumbing is left out.
pub(crate) fn changes(
    before: &DynamicMessage,
    after: &DynamicMessage,
    language: Language,
) -> Vec<(String, String, String)> {
    let reader = Reader { language, person: true };
    let unsaid = ["uid", "etag", "revision", "update_time", "allowed_actions", "gaps", "redirected_from"];
    let kind = after.descriptor();
    let mut found = Vec::new();
    for field in kind.fields().filter(|field| !unsaid.contains(&field.name())) {
        let (old, new) = (before.get_field(&field), after.get_field(&field));
        if old == new {
            continue;
        }
        let label = cell::field_label(&field, language);
        if let (Some(old), Some(new)) = (texts(&old), texts(&new)) {
            for code in old.keys().chain(new.keys()).collect::<std::collections::BTreeSet<_>>() {
                let [was, is] = [&old, &new].map(|texts| texts.get(code).cloned().unwrap_or_default());
                if was != is {
                    found.push((format!("{label} ({code})"), clean(&was), clean(&is)));
                }
            }
            continue;
        }
        if let Some(parts) = parts(&field, &old, &new, language) {
            found.extend(parts.into_iter().map(|(part, was, is)| (format!("{label} · {part}"), was, is)));
            continue;
        }
        if let (Some(old), Some(new)) = (said(&field, &old, reader), said(&field, &new, reader)) {
            let only = |these: &[String], those: &[String]| {
                these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>().join("; ")
            };
            found.push((label, only(&old, &new), only(&new, &old)));
            continue;
        }
        let text = |message: &DynamicMessage, value: &Value| {
            if message.has_field(&field) { cell::text(&field, value, reader) } else { String::new() }
        };
        let (was, is) = (text(before, &old), text(after, &new));
        if was != is {
            found.push((label, was, is));
        }
    }
    found
}

/// What differs within a nested message that is there before and after.
fn parts(
    field: &FieldDescriptor,
    old: &Value,
    new: &Value,
    language: Language,
) -> Option<Vec<(String, String, String)>> {
    let Kind::Message(inner) = field.kind() else { return None };
    let whole = cell::ONE_LINERS.contains(&inner.name()) || !inner.full_name().starts_with("ensemble.");
    let (old, new) = (old.as_message()?, new.as_message()?);
    let there = |message: &DynamicMessage| message.fields().next().is_some();
    (!whole && there(old) && there(new)).then(|| changes(old, new, language))
}

/// The messages of a list, a line each.
fn said(field: &FieldDescriptor, value: &Value, reader: Reader) -> Option<Vec<String>> {
    let Kind::Message(_) = field.kind() else { return None };
    let items = value.as_list()?.iter().filter_map(Value::as_message);
    Some(items.map(|item| cell::text_of(item, reader)).collect())
}

/// The translations of a localised text, by language.
fn texts(value: &Value) -> Option<BTreeMap<String, String>> {
    let message = value.as_message().filter(|message| message.descriptor().name() == "LocalizedText")?;
    let translations = message.get_field_by_name("translations")?;
    let text = |value: &Value| Some(value.as_message()?.get_field_by_name("text")?.as_str()?.to_owned());
    Some(
        translations
            .as_map()?
            .iter()
            .filter_map(|(code, value)| Some((code.as_str()?.to_owned(), text(value)?)))
            .collect(),
    )
}
