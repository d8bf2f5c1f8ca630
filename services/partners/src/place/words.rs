//! The words of the national schema and the codes of the lists, one for the other. Pure.

use std::sync::LazyLock;

use chassis::say::Language;
use chassis::text::fold;

use crate::code_list;
use crate::code_list::lists;

/// The columns of several terms, and the list that has their codes.
pub(crate) const LISTS: [(&str, &str); 9] = [
    ("itinerance", "PLACE_MOBILITY"),
    ("services", "PLACE_SERVICE"),
    ("publics_specifiquement_adresses", "PLACE_AUDIENCE"),
    ("prise_en_charge_specifique", "PLACE_ADAPTATION"),
    ("frais_a_charge", "PLACE_PRICE"),
    ("dispositif_programmes_nationaux", "PLACE_PROGRAMME"),
    ("formations_labels", "PLACE_LABEL"),
    ("modalites_acces", "PLACE_ACCESS"),
    ("modalites_accompagnement", "PLACE_SUPPORT"),
];
/// In the first version, whom a place is for and whom it can take in were one column.
const ONE_BEFORE: [&str; 2] = ["publics_specifiquement_adresses", "prise_en_charge_specifique"];

/// A term as it is compared, the column, the code, and whether the schema has it.
type Term = (String, &'static str, &'static str, bool);

static TERMS: LazyLock<Vec<Term>> = LazyLock::new(|| {
    let mut terms = Vec::new();
    for (column, list) in LISTS {
        for code in lists::coded(list).map(|list| &list.codes).into_iter().flatten() {
            terms.push((fold(code.title.fr), column, code.code, true));
            let formerly = code_list::attribute(list, code.code, "formerly").unwrap_or_default();
            terms.extend(
                formerly
                    .split(';')
                    .filter(|term| !term.is_empty())
                    .map(|term| (fold(term), column, code.code, false)),
            );
        }
    }
    terms
});

/// What a term of a column means: the column that it belongs to, its code, and whether the schema has that word.
pub(crate) fn meaning(column: &str, term: &str) -> Option<(&'static str, &'static str, bool)> {
    let folded = fold(term);
    let of = |wanted: &str| TERMS.iter().find(|(known, of, ..)| *of == wanted && *known == folded);
    let found = of(column).or_else(|| {
        ONE_BEFORE.contains(&column).then(|| ONE_BEFORE.iter().find_map(|column| of(column))).flatten()
    });
    found.map(|(_, column, code, now)| (*column, *code, *now))
}

/// The word of the schema for a code.
pub(crate) fn word(list: &str, code: &str) -> &'static str {
    code_list::label(list, code, Language::Fr).unwrap_or_default()
}

/// Words with which the address of a function, and not of a person, begins.
const FUNCTIONS: &[&str] = &[
    "accueil",
    "action",
    "actions",
    "administration",
    "adm",
    "aide",
    "animation",
    "animations",
    "asso",
    "association",
    "biblio",
    "bibliotheque",
    "bonjour",
    "bureau",
    "ccas",
    "centre",
    "centresocial",
    "cias",
    "com",
    "communication",
    "conseiller",
    "contact",
    "contacts",
    "courrier",
    "csc",
    "cyber",
    "cyberbase",
    "cybercentre",
    "demarches",
    "direction",
    "epn",
    "equipe",
    "espace",
    "fablab",
    "formation",
    "france",
    "franceservices",
    "hello",
    "info",
    "informatique",
    "infos",
    "insertion",
    "jeunesse",
    "mairie",
    "maison",
    "mediatheque",
    "mediation",
    "mfs",
    "ml",
    "mission",
    "msap",
    "numerique",
    "pij",
    "pimms",
    "responsable",
    "secretariat",
    "service",
    "services",
    "social",
    "support",
];

/// Whether an address is of a function: of a person's, nothing is kept (domain §8).
pub(crate) fn is_generic(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let folded = fold(local);
    let first = folded.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty());
    let shaped = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))
    };
    shaped(local)
        && shaped(domain)
        && domain.contains('.')
        && first.is_some_and(|first| FUNCTIONS.contains(&first))
}
