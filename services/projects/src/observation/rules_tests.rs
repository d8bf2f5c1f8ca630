use chassis::column::{Day, Micros};
use proto::common::DateRange;
use proto::projects::indicator::DisaggregationMode;
use testing::{call, fields, person, refused};

use super::*;
use crate::measure::{decimal, ratio};

fn coordinator() -> Caller {
    person(&[Role::Coordinator], &[])
}

fn member(partner: &str, role: Role) -> Caller {
    person(&[], &[(partner, role)])
}

fn shares(mode: DisaggregationMode) -> Meaning {
    Meaning {
        measure: "2".to_owned(),
        ratio: true,
        beyond_whole: false,
        dimensions: vec!["SEX".to_owned(), "AGE_BAND".to_owned()],
        mode,
    }
}

fn cell(places: &[(&str, &str)], part: i64, whole: i64) -> pb::Cell {
    let coordinate = |(dimension, code): &(&str, &str)| pb::CellCoordinate {
        dimension: (*dimension).to_owned(),
        code: (*code).to_owned(),
    };
    pb::Cell {
        coordinates: places.iter().map(coordinate).collect(),
        value: Some(ratio(part.into(), whole.into())),
        suppressed: false,
    }
}

fn draft() -> pb::Observation {
    let day = |month, day| Some(proto::Date { year: 2024, month, day });
    pb::Observation {
        indicator: "indicators/idt-i06".to_owned(),
        period: Some(DateRange { start_date: day(1, 1), end_date: day(12, 31) }),
        value: Some(ratio(70.into(), 100.into())),
        cells: vec![cell(&[("SEX", "FEMALE")], 30, 50), cell(&[("SEX", "MALE")], 40, 50)],
        source: "INSEE".to_owned(),
        ..pb::Observation::default()
    }
}

fn made(draft: &pb::Observation) -> Result<Model> {
    create("territories/paris", "", draft, &shares(DisaggregationMode::Parallel), &call(coordinator()))
}

#[test]
fn prj_4_observations_are_made_by_coordinators_and_for_the_authority() {
    assert!(may_observe(&coordinator(), ""));
    for role in [Role::PartnerAdmin, Role::Reporter, Role::Integration] {
        assert!(may_observe(&member("partners/a", role), "partners/a"));
        assert!(!may_observe(&member("partners/b", role), "partners/a"));
        assert!(!may_observe(&member("partners/a", role), ""), "a territory without an authority");
    }
    assert!(!may_observe(&member("partners/a", Role::Trainer), "partners/a"));
    assert!(!may_observe(&Caller { network_roles: vec![Role::Reviewer], ..Caller::default() }, "partners/a"));
}

#[test]
fn an_observation_is_a_value_of_its_indicator() {
    let observation = made(&draft()).unwrap();
    assert_eq!(
        (observation.period_start, observation.period_end),
        (Day::parse("2024-01-01").unwrap(), Day::parse("2024-12-31").unwrap())
    );
    let wrong = pb::Observation {
        period: None,
        value: Some(decimal(70.into())),
        cells: vec![cell(&[("DISABILITY", "YES")], 1, 2)],
        source: " ".to_owned(),
        dataset: "datasets/".to_owned(),
        ..draft()
    };
    assert_eq!(
        fields(made(&wrong)),
        [
            "observation.period",
            "observation.value",
            "observation.cells[0].coordinates[0].dimension",
            "observation.source",
            "observation.dataset",
        ]
    );
    let short = pb::Observation { cells: vec![cell(&[("SEX", "FEMALE")], 30, 50)], ..draft() };
    refused("PRJ-19", made(&short));
}

#[test]
fn gaps_are_points_between_the_lowest_share_and_the_highest() {
    let told = |cells: &[pb::Cell]| -> Vec<String> {
        let told = |gap: pb::DivideGap| {
            format!("{} {}-{} {}", gap.dimension, gap.low_code, gap.high_code, gap.points)
        };
        gaps(cells).into_iter().map(told).collect()
    };
    assert_eq!(told(&draft().cells), ["SEX FEMALE-MALE 20"]);
    let ages = [
        cell(&[("AGE_BAND", "12_17")], 9, 9),
        cell(&[("AGE_BAND", "60_69")], 1, 3),
        cell(&[("AGE_BAND", "GE70")], 0, 0),
        cell(&[("AGE_BAND", "NOT_STATED")], 0, 7),
    ];
    assert_eq!(told(&ages), ["AGE_BAND 60_69-12_17 66.666667"], "neither of nobody nor of the unknown");
    let crossed = [
        cell(&[("SEX", "FEMALE"), ("AGE_BAND", "LT12")], 1, 10),
        cell(&[("SEX", "FEMALE"), ("AGE_BAND", "GE70")], 3, 10),
        cell(&[("SEX", "MALE"), ("AGE_BAND", "LT12")], 2, 10),
        cell(&[("SEX", "MALE"), ("AGE_BAND", "GE70")], 7, 10),
    ];
    assert_eq!(told(&crossed), ["AGE_BAND LT12-GE70 35", "SEX FEMALE-MALE 25"], "each summed over the other");
    assert!(told(&[cell(&[("SEX", "FEMALE")], 1, 2)]).is_empty(), "one part is no gap");
    let equal = [cell(&[("SEX", "FEMALE")], 1, 2), cell(&[("SEX", "MALE")], 2, 4)];
    assert!(told(&equal)[0].ends_with(" 0"), "none is a value (BEY-9)");
    let counted = pb::Cell { value: Some(decimal(3.into())), ..cell(&[("SEX", "FEMALE")], 1, 2) };
    assert!(told(&[counted.clone(), counted]).is_empty(), "of shares alone");
}

#[test]
fn only_what_is_provisional_is_taken_back() {
    let provisional = Model {
        authority: "partners/a".to_owned(),
        ..made(&pb::Observation { provisional: true, ..draft() }).unwrap()
    };
    take_back(&provisional, &call(coordinator())).unwrap();
    take_back(&provisional, &call(member("partners/a", Role::Reporter))).unwrap();
    let stranger = take_back(&provisional, &call(member("partners/b", Role::PartnerAdmin)));
    assert!(matches!(stranger, Err(Error::Forbidden { .. })));
    refused("STATE", take_back(&Model { provisional: false, ..provisional }, &call(coordinator())));
}

#[test]
fn prj_20_what_the_registry_computes_is_not_observed() {
    let mut indicator = indicator::rules::blank("i", uuid::Uuid::nil(), Micros(0));
    indicator.state = State::Active.into();
    indicator.source = Source::Reported.into();
    observable(&indicator).unwrap();
    for state in [State::Draft, State::Deprecated] {
        refused("STATE", observable(&indicator::row::Model { state: state.into(), ..indicator.clone() }));
    }
    refused("PRJ-20", observable(&indicator::row::Model { source: Source::System.into(), ..indicator }));
}
