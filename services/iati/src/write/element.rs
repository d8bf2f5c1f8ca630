//! An element to be written.

use crate::syntax::is_character;

/// An element: its attributes, then its text or its elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    text: String,
    /// Where it came from, for those who write what they read elsewhere.
    origin: Option<Origin>,
}

/// A table and a line of it, by their numbers.
pub(crate) type Origin = (u8, u32);

impl Element {
    /// An empty one.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// With an attribute, unless that would be empty.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.attributes.push((name, value));
        }
        self
    }

    /// With an element within.
    #[must_use]
    pub fn holding(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With elements within.
    #[must_use]
    pub fn holding_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// With a text instead of elements.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Says where it came from.
    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Puts a text, or an attribute (`@name`), at a path within; what is missing on the way is made, or `made` is false
    /// and nothing happens without it.
    pub(crate) fn put(&mut self, path: &'static str, value: &str, made: bool) {
        let Some((child, rest)) = path.split_once('/') else {
            match path.strip_prefix('@') {
                Some(name) => self.attributes.push((name, value.to_owned())),
                None => self.children.push(Self::new(path).saying(value)),
            }
            return;
        };
        let there = self.children.iter().rposition(|one| one.name == child);
        if there.is_none() && made {
            self.children.push(Self::new(child));
        }
        let there = there.or_else(|| self.children.len().checked_sub(1).filter(|_| made));
        if let Some(child) = there.and_then(|at| self.children.get_mut(at)) {
            child.put(rest, value, made);
        }
    }

    /// An element within, made last.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Self> {
        self.children.last_mut()
    }

    /// Puts an element last.
    pub(crate) fn push(&mut self, child: Self) {
        self.children.push(child);
    }

    /// Orders the elements within.
    pub(crate) fn sort_by_key(&mut self, key: impl Fn(&'static str) -> usize) {
        self.children.sort_by_key(|child| key(child.name));
    }

    /// Notes on which lines elements that say where they came from [are written](Self::write), and counts its lines.
    pub(crate) fn origins(&self, line: &mut u32, origins: &mut Vec<(u32, Origin)>) {
        origins.extend(self.origin.map(|origin| (*line, origin)));
        *line += 1;
        for child in &self.children {
            child.origins(line, origins);
        }
        *line += u32::from(!self.children.is_empty());
    }

    /// As XML.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.trim_start().to_owned()
    }

    /// Writes it on lines of its own, so far to the right.
    pub(super) fn write(&self, out: &mut String, depth: usize) {
        let margin = |out: &mut String| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        margin(out);
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escaped(&self.text));
        for child in &self.children {
            child.write(out, depth + 1);
        }
        if !self.children.is_empty() {
            margin(out);
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

/// As text or in quotes, without the characters that XML does not know.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_character(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // They would be read as spaces in an attribute, or lost at the end of a line.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            c => escaped.push(c),
        }
    }
    escaped
}
