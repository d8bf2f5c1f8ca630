use super::*;
use crate::{Item, Reader};

const ACTIVITIES: &str = "activity_identifier,title,xml_lang,reporting_org_ref,reporting_org_type,reporting_org_name,\
    activity_status,planned_start_date,note\nX-1,One,en,FR-RCS-552081317,22,Us,2,2024-01-01,mine\n";
const RESULTS: &str = "activity_identifier,result_ref,result_type,title\nX-1,r1,1,Wells\nX-1,r2,2,Water\n";
const INDICATORS: &str = "activity_identifier;result_ref;indicator_ref;indicator_measure;title;baseline_year;baseline_value\r\n\
    X-1;r1;i1;1;\"Wells\ndug\";2019;0\r\nX-1;r2;i1;7;People served;;\r\nX-1;r9;i3;1;Lost;;\r\n";
const PERIODS: &str = "activity_identifier,result_ref,indicator_ref,period_start,period_end,target_value,actual_value\n\
    X-1,r2,i1,2024-01-01,2024-12-31,10,0\nX-1,r1,i1,2024-01-01,2024-12-31,5,3\n";
const LOCATIONS: &str = "activity_identifier,name,location_id_vocabulary,location_id_code,latitude,longitude\n\
    X-1,Here,G1,,\"48.1,\",-1.6\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn joined(files: &[(&str, &str)]) -> (String, Joined) {
    let mut out = Vec::new();
    let joined = join(folder(files).path(), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), joined)
}

fn told(problems: &[Problem]) -> Vec<(&'static str, &str)> {
    problems.iter().map(|problem| (problem.code, problem.location.as_str())).collect()
}

fn whole() -> Vec<(&'static str, &'static str)> {
    vec![
        ("activities.csv", ACTIVITIES),
        ("results.csv", RESULTS),
        ("indicators.csv", INDICATORS),
        ("indicator_periods.csv", PERIODS),
        ("locations.csv", LOCATIONS),
        ("fss.csv", "activity_identifier\n"),
    ]
}

#[test]
fn tables_become_the_activities_that_they_are() {
    let (text, joined) = joined(&whole());
    let items: Vec<Item> = Reader::new(text.as_bytes()).collect();
    let [Item::Activity(activity)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((activity.identifier.as_str(), activity.titles[0].text.as_str()), ("X-1", "One"));
    assert_eq!(activity.dates.planned_start, "2024-01-01".parse().ok());
    let achievements = activity.achievements();
    let actual = |result: usize| achievements[result].indicators[0].periods[0].actuals[0].value.clone();
    assert_eq!(
        (actual(0), actual(1)),
        (Some("3".to_owned()), Some("0".to_owned())),
        "an indicator is of its result"
    );
    assert_eq!(achievements[0].indicators[0].baselines[0].year, Some(2019));
    assert!(text.contains("<pos>48.1 -1.6</pos>") && !text.contains("location-id"), "{text}");
    assert_eq!(
        told(&joined.problems),
        [
            ("COLUMN_UNKNOWN", "activities.csv:1 note"),
            ("TABLE_UNKNOWN", "fss.csv"),
            ("ROW_UNRELATED", "indicators.csv:5 result_ref"),
        ]
    );
}

#[test]
fn what_is_wrong_is_told_by_table_line_and_column() {
    let (text, joined) = joined(&whole());
    let items: Vec<Item> = Reader::new(text.as_bytes()).collect();
    let [Item::Activity(activity)] = items.as_slice() else { panic!("{items:?}") };
    let places: Vec<_> =
        activity.problems.iter().map(|one| joined.place(one.line, &one.location).unwrap()).collect();
    assert!(
        places.contains(&"indicators.csv:4 indicator_measure".to_owned()),
        "{places:?} {:?}",
        activity.problems
    );
}

#[test]
fn texts_in_several_languages_are_one_description() {
    let descriptions = "activity_identifier,description_type,description_sequence,narrative,narrative_lang\n\
        X-1,1,1,Water,en\nX-1,1,1,De l'eau,fr\nX-1,2,1,Health,en\n";
    let (text, _) = joined(&[("activities.csv", ACTIVITIES), ("descriptions.csv", descriptions)]);
    assert_eq!(text.matches("<description ").count(), 2, "{text}");
    assert!(
        text.contains("<narrative xml:lang=\"fr\">De l&apos;eau</narrative>") || text.contains("De l'eau")
    );
}

#[test]
fn what_is_needed_is_missed_by_name_all_at_once() {
    let refused = |files: &[(&str, &str)]| match join(folder(files).path(), &mut Vec::new()) {
        Err(Refused::Tables(problems)) => {
            problems.iter().map(|one| format!("{} {}", one.code, one.location)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&[]), ["TABLE_MISSING activities.csv"]);
    assert_eq!(
        refused(&[("indicator_periods.csv", PERIODS)]),
        ["TABLE_MISSING activities.csv", "TABLE_MISSING indicators.csv"]
    );
    assert_eq!(
        refused(&[("activities.csv", "title\nX\n"), ("results.csv", "a\tb\n")]),
        [
            "COLUMN_MISSING activities.csv:1 activity_identifier",
            "COLUMN_MISSING results.csv:1 activity_identifier",
            "COLUMN_MISSING results.csv:1 result_ref",
        ]
    );
    assert_eq!(refused(&[("activities.csv", "")]), ["FILE_EMPTY activities.csv"]);
    assert_eq!(refused(&[("activities.csv", "a\0b")]), ["FILE_UNKNOWN activities.csv"]);
}

#[test]
fn a_packed_table_is_one_too() {
    let folder = folder(&[]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(ACTIVITIES.as_bytes()).unwrap();
    std::fs::write(folder.path().join("activities.csv.gz"), packed.finish().unwrap()).unwrap();
    let mut out = Vec::new();
    join(folder.path(), &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("<iati-identifier>X-1</iati-identifier>"));
}
