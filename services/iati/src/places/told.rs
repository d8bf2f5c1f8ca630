//! What is said about a file of places, in words.

use crate::problem::{Problem, Severity};
use crate::records::told::problem;

pub(super) fn no_table() -> Problem {
    let en = "expected a table (CSV) with a line of columns, or a JSON list of places";
    let fr = "un tableau (CSV) avec une ligne de colonnes, ou une liste JSON de lieux, est attendu";
    problem(Severity::Blocks, "NOT_A_TABLE", 1, en, fr)
}

pub(super) fn no_column(name: &str, line: u32) -> Problem {
    let en = "the column is missing: name it as the national schema does";
    let fr = "la colonne manque : nommez-la comme le schéma national";
    problem(Severity::Blocks, "COLUMN_MISSING", line, en, fr).at(name)
}

pub(super) fn unknown(name: &str, line: u32) -> Problem {
    let en = "no column of the national schema: it is passed over";
    let fr = "n'est pas une colonne du schéma national : elle est ignorée";
    problem(Severity::Advice, "COLUMN_UNKNOWN", line, en, fr).at(name)
}

pub(super) fn no_object(line: u32) -> Problem {
    let en = "expected a place, between { and }";
    let fr = "un lieu est attendu, entre { et }";
    problem(Severity::Blocks, "NOT_A_PLACE", line, en, fr)
}

pub(super) fn no_text(name: &str, line: u32) -> Problem {
    let en = "expected a text or a number: it is left out";
    let fr = "un texte ou un nombre est attendu : il est laissé de côté";
    problem(Severity::Doubtful, "NOT_A_TEXT", line, en, fr).at(name)
}

pub(super) fn cut_short() -> Problem {
    let en = "the rest of the file cannot be read";
    let fr = "la suite du fichier est illisible";
    problem(Severity::Blocks, "CUT_SHORT", 0, en, fr)
}

pub(super) fn too_many(most: usize, line: u32) -> Problem {
    let en = format!("more than {most} places: send them in several files");
    let fr = format!("plus de {most} lieux : envoyez-les en plusieurs fichiers");
    Problem::new(Severity::Blocks, "TOO_MANY", line, en, fr)
}

pub(super) fn too_wide(line: u32) -> Problem {
    let en = "more cells than columns: put what holds a separator between quotes; the rest is left out";
    let fr = "plus de cellules que de colonnes : mettez entre guillemets ce qui contient un séparateur ; le reste est laissé de côté";
    problem(Severity::Doubtful, "ROW_TOO_WIDE", line, en, fr)
}
