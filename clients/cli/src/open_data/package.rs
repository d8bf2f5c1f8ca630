//! What a package says of itself: a Frictionless Data Package with its tables' schemas, a data dictionary, a page to begin
//! with, and an entry for catalogues (DCAT). English and French.

use prost_reflect::{FieldDescriptor, Kind};
use serde_json::{Map, Value, json};

use crate::contract::{self, Noun};
use crate::fault::Result;
use crate::open_data::files::Written;
use crate::open_data::table::{Column, Table, Take, words};
use crate::print::cell;
use crate::say::Language::{self, En, Fr};

/// The package, and the dictionary of its columns.
pub(super) const PACKAGE: &str = "datapackage.json";
pub(super) const DICTIONARY: &str = "dictionary.csv";
pub(super) const CATALOGUE: &str = "dcat.jsonld";
const TITLE: (&str, &str) = ("Open data of the Ensemble registry", "Données ouvertes du registre Ensemble");
const ABOUT: (&str, &str) = (
    "Everything that anyone may read in the registry: who works with whom, where, for which need, and with what result. \
     Personal data is not in it; figures of few people are suppressed.",
    "Tout ce que chacun peut lire dans le registre : qui travaille avec qui, où, pour quel besoin, et avec quel résultat. \
     Sans donnée personnelle ; les chiffres portant sur peu de personnes sont masqués.",
);
/// Licences that the network may publish under: SPDX code, name, address.
const LICENCES: [(&str, &str, &str); 4] = [
    ("etalab-2.0", "Licence Ouverte / Open Licence 2.0", "https://spdx.org/licenses/etalab-2.0.html"),
    ("ODbL-1.0", "Open Data Commons Open Database License 1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
    ("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
    ("CC0-1.0", "Creative Commons Zero 1.0", "https://spdx.org/licenses/CC0-1.0.html"),
];

/// A table that was written: as CSV, and, when its lines are resources, as JSON Lines too.
pub(super) struct Filled<'a> {
    pub(super) noun: &'a Noun,
    pub(super) table: &'a Table,
    pub(super) csv: Written,
    pub(super) jsonl: Option<Written>,
    pub(super) lines: u64,
}

/// What all files of a package share.
pub(super) struct Facts<'a> {
    /// The registry's issuer.
    pub(super) source: &'a str,
    /// The SPDX code of the licence.
    pub(super) licence: &'a str,
    /// When what is in it changed last; nothing when it holds nothing.
    pub(super) changed: Option<&'a str>,
}

/// Another file of the package, and what it is.
pub(super) struct Attached {
    pub(super) name: &'static str,
    pub(super) mediatype: &'static str,
    pub(super) title: (&'static str, &'static str),
    pub(super) file: Written,
}

/// A text in both languages, as the members `key` and `key_fr`.
fn both(map: &mut Map<String, Value>, key: &str, en: &str, fr: &str) {
    map.insert(key.to_owned(), en.into());
    map.insert(format!("{key}_fr"), fr.into());
}

/// The descriptor of the package (Data Package 1.0, Table Schema 1.0).
pub(super) fn descriptor(facts: &Facts<'_>, tables: &[Filled<'_>], attached: &[Attached]) -> Value {
    let mut package = Map::new();
    package.insert("profile".to_owned(), "data-package".into());
    package.insert("name".to_owned(), "ensemble-open-data".into());
    both(&mut package, "title", TITLE.0, TITLE.1);
    both(&mut package, "description", ABOUT.0, ABOUT.1);
    package.insert("homepage".to_owned(), facts.source.into());
    if let Some(changed) = facts.changed {
        package.insert("created".to_owned(), changed.into());
    }
    let licence = LICENCES.iter().find(|(code, ..)| *code == facts.licence);
    let licence = match licence {
        Some((code, title, path)) => json!({ "name": code, "title": title, "path": path }),
        None => json!({ "name": facts.licence }),
    };
    package.insert("licenses".to_owned(), json!([licence]));
    let mut resources: Vec<Value> = Vec::new();
    for filled in tables {
        resources.push(tabular(filled));
        if let Some(file) = &filled.jsonl {
            let (en, fr) = (about(filled, En), about(filled, Fr));
            let name = format!("{}-jsonl", resource_name(&filled.table.name));
            resources.push(plain(&name, "application/jsonl", (&en, &fr), file));
        }
    }
    resources
        .extend(attached.iter().map(|other| plain(other.name, other.mediatype, other.title, &other.file)));
    package.insert("resources".to_owned(), resources.into());
    package.into()
}

/// Names of resources have no underscores (Data Package 1.0: lower case, `.`, `-`, `_`, `/`; portals want `-`).
fn resource_name(table: &str) -> String {
    table.replace('_', "-")
}

fn plain(name: &str, mediatype: &str, title: (&str, &str), file: &Written) -> Value {
    let mut resource = Map::new();
    resource.insert("name".to_owned(), name.into());
    both(&mut resource, "title", title.0, title.1);
    resource.insert("path".to_owned(), file.path.clone().into());
    resource.insert("format".to_owned(), file.path.rsplit('.').next().unwrap_or_default().into());
    resource.insert("mediatype".to_owned(), mediatype.into());
    resource.insert("encoding".to_owned(), "utf-8".into());
    resource.insert("bytes".to_owned(), file.bytes.into());
    resource.insert("hash".to_owned(), format!("sha256:{}", file.sha256).into());
    resource.into()
}

fn tabular(filled: &Filled<'_>) -> Value {
    let (en, fr) = (about(filled, En), about(filled, Fr));
    let name = resource_name(&filled.table.name);
    let mut resource = plain(&name, "text/csv", (&en, &fr), &filled.csv);
    resource["profile"] = "tabular-data-resource".into();
    let fields: Vec<Value> = filled.table.columns.iter().map(|column| field(column, filled.noun)).collect();
    let mut schema = json!({ "fields": fields, "primaryKey": filled.table.key() });
    if filled.table.of.is_some() {
        let of = resource_name(&filled.noun.plural.replace('_', "-"));
        schema["foreignKeys"] = json!([{
            "fields": filled.table.columns[0].name,
            "reference": { "resource": of, "fields": "name" },
        }]);
    }
    resource["schema"] = schema;
    resource
}

fn field(column: &Column, noun: &Noun) -> Value {
    let mut field = Map::new();
    field.insert("name".to_owned(), column.name.clone().into());
    field.insert("type".to_owned(), column.kind.into());
    both(&mut field, "title", &title(column, noun, En), &title(column, noun, Fr));
    both(&mut field, "description", &meaning(column, En), &meaning(column, Fr));
    let words = words(column);
    if !words.is_empty() {
        field.insert("constraints".to_owned(), json!({ "enum": words }));
    }
    field.into()
}

/// What a table is of.
fn about(filled: &Filled<'_>, language: Language) -> String {
    let noun = contract::summary(contract::comment_of_message(&filled.noun.resource).text(language));
    match &filled.table.of {
        Some(field) => format!("{} · {}", noun, cell::field_label(field, language)),
        None => noun,
    }
}

/// What a column is called.
fn title(column: &Column, noun: &Noun, language: Language) -> String {
    let labels: Vec<String> = column.path.iter().map(|field| cell::field_label(field, language)).collect();
    match column.take {
        Take::Parent => contract::summary(contract::comment_of_message(&noun.resource).text(language)),
        Take::Position => language.pick("Position", "Rang").to_owned(),
        Take::OriginalLanguage => format!("{} · {}", labels.join(" · "), language.pick("language", "langue")),
        Take::In("en") => format!("{} · {}", labels.join(" · "), language.pick("in English", "en anglais")),
        Take::In(_) => format!("{} · {}", labels.join(" · "), language.pick("in French", "en français")),
        _ => labels.join(" · "),
    }
}

/// What a column means.
fn meaning(column: &Column, language: Language) -> String {
    let said = |field: &FieldDescriptor| match (language, contract::comment_of_field(field)) {
        (Fr, comment) => comment.fr.unwrap_or_else(|| cell::field_label(field, Fr)),
        (En, comment) => comment.en,
    };
    let own = column.path.last().map(said).unwrap_or_default();
    match column.take {
        Take::Parent => language
            .pick("The name of what the line belongs to.", "L'identifiant de ce à quoi la ligne appartient.")
            .to_owned(),
        Take::Position => {
            language.pick("Which of them it is, from 1.", "Son rang, à partir de 1.").to_owned()
        }
        Take::Original => {
            format!("{own} {}", language.pick("As it was written first.", "Dans sa langue d'origine."))
        }
        Take::OriginalLanguage => {
            language.pick("Language of the original (BCP-47).", "Langue de l'original (BCP-47).").to_owned()
        }
        Take::In("en") => language
            .pick("The text in English, where it is said.", "Le texte en anglais, s'il existe.")
            .to_owned(),
        Take::In(_) => language
            .pick("The text in French, where it is said.", "Le texte en français, s'il existe.")
            .to_owned(),
        Take::Amount => {
            format!("{own} {}", language.pick("In units of the currency.", "En unités de la devise."))
        }
        Take::Json | Take::Plain | Take::Day => own,
    }
}

/// The dictionary of all columns, one line each.
pub(super) fn dictionary(tables: &[Filled<'_>]) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: csv::Error| std::io::Error::other(error);
    writer
        .write_record([
            "table",
            "column",
            "type",
            "title_en",
            "title_fr",
            "description_en",
            "description_fr",
            "values_en",
            "values_fr",
        ])
        .map_err(failed)?;
    for filled in tables {
        for column in &filled.table.columns {
            let text =
                |of: fn(&Column, &Noun, Language) -> String, language| of(column, filled.noun, language);
            let meaning = |language| meaning(column, language);
            writer
                .write_record([
                    filled.table.name.clone(),
                    column.name.clone(),
                    column.kind.to_owned(),
                    text(title, En),
                    text(title, Fr),
                    meaning(En),
                    meaning(Fr),
                    values(column, En),
                    values(column, Fr),
                ])
                .map_err(failed)?;
        }
    }
    Ok(writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?)
}

/// What the words of a column mean.
fn values(column: &Column, language: Language) -> String {
    let Some(Kind::Enum(of)) = column.path.last().map(FieldDescriptor::kind) else { return String::new() };
    let values = of.values().filter(|value| value.number() != 0);
    let said = |value: prost_reflect::EnumValueDescriptor| {
        let comment = contract::comment_of_value(&value);
        let meaning = match language {
            En => comment.en.trim_end_matches('.').to_owned(),
            Fr => cell::label(&value, Fr),
        };
        format!("{}={meaning}", contract::short_value(&value))
    };
    values.map(said).collect::<Vec<_>>().join("; ")
}

/// The page that a person opens first.
pub(super) fn page(facts: &Facts<'_>, tables: &[Filled<'_>], attached: &[Attached]) -> String {
    let mut page = String::new();
    for language in [En, Fr] {
        let pick = |(en, fr): (&'static str, &'static str)| language.pick(en, fr);
        page += &format!("# {}\n\n{}\n\n", pick(TITLE), pick(ABOUT));
        page += &format!(
            "{}{} <{}> · {}{} {}\n\n",
            language.pick("Source", "Source"),
            language.colon(),
            facts.source,
            language.pick("licence", "licence"),
            language.colon(),
            facts.licence,
        );
        page += language.pick(
            "| table | lines | what |\n| --- | ---: | --- |\n",
            "| table | lignes | contenu |\n| --- | ---: | --- |\n",
        );
        for filled in tables {
            let about = about(filled, language).replace('|', "/");
            page +=
                &format!("| [`{}`]({}) | {} | {about} |\n", filled.table.name, filled.csv.path, filled.lines);
        }
        page += "\n";
        for other in attached {
            page += &format!(
                "- [`{}`]({}){} {}\n",
                other.file.path,
                other.file.path,
                language.colon(),
                pick(other.title)
            );
        }
        page += "\n";
        page += language.pick(
            "Names such as `partners/ville-de-lyon` are the same in all tables. A cell that is empty says nothing; 0 is a \
             value. Lists are JSON. A text that a spreadsheet would run as a formula begins with an apostrophe. \
             Check the files with `sha256sum -c SHA256SUMS`; who published them with `ensemble open-data verify FOLDER`, or \
             any JOSE library: `manifest.jws`, if it is here, is signed by a key of the registry's key set over the SHA-256 \
             of `SHA256SUMS`.\n\n",
            "Les identifiants comme `partners/ville-de-lyon` sont les mêmes dans toutes les tables. Une cellule vide ne dit \
             rien ; 0 est une valeur. Les listes sont en JSON. Un texte qu'un tableur exécuterait comme une formule commence \
             par une apostrophe. Vérifiez les fichiers avec `sha256sum -c SHA256SUMS` ; qui les a publiés avec \
             `ensemble open-data verify DOSSIER`, ou toute bibliothèque JOSE : `manifest.jws`, s'il est là, est signé par une \
             clé du registre, sur l'empreinte SHA-256 de `SHA256SUMS`.\n\n",
        );
    }
    page
}

/// The package as a dataset of a catalogue (DCAT-AP 3), its files beside it.
pub(super) fn catalogue(facts: &Facts<'_>, files: &[(&str, &Written)]) -> Value {
    let text = |(en, fr): (&str, &str)| json!([{ "@value": en, "@language": "en" }, { "@value": fr, "@language": "fr" }]);
    let licence = LICENCES.iter().find(|(code, ..)| *code == facts.licence);
    let licence = licence.map(|(.., address)| json!({ "@id": address, "@type": "dct:LicenseDocument" }));
    let distribution = |(mediatype, file): &(&str, &Written)| {
        let mut entry = json!({
            "@type": "dcat:Distribution",
            "@id": format!("{}#distribution", file.path),
            "dcat:accessURL": { "@id": file.path, "@type": "rdfs:Resource" },
            "dcat:downloadURL": { "@id": file.path, "@type": "rdfs:Resource" },
            "dcat:mediaType": {
                "@id": format!("https://www.iana.org/assignments/media-types/{mediatype}"), "@type": "dct:MediaType",
            },
            "dcat:byteSize": { "@value": file.bytes.to_string(), "@type": "xsd:nonNegativeInteger" },
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm" },
                "spdx:checksumValue": { "@value": file.sha256, "@type": "xsd:hexBinary" },
            },
        });
        if let Some(licence) = &licence {
            entry["dct:license"] = licence.clone();
        }
        entry
    };
    let mut dataset = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": "#dataset",
        "@type": "dcat:Dataset",
        "dct:title": text(TITLE),
        "dct:description": text(ABOUT),
        "dct:publisher": {
            "@id": facts.source, "@type": "foaf:Agent", "foaf:name": text(("Ensemble registry", "Registre Ensemble")),
        },
        "dcat:distribution": files.iter().map(distribution).collect::<Vec<_>>(),
    });
    if let Some(changed) = facts.changed {
        dataset["dct:modified"] = json!({ "@value": changed, "@type": "xsd:dateTime" });
    }
    dataset
}
