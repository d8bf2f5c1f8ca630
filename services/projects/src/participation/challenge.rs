//! The small piece of work of those who have no account: a number that is hard to find and easy to check.
//!
//! A challenge is sealed, so that none has to be remembered before it is solved; one that was solved is remembered until it
//! expires, in the database, so that it works once for all replicas together.

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::networks::Networks;
use chassis::page::TokenKeys;
use chassis::say;
use proto::projects as pb;

const PURPOSE: &str = "participation challenge";
/// A challenge works for so long, in microseconds: ten minutes.
const LIFE: i64 = 600 * 1_000_000;
/// Bits that are zero: about a million tries, less than a second of one core.
const LEAST: u32 = 20;
/// A network that asks for more than this is given more to do: a bit for each doubling.
const FREE: f64 = 8.0;
const MOST: u32 = 26;
const ID: usize = 16;

/// What is sealed.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Challenge {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(int64, tag = "2")]
    expires: i64,
    #[prost(uint32, tag = "3")]
    difficulty: u32,
}

impl Challenge {
    /// What it is remembered by, once it was solved.
    pub(super) fn id(&self) -> String {
        self.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// When it expires.
    pub(super) fn expires(&self) -> Micros {
        Micros(self.expires)
    }

    /// It still works.
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` citing `CHALLENGE_EXPIRED`.
    pub(super) fn still_works(&self, now: Micros) -> Result<()> {
        if now.0 <= self.expires {
            return Ok(());
        }
        Err(Error::refused(
            "CHALLENGE_EXPIRED",
            say!(
                "the challenge has expired: ask for another, see GetParticipationChallenge",
                "le calcul demandé a expiré : redemandez-en un, voir GetParticipationChallenge"
            ),
        ))
    }
}

/// How often networks have asked for a challenge.
pub(super) fn asked() -> Networks {
    Networks::new(512.0, 0.02)
}

/// How much work it is for a network that has asked so often of late.
fn difficulty(asked: f64) -> u32 {
    let doublings = (asked / FREE).log2().max(0.0).floor();
    // At most nine doublings of a bucket of 512.
    (LEAST + doublings as u32).min(MOST)
}

/// A new challenge.
pub(super) fn issue(
    keys: &TokenKeys,
    asked: &Networks,
    from: Option<IpAddr>,
    now: Micros,
) -> Result<pb::ParticipationChallenge> {
    let mut id = vec![0; ID];
    aws_lc_rs::rand::fill(&mut id).map_err(|_| Error::internal("no randomness"))?;
    if let Some(from) = from {
        asked.count(from, now);
    }
    let difficulty = difficulty(from.map_or(0.0, |from| asked.used(from, now)));
    let expires = now.0.saturating_add(LIFE);
    let challenge = keys.seal(PURPOSE, &Challenge { id, expires, difficulty });
    Ok(pb::ParticipationChallenge {
        challenge,
        difficulty: i32::try_from(difficulty).unwrap_or(i32::MAX),
        expire_time: Some(Micros(expires).to_timestamp()),
    })
}

/// A challenge of ours that this number solves; whether it still works, and was not used, is asked where it is used.
///
/// # Errors
/// `FAILED_PRECONDITION` without one; `INVALID_ARGUMENT` on `challenge` and `solution`.
pub(super) fn solved(keys: &TokenKeys, challenge: &str, solution: u64) -> Result<Challenge> {
    if challenge.is_empty() {
        return Err(Error::refused(
            "CHALLENGE_REQUIRED",
            say!(
                "without an account of a partner, solve a challenge first: see GetParticipationChallenge; `ensemble participation create` does it by itself",
                "sans compte d'une organisation, faites d'abord le calcul demandé : voir GetParticipationChallenge ; `ensemble participation create` s'en charge"
            ),
        ));
    }
    let opened: Challenge = keys.open(PURPOSE, challenge).ok_or_else(|| {
        Error::invalid(
            "challenge",
            say!(
                "not a challenge of this network: ask for one",
                "ce calcul n'est pas de ce réseau : demandez-en un"
            ),
        )
    })?;
    if !solves(challenge, solution, opened.difficulty) {
        return Err(Error::invalid(
            "solution",
            say!("it does not solve the challenge", "ce n'est pas la solution"),
        ));
    }
    Ok(opened)
}

/// The SHA-256 of both begins with so many bits that are zero.
fn solves(challenge: &str, solution: u64, difficulty: u32) -> bool {
    let tried = digest(&SHA256, &[challenge.as_bytes(), &solution.to_be_bytes()].concat());
    let mut zeros = 0;
    for byte in tried.as_ref() {
        zeros += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    zeros >= difficulty
}

#[cfg(test)]
mod tests {
    use chassis::page::Key;

    use super::*;

    fn keys(secret: u8) -> TokenKeys {
        TokenKeys::new(Key::new("k", &[secret; 32]), Vec::new())
    }

    fn solve(challenge: &pb::ParticipationChallenge) -> u64 {
        let difficulty = u32::try_from(challenge.difficulty).unwrap();
        (0_u64..).find(|number| solves(&challenge.challenge, *number, difficulty)).unwrap()
    }

    fn why(result: Result<Challenge>) -> String {
        match result {
            Ok(_) => String::new(),
            Err(Error::Refused { rule, .. }) => rule.to_owned(),
            Err(Error::Invalid { fields, .. }) => fields[0].field.clone(),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn a_challenge_is_ours_is_solved_and_does_not_work_for_ever() {
        let (ours, asked, now) = (keys(1), asked(), Micros(1_000_000));
        let given = issue(&ours, &asked, None, now).unwrap();
        let solution = solve(&given);
        let opened = solved(&ours, &given.challenge, solution).unwrap();
        assert_eq!(opened.id().len(), 2 * ID);
        assert!(opened.still_works(Micros(now.0 + LIFE)).is_ok());
        assert!(opened.still_works(Micros(now.0 + LIFE + 1)).is_err());
        assert_eq!(why(solved(&ours, "", solution)), "CHALLENGE_REQUIRED");
        assert_eq!(why(solved(&keys(2), &given.challenge, solution)), "challenge", "of another network");
        let wrong = (0_u64..).find(|number| !solves(&given.challenge, *number, LEAST)).unwrap();
        assert_eq!(why(solved(&ours, &given.challenge, wrong)), "solution");
        // An easier one is not ours.
        let easy = ours.seal("something else", &Challenge { difficulty: 0, ..opened });
        assert_eq!(why(solved(&ours, &easy, 0)), "challenge");
    }

    #[test]
    fn whoever_asks_for_many_has_more_to_do() {
        let (ours, asked, now) = (keys(1), asked(), Micros(0));
        let from: IpAddr = "192.0.2.1".parse().unwrap();
        let of = |from: &str| issue(&ours, &asked, Some(from.parse().unwrap()), now).unwrap().difficulty;
        let given: Vec<i32> = (0..300).map(|_| of("192.0.2.1")).collect();
        assert_eq!((given[0], given[7], given[15], given[31], given[255]), (20, 20, 21, 22, 25));
        assert_eq!(of("192.0.2.2"), 20, "others do not pay for it");
        assert!(asked.used(from, Micros(3600 * 1_000_000 * 24)) < 1.0, "it is forgotten within a day");
        assert_eq!(difficulty(1e9), MOST);
    }

    #[test]
    fn the_work_is_counted_in_bits() {
        let solution = (0_u64..).find(|number| solves("c", *number, 12)).unwrap();
        assert!((0..=12).all(|bits| solves("c", solution, bits)));
        assert!(!solves("c", solution, 200));
    }
}
