//! Digital-inclusion places in the French national format (lieux de médiation numérique, Table Schema 1.0.2): CSV as its schema has
//! it, or JSON; with the names of its first version too. Read into records of cells, each with its line and its column.
//!
//! ```
//! let file = "id,nom,commune\n1,Le Fablab,Apt\n".as_bytes();
//! let read = iati::places::read(file, iati::Limits::default());
//! assert_eq!(read.records[0].get("nom"), "Le Fablab");
//! ```

mod told;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};

use flate2::read::MultiGzDecoder;

use crate::decode::Fault;
use crate::item::Limits;
use crate::problem::{Problem, Severity};
use crate::records::{self, Node, Piece, Shape};

/// The columns of the national schema, in its order.
pub const COLUMNS: [&str; 32] = [
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "typologie",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "presentation_resume",
    "presentation_detail",
    "source",
    "itinerance",
    "structure_parente",
    "date_maj",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "fiche_acces_libre",
    "prise_rdv",
];

/// What columns were called in the first version.
const FORMERLY: [(&str, &str); 5] = [
    ("publics_accueillis", "publics_specifiquement_adresses"),
    ("conditions_acces", "frais_a_charge"),
    ("labels_nationaux", "dispositif_programmes_nationaux"),
    ("labels_autres", "autres_formations_labels"),
    ("courriel", "courriels"),
];

/// Those without which there is no place to speak of.
const LEAST: [&str; 2] = ["id", "nom"];

/// The column of the schema that a file calls so.
#[must_use]
pub fn column(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let now = FORMERLY.iter().find(|(before, _)| *before == name).map_or(name, |(_, now)| now);
    COLUMNS.iter().find(|column| **column == now).copied()
}

/// A file of places, read whole.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its records, in their order.
    pub records: Vec<Record>,
    /// What is wrong with the file as a whole.
    pub problems: Vec<Problem>,
}

/// What a file says of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The line where it begins, from 1.
    pub line: u32,
    cells: BTreeMap<&'static str, Cell>,
}

/// A cell that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    /// What the file calls its column.
    called: String,
    line: u32,
    value: String,
}

impl Record {
    /// What a column says, trimmed; nothing where it says nothing.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", |cell| cell.value.as_str())
    }

    /// What the file calls a column.
    #[must_use]
    pub fn called<'r>(&'r self, column: &'r str) -> &'r str {
        self.cells.get(column).map_or(column, |cell| cell.called.as_str())
    }

    /// A problem of what a column says, or lacks.
    #[must_use]
    pub fn problem(
        &self,
        column: &str,
        severity: Severity,
        code: &'static str,
        found: &str,
        (en, fr): (String, String),
    ) -> Problem {
        let line = self.cells.get(column).map_or(self.line, |cell| cell.line);
        let problem = Problem::new(severity, code, line, en, fr);
        problem.at(self.called(column)).found(found).of(self.get("id"))
    }

    fn put(&mut self, called: &str, line: u32, value: &str) {
        let (Some(column), value) = (column(called), value.trim()) else { return };
        if !value.is_empty() {
            self.cells.insert(column, Cell { called: called.to_owned(), line, value: value.to_owned() });
        }
    }
}

const LIST: Shape = Shape {
    list: None,
    expected: ("a JSON list of places, between [ and ]", "une liste JSON de lieux, entre [ et ],"),
    several: ("places", "lieux"),
};

/// Reads a file of places, plain or gzip, within limits.
pub fn read<R: Read>(source: R, limits: Limits) -> File {
    let bytes = match bytes(source, limits.total) {
        Ok(bytes) => bytes,
        Err(fault) => return refused(fault.at(1)),
    };
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
    match text.trim_ascii_start().first() {
        Some(b'[' | b'{') => of_json(text, limits),
        _ => of_csv(&bytes, limits),
    }
}

/// All of a file, decompressed.
fn bytes(source: impl Read, most: u64) -> Result<Vec<u8>, Fault> {
    let mut source = BufReader::new(source);
    let packed = source.fill_buf().map_err(Fault::Unreadable)?.starts_with(&[0x1f, 0x8b]);
    let (mut bytes, within) = (Vec::new(), most.saturating_add(1));
    match packed {
        true => MultiGzDecoder::new(source).take(within).read_to_end(&mut bytes).map_err(Fault::Gzip)?,
        false => source.take(within).read_to_end(&mut bytes).map_err(Fault::Unreadable)?,
    };
    if bytes.len() as u64 > most { Err(Fault::TooLarge(most)) } else { Ok(bytes) }
}

fn refused(problem: Problem) -> File {
    File { records: Vec::new(), problems: vec![problem] }
}

fn of_json(text: &[u8], limits: Limits) -> File {
    let mut file = File::default();
    let mut unknown = BTreeMap::new();
    records::read(&LIST, text, limits, |piece| {
        match piece {
            Piece::Problem(problem) => file.problems.push(problem),
            Piece::Record { text, index, line } => {
                let node = Node::record(text, line, index.to_string());
                let mut record = Record { line, ..Record::default() };
                let Some(fields) = node.object() else {
                    file.problems.push(told::no_object(line));
                    return true;
                };
                for (name, value) in fields {
                    let said = value.string().or_else(|| value.number().map(str::to_owned));
                    match (said, column(&name)) {
                        (Some(said), Some(_)) => record.put(&name, value.line(), &said),
                        (_, None) => drop(unknown.entry(name).or_insert(value.line())),
                        (None, Some(_)) => file.problems.push(told::no_text(&name, value.line())),
                    }
                }
                file.records.push(record);
            }
        }
        true
    });
    file.problems.extend(unknown.into_iter().map(|(name, line)| told::unknown(&name, line)));
    file
}

fn of_csv(text: &[u8], limits: Limits) -> File {
    let Some(text) = delimited::Text::of(text) else { return refused(told::no_table()) };
    let mut rows = text.records();
    let Some(Ok(head)) = rows.next() else { return refused(told::no_table()) };
    let heads: Vec<String> = head.fields.iter().map(|name| name.trim().to_owned()).collect();
    let mut file = File::default();
    for name in LEAST.iter().filter(|name| !heads.iter().any(|head| column(head) == Some(**name))) {
        file.problems.push(told::no_column(name, head.line));
    }
    if !file.problems.is_empty() {
        return file;
    }
    for name in heads.iter().filter(|name| !name.is_empty() && column(name).is_none()) {
        file.problems.push(told::unknown(name, head.line));
    }
    for row in rows {
        let Ok(row) = row else {
            file.problems.push(told::cut_short());
            break;
        };
        if file.records.len() == limits.records {
            file.problems.push(told::too_many(limits.records, row.line));
            break;
        }
        let mut record = Record { line: row.line, ..Record::default() };
        for (name, value) in heads.iter().zip(row.fields.iter()) {
            record.put(name, row.line, value);
        }
        if row.fields.len() > heads.len() {
            file.problems.push(told::too_wide(row.line));
        }
        file.records.push(record);
    }
    file
}

#[cfg(test)]
mod tests;
