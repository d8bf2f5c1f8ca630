//! Which key signs, which are published, and what a rotation does. Pure.

use chassis::auth::LIFETIME;
use chassis::column::Micros;

use super::row::Model;

/// A key is published so long before it signs, in microseconds: every verifier has seen it by then.
const AHEAD: i64 = 3600 * 1_000_000;
/// After a key's last signature its tokens live so long, clocks that differ included.
const AFTER: i64 = (LIFETIME + 60) * 1_000_000;
/// Keys published at once; verifiers take no more.
pub(crate) const MOST: usize = 20;

/// Verifiers may believe what it signed.
pub(crate) fn published(key: &Model, now: Micros) -> bool {
    key.withdraw_time.is_none_or(|end| now < end)
}

/// What it signed to last may be believed, also when it signs no more.
pub(crate) fn lasting(key: &Model) -> bool {
    !key.compromised
}

fn signs(key: &Model, now: Micros) -> bool {
    published(key, now) && key.sign_time <= now && key.retire_time.is_none_or(|end| now < end)
}

/// The key to sign with: the newest of those whose private half is held.
pub(crate) fn signer<'k>(keys: &'k [Model], held: &dyn Fn(&str) -> bool, now: Micros) -> Option<&'k Model> {
    keys.iter()
        .filter(|key| signs(key, now) && held(&key.kid))
        .max_by_key(|key| (key.sign_time, key.kid.as_str()))
}

/// When a key must begin to sign that has yet to be made; nothing when the held ones go on.
pub(crate) fn missing(keys: &[Model], held: &dyn Fn(&str) -> bool, now: Micros) -> Option<Micros> {
    let ours = keys.iter().filter(|key| published(key, now) && held(&key.kid));
    let ends: Vec<Micros> = ours.map(|key| key.retire_time).collect::<Option<_>>()?;
    Some(ends.into_iter().fold(now, Ord::max))
}

/// Ends the keys so far: when the next one begins to sign.
pub(crate) fn rotate(keys: &mut [Model], now: Micros, compromised: bool) -> Micros {
    if compromised {
        for key in keys.iter_mut().filter(|key| published(key, now)) {
            (key.retire_time, key.withdraw_time, key.compromised) = (Some(now), Some(now), true);
        }
        return now;
    }
    let begin = Micros(now.0 + AHEAD);
    for key in keys.iter_mut().filter(|key| key.retire_time.is_none()) {
        (key.retire_time, key.withdraw_time) = (Some(begin), Some(Micros(begin.0 + AFTER)));
    }
    begin
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * 1_000_000;

    fn key(kid: &str, sign: i64) -> Model {
        Model {
            kid: kid.to_owned(),
            jwk: String::new(),
            create_time: Micros(0),
            sign_time: Micros(sign),
            retire_time: None,
            withdraw_time: None,
            compromised: false,
        }
    }

    fn all(_: &str) -> bool {
        true
    }

    #[test]
    fn the_next_key_is_published_an_hour_before_it_signs() {
        let mut keys = vec![key("old", 0)];
        let begin = rotate(&mut keys, Micros(10), false);
        assert_eq!(begin, Micros(10 + HOUR));
        keys.push(key("new", begin.0));
        assert!(published(&keys[1], Micros(10)));
        assert_eq!(signer(&keys, &all, Micros(begin.0 - 1)).unwrap().kid, "old");
        assert_eq!(signer(&keys, &all, begin).unwrap().kid, "new");
        assert!(published(&keys[0], Micros(begin.0 + LIFETIME * 1_000_000)), "its last token still lives");
        assert!(!published(&keys[0], Micros(begin.0 + AFTER)));
        assert!(keys.iter().all(lasting), "what it signed to last is believed for ever");
    }

    #[test]
    fn a_compromised_key_is_withdrawn_at_once() {
        let mut keys = vec![key("known to others", 0), key("next", HOUR)];
        assert_eq!(rotate(&mut keys, Micros(10), true), Micros(10));
        assert!(keys.iter().all(|key| !published(key, Micros(10)) && !lasting(key)));
        assert!(signer(&keys, &all, Micros(10)).is_none());
    }

    #[test]
    fn a_replica_with_its_own_directory_keeps_a_key_that_signs() {
        assert_eq!(missing(&[], &all, Micros(5)), Some(Micros(5)));
        let mut keys = vec![key("ours", 0)];
        assert_eq!(missing(&keys, &all, Micros(5)), None);
        assert_eq!(missing(&keys, &|kid| kid == "theirs", Micros(5)), Some(Micros(5)));
        let begin = rotate(&mut keys, Micros(5), false);
        assert_eq!(
            missing(&keys, &all, Micros(5)),
            Some(begin),
            "another replica rotated: ours needs a successor by then"
        );
        keys.push(key("successor", begin.0));
        assert_eq!(missing(&keys, &all, Micros(5)), None);
    }
}
