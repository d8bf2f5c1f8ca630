//! What a file says of an organisation, and the partner that becomes of it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::Call;
use chassis::{name, text, value};
use proto::common::{ExternalIdentifier, LocalizedText, Origin, Translation, translation};
use proto::partners::OrganisationAsFound;
use proto::partners::partner::{Sector, State};

use super::duplicate::{Kind, title_key};
use super::row::Model;
use crate::code_list;

/// An organisation as found, cleaned.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) title: LocalizedText,
    pub(crate) description: Option<LocalizedText>,
    pub(crate) identifier: Option<ExternalIdentifier>,
    pub(crate) country: String,
    pub(crate) type_code: String,
    /// By what it may be recognised.
    pub(crate) keys: BTreeSet<(Kind, String)>,
}

/// How a source refers to an establishment by its SIRET.
pub(crate) const SIRET_REFERENCE: &str = "SIRET-";

/// What can be made of an organisation; nothing when there is neither a name nor an identifier.
pub(crate) fn of(organisation: &OrganisationAsFound) -> Option<Found> {
    let reference = organisation.r#ref.trim();
    // A French establishment goes by no code of org-id.guide.
    let siret = reference.strip_prefix(SIRET_REFERENCE).map(|value| ("SIRET", value));
    let identifier = siret
        .or_else(|| iati::org_id::split(reference))
        .map(|(scheme, value)| ExternalIdentifier { scheme: scheme.to_owned(), value: value.to_owned() })
        .and_then(|identifier| value::identifier("ref", &identifier).ok());
    let default = &organisation.default_language_code;
    let title = texts(&organisation.titles, default).or_else(|| {
        let titles = BTreeMap::from([(String::new(), reference.to_owned())]);
        texts(&titles, "")
    })?;
    let mut keys: BTreeSet<(Kind, String)> =
        title.translations.values().filter_map(|one| title_key(&one.text)).collect();
    match &identifier {
        Some(ExternalIdentifier { scheme, value }) => {
            keys.insert((Kind::Identifier, format!("{scheme}:{value}")));
            // The register of companies goes by the SIREN, and we write a SIREN so (LES-18).
            if scheme == "FR-RCS" && value::is_siren(value) {
                keys.insert((Kind::Identifier, format!("SIREN:{value}")));
            }
        }
        None if !reference.is_empty() => {
            keys.insert((Kind::Reference, reference.chars().take(200).collect()));
        }
        None => {}
    }
    let known_type = code_list::contains("OrganisationType", &organisation.iati_type_code);
    Some(Found {
        country: country(&organisation.country_code, identifier.as_ref()),
        type_code: if known_type { organisation.iati_type_code.clone() } else { String::new() },
        description: texts(&organisation.descriptions, default),
        title,
        identifier,
        keys,
    })
}

/// Texts per language, without those that cannot be kept; `und` is the language nobody said.
fn texts(texts: &BTreeMap<String, String>, default: &str) -> Option<LocalizedText> {
    let mut translations = BTreeMap::new();
    for (language, text) in texts {
        let said = if language.is_empty() { default } else { language };
        let language = text::language("language", said).unwrap_or_else(|_| "und".to_owned());
        let text: String = text.chars().filter(|c| !c.is_control()).take(10_000).collect();
        if !text.trim().is_empty() && translations.len() < 20 {
            translations.entry(language).or_insert(Translation { text, ..Translation::default() });
        }
    }
    let default = text::language("language", default).unwrap_or_default();
    let default = match translations.contains_key(&default) {
        true => default,
        false => ["en", "fr"]
            .into_iter()
            .find(|code| translations.contains_key(*code))
            .map(str::to_owned)
            .or_else(|| translations.keys().next().cloned())?,
    };
    let found = LocalizedText { default_language_code: default, translations, ..LocalizedText::default() };
    text::check("text", &found).ok()
}

/// The country said, else the one whose register gave the identifier (`GB-CHC`).
fn country(said: &str, identifier: Option<&ExternalIdentifier>) -> String {
    let register = identifier.and_then(|identifier| identifier.scheme.split('-').next()).unwrap_or_default();
    [said, register].into_iter().find_map(|code| value::country("country", code).ok()).unwrap_or_default()
}

/// A new partner, as found: already active in the world, with its gaps (BEY-8).
pub(crate) fn create(found: &Found, call: &Call) -> Model {
    let (id, uid) = name::new_id('p');
    let mut partner = Model {
        name: format!("partners/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Active.into(),
        state_reason: String::new(),
        title: found.title.clone().into(),
        acronym: String::new(),
        college: String::new(),
        sector: Sector::Unspecified.into(),
        iati_type_code: String::new(),
        identifiers: Vec::new().into(),
        country_code: String::new(),
        territories: Vec::new().into(),
        authority_territory: String::new(),
        website: String::new(),
        description: LocalizedText::default().into(),
        competences: Vec::new().into(),
        contact: Default::default(),
        origin: Origin::Imported.into(),
        merged_into: String::new(),
        created_by: String::new(),
        bound: false,
    };
    learn(&mut partner, found);
    partner
}

/// Fills what is not known yet; what is known stays, whoever said it.
pub(crate) fn learn(partner: &mut Model, found: &Found) {
    // A registered partner speaks for itself.
    if partner.origin != Origin::Imported {
        return;
    }
    for (language, translation) in &found.title.translations {
        if partner.title.translations.len() < 20 && !partner.title.translations.contains_key(language) {
            let added = Translation { origin: translation::Origin::Human.into(), ..translation.clone() };
            partner.title.translations.insert(language.clone(), added);
        }
    }
    if let Some(description) =
        found.description.as_ref().filter(|_| partner.description.translations.is_empty())
    {
        partner.description = description.clone().into();
    }
    if let Some(identifier) = &found.identifier
        && partner.identifiers.iter().all(|known| known.scheme != identifier.scheme)
    {
        partner.identifiers.push(identifier.clone());
    }
    let fill = |field: &mut String, value: &str| {
        if field.is_empty() {
            value.clone_into(field);
        }
    };
    fill(&mut partner.country_code, &found.country);
    fill(&mut partner.iati_type_code, &found.type_code);
    let (college, sector) = family(&partner.iati_type_code);
    fill(&mut partner.college, college);
    if partner.sector == Sector::Unspecified {
        partner.sector = sector.into();
    }
}

/// The college and sector that an IATI organisation type tells, as far as it does (iati.md §2).
fn family(type_code: &str) -> (&'static str, Sector) {
    match type_code {
        "10" | "15" => ("STATE", Sector::Public),
        "11" => ("LOCAL_AUTHORITY", Sector::Public),
        "21" | "22" | "23" | "24" | "60" => ("CIVIL_SOCIETY", Sector::Civil),
        "40" => ("", Sector::Public),
        "70" | "71" | "72" | "73" => ("PRIVATE_SECTOR", Sector::Private),
        "80" => ("RESEARCH_TRAINING", Sector::Unspecified),
        _ => ("", Sector::Unspecified),
    }
}

/// A record of an organisation file, as an organisation to take over.
pub(crate) fn of_file(organisation: iati::Organisation) -> OrganisationAsFound {
    let default = organisation.default_language.unwrap_or_default();
    let by_language = |narratives: Vec<iati::Narrative>| {
        narratives.into_iter().rev().map(|one| (one.language.unwrap_or_default(), one.text)).collect()
    };
    OrganisationAsFound {
        r#ref: organisation.identifier,
        iati_type_code: organisation.type_code.unwrap_or_default(),
        titles: by_language(organisation.names),
        default_language_code: default,
        country_code: organisation.country.unwrap_or_default(),
        descriptions: organisation.description.into_iter().map(|text| (String::new(), text)).collect(),
    }
}

/// What is wrong with a file of activities sent here.
pub(crate) fn wrong_file(activity: &iati::Activity) -> iati::Problem {
    iati::Problem {
        severity: iati::Severity::Blocks,
        record: activity.identifier.clone(),
        location: "iati-activities".to_owned(),
        line: activity.line,
        found: "iati-activities".to_owned(),
        code: "WRONG_FILE",
        en: "a file of activities: import it with ProjectService.ImportActivities".to_owned(),
        fr: "un fichier d'activités : importez-le avec ProjectService.ImportActivities".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(reference: &str, type_code: &str, title: &str) -> OrganisationAsFound {
        OrganisationAsFound {
            r#ref: reference.to_owned(),
            iati_type_code: type_code.to_owned(),
            titles: BTreeMap::from([(String::new(), title.to_owned())]),
            default_language_code: "fr".to_owned(),
            ..OrganisationAsFound::default()
        }
    }

    #[test]
    fn bey_8_what_a_file_says_becomes_a_partner_already_active() {
        let found = of(&found("GB-CHC-202918", "21", "Oxfam")).unwrap();
        assert_eq!(found.country, "GB", "the register tells the country");
        let clock = chassis::clock::Clock::default();
        let partner = create(&found, &Call::own("partners", &clock));
        assert_eq!((partner.state.get(), partner.origin.get()), (State::Active, Origin::Imported));
        assert_eq!((partner.college.as_str(), partner.sector.get()), ("CIVIL_SOCIETY", Sector::Civil));
        assert!(super::super::rules::gaps(&partner).is_empty());
    }

    #[test]
    fn a_dirty_reference_is_kept_to_recognise_by() {
        let found = of(&found("44000", "", "World Bank")).unwrap();
        assert_eq!(found.identifier, None);
        assert!(found.keys.contains(&(Kind::Reference, "44000".to_owned())));
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert!(of(&found("", "10", "  ")).is_none());
        assert!(of(&found("", "10", "\u{0}")).is_none());
    }

    #[test]
    fn what_is_known_stays() {
        let clock = chassis::clock::Clock::default();
        let call = Call::own("partners", &clock);
        let mut partner = create(&of(&found("FR-RCS-552100554", "70", "Une société")).unwrap(), &call);
        let before = partner.clone();
        learn(&mut partner, &of(&found("FR-RCS-552100554", "10", "Un autre nom")).unwrap());
        assert_eq!(partner, before);
    }
}
