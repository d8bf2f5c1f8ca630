//! Identifiers that others gave: SIREN, ROR, LEI, and every list of org-id.guide.

use proto::common::ExternalIdentifier;

use super::iso;
use crate::error::{Error, Result, Violations};
use crate::say;
use crate::say::Text;

/// The schemes that are not lists of org-id.guide.
const NAMED: &str = "SIREN, SIRET, ROR, LEI, WIKIDATA, INSEE_COG, ISO_3166_2, GEONAMES, QPV";
/// The longest value of a scheme whose form we do not know.
const LONGEST: usize = 200;
/// La Poste, whose establishments are too many for Luhn's digit.
const LA_POSTE: &str = "356000000";

/// An identifier in its canonical form: digits of SIREN and SIRET together, LEI and Wikidata in capitals, ROR
/// without its address; as written in the lists of org-id.guide.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `{field}.scheme` or `{field}.value`.
pub fn identifier(field: &str, identifier: &ExternalIdentifier) -> Result<ExternalIdentifier> {
    let scheme = identifier.scheme.trim();
    let value = identifier.value.trim();
    let wrong = |why: Text| Error::invalid(format!("{field}.value"), why);
    if value.is_empty() {
        return Err(Error::required(format!("{field}.value")));
    }
    if value.chars().any(char::is_control) || value.chars().count() > LONGEST {
        return Err(wrong(say!(
            "at most {LONGEST} printable characters",
            "{LONGEST} caractères imprimables au plus"
        )));
    }
    let upper = value.to_ascii_uppercase();
    let digits: String = value.split(char::is_whitespace).collect();
    let (canonical, form) = match scheme {
        "SIREN" => (
            is_siren(&digits).then_some(digits),
            say!("9 digits, the last a check digit", "9 chiffres, le dernier de contrôle"),
        ),
        "SIRET" => (
            is_siret(&digits).then_some(digits),
            say!("14 digits, the last a check digit", "14 chiffres, le dernier de contrôle"),
        ),
        "LEI" => (
            is_lei(&upper).then_some(upper),
            say!(
                "20 letters and digits, the last 2 check digits",
                "20 lettres et chiffres, les 2 derniers de contrôle"
            ),
        ),
        "ROR" => {
            let bare = value.rsplit_once("ror.org/").map_or(value, |(_, bare)| bare).to_ascii_lowercase();
            (
                is_ror(&bare).then_some(bare),
                say!("9 characters like 05a28rw58", "9 caractères comme 05a28rw58"),
            )
        }
        "WIKIDATA" => (
            is_wikidata(&upper).then_some(upper),
            say!("Q and digits, like Q90", "Q suivi de chiffres, comme Q90"),
        ),
        "INSEE_COG" => {
            (is_cog(&upper).then_some(upper), say!("a code like 75056, 2A, 974", "code comme 75056, 2A, 974"))
        }
        "ISO_3166_2" => {
            (is_subdivision(&upper).then_some(upper), say!("a code like FR-IDF", "code comme FR-IDF"))
        }
        "GEONAMES" => {
            (is_number(&digits).then_some(digits), say!("digits, like 2988507", "chiffres, comme 2988507"))
        }
        "QPV" => (is_qpv(&upper).then_some(upper), say!("a code like QN07501M", "code comme QN07501M")),
        other if is_list_code(other) => (Some(value.to_owned()), say!("an identifier", "identifiant")),
        _ => {
            return Err(Error::invalid(
                format!("{field}.scheme"),
                say!(
                    "expected {NAMED}, or a list code of org-id.guide like GB-CHC",
                    "{NAMED} attendu, ou un code de liste org-id.guide comme GB-CHC"
                ),
            ));
        }
    };
    let Text { en, fr } = form;
    let value = canonical.ok_or_else(|| wrong(say!("{scheme}: expected {en}", "{scheme} : attendu {fr}")))?;
    Ok(ExternalIdentifier { scheme: scheme.to_owned(), value })
}

/// Identifiers in their canonical form, one of each scheme.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on every `{field}[i]` that is wrong.
pub fn identifiers(field: &str, given: &[ExternalIdentifier]) -> Result<Vec<ExternalIdentifier>> {
    let mut violations = Violations::default();
    let mut identifiers: Vec<ExternalIdentifier> = Vec::new();
    for (index, one) in given.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let Some(one) = violations.check(identifier(&field, one))? else { continue };
        if identifiers.iter().any(|other| other.scheme == one.scheme) {
            violations.add(
                format!("{field}.scheme"),
                say!("one identifier of each scheme", "un seul identifiant par référentiel"),
            );
        }
        identifiers.push(one);
    }
    violations.finish()?;
    Ok(identifiers)
}

/// Nine digits, the last by Luhn's rule.
pub fn is_siren(digits: &str) -> bool {
    digits.len() == 9 && luhn(digits)
}

/// Fourteen digits, the last by Luhn's rule; of La Poste, the sum of the digits is a multiple of five.
pub fn is_siret(digits: &str) -> bool {
    let la_poste = || {
        let all = digits.bytes().all(|byte| byte.is_ascii_digit());
        all && digits.starts_with(LA_POSTE)
            && digits.bytes().map(|byte| u32::from(byte - b'0')).sum::<u32>().is_multiple_of(5)
    };
    digits.len() == 14 && (luhn(digits) || la_poste())
}

/// ISO 17442: eighteen letters and digits, then two check digits by ISO 7064, modulo 97.
pub fn is_lei(code: &str) -> bool {
    let form =
        code.len() == 20 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let remainder = || {
        code.chars()
            .filter_map(|c| c.to_digit(36))
            .fold(0, |remainder, digit| (remainder * if digit < 10 { 10 } else { 100 } + digit) % 97)
    };
    form && code.bytes().skip(18).all(|byte| byte.is_ascii_digit()) && remainder() == 1
}

/// Zero, six characters of Crockford's base 32, two check digits by ISO 7064, modulo 97.
pub fn is_ror(id: &str) -> bool {
    const BASE_32: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let Some((number, check)) = id.strip_prefix('0').and_then(|rest| rest.split_at_checked(6)) else {
        return false;
    };
    let number = number.chars().try_fold(0_u64, |number, c| {
        BASE_32.find(c).and_then(|digit| u64::try_from(digit).ok()).map(|digit| number * 32 + digit)
    });
    check.len() == 2 && number.is_some_and(|number| check == format!("{:02}", 98 - number * 100 % 97))
}

fn luhn(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().try_fold(0, |sum, (place, byte)| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        Some(sum + if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
    });
    sum.is_some_and(|sum: u32| sum > 0 && sum.is_multiple_of(10))
}

fn is_wikidata(code: &str) -> bool {
    code.strip_prefix('Q').is_some_and(is_number)
}

/// A number from 1 that something is known by.
fn is_number(digits: &str) -> bool {
    !digits.starts_with('0')
        && (1..=12).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The neighbourhoods of French city policy: `QP075001` until 2023, `QN07501M` since.
fn is_qpv(code: &str) -> bool {
    let rest = code.strip_prefix("QP").or_else(|| code.strip_prefix("QN"));
    rest.is_some_and(|rest| {
        rest.len() == 6 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// Regions and départements (two or three), communes (five); Corsica has letters.
fn is_cog(code: &str) -> bool {
    let corsica = code.strip_prefix("2A").or_else(|| code.strip_prefix("2B"));
    let digits = corsica.unwrap_or(code);
    let lengths: &[usize] = if corsica.is_some() { &[0, 3] } else { &[2, 3, 5] };
    lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_subdivision(code: &str) -> bool {
    code.split_once('-').is_some_and(|(country, part)| {
        let form = part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        iso::is_country(country) && (1..=3).contains(&part.len()) && form
    })
}

/// `FR-RCS`, `XM-DAC`, `CA-CRA_ACR`
fn is_list_code(scheme: &str) -> bool {
    scheme.len() <= 32
        && scheme.split_once('-').is_some_and(|(place, list)| {
            let tail = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            (2..=3).contains(&place.len())
                && place.bytes().all(|byte| byte.is_ascii_uppercase())
                && !list.is_empty()
                && list.bytes().all(tail)
        })
}
