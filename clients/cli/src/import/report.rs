//! What an import did, for people: counts, problems by kind, and duplicates with the command that settles them.

use std::collections::BTreeMap;

use prost_reflect::DynamicMessage;

use crate::app::App;
use crate::print::cell::{self, Reader};
pub(super) use crate::print::page::messages;
use crate::print::paint::{Style, clean};
use crate::print::table;
use crate::say::say;

/// What is looked at next, by what was imported.
const NEXT: [(&str, &str); 3] = [
    ("partnership", "ensemble partnership summarize"),
    ("session", "ensemble session list --filter 'origin = IMPORTED'"),
    ("business_model", "ensemble model list --filter 'origin = IMPORTED'"),
];
const SEVERITIES: [&str; 3] = ["BLOCKS", "DOUBTFUL", "ADVICE"];
pub(super) const CODES: Reader = Reader { language: crate::say::Language::En, person: false };

/// Something could not be taken.
pub(super) fn blocks(report: &DynamicMessage) -> bool {
    messages(report, "problems").iter().any(|problem| cell::at(problem, "severity", CODES) == "BLOCKS")
}

/// The whole report; of each kind of problem the first `shown`.
pub(super) fn render(app: &App, report: &DynamicMessage, dry: bool, shown: usize) -> String {
    let (language, output) = (app.language, &app.output);
    let file = clean(&cell::at(report, "file_name", CODES));
    let committed =
        report.get_field_by_name("committed").and_then(|value| value.as_bool()).unwrap_or_default();
    let outcome = match (dry, committed, blocks(report)) {
        (true, _, _) => say!(language, "checked, nothing written", "vérifié, rien d'écrit"),
        (false, true, _) => say!(language, "imported", "importé"),
        (false, false, true) => say!(language, "not imported", "non importé"),
        (false, false, false) => say!(language, "nothing new", "rien de nouveau"),
    };
    let mut text = format!("{}{} {outcome}\n", output.paint.style(Style::Strong, &file), language.colon());
    let counts = messages(report, "counts");
    if !counts.is_empty() {
        let headings = match language {
            crate::say::Language::En => ["NOUN", "NEW", "CHANGED", "UNCHANGED", "REFUSED"],
            crate::say::Language::Fr => ["NATURE", "NOUVEAUX", "MODIFIÉS", "INCHANGÉS", "REFUSÉS"],
        };
        let rows: Vec<Vec<String>> = counts
            .iter()
            .map(|count| {
                ["noun", "created", "updated", "unchanged", "refused"]
                    .map(|field| cell::at(count, field, CODES))
                    .to_vec()
            })
            .collect();
        text += &table::grid(output, &headings.map(str::to_owned), &rows);
    }
    text += &problems(app, report, shown);
    text += &changes(app, report, shown);
    text += &duplicates(app, report);
    let next =
        NEXT.iter().find(|(noun, _)| counts.iter().any(|count| cell::at(count, "noun", CODES) == *noun));
    if let Some((_, command)) = next.filter(|_| committed) {
        text += &format!("\n→ {command}\n");
    }
    if blocks(report) && !committed {
        text += &format!(
            "\n{}\n",
            say!(
                language,
                "What blocks must be corrected in the file, or taken without: --partial",
                "Ce qui bloque est à corriger dans le fichier, ou à laisser de côté : --partial"
            )
        );
    }
    text
}

fn problems(app: &App, report: &DynamicMessage, shown: usize) -> String {
    let (language, output) = (app.language, &app.output);
    let mut kinds: BTreeMap<(usize, String), Vec<DynamicMessage>> = BTreeMap::new();
    for problem in messages(report, "problems") {
        let severity = cell::at(&problem, "severity", CODES);
        let rank = SEVERITIES.iter().position(|known| *known == severity).unwrap_or(SEVERITIES.len());
        kinds.entry((rank, cell::at(&problem, "code", CODES))).or_default().push(problem);
    }
    let mut text = String::new();
    for ((rank, code), problems) in &kinds {
        let (word, style) = match rank {
            0 => (language.pick("blocks", "bloque"), Style::Error),
            1 => (language.pick("doubtful", "douteux"), Style::Warning),
            _ => (language.pick("advice", "conseil"), Style::Faint),
        };
        text += &format!("\n{} {code} ({})\n", output.paint.style(style, word), problems.len());
        for problem in problems.iter().take(shown) {
            let [record, location, line, found, message] = ["record", "location", "line", "found", "message"]
                .map(|field| clean(&cell::at(problem, field, CODES)));
            let line = if line == "0" || line.is_empty() {
                String::new()
            } else {
                say!(language, "line {line}, ", "ligne {line}, ")
            };
            let found = match found.chars().count() {
                0 => String::new(),
                1..=60 => say!(language, " \"{found}\"", " « {found} »"),
                _ => {
                    let found: String = found.chars().take(59).collect();
                    say!(language, " \"{found}…\"", " « {found}… »")
                }
            };
            text += &format!("  {record}  {line}{location}{found}{} {message}\n", language.colon());
        }
        if problems.len() > shown {
            let more = problems.len() - shown;
            text += &say!(
                language,
                "  … and {more} more (--problems {count}, or -o json)\n",
                "  … et {more} de plus (--problems {count}, ou -o json)\n",
                count = problems.len()
            );
        }
    }
    let left =
        report.get_field_by_name("problems_left_off").and_then(|value| value.as_i32()).unwrap_or_default();
    if left > 0 {
        text += &say!(
            language,
            "\n{left} more problems are not listed\n",
            "\n{left} autres problèmes ne sont pas listés\n"
        );
    }
    text
}

/// What changes of what was known, resource by resource.
fn changes(app: &App, report: &DynamicMessage, shown: usize) -> String {
    let (language, output) = (app.language, &app.output);
    let changes = messages(report, "changes");
    let left =
        report.get_field_by_name("changes_left_off").and_then(|value| value.as_i32()).unwrap_or_default();
    let count = changes.len() + usize::try_from(left).unwrap_or_default();
    if count == 0 {
        return String::new();
    }
    let title = language.pick("Changes", "Changements");
    let mut text = format!("\n{} ({count})\n", output.paint.style(Style::Strong, title));
    let most = shown.saturating_mul(4);
    for change in changes.iter().take(most) {
        let [place, resource, label, before, after] = ["location", "resource", "label", "before", "after"]
            .map(|field| clean(&cell::at(change, field, CODES)).replace('\n', " "));
        let or = |said: String| if said.is_empty() { "—".to_owned() } else { said };
        let (before, after) = (or(before), or(after));
        text += &format!("  {place}  {resource}  {label}{} {before} → {after}\n", language.colon());
    }
    if count > most {
        let more = count - most;
        text += &say!(
            language,
            "  … and {more} more (--problems {count}, or -o json)\n",
            "  … et {more} de plus (--problems {count}, ou -o json)\n"
        );
    }
    text
}

fn duplicates(app: &App, report: &DynamicMessage) -> String {
    const SHOWN: usize = 10;
    let (language, output) = (app.language, &app.output);
    let pairs = messages(report, "possible_duplicates");
    if pairs.is_empty() {
        return String::new();
    }
    let title = language.pick("Possible duplicates", "Doublons possibles");
    let mut text = format!("\n{} ({})\n", output.paint.style(Style::Strong, title), pairs.len());
    for pair in pairs.iter().take(SHOWN) {
        let [partner, candidate, score, reasons, mine, other] =
            ["partner", "candidate", "score", "reasons", "title", "candidate_title"]
                .map(|field| clean(&cell::at(pair, field, CODES)));
        text += &format!("  {mine} = {other} ({score} %, {reasons})\n");
        if !partner.is_empty() && !candidate.is_empty() {
            text += &format!("    → ensemble partner merge {partner} --survivor {candidate}\n");
        }
    }
    if pairs.len() > SHOWN {
        text += &say!(
            language,
            "  … and {more} more: ensemble partner duplicates\n",
            "  … et {more} de plus : ensemble partner duplicates\n",
            more = pairs.len() - SHOWN
        );
    }
    text
}
