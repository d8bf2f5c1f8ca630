//! Networks that do something too often: a bucket each, in memory and nowhere else.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::column::Micros;
use crate::error::Error;
use crate::say;

/// Networks remembered.
const MOST: usize = 10_000;

/// What networks have left of so many times at once and so many a second for ever.
pub struct Networks {
    burst: f64,
    rate: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    time: Micros,
}

impl Networks {
    /// None so far: `burst` times at once, `rate` times a second for ever.
    pub fn new(burst: f64, rate: f64) -> Self {
        Self { burst, rate, buckets: Mutex::default() }
    }

    fn at(&self, bucket: Bucket, now: Micros) -> Bucket {
        let seconds = (now.0 - bucket.time.0).max(0) as f64 / 1e6;
        Bucket { left: (bucket.left + seconds * self.rate).min(self.burst), time: now }
    }

    /// How often a network did it of late, as far as it is not forgiven yet.
    pub fn used(&self, from: IpAddr, now: Micros) -> f64 {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(&network(from)).map_or(0.0, |bucket| self.burst - self.at(*bucket, now).left)
    }

    /// Whether a network may do it; else it is told how long to wait.
    ///
    /// # Errors
    /// How long to wait.
    pub fn admit(&self, from: IpAddr, now: Micros) -> Result<(), Duration> {
        let left = self.burst - self.used(from, now);
        if left < 1.0 { Err(Duration::from_secs_f64((1.0 - left) / self.rate)) } else { Ok(()) }
    }

    /// Counts that a network did it.
    pub fn count(&self, from: IpAddr, now: Micros) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.at(*bucket, now).left < self.burst);
        }
        if buckets.len() >= MOST {
            buckets.clear(); // a flood from everywhere: what else stands in its way holds all the same
        }
        let bucket = buckets.entry(network(from)).or_insert(Bucket { left: self.burst, time: now });
        *bucket = self.at(*bucket, now);
        bucket.left -= 1.0;
    }
}

/// One IPv4 address; of IPv6 the /64, which one customer has.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(from) => IpAddr::V6((from.to_bits() & !u128::from(u64::MAX)).into()),
        from => from,
    }
}

/// Whoever does something too often is told when to try again.
pub fn wait(time: Duration) -> Error {
    let seconds = time.as_secs_f64().ceil().max(1.0);
    Error::Exhausted {
        reason: "RATE_LIMITED",
        why: say!(
            "too many attempts: try again in {seconds} s",
            "trop de tentatives : réessayez dans {seconds} s"
        ),
        retry_after: Some(Duration::from_secs_f64(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idn_7_a_network_that_does_it_often_waits_and_others_do_not() {
        let (networks, now) = (Networks::new(200.0, 2.0), Micros(0));
        let (bad, good): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        (0..200).for_each(|_| networks.count(bad, now));
        assert!(networks.admit(bad, now).is_err());
        assert!(networks.admit("2001:db8::2".parse().unwrap(), now).is_err(), "the same customer");
        assert!(networks.admit(good, now).is_ok());
        assert!(networks.admit(bad, Micros(2_000_000)).is_ok());
        assert!(networks.used(bad, now) > 199.0 && networks.used(good, now) < 1.0);
    }
}
