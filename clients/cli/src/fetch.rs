//! A file that the server makes: `ensemble report template PROJECT --period P`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, ValueHint};
use prost_reflect::{DynamicMessage, Value};

use crate::app::App;
use crate::contract::{self, Noun, Verb};
use crate::deed::text;
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::{flags, tree};

/// Of what, how, and where to.
pub(crate) fn args(noun: &Noun, verb: &Verb, language: Language) -> Vec<Arg> {
    let mut args = Vec::new();
    if let Some((long, pattern)) = tree::parent_flag(noun, verb) {
        let example = contract::example_of(&pattern);
        let help = say!(language, "Of which: {example}", "De quoi : {example}");
        args.push(
            Arg::new("parent").value_name(long.to_uppercase()).required(true).help(StyledStr::from(help)),
        );
    }
    for flag in flags::flags(noun, verb) {
        let short = flag.long.strip_prefix("reporting-").map(str::to_owned);
        let arg = flags::arg(&flag, language);
        args.push(match short {
            Some(short) => arg.alias(short),
            None => arg,
        });
    }
    let out = Arg::new("out").long("out").short('O').value_name(language.pick("FILE", "FICHIER"));
    args.push(out.value_hint(ValueHint::FilePath).help(language.pick(
        "Write it there; - for stdout; without, under its own name here",
        "L'écrire là ; - pour la sortie standard ; sinon ici, sous son propre nom",
    )));
    args
}

/// Fetches the file and says where it is.
pub(crate) async fn run(app: &App, noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Result {
    let language = app.language;
    let mut request = DynamicMessage::new(verb.method.input());
    flags::fill(&flags::flags(noun, verb), matches, &mut request, None, language)?;
    if let Some((_, pattern)) = tree::parent_flag(noun, verb) {
        let typed = matches.get_one::<String>("parent").cloned().unwrap_or_default();
        let parent = contract::complete(&pattern, &typed).unwrap_or(typed);
        request.set_field_by_name("parent", Value::String(parent));
    }
    let mut pieces = app.client.server_stream(&verb.method, request).await?;
    let (mut name, mut file) = (String::new(), Vec::new());
    while let Some(piece) = pieces.message().await.map_err(|status| app.client.explain(&status, ""))? {
        if name.is_empty() {
            name = text(&piece, "file_name");
        }
        if let Some(bytes) = piece.get_field_by_name("chunk")
            && let Some(bytes) = bytes.as_bytes()
        {
            file.extend_from_slice(bytes);
        }
    }
    let out = matches.get_one::<String>("out").map(String::as_str);
    if out == Some("-") {
        std::io::stdout().write_all(&file)?;
        return Ok(());
    }
    let path = match out {
        Some(out) => PathBuf::from(out),
        // Only a name: a server does not choose a folder.
        None => PathBuf::from(Path::new(&name).file_name().unwrap_or_else(|| "ensemble.bin".as_ref())),
    };
    let new = out.is_none();
    write(&path, &file, new).map_err(|error| Fault::file(language, &path, &error))?;
    let (shown, size) = (path.display(), file.len().div_ceil(1024));
    app.output.narrate(&say!(language, "{shown} ({size} KiB)", "{shown} ({size} Kio)"));
    Ok(())
}

/// Writes a file; where nobody named it, not over another.
fn write(path: &Path, bytes: &[u8], new: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let options = if new {
        options.write(true).create_new(true)
    } else {
        options.write(true).create(true).truncate(true)
    };
    options.open(path)?.write_all(bytes)
}
