//! What each field of a place may hold. Pure.

use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::text::{fold, plain};
use chassis::{say, value};
use proto::partners as pb;

use super::row::Model;
use super::words;
use crate::code_list;

/// The pattern of names of partners.
const PARTNER: &str = "partners/{partner}";
/// Characters of a line.
pub(crate) const LINE: usize = 500;
/// Characters of a summary, as the national schema has it.
pub(crate) const SUMMARY: usize = 280;
/// Characters of a description.
pub(crate) const TEXT: usize = 10_000;
const MOST: usize = 50;

/// Takes over what a draft says of a place, having looked at every field.
pub(crate) fn describe(place: &mut Model, draft: &pb::Place) -> Result<()> {
    let mut wrong = Violations::default();
    for (field, said, kept, most) in [
        ("title", &draft.title, &mut place.title, LINE),
        ("locality", &draft.locality, &mut place.locality, LINE),
        ("street_address", &draft.street_address, &mut place.street_address, LINE),
    ] {
        wrong.require(field, !said.trim().is_empty());
        *kept = wrong.plain(field, said, most)?;
    }
    for (field, said, kept, most) in [
        ("address_complement", &draft.address_complement, &mut place.address_complement, LINE),
        ("summary", &draft.summary, &mut place.summary, SUMMARY),
        ("description", &draft.description, &mut place.description, TEXT),
        ("source", &draft.source, &mut place.source, LINE),
        ("parent_organisation", &draft.parent_organisation, &mut place.parent_organisation, LINE),
    ] {
        *kept = wrong.plain(field, said, most)?;
    }
    wrong.require("partner", !draft.partner.is_empty());
    wrong.reference("partner", PARTNER, &draft.partner)?;
    place.partner.clone_from(&draft.partner);
    type Check = fn(&str, &str) -> Result<String>;
    wrong.require("postal_code", !draft.postal_code.trim().is_empty());
    let checked: [(&str, &String, &mut String, Check); 7] = [
        ("pivot", &draft.pivot, &mut place.pivot, pivot),
        ("postal_code", &draft.postal_code, &mut place.postal_code, postal_code),
        ("insee_code", &draft.insee_code, &mut place.insee_code, insee_code),
        ("telephone", &draft.telephone, &mut place.telephone, telephone),
        ("opening_hours", &draft.opening_hours, &mut place.opening_hours, opening_hours),
        ("accessibility_uri", &draft.accessibility_uri, &mut place.accessibility_uri, value::https),
        ("appointment_uri", &draft.appointment_uri, &mut place.appointment_uri, value::website),
    ];
    for (field, said, kept, check) in checked {
        *kept = match said.trim() {
            "" => String::new(),
            said => wrong.check(check(field, said))?.unwrap_or_default(),
        };
    }
    let point = draft.location.as_ref().map(|said| point("location", said)).transpose();
    place.location = wrong.check(point)?.flatten().unwrap_or_default().into();
    place.typologies =
        wrong.each("typologies", &draft.typologies, MOST, |at, code| typology(at, code))?.into();
    place.generic_emails =
        wrong.each("generic_emails", &draft.generic_emails, MOST, |at, one| email(at, one))?.into();
    place.websites = wrong.each("websites", &draft.websites, MOST, |at, one| value::website(at, one))?.into();
    place.other_labels =
        wrong.each("other_labels", &draft.other_labels, MOST, |at, label| plain(at, label, LINE))?.into();
    let day = draft.source_update_date.as_ref().map(|day| Day::from_date("source_update_date", day));
    place.source_update_date = wrong.check(day.transpose())?.flatten();
    for (field, list, said, kept) in [
        ("mobilities", "PLACE_MOBILITY", &draft.mobilities, &mut place.mobilities),
        ("services", "PLACE_SERVICE", &draft.services, &mut place.services),
        ("audiences", "PLACE_AUDIENCE", &draft.audiences, &mut place.audiences),
        ("adaptations", "PLACE_ADAPTATION", &draft.adaptations, &mut place.adaptations),
        ("prices", "PLACE_PRICE", &draft.prices, &mut place.prices),
        ("programmes", "PLACE_PROGRAMME", &draft.programmes, &mut place.programmes),
        ("labels", "PLACE_LABEL", &draft.labels, &mut place.labels),
        ("access_modes", "PLACE_ACCESS", &draft.access_modes, &mut place.access_modes),
        ("support_modes", "PLACE_SUPPORT", &draft.support_modes, &mut place.support_modes),
    ] {
        *kept = wrong.codes(field, list, |code| code_list::contains(list, code), said);
    }
    wrong.finish()?;
    place.territory = territory(&place.insee_code);
    place.folded_title = fold(&place.title);
    place.folded_address = folded_address(&place.street_address, &place.postal_code);
    Ok(())
}

/// By what a place is found again besides its name.
pub(crate) fn folded_address(street: &str, postal_code: &str) -> String {
    format!("{} {postal_code}", fold(street))
}

/// The territory of a French municipality, which projects owns.
fn territory(insee_code: &str) -> String {
    match insee_code {
        "" => String::new(),
        code => format!("territories/fr-com-{}", code.to_ascii_lowercase()),
    }
}

fn wrong(field: &str, (en, fr): (&str, &str)) -> Error {
    Error::invalid(field, say!("{en}", "{fr}"))
}

/// A SIRET, a SIREN or an RNA; zeros alone say that nobody knows.
pub(crate) fn pivot(field: &str, said: &str) -> Result<String> {
    let said = said.trim();
    if said.bytes().all(|byte| byte == b'0') {
        return Ok(String::new());
    }
    let good = match said.len() {
        14 if said.bytes().all(|byte| byte.is_ascii_digit()) => value::is_siret(said),
        9 if said.bytes().all(|byte| byte.is_ascii_digit()) => value::is_siren(said),
        9..=14 => said.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => false,
    };
    match good {
        true => Ok(said.to_owned()),
        false => Err(wrong(
            field,
            (
                "expected a SIRET (14 digits, its check digit right) or an RNA (W and 9 digits)",
                "SIRET attendu (14 chiffres, clé de contrôle juste), ou RNA (W et 9 chiffres)",
            ),
        )),
    }
}

pub(crate) fn postal_code(field: &str, said: &str) -> Result<String> {
    let said = said.trim();
    match said.len() == 5 && said.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(said.to_owned()),
        false => {
            Err(wrong(field, ("expected five digits, like 13100", "cinq chiffres attendus, comme 13100")))
        }
    }
}

pub(crate) fn insee_code(field: &str, said: &str) -> Result<String> {
    let said = said.trim().to_ascii_uppercase();
    let (department, rest) = said.split_at_checked(2).unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let known = digits(department) && department != "20" || ["2A", "2B"].contains(&department);
    match known && rest.len() == 3 && digits(rest) {
        true => Ok(said),
        false => Err(wrong(
            field,
            (
                "expected the official code of a municipality, like 13055 or 2A004",
                "code officiel de commune attendu, comme 13055 ou 2A004",
            ),
        )),
    }
}

pub(crate) fn telephone(field: &str, said: &str) -> Result<String> {
    const COUNTRIES: [&str; 10] =
        ["+33", "+590", "+594", "+262", "+596", "+269", "+687", "+689", "+508", "+681"];
    let said: String = said.chars().filter(|c| !" .-\u{a0}".contains(*c)).collect();
    let rest = COUNTRIES.iter().find_map(|country| said.strip_prefix(country));
    let digits = |rest: &str| (6..=9).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit());
    match rest.is_some_and(digits) {
        true => Ok(said),
        false => Err(wrong(
            field,
            (
                "expected a French number with its country, like +33180059880",
                "numéro français avec son indicatif attendu, comme +33180059880",
            ),
        )),
    }
}

pub(crate) fn email(field: &str, said: &str) -> Result<String> {
    let said = said.trim().to_lowercase();
    match words::is_generic(&said) {
        true => Ok(said),
        false => Err(wrong(
            field,
            (
                "only the address of a function, like contact@ or accueil@: a person's is not kept here",
                "seulement l'adresse d'une fonction, comme contact@ ou accueil@ : celle d'une personne n'est pas conservée ici",
            ),
        )),
    }
}

fn typology(field: &str, said: &str) -> Result<String> {
    let said = said.trim();
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    match (2..=40).contains(&said.len()) && said.bytes().all(plain) {
        true => Ok(said.to_owned()),
        false => Err(wrong(
            field,
            ("expected a code in capitals, like TIERS_LIEUX", "code en capitales attendu, comme TIERS_LIEUX"),
        )),
    }
}

/// As [`typology`], for whoever imports.
pub(crate) fn is_typology(said: &str) -> bool {
    typology("", said).is_ok()
}

pub(crate) fn point(field: &str, said: &pb::GeoPoint) -> Result<pb::GeoPoint> {
    let mut wrong = Violations::default();
    for (name, degrees, most) in [("latitude", said.latitude, 90.0), ("longitude", said.longitude, 180.0)] {
        if !(degrees.is_finite() && degrees.abs() <= most) {
            wrong.add(
                format!("{field}.{name}"),
                say!("expected degrees, at most {most}", "degrés attendus, {most} au plus"),
            );
        }
    }
    wrong.finish()?;
    Ok(*said)
}

/// When it is open, as OpenStreetMap writes it: days, times, and what is said between quotes.
pub(crate) fn opening_hours(field: &str, said: &str) -> Result<String> {
    const WORDS: [&str; 34] = [
        "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "SH", "off", "closed", "open", "unknown", "week",
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "easter",
        "sunrise", "sunset", "dawn", "dusk", "day", "days", "year",
    ];
    let said = said.trim();
    // Every other part stands between quotes, where people say what they like.
    let spoken: String = said.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let mut words = spoken.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let plain = |c: char| c.is_alphanumeric() || " :,;-+/()[]|\n".contains(c);
    let mut times = spoken.split(|c: char| !c.is_ascii_digit() && c != ':').filter(|time| time.contains(':'));
    let clock = |time: &str| {
        // What stands before a colon alone is a week.
        let Some((hours, minutes)) = time.trim_matches(':').split_once(':') else { return true };
        let number = |text: &str| text.parse::<u8>().ok().filter(|_| text.len() <= 2);
        number(hours).is_some_and(|hours| hours <= 24)
            && minutes.len() == 2
            && number(minutes).is_some_and(|minutes| minutes <= 59)
    };
    let whole = said.matches('"').count().is_multiple_of(2) && said.chars().count() <= LINE * 2;
    let good =
        whole && spoken.chars().all(plain) && words.all(|word| WORDS.contains(&word)) && times.all(clock);
    match good {
        true => Ok(said.to_owned()),
        false => Err(wrong(
            field,
            (
                "expected hours as OpenStreetMap writes them, like Mo-Fr 09:00-12:00,14:00-18:30; Sa off",
                "horaires attendus comme les écrit OpenStreetMap, par exemple Mo-Fr 09:00-12:00,14:00-18:30; Sa off",
            ),
        )),
    }
}
