use super::*;
use chassis::column::Micros;
use iati::Activity;
use proto::projects::IndicatorReference;

use crate::measure;
use crate::project::{as_found, rules};

const NOW: Micros = as_found::tests::NOW;

fn project() -> Project {
    let mut project = rules::blank("j", uuid::Uuid::nil(), NOW);
    project.lead_partner = "partners/p".to_owned();
    project
}

fn promises(inside: &str) -> Vec<Promise> {
    let raw = format!(
        "<iati-activity xml:lang='en'><iati-identifier>X-1</iati-identifier><reporting-org ref='GB-CHC-202918'/>
         <title><narrative>T</narrative></title><result type='1'><title><narrative>R</narrative></title>{inside}</result></iati-activity>"
    );
    as_found::of(&Activity::read(raw, 1).unwrap(), NOW).promises
}

fn indicator(title: &str, inside: &str) -> String {
    format!("<indicator measure='1'><title><narrative>{title}</narrative></title>{inside}</indicator>")
}

fn year(year: i32, inside: &str) -> String {
    format!(
        "<period><period-start iso-date='{year}-01-01'/><period-end iso-date='{year}-12-31'/>{inside}</period>"
    )
}

fn plan(known: &[Row], before: &[Promise], now: &[Promise]) -> Changes {
    super::plan(&project(), known.to_vec(), before, now, &Counterparts::default(), NOW)
}

#[test]
fn bey_8_each_indicator_becomes_one_as_found_and_each_period_with_values_a_report() {
    let found = promises(
        &[
            indicator(
                "Wells",
                &[year(2023, "<target value='5'/><actual value='0'/>"), year(2024, "<actual value='2'/>")]
                    .concat(),
            ),
            indicator("Pumps", &year(2024, "<actual value='7'/>")),
        ]
        .concat(),
    );
    let changes = plan(&[], &[], &found);
    assert_eq!((changes.new.len(), changes.changed.len(), changes.same), (2, 0, 0));
    let wells = &changes.new[0];
    assert_eq!(
        (wells.origin.get(), wells.indicator.as_str(), wells.result_level.as_str()),
        (Origin::Imported, "", "1")
    );
    assert_eq!((wells.targets.len(), wells.last_target), (1, Day::parse("2023-12-31")));
    let reports: Vec<_> =
        changes.reports.iter().map(|one| (one.period_start.to_string(), one.values.len())).collect();
    assert_eq!(reports, [("2023-01-01".to_owned(), 1), ("2024-01-01".to_owned(), 2)]);
    let zero = changes.reports[0].values[0].actual.as_ref().and_then(measure::as_number);
    assert_eq!(zero.map(|zero| zero.to_string()).as_deref(), Some("0"), "bey_9");
}

#[test]
fn les_18_the_same_record_again_changes_nothing() {
    let found = promises(&[indicator("A", ""), indicator("A", &year(2024, "<actual value='7'/>"))].concat());
    let first = plan(&[], &[], &found);
    let again = plan(&first.new, &found, &found);
    assert_eq!((again.new.len(), again.changed.len(), again.same), (0, 0, 2));
    assert_eq!(again.reports[0].values, first.reports[0].values);
}

#[test]
fn an_indicator_is_recognised_by_what_it_is_called_wherever_it_stands() {
    let before = promises(&[indicator("A", ""), indicator("B", "")].concat());
    let first = plan(&[], &[], &before);
    let (a, b) = (first.new[0].name.clone(), first.new[1].name.clone());
    let now = promises(&[indicator("New", ""), indicator("B", ""), indicator("A", "")].concat());
    let then = plan(&first.new, &before, &now);
    assert_eq!(then.new.len(), 1);
    let moved: Vec<_> = then
        .changed
        .iter()
        .map(|(_, row)| (row.name.clone(), row.as_found.indicator_reference.clone()))
        .collect();
    assert!(moved.contains(&(a.clone(), "2".to_owned())) || then.same == 2, "{moved:?}");
    // Under a new name it stands where it stood.
    let renamed = promises(&[indicator("A", ""), indicator("B renamed", "")].concat());
    let then = plan(&first.new, &before, &renamed);
    assert_eq!((then.new.len(), then.changed.len()), (0, 1));
    assert_eq!(then.changed[0].1.name, b);
}

#[test]
fn bey_8_what_people_changed_here_stays() {
    let before = promises(&indicator("A", &year(2023, "<target value='5'/>")));
    let mut rows = plan(&[], &[], &before).new;
    let now = promises(&indicator("A", &year(2023, "<target value='6'/>")));
    assert_eq!(plan(&rows, &before, &now).changed[0].1.targets.0, now[0].targets);
    rows[0].targets.0[0].comment = "Ours.".to_owned();
    assert_eq!(plan(&rows, &before, &now).changed.len(), 0);
}

#[test]
fn les_7_an_indicator_that_no_list_knows_is_kept_as_found() {
    let mut counterparts = Counterparts::default();
    let mut library = indicator::rules::blank("wells", uuid::Uuid::nil(), NOW);
    library.code = "W-1".to_owned();
    library.measure = "1".to_owned();
    library.references = vec![IndicatorReference {
        vocabulary: "9".to_owned(),
        code: "6.1.1".to_owned(),
        ..Default::default()
    }]
    .into();
    counterparts.add(&library);
    let of = |reference: &str| {
        let found = promises(&indicator("A", reference));
        super::plan(&project(), Vec::new(), &[], &found, &counterparts, NOW).new[0].clone()
    };
    assert_eq!(of("<reference vocabulary='9' code='6.1.1'/>").indicator, library.name);
    assert_eq!(of("<reference vocabulary='99' code='W-1'/>").indicator, library.name);
    let unknown = of("<reference vocabulary='9' code='1.1.1'/>");
    assert_eq!((unknown.indicator.as_str(), unknown.as_found.references.len()), ("", 1));
    // Two that share a code are neither.
    let mut twin = library.clone();
    twin.name = "indicators/twin".to_owned();
    counterparts.add(&twin);
    let found = promises(&indicator("A", "<reference vocabulary='9' code='6.1.1'/>"));
    let new = super::plan(&project(), Vec::new(), &[], &found, &counterparts, NOW).new;
    assert_eq!(new[0].indicator, "");
}
