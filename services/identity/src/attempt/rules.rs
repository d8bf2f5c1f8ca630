//! How long an address must wait after a failure. Pure.

use chassis::column::Micros;

use super::row::Model;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
/// An address that failed less often is forgotten after an hour.
const FEW: i32 = 9;

/// Counts a failure: 1 s for fewer than 3 of them, 3 s below 9, 5 s below 25, 10 s below 100, then until the day (UTC) ends.
pub(crate) fn fail(attempt: &mut Model, now: Micros) {
    if attempt.last_time.0.div_euclid(DAY) != now.0.div_euclid(DAY) {
        attempt.failures = 0;
    }
    attempt.failures = attempt.failures.saturating_add(1);
    attempt.last_time = now;
    attempt.locked_until = Micros(match attempt.failures {
        ..3 => now.0 + SECOND,
        3..9 => now.0 + 3 * SECOND,
        9..25 => now.0 + 5 * SECOND,
        25..100 => now.0 + 10 * SECOND,
        _ => (now.0.div_euclid(DAY) + 1) * DAY,
    });
}

/// Whether nothing need be known of it any more: its lock is over, and it fails seldom or was of another day.
pub(crate) fn is_over(attempt: &Model, now: Micros) -> bool {
    let age = now.0 - attempt.last_time.0;
    now >= attempt.locked_until && (age > DAY || (age > 3600 * SECOND && attempt.failures < FEW))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Model {
        Model { address: String::new(), failures: 0, locked_until: Micros(0), last_time: Micros(0) }
    }

    #[test]
    fn idn_7_failures_make_an_address_wait_longer_and_longer() {
        let mut attempt = fresh();
        let mut now = Micros(10 * DAY);
        let mut pauses = Vec::new();
        for _ in 0..100 {
            fail(&mut attempt, now);
            pauses.push((attempt.locked_until.0 - now.0) / SECOND);
            now = attempt.locked_until;
        }
        assert_eq!(pauses[..3], [1, 1, 3]);
        assert_eq!((pauses[7], pauses[8], pauses[23], pauses[24], pauses[98]), (3, 5, 5, 10, 10));
        assert_eq!(now, Micros(11 * DAY), "the hundredth failure locks it for the rest of the day");
    }

    #[test]
    fn idn_7_a_new_day_begins_anew() {
        let mut attempt = fresh();
        let now = Micros(10 * DAY);
        (0..200).for_each(|_| fail(&mut attempt, now));
        fail(&mut attempt, Micros(11 * DAY));
        assert_eq!((attempt.failures, attempt.locked_until), (1, Micros(11 * DAY + SECOND)));
    }

    #[test]
    fn a_lock_is_not_forgotten_while_it_holds() {
        let mut attempt = fresh();
        (0..100).for_each(|_| fail(&mut attempt, Micros(10 * DAY)));
        assert!(!is_over(&attempt, Micros(11 * DAY - 1)));
        assert!(is_over(&attempt, Micros(11 * DAY + 1)));
    }
}
