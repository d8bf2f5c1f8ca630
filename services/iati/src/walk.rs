//! Walks through the XML of one record: each element goes past the schema, then to the model, which sees only what
//! the schema found usable.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesStart, Event};

use crate::item::Limits;
use crate::problem::{Problem, Severity};
use crate::syntax::{is_character, is_tag, resolve};
use crate::validate::Validator;

/// An attribute, its references resolved.
#[derive(Debug)]
pub(crate) struct Attribute<'e> {
    pub(crate) name: &'e str,
    pub(crate) value: Cow<'e, str>,
    pub(crate) usable: bool,
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Element<'e> {
    pub(crate) name: &'e str,
    pub(crate) attributes: Vec<Attribute<'e>>,
    pub(crate) line: u32,
}

impl Element<'_> {
    /// An attribute as published.
    pub(crate) fn written(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_ref())
    }

    /// An attribute if it is usable and says something, trimmed.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let attribute =
            self.attributes.iter().find(|attribute| attribute.name == name && attribute.usable)?;
        Some(attribute.value.trim()).filter(|value| !value.is_empty())
    }

    /// The same, owned.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

/// What is built from a record. The path begins with the record's own element.
pub(crate) trait Model {
    fn open(&mut self, path: &[&'static str], element: &Element<'_>);
    fn close(&mut self, path: &[&'static str], text: &str);
}

/// Walks through a record; the error is that its tags do not match.
pub(crate) fn walk(
    raw: &str,
    line: u32,
    root: &str,
    limits: &Limits,
    model: &mut impl Model,
) -> Result<Vec<Problem>, Box<Problem>> {
    let mut reader = quick_xml::Reader::from_str(raw);
    reader.config_mut().allow_dangling_amp = true; // told as a problem of the record
    let mut walk = Walk {
        validator: Validator::new(root, limits.problems),
        path: Vec::new(),
        texts: Vec::new(),
        skipped: 0,
        line,
        counted: 0,
        raw,
    };
    if let Some(at) = raw.bytes().position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        let line = line.saturating_add(newlines(&raw[..at]));
        walk.validator.push(forbidden(line, &format!("U+{:04X}", raw.as_bytes()[at])));
    }
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(Box::new(walk.malformed(at, &error))),
        };
        match event {
            Event::Start(tag) => walk.open(&tag, at, limits, model),
            Event::Empty(tag) => {
                walk.open(&tag, at, limits, model);
                walk.close(model);
            }
            Event::End(_) => walk.close(model),
            Event::Text(text) => {
                if text.contains('&') {
                    walk.reference(at, "&");
                }
                walk.text(&text);
            }
            Event::CData(text) => walk.text(&text),
            Event::GeneralRef(name) => match resolve(&name) {
                Some(c) => walk.text(c.encode_utf8(&mut [0; 4])),
                None => walk.reference(at, &format!("&{};", &*name)),
            },
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
        }
    }
    if !walk.path.is_empty() || walk.skipped > 0 {
        return Err(Box::new(walk.unclosed()));
    }
    Ok(walk.validator.finish())
}

/// The attributes of a start tag, outside a record.
pub(crate) fn root_attributes(tag: &str) -> Option<Vec<(String, String)>> {
    let mut reader = quick_xml::Reader::from_str(tag);
    let (Event::Start(tag) | Event::Empty(tag)) = reader.read_event().ok()? else { return None };
    if !is_tag(&tag) {
        return None;
    }
    let mut found = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        found.push((attribute.key.into_inner().to_owned(), value.into_owned()));
    }
    Some(found)
}

struct Walk<'r> {
    validator: Validator,
    path: Vec<&'static str>,
    /// The text directly in each open element; kept for reuse.
    texts: Vec<String>,
    /// How many elements are open in a part that the schema does not know.
    skipped: usize,
    line: u32,
    counted: usize,
    raw: &'r str,
}

impl Walk<'_> {
    fn line_at(&mut self, at: usize) -> u32 {
        let at = at.min(self.raw.len());
        if at > self.counted {
            self.line = self.line.saturating_add(newlines(&self.raw[self.counted..at]));
            self.counted = at;
        }
        self.line
    }

    fn open(&mut self, tag: &BytesStart<'_>, at: usize, limits: &Limits, model: &mut impl Model) {
        let line = self.line_at(at);
        let mut element = Element { name: tag.name().into_inner(), attributes: Vec::new(), line };
        if !is_tag(tag) {
            let (en, fr) = (
                "a tag that is not a name and attributes written name=\"value\" with space between them",
                "une balise qui n'est pas un nom et des attributs écrits nom=\"valeur\" séparés par un espace",
            );
            self.invalid(line, en, fr);
        } else if tag.len() > limits.tag {
            self.invalid(
                line,
                "an element with too much in its attributes",
                "un élément aux attributs trop longs",
            );
        } else {
            self.attributes(tag, line, limits, &mut element);
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        match self.validator.open(&mut element) {
            Some(name) => {
                self.path.push(name);
                if self.texts.len() < self.path.len() {
                    self.texts.push(String::new());
                }
                model.open(&self.path, &element);
            }
            None => self.skipped = 1,
        }
    }

    fn attributes<'e>(
        &mut self,
        tag: &'e BytesStart<'_>,
        line: u32,
        limits: &Limits,
        element: &mut Element<'e>,
    ) {
        for attribute in tag.attributes() {
            let Ok(attribute) = attribute else {
                let (en, fr) =
                    ("the same attribute twice in an element", "deux fois le même attribut dans un élément");
                self.invalid(line, en, fr);
                return;
            };
            if element.attributes.len() >= limits.attributes {
                self.invalid(line, "an element with too many attributes", "un élément avec trop d'attributs");
                return;
            }
            if attribute.value.contains('<') {
                self.invalid(
                    line,
                    "a < in an attribute (write &lt;)",
                    "un < dans un attribut (écrivez &lt;)",
                );
            }
            let name = attribute.key.into_inner();
            let value = if attribute.value.bytes().all(|byte| byte != b'&' && byte >= b' ') {
                attribute.value
            } else if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0)
                && value.chars().all(is_character)
            {
                Cow::Owned(value.into_owned())
            } else {
                self.reference(self.counted, &attribute.value);
                continue;
            };
            element.attributes.push(Attribute { name, value, usable: true });
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped == 0
            && let Some(own) = self.path.len().checked_sub(1).and_then(|at| self.texts.get_mut(at))
        {
            own.push_str(text);
        }
    }

    fn close(&mut self, model: &mut impl Model) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let depth = self.path.len();
        if let Some(text) = depth.checked_sub(1).and_then(|at| self.texts.get_mut(at)) {
            let usable = self.validator.close(text);
            model.close(&self.path, if usable { text } else { "" });
            text.clear();
        }
        self.path.pop();
    }

    fn reference(&mut self, at: usize, found: &str) {
        let line = self.line_at(at);
        self.validator.push(
            Problem::new(
                Severity::Blocks,
                "REFERENCE_UNKNOWN",
                line,
                "a & that begins no reference XML knows: write &amp; for the sign itself, and characters as they are".to_owned(),
                "un & qui ne commence aucune référence connue de XML : écrivez &amp; pour le signe lui-même, et les caractères tels quels".to_owned(),
            )
            .at(self.path.get(1..).unwrap_or_default().join("/"))
            .found(found),
        );
    }

    fn invalid(&mut self, line: u32, en: &str, fr: &str) {
        self.validator.push(
            Problem::new(
                Severity::Blocks,
                "XML_INVALID",
                line,
                format!("XML does not allow {en}: correct it"),
                format!("XML n'admet pas {fr} : corrigez-le"),
            )
            .at(self.path.get(1..).unwrap_or_default().join("/")),
        );
    }

    fn malformed(&mut self, at: usize, error: &quick_xml::Error) -> Problem {
        let line = self.line_at(at);
        let (found, en, fr) = match error {
            quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => (
                format!("</{found}>"),
                format!("<{expected}> is still open and </{found}> cannot close it"),
                format!("<{expected}> est encore ouvert et </{found}> ne peut pas le fermer"),
            ),
            error => (error.to_string(), "this is not XML".to_owned(), "ceci n'est pas du XML".to_owned()),
        };
        Problem::new(
            Severity::Blocks,
            "XML_MALFORMED",
            line,
            format!("{en}: correct the tags; this record and what follows were not read"),
            format!("{fr} : corrigez les balises ; cette fiche et la suite n'ont pas été lues"),
        )
        .found(&found)
    }

    fn unclosed(&mut self) -> Problem {
        let line = self.line_at(self.raw.len());
        Problem::new(
            Severity::Blocks,
            "XML_MALFORMED",
            line,
            "the record ends inside an element: close it; this record and what follows were not read".to_owned(),
            "la fiche se termine à l'intérieur d'un élément : fermez-le ; cette fiche et la suite n'ont pas été lues".to_owned(),
        )
    }
}

fn forbidden(line: u32, found: &str) -> Problem {
    Problem::new(
        Severity::Blocks,
        "CHARACTER_FORBIDDEN",
        line,
        "a control character that XML does not allow: remove it".to_owned(),
        "un caractère de contrôle que XML n'admet pas : retirez-le".to_owned(),
    )
    .found(found)
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}
