//! Folders of tables, one CSV per element: joined here to the file of activities that they are, and told of by table, line
//! and column.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use iati::tables::{Joined, Refused};
use prost_reflect::{DynamicMessage, ReflectMessage as _};
use proto::common::ImportReport;

use super::{Plan, files, rehearsal, take_over, ways};
use crate::app::App;
use crate::contract;
use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};
use crate::tree::leaf;

pub(super) const NAME: &str = "iati-csv";

pub(super) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let folders = Arg::new("files")
        .value_name(language.pick("FOLDER", "DOSSIER"))
        .required(true)
        .action(ArgAction::Append)
        .value_hint(ValueHint::DirPath)
        .help(say(
            "Folders with activities.csv and what else there is of: descriptions, participating_orgs, activity_date, \
             locations, sectors, budgets, transactions, documents, results, indicators, indicator_periods; also .csv.gz",
            "Dossiers avec activities.csv et ce qu'il y a d'autre parmi : descriptions, participating_orgs, activity_date, \
             locations, sectors, budgets, transactions, documents, results, indicators, indicator_periods ; aussi .csv.gz",
        ));
    leaf(
        NAME,
        say(
            "Imports activities from folders of tables, one CSV per IATI element",
            "Importe des activités de dossiers de tables, un CSV par élément IATI",
        ),
        &["ensemble import iati-csv iadb-argentina-csv --dry-run".to_owned()],
        language,
    )
    .arg(folders)
    .arg(rehearsal(language))
    .args(ways(language))
}

/// `ensemble import iati-csv`: all folders are joined before anything is sent.
pub(super) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let name = "ProjectService/ImportActivities";
    let method = contract::method(name).ok_or_else(|| Fault::failure(name.to_owned()))?;
    let desk =
        tempfile::tempdir().map_err(|error| Fault::file(app.language, &std::env::temp_dir(), &error))?;
    let mut plan = Vec::new();
    for (number, folder) in files(matches).enumerate() {
        let (file, joined) = join(&folder, &desk.path().join(number.to_string()), app.language)?;
        plan.push(Plan { file, method: method.clone(), joined: Some(joined) });
    }
    take_over(app, plan, matches).await
}

/// Joins a folder's tables to a file of the folder's name.
fn join(folder: &Path, into: &Path, language: Language) -> Result<(PathBuf, Joined)> {
    let named = folder.canonicalize().map_err(|error| Fault::file(language, folder, &error))?;
    let file = into.join(named.file_name().unwrap_or_default());
    let made = std::fs::create_dir(into).and_then(|()| std::fs::File::create_new(&file));
    let mut out = BufWriter::new(made.map_err(|error| Fault::file(language, &file, &error))?);
    let joined = iati::tables::join(folder, &mut out).and_then(|joined| {
        std::io::Write::flush(&mut out)?;
        Ok(joined)
    });
    match joined {
        Ok(joined) => Ok((file, joined)),
        Err(Refused::Unwritten(error)) => Err(Fault::file(language, &file, &error)),
        Err(Refused::Tables(problems)) => {
            let folder = folder.display();
            let message = say!(
                language,
                "the tables of {folder} cannot be read; nothing was sent",
                "les tables de {folder} ne peuvent pas être lues ; rien n'a été envoyé"
            );
            let mut fault = Fault::new(exit::INVALID, "TABLES", message);
            let told =
                |one: iati::Problem| (one.location, if language == Language::Fr { one.fr } else { one.en });
            fault.fields = problems.into_iter().map(told).collect();
            Err(fault)
        }
    }
}

/// Tells what the server found by the tables that its file was made of, and what was left out of that.
pub(super) fn place(report: &mut DynamicMessage, joined: Joined, language: Language) -> Result {
    let failed = |error: &dyn std::error::Error| Fault::failure(error.to_string());
    let mut told: ImportReport = report.transcode_to().map_err(|error| failed(&error))?;
    for problem in &mut told.problems {
        let line = u32::try_from(problem.line).unwrap_or_default();
        if let Some(place) = joined.place(line, &problem.location) {
            (problem.location, problem.line) = (place, 0);
        }
    }
    let mut own = iati::Problems::default();
    own.note(joined.problems);
    told.problems.extend(own.report("", language == Language::Fr).problems);
    told.problems_left_off += i32::try_from(joined.left_off).unwrap_or(i32::MAX);
    *report = DynamicMessage::new(report.descriptor()); // what is transcoded is added to what stands there
    report.transcode_from(&told).map_err(|error| failed(&error))
}
