//! What clap would say in English, in the person's language; and the topics of `ensemble help`.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::fault::{Fault, Result};
use crate::print::Output;
use crate::say::{Language, say};
use crate::tree::leaf;

pub(crate) const TOPICS: [&str; 5] = ["exit-codes", "environment", "formatting", "names", "accessibility"];

pub(crate) fn command(language: Language) -> Command {
    let about = say!(
        language,
        "Shows help about a command or a topic",
        "Affiche l'aide d'une commande ou d'un sujet"
    );
    leaf(
        "help",
        about,
        &["ensemble help partner list".to_owned(), "ensemble help exit-codes".to_owned()],
        language,
    )
    .arg(
        Arg::new("about")
            .value_name(language.pick("COMMAND|TOPIC", "COMMANDE|SUJET"))
            .action(ArgAction::Append)
            .help(TOPICS.join(", ")),
    )
}

pub(crate) fn run(output: &Output, mut root: Command, matches: &ArgMatches) -> Result {
    let words: Vec<&String> = matches.get_many::<String>("about").into_iter().flatten().collect();
    if let [topic] = words.as_slice()
        && let Some(text) = topic_text(topic, output.language)
    {
        return output.emit(text);
    }
    root.build();
    let mut command = &mut root;
    for word in words {
        let language = output.language;
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            Fault::usage(say!(language, "there is no command {word}", "il n'y a pas de commande {word}"))
                .todo("ensemble help")
        })?;
    }
    let help = command.render_long_help();
    output.emit(&help.to_string())
}

/// Help that was asked for, or what was typed wrong.
pub(crate) enum Asked {
    Help(String, u8),
    Wrong(Fault),
}

/// What clap found, in the person's language.
pub(crate) fn explain(error: &clap::Error, language: Language, ansi: bool) -> Asked {
    let rendered = error.render();
    let help = if ansi { rendered.ansi().to_string() } else { rendered.to_string() };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Asked::Help(help, 0),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return Asked::Help(help, crate::fault::exit::USAGE);
        }
        _ => {}
    }
    let get = |kind| error.get(kind).map(plain).unwrap_or_default();
    let (arg, value) = (get(ContextKind::InvalidArg), get(ContextKind::InvalidValue));
    let message = match error.kind() {
        ErrorKind::UnknownArgument => say!(language, "{arg} is not known here", "{arg} n'est pas connu ici"),
        ErrorKind::InvalidSubcommand => {
            let word = get(ContextKind::InvalidSubcommand);
            say!(language, "there is no command {word}", "il n'y a pas de commande {word}")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            say!(language, "{arg} needs a value", "{arg} demande une valeur")
        }
        ErrorKind::InvalidValue => {
            let known = get(ContextKind::ValidValue);
            say!(
                language,
                "{arg}: found {value}, expected one of {known}",
                "{arg} : {value} ne convient pas, il faut l'une des valeurs {known}"
            )
        }
        ErrorKind::ValueValidation => {
            say!(language, "{arg}: {value} does not fit", "{arg} : {value} ne convient pas")
        }
        ErrorKind::MissingRequiredArgument => say!(language, "still needed: {arg}", "il manque : {arg}"),
        ErrorKind::MissingSubcommand => say!(language, "a command is needed", "il manque une commande"),
        ErrorKind::ArgumentConflict => {
            let other = get(ContextKind::PriorArg);
            match other.is_empty() {
                true => say!(
                    language,
                    "{arg} is given twice, or with what excludes it",
                    "{arg} est donné deux fois, ou avec ce qui l'exclut"
                ),
                false => say!(language, "{arg} cannot be used with {other}", "{arg} ne va pas avec {other}"),
            }
        }
        ErrorKind::NoEquals => {
            say!(language, "{arg} takes its value after =", "{arg} prend sa valeur après =")
        }
        ErrorKind::TooManyValues => {
            say!(language, "{value} is too much for {arg}", "{value} est de trop pour {arg}")
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            say!(
                language,
                "{arg} has not the right number of values",
                "{arg} n'a pas le bon nombre de valeurs"
            )
        }
        ErrorKind::InvalidUtf8 => {
            say!(language, "an argument is not UTF-8", "un argument n'est pas en UTF-8")
        }
        _ => say!(language, "this cannot be understood", "ceci n'est pas compréhensible"),
    };
    let mut fault = Fault::usage(message);
    let near =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue].map(get);
    for near in near.into_iter().filter(|near| !near.is_empty()) {
        fault = fault.todo(say!(language, "did you mean {near}?", "vouliez-vous dire {near} ?"));
    }
    let usage = get(ContextKind::Usage);
    let usage = usage.trim_start_matches("Usage:").trim();
    if !usage.is_empty() {
        fault = fault.todo(usage.lines().next().unwrap_or_default().trim());
    }
    Asked::Wrong(fault)
}

fn plain(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(texts) => {
            texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        ContextValue::Number(number) => number.to_string(),
        ContextValue::Bool(_) => String::new(),
        other => other.to_string(),
    }
}

fn topic_text(topic: &str, language: Language) -> Option<&'static str> {
    Some(match topic {
        "exit-codes" => language.pick(
            "Exit codes\n\n    0  done\n    1  failed\n    2  not understood, or ambiguous\n    3  not found\n    4  not signed in, or not allowed\n    5  conflict: it changed meanwhile, exists already, or its state does not allow it\n    6  the data or the file has errors\n    7  not available now or too slow: trying again is safe\n    8  with --dry-run --exit-code: something would change\n  130  interrupted\n",
            "Codes de sortie\n\n    0  fait\n    1  échec\n    2  pas compris, ou ambigu\n    3  introuvable\n    4  pas connecté, ou pas autorisé\n    5  conflit : modifié entre-temps, existe déjà, ou son état ne le permet pas\n    6  les données ou le fichier ont des erreurs\n    7  indisponible ou trop lent : réessayer est sans risque\n    8  avec --dry-run --exit-code : quelque chose changerait\n  130  interrompu\n",
        ),
        "environment" => language.pick(
            "Environment\n\n  ENSEMBLE_SERVER      the server, unless --server\n  ENSEMBLE_CONTEXT     the context, unless --context\n  ENSEMBLE_TOKEN       an access token or an API key; wins over what auth login keeps\n  ENSEMBLE_LANG        the language, unless --lang; else LC_ALL, LC_MESSAGES, LANG\n  ENSEMBLE_CONFIG_DIR  where contexts and tokens are kept; else XDG_CONFIG_HOME/ensemble, ~/.config/ensemble\n  ENSEMBLE_CA_FILE     a certificate authority to trust, in PEM\n  NO_COLOR, CLICOLOR_FORCE, TERM   whether to paint\n  ACCESSIBLE           1: progress in lines that stay\n",
            "Environnement\n\n  ENSEMBLE_SERVER      le serveur, sauf --server\n  ENSEMBLE_CONTEXT     le contexte, sauf --context\n  ENSEMBLE_TOKEN       un jeton d'accès ou une clé ; l'emporte sur ce que auth login conserve\n  ENSEMBLE_LANG        la langue, sauf --lang ; sinon LC_ALL, LC_MESSAGES, LANG\n  ENSEMBLE_CONFIG_DIR  dossier des contextes et jetons ; sinon XDG_CONFIG_HOME/ensemble, ~/.config/ensemble\n  ENSEMBLE_CA_FILE     une autorité de certification de confiance, en PEM\n  NO_COLOR, CLICOLOR_FORCE, TERM   couleurs ou non\n  ACCESSIBLE           1 : progression en lignes qui restent\n",
        ),
        "formatting" => language.pick(
            "Formatting\n\n  table   for people; in a pipe: tabs, codes, nothing cut\n  wide    more columns, nothing cut\n  json    the proto JSON mapping; a list is an array\n  jsonl   one JSON object a line\n  yaml    the same as json\n  csv     RFC 4180; --csv-style excel-fr for a French Excel; formulas are disarmed\n  name    names only, to feed other commands\n  none    nothing\n\nKeys and codes of json, jsonl, yaml and csv are never translated. --fields a,b.c chooses columns.\nData goes to stdout, narration to stderr; --quiet silences narration only.\n",
            "Mise en forme\n\n  table   pour les personnes ; dans un tube : tabulations, codes, rien de coupé\n  wide    plus de colonnes, rien de coupé\n  json    la forme JSON de proto ; une liste est un tableau\n  jsonl   un objet JSON par ligne\n  yaml    comme json\n  csv     RFC 4180 ; --csv-style excel-fr pour un Excel français ; formules désarmées\n  name    les noms seuls, pour d'autres commandes\n  none    rien\n\nLes clés et codes de json, jsonl, yaml et csv ne sont jamais traduits. --fields a,b.c choisit les colonnes.\nLes données vont sur stdout, les commentaires sur stderr ; --quiet ne tait que les commentaires.\n",
        ),
        "names" => language.pick(
            "Names\n\n  partners/kaolack       a name\n  kaolack                its id, where the noun is clear\n  \"Mairie de Kaolack\"    its title, if only one has it\n\nReading takes the one that fits; several are listed, and nothing is guessed. A change takes a name, an id or the whole title.\n",
            "Noms\n\n  partners/kaolack       un nom\n  kaolack                son identifiant, là où la nature est claire\n  « Mairie de Kaolack »  son titre, s'il est le seul à le porter\n\nUne lecture prend celui qui convient ; s'il y en a plusieurs, ils sont listés et rien n'est deviné. Une modification veut un nom, un identifiant ou le titre entier.\n",
        ),
        "accessibility" => language.pick(
            "Accessibility\n\n  ACCESSIBLE=1   progress in lines that stay instead of a line that is repainted\n  NO_COLOR=1     no colour; colour is never the only sign of anything\n  -o jsonl       one thing a line, with the names of its parts\n",
            "Accessibilité\n\n  ACCESSIBLE=1   progression en lignes qui restent au lieu d'une ligne réécrite\n  NO_COLOR=1     sans couleur ; la couleur n'est jamais le seul signe\n  -o jsonl       une chose par ligne, avec le nom de ses parties\n",
        ),
        _ => return None,
    })
}
