//! Networks that fail often: a bucket each, in memory. Only failures are counted, so those who know their password never wait.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chassis::column::Micros;

/// Failures at once.
const BURST: f64 = 200.0;
/// Failures a second, for ever.
const RATE: f64 = 2.0;
/// Networks remembered.
const MOST: usize = 10_000;

/// What networks have left.
#[derive(Default)]
pub(super) struct Networks(Mutex<HashMap<IpAddr, Bucket>>);

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    time: Micros,
}

impl Bucket {
    fn at(self, now: Micros) -> Self {
        let seconds = (now.0 - self.time.0).max(0) as f64 / 1e6;
        Self { left: (self.left + seconds * RATE).min(BURST), time: now }
    }
}

impl Networks {
    /// Whether it may try; else how long to wait.
    pub(super) fn admit(&self, from: IpAddr, now: Micros) -> Result<(), Duration> {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match buckets.get(&network(from)).map(|bucket| bucket.at(now).left) {
            Some(left) if left < 1.0 => Err(Duration::from_secs_f64((1.0 - left) / RATE)),
            _ => Ok(()),
        }
    }

    /// Counts a failure.
    pub(super) fn fail(&self, from: IpAddr, now: Micros) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| bucket.at(now).left < BURST);
        }
        if buckets.len() >= MOST {
            buckets.clear(); // a flood from everywhere: the locks of addresses hold all the same
        }
        let bucket = buckets.entry(network(from)).or_insert(Bucket { left: BURST, time: now });
        *bucket = bucket.at(now);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idn_7_a_network_that_fails_waits_and_others_do_not() {
        let (networks, now) = (Networks::default(), Micros(0));
        let (bad, good): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        (0..200).for_each(|_| networks.fail(bad, now));
        assert!(networks.admit(bad, now).is_err());
        assert!(networks.admit("2001:db8::2".parse().unwrap(), now).is_err(), "the same customer");
        assert!(networks.admit(good, now).is_ok());
        assert!(networks.admit(bad, Micros(2_000_000)).is_ok());
    }
}
