//! A line to type for each verb, made from what its request needs; a test reads them all back.

use prost_reflect::{FieldDescriptor, Kind};

use crate::contract::{self, Manner, Noun, Verb};
use crate::tree::{filters, parent_flag, unnamed};
use crate::{flags, values};

/// A line to type, made of what the verb needs.
pub(super) fn example(noun: &Noun, verb: &Verb) -> String {
    let mut line = format!("ensemble {} {}", noun.singular, verb.word);
    match verb.manner {
        Manner::Import if verb.word == "import" => return format!("{line} {}.csv --dry-run", noun.plural),
        Manner::Import => return format!("{line} {}.xlsx", noun.singular),
        _ => {}
    }
    let input = verb.method.input();
    if (input.get_field_by_name("name").is_some() || verb.manner == Manner::Edit)
        && unnamed(noun, verb).is_none()
    {
        line += &format!(" {}", noun.example());
    }
    if verb.manner == Manner::Search {
        line += " mairie kaolack";
    }
    match (parent_flag(noun, verb), verb.manner) {
        (Some((long, pattern)), Manner::Create) => {
            line += &format!(" --{long} {}", contract::example_of(&pattern));
        }
        (Some((_, pattern)), Manner::Fetch) => line += &format!(" {}", contract::example_of(&pattern)),
        _ => {}
    }
    let mut shown = 0;
    for flag in flags::flags(noun, verb) {
        let wanted = match verb.manner {
            Manner::Create => contract::behaves(&flag.field, "REQUIRED"),
            Manner::Edit => shown < 1,
            _ => flag.required,
        };
        if wanted && flags::beside(&flag.field) {
            line += &format!(" {}-2", noun.example());
        } else if wanted && flags::hashed(verb).as_ref() == Some(&flag.field) {
            line += " --file convention.pdf";
        } else if wanted {
            shown += 1;
            line += &format!(" --{} {}", flag.long, example_value(&flag.field));
        }
    }
    if verb.manner == Manner::List {
        line += match filters(noun, verb).first() {
            Some(field) if field.name() == "state" => " --state PENDING -o csv",
            _ => " --all -o jsonl",
        };
        if let Some(field) = filters(noun, verb).first()
            && let (Kind::Enum(of), "state") = (field.kind(), field.name())
            && let Some(first) = values::choices(&of).first()
        {
            line = line.replace("PENDING", first);
        }
        if input.get_field_by_name("page_token").is_none() {
            line = line.replace(" --all", "");
        }
    }
    line
}

fn example_value(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Enum(of) => values::choices(&of).first().cloned().unwrap_or_default(),
        Kind::Message(of) => match of.name() {
            "LocalizedText" => "\"fr=Mairie de Kaolack\"",
            "DateRange" => "2026-01-01..2027-12-31",
            "Timestamp" => "+90d",
            "Date" => "2026-01-01",
            _ => "'{…}'",
        }
        .to_owned(),
        _ => match field.name() {
            "country_code" => "SN",
            "language_code" => "fr",
            "college" => "LOCAL_AUTHORITY",
            "iati_type_code" => "11",
            "email" => "awa@example.org",
            "lead_partner" | "partner" => "partners/mairie-de-kaolack",
            "survivor" => "partners/commune-de-kaolack",
            "user" => "users/awa",
            "scopes" => "partners.partner.read",
            _ => "\"…\"",
        }
        .to_owned(),
    }
}
