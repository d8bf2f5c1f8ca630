//! The same as a plain table, for programs: CSV with a name of a field over each column, and all that the spreadsheet
//! remembers in every row.

use std::collections::BTreeMap;

use chassis::error::Result;
use chassis::say;
use chassis::say::Language;
use sheet::{Content, Dialect, Sheet, Value, Workbook};

use super::line::{self, Figures};
use super::meta::{FORMAT, MARK};
use super::reading::{self, Filled, Row};
use super::story::{self, Answer};
use super::template::{self, Ask};
use super::words::{Column, QUESTIONS};

/// The names of the columns.
const HEADS: [&str; 16] = [
    "key",
    "indicator",
    "breakdown",
    "unit",
    "baseline",
    "target",
    "last_value",
    "value_before",
    "value",
    "of",
    "comment",
    "project",
    "reporting_period",
    "language",
    "format",
    "issued",
];

fn column(head: &str) -> usize {
    HEADS.iter().position(|known| *known == head).unwrap_or_default()
}

impl Ask<'_> {
    /// The CSV file: in French, as French spreadsheet programs open it.
    pub(super) fn table(&self) -> Vec<u8> {
        let lines = line::lines(self.ground, self.report);
        let meta = self.meta(&lines);
        let (now, past) = (self.report.map_or_else(Figures::none, Figures::of), line::past(self.ground));
        let text = |text: &str| Value::Text(text.to_owned());
        let fact = |fact: &str| {
            let facts = [
                ("project", &meta.project),
                ("reporting_period", &meta.reporting_period),
                ("format", &meta.format),
                ("issued", &meta.issued),
            ];
            let found = facts.iter().find(|(known, _)| *known == fact).map(|(_, fact)| text(fact));
            found.unwrap_or_else(|| text(self.language.code()))
        };
        let mut rows = vec![HEADS.map(text).to_vec()];
        for line in &lines {
            let shown =
                |value: Option<&_>| value.map_or_else(|| text(""), |value| typed(&template::known(value)));
            let (value, of) = self.inputs(line, &now);
            let before = line.within(&now).map(line::written).unwrap_or_default();
            let figure = now.get(line.promise).filter(|_| line.is_total());
            let comment = figure.map_or("", |figure| match figure.no_value_reason.as_str() {
                "" => figure.comment.as_str(),
                reason => reason,
            });
            rows.push(
                HEADS
                    .iter()
                    .map(|head| match *head {
                        "key" => text(&line.key),
                        "indicator" => text(&line.title(self.language)),
                        "breakdown" => text(&line.part(self.language)),
                        "unit" => text(line.unit()),
                        "baseline" => shown(line.baseline()),
                        "target" => shown(line.target(self.ground)),
                        "last_value" => shown(line.last(&past)),
                        "value_before" => text(&format!("{MARK}{before}")),
                        "value" => typed(&value.content),
                        "of" => typed(&of.content),
                        "comment" => text(comment),
                        other => fact(other),
                    })
                    .collect(),
            );
        }
        for (field, _) in QUESTIONS {
            let told = self.report.and_then(|report| story::narrative(&report.narrative, field));
            let own = told.and_then(|told| Some(told.translations.get(self.language.code())?.text.clone()));
            let mut row: Vec<Value> = HEADS.map(|_| text("")).to_vec();
            row[column("key")] = text(&format!("narrative.{field}"));
            row[column("value")] = text(&own.unwrap_or_default());
            for head in &HEADS[column("project")..] {
                row[column(head)] = fact(head);
            }
            rows.push(row);
        }
        let dialect = if self.language == Language::Fr { Dialect::French } else { Dialect::Plain };
        sheet::write_delimited(&rows, dialect)
    }
}

fn typed(content: &Content) -> Value {
    match content {
        Content::Number(number) => Value::Number(*number),
        Content::Text(text) => Value::Text(text.clone()),
        _ => Value::Text(String::new()),
    }
}

/// Reads such a table, also out of a spreadsheet that it was pasted into.
pub(super) fn read(workbook: &Workbook) -> Result<Filled> {
    let tables = workbook.sheets.iter().filter_map(|sheet| Some((sheet, heads(sheet)?)));
    let mut tables: Vec<(&Sheet, BTreeMap<&str, u32>)> = tables.collect();
    let Some((sheet, heads)) = tables.pop().filter(|_| tables.is_empty()) else {
        return Err(reading::refused(say!(
            "not a report template, or its hidden sheet _meta is gone: take the template again, and copy the columns Value, Out of and Comment into it",
            "ce n'est pas un modèle de rapport, ou sa feuille masquée _meta a disparu : reprenez le modèle et recopiez-y les colonnes Valeur, Sur et Commentaire"
        )));
    };
    let mut filled = Filled::default();
    filled.ignored.extend(
        workbook.sheets.iter().filter(|other| other.name != sheet.name).map(|other| other.name.clone()),
    );
    for (column, value) in sheet.row(0) {
        if !heads.values().any(|known| *known == column) {
            filled.ignored.push(format!("{} ({})", sheet.place(0, column), value.shown()));
        }
    }
    let places = [(Column::Value, "value"), (Column::Of, "of"), (Column::Comment, "comment")];
    let columns: BTreeMap<Column, u32> =
        places.iter().filter_map(|(column, head)| Some((*column, *heads.get(head)?))).collect();
    for number in sheet.rows().into_iter().filter(|number| *number > 0) {
        let cell = |head: &str| heads.get(head).and_then(|column| sheet.get(number, *column));
        let words = |head: &str| cell(head).map(Value::words).unwrap_or_default();
        let key = words("key");
        for head in ["project", "reporting_period", "language", "format", "issued"] {
            let fact = words(head);
            let (project, period) = (&filled.meta.project, &filled.meta.reporting_period);
            let known = match head {
                "project" => project,
                "reporting_period" => period,
                _ => "",
            };
            if !known.is_empty() && !fact.is_empty() && *known != fact {
                return Err(reading::refused(say!(
                    "the rows are of several reports: send one file for each",
                    "les lignes sont de plusieurs rapports : envoyez un fichier pour chacun"
                )));
            }
            if !fact.is_empty() {
                filled.meta.set(head, fact);
            }
        }
        if key.starts_with("narrative.") {
            let mut cells = <[Option<Value>; story::CELLS as usize]>::default();
            cells[0] = cell("value").cloned();
            filled.story.insert(key, Answer { sheet: sheet.name.clone(), row: number, cells });
            continue;
        }
        let before = words("value_before");
        filled.meta.rows.insert(key.clone(), before.strip_prefix(MARK).unwrap_or(&before).to_owned());
        let row = Row {
            sheet: sheet.name.clone(),
            row: number,
            columns: columns.clone(),
            value: cell("value").cloned(),
            of: cell("of").cloned(),
            comment: words("comment"),
        };
        reading::keep(&mut filled, key, row);
    }
    match filled.meta.is_complete() {
        true if filled.meta.format == FORMAT => Ok(filled),
        true => Err(reading::unreadable(&filled.meta.format)),
        false => Err(reading::refused(say!(
            "the columns project and reporting_period are empty: take the template again",
            "les colonnes project et reporting_period sont vides : reprenez le modèle"
        ))),
    }
}

/// Where the columns of a table stand; nothing of a sheet that is none.
fn heads(sheet: &Sheet) -> Option<BTreeMap<&'static str, u32>> {
    let named = sheet.row(0).filter_map(|(column, value)| {
        let said = value.words();
        HEADS.iter().find(|head| **head == said).map(|head| (*head, column))
    });
    let heads: BTreeMap<&str, u32> = named.collect();
    ["key", "value", "project", "reporting_period"]
        .iter()
        .all(|head| heads.contains_key(head))
        .then_some(heads)
}
