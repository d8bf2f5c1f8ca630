//! Attempts to sign in that failed: each address and each network has to wait (IDN-7, S5).
//!
//! An address is treated alike whether an account has it or not: what is kept is a hash of it, in the same table.

mod row;
mod rules;
mod store;

use std::net::IpAddr;
use std::time::Duration;

use chassis::database::Database;
use chassis::error::Result;
use chassis::networks::{Networks, wait};
use tokio::sync::{Mutex, MutexGuard};

use crate::secret;
pub(crate) use store::{forget, sweep};

/// Addresses are examined one attempt at a time: a flood of guesses at one does not run beside its own lock.
const STRIPES: usize = 256;
/// Failures of one network: at once, and a second for ever. Only failures are counted, so those who know their password never wait.
const BURST: f64 = 200.0;
const RATE: f64 = 2.0;

/// Keeps count of attempts.
pub(crate) struct Attempts {
    database: Database,
    stripes: Vec<Mutex<()>>,
    networks: Networks,
}

/// The turn of one address: until it is dropped no other attempt at it is examined here.
pub(crate) struct Turn<'a> {
    key: String,
    _guard: MutexGuard<'a, ()>,
}

/// What an address is counted under.
pub(crate) fn key(folded: &str) -> String {
    secret::hex(&secret::sha256(folded.as_bytes()))
}

impl Attempts {
    /// None so far in this process; what is on disk counts on.
    pub(crate) fn new(database: Database) -> Self {
        let stripes = std::iter::repeat_with(Mutex::default).take(STRIPES).collect();
        Self { database, stripes, networks: Networks::new(BURST, RATE) }
    }

    /// Refuses a network that failed too often.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED`.
    pub(crate) fn admit(&self, from: Option<IpAddr>) -> Result<()> {
        let now = self.database.clock().now();
        from.map_or(Ok(()), |from| self.networks.admit(from, now).map_err(wait))
    }

    /// Counts a failure of a network.
    pub(crate) fn failed_from(&self, from: Option<IpAddr>) {
        if let Some(from) = from {
            self.networks.count(from, self.database.clock().now());
        }
    }

    /// Waits for the turn of an address (folded), unless it is locked.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` while it is locked, whether or not an account has it.
    pub(crate) async fn turn(&self, folded: &str) -> Result<Turn<'_>> {
        let key = key(folded);
        let stripe = key.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % STRIPES);
        let guard = self.stripes[stripe].lock().await;
        let now = self.database.clock().now();
        match store::find(self.database.reader(), &key).await? {
            Some(attempt) if now < attempt.locked_until => {
                Err(wait(Duration::from_micros(attempt.locked_until.0.abs_diff(now.0))))
            }
            _ => Ok(Turn { key, _guard: guard }),
        }
    }

    /// Counts a failure of an address.
    ///
    /// # Errors
    /// Only the database's.
    pub(crate) async fn failed(&self, turn: Turn<'_>) -> Result<()> {
        store::fail(&self.database, turn.key.clone()).await
    }
}
