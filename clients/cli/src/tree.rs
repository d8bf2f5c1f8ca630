//! The tree of commands: the nouns and verbs of the contract, and the few commands that are written by hand.

mod example;
mod noun;

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

pub(crate) use noun::{filters, parent_flag, unnamed};

use crate::contract::{self, Noun};
use crate::print::Format;
use crate::say::{Language, say};

/// The whole command.
pub(crate) fn build(nouns: &[Noun], language: Language) -> Command {
    let mut root = dress(
        Command::new("ensemble")
            .version(env!("CARGO_PKG_VERSION"))
            .about(language.pick(
                "The registry of a partnership network, from the command line",
                "Le registre d'un réseau de partenaires, en ligne de commande",
            ))
            .after_help(say!(
                language,
                "Without a command: ensemble status.  Topics: ensemble help {topics}",
                "Sans commande : ensemble status.  Sujets : ensemble help {topics}",
                topics = crate::help::TOPICS.join("|")
            )),
        language,
    )
    .args(globals(language))
    .arg(
        Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help_heading(language.pick("Everywhere", "Partout"))
            .help(language.pick("Say which version this is", "Dire quelle est cette version")),
    );
    for noun in nouns {
        root = root.subcommand(noun::command(noun, language));
    }
    root.subcommands(crate::commands(language))
}

/// Own words for what clap would say in English.
pub(crate) fn dress(command: Command, language: Language) -> Command {
    let usage = language.pick("Usage:", "Utilisation :");
    command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .help_template(format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}\n"))
        .subcommand_help_heading(language.pick("Commands", "Commandes"))
        .subcommand_value_name(language.pick("COMMAND", "COMMANDE"))
}

/// A command that does something: what it is for, and how it is typed.
pub(crate) fn leaf(name: &str, about: String, examples: &[String], language: Language) -> Command {
    let title = language.pick("Examples:", "Exemples :");
    let lines: String = examples.iter().map(|example| format!("\n  {example}")).collect();
    dress(Command::new(name.to_owned()), language)
        .about(StyledStr::from(contract::summary(&about)))
        .long_about(StyledStr::from(about))
        .after_long_help(StyledStr::from(format!("{title}{lines}")))
}

/// A command that only holds others.
pub(crate) fn group(name: &str, about: &str, language: Language) -> Command {
    dress(Command::new(name.to_owned()).about(about.to_owned()), language)
        .subcommand_required(true)
        .arg_required_else_help(true)
}

fn globals(language: Language) -> Vec<Arg> {
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr);
    let global = |name: &'static str| {
        Arg::new(name).long(name).global(true).help_heading(say("Everywhere", "Partout"))
    };
    let formats = Format::WORDS.join("|");
    vec![
        global("output")
            .short('o')
            .value_name("FORMAT")
            .value_parser(Format::WORDS)
            .hide_possible_values(true)
            .help(say!(language, "How to write data: {formats}", "Forme des données : {formats}")),
        global("fields")
            .value_name("A,B,C")
            .value_delimiter(',')
            .help(say("Only these fields", "Seulement ces champs")),
        global("no-header")
            .action(ArgAction::SetTrue)
            .help(say("No line of headings", "Sans ligne d'en-tête")),
        global("csv-style")
            .value_name("STYLE")
            .value_parser(["rfc4180", "excel-fr"])
            .hide_possible_values(true)
            .help(say(
                "rfc4180, or excel-fr (semicolons, byte order mark)",
                "rfc4180, ou excel-fr (points-virgules, BOM)",
            )),
        global("quiet").short('q').action(ArgAction::SetTrue).help(say(
            "No narration; data is written all the same",
            "Sans commentaires ; les données sont écrites quand même",
        )),
        global("yes").short('y').action(ArgAction::SetTrue).help(say(
            "Answer yes: needed in a protected context without a terminal",
            "Répondre oui : nécessaire dans un contexte protégé sans terminal",
        )),
        global("color")
            .value_name("WHEN")
            .value_parser(["auto", "always", "never"])
            .hide_possible_values(true)
            .help(say("auto, always or never", "auto, always (toujours) ou never (jamais)")),
        global("lang").value_name("LANG").help(say("The language to speak: en, fr", "Langue : en, fr")),
        global("context")
            .value_name(say("NAME", "NOM"))
            .help(say("Use this context", "Utiliser ce contexte")),
        global("server").value_name("URL").help(say("Talk to this server", "S'adresser à ce serveur")),
        global("timeout")
            .value_name(say("SECONDS", "SECONDES"))
            .value_parser(clap::value_parser!(u64))
            .help(say("Give up after so long", "Renoncer après ce temps")),
        global("help")
            .short('h')
            .action(ArgAction::Help)
            .help(say("Show this help; --help shows more", "Afficher cette aide ; --help en dit plus")),
    ]
}
