//! A piece of JSON that knows where it stands: its path, and its line in the file.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// A value somewhere in a record.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    text: &'a str,
    /// The record that it is in, and the line where that begins.
    record: &'a str,
    record_line: u32,
    pub(crate) path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn record(text: &'a str, line: u32, path: String) -> Self {
        Self { text, record: text, record_line: line, path }
    }

    /// The line where it begins, from 1.
    pub(crate) fn line(&self) -> u32 {
        // It is a part of the record's own text.
        let at = (self.text.as_ptr() as usize).saturating_sub(self.record.as_ptr() as usize);
        let before = self.record.bytes().take(at).filter(|byte| *byte == b'\n').count();
        self.record_line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// It, as it is written.
    pub(crate) fn written(&self) -> &'a str {
        self.text
    }

    fn inner(&self, text: &'a RawValue, name: &str) -> Self {
        Self { text: text.get(), path: format!("{}/{name}", self.path), ..*self }
    }

    /// What an object holds, but for what is null; nothing of what is no object.
    pub(crate) fn object(&self) -> Option<BTreeMap<String, Self>> {
        let fields: BTreeMap<String, &'a RawValue> = serde_json::from_str(self.text).ok()?;
        let said = fields.into_iter().filter(|(_, value)| value.get() != "null");
        Some(said.map(|(name, value)| (name.clone(), self.inner(value, &name))).collect())
    }

    /// What a list holds.
    pub(crate) fn list(&self) -> Option<Vec<Self>> {
        let items: Vec<&'a RawValue> = serde_json::from_str(self.text).ok()?;
        let inner = |(at, item): (usize, &'a RawValue)| self.inner(item, &at.to_string());
        Some(items.into_iter().enumerate().map(inner).collect())
    }

    /// What a text says.
    pub(crate) fn string(&self) -> Option<String> {
        serde_json::from_str(self.text).ok()
    }

    /// The digits of a number, as they are written.
    pub(crate) fn number(&self) -> Option<&'a str> {
        self.text.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some(self.text)
    }
}
