//! The spreadsheet to fill in: headings in both languages, lists to choose from in the reader's. Pure.

use chassis::error::Result;
use chassis::say::Language;
use sheet::form::{Ask, said};
use sheet::{Book, Slot, Style};

use super::words::{COLUMNS, Column, FORM, choices};

/// Lines to fill in that are made ready; more may be added.
const READY: usize = 500;

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
    let line = COLUMNS.map(|_| Slot::empty(Style::Input)).to_vec();
    let ask = Ask {
        title,
        how: (
            "One line for each agreement. What you do not know may stay empty; only the partnership and its lead are needed.",
            "Une ligne par accord. Ce que vous ignorez peut rester vide ; seuls le partenariat et son chef de file sont nécessaires.",
        ),
        sent: (
            "The file is checked first: you see what is wrong, cell by cell, before anything is saved; with one wrong cell nothing is. Sending it again changes only what you changed.",
            "Le fichier est d'abord vérifié : vous voyez ce qui ne va pas, cellule par cellule, avant tout enregistrement ; une seule cellule fausse, et rien n'est enregistré. L'envoyer à nouveau ne change que ce que vous avez changé.",
        ),
        language,
        lines: vec![line; READY],
        protected: false,
        chosen: &CHOSEN.map(|(column, name)| (column, choices(name))),
        dates: &[Column::Start, Column::End, Column::Signed],
        numbers: &[Column::Tacit, Column::Notice],
    };
    Book { title: title.to_owned(), pages: FORM.pages(&ask) }.write()
}
