//! Files that organisations published: all that is understandable is taken, all that is wrong is named.

use crate::common::{Found, SCHEMA_CODES, read, shared};
use iati::{Activity, Item, Kind, Organisation, Reader, Severity};

const VALID: [(&str, usize); 5] = [
    ("acf-spain-philippines-2018.xml", 6),
    ("worldbank-el-salvador-2025-04.xml", 13),
    ("usaid-asia-region-2025-04.xml", 108),
    ("unhcr-2023.xml.gz", 134),
    ("caf-2025-10-10.xml", 478),
];
const BELGIUM: &str = "iati-activities/belgium-dgd-2021-extract.xml";
const COVID: &str = "iati-activities/multi-publisher-covid19.xml";
const ORGANISATIONS: [&str; 4] = [
    "3fi-organisation.xml",
    "be-bce-kbo-0420656336-organisation.xml",
    "caf-organisation.xml",
    "worldbank-organisation-2024.xml",
];

fn parts(found: &Found) -> (usize, usize, usize) {
    let activities = found.activities.iter();
    (
        activities.clone().map(|activity| activity.participating_orgs.len()).sum(),
        activities.clone().map(|activity| activity.budgets.len()).sum(),
        activities.map(|activity| activity.related_activities.len()).sum(),
    )
}

#[test]
fn valid_files_give_every_activity_and_no_schema_problem() {
    for (name, activities) in VALID {
        let found = read(shared(&format!("iati-activities/{name}")));
        assert_eq!(found.activities.len(), activities, "{name}");
        assert!(found.file.is_empty(), "{name}: {:?}", found.file);
        assert!(found.counts(&SCHEMA_CODES).is_empty(), "{name}: {:?}", found.counts(&SCHEMA_CODES));
        assert!(
            found.activities.iter().all(|activity| !activity.is_blocked() && !activity.titles.is_empty())
        );
    }
}

#[test]
fn the_parts_are_as_many_as_the_readme_says() {
    let read = |name: &str| parts(&read(shared(&format!("iati-activities/{name}"))));
    assert_eq!(read("acf-spain-philippines-2018.xml"), (15, 6, 0));
    assert_eq!(read("worldbank-el-salvador-2025-04.xml"), (58, 2_110, 0));
    assert_eq!(read("usaid-asia-region-2025-04.xml"), (432, 0, 0));
    assert_eq!(read("unhcr-2023.xml.gz"), (2_573, 416, 397));
    assert_eq!(read("caf-2025-10-10.xml").0, 478);
    assert_eq!(read("multi-publisher-covid19.xml"), (1_335, 368, 1_134));
}

#[test]
fn the_covid_file_names_each_of_its_263_schema_errors() {
    let found = read(shared(COVID));
    assert_eq!(found.activities.len(), 401);
    assert!(found.activities.iter().all(|activity| !activity.is_blocked()));
    let counts: Vec<_> = found.counts(&SCHEMA_CODES).into_iter().collect();
    assert_eq!(
        counts,
        [
            (("ATTRIBUTE_MISSING", "activity-date/@iso-date"), 2),
            (("ATTRIBUTE_MISSING", "other-identifier/@ref"), 9),
            (("ATTRIBUTE_MISSING", "sector/@code"), 1),
            (("ATTRIBUTE_UNKNOWN", "country-budget-items/budget-item/@vocabulary"), 107),
            (("ATTRIBUTE_UNKNOWN", "participating-org/@provider-activity-id"), 12),
            (("ATTRIBUTE_UNKNOWN", "transaction/@provider-activity-id"), 27),
            // xmllint stops at the order within a transaction, and does not see that the value is no number.
            (("NUMBER_INVALID", "transaction/value"), 21),
            // Each stands for five: no code, text twice, the order, the date.
            (("TRANSACTION_OLD_FORM", "transaction"), 21),
        ]
    );
    assert_eq!(2 + 9 + 1 + 107 + 12 + 27 + 21 * 5, 263);
}

#[test]
fn languages_of_the_covid_file_are_lower_case() {
    let found = read(shared(COVID));
    let first = &found.activities[0];
    assert_eq!(first.identifier, "XM-DAC-41114-PROJECT-00127336");
    assert_eq!(first.titles[0].language.as_deref(), Some("es"));
    assert_eq!(first.titles[0].text, "RRF COVID-19 Argentina");
    assert!(first.problems.iter().any(|problem| problem.code == "LANGUAGE_CASE"));
    assert!(first.namespaces.contains(&("ns0".to_owned(), "http://d-portal.org/xmlns/dstore".to_owned())));
}

#[test]
fn the_belgian_file_lacks_descriptions_and_repeats_an_identifier() {
    let found = read(shared(BELGIUM));
    assert_eq!(found.activities.len(), 4);
    let counts: Vec<_> = found.counts(&SCHEMA_CODES).into_iter().collect();
    assert_eq!(
        counts,
        [
            // xmllint stops at the first error of each activity and does not come to these.
            (("ATTRIBUTE_MISSING", "default-aid-type/@code"), 4),
            (("ELEMENT_MISSING", "description"), 4),
            (("ELEMENT_ORDER", "transaction/receiver-org"), 1),
        ]
    );
    let blocked: Vec<_> =
        found.problems.iter().filter(|problem| problem.severity == Severity::Blocks).collect();
    let [duplicate] = blocked.as_slice() else { panic!("{blocked:?}") };
    assert_eq!((duplicate.code, duplicate.record.as_str()), ("DUPLICATE_IDENTIFIER", "XM-DAC-2-10-3267"));
}

#[test]
fn an_activity_is_read_in_all_its_parts() {
    let found = read(shared("iati-activities/unhcr-2023.xml.gz"));
    let activity = found.activities.iter().find(|activity| !activity.budgets.is_empty()).unwrap();
    assert!(activity.identifier.starts_with("XM-DAC-41121"));
    assert_eq!(activity.reporting_org.ref_.as_deref(), Some("XM-DAC-41121"));
    assert_eq!(activity.reporting_org.type_code.as_deref(), Some("40"));
    assert!(activity.dates.planned_start.is_some() || activity.dates.actual_start.is_some());
    assert!(activity.status.is_some() && !activity.descriptions.is_empty() && !activity.sectors.is_empty());
    let budget = &activity.budgets[0];
    assert!(budget.period_start.unwrap() < budget.period_end.unwrap());
    assert_eq!(budget.currency.as_deref(), Some("USD"));
    let languages: std::collections::BTreeSet<_> = found
        .activities
        .iter()
        .flat_map(|activity| {
            activity.titles.iter().chain(activity.descriptions.iter().flat_map(|(_, texts)| texts))
        })
        .filter_map(|narrative| narrative.language.clone())
        .collect();
    for language in ["ar", "es", "fr", "ru"] {
        assert!(languages.contains(language), "{languages:?}");
    }
}

#[test]
fn organisation_files_give_an_organisation_each() {
    let mut names = Vec::new();
    for name in ORGANISATIONS {
        let found = read(shared(&format!("iati-organisations/{name}")));
        assert_eq!(found.organisations.len(), 1, "{name}");
        assert!(
            found.counts(&SCHEMA_CODES).is_empty() && found.file.is_empty(),
            "{name}: {:?}",
            found.problems
        );
        names.push((found.organisations[0].identifier.clone(), found.organisations[0].type_code.clone()));
    }
    assert_eq!(names[0], ("DK-CVR-31378028".to_owned(), Some("22".to_owned())));
    assert_eq!(names[1], ("BE-BCE_KBO-0420656336".to_owned(), Some("22".to_owned())));
    assert_eq!(names[3], ("44002".to_owned(), None), "published by another organisation");
}

#[test]
fn the_registry_gives_every_publisher() {
    let mut reader = iati::registry::publishers(shared("iati-publishers/publishers-2026-08.json"));
    let mut publishers = Vec::new();
    for item in reader.by_ref() {
        let Item::Organisation(publisher) = item else { panic!("{item:?}") };
        publishers.push(*publisher);
    }
    assert_eq!(reader.kind(), Some(Kind::Publishers));
    assert_eq!(publishers.len(), 2_087);
    assert_eq!(publishers.iter().filter(|publisher| publisher.description.is_some()).count(), 1_284);
    assert_eq!(
        publishers.iter().filter(|publisher| publisher.type_code.as_deref() == Some("21")).count(),
        727
    );
    assert_eq!(publishers.iter().filter(|publisher| publisher.type_code.is_none()).count(), 28);
    let first = &publishers[0];
    assert_eq!((first.identifier.as_str(), first.line), ("XI-GRID-grid.13001.33", 2));
    assert_eq!(first.names[0].text, "University Of Zimbabwe");
    assert_eq!(first.country.as_deref(), Some("ZW"));
    assert_eq!(publishers[1].line, 13);
    assert!(reader.most_held() < 256 << 10, "{}", reader.most_held());
}

#[test]
fn raw_read_again_is_the_same_record() {
    for (name, _) in
        VALID.into_iter().chain([("multi-publisher-covid19.xml", 401), ("belgium-dgd-2021-extract.xml", 4)])
    {
        for activity in read(shared(&format!("iati-activities/{name}"))).activities {
            assert!(activity.raw.starts_with("<iati-activity") && activity.raw.ends_with("</iati-activity>"));
            let mut again = Activity::read(activity.raw.clone(), activity.line).unwrap();
            // What only the file can tell.
            again.namespaces.clone_from(&activity.namespaces);
            again.problems.extend(
                activity.problems.iter().filter(|problem| problem.code == "DUPLICATE_IDENTIFIER").cloned(),
            );
            assert_eq!(again, activity, "{name}");
        }
    }
    for name in ORGANISATIONS {
        for organisation in read(shared(&format!("iati-organisations/{name}"))).organisations {
            let mut again = Organisation::read(organisation.raw.clone(), organisation.line).unwrap();
            again.namespaces.clone_from(&organisation.namespaces);
            assert_eq!(again, organisation, "{name}");
        }
    }
}

#[test]
fn raw_is_what_the_file_says() {
    let mut file = String::new();
    std::io::Read::read_to_string(&mut shared(COVID), &mut file).unwrap();
    let mut from = 0;
    for activity in read(file.as_bytes()).activities {
        let at = file[from..].find("<iati-activity ").unwrap() + from;
        assert_eq!(
            activity.line as usize,
            file[..at].lines().count() + usize::from(file[..at].ends_with('\n'))
        );
        assert!(file[at..].starts_with(&activity.raw));
        from = at + activity.raw.len();
    }
}

#[test]
fn problems_speak_both_languages() {
    for problem in read(shared(COVID)).problems.into_iter().chain(read(shared(BELGIUM)).problems) {
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.en != problem.fr);
        assert!(problem.line > 0 && !problem.record.is_empty(), "{problem:?}");
    }
}

#[test]
fn a_reader_says_what_it_reads() {
    let mut reader = Reader::new(shared(COVID));
    assert_eq!(reader.kind(), None);
    reader.next();
    assert_eq!(reader.kind(), Some(Kind::Activities));
    assert_eq!(reader.document().version.as_deref(), Some("2.03"));
}
