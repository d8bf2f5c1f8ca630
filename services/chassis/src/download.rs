//! A file that is sent in pieces: its name and type come with the first.

use proto::common::FileChunk;
use tonic::codegen::BoxStream;

use crate::error::{Error, Result};
use crate::say;
use crate::say::Language;
use crate::wire::Conversation;

/// Bytes of one piece.
const PIECE: usize = 256 * 1024;
/// Office Open XML.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Text with a separator.
pub const CSV: &str = "text/csv; charset=utf-8";

/// A whole file as the answer of a method.
pub fn pieces(file: &[u8], file_name: String, mime_type: &str) -> tonic::Response<BoxStream<FileChunk>> {
    let piece = |piece: &[u8]| FileChunk { chunk: piece.to_vec(), ..FileChunk::default() };
    let mut pieces: Vec<FileChunk> = file.chunks(PIECE).map(piece).collect();
    if let Some(first) = pieces.first_mut() {
        first.file_name = file_name;
        mime_type.clone_into(&mut first.mime_type);
    }
    tonic::Response::new(Box::pin(futures::stream::iter(pieces.into_iter().map(Ok))))
}

/// The language that a file is asked for in: the caller's when none is said.
///
/// # Errors
/// `INVALID_ARGUMENT` on `language_code`.
pub fn language(code: &str) -> Result<Language> {
    match code {
        "" => Ok(Conversation::current().language),
        "en" => Ok(Language::En),
        "fr" => Ok(Language::Fr),
        _ => Err(Error::invalid("language_code", say!("expected en or fr", "attendu : en ou fr"))),
    }
}
