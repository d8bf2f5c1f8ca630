//! What is said about a file of records, or about one of them, in words.

use super::Shape;
use crate::problem::{Problem, Severity};

pub(crate) fn problem(severity: Severity, code: &'static str, line: u32, en: &str, fr: &str) -> Problem {
    Problem::new(severity, code, line, en.to_owned(), fr.to_owned())
}

pub(super) fn malformed(line: u32) -> Problem {
    let en = "this is not JSON from here on: send the file as it was published; what follows was not read";
    let fr = "à partir d'ici, ce n'est plus du JSON : envoyez le fichier tel qu'il a été publié ; la suite n'a pas été lue";
    problem(Severity::Blocks, "JSON_MALFORMED", line, en, fr)
}

pub(super) fn cut_short(line: u32) -> Problem {
    let en = "the file ends before its JSON does: send the whole file";
    let fr = "le fichier s'arrête avant la fin de son JSON : envoyez le fichier entier";
    problem(Severity::Blocks, "JSON_CUT_SHORT", line, en, fr)
}

pub(super) fn no_package(shape: &Shape, line: u32) -> Problem {
    let (en, fr) = shape.expected;
    let en = format!("expected {en}");
    problem(Severity::Blocks, "PACKAGE_UNKNOWN", line, &en, &format!("{fr} est attendu")).at(shape.place())
}

pub(super) fn nothing(shape: &Shape, line: u32) -> Problem {
    let (en, fr) = shape.several;
    let en = format!("there are no {en} in this file: send the one that was meant");
    let fr = format!("ce fichier ne contient pas de {fr} : envoyez celui qui était prévu");
    problem(Severity::Blocks, "PACKAGE_EMPTY", line, &en, &fr).at(shape.place())
}

pub(super) fn too_large(shape: &Shape, limit: usize, line: u32) -> Problem {
    let (en, fr) = shape.several;
    let en = format!("one of the {en} takes more than {limit} bytes: shorten it; what follows was not read");
    let fr = format!("l'une des {fr} occupe plus de {limit} octets : abrégez-la ; la suite n'a pas été lue");
    problem(Severity::Blocks, "RECORD_TOO_LARGE", line, &en, &fr).at(shape.place())
}

pub(super) fn too_many(shape: &Shape, limit: usize, line: u32) -> Problem {
    let (en, fr) = shape.several;
    let en = format!("more than {limit} {en}: send them in several files; what follows was not read");
    let fr = format!("plus de {limit} {fr} : envoyez-les en plusieurs fichiers ; la suite n'a pas été lue");
    problem(Severity::Blocks, "TOO_MANY_RECORDS", line, &en, &fr).at(shape.place())
}

pub(crate) fn no_object(code: &'static str) -> Problem {
    let (en, fr) = ("expected a JSON object between { and }", "un objet JSON entre { et } est attendu");
    problem(Severity::Blocks, code, 0, en, fr)
}

pub(crate) fn missing(severity: Severity) -> Problem {
    problem(severity, "FIELD_MISSING", 0, "missing: give it", "manquant : indiquez-le")
}

pub(crate) fn no_text(severity: Severity) -> Problem {
    let (en, fr) = ("expected a text between quotes", "un texte entre guillemets est attendu");
    problem(severity, "TEXT_INVALID", 0, en, fr)
}

pub(crate) fn no_list(severity: Severity) -> Problem {
    let (en, fr) = ("expected a list between [ and ]", "une liste entre [ et ] est attendue");
    problem(severity, "LIST_INVALID", 0, en, fr)
}
