//! The columns of the spreadsheet and what may stand in them, in both languages: words of the contract where it has some. Pure.

use chassis::say::Language;
use prost_reflect::EnumDescriptor;
use sheet::form::{Choice, Form, Head, head};

use crate::agreement::compare::comment;

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

/// The form.
pub(super) const FORM: Form<Column> =
    Form { sheet: ("Agreements", "Accords"), heads: &COLUMNS, told_by: &[Column::Partnership, Column::Lead] };

pub(super) const COLUMNS: [Head<Column>; 16] = [
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
