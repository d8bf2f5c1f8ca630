//! What was told in words becomes part of a report. Where nothing was said of something, it stays as it was. Pure.

use std::collections::BTreeMap;

use chassis::say;
use chassis::say::{Language, Text};
use chrono::Datelike as _;
use proto::Date;
use proto::common::import_problem::Severity;
use proto::common::{Evidence, LocalizedText, Translation};
use proto::projects as pb;
use sheet::DateTrouble;

use super::blame::Places;
use super::problem::Problems;
use super::story::{self, Answer};
use super::words::{ANSWERS, KINDS, Pair, QUESTIONS, RATINGS, RESPECTS, same};

/// Reads what was told into a draft.
pub(super) struct Telling<'a> {
    pub(super) language: Language,
    pub(super) problems: &'a mut Problems,
    /// Which cell a field of the report came from.
    pub(super) places: &'a mut Places,
}

impl Telling<'_> {
    pub(super) fn tell(&mut self, draft: &mut pb::Report, story: &BTreeMap<String, Answer>) {
        let mut told = draft.narrative.clone().unwrap_or_default();
        for (field, _) in QUESTIONS {
            if let Some(answer) = story.get(&format!("narrative.{field}")) {
                self.places.field(format!("narrative.{field}"), answer.place(0));
                let text = self.revised(story::narrative(&told, field), answer.words(0));
                match field {
                    "progress" => told.progress = text,
                    "difficulties" => told.difficulties = text,
                    "lessons" => told.lessons = text,
                    _ => told.next_steps = text,
                }
            }
        }
        draft.narrative = (told != pb::ReportNarrative::default()).then_some(told);
        self.ratings(draft, story);
        if let Some((first, answers)) = rows(story, "corrective_actions.") {
            self.places.field("corrective_actions".to_owned(), first.place(0));
            draft.corrective_actions = self.actions(&draft.corrective_actions, &answers);
        }
        if let Some((first, answers)) = rows(story, "evidence.") {
            self.places.field("evidence".to_owned(), first.place(0));
            draft.evidence = self.evidence(&draft.evidence, &answers);
        }
        if let Some(answer) = story.get("final").filter(|answer| !answer.is_empty()) {
            draft.r#final = self.choice(answer, 0, &ANSWERS).unwrap_or(draft.r#final);
        }
    }

    /// A text with what was written in the language of the spreadsheet; what stands in other languages stays.
    fn revised(&self, before: Option<LocalizedText>, text: String) -> Option<LocalizedText> {
        let code = self.language.code();
        let mut told = before.unwrap_or_default();
        match text.is_empty() {
            true => drop(told.translations.remove(code)),
            false if told.translations.get(code).is_some_and(|own| own.text == text) => {}
            false => {
                told.translations.insert(code.to_owned(), Translation { text, ..Translation::default() });
            }
        }
        if !told.translations.contains_key(&told.default_language_code) {
            told.default_language_code = told.translations.keys().next()?.clone();
        }
        Some(told)
    }

    fn ratings(&mut self, draft: &mut pb::Report, story: &BTreeMap<String, Answer>) {
        let mut ratings = draft.ratings.clone().unwrap_or_default();
        for (field, _) in RESPECTS {
            let Some(answer) = story.get(&format!("ratings.{field}")) else { continue };
            self.places.field(format!("ratings.{field}"), answer.place(0));
            self.places.field(format!("ratings.{field}.override_reason"), answer.place(1));
            let mut rating = story::rating(&ratings, field).unwrap_or_default();
            let declared = if answer.cells[0].is_none() { None } else { self.choice(answer, 0, &RATINGS) };
            rating.declared = declared.unwrap_or_default().into();
            rating.override_reason = answer.words(1);
            let rating = (rating != pb::ReportRating::default()).then_some(rating);
            match field {
                "schedule" => ratings.schedule = rating,
                "results" => ratings.results = rating,
                "budget" => ratings.budget = rating,
                _ => ratings.inclusion = rating,
            }
        }
        draft.ratings = (ratings != pb::ReportRatings::default()).then_some(ratings);
    }

    fn actions(&mut self, before: &[pb::CorrectiveAction], answers: &[&Answer]) -> Vec<pb::CorrectiveAction> {
        let mut actions = Vec::new();
        for answer in answers {
            let at = format!("corrective_actions[{}]", actions.len());
            for (cell, field) in [(0, "text"), (1, "owner"), (2, "due_date")] {
                self.places.field(format!("{at}.{field}"), answer.place(cell));
            }
            self.places.field(at, answer.place(0));
            let (text, owner) = (answer.words(0), answer.words(1));
            let done = before.iter().any(|known| known.done && known.text == text && known.owner == owner);
            actions.push(pb::CorrectiveAction { text, owner, due_date: self.date(answer, 2), done });
        }
        actions
    }

    /// The links that are listed; what is known of one beside what the spreadsheet asks for stays with its address.
    fn evidence(&mut self, before: &[Evidence], answers: &[&Answer]) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        for answer in answers {
            let at = format!("evidence[{}]", evidence.len());
            for (cell, field) in [(0, "title"), (1, "uri"), (2, "kind"), (3, "issue_date")] {
                self.places.field(format!("{at}.{field}"), answer.place(cell));
            }
            self.places.field(at, answer.place(0));
            let uri = answer.words(1);
            let known = before.iter().find(|known| known.uri == uri).cloned().unwrap_or_default();
            let kind = if answer.cells[2].is_none() { None } else { self.choice(answer, 2, &KINDS) };
            evidence.push(Evidence {
                title: answer.words(0),
                issue_date: self.date(answer, 3),
                kind: kind.unwrap_or_default().into(),
                uri,
                ..known
            });
        }
        evidence
    }

    /// One of a list.
    fn choice<T: Copy>(&mut self, answer: &Answer, cell: usize, list: &[(T, Pair)]) -> Option<T> {
        let said = answer.words(cell);
        let found = list.iter().find(|(_, pair)| same(*pair, &said));
        if found.is_none() {
            let words = |pick: fn(Pair) -> &'static str| {
                list.iter().map(|(_, pair)| pick(*pair)).collect::<Vec<_>>().join(", ")
            };
            let (en, fr) = (words(|pair| pair.0), words(|pair| pair.1));
            let why = Text { en: format!("expected one of: {en}"), fr: format!("attendu : {fr}") };
            self.wrong("CHOICE_UNKNOWN", answer, cell, why);
        }
        found.map(|(one, _)| *one)
    }

    fn date(&mut self, answer: &Answer, cell: usize) -> Option<Date> {
        let value = answer.cells[cell].as_ref()?;
        match sheet::date(value, self.language) {
            Ok(day) => {
                let part = |number: u32| i32::try_from(number).unwrap_or_default();
                Some(Date { year: day.year(), month: part(day.month()), day: part(day.day()) })
            }
            Err(DateTrouble::Ambiguous) => {
                let why = say!(
                    "days or months first? write the date as 2025-12-31",
                    "jour ou mois en premier ? écrivez la date ainsi : 2025-12-31"
                );
                self.wrong("DATE_AMBIGUOUS", answer, cell, why);
                None
            }
            Err(DateTrouble::Unreadable) => {
                let why = say!("expected a date, like 2025-12-31", "une date est attendue, comme 31/12/2025");
                self.wrong("DATE_EXPECTED", answer, cell, why);
                None
            }
        }
    }

    fn wrong(&mut self, code: &'static str, answer: &Answer, cell: usize, why: Text) {
        let found = answer.cells[cell].as_ref().map(sheet::Value::shown).unwrap_or_default();
        self.problems.add(Severity::Blocks, code, Some(answer.place(cell)), "", &found, why);
    }
}

/// The first row of a list, and those that say something, in their order; nothing when the spreadsheet does not ask for it.
fn rows<'s>(story: &'s BTreeMap<String, Answer>, prefix: &str) -> Option<(&'s Answer, Vec<&'s Answer>)> {
    let of_list = story.iter().filter(|(key, _)| key.starts_with(prefix));
    let mut rows: Vec<&Answer> = of_list.map(|(_, row)| row).collect();
    rows.sort_by_key(|answer| answer.row);
    let first = *rows.first()?;
    rows.retain(|answer| !answer.is_empty());
    Some((first, rows))
}
