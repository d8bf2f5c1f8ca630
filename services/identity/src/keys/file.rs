//! The keys directory: private keys as PKCS#8 PEM, readable by nobody else.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chassis::error::{Error, Result};
use chassis::say;

/// The directory of `--keys`.
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// Makes it when it is not there (mode 0700).
    ///
    /// # Errors
    /// INTERNAL when it cannot be made, or others may look into it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| broken(path, &error))?;
        check(path)?;
        Ok(Self(path.to_owned()))
    }

    /// The private key is here.
    pub(crate) fn has(&self, kid: &str) -> bool {
        self.path(kid).is_file()
    }

    /// Keeps a private key (mode 0600).
    ///
    /// # Errors
    /// INTERNAL when it cannot be written.
    pub(crate) fn write(&self, kid: &str, pkcs8: &[u8]) -> Result<()> {
        let text = STANDARD.encode(pkcs8);
        let lines: Vec<String> =
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        write_private(&self.path(kid), &pem)
    }

    /// A private key.
    ///
    /// # Errors
    /// INTERNAL when it is not there, or others may read it.
    pub(crate) fn read(&self, kid: &str) -> Result<Vec<u8>> {
        let path = self.path(kid);
        check(&path)?;
        std::fs::read(&path).map_err(|error| broken(&path, &error))
    }

    /// Forgets a private key; it may be gone already.
    pub(crate) fn remove(&self, kid: &str) {
        let _ = std::fs::remove_file(self.path(kid));
    }

    fn path(&self, kid: &str) -> PathBuf {
        self.0.join(format!("signing-{kid}.pem"))
    }
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
/// INTERNAL when it cannot be written.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
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
        let directory = Directory::open(&path).unwrap();
        directory.write("k1", b"private").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory.path("k1"))), (0o700, 0o600));
        assert!(directory.has("k1") && !directory.has("k2"));
        assert!(directory.read("k1").unwrap().starts_with(b"-----BEGIN PRIVATE KEY-----\n"));

        std::fs::set_permissions(directory.path("k1"), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(directory.read("k1").is_err(), "a key that others may read was taken");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(Directory::open(&path).is_err(), "a directory that others may read was taken");
    }
}
