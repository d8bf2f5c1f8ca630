//! Passwords: which are accepted (S5), and how they are kept.

mod hash;

use std::collections::HashSet;
use std::sync::LazyLock;

use chassis::error::{Error, Result};
use chassis::say;

pub(crate) use hash::Hasher;

/// The fewest and the most characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;
/// Characters around a common word that do not make it uncommon.
const DECORATION: usize = 6;

/// Derived from zxcvbn's list (MIT); its header names the licence.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common.txt").lines().filter(|line| !line.starts_with("# ")).collect());

/// Checks a password that someone chose. It is never trimmed or folded: what was typed is what counts.
///
/// # Errors
/// `INVALID_ARGUMENT` on `field`: fewer than 12 or more than 128 characters, or one that many people use.
pub(crate) fn check(field: &str, password: &str, email: &str) -> Result<()> {
    let count = password.chars().count();
    if !LENGTH.contains(&count) {
        return Err(Error::invalid(
            field,
            say!("{count} characters: expected 12 to 128", "{count} caractères : de 12 à 128 attendus"),
        ));
    }
    if is_common(password) || names(password, email) {
        return Err(Error::invalid(
            field,
            say!(
                "too easy to guess: choose several words that do not belong together",
                "trop facile à deviner : choisissez plusieurs mots sans lien entre eux"
            ),
        ));
    }
    Ok(())
}

/// A common password, perhaps with a little around it, said twice, or a pattern of the keyboard.
fn is_common(password: &str) -> bool {
    let folded = password.to_lowercase();
    let core = folded.trim_matches(|c: char| !c.is_alphabetic());
    let decoration = folded.chars().count() - core.chars().count();
    COMMON.contains(folded.as_str())
        || (decoration <= DECORATION
            && (COMMON.contains(core) || repeats(core, &|unit| COMMON.contains(unit))))
        || repeats(&folded, &|unit| unit.chars().count() <= 4 || COMMON.contains(unit))
        || is_run(&folded)
}

/// Made of one part said again and again, of which `is_weak` holds.
fn repeats(text: &str, is_weak: &dyn Fn(&str) -> bool) -> bool {
    (1..=text.len() / 2)
        .filter(|length| text.len().is_multiple_of(*length) && text.is_char_boundary(*length))
        .any(|length| text == text[..length].repeat(text.len() / length) && is_weak(&text[..length]))
}

/// Neighbours all along: `123456789012`, `abcdefghijkl`, backwards too.
fn is_run(text: &str) -> bool {
    let steps: HashSet<i32> = text
        .bytes()
        .zip(text.bytes().skip(1))
        .map(|(one, next)| match (one, next) {
            (b'9', b'0') => 1,
            (b'0', b'9') => -1,
            _ => i32::from(next) - i32::from(one),
        })
        .collect();
    steps.len() == 1 && steps.iter().all(|step| step.abs() <= 1)
}

/// The address itself, or what stands before its `@` with a little around it.
fn names(password: &str, email: &str) -> bool {
    let (password, email) = (password.to_lowercase(), email.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    let spare = password.chars().count().saturating_sub(local.chars().count());
    !email.is_empty()
        && (password == email || (local.len() >= 6 && password.contains(local) && spare <= DECORATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_common_passwords_is_long_enough() {
        assert!(COMMON.len() >= 3000);
        assert!(COMMON.iter().all(|line| line.chars().count() >= 8 && !line.starts_with("# ")));
    }

    #[test]
    fn a_password_has_12_to_128_characters() {
        assert!(check("password", "eleven-char", "").is_err());
        assert!(check("password", "twelve-chars", "").is_ok());
        assert!(check("password", &"né-à-".repeat(25), "").is_ok(), "characters, not bytes");
        assert!(check("password", &format!("{}x", "lorem ipsum dolor sit am".repeat(6)), "").is_err());
    }

    #[test]
    fn common_passwords_are_refused_however_dressed() {
        for weak in [
            "password1234",
            "Password2026!",
            "motdepasse123",
            "PASSWORDpassword",
            "azertyuiop123",
            "aaaaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "qwertyuiop!!",
            "000000password",
        ] {
            assert!(check("password", weak, "").is_err(), "{weak} was accepted");
        }
        assert!(check("password", "correct horse battery", "").is_ok());
    }

    #[test]
    fn ones_own_address_is_refused() {
        assert!(check("password", "ada.lovelace@x.org", "Ada.Lovelace@x.org").is_err());
        assert!(check("password", "ada.lovelace42", "ada.lovelace@x.org").is_err());
        assert!(check("password", "an analytical engine", "ada.lovelace@x.org").is_ok());
    }
}
