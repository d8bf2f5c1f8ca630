//! The keys directory: secrets as PEM, readable by nobody else.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::say;

/// One kind of secrets in the directory of `--keys`.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    kind: &'static str,
}

/// How a secret begins and ends in its file.
const LABEL: &str = "PRIVATE KEY";

impl Directory {
    /// Makes it when it is not there (mode 0700). The kind is how the files of these secrets begin.
    ///
    /// # Errors
    /// When it cannot be made, or others may look into it.
    pub fn open(path: &Path, kind: &'static str) -> Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| broken(path, &error))?;
        check(path)?;
        Ok(Self { path: path.to_owned(), kind })
    }

    /// The secret is here.
    pub fn has(&self, kid: &str) -> bool {
        self.path(kid).is_file()
    }

    /// The secrets that are here, by their ids, in the order of these.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn ids(&self) -> Result<Vec<String>> {
        let broken = |error| broken(&self.path, &error);
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(&self.path).map_err(broken)? {
            let name = entry.map_err(broken)?.file_name();
            let id = name.to_str().and_then(|name| {
                name.strip_prefix(self.kind)?.strip_prefix('-')?.strip_suffix(".pem").map(str::to_owned)
            });
            ids.extend(id);
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Keeps a secret (mode 0600).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, kid: &str, secret: &[u8]) -> Result<()> {
        let text = STANDARD.encode(secret);
        let lines: Vec<String> =
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let pem = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", lines.join("\n"));
        write_private(&self.path(kid), &pem)
    }

    /// A secret, as PEM.
    ///
    /// # Errors
    /// When it is not there, or others may read it.
    pub fn read(&self, kid: &str) -> Result<Vec<u8>> {
        let path = self.path(kid);
        check(&path)?;
        std::fs::read(&path).map_err(|error| broken(&path, &error))
    }

    /// A secret, as its bytes.
    ///
    /// # Errors
    /// As [`read`](Self::read); when it is no PEM.
    pub fn bytes(&self, kid: &str) -> Result<Vec<u8>> {
        let pem = self.read(kid)?;
        let lines = pem.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"-----"));
        let text: Vec<u8> = lines.flatten().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let path = self.path(kid);
        STANDARD.decode(text).map_err(|_| broken(&path, &std::io::ErrorKind::InvalidData.into()))
    }

    /// Forgets a secret; it may be gone already.
    pub fn remove(&self, kid: &str) {
        let _ = std::fs::remove_file(self.path(kid));
    }

    fn path(&self, kid: &str) -> PathBuf {
        self.path.join(format!("{}-{kid}.pem", self.kind))
    }
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    });
    written.map_err(|error| broken(path, &error))
}

/// Refuses what others than its owner may read or write.
fn check(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|error| broken(path, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            let (path, mode) = (path.display(), mode & 0o777);
            return Err(Error::Start(say!(
                "{path} has mode {mode:o}: private keys must be readable by their owner alone (chmod go= {path})",
                "{path} est en mode {mode:o} : une clé privée ne doit être lisible que de son propriétaire (chmod go= {path})"
            )));
        }
    }
    Ok(())
}

fn broken(path: &Path, error: &std::io::Error) -> Error {
    Error::Start(say!("{path}: {error}", "{path} : {error}", path = path.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn keys_are_for_their_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys");
        let directory = Directory::open(&path, "signing").unwrap();
        directory.write("k1", b"private").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory.path("k1"))), (0o700, 0o600));
        assert!(directory.has("k1") && !directory.has("k2"));
        assert!(directory.read("k1").unwrap().starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
        directory.write("k0", &[7; 100]).unwrap();
        assert_eq!(
            (directory.bytes("k1").unwrap().as_slice(), directory.bytes("k0").unwrap().len()),
            (&b"private"[..], 100)
        );
        assert_eq!(directory.ids().unwrap(), ["k0", "k1"]);
        assert!(Directory::open(&path, "sealing").unwrap().ids().unwrap().is_empty(), "of another kind");

        std::fs::set_permissions(directory.path("k1"), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(directory.read("k1").is_err(), "a key that others may read was taken");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(Directory::open(&path, "signing").is_err(), "a directory that others may read was taken");
    }
}
