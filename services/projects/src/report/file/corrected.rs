//! The sender's own file, with its problems noted in their cells and listed on a sheet of their own.

use chassis::error::Result;
use chassis::say::Language;
use proto::common::import_problem::Severity;
use proto::projects as pb;
use sheet::{Column, Content, Line as Row, Note, Page, Slot, Style, Workbook};

use super::line;
use super::words::{self, Pair, said};

/// Problems noted, at most: nobody corrects more in one go.
const MOST: usize = 1000;

/// What is said of one cell, or of the whole file.
struct Finding {
    tier: Pair,
    place: String,
    found: String,
    words: String,
}

/// The file with what was found in it.
///
/// # Errors
/// As [`sheet::noted`].
pub(super) fn corrected(
    file: &[u8],
    workbook: &Workbook,
    result: &pb::ReportFileResult,
    language: Language,
) -> Result<Vec<u8>> {
    let problems = result.import_report.iter().flat_map(|report| &report.problems).map(|problem| Finding {
        tier: match problem.severity() {
            Severity::Blocks => ("To correct", "À corriger"),
            Severity::Doubtful => ("To confirm", "À confirmer"),
            Severity::Advice | Severity::Unspecified => ("Advice", "Conseil"),
        },
        place: problem.location.clone(),
        found: problem.found.clone(),
        words: problem.message.clone(),
    });
    let conflicts = result.conflicts.iter().map(|conflict| Finding {
        tier: ("Changed meanwhile", "Modifié entre-temps"),
        place: conflict.location.clone(),
        found: shown(conflict.file_value.as_ref()),
        words: chosen(conflict, language),
    });
    let findings: Vec<Finding> = problems.chain(conflicts).take(MOST).collect();
    let note = |finding: &Finding| {
        let (sheet, row, column) = sheet::located(&finding.place)?;
        let text = format!("{} — {}", said(finding.tier, language), finding.words);
        Some(Note { sheet: sheet.to_owned(), row, column, text })
    };
    let notes: Vec<Note> = findings.iter().filter_map(note).collect();
    let heads: [Pair; 4] =
        [("Cell", "Cellule"), ("To do", "À faire"), ("Found", "Trouvé"), ("What to do", "Que faire")];
    let heads = heads.map(|head| Slot::text(Style::Heading, said(head, language))).to_vec();
    let row = |finding: Finding| {
        let cell = match sheet::located(&finding.place) {
            None => Slot::default(),
            Some((sheet, row, column)) => {
                let target = sheet::quoted(sheet, row, column);
                Slot { content: Content::Link(target, finding.place.clone()), style: Style::Plain }
            }
        };
        let text = |text: String| Slot::text(Style::Plain, text);
        let tier = text(said(finding.tier, language).to_owned());
        Row { slots: vec![cell, tier, text(finding.found), text(finding.words)], height: 0 }
    };
    let rows = std::iter::once(Row { slots: heads, height: 0 }).chain(findings.into_iter().map(row));
    let list = Page {
        name: said(words::WRONG, language).to_owned(),
        tab: Some(0xC0392B),
        columns: [18.0, 20.0, 30.0, 100.0].map(|width| Column { width, hidden: false }).to_vec(),
        lines: rows.collect(),
        ..Page::default()
    };
    sheet::noted(file, workbook, &notes, &list)
}

fn shown(value: Option<&pb::IndicatorValue>) -> String {
    value.map(line::written).unwrap_or_default()
}

/// Three values, to choose from.
fn chosen(conflict: &pb::ReportFileConflict, language: Language) -> String {
    let [before, now, here] =
        [&conflict.template_value, &conflict.current_value, &conflict.file_value].map(|value| match value {
            Some(value) => format!("« {} »", line::written(value)),
            None => "—".to_owned(),
        });
    match language {
        Language::En => format!(
            "someone else changed it since the template was made: {before} then, {now} now, {here} here. Take the template again and write the value that is right"
        ),
        Language::Fr => format!(
            "quelqu'un d'autre l'a modifié depuis que le modèle a été fait : {before} alors, {now} maintenant, {here} ici. Reprenez le modèle et écrivez la bonne valeur"
        ),
    }
}
