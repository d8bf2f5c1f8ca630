//! A file that is sent in pieces: its name and type come with the first.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use proto::common::FileChunk;
use tokio::sync::{Semaphore, mpsc};
use tonic::Status;
use tonic::codegen::BoxStream;

use crate::error::{Error, Result};
use crate::say;
use crate::say::Language;
use crate::wire::{Conversation, status};

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

/// Where files are written while they are sent, so many at once: each reads much.
#[derive(Clone)]
pub struct Press(Arc<Semaphore>);

/// A file that is being written.
pub struct Pen {
    sender: mpsc::Sender<Result<FileChunk, Status>>,
    written: String,
}

impl Press {
    /// For so many files at once.
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Writes a file piece by piece, never whole in memory.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` while many files are being written.
    pub fn file<F: Future<Output = Result<()>> + Send>(
        &self,
        file_name: String,
        mime_type: &str,
        write: impl FnOnce(Pen) -> F + Send + 'static,
    ) -> Result<tonic::Response<BoxStream<FileChunk>>> {
        let room = Arc::clone(&self.0).try_acquire_owned().map_err(|_| Error::Exhausted {
            reason: "EXPORTS_AT_ONCE",
            why: say!(
                "many exports are being written at this moment: try again in a minute",
                "de nombreux exports sont en cours d'écriture : réessayez dans une minute"
            ),
            retry_after: Some(Duration::from_secs(30)),
        })?;
        let opening = FileChunk { file_name, mime_type: mime_type.to_owned(), chunk: Vec::new() };
        let (sender, pieces) = mpsc::channel(2);
        let conversation = Conversation::current();
        tokio::spawn(conversation.carry(async move {
            if sender.send(Ok(opening)).await.is_ok()
                && let Err(error) = write(Pen { sender: sender.clone(), written: String::new() }).await
            {
                let _ = sender.send(Err(status(error, &Conversation::current()))).await; // or nobody listens
            }
            drop(room);
        }));
        Ok(tonic::Response::new(tokio_stream::wrappers::ReceiverStream::new(pieces).boxed()))
    }
}

impl Pen {
    /// Writes on; false when nobody listens any more.
    pub async fn write(&mut self, text: &str) -> bool {
        self.written.push_str(text);
        self.written.len() < PIECE || self.send().await
    }

    /// Sends what is written; false when nobody listens any more.
    pub async fn send(&mut self) -> bool {
        let text = std::mem::take(&mut self.written).into_bytes();
        for piece in text.chunks(PIECE) {
            let piece = FileChunk { chunk: piece.to_vec(), ..FileChunk::default() };
            if self.sender.send(Ok(piece)).await.is_err() {
                return false;
            }
        }
        true
    }
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
