//! The tags of the machine in `scan`: what they open, close and begin to keep.

use crate::problem::Problem;
use crate::scan::{Cursor, Fate, Piece, Scan, State};
use crate::told;

impl Scan {
    pub(crate) fn start_tag(
        &mut self,
        chunk: &[u8],
        cursor: &mut Cursor,
        quote: u8,
        slash: bool,
        named: bool,
    ) -> Result<Option<Piece>, Box<Problem>> {
        let rest = &chunk[cursor.at..];
        if quote != 0 {
            let length = rest.iter().position(|byte| *byte == quote);
            cursor.at += length.map_or(rest.len(), |length| length + 1);
            if length.is_some() {
                self.state = State::Start { quote: 0, slash: false, named };
            }
            return Ok(None);
        }
        if !named {
            let length = rest.iter().position(|byte| byte.is_ascii_whitespace() || b"/>\"'=<".contains(byte));
            let name = &rest[..length.unwrap_or(rest.len())];
            self.name.extend(name.iter().take(64 - self.name.len().min(64)));
            cursor.at += name.len();
            if length.is_some() {
                self.state = State::Start { quote: 0, slash: false, named: true };
                self.count(chunk, cursor);
                return self.named();
            }
            return Ok(None);
        }
        let Some(length) = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'>')) else {
            let slash = rest.last().map_or(slash, |byte| *byte == b'/');
            self.state = State::Start { quote: 0, slash, named };
            cursor.at = chunk.len();
            return Ok(None);
        };
        let slash = if length == 0 { slash } else { rest[length - 1] == b'/' };
        cursor.at += length + 1;
        if rest[length] != b'>' {
            self.state = State::Start { quote: rest[length], slash: false, named };
            return Ok(None);
        }
        self.state = State::Text;
        self.keep(chunk, cursor);
        if self.depth == 0 {
            self.closed = slash;
            self.depth += usize::from(!slash);
            self.keeping = false;
            return Ok(Some(Piece::Root(self.take())));
        }
        if slash {
            return Ok(if self.in_record && self.depth == 1 {
                Some(self.record(chunk, cursor))
            } else {
                None
            });
        }
        self.depth += 1;
        if self.in_record && self.name == self.record && self.depth > 2 {
            self.nested += 1;
        }
        if self.in_record && self.depth > self.limits.depth && self.fate == Fate::Whole {
            self.cut(Fate::TooDeep);
        }
        Ok(None)
    }

    /// The name of a start tag is known: a record, the root, or something between the records.
    fn named(&mut self) -> Result<Option<Piece>, Box<Problem>> {
        if self.in_record || self.depth > 1 {
            return Ok(None);
        }
        if self.depth == 0 {
            if self.closed {
                return Err(told::trailing(self.kept_line).into());
            }
            self.root.clone_from(&self.name);
            return Ok(None);
        }
        if self.name == self.record {
            self.in_record = true;
            self.nested = 0;
            self.fate = Fate::Whole;
            return Ok(None);
        }
        self.keeping = false;
        if self.name.contains(&b':') {
            return Ok(None);
        }
        Ok(Some(Piece::Stray {
            name: String::from_utf8_lossy(&self.name).into_owned(),
            line: self.kept_line,
        }))
    }

    pub(crate) fn end_tag(
        &mut self,
        chunk: &[u8],
        cursor: &mut Cursor,
        named: bool,
    ) -> Result<Option<Piece>, Box<Problem>> {
        let rest = &chunk[cursor.at..];
        if !named {
            let length = rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>');
            let name = &rest[..length.unwrap_or(rest.len())];
            self.name.extend(name.iter().take(64 - self.name.len().min(64)));
            cursor.at += name.len();
            self.state = State::End { named: length.is_some() };
            return Ok(None);
        }
        let Some(length) = rest.iter().position(|byte| *byte == b'>') else {
            cursor.at = chunk.len();
            return Ok(None);
        };
        cursor.at += length + 1;
        self.state = State::Text;
        self.keep(chunk, cursor);
        if self.in_record {
            let closes = self.name == self.record;
            if closes && self.nested == 0 && self.depth > 2 || self.depth <= 2 && !closes {
                self.fate = if self.fate == Fate::Whole { Fate::Unbalanced } else { self.fate };
                if self.fate != Fate::Unbalanced {
                    self.count(chunk, cursor);
                    return Err(self.unbalanced().into());
                }
                return Ok(Some(self.record(chunk, cursor)));
            }
            self.nested -= usize::from(closes && self.nested > 0);
        }
        match self.depth {
            0 => {
                self.count(chunk, cursor);
                return Err(self.unbalanced().into());
            }
            1 if self.name != self.root => {
                self.count(chunk, cursor);
                return Err(self.unbalanced().into());
            }
            1 => self.closed = true,
            _ => {}
        }
        self.depth -= 1;
        Ok(if self.in_record && self.depth == 1 { Some(self.record(chunk, cursor)) } else { None })
    }

    fn unbalanced(&self) -> Problem {
        told::unbalanced(&String::from_utf8_lossy(&self.name), self.line)
    }
}
