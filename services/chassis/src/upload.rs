//! A file sent in pieces: kept on disk, not in memory, and gone with the call.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

use proto::common::{ImportOptions, ImportRequest, import_request::Piece};
use tonic::Streaming;

use crate::error::{Error, Result};
use crate::say;

/// A file is refused beyond so many bytes.
pub const LARGEST: u64 = 1024 * 1024 * 1024;

/// A file as it was sent.
pub struct Upload {
    /// How to import it.
    pub options: ImportOptions,
    /// SHA-256 of the options and all its bytes: the same request id with another file is refused.
    pub hash: Vec<u8>,
    file: File,
}

impl Upload {
    /// Takes in a whole file.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the options do not come first, or twice; `RESOURCE_EXHAUSTED` for a file that is too large.
    pub async fn receive(pieces: Streaming<ImportRequest>) -> Result<Self> {
        Self::receive_at_most(pieces, LARGEST).await
    }

    /// Takes in a file of at most so many bytes.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub async fn receive_at_most(mut pieces: Streaming<ImportRequest>, largest: u64) -> Result<Self> {
        let first = pieces.message().await.map_err(refused)?.and_then(|request| request.piece);
        let Some(Piece::Options(options)) = first else {
            return Err(Error::invalid("options", say!("expected first", "attendu en premier")));
        };
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        digest.update(&prost::Message::encode_to_vec(&options));
        let mut file = tempfile::tempfile().map_err(Error::internal)?;
        let mut size = 0;
        while let Some(request) = pieces.message().await.map_err(refused)? {
            let Some(Piece::Chunk(chunk)) = request.piece else {
                return Err(Error::invalid(
                    "chunk",
                    say!("expected after the options", "attendu après les options"),
                ));
            };
            size += chunk.len() as u64;
            if size > largest {
                let mebibytes = largest >> 20;
                return Err(Error::Exhausted {
                    reason: "TOO_LARGE",
                    why: say!(
                        "the file is larger than {mebibytes} MiB: split it",
                        "le fichier dépasse {mebibytes} Mio : découpez-le"
                    ),
                    retry_after: None,
                });
            }
            digest.update(&chunk);
            file = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file))
                .await
                .map_err(Error::internal)?
                .map_err(Error::internal)?;
        }
        Ok(Self { options, hash: digest.finish().as_ref().to_vec(), file })
    }

    /// A file that is on this machine's disk already.
    ///
    /// # Errors
    /// Only the disk's.
    pub fn of_file(options: ImportOptions, mut file: File) -> Result<Self> {
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        digest.update(&prost::Message::encode_to_vec(&options));
        let mut piece = vec![0; 64 * 1024];
        loop {
            match file.read(&mut piece).map_err(Error::internal)? {
                0 => break,
                length => digest.update(&piece[..length]),
            }
        }
        Ok(Self { options, hash: digest.finish().as_ref().to_vec(), file })
    }

    /// Reads it from the beginning; one reader at a time.
    ///
    /// # Errors
    /// Only the disk's.
    pub fn open(&self) -> Result<File> {
        let mut file = self.file.try_clone().map_err(Error::internal)?;
        file.rewind().map_err(Error::internal)?;
        Ok(file)
    }
}

fn refused(status: tonic::Status) -> Error {
    Error::Peer(Box::new(status))
}
