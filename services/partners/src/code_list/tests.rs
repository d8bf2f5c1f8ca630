//! The lists are complete, and they are those of their sources.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use proto::partners as pb;
use proto::partners::reference_data_service_server::ReferenceDataService as _;

use super::*;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iati-codelists");

#[test]
fn every_list_and_every_code_speaks_both_languages() {
    for list in lists::all() {
        assert!(!list.title.en.is_empty() && !list.title.fr.is_empty(), "{}", list.code);
        assert!(!list.source.is_empty(), "{}", list.code);
        assert!(!list.codes.is_empty(), "{}", list.code);
        for code in &list.codes {
            let named = format!("{} {}", list.code, code.code);
            assert!(!code.code.is_empty() && code.code.trim() == code.code, "{named}");
            assert!(!code.title.en.is_empty() && !code.title.fr.is_empty(), "{named}");
            assert!(code.title.fr.trim() == code.title.fr, "{named}");
        }
    }
}

#[test]
fn names_and_codes_are_unique() {
    let mut names = HashSet::new();
    for list in lists::all() {
        assert!(names.insert(list.name) && names.insert(list.code), "{}", list.name);
        let codes: HashSet<_> = list.codes.iter().map(|code| code.code).collect();
        assert_eq!(codes.len(), list.codes.len(), "{}", list.code);
    }
}

#[test]
fn categories_are_codes_of_their_list() {
    for list in lists::all().filter(|list| !list.category_list.is_empty()) {
        for code in list.codes.iter().filter(|code| !code.category.is_empty()) {
            let known = contains(list.category_list, code.category) || contains(list.code, code.category);
            // The sources group registers of no country under a word, and name one category that does not exist.
            let excused = list.code == "OrganisationRegistrationAgency"
                || (list.code, code.code) == ("FinanceType", "451");
            assert!(known || excused, "{} {}", list.code, code.code);
        }
    }
}

#[test]
fn ensembles_own_lists_are_those_of_the_domain() {
    let counts: BTreeMap<_, _> = lists::all()
        .filter(|list| !list.name.starts_with("codeLists/iati-"))
        .map(|list| (list.code, list.codes.len()))
        .collect();
    let expected = BTreeMap::from([
        ("ACCESS_RIGHT", 3),
        ("AGE_BAND", 8),
        ("COLLEGE", 6),
        ("CORE_ISSUE", 4),
        ("DATA_THEME", 14),
        ("DIGCOMP", 21),
        ("DIGCOMP_AREA", 5),
        ("DISABILITY", 3),
        ("DISAGGREGATION_DIMENSION", 5),
        ("DIVIDE_DIMENSION", 8),
        ("FAIR_CHECK", 20),
        ("FREQUENCY", 38),
        ("FUNCTIONAL_CAPACITY", 5),
        ("HEALTH_CHECK_BLOCK", 4),
        ("HEALTH_CHECK_STATEMENT", 12),
        ("LEARNING_OPPORTUNITY_TYPE", 6),
        ("LICENCE", 7),
        ("NON_PROPRIETARY_FORMAT", 26),
        ("PLACE_ACCESS", 6),
        ("PLACE_ADAPTATION", 7),
        ("PLACE_AUDIENCE", 5),
        ("PLACE_LABEL", 10),
        ("PLACE_MOBILITY", 2),
        ("PLACE_PRICE", 3),
        ("PLACE_PROGRAMME", 11),
        ("PLACE_SERVICE", 9),
        ("PLACE_SUPPORT", 4),
        ("RECOMMENDATION", 8),
        ("RESOURCE_TYPE", 11),
        ("RESOURCE_UNIT", 8),
        ("SAFEGUARD", 6),
        ("SDG_TARGET", 14),
        ("SECTOR", 3),
        ("SEX", 4),
        ("STATUS", 5),
        ("TARGET_GROUP", 17),
    ]);
    assert_eq!(counts, expected);
}

#[test]
fn a_college_allows_sectors() {
    let colleges = lists::coded("COLLEGE").expect("the list of colleges");
    for college in &colleges.codes {
        let sectors = attribute("COLLEGE", college.code, "sectors").expect("sectors");
        assert!(sectors.split(' ').all(|sector| contains("SECTOR", sector)), "{}", college.code);
    }
    assert_eq!(attribute("COLLEGE", "STATE", "sectors"), Some("PUBLIC"));
    assert_eq!(attribute("COLLEGE", "LOCAL_AUTHORITY", "sectors"), Some("PUBLIC CIVIL"));
    assert_eq!(attribute("COLLEGE", "RESEARCH_TRAINING", "sectors"), Some("PUBLIC PRIVATE CIVIL"));
    assert_eq!(attribute("COLLEGE", "STATE", "colour"), None);
}

#[test]
fn only_two_licences_are_for_french_administrations() {
    let with = |fact: &str| -> Vec<&str> {
        let codes = &lists::coded("LICENCE").expect("the list of licences").codes;
        codes
            .iter()
            .map(|code| code.code)
            .filter(|code| attribute("LICENCE", code, fact) == Some("true"))
            .collect()
    };
    assert_eq!(with("fr_public_allowed"), ["etalab-2.0", "ODbL-1.0"]);
    assert_eq!(with("share_alike"), ["ODbL-1.0", "CC-BY-SA-4.0"]);
    assert_eq!(with("open").len(), 7);
}

#[test]
fn proposed_sdg_targets_speak_with_the_words_of_the_un() {
    for target in &lists::coded("SDG_TARGET").expect("the list of targets").codes {
        for language in [Language::En, Language::Fr] {
            let official = label("UNSDG-Targets", target.code, language);
            assert_eq!(Some(target.title.in_language(language)), official, "{}", target.code);
        }
    }
}

#[test]
fn a_code_is_known_labelled_and_offered() {
    assert!(contains("OrganisationType", "10") && !contains("OrganisationType", "12"));
    assert!(!contains("NoSuchList", "10"));
    assert_eq!(label("OrganisationType", "11", Language::Fr), Some("Collectivité locale"));
    assert_eq!(label("OrganisationType", "11", Language::En), Some("Local Government"));
    assert_eq!(label("Country", "DE", Language::Fr), Some("Allemagne"));
    assert_eq!(label("Language", "oc", Language::Fr), Some("occitan (après 1500)"));
    assert_eq!(label("FileFormat", "text/csv", Language::Fr), Some("text/csv"));
    assert!(contains("Country", "AN") && !offers("Country", "AN") && offers("Country", "FR"));
}

#[tokio::test]
async fn lists_are_listed_without_codes_and_shown_with_them() {
    let listed = rpc::CodeLists.list_code_lists(tonic::Request::new(pb::ListCodeListsRequest {})).await;
    let listed = listed.expect("the lists").into_inner().code_lists;
    assert_eq!(listed.len(), 106);
    assert!(listed.iter().all(|list| list.codes.is_empty() && list.code_count > 0));

    let shown = get("codeLists/iati-organisation-type").await.expect("the list");
    assert_eq!((shown.code.as_str(), shown.code_count, shown.codes.len()), ("OrganisationType", 16, 16));
    let title = shown.codes[1].title.clone().expect("a title");
    assert_eq!(title.fr_origin(), pb::bilingual_text::Origin::Ours);

    let unknown = get("codeLists/nothing").await.expect_err("no such list");
    assert_eq!(unknown.code(), tonic::Code::NotFound);
}

async fn get(name: &str) -> Result<pb::CodeList, tonic::Status> {
    let request = pb::GetCodeListRequest { name: name.into() };
    Ok(rpc::CodeLists.get_code_list(tonic::Request::new(request)).await?.into_inner())
}

/// Needs the published XML, which is not part of the repository; without it, there is nothing to compare with.
#[test]
fn iati_lists_are_the_published_ones_and_their_french_is_kept_to_the_letter() {
    if !Path::new(PUBLISHED).exists() {
        eprintln!("not compared: {PUBLISHED} is not there");
        return;
    }
    let mut published = 0;
    for folder in ["embedded", "non-embedded"] {
        for entry in fs::read_dir(Path::new(PUBLISHED).join(folder)).expect("the folder") {
            compare(&fs::read_to_string(entry.expect("an entry").path()).expect("a list"));
            published += 1;
        }
    }
    assert_eq!(published, lists::all().filter(|list| list.name.starts_with("codeLists/iati-")).count());
}

fn compare(xml: &str) {
    let head = xml.split_once("<codelist ").expect("a code list").1.split_once('>').expect("a head").0;
    let code = between(head, "name=\"", "\"").expect("a name");
    let list = lists::coded(code).unwrap_or_else(|| panic!("{code} is not shipped"));
    assert_eq!(list.open, head.contains("complete=\"0\""), "{code}");
    assert_eq!(list.category_list, between(head, "category-codelist=\"", "\"").unwrap_or_default(), "{code}");

    let mut seen = HashSet::new();
    let items = xml.split_once("<codelist-items").expect("items").1.split("<codelist-item").skip(1);
    for item in items {
        let written = plain(between(item, "<code>", "</code>").expect("a code"));
        let shipped = list.find(&written).unwrap_or_else(|| panic!("{code} {written} is not shipped"));
        if !seen.insert(written) {
            continue; // FileFormat says two media types twice
        }
        let withdrawn = item.split_once('>').expect("an item").0.contains("\"withdrawn\"");
        assert_eq!(shipped.withdrawn, withdrawn, "{code} {}", shipped.code);
        let name = between(item, "<name>", "</name>").unwrap_or_default();
        if let Some(english) = narrative(name, "<narrative>") {
            assert_eq!(shipped.title.en, english, "{code}");
        }
        if let Some(french) = narrative(name, "<narrative xml:lang=\"fr\">") {
            assert_eq!((shipped.title.fr, shipped.title.ours), (french.as_str(), false), "{code}");
        }
    }
    assert_eq!(list.codes.len(), seen.len(), "{code}");
}

fn narrative(name: &str, tag: &str) -> Option<String> {
    between(name, tag, "</narrative>").map(plain).filter(|text| !text.is_empty())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}

fn plain(xml: &str) -> String {
    let text = xml.split_whitespace().collect::<Vec<_>>().join(" ");
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character))
}
