//! Stories of observations: the baseline of the divide in a territory.

use proto::auth::Role;
use proto::common::{DateRange, Ratio};
use proto::projects as pb;
use proto::projects::indicator_value::Kind;
use tonic::Code;

use super::territory::{municipality, public_partner};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

fn share(part: u32, whole: u32) -> Option<pb::IndicatorValue> {
    let ratio = Ratio { numerator: part.to_string(), denominator: whole.to_string() };
    Some(pb::IndicatorValue { kind: Some(Kind::Ratio(ratio)) })
}

fn of(code: &str, part: u32, whole: u32) -> pb::Cell {
    let place = pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() };
    pb::Cell { coordinates: vec![place], value: share(part, whole), suppressed: false }
}

/// Individuals using the Internet, by sex.
fn draft() -> pb::Observation {
    let day = |month, day| Some(proto::Date { year: 2024, month, day });
    pb::Observation {
        indicator: "indicators/idt-i06".to_owned(),
        period: Some(DateRange { start_date: day(1, 1), end_date: day(12, 31) }),
        value: share(70, 100),
        cells: vec![of("MALE", 40, 50), of("FEMALE", 30, 50)],
        source: format!("Enquête {}", sample::word()),
        ..Default::default()
    }
}

type Answer = Result<tonic::Response<pb::Observation>, tonic::Status>;

async fn observe(caller: &Caller, territory: &str, observation: pb::Observation) -> Answer {
    let request = pb::CreateObservationRequest {
        parent: territory.to_owned(),
        observation: Some(observation),
        ..Default::default()
    };
    caller.observations().create_observation(request).await
}

async fn correct(caller: &Caller, observation: pb::Observation, paths: &[&str]) -> Answer {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateObservationRequest {
        observation: Some(observation),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    caller.observations().update_observation(request).await
}

async fn prj_4_one_source_says_one_thing_of_a_territory_at_a_time(network: &'static Network) {
    let authority = public_partner(network).await;
    let town = municipality(network, &authority).await.name;
    let reporter = network.colleague(&authority, Role::Reporter).await;
    let made = done(observe(&reporter, &town, draft()).await);
    assert!(made.name.starts_with(&format!("{town}/observations/")));
    let gaps: Vec<_> = made
        .gaps
        .iter()
        .map(|gap| (gap.low_code.as_str(), gap.high_code.as_str(), gap.points.as_str()))
        .collect();
    assert_eq!(gaps, [("FEMALE", "MALE", "20")]);

    let same = pb::Observation { source: made.source.clone(), ..draft() };
    let coordinator = network.coordinator().await;
    let again = observe(&coordinator, &town, same.clone()).await;
    assert_eq!(expect(Code::AlreadyExists, "ALREADY_EXISTS", again).facts["holder"], made.name);
    let elsewhere = municipality(network, "").await.name;
    done(observe(&coordinator, &elsewhere, same).await);
    let other = done(observe(&coordinator, &town, draft()).await);
    let renamed = pb::Observation { name: other.name, source: made.source.clone(), ..Default::default() };
    expect(Code::AlreadyExists, "ALREADY_EXISTS", correct(&coordinator, renamed, &["source"]).await);

    let stranger = network.partner_admin(&network.home_partner().await).await;
    for (caller, place) in [(&stranger, &town), (&reporter, &elsewhere)] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", observe(caller, place, draft()).await);
    }
    let edited =
        pb::Observation { name: made.name.clone(), dataset: "datasets/a".to_owned(), ..Default::default() };
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        correct(&stranger, edited.clone(), &["dataset"]).await,
    );
    assert_eq!(done(correct(&reporter, edited, &["dataset"]).await).revision, 2);
    let request = pb::ListObservationsRequest {
        parent: town.clone(),
        filter: format!("source = \"{}\" AND period.end_date >= 2024-12-31", made.source),
        ..Default::default()
    };
    let listed = done(network.anonymous().observations().list_observations(request).await).observations;
    assert_eq!(listed.into_iter().map(|one| one.name).collect::<Vec<_>>(), [made.name]);
}

async fn an_observation_is_what_its_indicator_counts(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let town = municipality(network, "").await.name;
    let unknown = pb::Observation { indicator: "indicators/nothing".to_owned(), ..draft() };
    let refused = observe(&coordinator, &town, unknown).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["observation.indicator"]);
    let wrong =
        pb::Observation { value: None, cells: vec![of("NOBODY", 1, 2)], source: String::new(), ..draft() };
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", observe(&coordinator, &town, wrong).await).fields,
        ["observation.value", "observation.cells[0].coordinates[0].code", "observation.source"]
    );
    let open = pb::Observation { cells: vec![of("MALE", 40, 50)], ..draft() };
    expect(Code::FailedPrecondition, "PRJ_19", observe(&coordinator, &town, open).await);
    let computed = pb::Observation { indicator: "indicators/idt-i11".to_owned(), ..draft() };
    expect(Code::FailedPrecondition, "PRJ_20", observe(&coordinator, &town, computed).await);
}

async fn only_what_is_provisional_is_taken_back(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let town = municipality(network, "").await.name;
    let provisional = pb::Observation { provisional: true, ..draft() };
    let made = done(observe(&coordinator, &town, provisional.clone()).await);
    let delete = |name: &str, request_id: &str| pb::DeleteObservationRequest {
        name: name.to_owned(),
        request_id: request_id.to_owned(),
        ..Default::default()
    };
    let stranger = network.partner_admin(&network.home_partner().await).await;
    let refused = stranger.observations().delete_observation(delete(&made.name, "")).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let once = sample::request_id();
    let gone = done(coordinator.observations().delete_observation(delete(&made.name, &once)).await);
    let again = done(coordinator.observations().delete_observation(delete(&made.name, &once)).await);
    assert_eq!((gone.name.as_str(), &gone), (made.name.as_str(), &again));
    let asked = pb::GetObservationRequest { name: made.name.clone() };
    expect(Code::NotFound, "NOT_FOUND", network.anonymous().observations().get_observation(asked).await);
    // Its place is free again; what is said for good stays.
    let made =
        done(observe(&coordinator, &town, pb::Observation { provisional: false, ..provisional }).await);
    let refused = coordinator.observations().delete_observation(delete(&made.name, "")).await;
    expect(Code::FailedPrecondition, "STATE", refused);
}

/// Recommendation 5: what one source saw twice in a place is a trend, for anyone.
async fn the_divide_narrows_where_the_same_source_saw_it_twice(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let town = municipality(network, "").await.name;
    let first = done(observe(&coordinator, &town, draft()).await);
    let trend = async |territory: &str| {
        let request = pb::SummarizeObservationsRequest {
            territory: territory.to_owned(),
            indicator: first.indicator.clone(),
        };
        done(network.anonymous().observations().summarize_observations(request).await)
    };
    let told = trend(&town).await;
    assert_eq!((told.observations, told.territories, told.narrowed, told.trends.len()), (1, 1, None, 0));
    let day = |month, day| Some(proto::Date { year: 2025, month, day });
    let later = pb::Observation {
        period: Some(DateRange { start_date: day(1, 1), end_date: day(12, 31) }),
        value: share(80, 100),
        cells: vec![of("MALE", 42, 50), of("FEMALE", 38, 50)],
        source: first.source.clone(),
        ..draft()
    };
    done(observe(&coordinator, &town, later).await);
    let told = trend(&town).await;
    assert_eq!(told.narrowed, Some(Ratio { numerator: "1".to_owned(), denominator: "1".to_owned() }));
    let [gap] = &told.trends[..] else { panic!("{told:?}") };
    assert_eq!((gap.dimension.as_str(), gap.mean_change.as_str()), ("SEX", "-12"), "from 20 points to 8");
    assert!(trend("").await.territories >= 1, "and of all");
    let wrong = pb::SummarizeObservationsRequest { territory: "towns/x".to_owned(), ..Default::default() };
    let refused = coordinator.observations().summarize_observations(wrong).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["territory"]);
}

told_everywhere!(
    the_divide_narrows_where_the_same_source_saw_it_twice,
    prj_4_one_source_says_one_thing_of_a_territory_at_a_time,
    an_observation_is_what_its_indicator_counts,
    only_what_is_provisional_is_taken_back,
);
