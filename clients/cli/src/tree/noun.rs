//! A noun of the contract as a command, its verbs as sub-commands, the fields of their requests as flags.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};
use prost_reflect::{FieldDescriptor, Kind, MethodDescriptor};

use crate::contract::{self, Manner, Noun, Verb};
use crate::say::{Language, say};
use crate::tree::example::example;
use crate::tree::{group, leaf};
use crate::{canvas, certificate, fetch, flags, import, profile, values};

/// What nouns are, in French, where the contract does not say it: a `// FR:` line on the message wins, and needs no line here.
const NOUNS: [(&str, &str); 4] = [
    ("user", "Les personnes"),
    ("membership", "Les rôles des personnes dans les organisations"),
    ("service-account", "Les comptes machine des organisations"),
    ("api-key", "Les clés des comptes machine"),
];

/// What nouns are also called at the terminal.
const ALIASES: [(&str, &str); 1] = [("business-model", "model")];

pub(super) fn command(noun: &Noun, language: Language) -> Command {
    let comment = contract::comment_of_message(&noun.resource);
    let about = match NOUNS.iter().find(|(singular, _)| *singular == noun.singular) {
        Some((_, french)) if language == Language::Fr && comment.fr.is_none() => *french,
        _ => comment.text(language),
    };
    let mut command = group(&noun.singular, &contract::summary(about), language);
    if noun.plural != noun.singular {
        command = command.alias(noun.plural.clone());
    }
    for (_, alias) in ALIASES.iter().filter(|(singular, _)| *singular == noun.singular) {
        command = command.visible_alias(*alias);
    }
    let read = noun.verbs.iter().filter(|verb| !certificate::does(&noun.singular, &verb.word));
    command
        .subcommands(read.map(|verb| verb_command(noun, verb, language)))
        .subcommands(certificate::commands(noun, language))
        .subcommands(canvas::commands(noun, language))
        .subcommands(profile::commands(noun, language))
}

fn verb_command(noun: &Noun, verb: &Verb, language: Language) -> Command {
    let about = contract::comment_of_method(&verb.method).text(language).to_owned();
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr);
    let mut command = leaf(&verb.word, about, &[example(noun, verb)], language);
    command = match verb.manner {
        Manner::Import => return command.args(import::args(language, verb.method.name())),
        Manner::Fetch => return command.args(fetch::args(noun, verb, language)),
        Manner::Show => command.alias("get"),
        Manner::List => command.alias("ls"),
        Manner::Edit => command.alias("update"),
        _ => command,
    };
    let input = verb.method.input();
    let file = matches!(verb.manner, Manner::Create | Manner::Edit);
    if input.get_field_by_name("name").is_some() || verb.manner == Manner::Edit {
        let many = verb.manner == Manner::Show;
        let mut name = Arg::new("name")
            .value_name(say("NAME", "NOM"))
            .help(match verb.file {
                None => say!(
                    language,
                    "{example}, its id, or its exact title",
                    "{example}, son identifiant ou son titre exact",
                    example = noun.example()
                ),
                Some(_) => say!(
                    language,
                    "{example}, or a file",
                    "{example}, ou un fichier",
                    example = noun.example()
                ),
            })
            .action(if many { ArgAction::Append } else { ArgAction::Set });
        let next = noun.singular == "report" && verb.word == "review";
        name = match (file, unnamed(noun, verb)) {
            _ if next => name.required_unless_present("next"),
            _ if verb.many.is_some() => name.required_unless_present("filter"),
            (_, Some(_)) => name,
            (true, None) => name.required_unless_present("file"),
            (false, None) => name.required(true),
        };
        command = command.arg(name);
        if next {
            command = command.arg(Arg::new("next").long("next").action(ArgAction::SetTrue).conflicts_with("name").help(say(
                "The oldest that waits for you, then the next: shown beside its targets, then asked",
                "Le plus ancien qui vous attend, puis le suivant : montré à côté de ses cibles, puis demandé",
            )));
        }
    }
    if verb.manner == Manner::Search {
        command = command.arg(
            Arg::new("query")
                .value_name(say("WORDS", "MOTS"))
                .required(true)
                .action(ArgAction::Append)
                .help(say("Words to look for", "Mots à chercher")),
        );
    }
    if let Some((long, pattern)) = parent_flag(noun, verb) {
        let required = verb.manner == Manner::Create;
        let example = contract::example_of(&pattern);
        command = command.arg(
            Arg::new("parent").long(long).value_name(say("NAME", "NOM")).required(required).help(
                match required {
                    true => {
                        say!(language, "To which it belongs: {example}", "À quoi il appartient : {example}")
                    }
                    false => {
                        say!(language, "Only those of this one: {example}", "Seulement ceux de : {example}")
                    }
                },
            ),
        );
    }
    if file {
        command = command.arg(flags::file_arg(language));
    }
    if flags::id_field(noun, verb).is_some() {
        command = command.arg(Arg::new("id").long("id").value_name("ID").help(say(
            "The id to give it, a-z 0-9 and -; one is made without",
            "L'identifiant à lui donner, a-z 0-9 et - ; sinon il est choisi",
        )));
    }
    for flag in flags::flags(noun, verb) {
        let arg = flags::arg(&flag, language);
        // What is asked at the terminal is not asked for beforehand.
        let asked = flag.required && command.get_arguments().any(|known| known.get_id() == "next");
        let hashed = flags::hashed(verb).as_ref() == Some(&flag.field);
        let wordy = flag.required && flags::wordy(verb);
        command = command.arg(match () {
            () if asked => arg.required(false).required_unless_present("next"),
            () if wordy => arg.required(false).required_unless_present("words"),
            () if hashed => arg.required(false).required_unless_present("hashed").conflicts_with("hashed"),
            () => arg,
        });
        if hashed {
            command = command.arg(flags::hashed_arg(language));
        }
    }
    for field in filters(noun, verb) {
        command = command.arg(filter_arg(&field, language));
    }
    if verb.file.is_some() {
        command = command.args(import::ways(language));
    }
    if flags::wordy(verb) {
        command = command.arg(flags::words_arg(language));
    }
    command.args(usual(noun, verb, language))
}

/// What a method's filter is over, where it has one: its comment says it, or of which list it is.
fn filtered(method: &MethodDescriptor) -> Option<String> {
    let comment = contract::comment_of_field(&method.input().get_field_by_name("filter")?).en;
    if let Some((list, _)) = comment.strip_prefix("As of ").and_then(|list| list.split_once(';')) {
        return filtered(&contract::method(list)?);
    }
    let fields = comment.split(" over ").nth(1).unwrap_or_default();
    Some(fields.trim_end_matches('.').replace('`', ""))
}

/// Flags for the fields that requests have in common.
fn usual(noun: &Noun, verb: &Verb, language: Language) -> Vec<Arg> {
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr);
    let input = verb.method.input();
    let has = |name: &str| input.get_field_by_name(name).is_some();
    let mut args = Vec::new();
    if let Some(fields) = filtered(&verb.method) {
        args.push(Arg::new("filter").long("filter").value_name("EXPRESSION").help(say!(
            language,
            "Only those that fit, AIP-160 over {fields}",
            "Seulement ceux qui conviennent, AIP-160 sur {fields}"
        )));
    } else if let Some(fields) = verb.many.as_ref().and_then(filtered) {
        args.push(Arg::new("filter").long("filter").value_name("EXPRESSION").conflicts_with("name").help(
            say!(
                language,
                "All that fit, each by itself, instead of one: AIP-160 over {fields}",
                "Tous ceux qui conviennent, chacun pour soi, au lieu d'un seul : AIP-160 sur {fields}"
            ),
        ));
    }
    if has("order_by") {
        args.push(
            Arg::new("sort")
                .long("sort")
                .value_name(say("FIELD [desc]", "CHAMP [desc]"))
                .help(say("In this order: create_time desc", "Dans cet ordre : create_time desc")),
        );
    }
    if has("page_size") {
        args.push(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .value_parser(clap::value_parser!(i32).range(1..=1000))
                .help(say("At most so many, 50 without", "Au plus ce nombre, 50 sinon")),
        );
    }
    if has("page_token") {
        args.push(Arg::new("page-token").long("page-token").value_name(say("TOKEN", "JETON")).help(say(
            "Go on after the page that gave this token",
            "Continuer après la page qui a donné ce jeton",
        )));
        args.push(
            Arg::new("all").long("all").action(ArgAction::SetTrue).help(say("All pages", "Toutes les pages")),
        );
    }
    if has("update_mask") {
        args.push(
            Arg::new("clear")
                .long("clear")
                .value_name(say("FIELD,…", "CHAMP,…"))
                .value_delimiter(',')
                .action(ArgAction::Append)
                .help(say("Empty these fields", "Vider ces champs")),
        );
    }
    if has("etag") || verb.manner == Manner::Edit && noun.resource.get_field_by_name("etag").is_some() {
        args.push(Arg::new("etag").long("etag").value_name("ETAG").help(say(
            "Only if it is still as read: the etag of show",
            "Seulement si elle n'a pas changé depuis : l'etag de show",
        )));
    }
    if has("validate_only") {
        args.push(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help(say(
            "The server checks everything and writes nothing",
            "Le serveur vérifie tout et n'écrit rien",
        )));
        args.push(
            Arg::new("exit-code").long("exit-code").action(ArgAction::SetTrue).requires("dry-run").help(say(
                "With --dry-run: exit 8 if something would change",
                "Avec --dry-run : code 8 si quelque chose changerait",
            )),
        );
    }
    args
}

/// The name that is meant when none is typed: the only one there is, or oneself. Never where that would destroy.
pub(crate) fn unnamed(noun: &Noun, verb: &Verb) -> Option<String> {
    if let Some(only) = noun.only() {
        return Some(only);
    }
    let comment = contract::comment_of_field(&verb.method.input().get_field_by_name("name")?).en;
    let oneself = comment.contains("`users/me`")
        && (matches!(verb.manner, Manner::Show | Manner::Look) || comment.starts_with("`users/me`"));
    oneself.then(|| "users/me".to_owned())
}

/// The flag that says to what a resource belongs, and the pattern of its value: `--partner`, `partners/{partner}`.
pub(crate) fn parent_flag(noun: &Noun, verb: &Verb) -> Option<(String, String)> {
    verb.method.input().get_field_by_name("parent")?;
    let variables = noun.variables();
    let of = variables.len().checked_sub(2).and_then(|at| variables.get(at))?;
    Some((contract::kebab(of), noun.parent_pattern().to_owned()))
}

/// Fields that the filter's comment names and that one flag can ask for: `--state PENDING`.
pub(crate) fn filters(noun: &Noun, verb: &Verb) -> Vec<FieldDescriptor> {
    let Some(filter) =
        verb.method.input().get_field_by_name("filter").filter(|_| verb.manner == Manner::List)
    else {
        return Vec::new();
    };
    let comment = contract::comment_of_field(&filter).en;
    let names = comment.split(" over ").nth(1).unwrap_or_default().trim_end_matches('.').split(',');
    names
        .filter_map(|name| noun.resource.get_field_by_name(name.trim().trim_matches('`')))
        .filter(|field| matches!(field.kind(), Kind::Enum(_) | Kind::String | Kind::Bool))
        .collect()
}

fn filter_arg(field: &FieldDescriptor, language: Language) -> Arg {
    let long = contract::kebab(field.name());
    let label = crate::print::cell::field_label(field, language);
    let mut help = say!(
        language,
        "Only with this value: {label}",
        "Seulement avec cette valeur : {label}",
        label = label.to_lowercase()
    );
    let mut arg = Arg::new(format!("filter:{long}")).long(long).value_name(language.pick("VALUE", "VALEUR"));
    if let Kind::Enum(of) = field.kind() {
        let choices = values::choices(&of);
        help += &format!(" [{}]", choices.join(", "));
        arg = arg
            .value_parser(clap::builder::PossibleValuesParser::new(choices))
            .ignore_case(true)
            .hide_possible_values(true);
    }
    arg.help(StyledStr::from(help))
}
