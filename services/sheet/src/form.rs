//! A form with a line for each thing: its columns, wherever people move them to, what may stand in them in both languages, and
//! the spreadsheet to fill in. Pure; knows no noun: whoever asks for something says which columns there are.

use std::collections::BTreeMap;

use chassis::error::{Error, Result, Violation};
use chassis::say::{Language, Text};
use chassis::text::fold;

use crate::book::{Check, Choice as May, Column as Width, Content, Line, Page, Slot, Style};
use crate::cell::{Value, place};
use crate::problem::Place;
use crate::workbook::{Sheet, Workbook};

/// English and French.
pub type Pair = (&'static str, &'static str);

/// One of the two.
pub fn said(pair: Pair, language: Language) -> &'static str {
    match language {
        Language::En => pair.0,
        Language::Fr => pair.1,
    }
}

/// Rows among which the headings are looked for.
const WITHIN: u32 = 50;
/// The row of the headings, from 0: above it stand the title and how to fill in.
pub const HEADINGS: u32 = 2;
/// What the sheets beside the form are called.
pub const README: Pair = ("Read me", "Lisez-moi");
const LISTS: Pair = ("Lists", "Listes");

/// A column: what it is called, what to write there, and how wide it is.
#[derive(Clone, Copy, Debug)]
pub struct Head<C> {
    /// Which column it is.
    pub column: C,
    /// What it is called.
    pub name: Pair,
    /// What to write there.
    pub hint: Pair,
    /// In characters; 0: it is not shown.
    pub width: f64,
}

/// A column of a form.
pub const fn head<C: Copy>(column: C, name: Pair, width: f64, hint: Pair) -> Head<C> {
    Head { column, name, hint, width }
}

impl<C> Head<C> {
    /// Its heading, in both languages.
    pub fn heading(&self) -> String {
        match self.name {
            (en, fr) if en == fr => en.to_owned(),
            (en, fr) => format!("{en} / {fr}"),
        }
    }
}

/// A value that may be chosen: its number and its code in the contract, and its words.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its number; 0 of a value of a code list.
    pub number: i32,
    /// Its code.
    pub code: String,
    /// What it is called, in English and French.
    pub words: [String; 2],
}

impl Choice {
    /// A value of this code, called like that.
    pub fn of(number: i32, code: &str, words: Pair) -> Self {
        Self { number, code: code.to_owned(), words: [words.0.to_owned(), words.1.to_owned()] }
    }

    /// What it is called.
    pub fn said(&self, language: Language) -> &str {
        match language {
            Language::En => &self.words[0],
            Language::Fr => &self.words[1],
        }
    }
}

/// The value that words mean: its code, or what it is called in either language.
pub fn chosen<'c>(choices: &'c [Choice], words: &str) -> Option<&'c Choice> {
    let words = fold(words);
    choices
        .iter()
        .find(|choice| fold(&choice.code) == words || choice.words.iter().any(|known| fold(known) == words))
}

/// The words to choose from, as a message tells them.
pub fn offered(choices: &[Choice], language: Language) -> String {
    choices.iter().map(|choice| choice.said(language)).collect::<Vec<_>>().join(", ")
}

/// A line that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<C> {
    /// Where it stands, from 0.
    pub number: u32,
    cells: BTreeMap<C, Value>,
}

impl<C> Default for Row<C> {
    fn default() -> Self {
        Self { number: 0, cells: BTreeMap::new() }
    }
}

impl<C: Copy + Ord> Row<C> {
    /// What stands in a cell.
    pub fn value(&self, column: C) -> Option<&Value> {
        self.cells.get(&column)
    }

    /// The words in a cell; empty where it is.
    pub fn words(&self, column: C) -> String {
        self.value(column).map(Value::words).unwrap_or_default()
    }
}

/// What came: the lines of a form.
#[derive(Clone, Debug)]
pub struct Listed<C> {
    sheet: String,
    columns: BTreeMap<C, u32>,
    /// The lines.
    pub rows: Vec<Row<C>>,
    /// The language that its name says it is in; nobody says so of a CSV file.
    pub language: Option<Language>,
    /// Headings that mean nothing here, by their cells.
    pub ignored: Vec<(String, String)>,
}

impl<C: Copy + Ord> Listed<C> {
    /// A cell; of a column that is not there, the line's first.
    pub fn at(&self, row: &Row<C>, column: C) -> Place {
        let column = self.columns.get(&column).copied().unwrap_or_default();
        Place { sheet: self.sheet.clone(), row: row.number, column }
    }

    /// Its address, as people see it.
    pub fn place(&self, row: &Row<C>, column: C) -> String {
        let at = self.columns.get(&column).copied().unwrap_or_default();
        place(&self.sheet, row.number, at)
    }
}

/// A form.
#[derive(Clone, Copy, Debug)]
pub struct Form<C: 'static> {
    /// What its sheet is called.
    pub sheet: Pair,
    /// Its columns, in their order.
    pub heads: &'static [Head<C>],
    /// The columns that it is recognised by.
    pub told_by: &'static [C],
}

impl<C: Copy + Ord> Form<C> {
    /// The column that a heading names: in one language, or in both.
    pub fn column(&self, heading: &str) -> Option<C> {
        let parts: Vec<String> = heading.split('/').map(fold).collect();
        let is = |head: &&Head<C>| {
            let names = [fold(head.name.0), fold(head.name.1)];
            parts.iter().all(|part| names.contains(part))
        };
        self.heads.iter().find(is).map(|head| head.column)
    }

    /// Reads the first sheet that has the headings.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `file` where none has: says what to do.
    pub fn read(&self, workbook: &Workbook, why: Text) -> Result<Listed<C>> {
        let found = workbook.sheets.iter().find_map(|sheet| self.headings(sheet).map(|heads| (sheet, heads)));
        let Some((sheet, (head, columns))) = found else {
            return Err(Error::Invalid {
                reason: "HEADINGS_MISSING",
                fields: vec![Violation { field: "file".to_owned(), why }],
            });
        };
        let called = |language| fold(said(self.sheet, language)) == fold(&sheet.name);
        let language = [Language::En, Language::Fr].into_iter().find(|language| called(*language));
        let unknown = |at: &u32| !columns.values().any(|known| known == at);
        let ignored = sheet.row(head).filter(|(at, _)| unknown(at));
        let ignored = ignored.map(|(at, value)| (sheet.place(head, at), value.shown())).collect();
        let row = |number: u32| {
            let cell = |(column, at): (&C, &u32)| Some((*column, sheet.get(number, *at)?.clone()));
            let cells: BTreeMap<C, Value> = columns.iter().filter_map(cell).collect();
            (!cells.is_empty()).then_some(Row { number, cells })
        };
        let rows = sheet.rows().into_iter().filter(|number| *number > head).filter_map(row).collect();
        Ok(Listed { sheet: sheet.name.clone(), rows, language, ignored, columns })
    }

    /// The row of the headings, and where each column stands.
    fn headings(&self, sheet: &Sheet) -> Option<(u32, BTreeMap<C, u32>)> {
        sheet.rows().into_iter().take_while(|row| *row < WITHIN).find_map(|row| {
            let mut columns = BTreeMap::new();
            for (at, value) in sheet.row(row) {
                if let Some(known) = self.column(&value.words()) {
                    columns.entry(known).or_insert(at);
                }
            }
            self.told_by.iter().all(|column| columns.contains_key(column)).then_some((row, columns))
        })
    }

    /// The spreadsheet to fill in: the form, how it is filled in, and the lists to choose from.
    pub fn pages(&self, ask: &Ask<'_, C>) -> Vec<Page> {
        vec![self.page(ask), self.readme(ask), self.lists(ask)]
    }

    /// The same as a plain table: its headings, and what is known.
    pub fn table(&self, ask: &Ask<'_, C>) -> Vec<u8> {
        let typed = |slot: &Slot| match &slot.content {
            Content::Number(number) => Value::Number(*number),
            Content::Date(day) => Value::Date(*day),
            Content::Text(text) => Value::Text(text.clone()),
            _ => Value::Text(String::new()),
        };
        let heads = self.heads.iter().map(|head| Value::Text(said(head.name, ask.language).to_owned()));
        let rows = ask.lines.iter().map(|line| line.iter().map(typed).collect());
        let rows: Vec<Vec<Value>> = std::iter::once(heads.collect()).chain(rows).collect();
        let french = ask.language == Language::Fr;
        crate::write_delimited(&rows, if french { crate::Dialect::French } else { crate::Dialect::Plain })
    }

    fn page(&self, ask: &Ask<'_, C>) -> Page {
        let line = |slots: Vec<Slot>| Line { slots, height: 0 };
        // What stands above is seen also where the first columns are not.
        let shown = self.heads.iter().position(|head| head.width > 0.0).unwrap_or_default();
        let above = |slot: Slot| {
            let before = std::iter::repeat_with(Slot::default).take(shown);
            line(before.chain([slot]).collect())
        };
        let mut lines = vec![
            above(Slot::text(Style::Title, ask.title)),
            above(Slot::text(Style::Remark, said(ask.how, ask.language))),
            line(self.heads.iter().map(|head| Slot::text(Style::Heading, head.heading())).collect()),
        ];
        lines.extend(ask.lines.iter().cloned().map(line));
        let last = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_sub(1);
        let check = |(at, head): (u16, &Head<C>)| Check {
            column: at,
            first: HEADINGS + 1,
            last,
            choice: self.may(ask, head.column),
            title: said(head.name, ask.language).chars().take(32).collect(),
            hint: said(head.hint, ask.language).chars().take(255).collect(),
        };
        let asked = (0..).zip(self.heads).filter(|(_, head)| head.width > 0.0 && last > HEADINGS);
        let width = |head: &Head<C>| Width { width: head.width, hidden: head.width == 0.0 };
        Page {
            name: said(self.sheet, ask.language).to_owned(),
            tab: Some(0xF9A825),
            protected: ask.protected,
            columns: self.heads.iter().map(width).collect(),
            lines,
            headings: Some((HEADINGS, u16::try_from(shown).unwrap_or_default() + 1)),
            checks: asked.map(check).collect(),
            ..Page::default()
        }
    }

    fn may(&self, ask: &Ask<'_, C>, column: C) -> May {
        match ask.chosen.iter().position(|(known, _)| *known == column) {
            Some(at) => {
                let letter = char::from(b'A' + u8::try_from(at).unwrap_or_default());
                let last = ask.chosen[at].1.len() + 1;
                May::OneOf(format!("'{}'!${letter}$2:${letter}${last}", said(LISTS, ask.language)))
            }
            None if ask.dates.contains(&column) => May::Date,
            None if ask.numbers.contains(&column) => May::Number,
            None => May::Anything,
        }
    }

    fn readme(&self, ask: &Ask<'_, C>) -> Page {
        let row = |head: &Head<C>| Line {
            slots: vec![
                Slot::text(Style::Group, head.heading()),
                Slot::text(Style::Plain, said(head.hint, ask.language)),
            ],
            height: 2,
        };
        let top =
            [Slot::text(Style::Title, ask.title), Slot::text(Style::Remark, said(ask.sent, ask.language))];
        let top = top.map(|slot| Line { slots: vec![slot], height: 0 });
        let shown = self.heads.iter().filter(|head| head.width > 0.0);
        Page {
            name: said(README, ask.language).to_owned(),
            tab: Some(0x1F3A5F),
            protected: true,
            columns: [34.0, 110.0].map(|width| Width { width, hidden: false }).to_vec(),
            lines: top.into_iter().chain(shown.map(row)).collect(),
            ..Page::default()
        }
    }

    fn lists(&self, ask: &Ask<'_, C>) -> Page {
        let list = |(column, choices): &(C, Vec<Choice>)| {
            let head = self.heads.iter().find(|head| head.column == *column);
            let title = head.map(|head| said(head.name, ask.language)).unwrap_or_default().to_owned();
            let words = choices.iter().map(|choice| choice.said(ask.language).to_owned());
            std::iter::once(title).chain(words).collect::<Vec<String>>()
        };
        let lists: Vec<Vec<String>> = ask.chosen.iter().map(list).collect();
        let most = lists.iter().map(Vec::len).max().unwrap_or_default();
        let line = |row: usize| {
            let style = if row == 0 { Style::Heading } else { Style::Known };
            let slot = |list: &Vec<String>| match list.get(row) {
                Some(word) => Slot::text(style, word.as_str()),
                None => Slot::default(),
            };
            Line { slots: lists.iter().map(slot).collect(), height: 0 }
        };
        Page {
            name: said(LISTS, ask.language).to_owned(),
            protected: true,
            columns: vec![Width { width: 44.0, hidden: false }; lists.len()],
            lines: (0..most).map(line).collect(),
            ..Page::default()
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask<'a, C> {
    /// What it is about.
    pub title: &'a str,
    /// How it is filled in, in a line.
    pub how: Pair,
    /// What becomes of it when it is sent.
    pub sent: Pair,
    /// Whose words are used.
    pub language: Language,
    /// Lines that are made ready, with what is known.
    pub lines: Vec<Vec<Slot>>,
    /// Only cells to fill in may be changed.
    pub protected: bool,
    /// What is chosen from a list.
    pub chosen: &'a [(C, Vec<Choice>)],
    /// Where a day is asked for.
    pub dates: &'a [C],
    /// Where a number is asked for.
    pub numbers: &'a [C],
}
