//! XLSX, by way of calamine, a cell at a time.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, Xlsx, XlsxFormulaMetadata};
use chassis::error::Result;

use crate::cell::{Value, measured};
use crate::date;
use crate::package::{Limits, Package, encrypted, has_links, has_macros};
use crate::refusal::damaged;
use crate::workbook::{Kind, Room, Sheet, Workbook};

pub(crate) fn read(mut package: Package<'_>, file: &[u8], limits: &Limits) -> Result<Workbook> {
    let types = package.text("[Content_Types].xml")?.ok_or_else(damaged)?;
    if package.has("xl/vbaProject.bin")
        || types.contains("macroEnabled")
        || package.has_below("xl/macrosheets/")
    {
        return Err(has_macros());
    }
    if package.has_below("xl/externalLinks/") || package.has("xl/connections.xml") {
        return Err(has_links());
    }
    drop(package);
    // A parser that meets what nobody foresaw may stop short; the file is then as good as damaged.
    catch_unwind(AssertUnwindSafe(|| parse(file, limits))).unwrap_or_else(|_| Err(damaged()))
}

fn parse(file: &[u8], limits: &Limits) -> Result<Workbook> {
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(wrong)?;
    let mut room = Room::new(limits);
    let listed = xlsx.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = listed.map(|sheet| sheet.name.clone()).collect();
    room.sheets(names.len())?;
    let mut sheets = Vec::with_capacity(names.len());
    for name in names {
        let mut sheet = Sheet::named(name.clone());
        let mut cells = xlsx.worksheet_cells_reader(&name).map_err(wrong)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(wrong)? {
            if let Some(value) = value(&cell.value, cell.formula.as_ref()) {
                room.put(&mut sheet, cell.pos.0, cell.pos.1, value)?;
            }
        }
        sheets.push(sheet);
    }
    Ok(Workbook { kind: Kind::Xlsx, sheets })
}

fn value(found: &DataRef<'_>, formula: Option<&XlsxFormulaMetadata>) -> Option<Value> {
    Some(match found {
        DataRef::Int(number) => Value::Number((*number).into()),
        DataRef::Float(number) => measured(*number),
        DataRef::String(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Bool(truth) => Value::Truth(*truth),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            date::of(i32::from(year), month.into(), day.into())
                .map_or_else(|| measured(moment.as_f64()), Value::Date)
        }
        DataRef::DateTime(moment) => measured(moment.as_f64()),
        DataRef::DateTimeIso(text) => date::iso(text).map_or_else(|| Value::Text(text.clone()), Value::Date),
        DataRef::DurationIso(text) => Value::Text(text.clone()),
        DataRef::Error(error) => Value::Fault(error.to_string()),
        // Nobody computed it: it is not empty, whatever it is.
        DataRef::Empty => match formula? {
            XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => {
                Value::Fault(format!("={formula}"))
            }
            _ => Value::Fault("=".to_owned()),
        },
    })
}

fn wrong(error: calamine::XlsxError) -> chassis::error::Error {
    match error {
        calamine::XlsxError::Password => encrypted(),
        _ => damaged(),
    }
}
