//! The parts of an XLSX package that name other parts, with one more name in them.

use chassis::error::Result;

use super::xml::{Tag, escaped, inserted, tags};
use crate::book::{Content, Page};
use crate::cell::place;
use crate::refusal::damaged;

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
pub(super) const SHEET: &str = "worksheet";
pub(super) const COMMENTS: &str = "comments";
pub(super) const DRAWING: &str = "vmlDrawing";
pub(super) const SHEET_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
pub(super) const COMMENTS_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
pub(super) const DRAWING_TYPE: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";

/// The id of what we link: one of each kind to a part.
fn id(kind: &str) -> String {
    format!("rIdEnsemble-{kind}")
}

/// A link from one part to another.
pub(super) struct Link {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) target: String,
}

pub(super) fn links(part: &str) -> Result<Vec<Link>> {
    let said = |tag: &Tag, name: &str| tag.get(name).unwrap_or_default().to_owned();
    let link = |tag: Tag| {
        let is = tag.local() == "Relationship" && !tag.closes;
        is.then(|| Link { id: said(&tag, "Id"), kind: said(&tag, "Type"), target: said(&tag, "Target") })
    };
    Ok(tags(part)?.into_iter().filter_map(link).collect())
}

/// A sheet, as the workbook lists it.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) link: String,
    number: u32,
}

pub(super) fn sheets(book: &str) -> Result<Vec<Listed>> {
    let listed = |tag: Tag| {
        (tag.local() == "sheet" && !tag.closes).then(|| Listed {
            name: tag.get("name").unwrap_or_default().to_owned(),
            link: tag.get("id").unwrap_or_default().to_owned(),
            number: tag.get("sheetId").and_then(|number| number.parse().ok()).unwrap_or_default(),
        })
    };
    Ok(tags(book)?.into_iter().filter_map(listed).collect())
}

/// Where the links of a part stand: `xl/worksheets/_rels/sheet1.xml.rels`.
pub(super) fn links_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    format!("{folder}/_rels/{file}.rels")
}

/// The part that a target names, seen from a folder.
pub(super) fn inside(folder: &str, target: &str) -> String {
    if let Some(from_root) = target.strip_prefix('/') {
        return from_root.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

pub(super) fn no_links() -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="{PACKAGE}"></Relationships>"#
    )
}

pub(super) fn with_link(links: &str, kind: &str, part: &str) -> Result<String> {
    within(links, "Relationships", |prefix| {
        format!(r#"<{prefix}Relationship Id="{}" Type="{OFFICE}/{kind}" Target="/{part}"/>"#, id(kind))
    })
}

pub(super) fn with_type(types: &str, part: &str, kind: &str) -> Result<String> {
    within(types, "Types", |prefix| format!(r#"<{prefix}Override PartName="/{part}" ContentType="{kind}"/>"#))
}

pub(super) fn with_sheet(book: &str, name: &str) -> Result<String> {
    let number = sheets(book)?.iter().map(|sheet| sheet.number).max().unwrap_or_default().saturating_add(1);
    let (name, id) = (escaped(name), id(SHEET));
    within(book, "sheets", |prefix| {
        format!(r#"<{prefix}sheet xmlns:r="{OFFICE}" name="{name}" sheetId="{number}" r:id="{id}"/>"#)
    })
}

/// What may only come after a drawing of remarks.
const AFTER_DRAWING: [&str; 7] =
    ["legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"];

/// A sheet that has remarks.
pub(super) fn with_drawing(sheet: &str) -> Result<String> {
    let tags = tags(sheet)?;
    let root = tags.first().ok_or_else(damaged)?;
    let after = |tag: &&Tag| {
        let closes = tag.depth == 0 && tag.closes;
        closes || tag.depth == 1 && !tag.closes && AFTER_DRAWING.contains(&tag.local())
    };
    let at = tags.iter().find(after).ok_or_else(damaged)?.begins;
    let (prefix, id) = (root.prefix(), id(DRAWING));
    inserted(sheet, at, &format!(r#"<{prefix}legacyDrawing xmlns:r="{OFFICE}" r:id="{id}"/>"#))
}

/// Puts a piece at the end of an element.
fn within(text: &str, element: &str, piece: impl Fn(&str) -> String) -> Result<String> {
    let tags = tags(text)?;
    if let Some(end) = tags.iter().find(|tag| tag.closes && tag.local() == element) {
        return inserted(text, end.begins, &piece(end.prefix()));
    }
    // Written as one empty tag: it is opened.
    let tag = tags.iter().find(|tag| tag.local() == element).ok_or_else(damaged)?;
    let slash = text.get(..tag.ends).and_then(|until| until.rfind('/')).ok_or_else(damaged)?;
    let opened = format!(">{}</{}", piece(tag.prefix()), tag.name);
    Ok([&text[..slash], &opened, &text[slash + 1..]].concat())
}

/// The sheet that lists what is wrong.
pub(super) fn list(page: &Page) -> String {
    let (mut rows, mut links) = (String::new(), String::new());
    for (row, line) in (0..).zip(&page.lines) {
        let mut cells = String::new();
        for (column, slot) in (0..).zip(&line.slots) {
            let at = place("", row, column);
            let text = match &slot.content {
                Content::Text(text) | Content::Link(_, text) | Content::Formula(_, text) => text.clone(),
                Content::Number(number) => number.to_string(),
                Content::Date(day) => day.to_string(),
                Content::Empty => continue,
            };
            if let Content::Link(target, _) = &slot.content {
                links += &format!(r#"<hyperlink ref="{at}" location="{}"/>"#, escaped(target));
            }
            let text = escaped(&text);
            cells += &format!(r#"<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#);
        }
        rows += &format!(r#"<row r="{}">{cells}</row>"#, row + 1);
    }
    let column = |(index, column): (usize, &crate::book::Column)| {
        let (number, width) = (index + 1, column.width);
        format!(r#"<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#)
    };
    let columns: String = page.columns.iter().enumerate().map(column).collect();
    let columns = if columns.is_empty() { columns } else { format!("<cols>{columns}</cols>") };
    let links = if links.is_empty() { links } else { format!("<hyperlinks>{links}</hyperlinks>") };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="FFC0392B"/></sheetPr>{columns}<sheetData>{rows}</sheetData>{links}<pageSetup paperSize="9" orientation="landscape"/></worksheet>"#
    )
}
