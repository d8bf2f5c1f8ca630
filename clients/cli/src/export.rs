//! Writes files of the registry's data.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, Value};

use crate::app::App;
use crate::arrival::{Place, arrive, arrived};
use crate::contract;
use crate::fault::{Fault, Result};
use crate::open_data;
use crate::say::Language;
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
    .subcommand(open_data::export(language))
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("open-data", matches)) => open_data::write(app, matches).await,
        Some((_, matches)) => activities(app, matches).await,
        None => Ok(()),
    }
}

async fn activities(app: &App, matches: &ArgMatches) -> Result {
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
    let file = text("file").map(PathBuf::from);
    let place = |_: &str| file.clone().map_or(Place::Output, Place::At);
    if let (Some(path), bytes) = arrive(app, &mut pieces, place).await? {
        arrived(app, &path, bytes);
    }
    Ok(())
}
