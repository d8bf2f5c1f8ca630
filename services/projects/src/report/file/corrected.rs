//! The sender's own file, with its problems and what others changed meanwhile noted in their cells.

use chassis::error::Result;
use chassis::say::Language;
use proto::projects as pb;
use sheet::{Finding, Workbook};

use super::line;

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
    let problems = result.import_report.iter().flat_map(|report| &report.problems).map(Finding::from);
    let conflicts = result.conflicts.iter().map(|conflict| Finding {
        tier: ("Changed meanwhile", "Modifié entre-temps"),
        place: conflict.location.clone(),
        found: shown(conflict.file_value.as_ref()),
        words: chosen(conflict, language),
    });
    sheet::corrected(file, workbook, problems.chain(conflicts), language)
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
