//! Why a file cannot be read, said to whoever sent it.

use chassis::error::{Error, Violation};
use chassis::say;
use chassis::say::Text;

/// The field that refusals name.
const FIELD: &str = "file";

pub(crate) fn refuse(reason: &'static str, why: Text) -> Error {
    Error::Invalid { reason, fields: vec![Violation { field: FIELD.to_owned(), why }] }
}

/// The program that wrote it, or the way here, broke it.
pub(crate) fn damaged() -> Error {
    refuse(
        "FILE_DAMAGED",
        say!(
            "the file is damaged: open it in your spreadsheet program, save it again as XLSX, and send that",
            "le fichier est endommagé : ouvrez-le dans votre tableur, enregistrez-le à nouveau en XLSX et envoyez celui-ci"
        ),
    )
}

/// More than its limits allow of something.
pub(crate) fn too_large(what: &Text) -> Error {
    let why = Text {
        en: format!("the file holds too much ({}): copy what you filled in into a new template", what.en),
        fr: format!(
            "le fichier contient trop de choses ({}) : recopiez votre saisie dans un modèle neuf",
            what.fr
        ),
    };
    refuse("FILE_TOO_LARGE", why)
}
