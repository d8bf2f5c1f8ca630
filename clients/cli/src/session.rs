//! Where the command talks to and as whom: contexts and tokens in a private folder of the person's.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result};
use crate::say::{Language, say};

/// The server when nothing says otherwise: the embedded registry.
pub(crate) const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";

/// A place to talk to, by a short name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) name: String,
    pub(crate) server: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lang: Option<String>,
    /// Changes ask to type the context's name first.
    #[serde(default)]
    pub(crate) protected: bool,
}

/// The contexts, which one is selected and which one was before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Contexts {
    #[serde(default)]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) previous: Option<String>,
    #[serde(default)]
    pub(crate) contexts: Vec<Context>,
}

impl Contexts {
    pub(crate) fn get(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.name == name)
    }

    pub(crate) fn selected(&self) -> Option<&Context> {
        self.get(self.current.as_deref()?)
    }

    pub(crate) fn select(&mut self, name: &str) {
        if self.current.as_deref() != Some(name) {
            self.previous = self.current.replace(name.to_owned());
        }
    }
}

/// What proves who is calling, and how to renew it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Credential {
    /// The server that gave it: it is sent nowhere else.
    pub(crate) server: String,
    #[serde(default)]
    pub(crate) access_token: String,
    /// RFC 3339.
    #[serde(default)]
    pub(crate) expire_time: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) refresh_token: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) refresh_expire_time: String,
    /// A machine account's key: renews the access token instead of a refresh token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) api_key: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credential({}, expires {})", self.server, self.expire_time) // never the tokens
    }
}

impl Credential {
    /// The access token has some time left.
    pub(crate) fn fresh(&self, now: chrono::DateTime<chrono::Utc>) -> bool {
        match chrono::DateTime::parse_from_rfc3339(&self.expire_time) {
            Ok(end) => end.to_utc() > now + chrono::Duration::seconds(30),
            Err(_) => !self.access_token.is_empty(), // a token given by hand: the server judges
        }
    }

    pub(crate) fn renewable(&self) -> bool {
        !self.refresh_token.is_empty() || !self.api_key.is_empty()
    }
}

/// The folder that keeps contexts and tokens.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) folder: PathBuf,
}

impl Store {
    /// `$ENSEMBLE_CONFIG_DIR`, else `$XDG_CONFIG_HOME/ensemble`, else `~/.config/ensemble`.
    pub(crate) fn find() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("ENSEMBLE_CONFIG_DIR")
            .or_else(|| set("XDG_CONFIG_HOME").map(|home| home.join("ensemble")))
            .or_else(|| std::env::home_dir().map(|home| home.join(".config/ensemble")))
            .unwrap_or_else(|| PathBuf::from(".ensemble"));
        Self { folder }
    }

    pub(crate) fn contexts_file(&self) -> PathBuf {
        self.folder.join("contexts.json")
    }

    pub(crate) fn contexts(&self, language: Language) -> Result<Contexts> {
        let path = self.contexts_file();
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let path = path.display();
                Fault::failure(say!(
                    language,
                    "{path} cannot be understood: {error}",
                    "{path} n'est pas compréhensible : {error}"
                ))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Contexts::default()),
            Err(error) => Err(Fault::file(language, &path, &error)),
        }
    }

    pub(crate) fn save_contexts(&self, contexts: &Contexts) -> Result {
        self.write(&self.contexts_file(), &serde_json::to_vec_pretty(contexts).map_err(std::io::Error::from)?)
    }

    /// Where the tokens of a context live.
    pub(crate) fn credential_file(&self, account: &str) -> PathBuf {
        let safe: String = account
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
            .collect();
        self.folder.join("credentials").join(format!("{safe}.json"))
    }

    /// The tokens of a context, when they are the server's.
    pub(crate) fn credential(&self, account: &str, server: &str) -> Option<Credential> {
        let bytes = std::fs::read(self.credential_file(account)).ok()?;
        let credential: Credential = serde_json::from_slice(&bytes).ok()?;
        (credential.server == server).then_some(credential)
    }

    pub(crate) fn save_credential(&self, account: &str, credential: &Credential) -> Result {
        self.write(
            &self.credential_file(account),
            &serde_json::to_vec_pretty(credential).map_err(std::io::Error::from)?,
        )
    }

    pub(crate) fn forget_credential(&self, account: &str) -> Result<bool> {
        match std::fs::remove_file(self.credential_file(account)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Held while a refresh token is spent: it works once, and two commands may run at once.
    pub(crate) fn lock(&self, account: &str) -> Result<File> {
        let path = self.credential_file(account).with_extension("lock");
        private_folder(path.parent().unwrap_or(&self.folder))?;
        let file = File::options().create(true).append(true).open(path)?;
        file.lock()?;
        Ok(file)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result {
        private_folder(&self.folder)?;
        private_folder(path.parent().unwrap_or(&self.folder))?;
        Ok(write_private(path, bytes)?)
    }
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unique =
        format!("{}.{}.tmp", path.file_name().unwrap_or_default().to_string_lossy(), uuid::Uuid::new_v4());
    let temporary = path.with_file_name(unique);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&temporary, path));
    if moved.is_err() {
        drop(std::fs::remove_file(&temporary)); // the first error is the one to tell
    }
    moved
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { folder: folder.path().join("ensemble") };
        (folder, store)
    }

    #[test]
    fn tokens_are_private_and_for_their_server_only() {
        let (_folder, store) = store();
        let credential = Credential {
            server: "https://a".to_owned(),
            access_token: "t".to_owned(),
            ..Credential::default()
        };
        store.save_credential("prod", &credential).unwrap();
        assert_eq!(store.credential("prod", "https://a"), Some(credential));
        assert_eq!(store.credential("prod", "https://b"), None);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &store.credential_file("prod").metadata().unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(store.forget_credential("prod").unwrap());
        assert!(!store.forget_credential("prod").unwrap());
    }

    #[test]
    fn selecting_remembers_the_context_before() {
        let mut contexts = Contexts::default();
        contexts.select("a");
        contexts.select("b");
        contexts.select("b");
        assert_eq!((contexts.current.as_deref(), contexts.previous.as_deref()), (Some("b"), Some("a")));
    }

    #[test]
    fn a_token_never_shows_in_a_debug_print() {
        let credential = Credential { access_token: "secret".to_owned(), ..Credential::default() };
        assert!(!format!("{credential:?}").contains("secret"));
    }
}
