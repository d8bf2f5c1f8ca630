//! Reading a table of separated values (RFC 4180), plain or gzip, a record at a time: whatever a file holds, memory stays
//! bounded by one record.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// A record is refused beyond so many bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
/// What a file may come to when it is unpacked.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// A record of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where it begins, from 1.
    pub(crate) number: u32,
    /// Its cells, or why it cannot be read.
    pub(crate) cells: Result<Vec<String>, Fault>,
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// More bytes than [`LONGEST`].
    TooLong,
    /// A quote that does not close, or something after one that does.
    Quotes,
    /// Not UTF-8.
    Encoding,
    /// The file breaks off, or is larger than it may be: there is nothing more to read.
    Ended,
}

/// The records of a file.
pub(crate) struct Table {
    source: Box<dyn BufRead + Send>,
    separator: u8,
    /// Lines read in search of the end of a record that had none.
    again: VecDeque<Result<Vec<u8>, Fault>>,
    next: u32,
    ended: bool,
}

impl Table {
    /// Begins to read a file whose cells a comma, a semicolon or a tabulator separates: whichever its heading has most of.
    pub(crate) fn open(file: File) -> Self {
        let mut table = Self {
            source: unpacked(BufReader::new(file)),
            separator: b',',
            again: VecDeque::new(),
            next: 1,
            ended: false,
        };
        if let Some(first) = table.physical() {
            let first =
                first.map(|line| line.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(line));
            if let Ok(line) = &first {
                let count = |separator: &u8| line.iter().filter(|byte| *byte == separator).count();
                table.separator = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
            }
            table.again.push_front(first);
        }
        table
    }

    /// The next line of the file with its end, at most [`LONGEST`] bytes of it in memory.
    fn physical(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        if let Some(line) = self.again.pop_front() {
            return Some(line);
        }
        if self.ended {
            return None;
        }
        let mut line = Vec::new();
        let mut too_long = false;
        loop {
            let Ok(piece) = self.source.fill_buf() else {
                self.ended = true;
                return Some(Err(Fault::Ended));
            };
            if piece.is_empty() {
                self.ended = true;
                return match (too_long, line.is_empty()) {
                    (true, _) => Some(Err(Fault::TooLong)),
                    (false, true) => None,
                    (false, false) => Some(Ok(line)),
                };
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(piece.len(), |end| end + 1);
            too_long |= line.len() + length > LONGEST;
            if !too_long {
                line.extend_from_slice(&piece[..length]);
            }
            self.source.consume(length);
            if end.is_some() {
                return Some(if too_long { Err(Fault::TooLong) } else { Ok(line) });
            }
        }
    }

    /// A record from its first line: those that follow belong to it while a quote is open.
    fn record(&mut self, first: Vec<u8>) -> (u32, Result<Vec<String>, Fault>) {
        let mut whole = first;
        let mut followed = VecDeque::new();
        loop {
            match split(&whole, self.separator) {
                Split::Cells(cells) => return (1 + count(followed.len()), text(cells)),
                Split::Broken => break,
                Split::Open => {}
            }
            match self.physical() {
                Some(Ok(line)) if whole.len() + line.len() <= LONGEST => {
                    whole.extend_from_slice(&line);
                    followed.push_back(Ok(line));
                }
                Some(line) => {
                    followed.push_back(line);
                    break;
                }
                None => break,
            }
        }
        // Only its first line is lost: the rest is read anew, as records of their own.
        followed.append(&mut self.again);
        self.again = followed;
        (1, Err(Fault::Quotes))
    }
}

impl Iterator for Table {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            let first = self.physical()?;
            let number = self.next;
            let (lines, cells) = match first {
                Err(fault) => (1, Err(fault)),
                Ok(line) => self.record(line),
            };
            self.next = self.next.saturating_add(lines);
            let blank = cells.as_ref().is_ok_and(|cells| cells.iter().all(|cell| cell.trim().is_empty()));
            if !blank {
                return Some(Line { number, cells });
            }
        }
    }
}

enum Split {
    Cells(Vec<Vec<u8>>),
    /// A quote is still open at the end.
    Open,
    /// Something stands after a quote that closed.
    Broken,
}

fn split(line: &[u8], separator: u8) -> Split {
    let end = line.strip_suffix(b"\n").unwrap_or(line);
    let mut rest = end.strip_suffix(b"\r").unwrap_or(end);
    let mut cells = Vec::new();
    loop {
        let Some(quoted) = rest.strip_prefix(b"\"") else {
            match rest.iter().position(|byte| *byte == separator) {
                Some(end) => {
                    cells.push(rest[..end].to_vec());
                    rest = &rest[end + 1..];
                    continue;
                }
                None => {
                    cells.push(rest.to_vec());
                    return Split::Cells(cells);
                }
            }
        };
        rest = quoted;
        let mut cell = Vec::new();
        loop {
            let Some(end) = rest.iter().position(|byte| *byte == b'"') else { return Split::Open };
            cell.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix(b"\"") {
                Some(more) => {
                    cell.push(b'"');
                    rest = more;
                }
                None => break,
            }
        }
        cells.push(cell);
        match rest.split_first() {
            None => return Split::Cells(cells),
            Some((byte, more)) if *byte == separator => rest = more,
            Some(_) => return Split::Broken,
        }
    }
}

fn text(cells: Vec<Vec<u8>>) -> Result<Vec<String>, Fault> {
    cells.into_iter().map(|cell| String::from_utf8(cell).map_err(|_| Fault::Encoding)).collect()
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// The bytes of a file, gzip undone. What is larger than it may be breaks off like a damaged one.
fn unpacked(mut file: BufReader<File>) -> Box<dyn BufRead + Send> {
    let mut magic = Vec::new();
    // Whatever cannot be read now cannot be read later either, and is told then.
    let _ = file.by_ref().take(2).read_to_end(&mut magic);
    let gzip = magic == [0x1f, 0x8b];
    let whole: Chain<Cursor<Vec<u8>>, BufReader<File>> = Cursor::new(magic).chain(file);
    match gzip {
        true => Box::new(BufReader::new(Limited { source: MultiGzDecoder::new(whole), left: LARGEST })),
        false => Box::new(whole),
    }
}

struct Limited<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| std::io::Error::other("too large"))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    fn table(bytes: &[u8]) -> Table {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Table::open(file)
    }

    fn lines(bytes: &[u8]) -> Vec<(u32, Result<Vec<String>, Fault>)> {
        table(bytes).map(|line| (line.number, line.cells)).collect()
    }

    fn cells(cells: &[&str]) -> Result<Vec<String>, Fault> {
        Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn records_are_read_whatever_separates_their_cells_and_ends_their_lines() {
        let expected = vec![(1, cells(&["a", "b"])), (2, cells(&["é, \"x\"", ""])), (4, cells(&["1", "2"]))];
        for file in [
            "a,b\n\"é, \"\"x\"\"\",\n\n1,2",
            "\u{feff}a,b\r\n\"é, \"\"x\"\"\",\r\n\r\n1,2\r\n",
            "a;b\n\"é, \"\"x\"\"\";\n;\n1;2\n",
            "a\tb\n\"é, \"\"x\"\"\"\t\n\t\n1\t2\n",
        ] {
            assert_eq!(lines(file.as_bytes()), expected, "{file:?}");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(file.as_bytes()).unwrap();
            assert_eq!(lines(&packed.finish().unwrap()), expected, "packed");
        }
        assert_eq!(
            lines(b"a,b\n\"1\n2\",3\n4,5\n")[1..],
            [(2, cells(&["1\n2", "3"])), (4, cells(&["4", "5"]))]
        );
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_quote_that_never_closes_costs_its_own_line_only() {
        let file = format!("a,b\n\"1,2\n{}3,4\n", "x,y\n".repeat(50_000));
        let read = lines(file.as_bytes());
        assert_eq!(read[1], (2, Err(Fault::Quotes)));
        assert_eq!(read.len(), 50_003, "every other line is there");
        assert_eq!(read[50_002], (50_003, cells(&["3", "4"])));
        assert_eq!(lines(b"a,b\n\"1\"x,2\n3,4\n")[1..], [(2, Err(Fault::Quotes)), (3, cells(&["3", "4"]))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_never_held_whole() {
        let file = [b"a,b\n1,".to_vec(), vec![b'x'; 10_000_000], b"\n3,4\n".to_vec()].concat();
        let mut table = table(&file);
        assert_eq!(table.nth(1), Some(Line { number: 2, cells: Err(Fault::TooLong) }));
        assert_eq!(table.next(), Some(Line { number: 3, cells: cells(&["3", "4"]) }));
        assert_eq!(table.next(), None);
    }

    #[test]
    fn what_is_not_text_is_said_to_be_none() {
        assert_eq!(
            lines(b"a,b\nAmb\xe9rieu,2\n3,4\n")[1..],
            [(2, Err(Fault::Encoding)), (3, cells(&["3", "4"]))]
        );
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all("a,b\n1,2\n".repeat(10_000).as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let last = lines(&packed[..packed.len() / 2]).pop();
        assert_eq!(
            last.map(|(_, cells)| cells),
            Some(Err(Fault::Ended)),
            "a file that breaks off is not whole"
        );
    }
}
