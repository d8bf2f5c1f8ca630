//! What a spreadsheet says, in both languages.

use chassis::say::Language;
use proto::common::LocalizedText;
use proto::common::evidence::Kind;
use proto::projects::report::Rating;

/// English, then French.
pub(super) type Pair = (&'static str, &'static str);

pub(super) fn said(pair: Pair, language: Language) -> &'static str {
    match language {
        Language::En => pair.0,
        Language::Fr => pair.1,
    }
}

/// The same word, however it is typed: without accents and case.
pub(super) fn same(pair: Pair, text: &str) -> bool {
    let text = chassis::text::fold(text);
    text == chassis::text::fold(pair.0) || text == chassis::text::fold(pair.1)
}

/// What was changed last is not asked about: a text in a language, else in any.
pub(super) fn shown(text: &LocalizedText, language: Language) -> String {
    let mut text = text.clone();
    chassis::text::display(&mut text, &[language.code().to_owned()]);
    text.display_text
}

pub(super) const README: Pair = ("Read me", "Lisez-moi");
pub(super) const REPORT: Pair = ("Report", "Rapport");
pub(super) const STORY: Pair = ("Story", "Récit");
pub(super) const LISTS: Pair = ("Lists", "Listes");
pub(super) const WRONG: Pair = ("To correct", "À corriger");
/// What the spreadsheet remembers; not for people.
pub(super) const META: &str = "_meta";
pub(super) const TOTAL: Pair = ("Total", "Total");
pub(super) const NOT_AVAILABLE: Pair = ("n/a", "n/d");

/// A column of the report, in the order of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Column {
    /// Tells the row, wherever it is moved to.
    Key,
    Indicator,
    Breakdown,
    Unit,
    Baseline,
    Target,
    Last,
    Value,
    /// The whole that a value is a share of.
    Of,
    Comment,
    Status,
}

/// The columns: what their heads say, and their widths in characters.
pub(super) const COLUMNS: [(Column, Pair, f64); 11] = [
    (Column::Key, ("Key", "Clé"), 12.0),
    (Column::Indicator, ("Indicator", "Indicateur"), 36.0),
    (Column::Breakdown, ("Breakdown", "Ventilation"), 20.0),
    (Column::Unit, ("Unit", "Unité"), 11.0),
    (Column::Baseline, ("Start", "Départ"), 12.0),
    (Column::Target, ("Target for the period", "Cible de la période"), 12.0),
    (Column::Last, ("Period before", "Période précédente"), 13.0),
    (Column::Value, ("Value", "Valeur"), 14.0),
    (Column::Of, ("Out of", "Sur"), 12.0),
    (Column::Comment, ("Source, comment or reason", "Source, commentaire ou motif"), 38.0),
    (Column::Status, ("Status", "État"), 12.0),
];

/// Where a column stands in the template.
pub(super) fn index(column: Column) -> u16 {
    let place = COLUMNS.iter().position(|(known, ..)| *known == column);
    place.and_then(|place| u16::try_from(place).ok()).unwrap_or_default()
}

/// The narrative, by the names of its fields.
pub(super) const QUESTIONS: [(&str, Pair); 4] = [
    ("progress", ("What was done in the period?", "Qu'avez-vous fait pendant la période ?")),
    ("difficulties", ("What was difficult?", "Quelles difficultés avez-vous rencontrées ?")),
    ("lessons", ("What have you learnt?", "Quels enseignements en tirez-vous ?")),
    ("next_steps", ("What comes next?", "Quelles sont les suites ?")),
];

/// The four respects in which a project is rated, by the names of their fields.
pub(super) const RESPECTS: [(&str, Pair); 4] = [
    ("schedule", ("Schedule", "Calendrier")),
    ("results", ("Results", "Résultats")),
    ("budget", ("Budget", "Budget")),
    ("inclusion", ("Inclusion", "Inclusion")),
];

pub(super) const RATINGS: [(Rating, Pair); 4] = [
    (Rating::Green, ("Green", "Vert")),
    (Rating::Amber, ("Amber", "Orange")),
    (Rating::Red, ("Red", "Rouge")),
    (Rating::NotRated, ("Not rated", "Non noté")),
];

pub(super) const KINDS: [(Kind, Pair); 7] = [
    (Kind::Deliberation, ("Deliberation", "Délibération")),
    (Kind::SignedDocument, ("Signed document", "Document signé")),
    (Kind::Photo, ("Photograph", "Photographie")),
    (Kind::Survey, ("Survey", "Enquête")),
    (Kind::Dataset, ("Dataset", "Jeu de données")),
    (Kind::Press, ("Press article", "Article de presse")),
    (Kind::Other, ("Something else", "Autre")),
];

pub(super) const ANSWERS: [(bool, Pair); 2] = [(true, ("Yes", "Oui")), (false, ("No", "Non"))];

/// What the codes of the dimensions are called (domain §1.2).
const CODES: [(&str, &str, Pair); 19] = [
    ("SEX", "FEMALE", ("Women", "Femmes")),
    ("SEX", "MALE", ("Men", "Hommes")),
    ("SEX", "OTHER", ("Other sex", "Autre sexe")),
    ("AGE_BAND", "LT12", ("Under 12", "Moins de 12 ans")),
    ("AGE_BAND", "12_17", ("12 to 17", "12 à 17 ans")),
    ("AGE_BAND", "18_24", ("18 to 24", "18 à 24 ans")),
    ("AGE_BAND", "25_39", ("25 to 39", "25 à 39 ans")),
    ("AGE_BAND", "40_59", ("40 to 59", "40 à 59 ans")),
    ("AGE_BAND", "60_69", ("60 to 69", "60 à 69 ans")),
    ("AGE_BAND", "GE70", ("70 and over", "70 ans et plus")),
    ("DISABILITY", "YES", ("With a disability", "En situation de handicap")),
    ("DISABILITY", "NO", ("Without a disability", "Sans handicap")),
    ("STATUS", "IN_EDUCATION", ("In education", "En formation")),
    ("STATUS", "EMPLOYED", ("Employed", "En emploi")),
    ("STATUS", "UNEMPLOYED", ("Unemployed", "Sans emploi")),
    ("STATUS", "RETIRED", ("Retired", "À la retraite")),
    ("SEX", "NOT_STATED", ("Sex not stated", "Sexe non renseigné")),
    ("AGE_BAND", "NOT_STATED", ("Age not stated", "Âge non renseigné")),
    ("DISABILITY", "NOT_STATED", ("Disability not stated", "Handicap non renseigné")),
];

/// What a part is called; of territories and of what nobody knows, its code.
pub(super) fn part(dimension: &str, code: &str, language: Language) -> String {
    let known = CODES.iter().find(|(of, known, _)| *of == dimension && *known == code);
    match (known, code) {
        (Some((.., pair)), _) => said(*pair, language).to_owned(),
        (None, "NOT_STATED") => {
            let dimension = match (dimension, language) {
                ("TERRITORY", Language::En) => "Territory",
                ("TERRITORY", Language::Fr) => "Territoire",
                ("STATUS", Language::En) => "Status",
                ("STATUS", Language::Fr) => "Statut",
                (other, _) => other,
            };
            match language {
                Language::En => format!("{dimension} not stated"),
                Language::Fr => format!("{dimension} non renseigné"),
            }
        }
        (None, code) => code.to_owned(),
    }
}
