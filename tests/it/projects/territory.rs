//! Stories of territories: the tree and its codes, who governs, and what has ended.

use proto::auth::Role;
use proto::common::ExternalIdentifier;
use proto::partners as partners_pb;
use proto::projects as pb;
use proto::projects::territory::Kind;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

/// A territory of Senegal, lying in another.
pub(crate) fn territory(kind: Kind, parent: &str) -> pb::Territory {
    pb::Territory {
        display_name: Some(sample::text("fr", &format!("Territoire {}", sample::word()))),
        kind: kind.into(),
        country_code: "SN".to_owned(),
        parent: parent.to_owned(),
        ..Default::default()
    }
}

type Answer = Result<tonic::Response<pb::Territory>, tonic::Status>;

pub(crate) async fn create(caller: &Caller, territory: pb::Territory) -> Answer {
    let request = pb::CreateTerritoryRequest { territory: Some(territory), ..Default::default() };
    caller.territories().create_territory(request).await
}

async fn update(caller: &Caller, territory: pb::Territory, paths: &[&str]) -> Answer {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateTerritoryRequest {
        territory: Some(territory),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    caller.territories().update_territory(request).await
}

async fn get(caller: &Caller, name: &str) -> pb::Territory {
    done(caller.territories().get_territory(pb::GetTerritoryRequest { name: name.to_owned() }).await)
}

/// A new municipality at the top of the tree, with this authority or none.
pub(crate) async fn municipality(network: &'static Network, authority: &str) -> pb::Territory {
    let coordinator = network.coordinator().await;
    let made = pb::Territory { authority: authority.to_owned(), ..territory(Kind::Municipality, "") };
    done(create(&coordinator, made).await)
}

/// A public partner that takes part.
pub(crate) async fn public_partner(network: &'static Network) -> String {
    let coordinator = network.coordinator().await;
    let partner = partners_pb::Partner {
        college: "LOCAL_AUTHORITY".to_owned(),
        sector: partners_pb::partner::Sector::Public.into(),
        iati_type_code: "11".to_owned(),
        ..sample::partner()
    };
    let name = done(coordinator.partners().create_partner(sample::create(partner)).await).name;
    let request = partners_pb::ApprovePartnerRequest { name, ..Default::default() };
    done(coordinator.partners().approve_partner(request).await).name
}

async fn prj_1_a_territory_lies_in_a_wider_one_of_its_country(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let region = done(create(&coordinator, territory(Kind::Region, "")).await).name;
    let department = done(create(&coordinator, territory(Kind::Department, &region)).await).name;
    let town = done(create(&coordinator, territory(Kind::Municipality, &department)).await);
    let quarter = done(create(&coordinator, territory(Kind::District, &town.name)).await);
    assert_eq!(town.ancestors, [department.clone(), region.clone()], "from its parent outwards");
    assert_eq!(quarter.ancestors, [town.name.clone(), department.clone(), region.clone()]);

    for (kind, parent) in
        [(Kind::Region, &region), (Kind::Region, &department), (Kind::Municipality, &quarter.name)]
    {
        expect(Code::FailedPrecondition, "PRJ_1", create(&coordinator, territory(kind, parent)).await);
    }
    let abroad = pb::Territory { country_code: "ML".to_owned(), ..territory(Kind::Department, &region) };
    expect(Code::FailedPrecondition, "PRJ_1", create(&coordinator, abroad).await);
    let nowhere = create(&coordinator, territory(Kind::Department, "territories/nowhere")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", nowhere).fields, ["territory.parent"]);
    // No circle, and nothing becomes wider than what it lies in, or narrower than what lies in it.
    let within = |name: &str, parent: &str| pb::Territory {
        name: name.to_owned(),
        parent: parent.to_owned(),
        ..Default::default()
    };
    let circle = update(&coordinator, within(&department, &quarter.name), &["parent"]).await;
    expect(Code::FailedPrecondition, "PRJ_1", circle);
    for kind in [Kind::Region, Kind::Municipality] {
        let changed = pb::Territory { name: department.clone(), kind: kind.into(), ..Default::default() };
        expect(Code::FailedPrecondition, "PRJ_1", update(&coordinator, changed, &["kind"]).await);
    }
    let moved =
        pb::Territory { name: department.clone(), country_code: "ML".to_owned(), ..Default::default() };
    expect(Code::FailedPrecondition, "PRJ_1", update(&coordinator, moved, &["country_code"]).await);

    // All below moves with it.
    let other = done(create(&coordinator, territory(Kind::Region, "")).await).name;
    let moved = done(update(&coordinator, within(&department, &other), &["parent"]).await);
    assert_eq!(moved.ancestors, std::slice::from_ref(&other));
    let quarter = get(&network.anonymous(), &quarter.name).await;
    assert_eq!(quarter.ancestors, [town.name.clone(), department.clone(), other.clone()]);
    let below = async |name: &str| -> Vec<String> {
        let request =
            pb::ListTerritoriesRequest { filter: format!("ancestors = \"{name}\""), ..Default::default() };
        let mut names: Vec<String> = done(network.anonymous().territories().list_territories(request).await)
            .territories
            .into_iter()
            .map(|territory| territory.name)
            .collect();
        names.sort();
        names
    };
    let mut all = vec![other.clone(), department.clone(), town.name.clone(), quarter.name.clone()];
    all.sort();
    assert_eq!((below(&other).await, below(&region).await), (all, vec![region.clone()]));
    let alone = done(update(&coordinator, within(&department, ""), &["parent"]).await);
    assert!(alone.ancestors.is_empty());
    assert_eq!(get(&coordinator, &town.name).await.ancestors, [department]);
}

async fn prj_2_only_a_public_partner_that_takes_part_governs(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (public, civil) = (public_partner(network).await, network.home_partner().await);
    let governed = |authority: &str| pb::Territory {
        authority: authority.to_owned(),
        ..territory(Kind::Municipality, "")
    };
    let made = done(create(&coordinator, governed(&public)).await);
    assert_eq!(made.authority, public);
    expect(Code::FailedPrecondition, "PRJ_2", create(&coordinator, governed(&civil)).await);
    let missing = create(&coordinator, governed("partners/nobody")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", missing).fields, ["territory.authority"]);
    let changed = pb::Territory { name: made.name.clone(), authority: civil, ..Default::default() };
    expect(Code::FailedPrecondition, "PRJ_2", update(&coordinator, changed, &["authority"]).await);
    // What stands there is not asked for again, also when it has been suspended since.
    let suspend = partners_pb::SuspendPartnerRequest {
        name: public.clone(),
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    done(coordinator.partners().suspend_partner(suspend).await);
    expect(Code::FailedPrecondition, "PRJ_2", create(&coordinator, governed(&public)).await);
    let counted = pb::Territory {
        name: made.name,
        authority: public,
        population: Some(pb::Population { value: 7, year: 2021, source: "ANSD".to_owned() }),
        ..Default::default()
    };
    assert_eq!(done(update(&coordinator, counted, &["population", "authority"]).await).revision, 2);
}

async fn prj_3_a_territory_is_never_deleted(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let [old, new] = [municipality(network, "").await, municipality(network, "").await];
    let retire = |name: &str, successor: &str| pb::RetireTerritoryRequest {
        name: name.to_owned(),
        valid_until_date: Some(proto::Date { year: 2024, month: 12, day: 31 }),
        successor: successor.to_owned(),
        ..Default::default()
    };
    let ended = async |request| coordinator.territories().retire_territory(request).await;
    expect(Code::FailedPrecondition, "PRJ_3", ended(retire(&old.name, &old.name)).await);
    let missing = ended(retire(&old.name, "territories/nowhere")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", missing).fields, ["successor"]);
    let undated = pb::RetireTerritoryRequest { valid_until_date: None, ..retire(&old.name, &new.name) };
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", ended(undated).await).fields,
        ["valid_until_date"]
    );
    let gone = done(ended(retire(&old.name, &new.name)).await);
    assert_eq!((gone.successor.as_str(), gone.valid_until_date.unwrap().year), (new.name.as_str(), 2024));
    assert_eq!(get(&network.anonymous(), &old.name).await.successor, new.name, "it is still there");
    expect(Code::FailedPrecondition, "PRJ_3", ended(retire(&new.name, &old.name)).await);
    // It takes in nothing new.
    let quarter = create(&coordinator, territory(Kind::District, &old.name)).await;
    assert!(
        expect(Code::FailedPrecondition, "PRJ_3", quarter).message.contains(&new.name),
        "who is refused learns whom to use"
    );
    let methods = proto::pool().get_service_by_name("ensemble.projects.v1.TerritoryService").unwrap();
    assert!(methods.methods().all(|method| !method.name().starts_with("Delete")));
}

async fn les_22_a_department_and_a_region_of_one_code_stand_apart(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let coded = |kind: Kind, value: &str| pb::Territory {
        identifiers: vec![ExternalIdentifier { scheme: "INSEE_COG".to_owned(), value: value.to_owned() }],
        country_code: "FR".to_owned(),
        ..territory(kind, "")
    };
    let region = done(create(&coordinator, coded(Kind::Region, "84")).await);
    let department = done(create(&coordinator, coded(Kind::Department, "84")).await);
    assert_ne!(region.name, department.name);
    let found = async |query: &str| {
        let request = pb::SearchTerritoriesRequest { query: query.to_owned(), ..Default::default() };
        let found = done(network.anonymous().territories().search_territories(request).await);
        found.territories.into_iter().map(|territory| territory.name).collect::<Vec<_>>()
    };
    assert_eq!(found("84").await[..2], [region.name.clone(), department.name.clone()], "the wider first");
    let again = create(&coordinator, coded(Kind::Department, "84")).await;
    assert_eq!(expect(Code::AlreadyExists, "ALREADY_EXISTS", again).facts["holder"], department.name);
    // Neither by changing the code, nor by changing the kind.
    let third = done(create(&coordinator, coded(Kind::Department, "974")).await);
    let same = pb::Territory { name: third.name.clone(), ..coded(Kind::Department, "84") };
    expect(Code::AlreadyExists, "ALREADY_EXISTS", update(&coordinator, same, &["identifiers"]).await);
    let wider =
        pb::Territory { name: department.name.clone(), kind: Kind::Region.into(), ..Default::default() };
    expect(Code::AlreadyExists, "ALREADY_EXISTS", update(&coordinator, wider, &["kind"]).await);
    // A code that is given up is free again.
    let bare = pb::Territory { name: department.name, ..Default::default() };
    done(update(&coordinator, bare, &["identifiers"]).await);
    done(create(&coordinator, coded(Kind::Department, "84")).await);
}

async fn les_17_parallel_creates_of_one_code_make_one(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let city = |value: &str| pb::Territory {
        identifiers: vec![ExternalIdentifier { scheme: "GEONAMES".to_owned(), value: value.to_owned() }],
        ..territory(Kind::Municipality, "")
    };
    let code = (uuid::Uuid::new_v4().as_u128() % 900_000_000_000 + 1).to_string();
    let answers = futures::future::join_all((0..16).map(|_| create(&coordinator, city(&code)))).await;
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert_eq!(made, 1);
    assert!(refused.into_iter().all(|status| status.code() == Code::AlreadyExists));
    // A country is known by its own code.
    let country =
        |code: &str| pb::Territory { country_code: code.to_owned(), ..territory(Kind::Country, "") };
    done(create(&coordinator, country("TG")).await);
    let again = expect(Code::AlreadyExists, "ALREADY_EXISTS", create(&coordinator, country("tg")).await);
    assert_eq!(again.facts["field"], "territory.country_code");
}

async fn a_territory_is_found_by_the_beginning_of_its_words(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let word = sample::word();
    let called = |name: &str| sample::text("fr", &name.replace('*', &word));
    let mut names = Vec::new();
    for (name, population) in [("Vieux *-É́glise", 10), ("* les Bains", 5000), ("*", 3), ("* Sud", 900)] {
        let place = pb::Territory {
            display_name: Some(called(name)),
            population: Some(pb::Population { value: population, ..Default::default() }),
            ..territory(Kind::Municipality, "")
        };
        names.push(done(create(&coordinator, place).await).name);
    }
    let search = async |query: &str, page_size| {
        let request = pb::SearchTerritoriesRequest { query: query.to_owned(), page_size };
        let found = done(network.anonymous().territories().search_territories(request).await);
        found.territories.into_iter().map(|territory| territory.name).collect::<Vec<_>>()
    };
    let [old, baths, just, south] = [0, 1, 2, 3].map(|place| names[place].clone());
    let best = [just, baths, south, old.clone()];
    assert_eq!(search(&word, 0).await, best, "just so first, then the more populous");
    assert_eq!(search(&word[..10].to_uppercase(), 2).await.len(), 2);
    assert_eq!(search(&format!("{word} eglise"), 0).await, std::slice::from_ref(&old));
    assert_eq!(search(&format!("ÉGL vie {word}"), 0).await, std::slice::from_ref(&old));
    // A name that is changed is found by the new one alone.
    let other = sample::word();
    let renamed = pb::Territory {
        name: old.clone(),
        display_name: Some(sample::text("fr", &other)),
        ..Default::default()
    };
    done(update(&coordinator, renamed, &["display_name"]).await);
    assert_eq!((search(&other, 0).await, search(&format!("{word} eglise"), 0).await), (vec![old], vec![]));
    let empty = pb::SearchTerritoriesRequest { query: " - ".to_owned(), ..Default::default() };
    let refused = network.anonymous().territories().search_territories(empty).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["query"]);
}

async fn territories_are_the_coordinators_to_keep(network: &'static Network) {
    let admin = network.partner_admin(&network.home_partner().await).await;
    for caller in [admin, network.reviewer().await, network.outsider().await] {
        let refused = create(&caller, territory(Kind::Region, "")).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
    let partner = network.home_partner().await;
    let machine = network.colleague(&partner, Role::Reporter).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", create(&machine, territory(Kind::Region, "")).await);
}

told_everywhere!(
    prj_1_a_territory_lies_in_a_wider_one_of_its_country,
    prj_2_only_a_public_partner_that_takes_part_governs,
    prj_3_a_territory_is_never_deleted,
    les_22_a_department_and_a_region_of_one_code_stand_apart,
    les_17_parallel_creates_of_one_code_make_one,
    a_territory_is_found_by_the_beginning_of_its_words,
    territories_are_the_coordinators_to_keep,
);
