//! Files of a package on their way: written beside their place, counted and hashed as they go, put there together.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};

/// The list of all files with their hashes, as `sha256sum -c` reads it.
pub(super) const SUMS: &str = "SHA256SUMS";
/// Who published that list.
pub(super) const MANIFEST: &str = "manifest.jws";

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Written {
    /// Its path within the package: `data/partners.csv`.
    pub(super) path: String,
    pub(super) bytes: u64,
    /// SHA-256, in hexadecimal.
    pub(super) sha256: String,
}

/// A file that is being written.
pub(super) struct Draft {
    path: String,
    file: BufWriter<File>,
    bytes: u64,
    hash: Context,
}

impl Draft {
    /// Ends the file.
    pub(super) fn close(mut self) -> std::io::Result<Written> {
        self.file.flush()?;
        Ok(Written { path: self.path, bytes: self.bytes, sha256: hex(self.hash.finish().as_ref()) })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A folder on its way: beside its place until it is whole.
pub(super) struct Folder {
    at: PathBuf,
    part: PathBuf,
    language: Language,
}

impl Folder {
    /// Begins a folder. What is there already is replaced only if it is a package too.
    ///
    /// # Errors
    /// When the place holds something else, or cannot be written to.
    pub(super) fn begin(at: &Path, language: Language) -> Result<Self> {
        let taken = std::fs::read_dir(at).is_ok_and(|mut entries| entries.next().is_some()) || at.is_file();
        if taken && !at.join(SUMS).is_file() {
            let shown = at.display();
            return Err(Fault::new(
                exit::USAGE,
                "FOLDER_TAKEN",
                say!(
                    language,
                    "{shown} holds something else than open data",
                    "{shown} contient autre chose que des données ouvertes"
                ),
            )
            .todo(say!(
                language,
                "choose an empty folder, or a new one",
                "choisissez un dossier vide, ou nouveau"
            )));
        }
        let mut part = at.as_os_str().to_owned();
        part.push(".part");
        let folder = Self { at: at.to_owned(), part: PathBuf::from(part), language };
        // What an export that was killed has left.
        if folder.part.exists() {
            std::fs::remove_dir_all(&folder.part).map_err(|error| folder.fault(&folder.part, &error))?;
        }
        std::fs::create_dir_all(&folder.part).map_err(|error| folder.fault(&folder.part, &error))?;
        Ok(folder)
    }

    /// Begins a file in it.
    pub(super) fn file(&self, path: &str) -> Result<Draft> {
        let place = self.part.join(path);
        let begun =
            std::fs::create_dir_all(place.parent().unwrap_or(&self.part)).and_then(|()| File::create(&place));
        let file = begun.map_err(|error| self.fault(&place, &error))?;
        Ok(Draft { path: path.to_owned(), file: BufWriter::new(file), bytes: 0, hash: Context::new(&SHA256) })
    }

    /// Writes a whole file.
    pub(super) fn put(&self, path: &str, content: &[u8]) -> Result<Written> {
        let mut draft = self.file(path)?;
        draft.write_all(content)?;
        Ok(draft.close()?)
    }

    /// Takes a file back.
    pub(super) fn remove(&self, written: &Written) -> Result {
        let place = self.part.join(&written.path);
        std::fs::remove_file(&place).map_err(|error| self.fault(&place, &error))
    }

    /// Puts the folder in its place, instead of the package that was there.
    ///
    /// # Errors
    /// Of the disk: what was there is there still.
    pub(super) fn close(self) -> Result {
        let mut old = self.at.as_os_str().to_owned();
        old.push(".old");
        let old = PathBuf::from(old);
        let replaces = self.at.exists();
        if replaces {
            drop(std::fs::remove_dir_all(&old)); // left by one that was killed, if it is there
            std::fs::rename(&self.at, &old).map_err(|error| self.fault(&self.at, &error))?;
        }
        if let Err(error) = std::fs::rename(&self.part, &self.at) {
            if replaces {
                std::fs::rename(&old, &self.at).map_err(|error| self.fault(&old, &error))?;
            }
            return Err(self.fault(&self.at, &error));
        }
        if replaces {
            std::fs::remove_dir_all(&old).map_err(|error| self.fault(&old, &error))?;
        }
        Ok(())
    }

    /// Leaves nothing behind.
    pub(super) fn give_up(&self) {
        drop(std::fs::remove_dir_all(&self.part)); // what is left of it is named .part
    }

    fn fault(&self, path: &Path, error: &std::io::Error) -> Fault {
        Fault::file(self.language, path, error)
    }
}

/// The list of the files, as `sha256sum -c` reads it.
pub(super) fn sums(files: &[Written]) -> String {
    let mut lines: Vec<String> =
        files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
    lines.sort_by(|one, other| one[66..].cmp(&other[66..]));
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_whole_or_not_there_and_nothing_else_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("open");
        let folder = Folder::begin(&at, Language::En).unwrap();
        let written = folder.put("data/a.csv", b"abc").unwrap();
        assert_eq!(written.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(!at.exists());
        folder.put(SUMS, sums(&[written]).as_bytes()).unwrap();
        folder.close().unwrap();
        assert_eq!(std::fs::read(at.join("data/a.csv")).unwrap(), b"abc");

        // Killed on its way: what is there stays, and the next one begins anew.
        let killed = Folder::begin(&at, Language::En).unwrap();
        killed.put("data/b.csv", b"half").unwrap();
        drop(killed);
        let again = Folder::begin(&at, Language::En).unwrap();
        again.put(SUMS, b"").unwrap();
        again.close().unwrap();
        assert!(!at.join("data").exists() && !dir.path().join("open.old").exists());

        let mine = dir.path().join("mine");
        std::fs::create_dir(&mine).unwrap();
        std::fs::write(mine.join("letter.txt"), "dear").unwrap();
        let fault = Folder::begin(&mine, Language::En).err().unwrap();
        assert_eq!(fault.reason, "FOLDER_TAKEN");
        assert!(mine.join("letter.txt").is_file());
    }

    #[test]
    fn sums_are_in_the_order_of_the_paths() {
        let file = |path: &str| Written { path: path.to_owned(), bytes: 0, sha256: "0".repeat(64) };
        let zero = "0".repeat(64);
        assert_eq!(sums(&[file("b"), file("a")]), format!("{zero}  a\n{zero}  b\n"));
    }
}
