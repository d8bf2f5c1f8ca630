//! Between the flags of a verb and the fields of its request.

use clap::builder::{PossibleValuesParser, StyledStr};
use clap::{Arg, ArgAction, ArgMatches, ValueHint};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

use crate::contract::{self, Manner, Noun, Verb};
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::values;

/// Fields of requests that are the same in all contracts: their flag is ours, here or in `tree.rs`.
const WELL_KNOWN: [&str; 12] = [
    "name",
    "parent",
    "request_id",
    "validate_only",
    "etag",
    "update_mask",
    "page_size",
    "page_token",
    "filter",
    "order_by",
    // Worked out here: see `proof.rs`.
    "challenge",
    "solution",
];

/// Words that the command itself uses; a field so called gets its noun before it.
const TAKEN: [&str; 24] = [
    "output",
    "fields",
    "no-header",
    "lang",
    "context",
    "server",
    "color",
    "yes",
    "quiet",
    "timeout",
    "csv-style",
    "help",
    "version",
    "file",
    "dry-run",
    "exit-code",
    "etag",
    "id",
    "clear",
    "all",
    "limit",
    "page-token",
    "filter",
    "sort",
];

/// Fields that name another resource without bearing its noun.
const REFERENCES: [(&str, &str); 2] = [("survivor", "partner"), ("publisher", "partner")];

/// A field of a request, as a flag.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) long: String,
    pub(crate) field: FieldDescriptor,
    /// The field belongs to the resource inside the request.
    pub(crate) of_resource: bool,
    pub(crate) required: bool,
}

/// What the French page calls fields that every resource has.
pub(crate) fn well_known_label(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => "Identifiant",
        "uid" => "UUID",
        "etag" => "Empreinte",
        "create_time" => "Créé le",
        "update_time" => "Modifié le",
        "delete_time" => "Supprimé le",
        "revision" => "Révision",
        "allowed_actions" => "Actions possibles",
        _ => return None,
    })
}

/// What was typed for a flag that the verb may not have.
pub(crate) fn given(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.try_get_one::<String>(id).ok().flatten().cloned()
}

/// The field of a Create or Update request that carries the resource.
pub(crate) fn resource_field(noun: &Noun, verb: &Verb) -> Option<FieldDescriptor> {
    let carries = matches!(verb.manner, Manner::Create | Manner::Edit);
    verb.method.input().fields().find(|field| carries && field.kind() == Kind::Message(noun.resource.clone()))
}

/// The field that sets the id of a new resource: `partner_id`.
pub(crate) fn id_field(noun: &Noun, verb: &Verb) -> Option<FieldDescriptor> {
    let name = format!("{}_id", noun.singular.replace('-', "_"));
    verb.method.input().get_field_by_name(&name).filter(|_| verb.manner == Manner::Create)
}

/// Secrets are asked for, never typed on the line.
pub(crate) fn secret(field: &FieldDescriptor) -> bool {
    field.name().ends_with("password")
}

/// The field that takes the hash of a document: a person names the file rather than its 64 digits.
pub(crate) fn hashed(verb: &Verb) -> Option<FieldDescriptor> {
    verb.method.input().fields().find(|field| verb.manner == Manner::Act && field.name().ends_with("_sha256"))
}

/// `--file DOCUMENT`, beside the flag that takes its hash.
pub(crate) fn hashed_arg(language: Language) -> Arg {
    Arg::new("hashed")
        .short('f')
        .long("file")
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .help(language.pick(
            "The document itself: its SHA-256 is worked out here, and the file stays here",
            "Le document lui-même : son empreinte SHA-256 est calculée ici, et le fichier reste ici",
        ))
}

/// A verb says much that is nested: a person rather writes it down than types it.
pub(crate) fn wordy(verb: &Verb) -> bool {
    let nested = |field: FieldDescriptor| field.is_list() && matches!(field.kind(), Kind::Message(_));
    verb.manner == Manner::Act
        && verb.file.is_none()
        && hashed(verb).is_none()
        && verb.method.input().fields().any(nested)
}

/// `--file WORDS`, of what a verb says.
pub(crate) fn words_arg(language: Language) -> Arg {
    Arg::new("words")
        .short('f')
        .long("file")
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .help(language.pick(
            "What is said, in a JSON or YAML file (- for stdin); flags win over it",
            "Ce qui est dit, dans un fichier JSON ou YAML (- pour l'entrée standard) ; les options l'emportent",
        ))
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(crate) fn sha256(path: &str, language: Language) -> Result<String> {
    use std::io::Read as _;
    let wrong = |error: std::io::Error| Fault::file(language, path.as_ref(), &error);
    let mut file = std::fs::File::open(path).map_err(wrong)?;
    let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut read = vec![0; 65_536];
    loop {
        match file.read(&mut read).map_err(wrong)? {
            0 => break,
            count => digest.update(&read[..count]),
        }
    }
    Ok(hex(digest.finish().as_ref()))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The flags of a verb, from the fields of its request and of the resource in it.
pub(crate) fn flags(noun: &Noun, verb: &Verb) -> Vec<Flag> {
    let mut flags = Vec::new();
    if verb.manner == Manner::Import {
        return flags; // `import` has its own
    }
    let input = verb.method.input();
    let resource = resource_field(noun, verb);
    let id = id_field(noun, verb);
    let long = |field: &FieldDescriptor| match contract::kebab(field.name()) {
        taken if TAKEN.contains(&taken.as_str()) => format!("{}-{taken}", noun.singular),
        free => free,
    };
    for field in input.fields() {
        let ours = WELL_KNOWN.contains(&field.name())
            || Some(&field) == resource.as_ref()
            || Some(&field) == id.as_ref();
        let positional = verb.manner == Manner::Search && field.name() == "query";
        if !ours && !positional && !secret(&field) {
            let required = contract::behaves(&field, "REQUIRED");
            flags.push(Flag { long: long(&field), field, of_resource: false, required });
        }
    }
    for field in resource.iter().flat_map(|_| noun.resource.fields()) {
        let fixed = verb.manner == Manner::Edit && contract::behaves(&field, "IMMUTABLE");
        if !contract::behaves(&field, "OUTPUT_ONLY") && !contract::behaves(&field, "IDENTIFIER") && !fixed {
            flags.push(Flag { long: long(&field), field, of_resource: true, required: false });
        }
    }
    flags
}

/// Flags that count days until something, and are typed without that: `--expiring 90d`.
const WITHIN: &str = "-within-days";

/// What stands beside the name, rather than after a flag: `ensemble agreement compare ONE OTHER`.
pub(crate) fn beside(field: &FieldDescriptor) -> bool {
    field.name() == "other"
}

/// `90d` are 90 days.
fn counted<'t>(field: &FieldDescriptor, text: &'t str) -> &'t str {
    let days = text.strip_suffix(['d', 'j']).filter(|_| field.name().ends_with("_days"));
    days.unwrap_or(text)
}

/// The flag as clap knows it.
pub(crate) fn arg(flag: &Flag, language: Language) -> Arg {
    let field = &flag.field;
    let comment = contract::comment_of_field(field);
    let mut help = comment.text(language).trim_end_matches('.').to_owned();
    let mut arg = Arg::new(flag.long.clone()).value_name(value_name(field, language)).required(flag.required);
    arg = match beside(field) {
        true => arg.value_name(language.pick("OTHER", "AUTRE")),
        false => arg.long(flag.long.clone()),
    };
    if let Some(short) = flag.long.strip_suffix(WITHIN) {
        help += &say!(language, " (or --{short} 90d)", " (ou --{short} 90j)");
        arg = arg.alias(short.to_owned());
    }
    if let Kind::Enum(of) = field.kind() {
        let choices = values::choices(&of);
        help += &format!(" [{}]", choices.join(", "));
        arg =
            arg.value_parser(PossibleValuesParser::new(choices)).ignore_case(true).hide_possible_values(true);
    }
    if field.kind() == Kind::Bool {
        arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    let repeated = field.is_list() || field.is_map() || is_localized(field);
    if repeated {
        help += language.pick(" (repeatable)", " (répétable)");
    }
    arg.action(if repeated { ArgAction::Append } else { ArgAction::Set }).help(StyledStr::from(help))
}

fn is_localized(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(of) if of.full_name() == "ensemble.common.v1.LocalizedText")
}

fn value_name(field: &FieldDescriptor, language: Language) -> String {
    let message = |of: &str| match of {
        "Date" => language.pick("YYYY-MM-DD", "AAAA-MM-JJ"),
        "Timestamp" => language.pick("TIME", "MOMENT"),
        "DateRange" => language.pick("START..END", "DÉBUT..FIN"),
        "Money" => "1234.50EUR",
        "LocalizedText" => language.pick("[LANG=]TEXT", "[LANGUE=]TEXTE"),
        "ExternalIdentifier" => language.pick("SCHEME=VALUE", "SCHEMA=VALEUR"),
        _ => language.pick("JSON|KEY=VALUE,…", "JSON|CLÉ=VALEUR,…"),
    };
    match field.kind() {
        _ if field.is_map() => language.pick("KEY=VALUE", "CLÉ=VALEUR"),
        Kind::Message(of) => message(of.name()),
        Kind::Bool => "true|false",
        Kind::String => language.pick("TEXT", "TEXTE"),
        Kind::Enum(_) => language.pick("VALUE", "VALEUR"),
        _ => "N",
    }
    .to_owned()
}

/// Puts the flags that were typed into a message; answers the names of the fields set.
pub(crate) fn fill(
    flags: &[Flag],
    matches: &ArgMatches,
    message: &mut DynamicMessage,
    before: Option<&DynamicMessage>,
    language: Language,
) -> Result<Vec<String>> {
    let mut set = Vec::new();
    for flag in flags {
        let Some(given) = matches.get_many::<String>(&flag.long) else { continue };
        let given: Vec<String> =
            given.map(|text| reference(&flag.field, counted(&flag.field, text))).collect();
        let long = &flag.long;
        let value = value(&flag.field, &given, before, language).map_err(|expected| {
            Fault::usage(say!(language, "--{long}: {expected}", "--{long} : {expected}"))
        })?;
        message.set_field(&flag.field, value);
        set.push(flag.field.name().to_owned());
    }
    Ok(set)
}

fn value(
    field: &FieldDescriptor,
    given: &[String],
    before: Option<&DynamicMessage>,
    language: Language,
) -> Result<Value, String> {
    let kind = field.kind();
    if let (Kind::Message(of), true) = (&kind, is_localized(field)) {
        let before = before
            .filter(|before| before.has_field(field))
            .map(|before| before.get_field(field).into_owned());
        let text = values::localized(before.as_ref().and_then(Value::as_message), of, given, language)?;
        return Ok(Value::Message(text));
    }
    if field.is_map() {
        return map(field, given, language);
    }
    if field.is_list() {
        return Ok(Value::List(
            given.iter().map(|text| values::parse(&kind, text, language)).collect::<Result<_, _>>()?,
        ));
    }
    values::parse(&kind, given.last().map_or("", String::as_str), language)
}

fn map(field: &FieldDescriptor, given: &[String], language: Language) -> Result<Value, String> {
    let Kind::Message(entry) = field.kind() else { return Err(String::new()) };
    let kind = entry.map_entry_value_field().kind();
    let pair = |text: &String| {
        let expected =
            || say!(language, "expected KEY=VALUE, found {text}", "il faut CLÉ=VALEUR, pas {text}");
        let (key, value) = text.split_once('=').ok_or_else(expected)?;
        Ok((prost_reflect::MapKey::String(key.to_owned()), values::parse(&kind, value, language)?))
    };
    Ok(Value::Map(given.iter().map(pair).collect::<Result<_, String>>()?))
}

/// A resource may be named by its id alone where the field says which noun it is: `--lead-partner kaolack`.
fn reference(field: &FieldDescriptor, text: &str) -> String {
    if field.kind() != Kind::String {
        return text.to_owned();
    }
    let name = field.name();
    let name = REFERENCES.iter().find(|(field, _)| *field == name).map_or(name, |(_, noun)| noun);
    let nouns = contract::nouns(proto::pool());
    // `reporting_period` is a noun itself; of `lead_partner`, the last word is.
    let words = [Some(name), name.rsplit('_').next()].into_iter().flatten().map(contract::kebab);
    let noun = words.filter_map(|word| {
        nouns.iter().find(|noun| noun.singular == word || noun.plural == word).map(|noun| &noun.pattern)
    });
    noun.filter_map(|pattern| contract::complete(pattern, text)).next().unwrap_or_else(|| text.to_owned())
}

/// `-f FILE`: a resource in JSON or YAML; `-` is stdin.
pub(crate) fn file_arg(language: Language) -> Arg {
    Arg::new("file").short('f').long("file").value_name(language.pick("FILE", "FICHIER")).value_hint(ValueHint::FilePath).help(say!(
        language,
        "The whole resource in a JSON or YAML file (- for stdin); flags win over it",
        "La ressource entière dans un fichier JSON ou YAML (- pour l'entrée standard) ; les options l'emportent"
    ))
}

/// Reads a resource from a file; answers it with the names of the fields that it gives.
pub(crate) fn read_file(
    path: &str,
    kind: &prost_reflect::MessageDescriptor,
    language: Language,
) -> Result<(DynamicMessage, Vec<String>)> {
    let text = read_text(path, language)?;
    let wrong = |why: String| Fault::usage(say!(language, "{path}: {why}", "{path} : {why}"));
    let value: serde_json::Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(_) => serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?,
    };
    let keys: Vec<String> =
        value.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    let mut message = values::from_json(kind, value, language).map_err(wrong)?;
    let mut given = Vec::new();
    for field in kind.fields() {
        let named = keys.iter().any(|key| key == field.name() || key == field.json_name());
        if !contract::behaves(&field, "OUTPUT_ONLY") && named && !contract::behaves(&field, "IDENTIFIER") {
            given.push(field.name().to_owned());
        } else if contract::behaves(&field, "OUTPUT_ONLY") && field.name() != "etag" {
            message.clear_field(&field);
        }
    }
    Ok((message, given))
}

pub(crate) fn read_text(path: &str, language: Language) -> Result<String> {
    if path == "-" {
        return Ok(std::io::read_to_string(std::io::stdin())?);
    }
    std::fs::read_to_string(path).map_err(|error| Fault::file(language, path.as_ref(), &error))
}
