//! The list of publishers of the IATI Registry: a JSON array, read one entry at a time.

use std::io::Read;

use serde_json::Value;

use crate::activity::Narrative;
use crate::item::Kind;
use crate::org_id;
use crate::organisation::Organisation;
use crate::problem::{Problem, Severity};
use crate::reader::Reader;
use crate::schema;
use crate::texts::normal;
use crate::told;

/// Reads a list of publishers, and refuses anything else.
pub fn publishers<R: Read>(source: R) -> Reader<R> {
    Reader::new(source).only(Kind::Publishers)
}

/// Finds the entries of an array, keeping the bytes of one.
pub(crate) struct Entries {
    limit: usize,
    kept: Vec<u8>,
    started: bool,
    closed: bool,
    depth: usize,
    quoted: bool,
    escaped: bool,
    large: bool,
    line: u32,
    entry_line: u32,
    most_held: usize,
}

/// One entry, as text.
pub(crate) struct Entry {
    raw: String,
    line: u32,
    limit: Option<usize>,
}

impl Entries {
    pub(crate) fn new(limit: usize, line: u32) -> Self {
        Self {
            limit,
            kept: Vec::new(),
            started: false,
            closed: false,
            depth: 0,
            quoted: false,
            escaped: false,
            large: false,
            line,
            entry_line: line,
            most_held: 0,
        }
    }

    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    pub(crate) fn held(&self) -> usize {
        self.most_held.max(self.kept.capacity())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Reads a chunk up to the end of an entry: how many bytes were used, and the entry.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(usize, Option<Entry>), Box<Problem>> {
        for (at, byte) in chunk.iter().copied().enumerate() {
            self.line = self.line.saturating_add(u32::from(byte == b'\n'));
            if self.depth == 0 {
                self.between(byte)?;
                if self.depth == 0 {
                    continue;
                }
            } else if self.quoted {
                self.quoted = self.escaped || byte != b'"';
                self.escaped = !self.escaped && byte == b'\\';
            } else {
                match byte {
                    b'"' => self.quoted = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth -= 1,
                    _ => {}
                }
            }
            if self.kept.len() < self.limit {
                self.kept.push(byte);
            } else {
                self.large = true;
            }
            if self.depth == 0 {
                self.most_held = self.held();
                let kept = std::mem::take(&mut self.kept);
                let raw =
                    if self.large { String::new() } else { String::from_utf8(kept).unwrap_or_default() };
                let limit = self.large.then_some(self.limit);
                return Ok((at + 1, Some(Entry { raw, line: self.entry_line, limit })));
            }
        }
        Ok((chunk.len(), None))
    }

    fn between(&mut self, byte: u8) -> Result<(), Box<Problem>> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if self.closed => return Err(told::trailing(self.line).into()),
            b'[' if !self.started => self.started = true,
            b',' => {}
            b']' => self.closed = true,
            b'{' => {
                self.depth = 1;
                self.large = false;
                self.entry_line = self.line;
            }
            _ => {
                let en = "expected an object of the list of publishers here: correct the JSON; what follows was not read";
                let fr = "un objet de la liste des éditeurs est attendu ici : corrigez le JSON ; la suite n'a pas été lue";
                let problem =
                    Problem::new(Severity::Blocks, "JSON_MALFORMED", self.line, en.to_owned(), fr.to_owned());
                return Err(problem.found(&char::from(byte).to_string()).into());
            }
        }
        Ok(())
    }
}

impl Entry {
    /// The entry in the shape of an organisation.
    pub(crate) fn publisher(self) -> Organisation {
        let line = self.line;
        let mut publisher = Organisation { line, ..Organisation::default() };
        if let Some(limit) = self.limit {
            publisher.problems.push(told::record_too_large(limit, line));
            return publisher;
        }
        match serde_json::from_str::<Value>(&self.raw) {
            Ok(entry) => fill(&mut publisher, &entry),
            Err(error) => {
                let en = "this entry is not JSON: correct it".to_owned();
                let fr = "cette entrée n'est pas du JSON : corrigez-la".to_owned();
                let at = line + u32::try_from(error.line()).unwrap_or(1).saturating_sub(1);
                let problem = Problem::new(Severity::Blocks, "JSON_INVALID", at, en, fr);
                publisher.problems.push(problem.found(&error.to_string()));
            }
        }
        for problem in &mut publisher.problems {
            publisher.identifier.clone_into(&mut problem.record);
        }
        publisher.raw = self.raw;
        publisher
    }
}

fn fill(publisher: &mut Organisation, entry: &Value) {
    let text =
        |name: &str| entry.get(name).and_then(Value::as_str).map(normal).filter(|text| !text.is_empty());
    let (line, problems) = (publisher.line, &mut publisher.problems);
    publisher.identifier = text("iati_org_id").unwrap_or_default();
    publisher.names = text("name").map(|text| Narrative { language: None, text }).into_iter().collect();
    publisher.description = text("description");
    if publisher.identifier.is_empty() {
        problems.push(told::no_identifier(line).at("iati_org_id"));
    } else if org_id::split(&publisher.identifier).is_none() {
        problems.push(told::unregistered(line).at("iati_org_id").found(&publisher.identifier));
    }
    if publisher.names.is_empty() {
        problems.push(told::unnamed(line).at("name"));
    }
    publisher.type_code = text("organisation_type").filter(|code| {
        let known = schema::has_code("OrganisationType", code);
        if !known {
            problems.push(told::unknown_code("OrganisationType", line).at("organisation_type").found(code));
        }
        known
    });
    publisher.country = text("country").filter(|code| {
        let known = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if !known {
            problems.push(told::unknown_code("Country", line).at("country").found(code));
        }
        known
    });
}
