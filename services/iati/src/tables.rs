//! Reads a folder of tables, one CSV per element of an activity, and writes the file of activities that they are: who
//! reads that sees no difference, and what is wrong in it is told by table, line and column.

mod layout;
mod rows;
mod told;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use crate::problem::Problem;
use crate::write::{Element, Origin, POSITIONS, place};
use layout::{DAYS, Part, TABLES, Table};
use rows::{Row, Rows};

/// Bytes of all tables together, decompressed: they are held in memory while they are joined.
const LARGEST: u64 = 128 << 20;
/// The largest number of rows that are told of one by one.
const TOLD: usize = 1000;

/// Why tables cannot be joined.
#[derive(Debug)]
pub enum Refused {
    /// What is wrong with them, all of it.
    Tables(Vec<Problem>),
    /// What they make cannot be written.
    Unwritten(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Unwritten(error)
    }
}

/// Tables that were joined.
#[derive(Debug, Default)]
pub struct Joined {
    /// On which line of the written file what came from which table and line; in order.
    origins: Vec<(u32, Origin)>,
    /// What was not joined, and why; each tells its table and line in `location`.
    pub problems: Vec<Problem>,
    /// Problems beyond those.
    pub left_off: usize,
}

impl Joined {
    /// Where what stands on a line of the written file came from: `indicators.csv:17 indicator_measure`. A place that no
    /// column makes is told as it is.
    #[must_use]
    pub fn place(&self, line: u32, location: &str) -> Option<String> {
        let before = self.origins.partition_point(|(at, _)| *at <= line).checked_sub(1)?;
        let (_, (number, line)) = self.origins.get(before)?;
        let table = TABLES.get(usize::from(*number))?;
        let part = match table.column_at(location) {
            Some(column) => column,
            None if location == table.at => "",
            None => location,
        };
        Some(told::at(table.name, *line, part))
    }

    fn note(&mut self, problem: Problem) {
        match self.problems.len() < TOLD {
            true => self.problems.push(problem),
            false => self.left_off += 1,
        }
    }
}

/// Joins the tables of a folder (`activities.csv` or `activities.csv.gz`, and what else there is), and writes the
/// activities in their order.
///
/// # Errors
/// When a table that is needed, or a column without which nothing can be placed, is missing or cannot be read: then
/// nothing was written; and when the output cannot be written.
pub fn join(folder: &Path, out: &mut impl Write) -> Result<Joined, Refused> {
    let mut joined = Joined::default();
    let mut refused = Vec::new();
    let mut room = LARGEST;
    let mut tables = Vec::new();
    for (number, table) in (0_u8..).zip(TABLES) {
        match rows::read(folder, table, number, &mut room, &mut joined) {
            Ok(rows) => tables.push(rows),
            Err(problems) => refused.extend(problems),
        }
    }
    if refused.is_empty() {
        refused.extend(missing(&tables));
    }
    if !refused.is_empty() {
        return Err(Refused::Tables(refused));
    }
    rows::unknown_files(folder, &mut joined);
    let join = Join { tables: tables.into_iter().flatten().map(|rows| (rows.table.name, rows)).collect() };
    join.orphans(&mut joined);
    join.write(&mut joined, out)?;
    Ok(joined)
}

/// Tables whose rows would belong to nothing.
fn missing(tables: &[Option<Rows>]) -> Vec<Problem> {
    let there: HashSet<&str> = tables.iter().flatten().map(|rows| rows.table.name).collect();
    let needed = TABLES.iter().filter(|table| table.parent().is_none() || there.contains(table.name));
    let needed: HashSet<&str> = needed.map(|table| table.parent().unwrap_or(table.name)).collect();
    let mut missing: Vec<&str> = needed.difference(&there).copied().collect();
    missing.sort_unstable();
    missing.into_iter().map(told::table_missing).collect()
}

/// Tables being joined, by name.
struct Join {
    tables: HashMap<&'static str, Rows>,
}

impl Join {
    /// The rows of a table with these keys, in their order.
    fn of<'r>(&'r self, table: &str, keys: &[&str]) -> impl Iterator<Item = (&'static Table, &'r Row)> {
        let rows = self.tables.get(table);
        rows.into_iter().flat_map(move |rows| rows.of(keys).map(|row| (rows.table, row)))
    }

    /// Tells of rows that belong to nothing.
    fn orphans(&self, joined: &mut Joined) {
        for table in TABLES {
            let Some((rows, parent)) = self.tables.get(table.name).zip(table.parent()) else { continue };
            let Some(parents) = self.tables.get(parent) else { continue };
            let keys: Vec<&str> = parents.table.keys().collect();
            for row in &rows.all {
                let said: Vec<&str> = keys.iter().map(|key| row.get(key)).collect();
                if parents.of(&said).next().is_none() {
                    joined.note(told::orphan(table.name, row.line(), parent, &keys, &said));
                }
            }
        }
    }

    fn write(&self, joined: &mut Joined, out: &mut impl Write) -> io::Result<()> {
        let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<iati-activities version=\"2.03\">\n";
        out.write_all(start.as_bytes())?;
        let mut line = 3;
        for row in self.tables.get("activities").into_iter().flat_map(|rows| &rows.all) {
            let activity = self.activity(row);
            activity.origins(&mut line, &mut joined.origins);
            out.write_all(activity.to_xml().as_bytes())?;
            out.write_all(b"\n")?;
        }
        out.write_all(crate::write::END.as_bytes())
    }

    fn activity(&self, row: &Row) -> Element {
        let mut activity = Element::new("iati-activity").with_origin(row.origin);
        let identifier = row.get("activity_identifier");
        activity.put("iati-identifier", identifier, true);
        let described = self.of("descriptions", &[identifier]).next().is_some();
        for (column, part) in row.parts(&TABLES[0]) {
            match part {
                // Its own table says it better.
                Part::Makes(at) | Part::Of(at) if described && at.starts_with("description/") => {}
                Part::Makes(at) => activity.put(at, row.get(column), true),
                Part::Of(at) => activity.put(at, row.get(column), false),
                Part::Key | Part::Beside => {}
            }
        }
        self.days(&mut activity, row, identifier);
        self.descriptions(&mut activity, identifier);
        for name in ["participating_orgs", "locations", "sectors", "budgets", "transactions", "documents"] {
            for (table, row) in self.of(name, &[identifier]) {
                activity.push(element(table, row));
            }
        }
        for (table, row) in self.of("results", &[identifier]) {
            activity.push(self.result(table, row, identifier));
        }
        activity.sort_by_key(place);
        activity
    }

    fn days(&self, activity: &mut Element, row: &Row, identifier: &str) {
        let mut dated = false;
        for (table, row) in self.of("activity_date", &[identifier]) {
            activity.push(element(table, row));
            dated = true;
        }
        for (column, kind) in DAYS.iter().filter(|_| !dated) {
            let day = row.get(column);
            if !day.is_empty() {
                activity.push(Element::new("activity-date").with("iso-date", day).with("type", *kind));
            }
        }
    }

    /// Rows of one type and number are one text in several languages.
    fn descriptions(&self, activity: &mut Element, identifier: &str) {
        let mut last = None;
        for (table, row) in self.of("descriptions", &[identifier]) {
            let one = (row.get("description_type"), row.get("description_sequence"));
            match activity.last_mut().filter(|_| last == Some(one)) {
                Some(same) => {
                    same.put("narrative", row.get("narrative"), true);
                    if !row.get("narrative_lang").is_empty() {
                        same.put("narrative/@xml:lang", row.get("narrative_lang"), false);
                    }
                }
                None => activity.push(element(table, row)),
            }
            last = Some(one);
        }
    }

    fn result(&self, table: &'static Table, row: &Row, activity: &str) -> Element {
        let mut result = element(table, row);
        let result_ref = row.get("result_ref");
        for (table, row) in self.of("indicators", &[activity, result_ref]) {
            let mut indicator = element(table, row);
            for (table, row) in
                self.of("indicator_periods", &[activity, result_ref, row.get("indicator_ref")])
            {
                indicator.push(element(table, row));
            }
            result.push(indicator);
        }
        result
    }
}

/// The element that a row is.
fn element(table: &'static Table, row: &Row) -> Element {
    let mut element = Element::new(table.element()).with_origin(row.origin);
    for (column, part) in row.parts(table) {
        let value = row.get(column);
        match part {
            Part::Makes("point/pos") => {
                element.put("point/@srsName", POSITIONS, true);
                // Some tables split `lat, lon` at its space.
                let latitude = value.trim_end_matches(',');
                element.put("point/pos", format!("{latitude} {}", row.get("longitude")).trim(), true);
            }
            Part::Makes(at) => element.put(at, value, true),
            Part::Of(at) => element.put(at, value, false),
            Part::Key | Part::Beside => {}
        }
    }
    element
}

#[cfg(test)]
mod tests;
