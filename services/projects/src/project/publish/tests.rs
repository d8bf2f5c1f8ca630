use super::*;
use chassis::column::{Day, Micros};
use proto::common::{ExternalIdentifier, Money};
use testing::said;

const FOUND: &str = r#"<iati-activity xml:lang="en" default-currency="EUR">
  <iati-identifier>GB-CHC-202918-1</iati-identifier>
  <reporting-org ref="GB-CHC-202918" type="21"><narrative>Oxfam</narrative></reporting-org>
  <title><narrative>Wells</narrative><narrative xml:lang="fr">Puits</narrative></title>
  <description><narrative>We dig.</narrative></description>
  <participating-org ref="GB-CHC-202918" role="2"><narrative>Oxfam</narrative></participating-org>
  <participating-org role="4"><narrative>Diggers</narrative></participating-org>
  <activity-status code="2"/>
  <activity-date iso-date="2024-01-01" type="1"/>
  <activity-date iso-date="2024-02-01" type="2"/>
  <contact-info><email>someone@example.org</email></contact-info>
  <recipient-country code="FR" percentage="60"/>
  <recipient-country code="BE" percentage="40"/>
  <sector code="14030"/>
  <tag vocabulary="3" code="6.1"/>
  <budget><period-start iso-date="2024-01-01"/><period-end iso-date="2024-12-31"/><value value-date="2024-01-01">1000.50</value></budget>
  <crs-add><other-flags code="1" significance="1"/></crs-add>
</iati-activity>"#;

const OXFAM: &str = "partners/oxfam";
const DIGGERS: &str = "partners/diggers";

fn now() -> Micros {
    Micros::parse("2026-06-01T12:00:00Z").unwrap()
}

fn partner(name: &str, title: &str, identifier: Option<(&str, &str)>) -> Partner {
    Partner {
        name: name.to_owned(),
        title: Some(said(&[("en", title)])),
        iati_type_code: "21".to_owned(),
        identifiers: identifier
            .map(|(scheme, value)| ExternalIdentifier { scheme: scheme.to_owned(), value: value.to_owned() })
            .into_iter()
            .collect(),
        ..Partner::default()
    }
}

fn around() -> Around {
    let partners = [
        partner(OXFAM, "Oxfam", Some(("GB-CHC", "202918"))),
        partner(DIGGERS, "Diggers", None),
        partner("partners/new", "Newcomers", Some(("SIREN", "732829320"))),
    ];
    let partners = partners.into_iter().map(|partner| (partner.name.clone(), partner)).collect();
    Around { partners, ..Around::default() }
}

/// The project that the record becomes, and the record.
fn imported() -> (Model, Source) {
    let activity = Activity::read(FOUND.to_owned(), 1).unwrap();
    let keys = as_found::participating(&activity);
    let found = as_found::of(&activity, now()).found.unwrap();
    let partners: HashMap<String, String> = keys
        .iter()
        .cloned()
        .zip([OXFAM.to_owned(), DIGGERS.to_owned()])
        .chain([(found.lead.clone(), OXFAM.to_owned())])
        .collect();
    let project = as_found::create(&found, &partners, now());
    let participants = keys.iter().map(|key| partners[key].clone()).collect();
    let source = Source { raw: FOUND.to_owned(), namespaces: Vec::new(), participants, time: now() };
    (project, source)
}

fn read(record: &str) -> Found {
    let activity = Activity::read(record.to_owned(), 1).unwrap();
    assert!(!activity.is_blocked(), "{:?}\n{record}", activity.problems);
    as_found::of(&activity, now()).found.unwrap()
}

#[test]
fn les_18_a_record_that_nobody_changed_comes_back_to_the_byte() {
    let (project, source) = imported();
    let with_contacts = Around { contacts: true, ..around() };
    assert_eq!(record(&project, Some(&source), &with_contacts), FOUND);
    let contact = "\n  <contact-info><email>someone@example.org</email></contact-info>";
    assert_eq!(record(&project, Some(&source), &around()), FOUND.replace(contact, ""));
    assert!(unnamed(&project, Some(&source.participants)).is_empty(), "no partner need be asked for");
}

#[test]
fn les_18_what_changed_here_is_what_is_read_again() {
    let (mut project, source) = imported();
    let english = project.title.0.translations.get_mut("en").unwrap();
    english.text = "Deep wells & more".to_owned();
    project.summary.0.translations.get_mut("en").unwrap().text = "We dig deep.".to_owned();
    project.state = State::Completed.into();
    project.planned_end = Day::parse("2026-12-31");
    project.actual_end = Day::parse("2026-05-01");
    project.country_codes.0 = vec!["FR".to_owned(), "ML".to_owned()];
    project.sdg_targets.0 = vec!["11.1".to_owned()];
    project.budget_lines.0[0].amount = Some(Money { currency_code: "EUR".to_owned(), minor_units: 200_000 });
    project.participants.0.remove(1);
    let joined = pb::Participant { partner: "partners/new".to_owned(), iati_role: "1".to_owned() };
    project.participants.0.push(joined);
    assert_eq!(unnamed(&project, Some(&source.participants)), ["partners/new"]);
    let around = Around { parent: Some("GB-CHC-202918-0".to_owned()), ..around() };
    let written = record(&project, Some(&source), &around);
    let found = read(&written);
    assert_eq!((&found.title, &found.summary), (&*project.title, &*project.summary), "{written}");
    assert_eq!(found.state, State::Completed);
    assert_eq!((found.planned_end, found.actual_end), (project.planned_end, project.actual_end));
    assert_eq!((&found.country_codes, &found.sdg_targets), (&*project.country_codes, &*project.sdg_targets));
    assert_eq!(found.budget_lines, project.budget_lines.iter().map(lines::bare).collect::<Vec<_>>());
    assert_eq!(found.parent, "GB-CHC-202918-0");
    let roles: Vec<&str> = found.participants.iter().map(|(_, role)| role.as_str()).collect();
    assert_eq!(roles, ["2", "1"], "who left is gone, who joined is there");
    assert!(
        written.contains(r#"<participating-org ref="FR-RCS-732829320" type="21" role="1">"#),
        "{written}"
    );
    assert!(!written.contains("Diggers") && written.contains("<crs-add><other-flags"), "the rest stays");
}

#[test]
fn a_project_that_was_registered_is_written_from_its_fields() {
    let (mut project, _) = imported();
    project.origin = Origin::Registered.into();
    project.name = "projects/wells".to_owned();
    project.iati_identifier.clear();
    assert_eq!(unnamed(&project, None), [OXFAM, OXFAM, DIGGERS]);
    let around = Around { parent: Some("GB-CHC-202918-0".to_owned()), ..around() };
    let written = record(&project, None, &around);
    let found = read(&written);
    assert_eq!(found.identifier, "GB-CHC-202918-wells", "made of its lead's identifier and its own");
    assert_eq!((&found.title, &found.summary), (&*project.title, &*project.summary));
    assert_eq!(
        (found.state, found.planned_start, found.actual_start),
        (State::Active, project.planned_start, project.actual_start)
    );
    assert_eq!((&found.country_codes, &found.sdg_targets), (&*project.country_codes, &*project.sdg_targets));
    assert_eq!(found.budget_lines, project.budget_lines.iter().map(lines::bare).collect::<Vec<_>>());
    assert_eq!((found.parent.as_str(), found.participants.len()), ("GB-CHC-202918-0", 2));
    // The same each time.
    assert_eq!(written, record(&project, None, &around));
}

#[test]
fn an_organisation_without_an_identifier_is_called_what_it_is_called_here() {
    let (mut project, _) = imported();
    project.origin = Origin::Registered.into();
    project.lead_partner = DIGGERS.to_owned();
    project.participants.0.clear();
    project.iati_identifier.clear();
    let written = record(&project, None, &around());
    assert!(written.contains(r#"<reporting-org ref="diggers" type="21">"#), "{written}");
    assert!(
        written.contains(r#"<participating-org type="21" role="2">"#),
        "the lead takes part: the standard asks for someone"
    );
    // Of a partner that the caller may not know, only its name here is told.
    let written = record(&project, None, &Around::default());
    assert!(!written.contains("Diggers"), "{written}");
}

/// An indicator that was entered here, of which something came.
fn entered(project: &Model) -> Kept {
    let mut row = crate::project_indicator::rules::blank("n1", uuid::Uuid::nil(), project, now());
    let text = |text: &str| said(&[("en", text)]);
    row.result_level = "1".to_owned();
    row.result_title = text("Water for all").into();
    row.as_found = pb::IndicatorAsFound {
        title: Some(text("Wells dug")),
        measure: "1".to_owned(),
        ..Default::default()
    }
    .into();
    row.baseline = pb::Baseline {
        value: Some(decimal("0")),
        baseline_date: Some(proto::Date { year: 2024, month: 1, day: 1 }),
        ..Default::default()
    }
    .into();
    Kept { row, came: [(days(2025), came("0")), (days(2026), came("7.5"))].into() }
}

fn decimal(digits: &str) -> pb::IndicatorValue {
    crate::measure::decimal(digits.parse().unwrap())
}

fn days(year: i32) -> (Day, Day) {
    (Day::parse(&format!("{year}-01-01")).unwrap(), Day::parse(&format!("{year}-12-31")).unwrap())
}

fn came(digits: &str) -> pb::ReportValue {
    let cell = pb::Cell {
        coordinates: vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: "FEMALE".to_owned() }],
        value: Some(decimal(digits)),
        ..Default::default()
    };
    pb::ReportValue {
        actual: Some(decimal(digits)),
        cells: vec![cell],
        comment: "Said.".to_owned(),
        ..Default::default()
    }
}

fn promises(record: &str) -> Vec<as_found::results::Promise> {
    as_found::of(&Activity::read(record.to_owned(), 1).unwrap(), now()).promises
}

#[test]
fn bey_9_results_entered_here_are_read_again_digit_for_digit() {
    let (project, source) = imported();
    let around = Around { kept: vec![entered(&project)], ..around() };
    for source in [None, Some(&source)] {
        let written = record(&project, source, &around);
        let [found] = promises(&written).try_into().unwrap();
        let title = chassis::text::check("result_title", &around.kept[0].row.result_title).unwrap();
        assert_eq!((found.result_level.as_str(), found.result_title), ("1", title));
        assert_eq!(found.baseline.unwrap(), *around.kept[0].row.baseline, "{written}");
        let values: Vec<_> =
            found.actuals.iter().map(|one| ((one.start, one.end), one.value.clone())).collect();
        assert_eq!(values, around.kept[0].came.clone().into_iter().collect::<Vec<_>>(), "{written}");
    }
}

#[test]
fn les_18_what_was_found_stays_and_what_came_since_is_added_to_it() {
    let results = "<result type=\"1\"><title><narrative>R</narrative></title><indicator measure=\"1\"><title><narrative>I</narrative></title>\
        <period><period-start iso-date=\"2024-01-01\"/><period-end iso-date=\"2024-12-31\"/><actual value=\"3\"/></period></indicator></result>";
    let raw = FOUND.replace("  <crs-add>", &format!("  {results}\n  <crs-add>"));
    let (project, source) = imported();
    let source = Source { raw: raw.clone(), ..source };
    let [promise] = promises(&raw).try_into().unwrap();
    let mut kept = entered(&project);
    kept.row.origin = Origin::Imported.into();
    kept.row.as_found = promise.as_found.clone().into();
    let first = pb::ReportValue { actual: Some(decimal("3")), ..Default::default() };
    kept.came = [(days(2024), first)].into();
    let with = |kept: &Kept| Around { contacts: true, kept: vec![kept.clone()], ..around() };
    assert_eq!(record(&project, Some(&source), &with(&kept)), raw, "nothing came since");
    kept.came.insert(days(2025), came("0"));
    kept.came.get_mut(&days(2024)).unwrap().actual = Some(decimal("4"));
    let written = record(&project, Some(&source), &with(&kept));
    let [found] = promises(&written).try_into().unwrap();
    let values: Vec<_> = found.actuals.iter().map(|one| one.value.actual.clone().unwrap()).collect();
    assert_eq!(values, [decimal("4"), decimal("0")], "{written}");
}

/// What a project is about, where it acts and what was published of it.
fn detailed() -> crate::project::detail::Details {
    let text =
        |text: &str| partner("", text, None).title.map(|text| chassis::text::check("title", &text).unwrap());
    crate::project::detail::Details {
        sectors: vec![
            pb::ProjectSector {
                vocabulary: "1".to_owned(),
                code: "43030".to_owned(),
                percentage: "100".to_owned(),
                ..Default::default()
            },
            pb::ProjectSector {
                vocabulary: "99".to_owned(),
                code: "own".to_owned(),
                title: text("Own"),
                vocabulary_uri: "https://example.org/list".to_owned(),
                ..Default::default()
            },
        ],
        tags: vec![pb::ProjectTag {
            vocabulary: "2".to_owned(),
            code: "11".to_owned(),
            ..Default::default()
        }],
        locations: vec![pb::ProjectLocation {
            reference: "L1".to_owned(),
            title: text("Nice"),
            reach: "1".to_owned(),
            exactness: "2".to_owned(),
            point: Some(pb::LocationPoint { latitude: 43.7034, longitude: -7.2663 }),
            codes: vec![pb::LocationCode {
                vocabulary: "G1".to_owned(),
                code: "2990440".to_owned(),
                level: 0,
            }],
            ..Default::default()
        }],
        documents: vec![pb::ProjectDocument {
            title: text("Review"),
            uri: "https://example.org/a.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            category_codes: vec!["A07".to_owned(), "A08".to_owned()],
            language_codes: vec!["en".to_owned()],
            ..Default::default()
        }],
        transactions: Vec::new(),
    }
}

fn details_in(written: &str) -> crate::project::detail::Details {
    let activity = Activity::read(written.to_owned(), 1).unwrap();
    assert!(
        activity.problems.iter().all(|one| one.severity != iati::Severity::Doubtful),
        "{:?}",
        activity.problems
    );
    let found = as_found::of(&activity, now()).found.unwrap();
    as_found::create(&found, &HashMap::new(), now()).details
}

#[test]
fn les_18_details_changed_here_are_what_is_read_again_and_the_rest_stays() {
    let (mut project, source) = imported();
    let own = detailed();
    let before = project.details.clone();
    project.details = crate::project::detail::Details {
        sectors: before.sectors.iter().chain(&own.sectors[1..]).cloned().collect(),
        ..own
    };
    let written = record(&project, Some(&source), &around());
    assert_eq!(details_in(&written), project.details);
    assert!(written.contains("<sector code=\"14030\"/>"), "as it was written: {written}");
    // In another order, or without some, too.
    project.details.sectors.reverse();
    project.details.documents.clear();
    assert_eq!(details_in(&record(&project, Some(&source), &around())), project.details);
}

#[test]
fn what_is_registered_here_says_where_it_acts_what_shows_it_and_what_was_spent() {
    let (mut project, _) = imported();
    project.origin = Origin::Registered.into();
    project.details = detailed();
    let evidence = proto::common::Evidence {
        title: "Survey".to_owned(),
        uri: "https://example.org/survey".to_owned(),
        ..Default::default()
    };
    let day = |month, day| Some(proto::Date { year: 2026, month, day });
    let report = pb::Report {
        period: Some(proto::common::DateRange { start_date: day(1, 1), end_date: day(3, 31) }),
        expenditures: vec![pb::Expenditure {
            amount: Some(Money { currency_code: "EUR".to_owned(), minor_units: 12_345 }),
            ..Default::default()
        }],
        evidence: vec![evidence],
        ..Default::default()
    };
    let written = record(&project, None, &Around { reports: vec![report], ..around() });
    let found = details_in(&written);
    assert_eq!(found.sectors, project.details.sectors, "{written}");
    assert_eq!((&found.tags, &found.locations), (&project.details.tags, &project.details.locations));
    let shown: Vec<&str> = found.documents.iter().map(|document| document.uri.as_str()).collect();
    assert_eq!(shown, ["https://example.org/a.pdf", "https://example.org/survey"]);
    let [spent] = found.transactions.try_into().unwrap();
    assert_eq!(
        (spent.type_code.as_str(), spent.amount.unwrap().minor_units, spent.transaction_date),
        ("4", 12_345, day(3, 31))
    );
    // Without a sector of its own the standard's "not specified" stands there.
    project.details.sectors.clear();
    assert_eq!(details_in(&record(&project, None, &around())).sectors[0].code, "99810");
}
