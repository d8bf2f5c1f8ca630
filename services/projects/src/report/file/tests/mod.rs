//! The round trip of a spreadsheet, as people make it.

mod checked;
mod made;
mod moved;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use chassis::say::Language;
use proto::common::LocalizedText;
use proto::projects as pb;
use proto::projects::indicator::{Source, TimeAggregation};
use sheet::{Book, Content, Limits, Line as Row, Page, Slot, Style, Value, Workbook};
use testing::{day, said};

use super::super::ground::Ground;
use super::super::row::Model;
use super::super::rules;
use super::super::tests as reports;
use super::super::tests::{number, promise, reporter};
use super::check::{self, Verdict};
use super::reading::{self, Filled};
use super::template::Ask;
use crate::project_indicator::row::Model as Promise;

/// People by sex, a share, words, and one that the registry computes.
fn ground() -> Ground {
    let named = |id: &str, time| {
        let mut promise = promise(id, time);
        promise.name = format!("projects/p/projectIndicators/{id}");
        promise
    };
    let library = |promise: &mut Promise| promise.told.library.clone().unwrap();
    let mut people = named("i", TimeAggregation::Sum);
    let mut titled = library(&mut people);
    titled.title = both("People helped", "Personnes accompagnées").into();
    titled.unit = "person".to_owned();
    people.told.library = Some(titled);
    let mut share = named("share", TimeAggregation::Latest);
    let mut shared = library(&mut share);
    shared.entity_aggregation = pb::indicator::EntityAggregation::Ratio.into();
    shared.measure = "2".to_owned();
    shared.dimensions = Default::default();
    share.told.library = Some(shared);
    share.targets = Default::default();
    share.baseline = Default::default();
    let mut words = named("words", TimeAggregation::None);
    let mut worded = library(&mut words);
    worded.measure = "5".to_owned();
    words.told.library = Some(worded);
    words.targets = Default::default();
    words.baseline = Default::default();
    let mut computed = named("computed", TimeAggregation::Sum);
    let mut system = library(&mut computed);
    system.source = Source::System.into();
    computed.told.library = Some(system);
    computed.targets = Default::default();
    Ground { promises: vec![people, share, words, computed], ..reports::ground() }
}

fn both(en: &str, fr: &str) -> LocalizedText {
    said(&[("en", en), ("fr", fr)])
}

fn figure(id: &str, actual: Option<pb::IndicatorValue>) -> pb::ReportValue {
    pb::ReportValue {
        project_indicator: format!("projects/p/projectIndicators/{id}"),
        actual,
        ..Default::default()
    }
}

fn cell(code: &str, value: &str) -> pb::Cell {
    let coordinates = vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() }];
    pb::Cell { coordinates, value: Some(number(value)), suppressed: false }
}

/// A report of the period that says something everywhere.
fn full(ground: &Ground) -> Model {
    let mut people = figure("i", Some(number("12.5")));
    people.cells = vec![cell("FEMALE", "7.5"), cell("MALE", "5"), cell("OTHER", "0")];
    people.comment = "=SOMME(A1) n'est pas une formule".to_owned();
    let mut share = figure("share", None);
    share.no_value_reason = "l'enquête n'est pas finie".to_owned();
    let kind = Some(pb::indicator_value::Kind::Text("Mieux.\nBien mieux.".to_owned()));
    let words = figure("words", Some(pb::IndicatorValue { kind }));
    let rating = |declared: pb::report::Rating, why: &str| {
        Some(pb::ReportRating {
            declared: declared.into(),
            override_reason: why.to_owned(),
            ..Default::default()
        })
    };
    let action = pb::CorrectiveAction {
        text: "Recruter".to_owned(),
        owner: reports::LEAD.to_owned(),
        due_date: Some(day("2026-09-30").to_date()),
        done: true,
    };
    let mut proof = reports::proof();
    proof.kind = proto::common::evidence::Kind::Survey.into();
    proof.issue_date = Some(day("2026-06-01").to_date());
    proof.sha256 = "0".repeat(64);
    let draft = pb::Report {
        reporting_period: ground.period.as_ref().unwrap().name.clone(),
        values: vec![people, share, words],
        narrative: Some(pb::ReportNarrative {
            progress: Some(both("Much was done.", "Beaucoup a été fait.")),
            lessons: Some(both("One.", "Un.")),
            ..Default::default()
        }),
        ratings: Some(pb::ReportRatings {
            schedule: rating(pb::report::Rating::Green, "le retard est rattrapé"),
            budget: rating(pb::report::Rating::Amber, ""),
            ..Default::default()
        }),
        corrective_actions: vec![action],
        evidence: vec![proof],
        ..Default::default()
    };
    rules::create("r", &draft, ground, &reporter()).unwrap()
}

fn ask<'a>(ground: &'a Ground, report: Option<&'a Model>, language: Language) -> Ask<'a> {
    Ask { ground, report, language, id: "t".to_owned(), issued: "2026-07-05 12:00 UTC".to_owned() }
}

fn template(ground: &Ground, report: Option<&Model>, language: Language) -> Workbook {
    open(&ask(ground, report, language).book().write().unwrap())
}

fn open(file: &[u8]) -> Workbook {
    sheet::read(file, &Limits::default()).unwrap()
}

/// The cells of a sheet, by row and column.
type Cells = BTreeMap<(u32, u32), Value>;

/// A spreadsheet as a program keeps it: cells, by the name of their sheet.
struct Desk(Vec<(String, Cells)>);

impl Desk {
    fn of(workbook: &Workbook) -> Self {
        let cells = |sheet: &sheet::Sheet| {
            let cells = sheet.cells().map(|(row, column, value)| ((row, column), value.clone()));
            (sheet.name.clone(), cells.collect())
        };
        Self(workbook.sheets.iter().map(cells).collect())
    }

    fn sheet(&mut self, name: &str) -> &mut Cells {
        &mut self.0.iter_mut().find(|(known, _)| known == name).unwrap().1
    }

    /// The row that has a key.
    fn row(&mut self, sheet: &str, key: &str) -> u32 {
        let found =
            self.sheet(sheet).iter().find(|((_, column), value)| *column == 0 && value.words() == key);
        found.unwrap_or_else(|| panic!("{key}")).0.0
    }

    fn type_in(&mut self, sheet: &str, key: &str, column: u32, value: Option<Value>) {
        let at = (self.row(sheet, key), column);
        match value {
            Some(value) => drop(self.sheet(sheet).insert(at, value)),
            None => drop(self.sheet(sheet).remove(&at)),
        }
    }

    /// A value into the French report.
    fn value(&mut self, key: &str, value: impl Into<Typed>) {
        self.type_in("Rapport", key, VALUE, value.into().0);
    }

    fn comment(&mut self, key: &str, comment: &str) {
        self.type_in("Rapport", key, COMMENT, Some(Value::Text(comment.to_owned())));
    }

    fn xlsx(&self) -> Vec<u8> {
        let page = |(name, cells): &(String, Cells)| {
            let mut lines: Vec<Row> = Vec::new();
            for ((row, column), value) in cells {
                let (row, column) = (*row as usize, *column as usize);
                lines.resize_with(lines.len().max(row + 1), Row::default);
                let slots = &mut lines[row].slots;
                slots.resize_with(slots.len().max(column + 1), Slot::default);
                slots[column].content = match value {
                    Value::Number(number) => Content::Number(*number),
                    Value::Date(day) => Content::Date(*day),
                    other => Content::Text(other.words()),
                };
                slots[column].style = Style::Input;
            }
            Page { name: name.clone(), lines, ..Page::default() }
        };
        Book { title: String::new(), pages: self.0.iter().map(page).collect() }.write().unwrap()
    }

    fn ods(&self) -> Vec<u8> {
        let mut tables = String::new();
        for (name, cells) in &self.0 {
            write!(tables, r#"<table:table table:name="{name}">"#).unwrap();
            let mut row = 0;
            for at in cells.keys().map(|(row, _)| *row).collect::<std::collections::BTreeSet<_>>() {
                write!(tables, r#"<table:table-row table:number-rows-repeated="{}"/>"#, at - row).unwrap();
                tables += "<table:table-row>";
                let mut column = 0;
                for ((_, place), value) in cells.range((at, 0)..=(at, u32::MAX)) {
                    write!(
                        tables,
                        r#"<table:table-cell table:number-columns-repeated="{}"/>"#,
                        place - column
                    )
                    .unwrap();
                    let words = value.words().replace('&', "&amp;").replace('<', "&lt;");
                    let lines: String =
                        words.lines().map(|line| format!("<text:p>{line}</text:p>")).collect();
                    match value {
                        Value::Number(number) => write!(
                            tables,
                            r#"<table:table-cell office:value-type="float" office:value="{number}"/>"#
                        ),
                        Value::Date(day) => write!(
                            tables,
                            r#"<table:table-cell office:value-type="date" office:date-value="{day}"/>"#
                        ),
                        _ => write!(
                            tables,
                            r#"<table:table-cell office:value-type="string">{lines}</table:table-cell>"#
                        ),
                    }
                    .unwrap();
                    column = place + 1;
                }
                tables += "</table:table-row>";
                row = at + 1;
            }
            tables += "</table:table>";
        }
        // A repeat of nothing is no repeat.
        let tables = tables
            .replace(r#"<table:table-row table:number-rows-repeated="0"/>"#, "")
            .replace(r#"<table:table-cell table:number-columns-repeated="0"/>"#, "");
        let content = format!(
            r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">{tables}</office:document-content>"#
        );
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in
            [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]
        {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn filled(&self) -> Filled {
        reading::read(&open(&self.xlsx())).unwrap()
    }

    fn check(&self, ground: &Ground, current: Option<&Model>) -> Verdict {
        check::check(&self.filled(), ground, current)
    }
}

const VALUE: u32 = 7;
const OF: u32 = 8;
const COMMENT: u32 = 9;

/// What is typed into a cell.
struct Typed(Option<Value>);

impl From<i64> for Typed {
    fn from(number: i64) -> Self {
        Self(Some(Value::Number(number.into())))
    }
}

impl From<&str> for Typed {
    fn from(text: &str) -> Self {
        Self((!text.is_empty()).then(|| Value::Text(text.to_owned())))
    }
}

/// What is wrong, as `code cell`.
fn wrong(verdict: &Verdict) -> Vec<String> {
    let shown = |problem: &sheet::Problem| {
        let place = problem.place.as_ref().map(sheet::Place::shown).unwrap_or_default();
        format!("{} {place}", problem.code)
    };
    verdict.problems.0.iter().map(shown).collect()
}
