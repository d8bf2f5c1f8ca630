//! Small pieces of XML, read and written.

use chassis::error::Result;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::refusal::damaged;

/// An element with its attributes, and where its tag begins and ends in the text.
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) begins: usize,
    pub(super) ends: usize,
    /// How many elements it stands in.
    pub(super) depth: usize,
    pub(super) closes: bool,
}

impl Tag {
    /// Its name without a prefix.
    pub(super) fn local(&self) -> &str {
        self.name.rsplit_once(':').map_or(self.name.as_str(), |(_, local)| local)
    }

    /// Its prefix with the colon, if it has one.
    pub(super) fn prefix(&self) -> &str {
        &self.name[..self.name.len() - self.local().len()]
    }

    /// An attribute, whatever its prefix.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let is = |known: &str| known.rsplit_once(':').map_or(known, |(_, local)| local) == name;
        self.attributes.iter().find(|(known, _)| is(known)).map(|(_, value)| value.as_str())
    }
}

/// All tags of a text in their order; what closes an element is one too, unless it was empty.
pub(super) fn tags(text: &str) -> Result<Vec<Tag>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut tags, mut depth) = (Vec::new(), 0_usize);
    loop {
        let begins = position(&reader);
        let event = reader.read_event().map_err(|_| damaged())?;
        let ends = position(&reader);
        match event {
            Event::Start(tag) => {
                tags.push(of(&tag, begins, ends, depth)?);
                depth += 1;
            }
            Event::Empty(tag) => tags.push(of(&tag, begins, ends, depth)?),
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                let name = tag.name().as_ref().to_owned();
                tags.push(Tag { name, attributes: Vec::new(), begins, ends, depth, closes: true });
            }
            Event::Eof => return Ok(tags),
            _ => {}
        }
    }
}

fn position(reader: &quick_xml::Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn of(tag: &BytesStart<'_>, begins: usize, ends: usize, depth: usize) -> Result<Tag> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| damaged())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| damaged())?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    let name = tag.name().as_ref().to_owned();
    Ok(Tag { name, attributes, begins, ends, depth, closes: false })
}

/// A text in XML: what no XML can hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let allowed =
        |c: &char| matches!(c, '\t' | '\n' | '\r') || *c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    quick_xml::escape::escape(text.chars().filter(allowed).collect::<String>()).into_owned()
}

/// Puts a piece into a text.
pub(super) fn inserted(text: &str, at: usize, piece: &str) -> Result<String> {
    let (before, after) = text.split_at_checked(at).ok_or_else(damaged)?;
    Ok([before, piece, after].concat())
}
