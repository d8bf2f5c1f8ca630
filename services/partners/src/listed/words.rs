//! The columns of the spreadsheet and what may stand in them, in both languages: words of the contract where it has some. Pure.

use chassis::say::Language;
use chassis::text::fold;
use prost_reflect::EnumDescriptor;

use crate::agreement::compare::comment;

/// English and French.
pub(super) type Pair = (&'static str, &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Partnership,
    Nature,
    Lead,
    Members,
    Territories,
    Kind,
    Start,
    End,
    Signed,
    Title,
    Url,
    Sha256,
    Renewal,
    Tacit,
    Notice,
    Reference,
}

/// A column: what it is called, what to write there, and how wide it is.
pub(super) struct Head {
    pub(super) column: Column,
    pub(super) name: Pair,
    pub(super) hint: Pair,
    pub(super) width: f64,
}

const fn head(column: Column, name: Pair, width: f64, hint: Pair) -> Head {
    Head { column, name, hint, width }
}

pub(super) const SHEET: Pair = ("Agreements", "Accords");
pub(super) const README: Pair = ("Read me", "Lisez-moi");
pub(super) const LISTS: Pair = ("Lists", "Listes");

pub(super) const COLUMNS: [Head; 16] = [
    head(
        Column::Partnership,
        ("Partnership", "Partenariat"),
        34.0,
        (
            "What the partnership is called. Lines of the same name are agreements of the same partnership.",
            "Le nom du partenariat. Les lignes du même nom sont des accords du même partenariat.",
        ),
    ),
    head(
        Column::Nature,
        ("Kind of partnership", "Nature du partenariat"),
        24.0,
        ("Choose from the list; may stay empty.", "À choisir dans la liste ; peut rester vide."),
    ),
    head(
        Column::Lead,
        ("Lead", "Chef de file"),
        30.0,
        (
            "A partner of the registry: its name (partners/…), an identifier (GB-CHC-202918), or its exact title.",
            "Une organisation du registre : son nom (partners/…), un identifiant (FR-RCS-552100554) ou son intitulé exact.",
        ),
    ),
    head(
        Column::Members,
        ("Other members", "Autres membres"),
        40.0,
        (
            "Separated by semicolons, as the lead is named. A role in brackets where it is not a partner: (funder), (observer). All but observers are parties.",
            "Séparées par des points-virgules, nommées comme le chef de file. Rôle entre parenthèses s'il n'est pas partenaire : (financeur), (observateur). Toutes sont parties, sauf les observateurs.",
        ),
    ),
    head(
        Column::Territories,
        ("Territories", "Territoires"),
        24.0,
        (
            "Where it works: names of territories separated by semicolons, like fr-dep-84.",
            "Où il agit : noms de territoires séparés par des points-virgules, comme fr-dep-84.",
        ),
    ),
    head(
        Column::Kind,
        ("Kind of agreement", "Nature de l'accord"),
        26.0,
        ("Choose from the list.", "À choisir dans la liste."),
    ),
    head(Column::Start, ("Start", "Début"), 13.0, ("Its first day.", "Son premier jour.")),
    head(Column::End, ("End", "Fin"), 13.0, ("Its last day.", "Son dernier jour.")),
    head(
        Column::Signed,
        ("Signed on", "Signé le"),
        13.0,
        (
            "The day on which all had signed; empty while they have not.",
            "Le jour où tous avaient signé ; vide tant que ce n'est pas le cas.",
        ),
    ),
    head(
        Column::Title,
        ("Agreement title", "Intitulé de l'accord"),
        34.0,
        ("What the document is called.", "L'intitulé du document."),
    ),
    head(
        Column::Url,
        ("Document", "Document"),
        34.0,
        ("Where the document is: https://…", "Où se trouve le document : https://…"),
    ),
    head(
        Column::Sha256,
        ("SHA-256", "SHA-256"),
        20.0,
        ("The hash of the document, if you have it.", "L'empreinte du document, si vous l'avez."),
    ),
    head(
        Column::Renewal,
        ("Renewal", "Renouvellement"),
        26.0,
        (
            "What follows its last day: choose from the list.",
            "Ce qui suit son dernier jour : à choisir dans la liste.",
        ),
    ),
    head(
        Column::Tacit,
        ("Tacit renewals at most", "Reconductions tacites au plus"),
        16.0,
        ("1 to 3, where it renews itself.", "De 1 à 3, en cas de tacite reconduction."),
    ),
    head(
        Column::Notice,
        ("Notice (days)", "Préavis (jours)"),
        12.0,
        ("0 to 365; 60 when it is empty.", "De 0 à 365 ; 60 si la cellule est vide."),
    ),
    head(
        Column::Reference,
        ("Reference", "Référence"),
        20.0,
        (
            "Its reference in your own files: by it the line is recognised when the file comes again.",
            "Sa référence dans vos propres dossiers : c'est par elle que la ligne est reconnue quand le fichier revient.",
        ),
    ),
];

pub(super) fn said(pair: Pair, language: Language) -> &'static str {
    match language {
        Language::En => pair.0,
        Language::Fr => pair.1,
    }
}

/// The heading of a column, in both languages.
pub(super) fn heading(head: &Head) -> String {
    match head.name {
        (en, fr) if en == fr => en.to_owned(),
        (en, fr) => format!("{en} / {fr}"),
    }
}

/// The column that a heading names: in one language, or in both.
pub(super) fn column(heading: &str) -> Option<Column> {
    let parts: Vec<String> = heading.split('/').map(fold).collect();
    let is = |head: &&Head| {
        let names = [fold(head.name.0), fold(head.name.1)];
        parts.iter().all(|part| names.contains(part))
    };
    COLUMNS.iter().find(is).map(|head| head.column)
}

/// A value that may be chosen: its number, its code, and its words.
pub(super) struct Choice {
    pub(super) number: i32,
    code: String,
    words: [String; 2],
}

impl Choice {
    pub(super) fn said(&self, language: Language) -> &str {
        match language {
            Language::En => &self.words[0],
            Language::Fr => &self.words[1],
        }
    }
}

/// What an enum of the contract offers, in the words of the contract.
pub(super) fn choices(name: &str) -> Vec<Choice> {
    let Some(kind) = proto::pool().get_enum_by_name(&format!("ensemble.partners.v1.{name}")) else {
        return Vec::new();
    };
    let prefix = prefix(&kind);
    let of = |value: prost_reflect::EnumValueDescriptor| {
        let file = value.parent_enum().parent_file();
        let code = value.name().trim_start_matches(&prefix).to_owned();
        let words = [Language::En, Language::Fr]
            .map(|language| comment(&file, value.path(), language).unwrap_or_else(|| code.clone()));
        Choice { number: value.number(), code, words }
    };
    kind.values().filter(|value| value.number() != 0).map(of).collect()
}

fn prefix(kind: &EnumDescriptor) -> String {
    let mut prefix = String::new();
    for (at, letter) in kind.name().chars().enumerate() {
        if letter.is_ascii_uppercase() && at > 0 {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}

/// The value that words mean: its code, or what it is called in either language.
pub(super) fn chosen(choices: &[Choice], words: &str) -> Option<i32> {
    let words = fold(words);
    let is = |choice: &&Choice| {
        fold(&choice.code) == words || choice.words.iter().any(|known| fold(known) == words)
    };
    choices.iter().find(is).map(|choice| choice.number)
}

/// The words to choose from, as a message tells them.
pub(super) fn offered(choices: &[Choice], language: Language) -> String {
    choices.iter().map(|choice| choice.said(language)).collect::<Vec<_>>().join(", ")
}
