//! A record as a tree: for rules that look at it from several sides, and for writing it again. Each element knows the
//! bytes it stands for.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

use crate::syntax::resolve;

/// Where an element stands in its tree.
pub(crate) type Id = usize;

/// The document itself.
pub(crate) const DOCUMENT: Id = 0;

/// An element.
#[derive(Debug)]
pub(crate) struct Node<'r> {
    pub(crate) name: &'r str,
    pub(crate) parent: Id,
    pub(crate) children: Vec<Id>,
    attributes: Range<usize>,
    /// The text directly in it.
    pub(crate) text: Cow<'r, str>,
    /// From its `<` to its last `>`.
    pub(crate) span: Range<usize>,
    /// Where its start tag ends.
    pub(crate) tag_end: usize,
}

/// A record in a root element of its kind.
#[derive(Debug)]
pub(crate) struct Tree<'r> {
    raw: &'r str,
    nodes: Vec<Node<'r>>,
    attributes: Vec<(&'r str, Cow<'r, str>)>,
    /// Where lines end, found when it is first asked for.
    line_ends: OnceCell<Vec<usize>>,
}

impl<'r> Tree<'r> {
    /// Reads a record; nothing when its tags do not match.
    pub(crate) fn of(raw: &'r str, root: &'static str) -> Option<Self> {
        let mut tree = Self { raw, nodes: Vec::new(), attributes: Vec::new(), line_ends: OnceCell::new() };
        let mut open = tree.push("", DOCUMENT, 0..0, 0..raw.len());
        open = tree.push(root, open, 0..0, 0..raw.len());
        let top = open;
        let mut reader = quick_xml::Reader::from_str(raw);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let from = position(&reader);
            let event = reader.read_event().ok()?;
            let span = from..position(&reader);
            match event {
                Event::Start(_) => open = tree.open(open, span)?,
                Event::Empty(_) => {
                    tree.open(open, span)?;
                }
                Event::End(_) => {
                    let node = tree.nodes.get_mut(open)?;
                    node.span.end = span.end;
                    open = node.parent;
                }
                Event::Text(_) => tree.say(open, Cow::Borrowed(raw.get(span)?)),
                Event::CData(text) => tree.say(open, Cow::Owned(text.to_string())),
                Event::GeneralRef(name) => {
                    if let Some(c) = resolve(&name) {
                        tree.say(open, Cow::Owned(c.to_string()));
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
            }
        }
        (open == top).then_some(tree)
    }

    fn open(&mut self, parent: Id, span: Range<usize>) -> Option<Id> {
        let tag = self.raw.get(span.start + 1..span.end - 1)?;
        let name = tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next()?;
        let from = self.attributes.len();
        for attribute in Attributes::new(tag.trim_end_matches('/'), name.len()).flatten() {
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value,
                Err(_) => attribute.value,
            };
            self.attributes.push((attribute.key.into_inner(), value));
        }
        let attributes = from..self.attributes.len();
        Some(self.push(name, parent, attributes, span))
    }

    fn push(&mut self, name: &'r str, parent: Id, attributes: Range<usize>, span: Range<usize>) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node {
            name,
            parent,
            children: Vec::new(),
            attributes,
            text: Cow::Borrowed(""),
            tag_end: span.end,
            span,
        });
        if id != DOCUMENT {
            self.nodes[parent].children.push(id);
        }
        id
    }

    fn say(&mut self, id: Id, text: Cow<'r, str>) {
        let own = &mut self.nodes[id].text;
        if own.is_empty() {
            *own = text;
        } else {
            own.to_mut().push_str(&text);
        }
    }

    /// An element.
    pub(crate) fn node(&self, id: Id) -> &Node<'r> {
        &self.nodes[id]
    }

    /// The record's own element.
    pub(crate) fn record(&self) -> Option<Id> {
        self.nodes.get(1)?.children.first().copied()
    }

    /// The attributes of an element, references resolved.
    pub(crate) fn attributes(&self, id: Id) -> &[(&'r str, Cow<'r, str>)] {
        &self.attributes[self.nodes[id].attributes.clone()]
    }

    /// One attribute.
    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        self.attributes(id).iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_ref())
    }

    /// The elements of this name in another, in order.
    pub(crate) fn named<'t>(&'t self, id: Id, name: &'t str) -> impl Iterator<Item = Id> + 't {
        self.nodes[id].children.iter().copied().filter(move |child| self.nodes[*child].name == name)
    }

    /// An element and all in it, in order.
    pub(crate) fn all(&self, id: Id) -> Vec<Id> {
        let mut all = Vec::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            all.push(id);
            next.extend(self.nodes[id].children.iter().rev());
        }
        all
    }

    /// An element as written.
    pub(crate) fn written(&self, id: Id) -> &'r str {
        self.raw.get(self.nodes[id].span.clone()).unwrap_or_default()
    }

    /// All text in an element.
    pub(crate) fn text(&self, id: Id) -> String {
        self.all(id).into_iter().map(|id| self.nodes[id].text.as_ref()).collect()
    }

    /// How many lines of the record come before an element.
    pub(crate) fn lines_before(&self, id: Id) -> u32 {
        let start = self.nodes[id].span.start;
        let ends = self.line_ends.get_or_init(|| {
            self.raw.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect()
        });
        u32::try_from(ends.partition_point(|end| *end < start)).unwrap_or(u32::MAX)
    }
}

fn position(reader: &quick_xml::Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str =
        "<iati-activity a='1 &amp; 2'>\n<title/>\n<x:y><![CDATA[<]]>&lt;é<!-- no --></x:y> </iati-activity>";

    #[test]
    fn elements_know_their_place_and_their_bytes() {
        let tree = Tree::of(RECORD, "iati-activities").unwrap();
        let record = tree.record().unwrap();
        assert_eq!(tree.attribute(record, "a"), Some("1 & 2"));
        assert_eq!(tree.written(record), RECORD);
        let [title, foreign] = tree.node(record).children[..] else { panic!() };
        assert_eq!((tree.written(title), tree.lines_before(title)), ("<title/>", 1));
        assert_eq!((tree.node(foreign).name, tree.node(foreign).text.as_ref()), ("x:y", "<<é"));
        assert_eq!(tree.named(record, "title").collect::<Vec<_>>(), [title]);
        assert_eq!(tree.all(DOCUMENT), [0, 1, record, title, foreign]);
    }

    #[test]
    fn what_does_not_match_is_no_tree() {
        assert!(Tree::of("<a><b></a>", "r").is_none());
        assert!(Tree::of("<a><b/>", "r").is_none());
    }
}
