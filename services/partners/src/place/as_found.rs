//! What a record of the national format says, in the words of a place. Pure; nothing is added to what it says.

use chassis::column::Day;
use chassis::error::{Error, Result};
use chassis::say;
use chassis::say::Text;
use chassis::text::fold;
use chassis::value;
use iati::places::Record;
use iati::{Problem, Severity};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::OrganisationAsFound;

use super::describe::{self, describe};
use super::row::Model;
use super::words::{LISTS, meaning};
use crate::partner::as_found::SIRET_REFERENCE;

/// Fields that an import never changes.
pub(super) const KEPT: [&str; 1] = ["partner"];

/// What a record says, and what of it could not be taken.
pub(super) fn of(record: &Record) -> (pb::Place, Vec<Problem>) {
    let mut reading = Reading { record, problems: Vec::new(), terms: Vec::new() };
    for column in ["id", "nom", "commune", "code_postal", "adresse"] {
        if record.get(column).is_empty() {
            reading.say(
                column,
                Severity::Blocks,
                "REQUIRED",
                say!("required: say it", "obligatoire : indiquez-le"),
            );
        }
    }
    let mut place = pb::Place {
        external_reference: reading.line("id"),
        title: reading.line("nom"),
        locality: reading.line("commune"),
        street_address: reading.line("adresse"),
        address_complement: reading.line("complement_adresse"),
        source: reading.line("source"),
        parent_organisation: reading.line("structure_parente"),
        summary: reading.text("presentation_resume", describe::SUMMARY),
        description: reading.text("presentation_detail", describe::TEXT),
        postal_code: reading.checked(
            "code_postal",
            Severity::Blocks,
            "POSTAL_CODE_INVALID",
            describe::postal_code,
        ),
        insee_code: reading.doubted("code_insee", "INSEE_CODE_INVALID", describe::insee_code),
        pivot: reading.doubted("pivot", "PIVOT_INVALID", describe::pivot),
        telephone: reading.doubted("telephone", "TELEPHONE_INVALID", describe::telephone),
        opening_hours: reading.doubted("horaires", "HOURS_INVALID", describe::opening_hours),
        accessibility_uri: reading.doubted("fiche_acces_libre", "LINK_INVALID", value::https),
        appointment_uri: reading.doubted("prise_rdv", "LINK_INVALID", value::website),
        websites: reading.each("site_web", "LINK_INVALID", value::website),
        generic_emails: reading.each("courriels", "EMAIL_PERSONAL", describe::email),
        other_labels: reading.parts("autres_formations_labels"),
        location: reading.point(),
        source_update_date: reading.day(),
        origin: Origin::Imported.into(),
        ..pb::Place::default()
    };
    place.typologies = reading.typologies();
    for (column, _) in LISTS {
        reading.codes(column, &mut place);
    }
    place.terms_as_found = reading.terms;
    (place, reading.problems)
}

struct Reading<'r> {
    record: &'r Record,
    problems: Vec<Problem>,
    terms: Vec<String>,
}

impl Reading<'_> {
    fn say(&mut self, column: &str, severity: Severity, code: &'static str, why: Text) {
        let found = self.record.get(column).to_owned();
        self.say_of(column, severity, code, &found, why);
    }

    fn say_of(&mut self, column: &str, severity: Severity, code: &'static str, found: &str, why: Text) {
        self.problems.push(self.record.problem(column, severity, code, found, (why.en, why.fr)));
    }

    /// A line of text; what is longer is cut, and said so.
    fn line(&mut self, column: &str) -> String {
        self.text(column, describe::LINE)
    }

    fn text(&mut self, column: &str, most: usize) -> String {
        let said: String =
            self.record.get(column).chars().filter(|c| !c.is_control() || *c == '\n').collect();
        if said.chars().count() > most {
            let why = say!(
                "longer than {most} characters: it is cut",
                "plus de {most} caractères : le texte est coupé"
            );
            self.say(column, Severity::Doubtful, "TEXT_TOO_LONG", why);
        }
        said.chars().take(most).collect()
    }

    fn doubted(
        &mut self,
        column: &str,
        code: &'static str,
        check: fn(&str, &str) -> Result<String>,
    ) -> String {
        self.checked(column, Severity::Doubtful, code, check)
    }

    fn checked(
        &mut self,
        column: &str,
        severity: Severity,
        code: &'static str,
        check: fn(&str, &str) -> Result<String>,
    ) -> String {
        match self.record.get(column) {
            "" => String::new(),
            said => match check(column, said) {
                Ok(good) => good,
                Err(error) => {
                    self.say(column, severity, code, why(error));
                    String::new()
                }
            },
        }
    }

    /// What stands between bars.
    fn parts(&self, column: &str) -> Vec<String> {
        let parts = self.record.get(column).split('|').map(str::trim);
        let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut seen = std::collections::HashSet::new();
        parts.retain(|part| seen.insert(part.clone()));
        parts
    }

    fn each(
        &mut self,
        column: &str,
        code: &'static str,
        check: fn(&str, &str) -> Result<String>,
    ) -> Vec<String> {
        let mut good = Vec::new();
        for part in self.parts(column) {
            match check(column, &part) {
                Ok(part) => good.push(part),
                // An address that may be a person's is not told either (domain §8).
                Err(error) if code == "EMAIL_PERSONAL" => {
                    self.say_of(column, Severity::Doubtful, code, "", why(error));
                }
                Err(error) => self.say_of(column, Severity::Doubtful, code, &part, why(error)),
            }
        }
        good.dedup();
        good
    }

    fn typologies(&mut self) -> Vec<String> {
        let (good, other): (Vec<String>, Vec<String>) =
            self.parts("typologie").into_iter().partition(|code| describe::is_typology(code));
        for code in other {
            let why = say!(
                "expected a code in capitals, like TIERS_LIEUX: it is left out",
                "code en capitales attendu, comme TIERS_LIEUX : il est laissé de côté"
            );
            self.say_of("typologie", Severity::Doubtful, "TYPOLOGY_INVALID", &code, why);
        }
        good
    }

    fn point(&mut self) -> Option<pb::GeoPoint> {
        let (latitude, longitude) = (self.degrees("latitude", 90.0)?, self.degrees("longitude", 180.0)?);
        Some(pb::GeoPoint { latitude, longitude })
    }

    fn degrees(&mut self, column: &str, most: f64) -> Option<f64> {
        let said = self.record.get(column);
        if said.is_empty() {
            return None;
        }
        let degrees = said.replace(',', ".").parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        if degrees.is_none() {
            let why = say!(
                "expected degrees, like 43.52609: the point is left out",
                "degrés attendus, comme 43.52609 : le point est laissé de côté"
            );
            self.say(column, Severity::Doubtful, "POINT_INVALID", why);
        }
        degrees
    }

    fn day(&mut self) -> Option<proto::Date> {
        let said = self.record.get("date_maj");
        let day = Day::parse(said.get(..10).unwrap_or(said));
        if day.is_none() && !said.is_empty() {
            let why = say!(
                "expected a day like 2024-04-02: it is left out",
                "jour attendu, comme 2024-04-02 : il est laissé de côté"
            );
            self.say("date_maj", Severity::Doubtful, "DATE_INVALID", why);
        }
        day.map(Day::to_date)
    }

    /// The codes of a column of terms. What the schema has no word for is kept as it was found.
    fn codes(&mut self, column: &'static str, place: &mut pb::Place) {
        let said = self.record.get(column).to_owned();
        for term in said.split(['|', ';']).map(str::trim).filter(|term| !term.is_empty()) {
            let found = meaning(column, term);
            if found.is_none_or(|(.., now)| !now) {
                self.terms.push(format!("{}: {term}", self.record.called(column)));
            }
            match found {
                Some((column, code, _)) => {
                    let codes = field(place, column);
                    if !codes.iter().any(|known| known == code) {
                        codes.push(code.to_owned());
                    }
                }
                None => {
                    let why = say!(
                        "the national schema has no such term: it is kept as found, and not exported",
                        "le schéma national n'a pas ce terme : il est gardé tel que trouvé, et n'est pas exporté"
                    );
                    self.say_of(column, Severity::Advice, "TERM_UNKNOWN", term, why);
                }
            }
        }
    }
}

/// The field that holds the codes of a column.
pub(super) fn field<'p>(place: &'p mut pb::Place, column: &str) -> &'p mut Vec<String> {
    match column {
        "itinerance" => &mut place.mobilities,
        "services" => &mut place.services,
        "publics_specifiquement_adresses" => &mut place.audiences,
        "prise_en_charge_specifique" => &mut place.adaptations,
        "frais_a_charge" => &mut place.prices,
        "dispositif_programmes_nationaux" => &mut place.programmes,
        "formations_labels" => &mut place.labels,
        "modalites_acces" => &mut place.access_modes,
        _ => &mut place.support_modes,
    }
}

/// Why a value was refused; it is left out.
fn why(error: Error) -> Text {
    match error {
        Error::Invalid { mut fields, .. } if !fields.is_empty() => {
            let Text { en, fr } = fields.swap_remove(0).why;
            say!("{en}; it is left out", "{fr} ; la valeur est laissée de côté")
        }
        _ => say!("it is left out", "la valeur est laissée de côté"),
    }
}

/// The organisation that runs a place: by its SIRET, else the one that the place is part of, else the place itself, told from others
/// of that name by its municipality.
pub(super) fn organisation(place: &pb::Place) -> OrganisationAsFound {
    let own = match fold(&place.title).contains(&fold(&place.locality)) {
        true => place.title.clone(),
        false => format!("{} ({})", place.title, place.locality),
    };
    let title = if place.parent_organisation.is_empty() { own } else { place.parent_organisation.clone() };
    let siret = value::is_siret(&place.pivot);
    OrganisationAsFound {
        r#ref: if siret { format!("{SIRET_REFERENCE}{}", place.pivot) } else { String::new() },
        titles: [("fr".to_owned(), title)].into(),
        default_language_code: "fr".to_owned(),
        country_code: "FR".to_owned(),
        ..OrganisationAsFound::default()
    }
}

/// The row that becomes of what is said.
///
/// # Errors
/// `INVALID_ARGUMENT` for what [`of`] should have said already.
pub(super) fn fill(place: &mut Model, said: &pb::Place) -> Result<()> {
    describe(place, said)?;
    place.external_reference.clone_from(&said.external_reference);
    place.terms_as_found = said.terms_as_found.clone().into();
    Ok(())
}

/// Whether a source says what it said before: in the same words, or in those of the schema alone.
pub(super) fn says_as(now: &pb::Place, before: &pb::Place) -> bool {
    let bare = |place: &pb::Place| pb::Place { terms_as_found: Vec::new(), ..place.clone() };
    now == before || now.terms_as_found.is_empty() && bare(now) == bare(before)
}

/// What becomes of a known place of which its source says something else than before: nothing where people wrote otherwise since.
///
/// # Errors
/// As [`fill`].
pub(super) fn anew(place: &Model, before: &pb::Place, now: &pb::Place) -> Result<Model> {
    let mut made = place.clone();
    fill(&mut made, &pb::Place { partner: place.partner.clone(), ..before.clone() })?;
    let (current, made): (pb::Place, pb::Place) = (place.clone().into(), made.into());
    let draft = chassis::mask::renewed(&current, &made, before, now, &KEPT)?;
    let draft = pb::Place {
        external_reference: now.external_reference.clone(),
        terms_as_found: now.terms_as_found.clone(),
        ..draft
    };
    let mut after = place.clone();
    fill(&mut after, &draft)?;
    Ok(after)
}

/// The column that a field of a place came from.
pub(super) fn origin(field: &str) -> &'static str {
    match field {
        "title" => "nom",
        "pivot" => "pivot",
        "locality" => "commune",
        "postal_code" => "code_postal",
        "insee_code" => "code_insee",
        "street_address" => "adresse",
        "address_complement" => "complement_adresse",
        "location" => "latitude",
        "typologies" => "typologie",
        "telephone" => "telephone",
        "generic_emails" => "courriels",
        "websites" => "site_web",
        "opening_hours" => "horaires",
        "summary" => "presentation_resume",
        "description" => "presentation_detail",
        "source" => "source",
        "mobilities" => "itinerance",
        "parent_organisation" => "structure_parente",
        "source_update_date" => "date_maj",
        "services" => "services",
        "audiences" => "publics_specifiquement_adresses",
        "adaptations" => "prise_en_charge_specifique",
        "prices" => "frais_a_charge",
        "programmes" => "dispositif_programmes_nationaux",
        "labels" => "formations_labels",
        "other_labels" => "autres_formations_labels",
        "access_modes" => "modalites_acces",
        "support_modes" => "modalites_accompagnement",
        "accessibility_uri" => "fiche_acces_libre",
        "appointment_uri" => "prise_rdv",
        _ => "id",
    }
}
