//! A file that is a package of files (XLSX, ODS), looked through within limits before anything parses it.

use std::io::{Cursor, Read as _};

use chassis::error::Result;
use chassis::say;
use zip::{CompressionMethod, ZipArchive};

use crate::refusal::{damaged, refuse, too_large};

/// How much of a file is read. What a file says of its own sizes is not believed: it is measured.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes of all that is packed in it.
    pub unpacked: u64,
    /// Bytes of one packed part that is not a sheet: all texts, all styles.
    pub part: u64,
    /// Files packed in it.
    pub entries: usize,
    /// Sheets.
    pub sheets: usize,
    /// The last row that is looked at.
    pub rows: u32,
    /// The last column that is looked at.
    pub columns: u32,
    /// Cells that are not empty.
    pub cells: usize,
    /// Bytes of the texts of all cells: one text may stand in many.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 10 << 20,
            unpacked: 64 << 20,
            part: 16 << 20,
            entries: 1000,
            sheets: 50,
            rows: 100_000,
            columns: 1000,
            cells: 500_000,
            text: 32 << 20,
        }
    }
}

/// A package whose parts are known to be small enough.
pub(crate) struct Package<'f> {
    pub(crate) archive: ZipArchive<Cursor<&'f [u8]>>,
    pub(crate) names: Vec<String>,
}

impl<'f> Package<'f> {
    /// Unpacks everything once, into nothing, and measures it.
    pub(crate) fn open(file: &'f [u8], limits: &Limits) -> Result<Self> {
        let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| damaged())?;
        if archive.len() > limits.entries {
            return Err(too_large(&say!(
                "more than {most} parts",
                "plus de {most} parties",
                most = limits.entries
            )));
        }
        let (mut names, mut left) = (Vec::new(), limits.unpacked);
        for index in 0..archive.len() {
            let mut entry = archive.by_index_raw(index).map_err(|_| damaged())?;
            if entry.encrypted() {
                return Err(encrypted());
            }
            let name = entry.name().map_err(|_| damaged())?.into_owned();
            let packed =
                matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
            if !packed || !is_inside(&name) {
                return Err(damaged());
            }
            drop(entry);
            entry = archive.by_index(index).map_err(|_| damaged())?;
            let most = if is_sheet(&name) { left } else { left.min(limits.part) };
            let unpacked = std::io::copy(&mut entry.by_ref().take(most + 1), &mut std::io::sink());
            let unpacked = unpacked.map_err(|_| damaged())?;
            if unpacked > most {
                let mebibytes = limits.unpacked >> 20;
                return Err(too_large(&say!(
                    "more than {mebibytes} MiB once unpacked",
                    "plus de {mebibytes} Mio une fois décompressé"
                )));
            }
            left -= unpacked;
            names.push(name);
        }
        Ok(Self { archive, names })
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(part))
    }

    pub(crate) fn has_below(&self, folder: &str) -> bool {
        let below =
            |name: &String| name.get(..folder.len()).is_some_and(|start| start.eq_ignore_ascii_case(folder));
        self.names.iter().any(below)
    }

    /// A part as text; nothing when it is not there.
    pub(crate) fn text(&mut self, part: &str) -> Result<Option<String>> {
        let Some(index) = self.names.iter().position(|name| name.eq_ignore_ascii_case(part)) else {
            return Ok(None);
        };
        let mut entry = self.archive.by_index(index).map_err(|_| damaged())?;
        let mut text = String::new();
        entry.read_to_string(&mut text).map_err(|_| damaged())?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }
}

/// The sheets of XLSX and all that ODS has to say may take as much as the whole.
fn is_sheet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("xl/worksheets/") || name == "content.xml"
}

/// A name that stays inside its package, wherever it is unpacked.
fn is_inside(name: &str) -> bool {
    let climbs = name.split('/').any(|step| step == "..");
    !name.is_empty() && !name.starts_with('/') && !climbs && !name.contains(['\\', ':', '\0'])
}

pub(crate) fn encrypted() -> chassis::error::Error {
    refuse(
        "FILE_ENCRYPTED",
        say!(
            "the file is protected by a password: save a copy without one, and send that",
            "le fichier est protégé par un mot de passe : enregistrez une copie sans mot de passe et envoyez-la"
        ),
    )
}

pub(crate) fn has_macros() -> chassis::error::Error {
    refuse(
        "FILE_HAS_MACROS",
        say!(
            "the file contains macros, which are never needed here: save it as XLSX, without macros",
            "le fichier contient des macros, inutiles ici : enregistrez-le en XLSX, sans macros"
        ),
    )
}

pub(crate) fn has_links() -> chassis::error::Error {
    refuse(
        "FILE_HAS_LINKS",
        say!(
            "the file takes values from other files, which nobody here can see: break these links (in Excel: Data, Edit Links) and keep the values",
            "le fichier tire des valeurs d'autres fichiers, que personne ici ne voit : rompez ces liaisons (dans Excel : Données, Modifier les liens) en gardant les valeurs"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        assert!(is_inside("xl/worksheets/sheet1.xml") && is_inside("mimetype"));
        for outside in ["", "/etc/passwd", "../a", "xl/../../a", "C:\\a", "a\\..\\b", "c:a", "a\0b"] {
            assert!(!is_inside(outside), "{outside}");
        }
    }
}
