//! A file that the server sends: streamed to where it is wanted, whole or not at all.

use std::io::Write as _;
use std::path::PathBuf;

use prost_reflect::{DynamicMessage, Value};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tonic::Streaming;

use crate::app::App;
use crate::deed::text;
use crate::fault::{Fault, Result};
use crate::say::{Language, say};

/// Where a file is wanted.
pub(crate) enum Place {
    /// On standard output.
    Output,
    /// There, instead of what is there.
    At(PathBuf),
    /// There, unless something is there.
    New(PathBuf),
}

/// Takes the pieces of a file to its place, chosen by the name that the server gives it: where it is now, and how large.
pub(crate) async fn arrive(
    app: &App,
    pieces: &mut Streaming<DynamicMessage>,
    place: impl FnOnce(&str) -> Place,
) -> Result<(Option<PathBuf>, u64)> {
    let mut next = async || pieces.message().await.map_err(|status| app.client.explain(&status, ""));
    let mut piece = next().await?;
    let name = piece.as_ref().map(|piece| text(piece, "file_name")).unwrap_or_default();
    let mut sink = Sink::open(place(&name), app.language).await?;
    let taken = async {
        while let Some(message) = piece {
            let chunk = message.get_field_by_name("chunk");
            sink.write(chunk.as_deref().and_then(Value::as_bytes).map_or(&[][..], |bytes| bytes)).await?;
            piece = next().await?;
        }
        sink.close().await
    };
    let taken = taken.await;
    if taken.is_err() {
        sink.give_up().await;
    }
    taken
}

/// A file on its way: beside its place until it is whole.
struct Sink {
    parts: Option<Parts>,
    size: u64,
    language: Language,
}

struct Parts {
    at: PathBuf,
    part: PathBuf,
    file: File,
    /// Its place was empty, and is held by an empty file meanwhile.
    new: bool,
}

impl Sink {
    async fn open(place: Place, language: Language) -> Result<Self> {
        let (at, new) = match place {
            Place::Output => return Ok(Self { parts: None, size: 0, language }),
            Place::At(at) => (at, false),
            Place::New(at) => (at, true),
        };
        if new {
            let held = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&at).await;
            held.map_err(|error| Fault::file(language, &at, &error))?;
        }
        let mut part = at.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).await.map_err(|error| Fault::file(language, &part, &error))?;
        Ok(Self { parts: Some(Parts { at, part, file, new }), size: 0, language })
    }

    async fn write(&mut self, bytes: &[u8]) -> Result {
        self.size += bytes.len() as u64;
        match &mut self.parts {
            None => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
            Some(Parts { part, file, .. }) => {
                file.write_all(bytes).await.map_err(|error| Fault::file(self.language, part, &error))
            }
        }
    }

    /// Puts the whole file in its place.
    async fn close(&mut self) -> Result<(Option<PathBuf>, u64)> {
        let Some(Parts { at, part, file, .. }) = &mut self.parts else { return Ok((None, self.size)) };
        file.sync_all().await.map_err(|error| Fault::file(self.language, part, &error))?;
        tokio::fs::rename(&*part, &*at).await.map_err(|error| Fault::file(self.language, at, &error))?;
        Ok((Some(at.clone()), self.size))
    }

    async fn give_up(&self) {
        let Some(Parts { at, part, new, .. }) = &self.parts else { return };
        drop(tokio::fs::remove_file(part).await); // what is left of it is named .part
        if *new {
            drop(tokio::fs::remove_file(at).await);
        }
    }
}

/// Takes a file that is here to its place, whole or not at all; says where it is when that is not standard output.
pub(crate) async fn put(app: &App, place: Place, bytes: &[u8]) -> Result {
    let mut sink = Sink::open(place, app.language).await?;
    let put = match sink.write(bytes).await {
        Ok(()) => sink.close().await,
        Err(fault) => Err(fault),
    };
    match put {
        Ok((at, size)) => {
            if let Some(at) = at {
                arrived(app, &at, size);
            }
            Ok(())
        }
        Err(fault) => {
            sink.give_up().await;
            Err(fault)
        }
    }
}

/// Says where a file is now.
pub(crate) fn arrived(app: &App, at: &std::path::Path, bytes: u64) {
    let path = at.display();
    app.output.narrate(&say!(app.language, "{path}: {bytes} bytes", "{path} : {bytes} octets"));
}
