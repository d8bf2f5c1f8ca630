//! What a spreadsheet says, in both languages.

use chassis::say::Language;
use proto::common::LocalizedText;
use proto::common::evidence::Kind;
use proto::projects::report::Rating;

pub(super) use sheet::WRONG;
pub(super) use sheet::form::{Pair, README, said};

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

pub(super) const REPORT: Pair = ("Report", "Rapport");
pub(super) const STORY: Pair = ("Story", "Récit");
pub(super) const LISTS: Pair = ("Lists", "Listes");
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

/// What a part is called; of territories and of what nobody knows, its code.
pub(super) fn part(dimension: &str, code: &str, language: Language) -> String {
    match (chassis::codes::called(dimension, code), code) {
        (Some(pair), _) => said(pair, language).to_owned(),
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
