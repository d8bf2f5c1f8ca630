//! Open Document spreadsheets. Cells and rows are written with how often they repeat: they are counted before they are made.

use chassis::error::Result;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::cell::{Value, measured};
use crate::date;
use crate::package::{Limits, Package, encrypted, has_links, has_macros};
use crate::refusal::damaged;
use crate::workbook::{Kind, Room, Sheet, Workbook, unknown};

/// Spaces that one element may stand for.
const MOST_SPACES: usize = 1000;

pub(crate) fn read(mut package: Package<'_>, limits: &Limits) -> Result<Workbook> {
    if let Some(manifest) = package.text("META-INF/manifest.xml")?
        && manifest.contains("encryption-data")
    {
        return Err(encrypted());
    }
    let kind = package.text("mimetype")?.unwrap_or_default();
    if !kind.trim().starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        return Err(unknown());
    }
    if package.has_below("Basic/") || package.has_below("Scripts/") {
        return Err(has_macros());
    }
    let content = package.text("content.xml")?.ok_or_else(damaged)?;
    let mut reading = Reading::new(limits);
    let mut reader = quick_xml::Reader::from_str(&content);
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(tag) if is_skipped(&tag, reading.cell.is_some()) => {
                reader.read_to_end(tag.name()).map_err(|_| damaged())?;
            }
            Event::Start(tag) => reading.open(&tag)?,
            Event::Empty(tag) => {
                reading.open(&tag)?;
                reading.close(tag.name().as_ref())?;
            }
            Event::End(tag) => reading.close(tag.name().as_ref())?,
            Event::Text(text) => reading.say(&text.xml10_content()),
            Event::CData(text) => reading.say(&text),
            Event::GeneralRef(name) => {
                let said = match quick_xml::escape::resolve_predefined_entity(&name) {
                    Some(said) => said.to_owned(),
                    None => name.resolve_char_ref().map_err(|_| damaged())?.ok_or_else(damaged)?.to_string(),
                };
                reading.say(&said);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
        }
    }
    Ok(Workbook { kind: Kind::Ods, sheets: reading.sheets })
}

/// What is in a sheet and not in its cells: remarks, drawings, history.
fn is_skipped(tag: &BytesStart<'_>, in_cell: bool) -> bool {
    match tag.name().as_ref() {
        "office:annotation" | "table:tracked-changes" | "table:shapes" | "office:forms" => true,
        "table:table" => in_cell,
        name => name.starts_with("draw:"),
    }
}

struct Reading<'l> {
    room: Room<'l>,
    sheets: Vec<Sheet>,
    in_sheet: bool,
    row: u32,
    row_repeats: u32,
    column: u32,
    /// The cells of the row that are not empty, with how often they repeat.
    cells: Vec<(u32, u32, Value)>,
    cell: Option<Cell>,
}

#[derive(Default)]
struct Cell {
    repeats: u32,
    kind: String,
    value: String,
    formula: String,
    text: String,
    paragraphs: usize,
    in_paragraph: bool,
    fault: bool,
}

impl<'l> Reading<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            room: Room::new(limits),
            sheets: Vec::new(),
            in_sheet: false,
            row: 0,
            row_repeats: 1,
            column: 0,
            cells: Vec::new(),
            cell: None,
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        match tag.name().as_ref() {
            "table:table-source" | "table:cell-range-source" | "table:dde-link" => return Err(has_links()),
            "table:table" => {
                self.room.sheets(self.sheets.len() + 1)?;
                self.sheets.push(Sheet::named(attribute(tag, "table:name")?.unwrap_or_default()));
                (self.in_sheet, self.row) = (true, 0);
            }
            "table:table-row" if self.in_sheet => {
                self.row_repeats = repeats(tag, "table:number-rows-repeated")?;
                self.column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" if self.in_sheet => {
                self.cell = Some(Cell::of(tag)?);
            }
            other => {
                if let Some(cell) = &mut self.cell {
                    cell.open(other, tag)?;
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<()> {
        match name {
            "table:table" => self.in_sheet = false,
            "table:table-row" if self.in_sheet => self.end_row()?,
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    let repeats = cell.repeats;
                    if let Some(value) = cell.value() {
                        self.cells.push((self.column, repeats, value));
                    }
                    self.column = self.column.saturating_add(repeats);
                }
            }
            "text:p" => {
                if let Some(cell) = &mut self.cell {
                    cell.in_paragraph = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        let cells = std::mem::take(&mut self.cells);
        if let (false, Some(sheet)) = (cells.is_empty(), self.sheets.last_mut()) {
            for row in self.row..self.row.saturating_add(self.row_repeats) {
                for (column, repeats, value) in &cells {
                    for column in *column..column.saturating_add(*repeats) {
                        self.room.put(sheet, row, column, value.clone())?;
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeats);
        Ok(())
    }

    fn say(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.in_paragraph) {
            cell.text.push_str(text);
        }
    }
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Result<Self> {
        let said = |name| attribute(tag, name).map(Option::unwrap_or_default);
        let kind = said("office:value-type")?;
        let value = match kind.as_str() {
            "date" => said("office:date-value")?,
            "boolean" => said("office:boolean-value")?,
            "time" => said("office:time-value")?,
            "string" => said("office:string-value")?,
            _ => said("office:value")?,
        };
        Ok(Self {
            repeats: repeats(tag, "table:number-columns-repeated")?,
            formula: said("table:formula")?,
            fault: said("calcext:value-type")? == "error",
            kind,
            value,
            ..Self::default()
        })
    }

    fn open(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<()> {
        match name {
            "text:p" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.in_paragraph = true;
            }
            "text:s" => {
                let spaces = attribute(tag, "text:c")?.and_then(|count| count.parse().ok()).unwrap_or(1);
                self.text.extend(std::iter::repeat_n(' ', spaces.min(MOST_SPACES)));
            }
            "text:tab" => self.text.push('\t'),
            "text:line-break" => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    fn value(self) -> Option<Value> {
        let text = if self.value.is_empty() || self.kind != "string" { &self.text } else { &self.value };
        if self.fault {
            return Some(Value::Fault(self.text));
        }
        match self.kind.as_str() {
            "float" | "percentage" | "currency" => {
                Some(self.value.parse().map_or_else(|_| Value::Text(self.text), measured))
            }
            "date" => Some(date::iso(&self.value).map_or_else(|| Value::Text(self.text), Value::Date)),
            "boolean" => Some(Value::Truth(self.value == "true")),
            _ if !text.is_empty() => Some(Value::Text(text.clone())),
            "string" => None,
            _ if !self.formula.is_empty() => Some(Value::Fault(self.formula)),
            _ => None,
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
    let found = tag.try_get_attribute(name).map_err(|_| damaged())?;
    let value = found.map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0));
    Ok(value.transpose().map_err(|_| damaged())?.map(|value| value.into_owned()))
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> Result<u32> {
    attribute(tag, name)?.map_or(Ok(1), |count| count.parse().map_err(|_| damaged()))
}
