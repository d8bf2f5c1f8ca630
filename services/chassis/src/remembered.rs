//! An answer of a peer that is good for a while: remembered, and asked for once at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::error::{Error, Result};
use crate::say::Text;

/// How long an answer is good for (domain §1.3).
const FRESH: Duration = Duration::from_secs(60);
/// While the peer cannot be reached, what was known is good, and it is asked again so often.
const AGAIN: Duration = Duration::from_secs(5);

/// The last answer. Cheap to clone: clones share what is known.
pub struct Remembered<T> {
    /// What is said while there was never an answer.
    unknown: fn() -> Text,
    known: Arc<Mutex<Option<Known<T>>>>,
}

impl<T> Clone for Remembered<T> {
    fn clone(&self) -> Self {
        Self { unknown: self.unknown, known: Arc::clone(&self.known) }
    }
}

struct Known<T> {
    answer: Arc<T>,
    until: Instant,
}

impl<T> Remembered<T> {
    /// Nothing yet.
    pub fn new(unknown: fn() -> Text) -> Self {
        Self { unknown, known: Arc::default() }
    }

    /// The answer, at most a minute old; while the peer cannot be reached, the last one.
    ///
    /// # Errors
    /// UNAVAILABLE when there never was one.
    pub async fn get(&self, ask: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        self.get_at(Instant::now(), ask).await
    }

    async fn get_at(&self, now: Instant, ask: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        // Held while asking: who comes meanwhile waits for the same answer.
        let mut known = self.known.lock().await;
        if let Some(Known { answer, until }) = known.as_ref()
            && now < *until
        {
            return Ok(Arc::clone(answer));
        }
        let (answer, fresh) = match (ask.await, known.take()) {
            (Ok(answer), _) => (Arc::new(answer), FRESH),
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "what a peer said before is still taken to be so");
                (before.answer, AGAIN)
            }
            (Err(error), None) => {
                let unknown = (self.unknown)();
                tracing::warn!(%error, "{unknown}");
                return Err(Error::Unavailable(unknown));
            }
        };
        *known = Some(Known { answer: Arc::clone(&answer), until: now + fresh });
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say;

    fn unknown() -> Text {
        say!("not known yet", "pas encore connu")
    }

    #[tokio::test]
    async fn an_answer_is_asked_for_once_a_minute_and_outlives_the_peer() {
        let (remembered, start) = (Remembered::new(unknown), Instant::now());
        let away = || async { Err(Error::internal("away")) };
        assert!(matches!(remembered.get_at(start, away()).await, Err(Error::Unavailable(_))));
        let says = async |later: Duration, said: i32| {
            *remembered.get_at(start + later, async { Ok(said) }).await.unwrap()
        };
        assert_eq!(says(Duration::ZERO, 1).await, 1);
        assert_eq!(says(FRESH - Duration::from_nanos(1), 2).await, 1, "still fresh");
        assert_eq!(*remembered.get_at(start + FRESH, away()).await.unwrap(), 1, "the peer is away");
        assert_eq!(says(FRESH + AGAIN / 2, 3).await, 1, "it is left alone for a moment");
        assert_eq!(says(FRESH + AGAIN, 3).await, 3);
    }
}
