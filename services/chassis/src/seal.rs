//! What is stored sealed: AES-256-GCM with a key of the keys directory, so that a copy of the database alone gives nothing away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::private::Directory;

/// The form of what is sealed: version, the key's id, the nonce, then the text and its tag.
const VERSION: u8 = 1;
const ID: usize = 16;

/// The keys that seal: the first of the directory does, all of them open.
#[derive(Clone, Debug)]
pub struct Seals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: Directory,
    current: String,
    loaded: Mutex<HashMap<String, Arc<RandomizedNonceKey>>>,
}

impl Seals {
    /// The keys of the keys directory; makes the first.
    ///
    /// # Errors
    /// When the directory or a key in it may be read by others, or cannot be written.
    pub fn open(config: &Config) -> Result<Self> {
        let directory = Directory::open(&config.keys, "sealing")?;
        if directory.ids()?.is_empty() {
            let mut secret = [0; 32];
            aws_lc_rs::rand::fill(&mut secret).map_err(|_| Error::internal("no randomness"))?;
            let id: String = digest(&SHA256, &secret).as_ref()[..ID / 2]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            directory.write(&id, &secret)?;
        }
        // Of two that were made at once by processes that share the directory, all take the first.
        let current = directory.ids()?.into_iter().next().ok_or_else(|| Error::internal("no sealing key"))?;
        let seals = Self(Arc::new(Inner { directory, current, loaded: Mutex::default() }));
        seals.key(&seals.0.current)?;
        Ok(seals)
    }

    /// A text that only we can read, and only as what it is `about`: the name of a resource.
    ///
    /// # Errors
    /// INTERNAL when the key cannot seal.
    pub fn seal(&self, about: &str, text: &[u8]) -> Result<Vec<u8>> {
        let mut body = text.to_vec();
        let key = self.key(&self.0.current)?;
        let nonce = key.seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut body);
        let nonce = nonce.map_err(|_| Error::internal("nothing could be sealed"))?;
        Ok([&[VERSION][..], self.0.current.as_bytes(), nonce.as_ref(), &body].concat())
    }

    /// The text that was sealed about this.
    ///
    /// # Errors
    /// INTERNAL when it was not, or its key is not in the keys directory.
    pub fn unseal(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let broken = || Error::internal(format!("{about}: what is sealed cannot be opened"));
        let (version, rest) = sealed.split_first().ok_or_else(broken)?;
        let (id, rest) = rest.split_at_checked(ID).ok_or_else(broken)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let id = std::str::from_utf8(id).ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let id = id.filter(|_| *version == VERSION).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut body = body.to_vec();
        let text =
            self.key(id)?.open_in_place(nonce, Aad::from(about.as_bytes()), &mut body).map(|text| text.len());
        body.truncate(text.map_err(|_| broken())?);
        Ok(body)
    }

    fn key(&self, id: &str) -> Result<Arc<RandomizedNonceKey>> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = loaded.get(id) {
            return Ok(Arc::clone(key));
        }
        let secret = self.0.directory.bytes(id)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &secret);
        let key = Arc::new(key.map_err(|_| Error::internal(format!("the sealing key {id} is none")))?);
        loaded.insert(id.to_owned(), Arc::clone(&key));
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn config(home: &std::path::Path) -> Config {
        Config::parse_from(["test", "--keys", home.join("keys").to_str().unwrap()])
    }

    #[test]
    fn what_is_sealed_is_opened_with_its_key_and_as_what_it_is_alone() {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let seals = Seals::open(&config(home.path())).unwrap();
        let sealed = seals.seal("certificates/c", b"a secret").unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"a secret"));
        assert_ne!(sealed, seals.seal("certificates/c", b"a secret").unwrap(), "never twice the same");
        let again = Seals::open(&config(home.path())).unwrap();
        assert_eq!(again.unseal("certificates/c", &sealed).unwrap(), b"a secret");
        assert!(again.unseal("certificates/d", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert!(again.unseal("certificates/c", &other).is_err(), "at {at}");
            assert!(again.unseal("certificates/c", &sealed[..at]).is_err(), "cut at {at}");
        }
        let stranger = Seals::open(&config(elsewhere.path())).unwrap();
        assert!(stranger.unseal("certificates/c", &sealed).is_err());
    }
}
