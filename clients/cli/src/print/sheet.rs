//! CSV: RFC 4180 by default, what a French Excel opens on demand; cells never become formulas.

use prost_reflect::DynamicMessage;

use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::{Output, table};

pub(crate) fn render(output: &Output, columns: &[String], items: &[DynamicMessage]) -> Result<String> {
    let reader = Reader { language: output.language, person: false };
    let rows = items
        .iter()
        .map(|item| columns.iter().map(|path| cell::at(item, path, reader)).collect())
        .collect::<Vec<_>>();
    write(output, columns, &rows)
}

pub(crate) fn facts(output: &Output, columns: &[&str], rows: &[serde_json::Value]) -> Result<String> {
    let keys: Vec<String> = columns.iter().map(|key| (*key).to_owned()).collect();
    let rows = rows
        .iter()
        .map(|row| keys.iter().map(|key| table::plain(&row[key.as_str()])).collect())
        .collect::<Vec<_>>();
    write(output, &keys, &rows)
}

/// Rows of cells under their headings.
pub(crate) fn write(output: &Output, headings: &[String], rows: &[Vec<String>]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(if output.excel_fr { b';' } else { b',' })
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: csv::Error| std::io::Error::other(error);
    if output.header {
        writer.write_record(headings).map_err(failed)?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    let mark = if output.excel_fr { "\u{feff}" } else { "" };
    Ok(format!("{mark}{}", String::from_utf8_lossy(&bytes)))
}

/// A cell that a spreadsheet would run is shown as text instead; numbers stay numbers.
pub(crate) fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
