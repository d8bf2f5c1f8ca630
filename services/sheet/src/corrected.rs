//! The sender's own file, with its problems noted in their cells and listed on a sheet of their own.

use chassis::error::Result;
use chassis::say::Language;
use proto::common::ImportProblem;
use proto::common::import_problem::Severity;

use crate::book::{Column, Content, Line, Page, Slot, Style};
use crate::cell::{located, quoted};
use crate::form::{Pair, said};
use crate::noted::{Note, noted};
use crate::workbook::Workbook;

/// What the sheet is called that lists what was found.
pub const WRONG: Pair = ("To correct", "À corriger");
/// Problems noted, at most: nobody corrects more in one go.
const MOST: usize = 1000;

/// What is said of one cell, or of the whole file.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is to be done about it, in a word or two.
    pub tier: Pair,
    /// The cell, as [`crate::place`] writes it.
    pub place: String,
    /// What stands there.
    pub found: String,
    /// What is wrong and what to do.
    pub words: String,
}

impl From<&ImportProblem> for Finding {
    fn from(problem: &ImportProblem) -> Self {
        Self {
            tier: match problem.severity() {
                Severity::Blocks => WRONG,
                Severity::Doubtful => ("To confirm", "À confirmer"),
                Severity::Advice | Severity::Unspecified => ("Advice", "Conseil"),
            },
            place: problem.location.clone(),
            found: problem.found.clone(),
            words: problem.message.clone(),
        }
    }
}

/// The file with what was found in it.
///
/// # Errors
/// As [`noted`].
pub fn corrected(
    file: &[u8],
    workbook: &Workbook,
    findings: impl IntoIterator<Item = Finding>,
    language: Language,
) -> Result<Vec<u8>> {
    let findings: Vec<Finding> = findings.into_iter().take(MOST).collect();
    let note = |finding: &Finding| {
        let (sheet, row, column) = located(&finding.place)?;
        let text = format!("{} — {}", said(finding.tier, language), finding.words);
        Some(Note { sheet: sheet.to_owned(), row, column, text })
    };
    let notes: Vec<Note> = findings.iter().filter_map(note).collect();
    let heads: [Pair; 4] =
        [("Cell", "Cellule"), ("To do", "À faire"), ("Found", "Trouvé"), ("What to do", "Que faire")];
    let heads = heads.map(|head| Slot::text(Style::Heading, said(head, language))).to_vec();
    let row = |finding: Finding| {
        let cell = match located(&finding.place) {
            None => Slot::default(),
            Some((sheet, row, column)) => {
                let target = quoted(sheet, row, column);
                Slot { content: Content::Link(target, finding.place.clone()), style: Style::Plain }
            }
        };
        let text = |text: String| Slot::text(Style::Plain, text);
        let tier = text(said(finding.tier, language).to_owned());
        Line { slots: vec![cell, tier, text(finding.found), text(finding.words)], height: 0 }
    };
    let rows = std::iter::once(Line { slots: heads, height: 0 }).chain(findings.into_iter().map(row));
    let list = Page {
        name: said(WRONG, language).to_owned(),
        tab: Some(0xC0392B),
        columns: [18.0, 20.0, 30.0, 100.0].map(|width| Column { width, hidden: false }).to_vec(),
        lines: rows.collect(),
        ..Page::default()
    };
    noted(file, workbook, &notes, &list)
}
