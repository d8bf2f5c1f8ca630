//! What is said about a package of grants, or about one of them, in words.

use crate::problem::{Problem, Severity};

fn problem(severity: Severity, code: &'static str, line: u32, en: &str, fr: &str) -> Problem {
    Problem::new(severity, code, line, en.to_owned(), fr.to_owned())
}

pub(super) fn malformed(line: u32) -> Problem {
    let en = "this is not JSON from here on: send the file as the 360Giving tools make it; what follows was not read";
    let fr = "à partir d'ici, ce n'est plus du JSON : envoyez le fichier tel que les outils 360Giving le produisent ; la suite n'a pas été lue";
    problem(Severity::Blocks, "JSON_MALFORMED", line, en, fr)
}

pub(super) fn cut_short(line: u32) -> Problem {
    let en = "the file ends before its JSON does: send the whole file";
    let fr = "le fichier s'arrête avant la fin de son JSON : envoyez le fichier entier";
    problem(Severity::Blocks, "JSON_CUT_SHORT", line, en, fr)
}

pub(super) fn no_package(line: u32) -> Problem {
    let en = "this is not a 360Giving package: expected a JSON object with a list called `grants`";
    let fr = "ceci n'est pas un paquet 360Giving : un objet JSON avec une liste `grants` est attendu";
    problem(Severity::Blocks, "PACKAGE_UNKNOWN", line, en, fr).at("grants")
}

pub(super) fn no_grants(line: u32) -> Problem {
    let en = "there is no grant in this file: send the one that was meant";
    let fr = "ce fichier ne contient aucune subvention : envoyez celui qui était prévu";
    problem(Severity::Blocks, "PACKAGE_EMPTY", line, en, fr).at("grants")
}

pub(super) fn too_large(limit: usize, line: u32) -> Problem {
    let en = format!("a grant takes more than {limit} bytes: shorten it; what follows was not read");
    let fr = format!("une subvention occupe plus de {limit} octets : abrégez-la ; la suite n'a pas été lue");
    problem(Severity::Blocks, "RECORD_TOO_LARGE", line, &en, &fr).at("grants")
}

pub(super) fn too_many(limit: usize, line: u32) -> Problem {
    let en = format!("more than {limit} grants: send them in several files; what follows was not read");
    let fr =
        format!("plus de {limit} subventions : envoyez-les en plusieurs fichiers ; la suite n'a pas été lue");
    problem(Severity::Blocks, "TOO_MANY_RECORDS", line, &en, &fr).at("grants")
}

pub(super) fn no_object() -> Problem {
    let (en, fr) = ("expected a grant: a JSON object", "une subvention est attendue : un objet JSON");
    problem(Severity::Blocks, "GRANT_INVALID", 0, en, fr)
}

pub(super) fn missing(severity: Severity) -> Problem {
    let (en, fr) = ("missing: give it (360Giving requires it)", "manquant : indiquez-le (360Giving l'exige)");
    problem(severity, "FIELD_MISSING", 0, en, fr)
}

pub(super) fn no_text(severity: Severity) -> Problem {
    problem(
        severity,
        "TEXT_INVALID",
        0,
        "expected a text between quotes",
        "un texte entre guillemets est attendu",
    )
}

pub(super) fn no_number() -> Problem {
    let en = "expected a number without quotes, spaces or currency signs, like 1500.50";
    let fr = "un nombre est attendu, sans guillemets, espaces ni signe monétaire, comme 1500.50";
    problem(Severity::Blocks, "AMOUNT_INVALID", 0, en, fr)
}

pub(super) fn no_list() -> Problem {
    let (en, fr) = ("expected a list between [ and ]", "une liste entre [ et ] est attendue");
    problem(Severity::Blocks, "LIST_INVALID", 0, en, fr)
}

pub(super) fn no_date(severity: Severity) -> Problem {
    let en = "expected a date like 2025-01-31";
    let fr = "une date est attendue, comme 2025-01-31";
    problem(severity, "DATE_INVALID", 0, en, fr)
}

pub(super) fn ends_before_it_begins() -> Problem {
    let en = "the end is before the start: correct one of them; the grant is taken without its period";
    let fr =
        "la fin précède le début : corrigez l'une des deux dates ; la subvention est reprise sans sa période";
    problem(Severity::Doubtful, "PERIOD_INVALID", 0, en, fr)
}

pub(super) fn to_a_person() -> Problem {
    let en = "a grant to a person: nobody's name is kept, and no organisation takes part; take the rest with --partial";
    let fr = "subvention à une personne : aucun nom n'est conservé et aucune organisation n'y participe ; reprenez le reste avec --partial";
    problem(Severity::Blocks, "RECIPIENT_PERSON", 0, en, fr)
}

pub(super) fn nobody() -> Problem {
    let en = "an organisation without a name or an identifier: give at least one of them";
    let fr = "organisation sans nom ni identifiant : indiquez au moins l'un des deux";
    problem(Severity::Blocks, "ORGANISATION_UNKNOWN", 0, en, fr)
}

pub(super) fn unregistered() -> Problem {
    let en = "not an identifier of org-id.guide, like GB-CHC-202918: the organisation is recognised by it as it stands";
    let fr = "ce n'est pas un identifiant d'org-id.guide, comme GB-CHC-202918 : l'organisation est reconnue par ce texte tel quel";
    problem(Severity::Advice, "IDENTIFIER_UNKNOWN", 0, en, fr)
}
