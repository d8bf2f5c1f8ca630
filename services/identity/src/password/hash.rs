//! Hashing: slow on purpose, so only as many at once as there are cores, and few may wait (F-16).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use chassis::error::{Error, Result};
use chassis::say;
use tokio::sync::Semaphore;

use crate::secret;

/// Those who may wait for each core; more are told to come back.
const QUEUE: usize = 16;
/// A longer password is wrong without looking.
const LONGEST: usize = 1024;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<Inner>);

struct Inner {
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
    most: usize,
    /// The hash of nothing anyone knows, to spend the same time on an unknown address (IDN-7).
    nobody: String,
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl Hasher {
    /// As wide as the machine.
    ///
    /// # Errors
    /// INTERNAL when there is no randomness.
    pub(crate) fn new() -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = argon2()?.hash_password(&secret::random::<32>()?).map_err(Error::internal)?.to_string();
        let inner = Inner {
            room: Arc::new(Semaphore::new(cores)),
            waiting: AtomicUsize::new(0),
            most: cores * QUEUE,
            nobody,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` when too many wait.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.run(move || {
            argon2()?.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Error::internal)
        })
        .await
    }

    /// Whether a password is the one of this hash, byte by byte. Without a hash it never is, and takes as long.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` when too many wait.
    pub(crate) async fn verify(&self, hash: Option<&str>, password: &str) -> Result<bool> {
        let hash = hash.filter(|hash| !hash.is_empty());
        let (known, hash) = (hash.is_some(), hash.unwrap_or(&self.0.nobody).to_owned());
        let password = password.to_owned();
        let short = password.len() <= LONGEST;
        let right = self
            .run(move || {
                let shown = if short { password.as_bytes() } else { &[] };
                Ok(argon2()?.verify_password(shown, hash.as_str()).is_ok())
            })
            .await?;
        Ok(right && known && short)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self.queue()?;
        let room = Arc::clone(&self.0.room).acquire_owned().await.map_err(Error::internal)?;
        // The room is held until the work ends, also when the caller gives up.
        let work = move || {
            let _room = room;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    fn queue(&self) -> Result<Place<'_>> {
        let before = self.0.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Place(&self.0.waiting);
        if before < self.0.most {
            return Ok(place);
        }
        Err(Error::Exhausted {
            reason: "OVERLOADED",
            why: say!(
                "too many people sign in at once; try again shortly",
                "trop de connexions à la fois ; réessayez dans un instant"
            ),
            retry_after: Some(Duration::from_secs(1)),
        })
    }
}

/// A place in the queue, given back when done or given up.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_byte_by_byte() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash("Café au lait, s'il vous plaît").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(Some(&hash), "Café au lait, s'il vous plaît").await.unwrap());
        for wrong in [
            "café au lait, s'il vous plaît",
            "Café au lait, s'il vous plaît ",
            "",
            "Cafe\u{301} au lait, s'il vous plaît",
        ] {
            assert!(!hasher.verify(Some(&hash), wrong).await.unwrap());
        }
    }

    #[tokio::test]
    async fn idn_7_without_a_hash_no_password_is_right() {
        let hasher = Hasher::new().unwrap();
        assert!(!hasher.verify(None, "").await.unwrap());
        assert!(!hasher.verify(Some(""), "").await.unwrap());
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_told_to_come_back() {
        let hasher = Hasher::new().unwrap();
        let places: Vec<_> = (0..hasher.0.most).map(|_| hasher.queue().unwrap()).collect();
        assert!(matches!(hasher.queue(), Err(Error::Exhausted { reason: "OVERLOADED", .. })));
        drop(places);
        assert!(hasher.queue().is_ok());
    }
}
