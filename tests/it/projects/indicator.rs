//! Stories of the library of indicators: what is there from the start, and how it changes.

use proto::projects as pb;
use proto::projects::indicator::{CountingBasis, EntityAggregation, Source, State, TimeAggregation};
use tonic::Code;

use super::reporting::{halves, reporting};
use super::{add, lead, promise, promising};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, Store};
use crate::sample;

fn draft() -> pb::Indicator {
    pb::Indicator {
        code: format!("x-{}", sample::word()),
        title: Some(sample::texts(&[("en", "Benches repaired"), ("fr", "Bancs réparés")])),
        definition: Some(sample::text("en", "Benches that can be sat on again.")),
        measure: "1".to_owned(),
        unit: "bench".to_owned(),
        time_aggregation: TimeAggregation::Sum.into(),
        entity_aggregation: EntityAggregation::Sum.into(),
        counting_basis: CountingBasis::Things.into(),
        source: Source::Reported.into(),
        ..Default::default()
    }
}

type Answer = Result<tonic::Response<pb::Indicator>, tonic::Status>;

async fn create(caller: &Caller, indicator: pb::Indicator) -> Answer {
    let request = pb::CreateIndicatorRequest { indicator: Some(indicator), ..Default::default() };
    caller.indicators().create_indicator(request).await
}

async fn update(caller: &Caller, indicator: pb::Indicator, paths: &[&str]) -> Answer {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateIndicatorRequest {
        indicator: Some(indicator),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    caller.indicators().update_indicator(request).await
}

async fn activate(caller: &Caller, name: &str) -> Answer {
    let request = pb::ActivateIndicatorRequest { name: name.to_owned(), ..Default::default() };
    caller.indicators().activate_indicator(request).await
}

async fn deprecate(caller: &Caller, name: &str, successor: &str) -> Answer {
    let request = pb::DeprecateIndicatorRequest {
        name: name.to_owned(),
        successor: successor.to_owned(),
        reason: "A better one is there.".to_owned(),
        ..Default::default()
    };
    caller.indicators().deprecate_indicator(request).await
}

async fn get(caller: &Caller, name: &str) -> pb::Indicator {
    done(caller.indicators().get_indicator(pb::GetIndicatorRequest { name: name.to_owned() }).await)
}

async fn listed(caller: &Caller, filter: &str) -> Vec<pb::Indicator> {
    let request =
        pb::ListIndicatorsRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    done(caller.indicators().list_indicators(request).await).indicators
}

async fn the_library_is_there_from_the_first_start(network: &'static Network) {
    let anyone = network.anonymous().speaking("fr");
    let found = get(&anyone, "indicators/idt-i01").await;
    assert_eq!((found.state(), found.version, found.code.as_str()), (State::Active, 1, "idt-i01"));
    let title = found.title.unwrap();
    assert_eq!(
        (title.display_text.as_str(), title.display_language_code.as_str()),
        ("Personnes accompagnées en médiation numérique", "fr")
    );
    assert_eq!(found.dimensions, ["SEX", "AGE_BAND", "DISABILITY", "TERRITORY"]);
    assert!(found.allowed_actions.iter().all(|action| !action.allowed));
    let system = listed(&anyone, "code = \"idt-*\" AND source = SYSTEM").await;
    assert_eq!(system.len(), 14);
    let fifth = listed(&anyone, "recommendations: \"recommendations/idt-2\" AND source = REPORTED").await;
    assert_eq!(fifth.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["idt-i09", "idt-i10"]);
}

async fn an_indicator_is_drafted_used_and_replaced(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (partner, admin) = lead(network).await;
    let made = done(create(&coordinator, draft()).await);
    assert_eq!((made.state(), made.version, made.in_use), (State::Draft, 1, false));
    let again = create(&coordinator, pb::Indicator { code: made.code.clone(), ..draft() }).await;
    let refusal = expect(Code::AlreadyExists, "ALREADY_EXISTS", again);
    assert_eq!(refusal.facts["field"], "indicator.code");

    let (project, _) = promising(network, &partner).await;
    let id = made.name.strip_prefix("indicators/").unwrap();
    let use_it = async || {
        admin.project_indicators().create_project_indicator(add(&project.name, promise(id, "3"))).await
    };
    let refusal = expect(Code::InvalidArgument, "INVALID_FIELD", use_it().await);
    assert_eq!(refusal.fields, ["project_indicator.indicator"], "nobody can use a draft");
    done(activate(&coordinator, &made.name).await);
    let promised = done(use_it().await);
    assert_eq!((promised.indicator_version, promised.unit.as_str()), (1, "bench"));

    let meant = pb::Indicator { name: made.name.clone(), unit: "seat".to_owned(), ..Default::default() };
    assert_eq!(done(update(&coordinator, meant, &["unit"]).await).version, 2);
    let shown = done(
        admin
            .project_indicators()
            .get_project_indicator(pb::GetProjectIndicatorRequest { name: promised.name.clone() })
            .await,
    );
    assert_eq!((shown.indicator_version, shown.unit.as_str()), (2, "seat"), "what was promised still fits");
    let ratio = pb::Indicator {
        name: made.name.clone(),
        measure: "2".to_owned(),
        entity_aggregation: EntityAggregation::Ratio.into(),
        ..Default::default()
    };
    let misfit = update(&coordinator, ratio, &["measure", "entity_aggregation"]).await;
    expect(Code::FailedPrecondition, "AGG_7", misfit);

    let nobody = deprecate(&coordinator, &made.name, "indicators/nothing").await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", nobody).fields, ["successor"]);
    let ended = done(deprecate(&coordinator, &made.name, "indicators/idt-i02").await);
    assert_eq!((ended.state(), ended.successor.as_str()), (State::Deprecated, "indicators/idt-i02"));
    expect(Code::FailedPrecondition, "STATE", activate(&coordinator, &made.name).await);
}

async fn agg_7_what_gave_accepted_figures_their_meaning_is_frozen(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (partner, admin) = lead(network).await;
    let [period, _] = halves(network).await;
    reporting(network, &partner).await.accepted(&admin, &period, "100").await;
    let used = get(&coordinator, "indicators/idt-i02").await;
    assert!(used.in_use);
    let meant = pb::Indicator { name: used.name.clone(), unit: "screen".to_owned(), ..Default::default() };
    expect(Code::FailedPrecondition, "AGG_7", update(&coordinator, meant, &["unit"]).await);
    let mut title = used.title.clone().unwrap();
    let wolof = proto::common::Translation { text: "Ordinatër yi".to_owned(), ..Default::default() };
    title.translations.insert("wo".to_owned(), wolof);
    let said = pb::Indicator { name: used.name.clone(), title: Some(title), ..Default::default() };
    assert_eq!(done(update(&coordinator, said, &["title"]).await).version, used.version);
}

async fn les_10_the_library_is_the_coordinators(network: &'static Network) {
    let home = network.home_partner().await;
    let before = get(&network.anonymous(), "indicators/idt-i03").await;
    for intruder in [
        network.outsider().await,
        network.reviewer().await,
        network.partner_admin(&home).await,
        network.integration(&home, &["projects.*"]).await,
    ] {
        let retitled = pb::Indicator {
            name: before.name.clone(),
            title: Some(sample::text("en", "Mine")),
            ..Default::default()
        };
        for refused in [
            create(&intruder, draft()).await,
            update(&intruder, retitled, &["title"]).await,
            activate(&intruder, &before.name).await,
            deprecate(&intruder, &before.name, "").await,
        ] {
            expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
        }
    }
    assert_eq!(get(&network.anonymous(), &before.name).await, before);
}

async fn les_17_parallel_drafts_of_one_code_make_one(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let one = draft();
    let answers = futures::future::join_all((0..8).map(|_| create(&coordinator, one.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(listed(&coordinator, &format!("code = \"{}\"", one.code)).await.len(), 1);
}

told_everywhere!(
    the_library_is_there_from_the_first_start,
    an_indicator_is_drafted_used_and_replaced,
    agg_7_what_gave_accepted_figures_their_meaning_is_frozen,
    les_10_the_library_is_the_coordinators,
    les_17_parallel_drafts_of_one_code_make_one,
);

/// What a coordinator changed stays, and nothing is planted twice.
async fn nothing_is_planted_over(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let seeds = || async { listed(&coordinator, "code = \"idt-*\"").await };
    let before = seeds().await.len();
    let mine = pb::Indicator {
        name: "indicators/idt-i05".to_owned(),
        title: Some(sample::text("en", "Sites that all can use")),
        ..Default::default()
    };
    let mine = done(update(&coordinator, mine, &["title"]).await);
    network.crash("projects");
    let after = get(&coordinator, &mine.name).await;
    assert_eq!((after.etag, seeds().await.len()), (mine.etag, before));
}

#[test]
fn nothing_is_planted_over_on_sqlite() {
    let network = Network::apart(Store::Sqlite);
    crate::harness::tell(network, nothing_is_planted_over(network));
}

#[test]
fn replicas_plant_each_indicator_once() {
    if crate::postgres::Cluster::shared().is_none() {
        return;
    }
    let services = [("identity", 1), ("partners", 1), ("projects", 2)];
    let network = Network::several(Store::Postgres, &[], &services);
    crate::harness::tell(network, async {
        assert_eq!(listed(&network.anonymous(), "code = \"idt-*\"").await.len(), 24);
    });
}
