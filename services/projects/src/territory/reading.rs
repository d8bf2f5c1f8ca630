//! Reading a table of territories from its first line to its last, a few records at a time.

use std::collections::HashMap;

use chassis::error::Result;
use chassis::say;
use chassis::upload::Upload;
use iati::{Problem, Severity};
use tokio::sync::mpsc;

use super::record::{Found, Heading, problem};
use super::table::{Fault, LONGEST, Line, Table};

/// Records that travel together, at most.
pub(crate) const CHUNK: usize = 500;
/// Records of a file: beyond all places that have a name in the largest of countries.
const MOST: usize = 1_000_000;

/// Some records, in the order of the file.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) found: Vec<Found>,
    pub(crate) problems: Vec<Problem>,
    /// Records that cannot be taken.
    pub(crate) refused: i32,
}

/// Sends the records of a file in chunks, until they end or nobody listens any more.
pub(crate) fn send(upload: &Upload, sender: &mpsc::Sender<Chunk>) -> Result<()> {
    let mut table = Table::open(upload.open()?);
    let mut chunk = Chunk::default();
    let heading = match table.next() {
        None => Err(unknown(1)),
        Some(Line { number, cells: Err(fault) }) => Err(unreadable(fault, number)),
        Some(Line { number, cells: Ok(cells) }) => Heading::read(&cells).ok_or_else(|| unknown(number)),
    };
    match heading {
        Err(problem) => chunk.problems.push(problem),
        Ok(heading) => {
            let mut seen: HashMap<String, u32> = HashMap::new();
            for line in table {
                if seen.len() >= MOST {
                    chunk.problems.push(too_many(line.number));
                    break;
                }
                read(&heading, line, &mut seen, &mut chunk);
                let full = chunk.found.len() + chunk.problems.len() >= CHUNK;
                if full && sender.blocking_send(std::mem::take(&mut chunk)).is_err() {
                    return Ok(());
                }
            }
        }
    }
    let _ = sender.blocking_send(chunk); // whoever stopped listening knows why
    Ok(())
}

fn read(heading: &Heading, line: Line, seen: &mut HashMap<String, u32>, chunk: &mut Chunk) {
    let number = line.number;
    let cells = match line.cells {
        Ok(cells) => cells,
        Err(fault) => {
            chunk.problems.push(unreadable(fault, number));
            chunk.refused = chunk.refused.saturating_add(i32::from(fault != Fault::Ended));
            return;
        }
    };
    let (found, problems) = heading.territory(number, &cells);
    chunk.problems.extend(problems);
    let Some(found) = found else {
        chunk.refused = chunk.refused.saturating_add(1);
        return;
    };
    match seen.get(&found.code.value) {
        Some(first) => {
            chunk.problems.push(problem(
                Severity::Blocks,
                "CODE_TWICE",
                found.code.value,
                number,
                say!(
                    "stands on line {first} already: keep one",
                    "figure déjà à la ligne {first} : gardez-en une"
                ),
            ));
            chunk.refused = chunk.refused.saturating_add(1);
        }
        None => {
            seen.insert(found.code.value.clone(), number);
            chunk.found.push(found);
        }
    }
}

fn of_file(code: &'static str, line: u32, what: say::Text) -> Problem {
    problem(Severity::Blocks, code, String::new(), line, what)
}

fn unknown(line: u32) -> Problem {
    of_file(
        "HEADING_UNKNOWN",
        line,
        say!(
            "expected a heading with the columns ISO3166-1-Alpha-2, official_name_en, official_name_fr (countries); REG, LIBELLE (regions); DEP, REG, LIBELLE (departments); code_insee, nom, departement (municipalities); or name, country, geonameid (cities)",
            "en-tête attendu avec les colonnes ISO3166-1-Alpha-2, official_name_en, official_name_fr (pays) ; REG, LIBELLE (régions) ; DEP, REG, LIBELLE (départements) ; code_insee, nom, departement (communes) ; ou name, country, geonameid (villes)"
        ),
    )
}

fn too_many(line: u32) -> Problem {
    of_file(
        "TOO_MANY",
        line,
        say!(
            "more than {MOST} records: split the file here",
            "plus de {MOST} enregistrements : découpez le fichier ici"
        ),
    )
}

fn unreadable(fault: Fault, line: u32) -> Problem {
    match fault {
        Fault::TooLong => of_file(
            "LINE_TOO_LONG",
            line,
            say!(
                "more than {LONGEST} bytes: not a record",
                "plus de {LONGEST} octets : ce n'est pas un enregistrement"
            ),
        ),
        Fault::Quotes => of_file(
            "QUOTE_UNCLOSED",
            line,
            say!(
                "a quote opens and does not close before the next separator: close it, or double the quotes of a text",
                "un guillemet s'ouvre et ne se ferme pas avant le séparateur : fermez-le, ou doublez les guillemets d'un texte"
            ),
        ),
        Fault::Encoding => of_file(
            "NOT_UTF8",
            line,
            say!(
                "not UTF-8: save the file as CSV UTF-8",
                "pas en UTF-8 : enregistrez le fichier en CSV UTF-8"
            ),
        ),
        Fault::Ended => of_file(
            "FILE_BROKEN",
            line,
            say!(
                "the file breaks off, or is too large: send it anew",
                "le fichier est tronqué ou trop grand : renvoyez-le"
            ),
        ),
    }
}
