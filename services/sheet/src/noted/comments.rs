//! The remarks on a sheet, and the drawing that shows them.

use std::collections::BTreeMap;

use chassis::error::Result;
use quick_xml::events::Event;

use super::Note;
use super::xml::{escaped, tags};
use crate::cell::{place, position};
use crate::refusal::damaged;

/// Who writes our notes.
const US: &str = "Ensemble";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The remarks of one sheet, by row and column.
#[derive(Default)]
pub(super) struct Comments(BTreeMap<Cell, Remark>);

type Cell = (u32, u32);

struct Remark {
    author: String,
    said: String,
}

impl Comments {
    /// Those of a file; nothing when its drawing shows more than remarks.
    pub(super) fn read(part: &str, drawing: &str) -> Result<Option<Self>> {
        let kinds = tags(drawing)?;
        let mut kinds = kinds.iter().filter_map(|tag| tag.get("ObjectType"));
        if kinds.any(|kind| kind != "Note") {
            return Ok(None);
        }
        let mut reader = quick_xml::Reader::from_str(part);
        let (mut authors, mut found) = (Vec::new(), Self::default());
        let (mut text, mut at, mut author) = (String::new(), None, 0_usize);
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "author" => text.clear(),
                    "comment" => {
                        let said = |name: &str| {
                            let attribute = tag.try_get_attribute(name).ok().flatten();
                            attribute.map(|attribute| attribute.value.into_owned()).unwrap_or_default()
                        };
                        at = position(&said("ref"));
                        author = said("authorId").parse().unwrap_or_default();
                        text.clear();
                    }
                    _ => {}
                },
                Event::Text(said) => text.push_str(&said.xml10_content()),
                Event::CData(said) => text.push_str(&said),
                Event::GeneralRef(name) => {
                    let said = quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned);
                    let said = said.or_else(|| name.resolve_char_ref().ok().flatten().map(String::from));
                    text.push_str(&said.unwrap_or_default());
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "author" => authors.push(std::mem::take(&mut text)),
                    "comment" => {
                        let author = authors.get(author).cloned().unwrap_or_default();
                        let said = std::mem::take(&mut text);
                        found.0.extend(at.take().map(|at| (at, Remark { author, said })));
                    }
                    _ => {}
                },
                Event::Eof => return Ok(Some(found)),
                _ => {}
            }
        }
    }

    /// Drops our notes of the time before; whether there were any.
    pub(super) fn forget_ours(&mut self) -> bool {
        let before = self.0.len();
        self.0.retain(|_, remark| remark.author != US);
        self.0.len() < before
    }

    /// Adds notes; where somebody remarked something, below it.
    pub(super) fn add(&mut self, notes: &[&Note]) {
        for note in notes {
            match self.0.get_mut(&(note.row, note.column)) {
                Some(Remark { said, .. }) => *said = format!("{said}\n{}", note.text),
                None => {
                    let remark = Remark { author: US.to_owned(), said: note.text.clone() };
                    self.0.insert((note.row, note.column), remark);
                }
            }
        }
    }

    pub(super) fn part(&self) -> String {
        let mut authors: Vec<&str> = self.0.values().map(|remark| remark.author.as_str()).collect();
        authors.sort_unstable();
        authors.dedup();
        let listed: String =
            authors.iter().map(|author| format!("<author>{}</author>", escaped(author))).collect();
        let comment = |((row, column), Remark { author, said }): (&Cell, &Remark)| {
            let (at, said) = (place("", *row, *column), escaped(said));
            let author = authors.iter().position(|known| known == author).unwrap_or_default();
            format!(
                r#"<comment ref="{at}" authorId="{author}"><text><t xml:space="preserve">{said}</t></text></comment>"#
            )
        };
        let comments: String = self.0.iter().map(comment).collect();
        format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><comments xmlns="{MAIN}"><authors>{listed}</authors><commentList>{comments}</commentList></comments>"#
        )
    }

    /// The boxes that the remarks appear in; `number` tells those of several sheets apart.
    pub(super) fn drawing(&self, number: usize) -> String {
        let shape = |(index, ((row, column), Remark { said, .. })): (usize, (&Cell, &Remark))| {
            let id = number * 1024 + index + 1;
            let lines = 2 + said.chars().count() / 30;
            let (left, right, top, bottom) =
                (column + 1, column + 4, row.saturating_sub(1), *row as usize + lines);
            format!(
                r##"<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:180pt;height:60pt;z-index:{index};visibility:hidden" fillcolor="#fbe3e0" o:insetmode="auto"><v:fill color2="#fbe3e0"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 10, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"##
            )
        };
        let shapes: String = self.0.iter().enumerate().map(shape).collect();
        format!(
            r#"<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{number}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>{shapes}</xml>"#
        )
    }
}
