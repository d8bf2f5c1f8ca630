//! Writes files of the registry's data: streams what the service sends to where it is wanted, whole or not at all.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, Value};
use tokio::io::AsyncWriteExt as _;

use crate::app::App;
use crate::contract;
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::tree::{group, leaf};

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let iati = leaf(
        "iati",
        say(
            "Writes projects as a file of IATI activities (2.03)",
            "Écrit des projets en fichier d'activités IATI (2.03)",
        ),
        &[
            "ensemble export iati activities.xml".to_owned(),
            "ensemble export iati --filter 'country_codes:FR' > activities.xml".to_owned(),
        ],
        language,
    )
    .arg(
        Arg::new("file")
            .value_name(language.pick("FILE", "FICHIER"))
            .value_hint(ValueHint::FilePath)
            .help(say("Where to; standard output without", "Où écrire ; sortie standard sinon")),
    )
    .arg(Arg::new("filter").long("filter").value_name("EXPRESSION").help(say(
        "Only those that fit, as of `project list`",
        "Seulement ceux qui conviennent, comme pour `project list`",
    )))
    .arg(
        Arg::new("publisher")
            .long("publisher")
            .value_name("PARTNER")
            .help(say("Only those that this partner leads", "Seulement ceux que cette organisation conduit")),
    )
    .arg(Arg::new("contacts").long("contacts").action(ArgAction::SetTrue).help(say(
        "Whom to write to as well; left out otherwise",
        "Avec les contacts ; laissés de côté sinon",
    )));
    group(
        "export",
        language
            .pick("Writes the registry's data to files", "Écrit les données du registre dans des fichiers"),
        language,
    )
    .subcommand(iati)
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let Some((_, matches)) = matches.subcommand() else { return Ok(()) };
    let name = "ProjectService/ExportActivities";
    let method = contract::method(name).ok_or_else(|| Fault::failure(name.to_owned()))?;
    let mut request = DynamicMessage::new(method.input());
    let text = |flag: &str| matches.get_one::<String>(flag).cloned();
    if let Some(filter) = text("filter") {
        request.set_field_by_name("filter", Value::String(filter));
    }
    if let Some(publisher) = text("publisher") {
        let publisher = if publisher.contains('/') { publisher } else { format!("partners/{publisher}") };
        request.set_field_by_name("publisher", Value::String(publisher));
    }
    request.set_field_by_name("include_contacts", Value::Bool(matches.get_flag("contacts")));
    let mut pieces = app.client.server_stream(&method, request).await?;
    let mut sink = Sink::open(text("file").map(PathBuf::from)).await;
    let written = async {
        while let Some(piece) = pieces.message().await.map_err(|status| app.client.explain(&status, ""))? {
            let bytes = piece.get_field_by_name("chunk");
            let bytes = bytes.as_deref().and_then(Value::as_bytes).cloned().unwrap_or_default();
            sink.write(&bytes, app.language).await?;
        }
        sink.close(app.language).await
    };
    let written = written.await;
    if written.is_err() {
        sink.give_up().await;
    }
    let bytes = written?;
    if let Some(path) = text("file") {
        app.output.narrate(&say!(app.language, "{path}: {bytes} bytes", "{path} : {bytes} octets"));
    }
    Ok(())
}

/// Where the file goes: standard output, or beside its place until it is whole.
enum Sink {
    Output { written: u64 },
    File { at: PathBuf, part: PathBuf, file: Option<tokio::fs::File>, written: u64 },
}

impl Sink {
    async fn open(path: Option<PathBuf>) -> Self {
        match path {
            None => Self::Output { written: 0 },
            Some(at) => {
                let mut part = at.clone().into_os_string();
                part.push(".part");
                Self::File { at, part: part.into(), file: None, written: 0 }
            }
        }
    }

    async fn write(&mut self, bytes: &[u8], language: Language) -> Result {
        let failed = |path: &Path, error: &std::io::Error| Fault::file(language, path, error);
        match self {
            Self::Output { written } => {
                let mut out = std::io::stdout().lock();
                *written += bytes.len() as u64;
                std::io::Write::write_all(&mut out, bytes)?;
                Ok(std::io::Write::flush(&mut out)?)
            }
            Self::File { part, file, written, .. } => {
                *written += bytes.len() as u64;
                let file = match file {
                    Some(file) => file,
                    None => file
                        .insert(tokio::fs::File::create(&*part).await.map_err(|error| failed(part, &error))?),
                };
                file.write_all(bytes).await.map_err(|error| failed(part, &error))
            }
        }
    }

    /// Puts a whole file in its place, and says how large it is.
    async fn close(&mut self, language: Language) -> Result<u64> {
        self.write(&[], language).await?; // also an empty one is written
        match self {
            Self::Output { written } => Ok(*written),
            Self::File { at, part, file, written } => {
                if let Some(file) = file {
                    file.sync_all().await.map_err(|error| Fault::file(language, part, &error))?;
                }
                tokio::fs::rename(&*part, &*at).await.map_err(|error| Fault::file(language, at, &error))?;
                Ok(*written)
            }
        }
    }

    async fn give_up(&self) {
        if let Self::File { part, file: Some(_), .. } = self {
            drop(tokio::fs::remove_file(part).await); // what is left of it is named .part
        }
    }
}
