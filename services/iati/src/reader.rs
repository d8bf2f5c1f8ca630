//! Reads a file of any of the known kinds, one record at a time.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::io::Read;

use crate::decode::Decode;
use crate::item::{Document, Item, Kind, Limits};
use crate::problem::{Problem, Severity};
use crate::registry::Entries;
use crate::scan::{Piece, Scan};
use crate::walk::root_attributes;
use crate::{record, told};

enum Mode {
    New,
    Xml(Box<Scan>),
    Json(Box<Entries>),
    Done,
}

/// Reads one file, plain or gzip, in any usual encoding; memory is bounded by one record.
pub struct Reader<R> {
    decode: Decode<R>,
    mode: Mode,
    limits: Limits,
    /// The only kind to accept.
    only: Option<Kind>,
    kind: Option<Kind>,
    document: Document,
    ready: VecDeque<Item>,
    /// Hashes of the identifiers seen and of their records.
    seen: HashMap<u64, u64>,
    hashes: RandomState,
    records: usize,
    strays: usize,
    line: u32,
    most_held: usize,
}

impl<R: Read> Reader<R> {
    /// Reads with the default [`Limits`].
    pub fn new(source: R) -> Self {
        Self::with_limits(source, Limits::default())
    }

    /// Reads with other limits.
    pub fn with_limits(source: R, limits: Limits) -> Self {
        Self {
            decode: Decode::new(source, limits.total),
            mode: Mode::New,
            limits,
            only: None,
            kind: None,
            document: Document::default(),
            ready: VecDeque::new(),
            seen: HashMap::new(),
            hashes: RandomState::new(),
            records: 0,
            strays: 0,
            line: 1,
            most_held: 0,
        }
    }

    /// Refuses files of another kind.
    #[must_use]
    pub fn only(mut self, kind: Kind) -> Self {
        self.only = Some(kind);
        self
    }

    /// What the file holds; known once the first item was asked for.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// What the root element says; empty until the first item was asked for.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The most bytes of the file ever held at once.
    pub fn most_held(&self) -> usize {
        self.most_held
    }

    fn advance(&mut self) -> Result<(), Box<Problem>> {
        let line = match &self.mode {
            Mode::Xml(scan) => scan.line(),
            Mode::Json(entries) => entries.line(),
            Mode::New | Mode::Done => self.line,
        };
        let chunk = self.decode.fill().map_err(|fault| fault.at(line))?;
        match &mut self.mode {
            Mode::Done => {}
            Mode::New => {
                let blank = chunk.iter().position(|byte| !byte.is_ascii_whitespace());
                let skipped = &chunk[..blank.unwrap_or(chunk.len())];
                let lines = skipped.iter().filter(|byte| **byte == b'\n').count();
                self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                self.mode = match blank.and_then(|at| chunk.get(at)) {
                    Some(b'<') => Mode::Xml(Box::new(Scan::new(self.limits, self.line))),
                    Some(b'[') => {
                        self.kind = Some(Kind::Publishers);
                        Mode::Json(Box::new(Entries::new(self.limits.record, self.line)))
                    }
                    Some(_) => {
                        let start = &chunk[skipped.len()..];
                        let start = String::from_utf8_lossy(&start[..start.len().min(40)]).into_owned();
                        return Err(Box::new(told::unknown_format(self.line).found(&start)));
                    }
                    None if chunk.is_empty() => return Err(Box::new(told::empty(self.line))),
                    None => Mode::New,
                };
                let used = skipped.len();
                self.decode.consume(used);
                self.check_kind()?;
            }
            Mode::Xml(scan) => {
                if chunk.is_empty() {
                    let (closed, line) = (scan.is_closed(), scan.line());
                    self.mode = Mode::Done;
                    return self.end(closed, line);
                }
                let fed = scan.feed(chunk);
                let held = scan.most_held();
                let (used, piece) = fed?;
                self.decode.consume(used);
                self.most_held = self.most_held.max(held + self.decode.held());
                if let Some(piece) = piece {
                    self.piece(piece)?;
                }
            }
            Mode::Json(entries) => {
                if chunk.is_empty() {
                    let (closed, line) = (entries.is_closed(), entries.line());
                    self.mode = Mode::Done;
                    return self.end(closed, line);
                }
                let fed = entries.feed(chunk);
                let held = entries.held();
                let (used, entry) = fed?;
                self.decode.consume(used);
                self.most_held = self.most_held.max(held + self.decode.held());
                if let Some(entry) = entry {
                    let mut publisher = entry.publisher();
                    self.count()?;
                    let found = self.again(&publisher.identifier, &publisher.raw, publisher.line);
                    publisher.problems.extend(found);
                    self.ready.push_back(Item::Organisation(Box::new(publisher)));
                }
            }
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Box<Problem>> {
        match piece {
            Piece::Root(tag) => self.root(&tag),
            Piece::Stray { name, line } => {
                self.strays += 1;
                if self.strays <= 20 {
                    self.ready.push_back(Item::FileProblem(told::stray(&name, line)));
                }
                Ok(())
            }
            Piece::StrayText { line } => {
                self.ready.push_back(Item::FileProblem(told::stray_text(line)));
                Ok(())
            }
            Piece::Record { raw, line, fate } => {
                self.count()?;
                let item = match self.kind {
                    Some(Kind::Organisations) => {
                        let mut organisation = record::organisation(raw, line, fate, &self.limits)?;
                        organisation.namespaces.clone_from(&self.document.namespaces);
                        let found = self.again(&organisation.identifier, &organisation.raw, line);
                        organisation.problems.extend(found);
                        Item::Organisation(Box::new(organisation))
                    }
                    _ => {
                        let mut activity = record::activity(raw, line, fate, &self.limits)?;
                        activity.namespaces.clone_from(&self.document.namespaces);
                        let found = self.again(&activity.identifier, &activity.raw, line);
                        activity.problems.extend(found);
                        Item::Activity(Box::new(activity))
                    }
                };
                self.ready.push_back(item);
                Ok(())
            }
        }
    }

    /// The root element decides what the file is.
    fn root(&mut self, tag: &str) -> Result<(), Box<Problem>> {
        let Mode::Xml(scan) = &mut self.mode else { return Ok(()) };
        let line = scan.line();
        let name = tag.trim_start_matches('<').split(|c: char| c.is_whitespace() || "/>".contains(c)).next();
        let name = name.unwrap_or_default();
        let (kind, record) = match name {
            "iati-activities" => (Kind::Activities, "iati-activity"),
            "iati-organisations" => (Kind::Organisations, "iati-organisation"),
            _ if name.eq_ignore_ascii_case("html") => return Err(Box::new(told::html(line))),
            _ => return Err(Box::new(told::wrong_root(line).found(name))),
        };
        scan.expect(record);
        self.kind = Some(kind);
        self.check_kind()?;
        let attributes = root_attributes(tag).ok_or_else(|| told::bad_root(line).found(tag))?;
        for (name, value) in &attributes {
            match name.as_str() {
                "version" => self.document.version = Some(value.trim().to_owned()),
                "generated-datetime" => self.document.generated = Some(value.trim().to_owned()),
                "xmlns" => self.ready.push_back(Item::FileProblem(told::namespace(line).found(value))),
                _ => {
                    if let Some(prefix) = name.strip_prefix("xmlns:") {
                        self.document.namespaces.push((prefix.to_owned(), value.clone()));
                    }
                }
            }
        }
        if let Some(problem) = told::version(self.document.version.as_deref(), line) {
            if problem.severity == Severity::Blocks {
                return Err(Box::new(problem));
            }
            self.ready.push_back(Item::FileProblem(problem));
        }
        let problems = record::root(name, &attributes, line, &self.limits);
        self.ready.extend(problems.into_iter().map(Item::FileProblem));
        Ok(())
    }

    fn check_kind(&self) -> Result<(), Box<Problem>> {
        match (self.only, self.kind) {
            (Some(only), Some(kind)) if only != kind => {
                Err(Box::new(told::wrong_kind(only, kind, self.line)))
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self) -> Result<(), Box<Problem>> {
        self.records += 1;
        if self.records > self.limits.records {
            let line = if let Mode::Xml(scan) = &self.mode { scan.line() } else { self.line };
            return Err(Box::new(told::too_many(self.limits.records, line)));
        }
        Ok(())
    }

    /// Whether this identifier was already there: the second record is refused unless it says the same.
    fn again(&mut self, identifier: &str, raw: &str, line: u32) -> Option<Problem> {
        if identifier.is_empty() {
            return None;
        }
        let content = self.hashes.hash_one(raw);
        match self.seen.entry(self.hashes.hash_one(identifier)) {
            Entry::Occupied(first) => Some(told::duplicate(identifier, *first.get() == content, line)),
            Entry::Vacant(place) => {
                place.insert(content);
                None
            }
        }
    }

    fn end(&mut self, closed: bool, line: u32) -> Result<(), Box<Problem>> {
        if !closed {
            return Err(Box::new(told::truncated(line)));
        }
        if self.records == 0 {
            self.ready.push_back(Item::FileProblem(told::no_records(line)));
        }
        Ok(())
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            if matches!(self.mode, Mode::Done) {
                return None;
            }
            if let Err(problem) = self.advance() {
                self.mode = Mode::Done;
                self.ready.push_back(Item::FileProblem(*problem));
            }
        }
    }
}
