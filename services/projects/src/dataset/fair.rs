//! The FAIR score of a dataset's entry: twenty checks, five for each letter, five points each (PRJ-30). Pure.

use chassis::column::Day;
use chassis::say;
use chassis::say::Text;
use chassis::wire::Conversation;
use chrono::Days;
use proto::projects as pb;
use proto::projects::Distribution;

use super::code::{Frequency, frequency, is_non_proprietary, is_registered};
use super::licence;
use super::row::Model;

/// Points of a check that is met.
const POINTS: i32 = 5;
/// Words to find it by, at least.
const KEYWORDS: usize = 3;
/// Languages that it speaks, at least.
const LANGUAGES: usize = 2;

/// The codes of the list `FAIR_CHECK`, by letter.
pub const CHECKS: [&str; 20] = [
    "F_PERSISTENT_ID",
    "F_TWO_LANGUAGES",
    "F_KEYWORDS",
    "F_THEME",
    "F_TERRITORY",
    "A_ACCESS_URL",
    "A_DOWNLOAD_URL",
    "A_CONTACT_POINT",
    "A_ACCESS_RIGHT",
    "A_CHECKSUM",
    "I_MEDIA_TYPE",
    "I_NON_PROPRIETARY",
    "I_CONFORMS_TO",
    "I_REFERENCE_CODES",
    "I_DATA_DICTIONARY",
    "R_OPEN_LICENCE",
    "R_PROVENANCE",
    "R_FREQUENCY",
    "R_UP_TO_DATE",
    "R_TEMPORAL_COVERAGE",
];

/// How many points it has, of a hundred.
pub(crate) fn score(dataset: &Model) -> i32 {
    CHECKS.iter().map(|code| if met(dataset, code) { POINTS } else { 0 }).sum()
}

/// Each check, and what to do where it is not met.
pub(crate) fn checks(dataset: &Model) -> Vec<pb::FairCheck> {
    let language = Conversation::current().language;
    let check = |code: &&str| {
        let met = met(dataset, code);
        let message = if met { String::new() } else { advice(code).in_language(language).to_owned() };
        pb::FairCheck { code: (*code).to_owned(), met, message }
    };
    CHECKS.iter().map(check).collect()
}

fn met(dataset: &Model, code: &str) -> bool {
    let distributions = &dataset.distributions;
    let each = |good: fn(&Distribution) -> bool| !distributions.is_empty() && distributions.iter().all(good);
    let one = |good: fn(&Distribution) -> bool| distributions.iter().any(good);
    match code {
        "F_PERSISTENT_ID" => dataset.published_number > 0,
        "F_TWO_LANGUAGES" => {
            let also = |tag: &&String| dataset.description.translations.contains_key(*tag);
            dataset.title.translations.keys().filter(also).count() >= LANGUAGES
        }
        "F_KEYWORDS" => dataset.keywords.len() >= KEYWORDS,
        "F_THEME" => !dataset.themes.is_empty(),
        "F_TERRITORY" => !dataset.territories.is_empty(),
        "A_ACCESS_URL" => each(|given| given.access_url.starts_with("https://")),
        "A_DOWNLOAD_URL" => one(|given| !given.download_url.is_empty()),
        "A_CONTACT_POINT" => !dataset.contact_point.uri.is_empty(),
        "A_ACCESS_RIGHT" => !dataset.access_right.is_empty(),
        "A_CHECKSUM" => {
            let files = || distributions.iter().filter(|given| !given.download_url.is_empty());
            files().next().is_some() && files().all(|given| !given.sha256.is_empty())
        }
        "I_MEDIA_TYPE" => each(|given| is_registered(&given.media_type)),
        "I_NON_PROPRIETARY" => one(|given| is_non_proprietary(&given.media_type)),
        "I_CONFORMS_TO" => one(|given| !given.conforms_to.is_empty()),
        "I_REFERENCE_CODES" => !dataset.territories.is_empty() && dataset.around.coded,
        "I_DATA_DICTIONARY" => !dataset.data_dictionary.is_empty(),
        "R_OPEN_LICENCE" => licence::all_open(dataset),
        "R_PROVENANCE" => !dataset.provenance.translations.is_empty(),
        "R_FREQUENCY" => !dataset.frequency.is_empty(),
        "R_UP_TO_DATE" => up_to_date(dataset),
        "R_TEMPORAL_COVERAGE" => dataset.temporal_start.is_some(),
        _ => false,
    }
}

/// The newest file is no older than the frequency promises; without a promise, that its day is said is enough.
fn up_to_date(dataset: &Model) -> bool {
    let days = dataset.distributions.iter().filter_map(|given| given.modified_date.as_ref());
    let Some(newest) = days.filter_map(|day| Day::from_date("", day).ok()).max() else { return false };
    match (frequency(&dataset.frequency), dataset.around.today) {
        (Some(Frequency(_, None)), _) => true,
        (Some(Frequency(_, Some(within))), Some(today)) => newest
            .checked_add_days(Days::new(u64::from(*within)))
            .and_then(Day::of)
            .is_none_or(|until| until >= today),
        _ => false,
    }
}

/// What to do for a check to be met.
fn advice(code: &str) -> Text {
    match code {
        "F_PERSISTENT_ID" => say!(
            "publish it: its name then stays for good",
            "publiez la fiche : son identifiant reste alors pour toujours"
        ),
        "F_TWO_LANGUAGES" => say!(
            "say title and description in two languages at least",
            "donnez le titre et la description en deux langues au moins"
        ),
        "F_KEYWORDS" => {
            say!("name {KEYWORDS} keywords at least", "indiquez {KEYWORDS} mots-clés au moins")
        }
        "F_THEME" => say!(
            "name a theme: `ensemble code-list show DATA_THEME`",
            "indiquez un thème : `ensemble code-list show DATA_THEME`"
        ),
        "F_TERRITORY" => {
            say!("name in territories where it is about", "indiquez dans territories le territoire concerné")
        }
        "A_ACCESS_URL" => say!(
            "add a distribution: where it can be had, https",
            "ajoutez une distribution : où l'obtenir, en https"
        ),
        "A_DOWNLOAD_URL" => say!(
            "give a distribution a download_url, which leads to the file itself",
            "donnez à une distribution une download_url, qui mène au fichier lui-même"
        ),
        "A_CONTACT_POINT" => say!(
            "say in contact_point which service to ask, and on which page",
            "indiquez dans contact_point le service à interroger et sa page"
        ),
        "A_ACCESS_RIGHT" => {
            say!("say in access_right who may get it", "indiquez dans access_right qui peut y accéder")
        }
        "A_CHECKSUM" => say!(
            "say the sha256 of every file that can be downloaded",
            "indiquez le sha256 de chaque fichier téléchargeable"
        ),
        "I_MEDIA_TYPE" => say!(
            "write media types as IANA registered them, like text/csv",
            "écrivez les types de média comme l'IANA les a enregistrés, par exemple text/csv"
        ),
        "I_NON_PROPRIETARY" => say!(
            "give it in a format that no product owns as well: `ensemble code-list show NON_PROPRIETARY_FORMAT`",
            "donnez-le aussi dans un format non propriétaire : `ensemble code-list show NON_PROPRIETARY_FORMAT`"
        ),
        "I_CONFORMS_TO" => say!(
            "name in conforms_to the schema that a distribution keeps to",
            "indiquez dans conforms_to le schéma que respecte une distribution"
        ),
        "I_REFERENCE_CODES" => say!(
            "name territories that have an official code, of INSEE, Eurostat or ISO",
            "indiquez des territoires qui ont un code officiel : INSEE, Eurostat ou ISO"
        ),
        "I_DATA_DICTIONARY" => say!(
            "say in data_dictionary where it is written what each column means",
            "indiquez dans data_dictionary où est écrit le sens de chaque colonne"
        ),
        "R_OPEN_LICENCE" => say!(
            "put every distribution under an open licence: `ensemble code-list show LICENCE`",
            "placez chaque distribution sous une licence ouverte : `ensemble code-list show LICENCE`"
        ),
        "R_PROVENANCE" => say!(
            "say in provenance where the data come from",
            "indiquez dans provenance d'où viennent les données"
        ),
        "R_FREQUENCY" => say!(
            "say in frequency how often it is brought up to date",
            "indiquez dans frequency le rythme de mise à jour"
        ),
        "R_UP_TO_DATE" => say!(
            "bring the file up to date as often as frequency promises, and say its modified_date",
            "mettez le fichier à jour au rythme promis par frequency, et indiquez sa modified_date"
        ),
        _ => say!("say in temporal which days it is about", "indiquez dans temporal la période concernée"),
    }
}
