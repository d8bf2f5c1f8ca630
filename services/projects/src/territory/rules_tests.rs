use chassis::auth::Caller;
use chassis::column::Micros;
use proto::common::ExternalIdentifier;
use proto::partners::partner::State;
use testing::{self, fields, refused, said};

use super::*;

fn call() -> Call {
    let now = Micros(1_764_000_000_000_000); // 24 November 2025
    Call { now, ..testing::call(Caller::default()) }
}

fn draft(kind: Kind) -> pb::Territory {
    pb::Territory {
        display_name: Some(said(&[("fr", "Auvergne-Rhône-Alpes")])),
        kind: kind.into(),
        country_code: "fr".to_owned(),
        ..pb::Territory::default()
    }
}

fn territory(kind: Kind) -> Model {
    create("", &draft(kind), &call()).unwrap()
}

fn day(year: i32) -> proto::Date {
    proto::Date { year, month: 1, day: 1 }
}

const KINDS: [Kind; 6] =
    [Kind::Country, Kind::Region, Kind::Department, Kind::Intermunicipal, Kind::Municipality, Kind::District];

#[test]
fn prj_1_a_territory_lies_in_a_wider_one_of_its_country() {
    for (narrow, inner) in KINDS.into_iter().enumerate() {
        for (wide, outer) in KINDS.into_iter().enumerate() {
            let lies = lies_in(&territory(inner), &territory(outer));
            match wide < narrow {
                true => lies.unwrap(),
                false => refused("PRJ-1", lies),
            }
        }
    }
    let abroad = Model { country_code: "BE".to_owned(), ..territory(Kind::Country) };
    refused("PRJ-1", lies_in(&territory(Kind::Region), &abroad));
}

#[test]
fn prj_1_so_there_is_no_circle() {
    // Whatever lies in each other two by two, the first never lies in the last.
    let chain: Vec<Model> = KINDS.into_iter().map(territory).collect();
    for pair in chain.windows(2) {
        lies_in(&pair[1], &pair[0]).unwrap();
    }
    for below in &chain {
        refused("PRJ-1", lies_in(&chain[0], below));
    }
}

#[test]
fn prj_2_only_a_public_partner_that_takes_part_governs() {
    let partner = |sector: Sector, state: State| partners_pb::Partner {
        sector: sector.into(),
        state: state.into(),
        ..Default::default()
    };
    governs(&partner(Sector::Public, State::Active)).unwrap();
    for sector in [Sector::Private, Sector::Civil, Sector::Unspecified] {
        refused("PRJ-2", governs(&partner(sector, State::Active)));
    }
    for state in [State::Pending, State::Suspended, State::Archived, State::Rejected] {
        refused("PRJ-2", governs(&partner(Sector::Public, state)));
    }
}

#[test]
fn prj_3_a_territory_ends_for_another_that_has_not() {
    let heir = territory(Kind::Municipality);
    let mut ended = territory(Kind::Municipality);
    assert!(matches!(retire(&mut ended, None, None), Err(Error::Invalid { .. })));
    let abroad = Model { country_code: "BE".to_owned(), ..heir.clone() };
    let gone = Model { valid_until: Day::parse("2020-01-01"), ..heir.clone() };
    for wrong in [&ended.clone(), &abroad, &gone] {
        refused("PRJ-3", retire(&mut ended, Some(&day(2025)), Some(wrong)));
    }
    assert_eq!(ended.valid_until, None, "a refusal changes nothing");
    retire(&mut ended, Some(&day(2025)), Some(&heir)).unwrap();
    assert_eq!((ended.valid_until, &ended.successor), (Day::parse("2025-01-01"), &heir.name));
    retire(&mut ended, Some(&day(2024)), None).unwrap();
    assert_eq!((ended.valid_until, ended.successor.as_str()), (Day::parse("2024-01-01"), ""), "corrected");
}

#[test]
fn prj_3_what_has_ended_takes_in_nothing_new() {
    let now = call().now;
    let until = |day: &str| Model { valid_until: Day::parse(day), ..territory(Kind::Region) };
    still_there(&territory(Kind::Region), now).unwrap();
    still_there(&until("2025-11-24"), now).unwrap();
    refused("PRJ-3", still_there(&until("2025-11-23"), now));
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = pb::Territory {
        display_name: None,
        kind: 77,
        country_code: "FRA".to_owned(),
        parent: "partners/a".to_owned(),
        authority: "territories/a".to_owned(),
        identifiers: vec![ExternalIdentifier { scheme: "INSEE_COG".to_owned(), value: "7505".to_owned() }],
        population: Some(pb::Population { value: -1, year: -1, source: String::new() }),
        degurba: 9,
        centroid: Some(pb::Centroid { latitude: 91.0, longitude: f64::NAN }),
        ..Default::default()
    };
    let named = fields(create("Paris", &wrong, &call()));
    for field in [
        "territory_id",
        "territory.display_name",
        "territory.kind",
        "territory.country_code",
        "territory.parent",
        "territory.authority",
        "territory.identifiers[0].value",
        "territory.population.value",
        "territory.population.year",
        "territory.degurba",
        "territory.centroid.latitude",
        "territory.centroid.longitude",
    ] {
        assert!(named.iter().any(|named| named == field), "{field} of {named:?}");
    }
    assert_eq!(
        fields(create("", &pb::Territory::default(), &call())),
        ["territory.display_name", "territory.kind", "territory.country_code"]
    );
}

#[test]
fn bey_9_a_place_where_nobody_lives_is_not_one_that_nobody_counted() {
    let empty = pb::Territory { population: Some(pb::Population::default()), ..draft(Kind::Municipality) };
    let empty = pb::Territory::from(create("", &empty, &call()).unwrap());
    assert_eq!(empty.population, Some(pb::Population::default()));
    assert_eq!(pb::Territory::from(territory(Kind::Municipality)).population, None);
}

#[test]
fn a_territory_is_found_by_its_name_without_accents() {
    let territory = territory(Kind::Region);
    assert_eq!((territory.folded.as_str(), territory.country_code.as_str()), ("auvergne rhone alpes", "FR"));
}
