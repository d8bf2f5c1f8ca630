//! A spreadsheet to be written: what stands where, and what people may do with it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A spreadsheet.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// What it is called.
    pub title: String,
    /// In their order; the first is the one that is seen first.
    pub pages: Vec<Page>,
}

/// One sheet.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its name, at most 31 characters.
    pub name: String,
    /// The colour of its tab, as 0xRRGGBB.
    pub tab: Option<u32>,
    /// Who sees it.
    pub hiding: Hiding,
    /// Only [`Style::Input`] cells may be changed, without a password to do more.
    pub protected: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, from the first.
    pub lines: Vec<Line>,
    /// The row of headings, that stays in sight and is repeated on paper, and how many columns stay in sight with it.
    pub headings: Option<(u32, u16)>,
    /// What may be chosen or typed.
    pub checks: Vec<Check>,
    /// Remarks: the row, the column, the words.
    pub notes: Vec<(u32, u32, String)>,
}

/// Who sees a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hiding {
    /// All.
    #[default]
    Shown,
    /// Only who asks for hidden sheets by a program.
    Deep,
}

/// One column.
#[derive(Clone, Copy, Debug, Default)]
pub struct Column {
    /// In characters.
    pub width: f64,
    /// It is not shown.
    pub hidden: bool,
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its cells, from the first.
    pub slots: Vec<Slot>,
    /// In lines of text; as its texts need, when 0.
    pub height: u16,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slot {
    /// What stands there.
    pub content: Content,
    /// How it looks.
    pub style: Style,
}

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// Words; never computed, whatever they begin with.
    Text(String),
    /// A number; one with more digits than spreadsheets keep is written as words.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A formula of ours, in English, and what it gives now.
    Formula(String, String),
    /// Words that lead to a place: `'Rapport'!E14`.
    Link(String, String),
}

/// How a cell looks, and whether it is to be filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// As words in a text.
    #[default]
    Plain,
    /// On one line, over other cells if need be.
    Remark,
    /// The title of a sheet.
    Title,
    /// The head of a column.
    Heading,
    /// What a group of rows is about.
    Group,
    /// What is known already.
    Known,
    /// To be filled in.
    Input,
    /// Nothing is asked here.
    Closed,
    /// What is wrong.
    Wrong,
}

/// What may stand in cells of one column: a hint, since pasting goes around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The column.
    pub column: u16,
    /// The first row.
    pub first: u32,
    /// The last row.
    pub last: u32,
    /// What may stand there.
    pub choice: Choice,
    /// Said when the cell is entered: a title of at most 32 characters.
    pub title: String,
    /// At most 255 characters.
    pub hint: String,
}

/// What may stand in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// One of the cells there: `'Listes'!$A$2:$A$5`.
    OneOf(String),
    /// A number, or one of the words that say that there is none.
    Number,
    /// A day.
    Date,
    /// Anything.
    Anything,
}

impl Slot {
    /// Words.
    pub fn text(style: Style, text: impl Into<String>) -> Self {
        Self { content: Content::Text(text.into()), style }
    }

    /// An empty cell.
    pub fn empty(style: Style) -> Self {
        Self { content: Content::Empty, style }
    }
}
