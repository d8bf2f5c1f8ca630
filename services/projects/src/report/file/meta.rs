//! What a spreadsheet remembers of where it came from: for which project and period, in which language, and what stood in
//! each row when it was made.

use std::collections::BTreeMap;

use chassis::say::Language;
use sheet::{Content, Hiding, Line as Row, Page, Sheet, Slot, Style};

use super::words::META;

/// The shape of spreadsheets that this code makes; older ones are read as long as their number is known here.
pub(super) const FORMAT: &str = "ensemble-report/1";

/// What a spreadsheet remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meta {
    pub(super) format: String,
    /// Tells one spreadsheet from another.
    pub(super) template: String,
    pub(super) project: String,
    pub(super) reporting_period: String,
    pub(super) language: Language,
    /// When it was made, for people.
    pub(super) issued: String,
    /// The etag of the report then; empty before there was one.
    pub(super) etag: String,
    /// What stood in each row then, by its key; rows that were empty are there too.
    pub(super) rows: BTreeMap<String, String>,
}

/// Stands before what a row held: no spreadsheet program makes a date of `|3/4`.
pub(super) const MARK: &str = "|";

impl Meta {
    fn facts(&self) -> [(&'static str, &str); 7] {
        [
            ("format", &self.format),
            ("template", &self.template),
            ("project", &self.project),
            ("reporting_period", &self.reporting_period),
            ("language", self.language.code()),
            ("issued", &self.issued),
            ("etag", &self.etag),
        ]
    }

    /// The sheet that nobody sees.
    pub(super) fn page(&self) -> Page {
        let text = |text: &str| Slot { content: Content::Text(text.to_owned()), style: Style::Plain };
        let facts = self.facts().map(|(name, fact)| vec![text(name), text(fact)]);
        let rows = self
            .rows
            .iter()
            .map(|(key, value)| vec![text("row"), text(key), text(&format!("{MARK}{value}"))]);
        Page {
            name: META.to_owned(),
            hiding: Hiding::Deep,
            protected: true,
            columns: vec![Default::default(); 3],
            lines: facts.into_iter().chain(rows).map(|slots| Row { slots, height: 0 }).collect(),
            ..Page::default()
        }
    }

    /// Reads what [`page`](Self::page) wrote; nothing of a sheet without a project and a period.
    pub(super) fn read(sheet: &Sheet) -> Option<Self> {
        let mut meta = Self::default();
        for row in sheet.rows() {
            let words = |column| sheet.get(row, column).map(sheet::Value::words).unwrap_or_default();
            if words(0) == "row" {
                let value = words(2);
                meta.rows.insert(words(1), value.strip_prefix(MARK).unwrap_or(&value).to_owned());
            } else {
                meta.set(&words(0), words(1));
            }
        }
        meta.is_complete().then_some(meta)
    }

    pub(super) fn set(&mut self, name: &str, fact: String) {
        match name {
            "format" => self.format = fact,
            "template" => self.template = fact,
            "project" => self.project = fact,
            "reporting_period" => self.reporting_period = fact,
            "language" => self.language = Language::negotiate(&fact),
            "issued" => self.issued = fact,
            "etag" => self.etag = fact,
            _ => {}
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.project.is_empty() && !self.reporting_period.is_empty()
    }
}
