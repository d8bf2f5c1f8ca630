//! Compares a record with the schema, element by element, and marks what is not usable.

use std::borrow::Cow;

use crate::findings::many;
use crate::problem::{Problem, Severity};
use crate::schema::{Content, Node, Particle, SCHEMA};
use crate::value::Kind;
use crate::walk::{Attribute, Element};

/// An open element.
pub(crate) struct Frame {
    pub(crate) name: &'static str,
    node: &'static Node,
    pub(crate) line: u32,
    /// How far the sequence has come.
    at: usize,
    /// Bits of the particles seen, and of those already told to be late.
    seen: u64,
    told: u64,
    /// Required particles that were passed over: by which child, on which line.
    passed: Vec<(usize, &'static str, u32)>,
    /// How many problems there were before it.
    pub(crate) problems: usize,
    /// A transaction with its type as text, the way of IATI 1.
    old_form: bool,
}

/// Watches one record.
pub(crate) struct Validator {
    /// What was found so far.
    pub(crate) problems: Vec<Problem>,
    pub(crate) frames: Vec<Frame>,
    root: &'static Node,
    most: usize,
    more: usize,
    blocked: bool,
    /// Advice given once for a record.
    pub(crate) advised: Vec<(&'static str, String)>,
}

static NOTHING: Node =
    Node { content: Content::Anything, open: true, attributes: Vec::new(), particles: Vec::new() };

impl Validator {
    /// For a record below this root; at most so many problems.
    pub(crate) fn new(root: &str, most: usize) -> Self {
        Self {
            problems: Vec::new(),
            frames: Vec::new(),
            root: SCHEMA.root(root).unwrap_or(&NOTHING),
            most,
            more: 0,
            blocked: false,
            advised: Vec::new(),
        }
    }

    /// Everything found; what exceeds the limit was only counted.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            self.problems.push(many(self.more, self.problems.last().map_or(0, |problem| problem.line)));
        }
        self.problems
    }

    /// Keeps a problem, within the limit; the first that blocks is always kept.
    pub(crate) fn push(&mut self, problem: Problem) {
        let blocks = problem.severity == Severity::Blocks;
        if self.problems.len() < self.most || blocks && !self.blocked {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
        self.blocked |= blocks;
    }

    /// The root itself, for its attributes.
    pub(crate) fn open_root(&mut self, element: &mut Element<'_>) {
        let name = if element.name == "iati-activities" { "iati-activities" } else { "iati-organisations" };
        self.frames.push(Frame::new(name, self.root, element.line, 0));
        self.attributes(self.root, element);
    }

    /// A start tag: its name in the schema, or nothing if this part is not known there.
    pub(crate) fn open(&mut self, element: &mut Element<'_>) -> Option<&'static str> {
        let foreign = element.name.contains(':')
            || !self.frames.is_empty() && element.written("xmlns").is_some_and(|address| !address.is_empty());
        let particle = match self.frames.last_mut() {
            None => self.root.particles.iter().find(|particle| particle.name == Some(element.name)),
            Some(frame) if frame.node.content == Content::Anything => return None,
            Some(frame) => match place(frame, (!foreign).then_some(element.name)) {
                None => {
                    let (name, line) = (element.name.to_owned(), element.line);
                    self.unknown_element(&name, line);
                    return None;
                }
                Some(at) => self.arrive(at, element.line),
            },
        };
        let particle = particle?;
        let (Some(name), Some(node)) = (particle.name, SCHEMA.node(particle)) else { return None };
        self.frames.push(Frame::new(name, node, element.line, self.problems.len()));
        self.attributes(node, element);
        Some(name)
    }

    /// An end tag, with the text directly in the element: whether that text is usable.
    pub(crate) fn close(&mut self, text: &str) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        let (name, node, line) = (frame.name, frame.node, frame.line);
        let usable = match node.content {
            Content::Anything => true,
            Content::Simple(kind) => {
                let good = kind.accepts(text);
                if !good {
                    self.wrong_value(kind, line, None, text);
                }
                good
            }
            Content::Elements => {
                if !text.trim().is_empty() {
                    self.unexpected_text(name, line, text);
                    let parent = self.frames.len().checked_sub(2).and_then(|at| self.frames.get_mut(at));
                    if let Some(parent) = parent {
                        parent.old_form |= name == "transaction-type";
                    }
                }
                true
            }
        };
        self.missing_elements();
        if let Some(frame) = self.frames.pop()
            && frame.old_form
        {
            self.old_transaction(&frame);
        }
        usable
    }

    /// A child takes its place in the sequence; says so if it is late, or there once too often.
    fn arrive(&mut self, at: usize, line: u32) -> Option<&'static Particle> {
        let frame = self.frames.last_mut()?;
        let node = frame.node;
        let particle = node.particles.get(at)?;
        let bit = 1u64 << (at % 64);
        let again = frame.seen & bit != 0;
        let untold = frame.told & bit == 0;
        if at >= frame.at {
            for (number, passed) in node.particles.iter().enumerate().take(at).skip(frame.at) {
                if passed.required && frame.seen & (1 << (number % 64)) == 0 {
                    frame.passed.push((number, particle.name.unwrap_or("*"), line));
                }
            }
            frame.at = at;
        }
        let late = at < frame.at;
        let by = frame.passed.iter().find(|(number, ..)| *number == at).copied();
        let reached = node.particles.get(frame.at).and_then(|particle| particle.name);
        frame.seen |= bit;
        if late {
            frame.told |= bit;
        }
        let name = particle.name.unwrap_or("*");
        if again && !particle.many {
            self.repeated(name, line);
        } else if late && untold {
            match by {
                Some((_, before, line)) => self.order(before, name, before, line),
                None => self.order(reached.unwrap_or("*"), name, name, line),
            }
        }
        Some(particle)
    }

    fn missing_elements(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        let (node, seen, line, owner) = (frame.node, frame.seen, frame.line, frame.name);
        for (number, particle) in node.particles.iter().enumerate() {
            let Some(name) = particle.name else { continue };
            // Without an identifier the record is refused, in other words.
            let told = matches!(name, "iati-identifier" | "organisation-identifier");
            if particle.required && seen & (1 << (number % 64)) == 0 && !told {
                self.missing_element(owner, name, line);
            }
        }
    }

    fn attributes(&mut self, node: &'static Node, element: &mut Element<'_>) {
        let vocabulary = element.written("vocabulary").map(str::to_owned);
        let line = element.line;
        for attribute in &mut element.attributes {
            attribute.usable = self.attribute(node, attribute, vocabulary.as_deref(), line);
        }
        for required in node.attributes.iter().filter(|attribute| attribute.required) {
            if element.written(required.name).is_none() {
                self.missing_attribute(element.name, required.name, line);
            }
        }
    }

    fn attribute(
        &mut self,
        node: &'static Node,
        attribute: &mut Attribute<'_>,
        vocabulary: Option<&str>,
        line: u32,
    ) -> bool {
        let name = attribute.name;
        let value = attribute.value.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xsi:") {
            return true;
        }
        let Some(known) = node.attributes.iter().find(|known| known.name == name) else {
            if name == "xml:lang" && node.open {
                return self.check(Kind::Language, name, value, line);
            }
            if name.contains(':') && node.open {
                return true;
            }
            self.unknown_attribute(name, value, line);
            return false;
        };
        if !self.check(known.kind, name, value, line) {
            return false;
        }
        let Some(list) = known.lists.iter().find(|list| list.applies(vocabulary)) else { return true };
        let code = attribute.value.trim();
        if list.codes.contains(code) {
            return true;
        }
        // Some tools write all codes in capitals.
        let other = [code.to_lowercase(), code.to_uppercase()];
        if let Some(canonical) = other.iter().find_map(|code| list.codes.get(code.as_str())) {
            self.code_case(canonical, name, code, line);
            attribute.value = Cow::Borrowed(canonical);
            return true;
        }
        self.unknown_code(list, name, code, line);
        list.open
    }

    fn check(&mut self, kind: Kind, name: &str, value: &str, line: u32) -> bool {
        let good = kind.accepts(value);
        if !good {
            self.wrong_value(kind, line, Some(name), value);
        }
        good
    }

    /// Elements below the record, then a child or an attribute.
    pub(crate) fn location(&self, child: Option<&str>, attribute: Option<&str>) -> String {
        let mut location = String::new();
        for name in self.frames.iter().skip(1).map(|frame| frame.name).chain(child) {
            if !location.is_empty() {
                location.push('/');
            }
            location.push_str(name);
        }
        if let Some(attribute) = attribute {
            location.push_str(if location.is_empty() { "@" } else { "/@" });
            location.push_str(attribute);
        }
        location
    }
}

/// Where a child belongs: from here on, else further back; no name: an element of another namespace.
fn place(frame: &Frame, name: Option<&str>) -> Option<usize> {
    let mut places = frame.node.particles.iter().enumerate().filter(|(_, particle)| particle.name == name);
    let first = places.next()?.0;
    if first >= frame.at {
        return Some(first);
    }
    Some(places.map(|(at, _)| at).find(|at| *at >= frame.at).unwrap_or(first))
}

impl Frame {
    fn new(name: &'static str, node: &'static Node, line: u32, problems: usize) -> Self {
        Self { name, node, line, at: 0, seen: 0, told: 0, passed: Vec::new(), problems, old_form: false }
    }

    /// Whether an element of this name may stand in it.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.node.particles.iter().any(|particle| particle.name == Some(name))
    }
}
