//! A file that the server makes: `ensemble report template PROJECT --period P`.

use std::path::{Path, PathBuf};

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, ValueHint};
use prost_reflect::{DynamicMessage, Value};

use crate::app::App;
use crate::arrival::{Place, arrive};
use crate::contract::{self, Noun, Verb};
use crate::fault::Result;
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
    let out = matches.get_one::<String>("out").map(String::as_str);
    let place = |name: &str| match out {
        Some("-") => Place::Output,
        Some(out) => Place::At(PathBuf::from(out)),
        // Only a name: a server does not choose a folder.
        None => Place::New(Path::new(name).file_name().unwrap_or_else(|| "ensemble.bin".as_ref()).into()),
    };
    if let (Some(path), bytes) = arrive(app, &mut pieces, place).await? {
        let (path, size) = (path.display(), bytes.div_ceil(1024));
        app.output.narrate(&say!(language, "{path} ({size} KiB)", "{path} ({size} Kio)"));
    }
    Ok(())
}
