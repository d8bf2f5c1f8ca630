//! What accepted values add up to, as people read it: a table with its reservations, bars on a terminal, and why.

mod table;

use clap::{Arg, ArgAction, ArgMatches, Command};
use prost_reflect::{DynamicMessage, Value as Reflected};
use serde_json::Value;

use crate::app::App;
use crate::call::value_of;
use crate::contract;
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::tree::{group, leaf};
use crate::values;

/// What totals can be broken down by: the word that people type, and the contract's; a dimension is typed by its own name.
const KEYS: [(&str, &str); 12] = [
    ("territory", "TERRITORY"),
    ("partner", "PARTNER"),
    ("need", "NEED"),
    ("recommendation", "RECOMMENDATION"),
    ("period", "REPORTING_PERIOD"),
    ("year", "YEAR"),
    ("country", "COUNTRY"),
    ("project", "PROJECT"),
    ("sex", "DIMENSION"),
    ("age-band", "DIMENSION"),
    ("disability", "DIMENSION"),
    ("status", "DIMENSION"),
];
/// Flags that name a resource, and where such names begin.
const FILTERS: [(&str, &str); 5] = [
    ("territory", "territories"),
    ("partner", "partners"),
    ("need", ""),
    ("recommendation", "recommendations"),
    ("project", "projects"),
];

/// The filters that a summary takes.
const SUMMARIZED: [&str; 3] = ["territory", "partner", "recommendation"];

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr);
    let flag = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let mut aggregate = leaf(
        "aggregate",
        say(
            "Adds accepted values up, as each indicator says how, and explains the total",
            "Agrège les valeurs acceptées, comme chaque indicateur le dit, et explique le total",
        )
        .to_owned(),
        &[
            "ensemble result aggregate --indicator idt-i01 --by year,territory".to_owned(),
            "ensemble result aggregate --indicator idt-i01 --by sex --explain".to_owned(),
            "ensemble result aggregate --indicator idt-i02 --by country --as-of 2026-06-30".to_owned(),
        ],
        language,
    )
    .arg(
        flag(
            "indicator",
            say("CODE,…", "CODE,…"),
            say("Of these indicators; all without", "De ces indicateurs ; tous sinon"),
        )
        .value_delimiter(',')
        .action(ArgAction::Append),
    )
    .arg(
        flag("by", say("KEY[,KEY]", "CLÉ[,CLÉ]"), "")
            .help(format!(
                "{} {}",
                say("Broken down by one or two of", "Réparti selon un ou deux de"),
                KEYS.map(|(word, _)| word).join(", ")
            ))
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(KEYS.map(|(word, _)| word))
            .hide_possible_values(true)
            .ignore_case(true),
    )
    .arg(flag(
        "level",
        say("KIND", "TYPE"),
        say(
            "With --by territory: COUNTRY, REGION, DEPARTMENT, INTERMUNICIPAL, MUNICIPALITY, DISTRICT",
            "Avec --by territory : COUNTRY, REGION, DEPARTMENT, INTERMUNICIPAL, MUNICIPALITY, DISTRICT",
        ),
    ))
    .arg(flag(
        "period",
        say("START..END", "DÉBUT..FIN"),
        say("Only of periods within these days", "Seulement des périodes comprises entre ces jours"),
    ))
    .arg(flag("as-of", say("TIME", "MOMENT"), say("As it was known then", "Tel qu'on le savait alors")))
    .arg(Arg::new("explain").long("explain").action(ArgAction::SetTrue).help(say(
        "Say which values went in, and which did not",
        "Dire quelles valeurs comptent, et lesquelles non",
    )));
    for (name, _) in FILTERS {
        aggregate = aggregate.arg(flag(name, say("NAME", "NOM"), filter_help(name, language)));
    }
    let mut summarize = leaf(
        "summarize",
        say(
            "Says how projects stand: states, ratings, reports due, needs answered",
            "Dit où en sont les projets : états, appréciations, rapports dus, besoins pris en charge",
        )
        .to_owned(),
        &["ensemble result summarize --territory fr-dep-84".to_owned()],
        language,
    );
    for name in SUMMARIZED {
        summarize = summarize.arg(flag(name, say("NAME", "NOM"), filter_help(name, language)));
    }
    group("result", say("What it all adds up to, and why", "Ce que tout cela donne, et pourquoi"), language)
        .subcommand(aggregate)
        .subcommand(summarize)
}

fn filter_help(name: &str, language: Language) -> &'static str {
    let say = |en, fr| language.pick(en, fr);
    match name {
        "territory" => {
            say("Only what lies in this territory", "Seulement ce qui se trouve dans ce territoire")
        }
        "partner" => say(
            "Only of projects that this partner leads or takes part in",
            "Seulement des projets de cette organisation",
        ),
        "need" => {
            say("Only of projects that answer this need", "Seulement des projets répondant à ce besoin")
        }
        "recommendation" => say(
            "Only of projects that carry this recommendation out",
            "Seulement des projets mettant en œuvre cette recommandation",
        ),
        _ => say("Only of this project and its parts", "Seulement de ce projet et de ses parties"),
    }
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("summarize", matches)) => summarize(app, matches).await,
        Some((_, matches)) => aggregate(app, matches).await,
        None => Ok(()),
    }
}

fn method(name: &str) -> Result<prost_reflect::MethodDescriptor> {
    contract::method(name).ok_or_else(|| Fault::failure(name.to_owned()))
}

/// What was typed as a name: an id alone is of that collection.
fn full(collection: &str, typed: &str) -> String {
    match typed.contains('/') || collection.is_empty() {
        true => typed.to_owned(),
        false => format!("{collection}/{typed}"),
    }
}

async fn summarize(app: &App, matches: &ArgMatches) -> Result {
    let mut request = serde_json::json!({});
    for (flag, collection) in FILTERS.iter().filter(|(flag, _)| SUMMARIZED.contains(flag)) {
        if let Some(typed) = matches.get_one::<String>(flag) {
            request[flag] = full(collection, typed).into();
        }
    }
    app.output.show(&app.client.dynamic("ResultService/SummarizeProjects", request).await?)
}

async fn aggregate(app: &App, matches: &ArgMatches) -> Result {
    let method = method("ResultService/AggregateIndicators")?;
    let answer = app.client.unary(&method, request(app, &method.input(), matches)?).await?;
    if !app.output.format.for_people() && app.output.format != crate::print::Format::Csv {
        return app.output.show(&answer);
    }
    let answer: Value = value_of(&answer);
    app.output.emit(&table::totals(app, &answer)?)?;
    table::reservations(app, &answer);
    Ok(())
}

fn request(
    app: &App,
    kind: &prost_reflect::MessageDescriptor,
    matches: &ArgMatches,
) -> Result<DynamicMessage> {
    let language = app.language;
    let many = |flag: &str| matches.get_many::<String>(flag).into_iter().flatten().cloned();
    let mut request = serde_json::json!({
        "indicators": many("indicator").map(|typed| full("indicators", &typed)).collect::<Vec<_>>(),
        "explain": matches.get_flag("explain"),
    });
    let mut keys = Vec::new();
    for typed in many("by") {
        let (word, key) = KEYS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Fault::usage(format!("--by {typed}?")))?;
        if *key == "DIMENSION" {
            if request["dimension"].is_string() {
                return Err(Fault::usage(say!(
                    language,
                    "--by: one of sex, age-band, disability, status at a time",
                    "--by : un seul de sex, age-band, disability, status à la fois"
                )));
            }
            request["dimension"] = word.to_uppercase().replace('-', "_").into();
        }
        keys.push(format!("GROUP_BY_{key}"));
    }
    request["groupBy"] = keys.into();
    for (flag, collection) in FILTERS {
        if let Some(typed) = matches.get_one::<String>(flag) {
            request[flag] = full(collection, typed).into();
        }
    }
    if let Some(level) = matches.get_one::<String>("level") {
        request["territoryLevel"] = level.to_uppercase().into();
    }
    let mut message = DynamicMessage::deserialize(kind.clone(), request)
        .map_err(|error| Fault::failure(error.to_string()))?;
    for (flag, field) in [("period", "period"), ("as-of", "as_of_time")] {
        if let Some(typed) = matches.get_one::<String>(flag) {
            message.set_field_by_name(field, parsed(kind, field, typed, flag, language)?);
        }
    }
    Ok(message)
}

fn parsed(
    kind: &prost_reflect::MessageDescriptor,
    field: &str,
    typed: &str,
    flag: &str,
    language: Language,
) -> Result<Reflected> {
    let field = kind.get_field_by_name(field).ok_or_else(|| Fault::failure(field.to_owned()))?;
    values::parse(&field.kind(), typed, language)
        .map_err(|expected| Fault::usage(say!(language, "--{flag}: {expected}", "--{flag} : {expected}")))
}

#[cfg(test)]
mod tests;
