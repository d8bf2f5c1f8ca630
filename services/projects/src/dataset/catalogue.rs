//! The catalogue as linked data: DCAT-AP 3 in JSON-LD, entry by entry, which needs no network to be read. Pure.

use std::collections::HashMap;

use chassis::column::{Day, Micros};
use proto::common::LocalizedText;
use proto::partners::Partner;
use proto::projects::Distribution;
use proto::projects::territory::Kind;
use serde_json::{Map, Value, json};

use super::code::theme;
use super::row::Model;
use crate::territory::row::Model as Territory;

/// What the registry calls its catalogue.
const TITLE: [(&str, &str); 2] = [("en", "Data of the network"), ("fr", "Les données du réseau")];
const DESCRIPTION: [(&str, &str); 2] = [
    (
        "en",
        "The datasets that the partners of the network share: where they are, under which licence, what they are about.",
    ),
    (
        "fr",
        "Les jeux de données que partagent les partenaires du réseau : où ils sont, sous quelle licence, de quoi ils traitent.",
    ),
];
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// What stands around the entries: the registry's address, and what they name.
pub(super) struct Around<'a> {
    /// What addresses of the registry begin with.
    pub(super) base: &'a str,
    /// The publishers, by name.
    pub(super) partners: &'a HashMap<String, Partner>,
    /// The territories, by name.
    pub(super) territories: &'a HashMap<String, Territory>,
}

/// The beginning of the file: what words mean, and the catalogue itself, under the licence that the network agreed on for its open
/// data; entries say for themselves that they are in it.
pub(super) fn start(base: &str, terms: &str) -> String {
    let context = json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dcatap": "http://data.europa.eu/r5r/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "inCatalogue": { "@reverse": "dcat:dataset" },
    });
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let language = |code: &str| typed(&format!("{AUTHORITY}/language/{code}"), "dct:LinguisticSystem");
    let catalogue = json!({
        "@id": catalogue(base),
        "@type": "dcat:Catalog",
        "dct:title": said(&TITLE),
        "dct:description": said(&DESCRIPTION),
        "dct:publisher": { "@id": base, "@type": "foaf:Agent", "foaf:name": format!("Ensemble, {host}") },
        "dct:license": licence(terms),
        "dct:language": [language("ENG"), language("FRA")],
        "dcat:themeTaxonomy": {
            "@id": format!("{AUTHORITY}/data-theme"),
            "@type": "skos:ConceptScheme",
            "dct:title": said(&[("en", "Data theme"), ("fr", "Thème de données")]),
        },
    });
    format!("{{\"@context\":{context},\n\"@graph\":[\n{catalogue}")
}

/// The end of the file.
pub(super) const END: &str = "\n]}\n";

/// One entry.
pub(super) fn entry(dataset: &Model, around: &Around<'_>) -> String {
    let base = around.base;
    let iri = format!("{base}/{}", dataset.name);
    let mut entry = Node::new(&iri, "dcat:Dataset");
    entry.set("inCatalogue", json!({ "@id": catalogue(base) }));
    entry.set("dct:identifier", json!(dataset.name));
    entry.set("dct:title", texts(&dataset.title));
    entry.set("dct:description", texts(&dataset.description));
    entry.set("dct:publisher", publisher(dataset, around));
    if !dataset.contact_point.uri.is_empty() {
        let contact = &dataset.contact_point;
        let kind = json!(["vcard:Kind", "vcard:Organization"]);
        let page = json!({ "@id": contact.uri });
        entry.set(
            "dcat:contactPoint",
            json!({ "@type": kind, "vcard:fn": contact.display_name, "vcard:hasURL": page }),
        );
    }
    entry.set("dcat:theme", dataset.themes.iter().filter_map(|code| concept(code)).collect());
    let language = &dataset.title.default_language_code;
    let keyword = |word: &String| json!({ "@language": language, "@value": word });
    entry.set("dcat:keyword", dataset.keywords.iter().map(keyword).collect());
    entry.set("dct:spatial", dataset.territories.iter().map(|name| place(name, around)).collect());
    if let Some(start) = dataset.temporal_start {
        let mut span = json!({ "@type": "dct:PeriodOfTime", "dcat:startDate": date(start) });
        if let Some(end) = dataset.temporal_end {
            span["dcat:endDate"] = date(end);
        }
        entry.set("dct:temporal", span);
    }
    if !dataset.frequency.is_empty() {
        let iri = format!("{AUTHORITY}/frequency/{}", dataset.frequency);
        entry.set("dct:accrualPeriodicity", typed(&iri, "dct:Frequency"));
    }
    let right = format!("{AUTHORITY}/access-right/{}", dataset.access_right);
    entry.set("dct:accessRights", typed(&right, "dct:RightsStatement"));
    let statements = [&dataset.restriction, &dataset.access_procedure].into_iter();
    let statements = statements.filter(|said| !said.translations.is_empty());
    entry.set(
        "dct:rights",
        statements.map(|said| json!({ "@type": "dct:RightsStatement", "rdfs:label": texts(said) })).collect(),
    );
    if !dataset.provenance.translations.is_empty() {
        let provenance =
            json!({ "@type": "dct:ProvenanceStatement", "rdfs:label": texts(&dataset.provenance) });
        entry.set("dct:provenance", provenance);
    }
    if !dataset.data_dictionary.is_empty() {
        entry.set("foaf:page", typed(&dataset.data_dictionary, "foaf:Document"));
    }
    if dataset.high_value {
        let law = "http://data.europa.eu/eli/reg_impl/2023/138/oj";
        entry.set("dcatap:applicableLegislation", typed(law, "eli:LegalResource"));
    }
    entry.set("dcat:version", json!(dataset.published_number.to_string()));
    entry.set("dct:issued", dataset.publish_time.map_or(Value::Null, instant));
    entry.set("dct:modified", instant(dataset.update_time));
    let reuses = dataset.reuses.iter().map(|reuse| typed(&reuse.uri, "rdfs:Resource"));
    entry.set("dct:isReferencedBy", reuses.collect());
    let distributions = dataset.distributions.iter().enumerate();
    entry.set("dcat:distribution", distributions.map(|(at, given)| distribution(&iri, at, given)).collect());
    format!(",\n{}", entry.value())
}

fn catalogue(base: &str) -> String {
    format!("{base}/datasets")
}

fn distribution(dataset: &str, at: usize, given: &Distribution) -> Value {
    let mut node = Node::new(&format!("{dataset}#distribution-{}", at + 1), "dcat:Distribution");
    if !given.title.is_empty() {
        node.set("dct:title", json!(given.title));
    }
    node.set("dcat:accessURL", typed(&given.access_url, "rdfs:Resource"));
    if !given.download_url.is_empty() {
        node.set("dcat:downloadURL", typed(&given.download_url, "rdfs:Resource"));
    }
    let media_type = format!("https://www.iana.org/assignments/media-types/{}", given.media_type);
    node.set("dcat:mediaType", typed(&media_type, "dct:MediaType"));
    node.set("dct:license", licence(&given.licence));
    if given.byte_size > 0 {
        let size = given.byte_size.to_string();
        node.set("dcat:byteSize", json!({ "@type": "xsd:nonNegativeInteger", "@value": size }));
    }
    if !given.sha256.is_empty() {
        let algorithm = typed("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm");
        let digest = json!({ "@type": "xsd:hexBinary", "@value": given.sha256 });
        let checksum =
            json!({ "@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": digest });
        node.set("spdx:checksum", checksum);
    }
    if let Some(day) = given.modified_date.as_ref().and_then(|day| Day::from_date("", day).ok()) {
        node.set("dct:modified", date(day));
    }
    if !given.conforms_to.is_empty() {
        node.set("dct:conformsTo", typed(&given.conforms_to, "dct:Standard"));
    }
    node.value()
}

fn publisher(dataset: &Model, around: &Around<'_>) -> Value {
    let known = around.partners.get(&dataset.publisher).and_then(|partner| partner.title.as_ref());
    let name = known.map_or_else(|| json!(dataset.publisher), texts);
    json!({ "@id": format!("{}/{}", around.base, dataset.publisher), "@type": "foaf:Agent", "foaf:name": name })
}

/// A territory: a French commune by the address that INSEE gives it, every other by ours.
fn place(name: &str, around: &Around<'_>) -> Value {
    let ours = format!("{}/{name}", around.base);
    let Some(territory) = around.territories.get(name) else { return typed(&ours, "dct:Location") };
    let mut codes = territory.identifiers.iter();
    let insee = codes.find(|code| code.scheme == "INSEE_COG" && territory.kind == Kind::Municipality);
    let iri = insee.map_or(ours, |code| format!("http://id.insee.fr/geo/commune/{}", code.value));
    json!({ "@id": iri, "@type": "dct:Location", "skos:prefLabel": texts(&territory.display_name) })
}

fn concept(code: &str) -> Option<Value> {
    let found = theme(code)?;
    let label = said(&[("en", found.1), ("fr", found.2)]);
    let iri = format!("{AUTHORITY}/data-theme/{code}");
    Some(json!({ "@id": iri, "@type": "skos:Concept", "skos:prefLabel": label }))
}

fn licence(code: &str) -> Value {
    typed(&format!("https://spdx.org/licenses/{code}"), "dct:LicenseDocument")
}

fn typed(iri: &str, class: &str) -> Value {
    json!({ "@id": iri, "@type": class })
}

fn date(day: Day) -> Value {
    json!({ "@type": "xsd:date", "@value": day.to_string() })
}

fn instant(at: Micros) -> Value {
    let at = chrono::DateTime::from_timestamp_micros(at.0).unwrap_or_default();
    json!({ "@type": "xsd:dateTime", "@value": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true) })
}

/// Each translation with its language.
fn texts(text: &LocalizedText) -> Value {
    let each = text.translations.iter();
    each.map(|(language, said)| json!({ "@language": language, "@value": said.text })).collect()
}

fn said(text: &[(&str, &str)]) -> Value {
    text.iter().map(|(language, said)| json!({ "@language": language, "@value": said })).collect()
}

/// Something with an address; what nobody said is left out of it.
struct Node(Map<String, Value>);

impl Node {
    fn new(iri: &str, class: &str) -> Self {
        Self(Map::from_iter([("@id".to_owned(), json!(iri)), ("@type".to_owned(), json!(class))]))
    }

    fn set(&mut self, key: &str, value: Value) {
        if !value.is_null() && value != json!([]) {
            self.0.insert(key.to_owned(), value);
        }
    }

    fn value(self) -> Value {
        Value::Object(self.0)
    }
}
