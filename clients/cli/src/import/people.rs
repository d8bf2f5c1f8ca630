//! People to enrol in a session, and who came to it, by spreadsheet: the template to fill in, what a filled-in one would do, and,
//! once that is confirmed, doing it.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};

use super::agreements::{agreed, fetched};
use super::{args, files, named, of_noun, rehearsal, send, sheet};
use crate::app::App;
use crate::contract;
use crate::fault::{Fault, Result, exit};
use crate::print::Format;
use crate::say::Language;
use crate::tree::{group, leaf};

pub(super) const NAME: &str = "participants";
/// What is done with an attendance sheet here.
const SHEET: [(&str, &str); 2] = [
    ("check", "SessionFileService/CheckAttendanceFile"),
    ("submit", "SessionFileService/SubmitAttendanceFile"),
];

pub(super) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let files = Arg::new("files")
        .value_name(language.pick("FILE", "FICHIER"))
        .required_unless_present("template")
        .action(ArgAction::Append)
        .value_hint(ValueHint::FilePath)
        .help(say("The files: XLSX, ODS or CSV", "Les fichiers : XLSX, ODS ou CSV"));
    let session = Arg::new("session").long("session").value_name("SESSION").requires("template").help(say(
        "Of which session: programmes/m1/sessions/m1; the file remembers it",
        "De quelle session : programmes/m1/sessions/m1 ; le fichier s'en souvient",
    ));
    let partner = Arg::new("partner").long("partner").value_name("PARTNER").requires("template").help(say(
        "In whose name people are entered, where you act for several organisations",
        "Au nom de quelle organisation, si vous agissez pour plusieurs",
    ));
    leaf(
        NAME,
        say(
            "Enrols a list of people in a session from a spreadsheet, with or without an account: checked, shown, and written once confirmed; all of them or nobody",
            "Inscrit une liste de personnes à une session depuis un classeur, avec ou sans compte : vérifiée, montrée, puis écrite une fois confirmée ; toutes ou aucune",
        ),
        &[
            "ensemble import participants --session programmes/m1/sessions/m1 --template people.xlsx".to_owned(),
            "ensemble import participants people.xlsx".to_owned(),
        ],
        language,
    )
    .arg(files)
    .arg(template_arg(language).conflicts_with("files").requires("session"))
    .args([session, partner])
    .arg(rehearsal(language).visible_alias("check"))
    .arg(problems_arg(language))
}

fn template_arg(language: Language) -> Arg {
    Arg::new("template")
        .long("template")
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .help(language.pick(
            "Write the spreadsheet to fill in there, as CSV when it ends so; - for stdout",
            "Écrire là le classeur à remplir, en CSV si le nom finit ainsi ; - pour la sortie standard",
        ))
}

fn problems_arg(language: Language) -> Arg {
    super::ways(language)
        .into_iter()
        .find(|arg| arg.get_id() == "problems")
        .unwrap_or_else(|| Arg::new("problems"))
}

/// `ensemble import participants`: checked first; written once someone has said yes.
pub(super) async fn run(app: &App, matches: &ArgMatches) -> Result {
    if let Some(place) = matches.get_one::<String>("template") {
        let request = request("SessionFileService/GetEnrolmentTemplate", place, matches)?;
        return fetched(app, request, place).await;
    }
    let (check, submit) =
        (named("SessionFileService/CheckEnrolmentFile")?, named("SessionFileService/SubmitEnrolmentFile")?);
    let dry = matches.get_flag("dry-run");
    let mut results = Vec::new();
    let mut blocked = false;
    for file in files(matches) {
        let mut told = send(app, &file, &check, true, false).await?;
        let mut blocks = sheet::told(app, &file, &mut told, true, matches)?;
        if !dry && !blocks {
            agreed(app, &file).await?;
            told = send(app, &file, &submit, false, false).await?;
            blocks = sheet::told(app, &file, &mut told, false, matches)?;
        }
        blocked |= blocks;
        results.push(told);
    }
    match (results.as_slice(), app.output.format) {
        (_, Format::Table | Format::Wide | Format::Jsonl) => {}
        ([one], _) => app.output.show(one)?,
        (many, _) => app.output.list(&many[0].descriptor(), many)?,
    }
    if blocked { Err(Fault::silent(exit::INVALID)) } else { Ok(()) }
}

/// What to ask for a template with.
fn request(
    method: &str,
    place: &str,
    matches: &ArgMatches,
) -> Result<(prost_reflect::MethodDescriptor, DynamicMessage)> {
    let method = named(method)?;
    let mut request = DynamicMessage::new(method.input());
    let typed = matches.get_one::<String>("session").cloned().unwrap_or_default();
    request.set_field_by_name("name", Value::String(typed));
    if let Some(partner) = matches.try_get_one::<String>("partner").ok().flatten() {
        let partner = contract::complete("partners/{partner}", partner).unwrap_or_else(|| partner.clone());
        request.set_field_by_name("partner", Value::String(partner));
    }
    if PathBuf::from(place).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("csv")) {
        request.set_field_by_name("format", Value::EnumNumber(2));
    }
    Ok((method, request))
}

/// The spreadsheets of `ensemble attendance`.
pub(crate) fn attendance(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let session = Arg::new("session").value_name("SESSION").required(true).help(say(
        "Of which session: programmes/m1/sessions/m1",
        "De quelle session : programmes/m1/sessions/m1",
    ));
    let out = template_arg(language).long("out").short('O').required(true);
    let template = leaf(
        "template",
        say(
            "Writes the attendance sheet of a session: its meetings and who has a seat, to be filled in without a network",
            "Écrit la feuille de présence d'une session : ses rencontres et qui a une place, à remplir sans réseau",
        ),
        &["ensemble attendance template programmes/m1/sessions/m1 --out attendance.xlsx".to_owned()],
        language,
    )
    .args([session, out]);
    let check = leaf(
        "check",
        say(
            "Says what sending a filled-in attendance sheet would do; saves nothing",
            "Dit ce que ferait l'envoi d'une feuille de présence remplie ; n'enregistre rien",
        ),
        &["ensemble attendance check attendance.xlsx".to_owned()],
        language,
    );
    let submit = leaf(
        "submit",
        say(
            "Sends a filled-in attendance sheet: all of it or nothing; sent again, it changes nothing",
            "Envoie une feuille de présence remplie : en entier ou pas du tout ; renvoyée, elle ne change rien",
        ),
        &["ensemble attendance submit attendance.xlsx".to_owned()],
        language,
    );
    let whole = |command: Command, method: &str| {
        let args = args(language, method).into_iter().filter(|arg| arg.get_id() != "partial");
        command.args(args)
    };
    group(
        "attendance",
        language.pick(
            "The day of a trainer: who came to a session, from the terminal or by spreadsheet",
            "La journée d'un formateur : qui est venu à une session, au terminal ou par classeur",
        ),
        language,
    )
    .subcommand(template)
    .subcommand(whole(check, "Check"))
    .subcommand(whole(submit, "Submit"))
}

/// `ensemble attendance template|check|submit`; whether it was one of them.
pub(crate) async fn attend(app: &App, word: &str, matches: &ArgMatches) -> Result<bool> {
    if word == "template" {
        let place = matches.get_one::<String>("template").cloned().unwrap_or_default();
        let request = request("SessionFileService/GetAttendanceTemplate", &place, matches)?;
        fetched(app, request, &place).await?;
        return Ok(true);
    }
    let Some((_, method)) = SHEET.iter().find(|(known, _)| *known == word) else { return Ok(false) };
    of_noun(app, &named(method)?, matches).await?;
    Ok(true)
}
