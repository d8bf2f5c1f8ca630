//! What a spreadsheet asks in words: the narrative, the ratings, what is done about what goes badly, and what shows it.

use std::collections::BTreeMap;

use chassis::say::Language;
use chrono::NaiveDate;
use proto::Date;
use proto::projects as pb;
use sheet::{Check, Choice, Content, Line as Row, Page, Sheet, Slot, Style, Value};

use super::super::row::Model;
use super::problem::Place;
use super::words::{self, ANSWERS, KINDS, Pair, QUESTIONS, RATINGS, RESPECTS, said};

/// Empty rows for more of a list, beside those that are there.
const MORE: usize = 3;
/// Rows of a list, at least.
const ROWS: usize = 5;
/// Where the answers begin.
const FIRST: u32 = 2;
/// Answers beside each other.
pub(super) const CELLS: u32 = 4;

/// The cells after a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) sheet: String,
    pub(super) row: u32,
    pub(super) cells: [Option<Value>; CELLS as usize],
}

impl Answer {
    pub(super) fn place(&self, cell: usize) -> Place {
        let column = FIRST + u32::try_from(cell).unwrap_or_default();
        Place { sheet: self.sheet.clone(), row: self.row, column }
    }

    pub(super) fn words(&self, cell: usize) -> String {
        self.cells[cell].as_ref().map(Value::words).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(Option::is_none)
    }
}

/// Reads the answers, by the keys of their rows.
pub(super) fn read(sheet: &Sheet) -> BTreeMap<String, Answer> {
    let mut answers = BTreeMap::new();
    for row in sheet.rows() {
        let key = sheet.get(row, 0).map(Value::words).unwrap_or_default();
        if !key.is_empty() {
            let cells = std::array::from_fn(|cell| {
                let column = FIRST + u32::try_from(cell).unwrap_or_default();
                sheet.get(row, column).cloned()
            });
            answers.entry(key).or_insert(Answer { sheet: sheet.name.clone(), row, cells });
        }
    }
    answers
}

/// The sheet that asks, with what the report says already.
pub(super) fn page(report: Option<&Model>, title: &str, language: Language) -> Page {
    let mut page = Making { language, lines: Vec::new(), checks: Vec::new() };
    let text = |pair: Pair| said(pair, language).to_owned();
    page.row("", Style::Title, &[title.to_owned()], &[]);
    page.group(
        ("What happened", "Ce qui s'est passé"),
        [("Question", "Question"), ("Answer", "Réponse"), ("", ""), ("", ""), ("", "")],
    );
    for (field, question) in QUESTIONS {
        let told = report.and_then(|report| narrative(&report.narrative, field));
        let own = told.and_then(|mut told| told.translations.remove(language.code()));
        let answer = own.map_or(Content::Empty, |own| Content::Text(own.text));
        page.ask(&format!("narrative.{field}"), &text(question), vec![answer], 6);
    }
    page.group(
        ("How it goes", "Comment cela va"),
        [
            ("Respect", "Aspect"),
            ("Your rating", "Votre appréciation"),
            ("Why, if better than suggested", "Motif, si meilleure que la suggestion"),
            ("", ""),
            ("", ""),
        ],
    );
    let first = page.next();
    for (field, respect) in RESPECTS {
        let rating = report.and_then(|report| rating(&report.ratings, field)).unwrap_or_default();
        let declared = RATINGS.iter().find(|(known, _)| *known == rating.declared());
        let declared = declared.map_or(Content::Empty, |(_, pair)| Content::Text(text(*pair)));
        page.ask(
            &format!("ratings.{field}"),
            &text(respect),
            vec![declared, content(&rating.override_reason)],
            0,
        );
    }
    page.choose(
        0,
        first,
        list('A', RATINGS.len()),
        ("Rating", "Appréciation"),
        (
            "Choose from the list; leave empty to keep what the figures suggest.",
            "Choisissez dans la liste ; laissez vide pour garder ce que suggèrent les chiffres.",
        ),
    );
    page.group(
        ("What is done about what goes badly", "Ce qui est fait quand cela va mal"),
        [
            ("", ""),
            ("Action", "Action"),
            ("Who: partners/…", "Responsable : partners/…"),
            ("Until", "Échéance"),
            ("", ""),
        ],
    );
    let first = page.next();
    let actions = report.map(|report| report.corrective_actions.to_vec()).unwrap_or_default();
    for index in 0..ROWS.max(actions.len() + MORE) {
        let action = actions.get(index).cloned().unwrap_or_default();
        let cells = vec![content(&action.text), content(&action.owner), date(action.due_date.as_ref())];
        let number = index + 1;
        let label = page.numbered(("Action", "Action"), number);
        page.ask(&format!("corrective_actions.{number}"), &label, cells, 0);
    }
    page.dates(2, first);
    page.group(
        ("What shows it", "Ce qui le montre"),
        [
            ("", ""),
            ("Title", "Titre"),
            ("Address (https)", "Adresse (https)"),
            ("Kind", "Nature"),
            ("Of", "Du"),
        ],
    );
    let first = page.next();
    let evidence = report.map(|report| report.evidence.to_vec()).unwrap_or_default();
    for index in 0..ROWS.max(evidence.len() + MORE) {
        let one = evidence.get(index).cloned().unwrap_or_default();
        let kind = KINDS.iter().find(|(known, _)| *known == one.kind());
        let kind = kind.map_or(Content::Empty, |(_, pair)| Content::Text(text(*pair)));
        let cells = vec![content(&one.title), content(&one.uri), kind, date(one.issue_date.as_ref())];
        let number = index + 1;
        let label = page.numbered(("Evidence", "Preuve"), number);
        page.ask(&format!("evidence.{number}"), &label, cells, 0);
    }
    page.choose(
        2,
        first,
        list('B', KINDS.len()),
        ("Kind", "Nature"),
        ("Choose from the list.", "Choisissez dans la liste."),
    );
    page.dates(3, first);
    page.group(("The end", "La fin"), [("", ""), ("", ""), ("", ""), ("", ""), ("", "")]);
    let first = page.next();
    let last = report.is_some_and(|report| report.is_final);
    let last = ANSWERS.iter().find(|(answer, _)| *answer == last).map(|(_, pair)| Content::Text(text(*pair)));
    let question = ("Is this the last report of the project?", "Est-ce le dernier rapport du projet ?");
    page.ask("final", &text(question), vec![last.unwrap_or_default()], 0);
    page.choose(
        0,
        first,
        list('C', ANSWERS.len()),
        ("Last report", "Dernier rapport"),
        ("Yes or no.", "Oui ou non."),
    );
    let widths = [12.0, 30.0, 52.0, 36.0, 20.0, 13.0];
    let column = |(index, width)| sheet::Column { width, hidden: index == 0 };
    Page {
        name: text(words::STORY),
        tab: Some(0x002E_7D32),
        protected: true,
        columns: widths.into_iter().enumerate().map(column).collect(),
        lines: page.lines,
        checks: page.checks,
        ..Page::default()
    }
}

/// The sheet that the drop-downs choose from.
pub(super) fn lists(language: Language) -> Page {
    let text = |pair: &Pair| said(*pair, language).to_owned();
    let lists: [(Pair, Vec<String>); 3] = [
        (("Rating", "Appréciation"), RATINGS.iter().map(|(_, pair)| text(pair)).collect()),
        (("Kind of evidence", "Nature de la preuve"), KINDS.iter().map(|(_, pair)| text(pair)).collect()),
        (("Answer", "Réponse"), ANSWERS.iter().map(|(_, pair)| text(pair)).collect()),
    ];
    let longest = lists.iter().map(|(_, list)| list.len()).max().unwrap_or_default();
    let heads = lists.iter().map(|(head, _)| Slot::text(Style::Heading, text(head))).collect();
    let row = |index: usize| {
        let slot = |(_, list): &(Pair, Vec<String>)| {
            list.get(index).map_or(Slot::default(), |one| Slot::text(Style::Known, one.clone()))
        };
        Row { slots: lists.iter().map(slot).collect(), height: 0 }
    };
    Page {
        name: text(&words::LISTS),
        tab: Some(0x9E_9E_9E),
        protected: true,
        columns: vec![sheet::Column { width: 26.0, hidden: false }; lists.len()],
        lines: std::iter::once(Row { slots: heads, height: 0 }).chain((0..longest).map(row)).collect(),
        ..Page::default()
    }
}

/// The cells of a list, in the language of the spreadsheet.
fn list(column: char, length: usize) -> impl Fn(Language) -> String {
    move |language| format!("'{}'!${column}$2:${column}${}", said(words::LISTS, language), length + 1)
}

struct Making {
    language: Language,
    lines: Vec<Row>,
    checks: Vec<Check>,
}

impl Making {
    fn next(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    fn row(&mut self, key: &str, style: Style, first: &[String], rest: &[Slot]) {
        let key = if key.is_empty() { Slot::default() } else { Slot::text(Style::Plain, key) };
        let first = first.iter().map(|text| Slot::text(style, text.clone()));
        let slots = std::iter::once(key).chain(first).chain(rest.iter().cloned()).collect();
        self.lines.push(Row { slots, height: 0 });
    }

    fn group(&mut self, title: Pair, heads: [Pair; 5]) {
        self.lines.push(Row::default());
        let title = said(title, self.language).to_owned();
        let rest: Vec<Slot> = (0..CELLS).map(|_| Slot::empty(Style::Group)).collect();
        self.row("", Style::Group, &[title], &rest);
        if heads.iter().any(|(en, _)| !en.is_empty()) {
            let head = |head: &Pair| match said(*head, self.language) {
                "" => Slot::default(),
                said => Slot::text(Style::Heading, said),
            };
            let heads: Vec<Slot> = heads.iter().map(head).collect();
            self.row("", Style::Heading, &[], &heads);
        }
    }

    fn ask(&mut self, key: &str, label: &str, cells: Vec<Content>, height: u16) {
        let input = |content| Slot { content, style: Style::Input };
        let cells: Vec<Slot> = cells.into_iter().map(input).collect();
        self.row(key, Style::Known, &[label.to_owned()], &cells);
        if let Some(line) = self.lines.last_mut() {
            line.height = height;
        }
    }

    fn numbered(&self, what: Pair, number: usize) -> String {
        format!("{} {number}", said(what, self.language))
    }

    fn choose(&mut self, cell: u16, first: u32, list: impl Fn(Language) -> String, title: Pair, hint: Pair) {
        let choice = Choice::OneOf(list(self.language));
        self.check(cell, first, choice, title, hint);
    }

    fn dates(&mut self, cell: u16, first: u32) {
        let hint = ("A date: 2025-12-31.", "Une date : 31/12/2025.");
        self.check(cell, first, Choice::Date, ("Date", "Date"), hint);
    }

    /// From a row to the last one so far.
    fn check(&mut self, cell: u16, first: u32, choice: Choice, title: Pair, hint: Pair) {
        self.checks.push(Check {
            column: u16::try_from(FIRST).unwrap_or_default() + cell,
            first,
            last: self.next().saturating_sub(1),
            choice,
            title: said(title, self.language).to_owned(),
            hint: said(hint, self.language).to_owned(),
        });
    }
}

fn content(text: &str) -> Content {
    if text.is_empty() { Content::Empty } else { Content::Text(text.to_owned()) }
}

fn date(date: Option<&Date>) -> Content {
    let day = date.and_then(|date| {
        let part = |number: i32| u32::try_from(number).ok();
        NaiveDate::from_ymd_opt(date.year, part(date.month)?, part(date.day)?)
    });
    day.map_or(Content::Empty, Content::Date)
}

/// A part of the narrative, by the name of its field.
pub(super) fn narrative(
    narrative: &pb::ReportNarrative,
    field: &str,
) -> Option<proto::common::LocalizedText> {
    match field {
        "progress" => narrative.progress.clone(),
        "difficulties" => narrative.difficulties.clone(),
        "lessons" => narrative.lessons.clone(),
        "next_steps" => narrative.next_steps.clone(),
        _ => None,
    }
}

/// A rating, by the name of its field.
pub(super) fn rating(ratings: &pb::ReportRatings, field: &str) -> Option<pb::ReportRating> {
    match field {
        "schedule" => ratings.schedule.clone(),
        "results" => ratings.results.clone(),
        "budget" => ratings.budget.clone(),
        "inclusion" => ratings.inclusion.clone(),
        _ => None,
    }
}
