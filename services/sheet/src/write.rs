//! A book becomes XLSX.

use std::collections::HashMap;

use chassis::error::{Error, Result};
use chrono::Datelike as _;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime,
    Format, FormatAlign, FormatBorder, FormatPattern, Formula, Note as RemarkBox, ProtectionOptions, Url,
    Workbook, Worksheet, XlsxError,
};

use crate::book::{Book, Check, Choice, Column, Content, Hiding, Line, Page, Slot, Style};
use crate::cell::letters;

/// Characters that a cell holds.
const LONGEST: usize = 32_767;
/// Digits that a spreadsheet program keeps of a number.
const PRECISE: usize = 15;
/// Words that a spreadsheet program takes for a formula once the cell is edited.
const COMPUTED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Of one line of text, in points.
const LINE_HEIGHT: f64 = 15.0;
/// Lines beyond which a row grows no more: programs allow 409 points.
const MOST_LINES: f64 = 25.0;

const INK: Color = Color::RGB(0x1B1B1B);
const FRAME: Color = Color::RGB(0xB0B0B0);

impl Book {
    /// The bytes of the file.
    ///
    /// # Errors
    /// Only those of a book that no spreadsheet can be: a name of a sheet twice, too many columns.
    pub fn write(&self) -> Result<Vec<u8>> {
        self.build().map_err(Error::internal)
    }

    fn build(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_title(&self.title));
        let mut looks = Looks::default();
        for page in &self.pages {
            let sheet = workbook.add_worksheet();
            arrange(sheet, page)?;
            for (row, line) in (0..).zip(&page.lines) {
                let height = if line.height > 0 { line.height } else { needed(line, page) };
                if height > 1 {
                    sheet.set_row_height(row, f64::from(height) * LINE_HEIGHT)?;
                }
                for (column, slot) in (0..).zip(&line.slots) {
                    put(sheet, row, column, slot, &mut looks)?;
                }
            }
        }
        workbook.save_to_buffer()
    }
}

/// The lines that the texts of a row take: not every program finds out by itself.
fn needed(line: &Line, page: &Page) -> u16 {
    let lines = |(slot, column): (&Slot, &Column)| match &slot.content {
        Content::Text(text) if !matches!(slot.style, Style::Title | Style::Remark | Style::Group) => {
            // Bold letters are wider.
            let wide = if slot.style == Style::Heading { 0.85 } else { 1.0 };
            let fits = (column.width * wide).max(1.0);
            text.lines().map(|line| (line.chars().count() as f64 / fits).ceil().max(1.0)).sum::<f64>()
        }
        Content::Text(_) if slot.style == Style::Title => 2.0, // its letters are larger
        _ => 1.0,
    };
    let most = line.slots.iter().zip(&page.columns).filter(|(_, column)| !column.hidden).map(lines);
    most.fold(1.0, f64::max).min(MOST_LINES) as u16
}

/// All of a sheet but its cells: on screen and on paper (A4, landscape, as wide as one page).
fn arrange(sheet: &mut Worksheet, page: &Page) -> Result<(), XlsxError> {
    sheet.set_name(&page.name)?;
    if let Some(colour) = page.tab {
        sheet.set_tab_color(Color::RGB(colour));
    }
    if page.hiding == Hiding::Deep {
        sheet.set_very_hidden(true);
    }
    for (index, column) in (0..).zip(&page.columns) {
        sheet.set_column_width(index, column.width)?;
        if column.hidden {
            sheet.set_column_hidden(index)?;
        }
    }
    let last_row = u32::try_from(page.lines.len()).unwrap_or(u32::MAX).saturating_sub(1);
    let last_column = u16::try_from(page.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&A&R&P / &N");
    sheet.set_print_area(0, 0, last_row, last_column)?;
    if let Some((row, columns)) = page.headings {
        sheet.set_freeze_panes(row + 1, columns)?;
        sheet.set_repeat_rows(row, row)?;
        if last_row > row {
            sheet.autofilter(row, 0, last_row, last_column)?;
        }
    }
    if page.protected {
        let allowed = ProtectionOptions {
            format_cells: true,
            format_columns: true,
            format_rows: true,
            sort: true,
            use_autofilter: true,
            ..ProtectionOptions::new()
        };
        sheet.protect_with_options(&allowed);
    }
    for check in &page.checks {
        sheet.add_data_validation(
            check.first,
            check.column,
            check.last,
            check.column,
            &validation(check)?,
        )?;
    }
    for (row, column, text) in &page.notes {
        let note = RemarkBox::new(shortened(text, LONGEST)).set_author("Ensemble").add_author_prefix(false);
        sheet.insert_note(*row, u16::try_from(*column).unwrap_or(u16::MAX), &note)?;
    }
    Ok(())
}

fn validation(check: &Check) -> Result<DataValidation, XlsxError> {
    let validation = match &check.choice {
        Choice::OneOf(cells) => DataValidation::new().allow_list_formula(Formula::new(format!("={cells}"))),
        Choice::Number => {
            let cell = format!("{}{}", letters(check.column.into()), check.first + 1);
            // Array constants are not allowed here.
            let rule = format!(r#"=OR(ISNUMBER({cell}),LOWER({cell})="n/d",LOWER({cell})="n/a")"#);
            DataValidation::new().allow_custom(Formula::new(rule))
        }
        Choice::Date => {
            let day = |year| ExcelDateTime::from_ymd(year, 1, 1);
            DataValidation::new().allow_date(DataValidationRule::Between(day(1990)?, day(2100)?))
        }
        Choice::Anything => DataValidation::new().allow_any_value(),
    };
    // A hint: what is sent is looked at anyway, and pasting goes around it.
    validation
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_input_title(shortened(&check.title, 32))?
        .set_input_message(shortened(&check.hint, 255))?
        .set_error_title(shortened(&check.title, 32))?
        .set_error_message(shortened(&check.hint, 255))
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    slot: &Slot,
    looks: &mut Looks,
) -> Result<(), XlsxError> {
    match &slot.content {
        Content::Empty if slot.style == Style::Plain => {}
        Content::Empty => drop(sheet.write_blank(row, column, looks.of(slot.style, Shape::Words))?),
        Content::Text(text) => write_text(sheet, row, column, text, slot.style, looks)?,
        Content::Number(number) => match exact(*number) {
            Some(float) => {
                let shape = if number.fract().is_zero() { Shape::Whole } else { Shape::Decimals };
                sheet.write_number_with_format(row, column, float, looks.of(slot.style, shape))?;
            }
            None => write_text(sheet, row, column, &number.to_string(), slot.style, looks)?,
        },
        Content::Date(day) => {
            let day = ExcelDateTime::from_ymd(
                u16::try_from(day.year()).unwrap_or(1900),
                u8::try_from(day.month()).unwrap_or(1),
                u8::try_from(day.day()).unwrap_or(1),
            )?;
            sheet.write_datetime_with_format(row, column, &day, looks.of(slot.style, Shape::Day))?;
        }
        Content::Formula(formula, result) => {
            let formula = Formula::new(formula).set_result(result.as_str());
            sheet.write_formula_with_format(row, column, formula, looks.of(slot.style, Shape::Words))?;
        }
        Content::Link(place, text) => {
            let link = Url::new(format!("internal:{place}"));
            sheet.write_url_with_options(row, column, link, text, "", None)?;
        }
    }
    Ok(())
}

fn write_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    style: Style,
    looks: &mut Looks,
) -> Result<(), XlsxError> {
    let shape = if text.starts_with(COMPUTED) { Shape::Quoted } else { Shape::Words };
    let text = shortened(text, LONGEST);
    sheet.write_string_with_format(row, column, text, looks.of(style, shape))?;
    Ok(())
}

/// The number as a program holds it, if nothing of it is lost.
fn exact(number: Decimal) -> Option<f64> {
    let number = number.normalize();
    let digits = number.mantissa().unsigned_abs().to_string().len();
    (digits <= PRECISE).then(|| number.to_string().parse().ok()).flatten()
}

fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() {
        count if count <= most => text.to_owned(),
        _ => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Words,
    /// Words that begin like a formula.
    Quoted,
    Whole,
    Decimals,
    Day,
}

/// Each look once.
#[derive(Default)]
struct Looks(HashMap<(Style, Shape), Format>);

impl Looks {
    fn of(&mut self, style: Style, shape: Shape) -> &Format {
        self.0.entry((style, shape)).or_insert_with(|| look(style, shape))
    }
}

fn look(style: Style, shape: Shape) -> Format {
    let base = Format::new().set_font_name("Calibri").set_font_color(INK).set_align(FormatAlign::Top);
    let framed =
        |format: Format| format.set_border(FormatBorder::Thin).set_border_color(FRAME).set_text_wrap();
    let format = match style {
        Style::Plain => base.set_text_wrap(),
        Style::Remark => base.set_italic(),
        Style::Title => base.set_bold().set_font_size(16),
        Style::Heading => framed(base)
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(0x1F3A5F))
            .set_align(FormatAlign::VerticalCenter),
        Style::Group => base.set_bold().set_background_color(Color::RGB(0xDDE7F3)),
        Style::Known => framed(base).set_background_color(Color::RGB(0xF2F2F2)),
        Style::Input => framed(base).set_background_color(Color::RGB(0xFFF8D6)).set_unlocked(),
        Style::Closed => framed(base)
            .set_pattern(FormatPattern::LightUp)
            .set_foreground_color(FRAME)
            .set_background_color(Color::RGB(0xE6E6E6)),
        Style::Wrong => framed(base).set_background_color(Color::RGB(0xFBE3E0)),
    };
    match shape {
        Shape::Words => format,
        Shape::Quoted => format.set_quote_prefix(),
        Shape::Whole => format.set_num_format("#,##0"),
        Shape::Decimals => format.set_num_format("#,##0.0#####"),
        Shape::Day => format.set_num_format("yyyy-mm-dd"),
    }
}
