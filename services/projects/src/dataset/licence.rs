//! Which licences are open, and what they ask (PRJ-26, PRJ-27, PRJ-28): the list `LICENCE`, which a story compares. Pure.

use chassis::error::{Error, Result};
use chassis::say;
use proto::partners::partner::Sector;

use super::row::Model;

/// The longest identifier.
const LONGEST: usize = 64;

/// An open licence.
pub struct Licence {
    /// Its SPDX identifier.
    pub code: &'static str,
    /// What is made of the data is to be under the same terms.
    pub share_alike: bool,
    /// French administrations may choose it (CRPA, art. D323-2-1).
    pub fr_public_allowed: bool,
}

const fn licence(code: &'static str, share_alike: bool, fr_public_allowed: bool) -> Licence {
    Licence { code, share_alike, fr_public_allowed }
}

/// The open licences.
pub const OPEN: [Licence; 7] = [
    licence("etalab-2.0", false, true),
    licence("ODbL-1.0", true, true),
    licence("CC-BY-4.0", false, false),
    licence("CC0-1.0", false, false),
    licence("CC-BY-SA-4.0", true, false),
    licence("ODC-By-1.0", false, false),
    licence("PDDL-1.0", false, false),
];

/// The open licence with that identifier.
pub(crate) fn open(code: &str) -> Option<&'static Licence> {
    OPEN.iter().find(|licence| licence.code == code)
}

/// An SPDX identifier as the list writes it: case does not tell licences apart.
///
/// # Errors
/// `INVALID_ARGUMENT` on `field`.
pub(crate) fn spdx(field: &str, code: &str) -> Result<String> {
    let code = code.trim();
    if code.is_empty() {
        return Err(Error::required(field));
    }
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-+".contains(character);
    if code.len() > LONGEST || !code.chars().all(plain) {
        return Err(Error::invalid(
            field,
            say!(
                "expected an SPDX identifier, like etalab-2.0 or CC-BY-4.0",
                "identifiant SPDX attendu, comme etalab-2.0 ou CC-BY-4.0"
            ),
        ));
    }
    let known = OPEN.iter().find(|licence| licence.code.eq_ignore_ascii_case(code));
    Ok(known.map_or(code, |licence| licence.code).to_owned())
}

/// Whether data are given under open licences alone.
pub(crate) fn all_open(dataset: &Model) -> bool {
    !dataset.distributions.is_empty() && first(dataset, |licence| licence.is_some()).is_none()
}

/// The first distribution whose licence is not as it should be: its number, and that licence.
fn first(dataset: &Model, good: impl Fn(Option<&Licence>) -> bool) -> Option<(usize, &str)> {
    let licences = dataset.distributions.iter().map(|distribution| distribution.licence.as_str());
    licences.enumerate().find(|(_, code)| !good(open(code)))
}

/// What is open to the public is under open licences (PRJ-26).
///
/// # Errors
/// `FAILED_PRECONDITION` naming the first distribution that is not.
pub(crate) fn are_open(dataset: &Model) -> Result<()> {
    let Some((at, code)) = first(dataset, |licence| licence.is_some()) else { return Ok(()) };
    Err(Error::refused(
        "PRJ-26",
        say!(
            "distributions[{at}] is under {code}, which is not an open licence: choose one of `ensemble code-list show LICENCE`",
            "distributions[{at}] est sous {code}, qui n'est pas une licence ouverte : choisissez-en une de `ensemble code-list show LICENCE`"
        ),
    )
    .about("field", format!("distributions[{at}].licence")))
}

/// Data of high value are under no licence that reaches what is made of them (PRJ-28).
///
/// # Errors
/// As [`are_open`].
pub(crate) fn suit_high_value(dataset: &Model) -> Result<()> {
    let suits = |licence: Option<&Licence>| licence.is_some_and(|licence| !licence.share_alike);
    let Some((at, code)) = first(dataset, suits).filter(|_| dataset.high_value) else { return Ok(()) };
    Err(Error::refused(
        "PRJ-28",
        say!(
            "a high-value dataset is under CC-BY-4.0, CC0-1.0, etalab-2.0 or terms that ask for no more: distributions[{at}] is under {code}",
            "un jeu à forte valeur est sous CC-BY-4.0, CC0-1.0, etalab-2.0 ou des conditions qui n'exigent pas plus : distributions[{at}] est sous {code}"
        ),
    )
    .about("field", format!("distributions[{at}].licence")))
}

/// French public bodies choose among two licences, unless another was homologated for them (PRJ-27).
///
/// # Errors
/// As [`are_open`].
pub fn suit_publisher(dataset: &Model, sector: Sector, country_code: &str) -> Result<()> {
    if sector != Sector::Public
        || country_code != "FR"
        || dataset.licence_homologation.clone().set().is_some()
    {
        return Ok(());
    }
    let allowed = |licence: Option<&Licence>| licence.is_some_and(|licence| licence.fr_public_allowed);
    let Some((at, code)) = first(dataset, allowed) else { return Ok(()) };
    Err(Error::refused(
        "PRJ-27",
        say!(
            "a French public body publishes under etalab-2.0 or ODbL-1.0, and distributions[{at}] is under {code}: choose one of the two, or show the homologation of that licence in licence_homologation",
            "un organisme public français publie sous etalab-2.0 ou ODbL-1.0, et distributions[{at}] est sous {code} : choisissez l'une des deux, ou montrez l'homologation de cette licence dans licence_homologation"
        ),
    )
    .about("field", format!("distributions[{at}].licence")))
}
