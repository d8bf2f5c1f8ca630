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
    .arg(file(language))
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
    .subcommand(dcat(language))
    .subcommand(places(language))
    .subcommand(open_data::export(language))
}

fn dcat(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    leaf(
        "dcat",
        say(
            "Writes the catalogue of published datasets as DCAT-AP 3 (JSON-LD), for open data portals to harvest",
            "Écrit le catalogue des jeux de données publiés en DCAT-AP 3 (JSON-LD), à moissonner par les portails",
        ),
        &[
            "ensemble export dcat catalogue.jsonld".to_owned(),
            "ensemble export dcat --territory territories/fr-dep-84 > catalogue.jsonld".to_owned(),
        ],
        language,
    )
    .arg(file(language))
    .arg(Arg::new("territory").long("territory").value_name("TERRITORY").help(say(
        "Only those about this territory, or about one within it",
        "Seulement ceux qui portent sur ce territoire, ou sur un territoire qu'il contient",
    )))
    .arg(
        Arg::new("publisher")
            .long("publisher")
            .value_name("PARTNER")
            .help(say("Only those of this partner", "Seulement ceux de cette organisation")),
    )
}

fn places(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    leaf(
        "places",
        say(
            "Writes the open digital-inclusion places in the French national format (CSV, Table Schema 1.0.2)",
            "Écrit les lieux d'inclusion numérique ouverts au format national (CSV, Table Schema 1.0.2)",
        ),
        &[
            "ensemble export places lieux.csv".to_owned(),
            "ensemble export places --filter 'locality = \"Apt\"' > lieux.csv".to_owned(),
        ],
        language,
    )
    .arg(file(language))
    .arg(Arg::new("filter").long("filter").value_name("EXPRESSION").help(say(
        "Only those that fit, as of `place list`",
        "Seulement ceux qui conviennent, comme pour `place list`",
    )))
}

fn file(language: Language) -> Arg {
    Arg::new("file")
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .help(language.pick("Where to; standard output without", "Où écrire ; sortie standard sinon"))
}

/// The method that writes a kind of file, and the fields of its request that flags give.
const FILES: [(&str, &str, &[&str]); 3] = [
    ("iati", "ProjectService/ExportActivities", &["filter", "publisher"]),
    ("dcat", "DatasetService/ExportCatalogue", &["territory", "publisher"]),
    ("places", "PlaceService/ExportPlaces", &["filter"]),
];

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let Some((kind, matches)) = matches.subcommand() else { return Ok(()) };
    if kind == "open-data" {
        return open_data::write(app, matches).await;
    }
    let Some((_, name, flags)) = FILES.iter().find(|(known, ..)| *known == kind) else { return Ok(()) };
    let method = contract::method(name).ok_or_else(|| Fault::failure((*name).to_owned()))?;
    let mut request = DynamicMessage::new(method.input());
    for flag in *flags {
        let Some(text) = matches.get_one::<String>(flag).cloned() else { continue };
        // An id alone is enough where the flag says of what.
        let text = match *flag {
            "publisher" if !text.contains('/') => format!("partners/{text}"),
            "territory" if !text.contains('/') => format!("territories/{text}"),
            _ => text,
        };
        request.set_field_by_name(flag, Value::String(text));
    }
    if kind == "iati" {
        request.set_field_by_name("include_contacts", Value::Bool(matches.get_flag("contacts")));
    }
    let mut pieces = app.client.server_stream(&method, request).await?;
    let file = matches.get_one::<String>("file").map(PathBuf::from);
    let place = |_: &str| file.clone().map_or(Place::Output, Place::At);
    if let (Some(path), bytes) = arrive(app, &mut pieces, place).await? {
        arrived(app, &path, bytes);
    }
    Ok(())
}
