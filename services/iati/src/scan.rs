//! Finds where the records of an XML file begin and end, without understanding them: a small machine fed with
//! chunks, which keeps the bytes of one record and nothing else.

use crate::item::Limits;
use crate::problem::Problem;
use crate::told;

/// What is kept of a record that is too large, so that its identifier can still be told.
const PREFIX: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Text,
    Open,
    Bang,
    Comment(u8),
    CData(u8),
    Instruction(bool),
    Start { quote: u8, slash: bool, named: bool },
    End { named: bool },
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Whole,
    TooLarge,
    TooDeep,
    /// It ends inside an element that was not closed.
    Unbalanced,
}

/// What the machine found.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The root's start tag, from `<` to `>`.
    Root(String),
    Record {
        raw: String,
        line: u32,
        fate: Fate,
    },
    /// An element without prefix between the records.
    Stray {
        name: String,
        line: u32,
    },
    /// Text between the records.
    StrayText {
        line: u32,
    },
}

/// The machine: feed it chunks, it gives pieces.
pub(crate) struct Scan {
    pub(crate) limits: Limits,
    pub(crate) state: State,
    pub(crate) depth: usize,
    /// Name of the tag being read, cut at 64 bytes.
    pub(crate) name: Vec<u8>,
    /// What follows `<!`.
    mark: Vec<u8>,
    pub(crate) root: Vec<u8>,
    pub(crate) record: &'static [u8],
    /// The tag or record being kept.
    kept: Vec<u8>,
    pub(crate) keeping: bool,
    pub(crate) in_record: bool,
    pub(crate) nested: usize,
    pub(crate) fate: Fate,
    pub(crate) kept_line: u32,
    pub(crate) line: u32,
    most_held: usize,
    text_told: bool,
    pub(crate) closed: bool,
}

impl Scan {
    pub(crate) fn new(limits: Limits, line: u32) -> Self {
        Self {
            limits,
            state: State::Text,
            depth: 0,
            name: Vec::new(),
            mark: Vec::new(),
            root: Vec::new(),
            record: b"",
            kept: Vec::new(),
            keeping: false,
            in_record: false,
            nested: 0,
            fate: Fate::Whole,
            kept_line: line,
            line,
            most_held: 0,
            text_told: false,
            closed: false,
        }
    }

    /// From now on, children of the root with this name are records.
    pub(crate) fn expect(&mut self, record: &'static str) {
        self.record = record.as_bytes();
    }

    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    pub(crate) fn most_held(&self) -> usize {
        self.most_held.max(self.kept.capacity())
    }

    /// Whether the root was opened and closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed && self.state == State::Text
    }

    /// Reads a chunk up to the end of a piece: how many bytes were used, and the piece.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(usize, Option<Piece>), Box<Problem>> {
        let mut cursor = Cursor { at: 0, kept_from: 0, counted: 0 };
        let piece = loop {
            if cursor.at >= chunk.len() {
                break None;
            }
            match self.step(chunk, &mut cursor)? {
                Some(piece) => break Some(piece),
                None => continue,
            }
        };
        self.keep(chunk, &mut cursor);
        self.count(chunk, &mut cursor);
        Ok((cursor.at, piece))
    }

    fn step(&mut self, chunk: &[u8], cursor: &mut Cursor) -> Result<Option<Piece>, Box<Problem>> {
        let rest = &chunk[cursor.at..];
        let skip = |byte: u8| rest.iter().position(|other| *other == byte).unwrap_or(rest.len());
        match self.state {
            State::Text => {
                let text = skip(b'<');
                if !self.in_record
                    && !self.text_told
                    && self.depth <= 1
                    && let Some(at) = rest[..text].iter().position(|byte| !byte.is_ascii_whitespace())
                {
                    self.text_told = true;
                    cursor.at += at;
                    self.count(chunk, cursor);
                    cursor.at += text - at;
                    if self.closed {
                        return Err(told::trailing(self.line).into());
                    }
                    return Ok(Some(Piece::StrayText { line: self.line }));
                }
                cursor.at += text;
                if text < rest.len() {
                    if !self.in_record && self.depth <= 1 {
                        self.count(chunk, cursor);
                        self.kept.clear();
                        self.keeping = true;
                        self.kept_line = self.line;
                        cursor.kept_from = cursor.at;
                    }
                    cursor.at += 1;
                    self.state = State::Open;
                }
            }
            State::Open => {
                self.name.clear();
                self.mark.clear();
                match rest[0] {
                    b'!' => self.state = State::Bang,
                    b'?' => {
                        self.state = State::Instruction(false);
                        self.leave();
                    }
                    b'/' => {
                        self.state = State::End { named: false };
                        self.leave();
                    }
                    _ => {
                        self.state = State::Start { quote: 0, slash: false, named: false };
                        return Ok(None); // the byte belongs to the name
                    }
                }
                cursor.at += 1;
            }
            State::Bang => {
                self.mark.push(rest[0]);
                cursor.at += 1;
                if self.mark == b"--" {
                    self.state = State::Comment(0);
                    self.leave();
                } else if self.mark == b"[CDATA[" {
                    self.state = State::CData(0);
                    self.leave();
                } else if !b"--".starts_with(&self.mark) && !b"[CDATA[".starts_with(&self.mark) {
                    self.count(chunk, cursor);
                    self.refuse_declaration()?;
                }
            }
            State::Comment(dashes) => {
                if dashes == 0 {
                    cursor.at += skip(b'-');
                }
                if let Some(byte) = chunk.get(cursor.at) {
                    cursor.at += 1;
                    self.state = match byte {
                        b'-' => State::Comment(2.min(dashes + 1)),
                        b'>' if dashes == 2 => State::Text,
                        _ => State::Comment(0),
                    };
                }
            }
            State::CData(brackets) => {
                if brackets == 0 {
                    cursor.at += skip(b']');
                }
                if let Some(byte) = chunk.get(cursor.at) {
                    cursor.at += 1;
                    self.state = match byte {
                        b']' => State::CData(2.min(brackets + 1)),
                        b'>' if brackets == 2 => State::Text,
                        _ => State::CData(0),
                    };
                }
            }
            State::Instruction(question) => {
                cursor.at += 1;
                self.state = match rest[0] {
                    b'>' if question => State::Text,
                    byte => State::Instruction(byte == b'?'),
                };
            }
            State::Start { quote, slash, named } => {
                return self.start_tag(chunk, cursor, quote, slash, named);
            }
            State::End { named } => return self.end_tag(chunk, cursor, named),
        }
        Ok(None)
    }

    pub(crate) fn record(&mut self, chunk: &[u8], cursor: &mut Cursor) -> Piece {
        self.count(chunk, cursor);
        self.in_record = false;
        self.keeping = false;
        Piece::Record { raw: self.take(), line: self.kept_line, fate: self.fate }
    }

    pub(crate) fn take(&mut self) -> String {
        self.most_held = self.most_held();
        let mut kept = std::mem::take(&mut self.kept);
        kept.shrink_to_fit();
        // A record cut short may end inside a character.
        String::from_utf8(kept).unwrap_or_else(|error| {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            String::from_utf8(bytes).unwrap_or_default()
        })
    }

    /// Nothing between the records is kept.
    fn leave(&mut self) {
        self.keeping &= self.in_record;
    }

    pub(crate) fn cut(&mut self, fate: Fate) {
        self.fate = fate;
        self.keeping = false;
        self.most_held = self.most_held();
        self.kept.truncate(PREFIX);
        self.kept.shrink_to_fit();
    }

    pub(crate) fn keep(&mut self, chunk: &[u8], cursor: &mut Cursor) {
        let new = &chunk[cursor.kept_from.min(cursor.at)..cursor.at];
        cursor.kept_from = cursor.at;
        if !self.keeping {
            return;
        }
        let limit = if self.in_record { self.limits.record } else { self.limits.tag };
        if self.kept.len() + new.len() <= limit {
            self.kept.extend_from_slice(new);
        } else if self.in_record {
            self.cut(Fate::TooLarge);
        } else {
            self.keeping = false; // a root tag cut short says so when it is read
        }
    }

    pub(crate) fn count(&mut self, chunk: &[u8], cursor: &mut Cursor) {
        let new = &chunk[cursor.counted..cursor.at];
        let lines = u32::try_from(new.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
        self.line = self.line.saturating_add(lines);
        cursor.counted = cursor.at;
    }

    /// `<!` that is neither a comment nor CDATA. Waits for enough bytes to tell a web page from a definition.
    fn refuse_declaration(&self) -> Result<(), Box<Problem>> {
        let declared = self.mark.to_ascii_lowercase();
        if b"doctype html".starts_with(&declared) && declared != b"doctype html" {
            return Ok(());
        }
        if declared == b"doctype html" {
            return Err(told::html(self.line).into());
        }
        Err(told::doctype(self.line).into())
    }
}

/// A place in a chunk, and how much before it is kept and counted.
pub(crate) struct Cursor {
    pub(crate) at: usize,
    pub(crate) kept_from: usize,
    pub(crate) counted: usize,
}
