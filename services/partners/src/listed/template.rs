//! The spreadsheet to fill in: headings in both languages, lists to choose from in the reader's. Pure.

use chassis::error::Result;
use chassis::say::Language;
use sheet::{Book, Check, Choice as May, Column as Width, Line, Page, Slot, Style};

use super::words::{COLUMNS, Column, Head, LISTS, README, SHEET, choices, heading, said};

/// The row of the headings, from 0.
const HEADINGS: u32 = 2;
/// Lines to fill in that are made ready; more may be added.
const READY: u32 = 500;

/// What is chosen from which enum of the contract.
const CHOSEN: [(Column, &str); 3] = [
    (Column::Nature, "Partnership.Kind"),
    (Column::Kind, "Agreement.Kind"),
    (Column::Renewal, "Agreement.RenewalMode"),
];

/// The XLSX file.
///
/// # Errors
/// Only of the writer.
pub(crate) fn template(language: Language) -> Result<Vec<u8>> {
    let title =
        said(("Partnerships and agreements to take over", "Partenariats et accords à reprendre"), language);
    let book = Book {
        title: title.to_owned(),
        pages: vec![agreements(title, language), readme(title, language), lists(language)],
    };
    book.write()
}

fn agreements(title: &str, language: Language) -> Page {
    let how = said(
        (
            "One line for each agreement. What you do not know may stay empty; only the partnership and its lead are needed.",
            "Une ligne par accord. Ce que vous ignorez peut rester vide ; seuls le partenariat et son chef de file sont nécessaires.",
        ),
        language,
    );
    let line = |slots: Vec<Slot>| Line { slots, height: 0 };
    let mut lines = vec![
        line(vec![Slot::text(Style::Title, title)]),
        line(vec![Slot::text(Style::Remark, how)]),
        line(COLUMNS.iter().map(|head| Slot::text(Style::Heading, heading(head))).collect()),
    ];
    lines.extend((0..READY).map(|_| line(COLUMNS.iter().map(|_| Slot::empty(Style::Input)).collect())));
    let check = |(at, head): (u16, &Head)| Check {
        column: at,
        first: HEADINGS + 1,
        last: HEADINGS + READY,
        choice: may(head.column, language),
        title: said(head.name, language).chars().take(32).collect(),
        hint: said(head.hint, language).chars().take(255).collect(),
    };
    Page {
        name: said(SHEET, language).to_owned(),
        tab: Some(0xF9A825),
        columns: COLUMNS.iter().map(|head| Width { width: head.width, hidden: false }).collect(),
        lines,
        headings: Some((HEADINGS, 1)),
        checks: (0..).zip(&COLUMNS).map(check).collect(),
        ..Page::default()
    }
}

fn may(column: Column, language: Language) -> May {
    let list = CHOSEN.iter().position(|(chosen, _)| *chosen == column);
    match (list, column) {
        (Some(at), _) => {
            let letter = char::from(b'A' + u8::try_from(at).unwrap_or_default());
            let last = choices(CHOSEN[at].1).len() + 1;
            May::OneOf(format!("'{}'!${letter}$2:${letter}${last}", said(LISTS, language)))
        }
        (None, Column::Start | Column::End | Column::Signed) => May::Date,
        (None, Column::Tacit | Column::Notice) => May::Number,
        (None, _) => May::Anything,
    }
}

fn readme(title: &str, language: Language) -> Page {
    let row = |head: &Head| Line {
        slots: vec![
            Slot::text(Style::Group, heading(head)),
            Slot::text(Style::Plain, said(head.hint, language)),
        ],
        height: 2,
    };
    let how = said(
        (
            "The file is checked first: you see what is wrong, cell by cell, before anything is saved; with one wrong cell nothing is. Sending it again changes only what you changed.",
            "Le fichier est d'abord vérifié : vous voyez ce qui ne va pas, cellule par cellule, avant tout enregistrement ; une seule cellule fausse, et rien n'est enregistré. L'envoyer à nouveau ne change que ce que vous avez changé.",
        ),
        language,
    );
    let top = [Slot::text(Style::Title, title), Slot::text(Style::Remark, how)];
    let top = top.map(|slot| Line { slots: vec![slot], height: 0 });
    Page {
        name: said(README, language).to_owned(),
        tab: Some(0x1F3A5F),
        protected: true,
        columns: [34.0, 110.0].map(|width| Width { width, hidden: false }).to_vec(),
        lines: top.into_iter().chain(COLUMNS.iter().map(row)).collect(),
        ..Page::default()
    }
}

fn lists(language: Language) -> Page {
    let lists = CHOSEN.map(|(column, name)| {
        let head = COLUMNS.iter().find(|head| head.column == column);
        let title = head.map(|head| said(head.name, language)).unwrap_or_default().to_owned();
        let words = choices(name).iter().map(|choice| choice.said(language).to_owned()).collect::<Vec<_>>();
        std::iter::once(title).chain(words).collect::<Vec<_>>()
    });
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
        name: said(LISTS, language).to_owned(),
        protected: true,
        columns: vec![Width { width: 44.0, hidden: false }; lists.len()],
        lines: (0..most).map(line).collect(),
        ..Page::default()
    }
}
