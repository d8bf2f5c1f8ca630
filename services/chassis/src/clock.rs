//! The one clock. Rules take `now`; nothing else reads the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::column::Micros;

/// Tells the time, moved forward or back by tests and the demo.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Micros {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let real = i64::try_from(real.as_micros()).unwrap_or(i64::MAX);
        Micros(real.saturating_add(self.offset_micros.load(Ordering::Relaxed)))
    }

    /// Moves the clock by so many seconds from the real time.
    pub fn shift(&self, seconds: i64) {
        self.offset_micros.store(seconds.saturating_mul(1_000_000), Ordering::Relaxed);
    }
}
