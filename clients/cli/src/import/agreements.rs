//! Partnerships and agreements listed in a spreadsheet: the template to fill in, what a filled-in one would do, and, once that
//! is confirmed, doing it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _};

use super::report::{self, CODES};
use super::{files, named, rehearsal, send, ways};
use crate::app::{App, ask};
use crate::arrival::{Place, arrive};
use crate::fault::{Fault, Result, exit};
use crate::print::{Format, cell};
use crate::say::{Language, say};
use crate::tree::leaf;

pub(super) const NAME: &str = "partnerships";

pub(super) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let files = Arg::new("files")
        .value_name(language.pick("FILE", "FICHIER"))
        .required_unless_present("template")
        .action(clap::ArgAction::Append)
        .value_hint(ValueHint::FilePath)
        .help(say("The files: XLSX, ODS or CSV", "Les fichiers : XLSX, ODS ou CSV"));
    let template = Arg::new("template")
        .long("template")
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .conflicts_with("files")
        .help(say(
            "Write the spreadsheet to fill in there; - for stdout",
            "Écrire là le classeur à remplir ; - pour la sortie standard",
        ));
    leaf(
        NAME,
        say(
            "Imports partnerships and agreements from a spreadsheet, one line for each agreement: checked, shown, and written once confirmed",
            "Importe des partenariats et des accords d'un classeur, une ligne par accord : vérifiés, montrés, puis écrits une fois confirmés",
        ),
        &[
            "ensemble import partnerships --template agreements.xlsx".to_owned(),
            "ensemble import partnerships agreements.xlsx --yes".to_owned(),
        ],
        language,
    )
    .arg(files)
    .arg(template)
    .arg(rehearsal(language).visible_alias("check"))
    .args(ways(language))
}

/// `ensemble import partnerships`: checked first; what is sound is written once someone has said yes.
pub(super) async fn run(app: &App, matches: &ArgMatches) -> Result {
    if let Some(place) = matches.get_one::<String>("template") {
        let method = named("PartnershipImportService/GetAgreementsTemplate")?;
        let request = DynamicMessage::new(method.input());
        return fetched(app, (method, request), place).await;
    }
    let method = named("PartnershipImportService/ImportAgreements")?;
    let (dry, partial) = (matches.get_flag("dry-run"), matches.get_flag("partial"));
    let shown = matches.get_one::<usize>("problems").copied().unwrap_or(3);
    let mut reports = Vec::new();
    let mut blocked = false;
    for file in files(matches) {
        let mut told = send(app, &file, &method, true, partial).await?;
        let blocks = report::blocks(&told);
        show(app, &told, true, shown)?;
        if !dry && (!blocks || partial) && changes(&told) {
            agreed(app, &file).await?;
            told = send(app, &file, &method, false, partial).await?;
            show(app, &told, false, shown)?;
        }
        blocked |= report::blocks(&told);
        if app.output.format == Format::Jsonl {
            app.output.show(&told)?;
        }
        reports.push(told);
    }
    match (reports.as_slice(), app.output.format) {
        (_, Format::Table | Format::Wide | Format::Jsonl) => {}
        ([one], _) => app.output.show(one)?,
        (many, _) => app.output.list(&many[0].descriptor(), many)?,
    }
    if blocked { Err(Fault::silent(exit::INVALID)) } else { Ok(()) }
}

fn show(app: &App, told: &DynamicMessage, dry: bool, shown: usize) -> Result {
    match app.output.format.for_people() {
        true => app.output.emit(&report::render(app, told, dry, shown)),
        false => Ok(()),
    }
}

/// Something would be new, or otherwise.
fn changes(told: &DynamicMessage) -> bool {
    let any = |field: &str| {
        report::messages(told, "counts").iter().any(|count| cell::at(count, field, CODES) != "0")
    };
    any("created") || any("updated")
}

/// Someone says that it shall be written.
pub(super) async fn agreed(app: &App, file: &Path) -> Result {
    app.confirm(false).await?;
    let language = app.language;
    if app.yes {
        return Ok(());
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !dialoguer::console::user_attended() || !dialoguer::console::user_attended_stderr() {
        return Err(Fault::usage(say!(
            language,
            "nobody is there to confirm: say --yes to import {name}, or --dry-run to check it only",
            "personne n'est là pour confirmer : dites --yes pour importer {name}, ou --dry-run pour seulement vérifier"
        )));
    }
    let answer = ask(&say!(language, "Import {name}? [y/N] ", "Importer {name} ? [o/N] "))?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" | "o" | "oui" => Ok(()),
        _ => Err(Fault::new(
            exit::FAILURE,
            "NOT_CONFIRMED",
            say!(language, "nothing was done", "rien n'a été fait"),
        )),
    }
}

/// A spreadsheet to fill in, written where it is wanted.
pub(super) async fn fetched(
    app: &App,
    (method, request): (MethodDescriptor, DynamicMessage),
    place: &str,
) -> Result {
    let mut pieces = app.client.server_stream(&method, request).await?;
    let to = |_: &str| match place {
        "-" => Place::Output,
        place => Place::At(PathBuf::from(place)),
    };
    if let (Some(path), bytes) = arrive(app, &mut pieces, to).await? {
        let (path, size) = (path.display(), bytes.div_ceil(1024));
        let language = app.language;
        app.output.narrate(&say!(language, "{path} ({size} KiB)", "{path} ({size} Kio)"));
    }
    Ok(())
}
