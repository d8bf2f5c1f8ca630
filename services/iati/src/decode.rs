//! From the bytes of a file to UTF-8, a chunk at a time: gzip is undone and the encoding recognised.

use std::io::{self, BufReader, Chain, Cursor, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

use crate::problem::{Problem, Severity};

const CHUNK: usize = 32 << 10;
/// An XML declaration is at the very start and short; what is longer is not one.
const PROLOGUE: usize = 512;

type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

enum Source<R> {
    New(R),
    Plain(Peeked<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Peeked<R>>>>),
    Ended,
}

/// Why no more bytes come; the line is added by whoever counts lines.
#[derive(Debug)]
pub(crate) enum Fault {
    Unreadable(io::Error),
    Gzip(io::Error),
    UnknownEncoding(String),
    Undecodable(&'static str),
    TooLarge(u64),
}

/// UTF-8 chunks of a source.
pub(crate) struct Decode<R> {
    source: Source<R>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    raw_start: usize,
    out: Vec<u8>,
    out_start: usize,
    total: u64,
    limit: u64,
    fault: Option<Fault>,
}

impl<R: Read> Decode<R> {
    pub(crate) fn new(source: R, limit: u64) -> Self {
        Self {
            source: Source::New(source),
            decoder: None,
            raw: Vec::new(),
            raw_start: 0,
            out: Vec::new(),
            out_start: 0,
            total: 0,
            limit,
            fault: None,
        }
    }

    /// Bytes of memory in use.
    pub(crate) fn held(&self) -> usize {
        self.raw.capacity() + self.out.capacity()
    }

    pub(crate) fn consume(&mut self, used: usize) {
        self.out_start += used;
    }

    /// The next decoded bytes; empty at the end. What was decoded before a fault is given before the fault.
    pub(crate) fn fill(&mut self) -> Result<&[u8], Fault> {
        while self.out_start >= self.out.len() {
            if let Some(fault) = self.fault.take() {
                self.source = Source::Ended;
                return Err(fault);
            }
            if !self.decode_more()? {
                return Ok(&[]);
            }
        }
        Ok(&self.out[self.out_start..])
    }

    fn decode_more(&mut self) -> Result<bool, Fault> {
        if self.decoder.is_none() {
            self.begin()?;
        } else if self.raw_start >= self.raw.len() {
            self.read_raw(1)?;
        }
        let Some(decoder) = self.decoder.as_mut() else { return Ok(false) };
        let input = &self.raw[self.raw_start..];
        let last = input.is_empty();
        if last && matches!(self.source, Source::Ended) {
            return Ok(false);
        }
        let room = decoder.max_utf8_buffer_length_without_replacement(input.len()).unwrap_or(4 * CHUNK);
        self.out.resize(room, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(input, &mut self.out, last);
        self.out.truncate(written);
        self.out_start = 0;
        self.raw_start += read;
        self.total += written as u64;
        if let DecoderResult::Malformed(..) = result {
            self.fault = Some(Fault::Undecodable(decoder.encoding().name()));
        } else if self.total > self.limit {
            self.fault = Some(Fault::TooLarge(self.limit));
        }
        if last {
            self.source = Source::Ended;
        }
        Ok(true)
    }

    /// Undoes gzip if the magic bytes are there, then recognises the encoding.
    fn begin(&mut self) -> Result<(), Fault> {
        if let Source::New(mut source) = std::mem::replace(&mut self.source, Source::Ended) {
            let mut magic = Vec::new();
            source.by_ref().take(2).read_to_end(&mut magic).map_err(Fault::Unreadable)?;
            let gzip = magic == [0x1f, 0x8b];
            let whole = Cursor::new(magic).chain(source);
            self.source = if gzip {
                Source::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(CHUNK, whole))))
            } else {
                Source::Plain(whole)
            };
        }
        self.read_raw(PROLOGUE)?;
        let (encoding, skip) = encoding(&self.raw)?;
        self.raw_start = skip;
        self.decoder = Some(encoding.new_decoder_without_bom_handling());
        Ok(())
    }

    /// Replaces the raw chunk by the next one, of at least `least` bytes unless the source ends.
    fn read_raw(&mut self, least: usize) -> Result<(), Fault> {
        self.raw.resize(CHUNK, 0);
        self.raw_start = 0;
        let mut filled = 0;
        while filled < least {
            let read = match &mut self.source {
                Source::Plain(source) => source.read(&mut self.raw[filled..]).map_err(Fault::Unreadable),
                Source::Gzip(source) => source.read(&mut self.raw[filled..]).map_err(Fault::Gzip),
                Source::New(_) | Source::Ended => Ok(0),
            };
            match read {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(Fault::Unreadable(error) | Fault::Gzip(error))
                    if error.kind() == io::ErrorKind::Interrupted => {}
                // What came before is still good: say it after.
                Err(fault) => {
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        self.raw.truncate(filled);
        Ok(())
    }
}

/// The encoding of a file and how many bytes of byte order mark to skip.
fn encoding(start: &[u8]) -> Result<(&'static Encoding, usize), Fault> {
    if let Some(found) = Encoding::for_bom(start) {
        return Ok(found);
    }
    match start {
        [b'<', 0, ..] => return Ok((UTF_16LE, 0)),
        [0, b'<', ..] => return Ok((UTF_16BE, 0)),
        _ => {}
    }
    let Some(label) = declared(start) else { return Ok((UTF_8, 0)) };
    match Encoding::for_label_no_replacement(label) {
        // These bytes were read as ASCII to get here: whatever it says, it is not UTF-16.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok((UTF_8, 0)),
        Some(encoding) => Ok((encoding, 0)),
        None => Err(Fault::UnknownEncoding(String::from_utf8_lossy(label).into_owned())),
    }
}

/// The value of `encoding` in an XML declaration.
fn declared(start: &[u8]) -> Option<&[u8]> {
    let start = start.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = start.windows(2).position(|pair| pair == b"?>")?;
    let declaration = &start[..end];
    let at = declaration.windows(8).position(|word| word == b"encoding")?;
    let value = declaration[at + 8..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(&value[..end])
}

impl Fault {
    /// The problem to tell, at a line.
    pub(crate) fn at(self, line: u32) -> Problem {
        let blocks = |code, en: &str, fr: &str| {
            Problem::new(Severity::Blocks, code, line, en.to_owned(), fr.to_owned())
        };
        match self {
            Self::Unreadable(error) => blocks(
                "FILE_UNREADABLE",
                "the file could not be read to its end: send it again",
                "le fichier n'a pas pu être lu jusqu'au bout : renvoyez-le",
            )
            .found(&error.to_string()),
            Self::Gzip(error) => blocks(
                "GZIP_INVALID",
                "the gzip file is damaged or cut short: compress it again and send it again",
                "le fichier gzip est abîmé ou tronqué : compressez-le et envoyez-le de nouveau",
            )
            .found(&error.to_string()),
            Self::UnknownEncoding(label) => blocks(
                "ENCODING_UNKNOWN",
                "the XML declaration names an encoding that is not known: save the file as UTF-8",
                "la déclaration XML nomme un encodage inconnu : enregistrez le fichier en UTF-8",
            )
            .found(&label),
            Self::Undecodable(encoding) => blocks(
                "ENCODING_INVALID",
                &format!("the file is not valid {encoding} from here on: save it as UTF-8, or declare its true encoding in the first line"),
                &format!("à partir d'ici, le fichier n'est pas du {encoding} valide : enregistrez-le en UTF-8, ou déclarez son véritable encodage à la première ligne"),
            )
            .found(encoding),
            Self::TooLarge(limit) => blocks(
                "FILE_TOO_LARGE",
                &format!("the file is larger than {limit} bytes once decompressed: send it in several files"),
                &format!("le fichier dépasse {limit} octets une fois décompressé : envoyez-le en plusieurs fichiers"),
            ),
        }
    }
}
