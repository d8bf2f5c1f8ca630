//! What is wrong with tables, in words.

use std::io;

use crate::problem::{Problem, Severity};

/// A place in a table.
pub(super) fn at(table: &str, line: u32, part: &str) -> String {
    format!("{table}.csv:{line} {part}").trim_end().to_owned()
}

fn problem(
    severity: Severity,
    code: &'static str,
    location: String,
    en: impl Into<String>,
    fr: impl Into<String>,
) -> Problem {
    Problem::new(severity, code, 0, en.into(), fr.into()).at(location)
}

pub(super) fn table_missing(table: &str) -> Problem {
    let (en, fr) = (
        "this table is missing, and others belong to its rows: add it to the folder",
        "cette table manque alors que d'autres se rattachent à ses lignes : ajoutez-la au dossier",
    );
    problem(Severity::Blocks, "TABLE_MISSING", format!("{table}.csv"), en, fr)
}

pub(super) fn column_missing(table: &str, line: u32, column: &str) -> Problem {
    let en = format!("the column {column} is missing: without it the rows belong to nothing; add it");
    let fr =
        format!("la colonne {column} manque : sans elle les lignes ne se rattachent à rien ; ajoutez-la");
    problem(Severity::Blocks, "COLUMN_MISSING", at(table, line, column), en, fr)
}

pub(super) fn column_unknown(table: &str, line: u32, column: &str) -> Problem {
    let (en, fr) = (
        "no such column is known in this table: it was not read; correct its name or leave it out",
        "cette colonne n'est pas connue dans cette table : elle n'a pas été lue ; corrigez son nom ou retirez-la",
    );
    problem(Severity::Advice, "COLUMN_UNKNOWN", at(table, line, column), en, fr)
}

pub(super) fn table_unknown(file: &str) -> Problem {
    let (en, fr) = (
        "no such table is known: it was not read; correct its name or leave it out",
        "cette table n'est pas connue : elle n'a pas été lue ; corrigez son nom ou retirez-la",
    );
    problem(Severity::Advice, "TABLE_UNKNOWN", file.to_owned(), en, fr)
}

pub(super) fn orphan(table: &str, line: u32, parent: &str, keys: &[&str], said: &[&str]) -> Problem {
    let column = keys.last().copied().unwrap_or_default();
    let en = format!(
        "no row of {parent}.csv has this {}: the row was left out; correct one of them",
        keys.join(" and ")
    );
    let fr = format!(
        "aucune ligne de {parent}.csv ne porte ce {} : la ligne a été laissée de côté ; corrigez l'une ou l'autre",
        keys.join(" et ")
    );
    let mut told =
        problem(Severity::Doubtful, "ROW_UNRELATED", at(table, line, column), en, fr).found(&said.join(" "));
    told.record = said.first().copied().unwrap_or_default().to_owned();
    told
}

pub(super) fn no_text(table: &str) -> Problem {
    let (en, fr) = ("this is no text: save it as CSV", "ce n'est pas du texte : enregistrez-la en CSV");
    problem(Severity::Blocks, "FILE_UNKNOWN", format!("{table}.csv"), en, fr)
}

pub(super) fn no_headings(table: &str) -> Problem {
    let (en, fr) = (
        "the file is empty: its first row must name its columns",
        "le fichier est vide : sa première ligne doit nommer ses colonnes",
    );
    problem(Severity::Blocks, "FILE_EMPTY", format!("{table}.csv"), en, fr)
}

pub(super) fn unreadable(table: &str, line: u32) -> Problem {
    let (en, fr) = (
        "what follows cannot be read as CSV: save it again as CSV",
        "la suite ne se lit pas comme du CSV : enregistrez de nouveau en CSV",
    );
    problem(Severity::Blocks, "FILE_UNREADABLE", at(table, line, ""), en, fr)
}

pub(super) fn unopened(table: &str, error: &io::Error) -> Problem {
    let (en, fr) = ("the file cannot be read", "le fichier ne peut pas être lu");
    problem(Severity::Blocks, "FILE_UNREADABLE", format!("{table}.csv"), en, fr).found(&error.to_string())
}

pub(super) fn too_large(table: &str, most: u64) -> Problem {
    let mebibytes = most >> 20;
    let en = format!("the tables are larger than {mebibytes} MiB together: split them by activity");
    let fr = format!("les tables dépassent ensemble {mebibytes} Mio : découpez-les par activité");
    problem(Severity::Blocks, "FILE_TOO_LARGE", format!("{table}.csv"), en, fr)
}
