//! `ensemble serve` and `ensemble demo`: the services in the same binary as the command.

mod demo;
mod french;

use chassis::{Config, Service};
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _};

use crate::fault::{Fault, Result};
use crate::say::Language;
use crate::tree::leaf;

/// The words that are ours.
pub(crate) const WORDS: &[&str] = &["serve", "demo"];

/// All services: the whole network in one process.
const ALL: &[Service] =
    &[identity::SERVICE, partners::SERVICE, projects::SERVICE, training::SERVICE, businessmodels::SERVICE];

pub(crate) fn commands(language: Language) -> Vec<Command> {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let names: Vec<&'static str> = ALL.iter().map(|service| service.name).collect();
    let known = format!("{} {}", language.colon(), names.join(", "));
    let services = Arg::new("services")
        .value_name("SERVICE")
        .action(ArgAction::Append)
        .value_parser(names)
        .hide_possible_values(true)
        .help(say("The services to run; all of them without", "Les services à lancer ; tous sinon") + &known);
    let about = say(
        "Runs the registry's services, until told to stop",
        "Lance les services du registre, jusqu'à l'arrêt demandé",
    );
    let serve = leaf(
        "serve",
        about.clone(),
        &[
            "ensemble serve".to_owned(),
            "ensemble serve partners --peer identity=http://127.0.0.1:50052".to_owned(),
        ],
        language,
    );
    // The flags bring the words of their own struct along.
    let serve =
        french::help(Config::augment_args(serve), language).about(about).long_about(None).arg(services);
    vec![serve, demo::command(language)]
}

pub(crate) fn run(word: &str, matches: &ArgMatches, language: Language) -> Result {
    if word == "demo" {
        return demo::run(matches, language);
    }
    let config = Config::from_arg_matches(matches).map_err(|error| Fault::usage(error.to_string()))?;
    let wanted: Vec<&String> = matches.get_many::<String>("services").into_iter().flatten().collect();
    let services: Vec<Service> = ALL
        .iter()
        .copied()
        .filter(|service| wanted.is_empty() || wanted.iter().any(|name| *name == service.name))
        .collect();
    chassis::serve::serve(config, Vec::leak(services)).map_err(|error| failed(&error, language))
}

/// Why the services could not be run, in the person's language, which the services know by its code.
fn failed(error: &chassis::Error, language: Language) -> Fault {
    Fault::failure(error.told(language.pick(chassis::say::Language::En, chassis::say::Language::Fr)))
}
