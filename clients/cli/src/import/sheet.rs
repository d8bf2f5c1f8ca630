//! What became of a spreadsheet, for people: what is new, what to correct by cell, what comes next; and the sender's own
//! file with notes beside the one that was sent.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};

use super::report::{CODES, messages};
use crate::app::App;
use crate::fault::{Fault, Result};
use crate::print::Format;
use crate::print::cell;
use crate::print::paint::{Style, clean};
use crate::print::table;
use crate::say::{Language, say};

/// Changes shown, at most.
const SHOWN: usize = 20;

/// Tells what became of a file, and keeps the noted one; whether something must be corrected first.
pub(super) fn told(
    app: &App,
    sent: &Path,
    result: &mut DynamicMessage,
    dry: bool,
    matches: &ArgMatches,
) -> Result<bool> {
    let noted = result.get_field_by_name("corrected_file");
    let noted = noted.and_then(|file| file.as_bytes().map(|bytes| bytes.to_vec())).unwrap_or_default();
    result.clear_field_by_name("corrected_file");
    let beside = match noted.is_empty() {
        true => None,
        false => Some(keep(sent, &noted, app.language)?),
    };
    let groups = messages(result, "groups");
    let held = groups.iter().any(|group| cell::at(group, "severity", CODES) != "ADVICE");
    let blocked = held || !messages(result, "conflicts").is_empty();
    if app.output.format.for_people() {
        let shown = matches.get_one::<usize>("problems").copied().unwrap_or(3);
        app.output.emit(&page(app, sent, result, dry, blocked, beside.as_deref(), shown))?;
    } else if app.output.format == Format::Jsonl {
        app.output.show(result)?;
    }
    Ok(blocked)
}

/// Writes the noted file beside the sent one, never over another.
fn keep(sent: &Path, noted: &[u8], language: Language) -> Result<PathBuf> {
    let suffix = language.pick("-to-correct", "-à-corriger");
    let stem = sent.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let base = stem.split(suffix).next().unwrap_or(&stem).to_owned();
    for number in 1..1000 {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = sent.with_file_name(format!("{base}{suffix}{number}.xlsx"));
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, noted)
                    .map_err(|error| Fault::file(language, &path, &error))?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Fault::file(language, &path, &error)),
        }
    }
    Err(Fault::failure(format!("{base}{suffix}")))
}

fn page(
    app: &App,
    sent: &Path,
    result: &DynamicMessage,
    dry: bool,
    blocked: bool,
    beside: Option<&Path>,
    shown: usize,
) -> String {
    let (language, output) = (app.language, &app.output);
    let at = |path: &str| clean(&cell::at(result, path, CODES));
    let committed = at("import_report.committed") == "true";
    let again = at("already_received") == "true";
    let nothing = language.pick("nothing has been saved", "rien n'a été enregistré");
    let outcome = match () {
        () if again => say!(
            language,
            "already received on {when}; {nothing}",
            "déjà reçu le {when} ; {nothing}",
            when = at("received_time")
        ),
        () if committed && blocked => language
            .pick(
                "saved as a draft, without what is to correct",
                "enregistré comme brouillon, sans ce qui est à corriger",
            )
            .to_owned(),
        () if committed && of_session(result) => language.pick("saved", "enregistré").to_owned(),
        () if committed => language.pick("sent to review", "soumis à la relecture").to_owned(),
        () if blocked => nothing.to_owned(),
        () if dry => say!(language, "checked; {nothing}", "vérifié ; {nothing}"),
        () => nothing.to_owned(),
    };
    let file = sent.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut text =
        format!("{}{} {outcome}\n", output.paint.style(Style::Strong, &clean(&file)), language.colon());
    text += &counts(app, result);
    text += &rows(app, result);
    text += &problems(app, result, shown);
    text += &conflicts(app, result);
    text += &changes(app, result, committed);
    let ignored = strings(result, "ignored");
    if !ignored.is_empty() {
        let list = ignored.join(", ");
        text += &say!(language, "\nNot read: {list}\n", "\nNon lu : {list}\n");
    }
    text += &receipt(app, result);
    text + &next(app, result, sent, (dry, blocked, committed || again), beside)
}

/// What became of a spreadsheet of a session: a list of people, or who came.
fn of_session(result: &DynamicMessage) -> bool {
    result.descriptor().get_field_by_name("session").is_some()
}

/// What each row of a list of people got.
fn rows(app: &App, result: &DynamicMessage) -> String {
    if !of_session(result) || messages(result, "rows").is_empty() {
        return String::new();
    }
    let headings = match app.language {
        Language::En => ["ROW", "STATE", "PLACE IN THE QUEUE", "BEFORE"],
        Language::Fr => ["LIGNE", "ÉTAT", "RANG D'ATTENTE", "AVANT"],
    };
    let reader = cell::Reader { language: app.language, person: true };
    let row = |row: &DynamicMessage| {
        let place = cell::at(row, "waitlist_position", CODES);
        let before = cell::at(row, "already_enrolled", CODES) == "true";
        let before = if before { app.language.pick("already enrolled", "déjà inscrite") } else { "" };
        let place = if place == "0" { String::new() } else { place };
        [cell::at(row, "location", CODES), cell::at(row, "state", reader), place, before.to_owned()].to_vec()
    };
    let rows: Vec<Vec<String>> = messages(result, "rows").iter().map(row).collect();
    format!("\n{}", table::grid(&app.output, &headings.map(str::to_owned), &rows))
}

fn counts(app: &App, result: &DynamicMessage) -> String {
    let Some(report) = result.get_field_by_name("import_report") else { return String::new() };
    let Some(report) = report.as_message().cloned() else { return String::new() };
    let headings = match app.language {
        Language::En => ["NEW", "CHANGED", "UNCHANGED", "TO CORRECT"],
        Language::Fr => ["NOUVELLES", "MODIFIÉES", "INCHANGÉES", "À CORRIGER"],
    };
    let rows: Vec<Vec<String>> = messages(&report, "counts")
        .iter()
        .map(|count| {
            ["created", "updated", "unchanged", "refused"].map(|field| cell::at(count, field, CODES)).to_vec()
        })
        .collect();
    table::grid(&app.output, &headings.map(str::to_owned), &rows)
}

fn problems(app: &App, result: &DynamicMessage, shown: usize) -> String {
    let (language, output) = (app.language, &app.output);
    let mut text = String::new();
    for group in messages(result, "groups") {
        let [severity, code, message] =
            ["severity", "code", "message"].map(|field| clean(&cell::at(&group, field, CODES)));
        let (word, style) = match severity.as_str() {
            "BLOCKS" => (language.pick("to correct", "à corriger"), Style::Error),
            "DOUBTFUL" => (language.pick("to confirm", "à confirmer"), Style::Warning),
            _ => (language.pick("advice", "conseil"), Style::Faint),
        };
        let cells = strings(&group, "locations");
        let count = cells.len().max(1);
        text += &format!("\n{} {code} ({count})\n  {message}\n", output.paint.style(style, word));
        if !cells.is_empty() {
            let most = shown.saturating_mul(4);
            let more = if cells.len() > most { ", …" } else { "" };
            let list: Vec<String> = cells.into_iter().take(most).collect();
            text += &format!("  {}{more}\n", list.join(", "));
        }
    }
    text
}

fn conflicts(app: &App, result: &DynamicMessage) -> String {
    let language = app.language;
    let conflicts = messages(result, "conflicts");
    if conflicts.is_empty() {
        return String::new();
    }
    let title = language.pick(
        "Changed by someone else since the template was made",
        "Modifié par quelqu'un d'autre depuis que le modèle a été fait",
    );
    let mut text = format!("\n{} ({})\n", app.output.paint.style(Style::Error, title), conflicts.len());
    for conflict in conflicts.iter().take(SHOWN) {
        let [before, now, here] =
            ["template_value", "current_value", "file_value"].map(|field| value(conflict, field));
        let place = clean(&cell::at(conflict, "location", CODES));
        text += &say!(
            language,
            "  {place}: {before} then, {now} now, {here} in the file\n",
            "  {place} : {before} alors, {now} maintenant, {here} dans le fichier\n"
        );
    }
    text
}

fn changes(app: &App, result: &DynamicMessage, committed: bool) -> String {
    let changes = messages(result, "changes");
    if changes.is_empty() {
        return String::new();
    }
    let title = match committed {
        true => app.language.pick("Changes", "Changements"),
        false => app.language.pick("Would change", "Changerait"),
    };
    let mut text = format!("\n{title} ({})\n", changes.len());
    for change in changes.iter().take(SHOWN) {
        let place = clean(&cell::at(change, "location", CODES));
        text += &format!("  {place}  {} → {}\n", value(change, "old_value"), value(change, "new_value"));
    }
    if changes.len() > SHOWN {
        text += "  …\n";
    }
    text
}

fn receipt(app: &App, result: &DynamicMessage) -> String {
    let language = app.language;
    let [number, received, due] = ["receipt", "received_time", "next_due_date"]
        .map(|field| clean(&cell::at(result, field, cell::Reader { language, person: true })));
    let mut text = String::new();
    if !number.is_empty() {
        text += &say!(language, "\nReceipt {number}, {received}\n", "\nReçu n° {number}, {received}\n");
    }
    if !due.is_empty() && !number.is_empty() {
        text += &say!(language, "Next report due: {due}\n", "Prochain rapport attendu : {due}\n");
    }
    text
}

/// What to do now.
fn next(
    app: &App,
    result: &DynamicMessage,
    sent: &Path,
    (dry, blocked, done): (bool, bool, bool),
    beside: Option<&Path>,
) -> String {
    let language = app.language;
    let mut text = String::new();
    if let Some(path) = beside {
        let path = path.display();
        text += &say!(
            language,
            "\nYour file, with notes at the cells: {path}\n",
            "\nVotre fichier, avec des notes aux cellules : {path}\n"
        );
    }
    let named = |path: &Path| clean(&path.display().to_string());
    if of_session(result) {
        let file = named(if blocked { beside.unwrap_or(sent) } else { sent });
        let session = clean(&cell::at(result, "session", CODES));
        return text + &next_of_session(app, result, &file, &session, (dry, blocked, done));
    }
    let name = clean(&cell::at(result, "report.name", CODES));
    let command = match () {
        () if blocked && !done => {
            let file = named(beside.unwrap_or(sent));
            say!(
                language,
                "correct it, then: ensemble report check {file}   (or save what is sound: ensemble report submit {file} --partial)",
                "corrigez, puis : ensemble report check {file}   (ou enregistrez ce qui est bon : ensemble report submit {file} --partial)"
            )
        }
        () if dry && !done => say!(
            language,
            "send it: ensemble report submit {file}",
            "envoyez-le : ensemble report submit {file}",
            file = named(sent)
        ),
        () if name.is_empty() => return text,
        () => format!("ensemble report show {name}"),
    };
    text + &format!("→ {command}\n")
}

/// The same of a spreadsheet of a session.
fn next_of_session(
    app: &App,
    result: &DynamicMessage,
    file: &str,
    session: &str,
    (dry, blocked, done): (bool, bool, bool),
) -> String {
    let nouns = result.get_field_by_name("import_report").and_then(|report| report.as_message().cloned());
    let nouns = nouns.map(|report| messages(&report, "counts")).unwrap_or_default();
    let people = nouns.iter().any(|count| cell::at(count, "noun", CODES) == "enrolment");
    let (check, submit, see) = match people {
        true => (
            format!("ensemble import participants {file} --dry-run"),
            format!("ensemble import participants {file}"),
            format!("ensemble enrolment list --session {session}"),
        ),
        false => (
            format!("ensemble attendance check {file}"),
            format!("ensemble attendance submit {file}"),
            format!("ensemble attendance show {session}"),
        ),
    };
    let command = match () {
        () if blocked => say!(app.language, "correct it, then: {check}", "corrigez, puis : {check}"),
        () if dry && !done => say!(app.language, "send it: {submit}", "envoyez-le : {submit}"),
        () => see,
    };
    format!("→ {command}\n")
}

/// A value in one word.
fn value(message: &DynamicMessage, field: &str) -> String {
    let Some(value) = message.get_field_by_name(field).and_then(|value| value.as_message().cloned()) else {
        return "—".to_owned();
    };
    let at = |path: &str| clean(&cell::at(&value, path, CODES));
    let (number, part, words) = (at("decimal.value"), at("ratio.numerator"), at("text"));
    match () {
        () if !number.is_empty() => number,
        () if !part.is_empty() => format!("{part}/{}", at("ratio.denominator")),
        () if !words.is_empty() => words,
        () => "—".to_owned(),
    }
}

fn strings(message: &DynamicMessage, field: &str) -> Vec<String> {
    let list = message.get_field_by_name(field).map(std::borrow::Cow::into_owned);
    let list = list.and_then(|list| list.as_list().map(<[Value]>::to_vec)).unwrap_or_default();
    list.iter().filter_map(|text| text.as_str().map(clean)).collect()
}

#[cfg(test)]
mod tests;
