//! A spreadsheet as it came: its lines, wherever its columns were moved to. Pure.

use chassis::error::Result;
use chassis::say;
use sheet::{Workbook, form};

use super::words::{Column, FORM};

/// A line that says something.
pub(super) type Row = form::Row<Column>;
/// What came.
pub(super) type Listed = form::Listed<Column>;

/// Reads the first sheet that has the headings.
///
/// # Errors
/// `INVALID_ARGUMENT` on `file` where none has: says what to do.
pub(super) fn read(workbook: &Workbook) -> Result<Listed> {
    FORM.read(
        workbook,
        say!(
            "no sheet has the headings Partnership and Lead: take the template (ensemble import partnerships --template FILE) and copy your lines into it",
            "aucune feuille n'a les en-têtes Partenariat et Chef de file : prenez le modèle (ensemble import partnerships --template FICHIER) et recopiez-y vos lignes"
        ),
    )
}
