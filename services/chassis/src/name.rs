//! Resource names (AIP-122) and the ids in them.
//!
//! A name is read against the pattern of its resource, `partners/{partner}/memberships/{membership}`, and by
//! nothing else: what does not fit exactly (a slash at the end, `%2F`, upper case, `..`) is not a name.

use uuid::Uuid;

use crate::error::{Error, Result, Violations};
use crate::say;

/// The longest id.
const ID_LENGTH: usize = 63;

/// Crockford's base 32, in ASCII order: ids sort as the instants they were made at.
const BASE_32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The ids of a name, in the order of its pattern's variables.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field` when the name does not fit the pattern or an id is malformed.
pub fn ids<'n, const N: usize>(field: &str, pattern: &str, name: &'n str) -> Result<[&'n str; N]> {
    let found = parts(field, pattern, name, is_id)?;
    exactly(pattern, found)
}

/// The one id of a name: `id("name", "partners/{partner}", "partners/p1")` is `p1`.
///
/// # Errors
///
/// As [`ids`].
pub fn id<'n>(field: &str, pattern: &str, name: &'n str) -> Result<&'n str> {
    let [id] = ids(field, pattern, name)?;
    Ok(id)
}

/// The ids of the parent of a List, where `-` stands for any (AIP-159) and gives nothing.
///
/// # Errors
///
/// As [`ids`].
pub fn parent_ids<'n, const N: usize>(
    field: &str,
    pattern: &str,
    name: &'n str,
) -> Result<[Option<&'n str>; N]> {
    let found = parts(field, pattern, name, |id| id == "-" || is_id(id))?;
    exactly(pattern, found.into_iter().map(|id| (id != "-").then_some(id)).collect())
}

/// The one id of the parent of a List, nothing for `-`.
///
/// # Errors
///
/// As [`ids`].
pub fn parent_id<'n>(field: &str, pattern: &str, name: &'n str) -> Result<Option<&'n str>> {
    let [id] = parent_ids(field, pattern, name)?;
    Ok(id)
}

/// Checks the name of a resource, perhaps of another service, without asking whether it exists.
///
/// # Errors
///
/// As [`ids`].
pub fn check_reference(field: &str, pattern: &str, name: &str) -> Result<()> {
    parts(field, pattern, name, is_id).map(drop)
}

/// Checks an id that a caller chose.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn check_id(field: &str, id: &str) -> Result<()> {
    match is_id(id) {
        true => Ok(()),
        false => Err(malformed(field, id)),
    }
}

/// The id of a new resource, the one that its maker chose or a new one, and its UUID. What is no id is noted, and a new one
/// stands in for it while the rest is looked at.
///
/// # Errors
///
/// None: what is wrong is noted.
pub fn chosen(wrong: &mut Violations, field: &str, id: &str, letter: char) -> Result<(String, Uuid)> {
    let (made, uid) = new_id(letter);
    if id.is_empty() {
        return Ok((made, uid));
    }
    let good = wrong.check(check_id(field, id))?.is_some();
    Ok((if good { id.to_owned() } else { made }, uid))
}

/// A new id and its UUID, both from one `UUIDv7`: ids made later sort later.
///
/// The id is `letter`, which says at a glance what it is of, then 26 characters.
pub fn new_id(letter: char) -> (String, Uuid) {
    debug_assert!(letter.is_ascii_lowercase(), "an id begins with a lower-case letter");
    let uid = Uuid::now_v7();
    let number = uid.as_u128();
    let digits = (0..26).rev().map(|place| char::from(BASE_32[(number >> (5 * place)) as usize & 31]));
    (std::iter::once(letter).chain(digits).collect(), uid)
}

/// `^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`
fn is_id(id: &str) -> bool {
    let bytes = id.as_bytes();
    (1..=ID_LENGTH).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1] != b'-'
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn parts<'n>(field: &str, pattern: &str, name: &'n str, good: impl Fn(&str) -> bool) -> Result<Vec<&'n str>> {
    let mut segments = name.split('/');
    let mut found = Vec::new();
    for expected in pattern.split('/') {
        let Some(segment) = segments.next() else { return Err(other_shape(field, pattern)) };
        if !expected.starts_with('{') {
            if segment != expected {
                return Err(other_shape(field, pattern));
            }
        } else if good(segment) {
            found.push(segment);
        } else if segment.is_empty() {
            return Err(other_shape(field, pattern));
        } else {
            return Err(malformed(field, segment));
        }
    }
    match segments.next() {
        None => Ok(found),
        Some(_) => Err(other_shape(field, pattern)),
    }
}

fn exactly<T, const N: usize>(pattern: &str, found: Vec<T>) -> Result<[T; N]> {
    found.try_into().map_err(|_| Error::internal(format!("{pattern} does not have {N} variables")))
}

fn other_shape(field: &str, pattern: &str) -> Error {
    Error::invalid(field, say!("expected a name of the form {pattern}", "nom attendu de la forme {pattern}"))
}

fn malformed(field: &str, id: &str) -> Error {
    let shown: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
    Error::invalid(
        field,
        say!(
            "\"{shown}\" is not an id: at most 63 of a-z, 0-9 and -, a letter first, no - at the end",
            "« {shown} » n'est pas un identifiant : 63 signes au plus, a-z 0-9 -, lettre d'abord, sans - final"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERSHIP: &str = "partners/{partner}/memberships/{membership}";

    #[test]
    fn a_name_gives_its_ids() {
        assert_eq!(id("name", "partners/{partner}", "partners/p1").unwrap(), "p1");
        assert_eq!(ids::<2>("name", MEMBERSHIP, "partners/p1/memberships/m-2").unwrap(), ["p1", "m-2"]);
        assert!(ids::<1>("name", MEMBERSHIP, "partners/p1/memberships/m").is_err());
    }

    #[test]
    fn what_does_not_fit_exactly_is_not_a_name() {
        let long = format!("partners/{}", "a".repeat(64));
        for trap in [
            "",
            "/",
            "partners",
            "partners/",
            "partners//",
            "/partners/p1",
            "partners/p1/",
            "partners/p1/x/y",
            "projects/p1",
            "partners/p1%2Fmemberships",
            "partners%2Fp1",
            "partners/P1",
            "Partners/p1",
            "partners/..",
            "partners/.",
            "partners/-",
            "partners/1p",
            "partners/p-",
            "partners/p_1",
            "partners/é",
            "partners/p1 ",
            " partners/p1",
            "partners/p\0",
            "partners/p1?",
            long.as_str(),
        ] {
            let Err(Error::Invalid { fields, .. }) = id("partner.name", "partners/{partner}", trap) else {
                panic!("{trap:?} was taken")
            };
            assert_eq!(fields[0].field, "partner.name");
        }
        assert!(id("name", "partners/{partner}", &long[..long.len() - 1]).is_ok(), "63 characters are an id");
    }

    #[test]
    fn a_dash_stands_for_any_parent_of_a_list_only() {
        assert_eq!(parent_id("parent", "partners/{partner}", "partners/-").unwrap(), None);
        assert_eq!(parent_id("parent", "partners/{partner}", "partners/p").unwrap(), Some("p"));
        assert!(parent_id("parent", "partners/{partner}", "partners/--").is_err());
        assert!(check_reference("partner", "partners/{partner}", "partners/-").is_err());
    }

    #[test]
    fn new_ids_are_ids_and_sort_as_they_were_made() {
        let made: Vec<_> = (0..2000).map(|_| new_id('p')).collect();
        assert!(made.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        for (id, uid) in &made {
            check_id("partner_id", id).unwrap();
            assert_eq!((id.len(), uid.get_version_num()), (27, 7));
        }
    }
}
