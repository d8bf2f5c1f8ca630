use std::collections::HashMap;

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::lifecycle::Stateful as _;
use proto::common::{DateRange, Evidence, LocalizedText};
use proto::partners::partner::Sector;
use proto::projects as pb;
use proto::projects::dataset::State;
use proto::projects::reuse::Kind as Made;
use testing::{self, because, person};

use super::catalogue::{self, Around};
use super::fair::{CHECKS, checks, score};
use super::licence::suit_publisher;
use super::row::Model;
use super::rpc::summarize;
use super::rules::{LIFECYCLE, add_reuse, awaiting, create, gaps, looks_in, publish, update, withdraw};

const PUBLISHER: &str = "partners/town";

fn said(texts: &[(&str, &str)]) -> Option<LocalizedText> {
    Some(testing::said(texts))
}

fn call(caller: Caller) -> Call {
    because("Parce que.", caller)
}

fn reporter() -> Call {
    call(person(&[], &[(PUBLISHER, Role::Reporter)]))
}

fn day(year: i32, month: i32, day: i32) -> Option<proto::Date> {
    Some(proto::Date { year, month, day })
}

fn file(licence: &str) -> pb::Distribution {
    pb::Distribution {
        access_url: "https://data.example.org/wifi".to_owned(),
        media_type: "text/csv".to_owned(),
        licence: licence.to_owned(),
        ..Default::default()
    }
}

fn draft(licence: &str) -> pb::Dataset {
    pb::Dataset {
        title: said(&[("fr", "Bornes wifi")]),
        description: said(&[("fr", "Où se connecter.")]),
        publisher: PUBLISHER.to_owned(),
        territories: vec!["territories/town".to_owned()],
        access_right: "PUBLIC".to_owned(),
        contains_personal_data: Some(false),
        recommendations: vec!["recommendations/idt-3".to_owned()],
        distributions: vec![file(licence)],
        ..Default::default()
    }
}

fn dataset(draft: &pb::Dataset) -> Model {
    create("wifi", draft, &reporter()).unwrap()
}

/// The rule that refuses, the fields that are wrong, or nothing.
#[track_caller]
fn told<T>(result: Result<T>) -> String {
    match result {
        Err(Error::Forbidden { .. }) => "FORBIDDEN".to_owned(),
        Err(Error::AlreadyExists { .. }) => "EXISTS".to_owned(),
        other => testing::told(other),
    }
}

fn published(draft: &pb::Dataset) -> String {
    told(publish(&mut dataset(draft), &reporter()))
}

#[test]
fn prj_26_what_is_public_is_open_and_of_nobody() {
    for licence in
        ["etalab-2.0", "ODbL-1.0", "CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0", "ODC-By-1.0", "PDDL-1.0"]
    {
        assert_eq!(published(&draft(licence)), "", "{licence}");
    }
    assert_eq!(published(&draft("CC-BY-NC-4.0")), "PRJ-26");
    let mixed = vec![file("etalab-2.0"), file("LicenseRef-ours")];
    assert_eq!(published(&pb::Dataset { distributions: mixed, ..draft("") }), "PRJ-26", "every one");
    let personal = pb::Dataset { contains_personal_data: Some(true), ..draft("etalab-2.0") };
    assert_eq!(published(&personal), "PRJ-26");
    let reserved = pb::Dataset { access_right: "NON_PUBLIC".to_owned(), ..personal };
    assert_eq!(published(&reserved), "", "an entry says that there are data, and gives none");
}

#[test]
fn prj_27_a_french_public_body_chooses_among_two_licences() {
    let suits = |licence: &str, sector, country: &str| {
        told(suit_publisher(&dataset(&draft(licence)), sector, country))
    };
    for licence in ["etalab-2.0", "ODbL-1.0"] {
        assert_eq!(suits(licence, Sector::Public, "FR"), "");
    }
    assert_eq!(suits("CC-BY-4.0", Sector::Public, "FR"), "PRJ-27");
    assert_eq!(suits("CC-BY-4.0", Sector::Public, "SN"), "");
    assert_eq!(suits("CC-BY-4.0", Sector::Civil, "FR"), "");
    let shown = Evidence {
        title: "Homologation".to_owned(),
        uri: "https://example.org/decret.pdf".to_owned(),
        ..Default::default()
    };
    let homologated = pb::Dataset { licence_homologation: Some(shown), ..draft("CC-BY-4.0") };
    assert_eq!(told(suit_publisher(&dataset(&homologated), Sector::Public, "FR")), "");
}

#[test]
fn prj_28_high_value_goes_without_share_alike() {
    let high = |licence: &str| published(&pb::Dataset { high_value: true, ..draft(licence) });
    for licence in ["CC-BY-4.0", "CC0-1.0", "etalab-2.0", "ODC-By-1.0", "PDDL-1.0"] {
        assert_eq!(high(licence), "", "{licence}");
    }
    assert_eq!(high("ODbL-1.0"), "PRJ-28");
    assert_eq!(high("CC-BY-SA-4.0"), "PRJ-28");
    assert_eq!(published(&draft("ODbL-1.0")), "");
}

#[test]
fn prj_29_what_is_restricted_says_why_and_how_to_ask() {
    let restricted = pb::Dataset { access_right: "RESTRICTED".to_owned(), ..draft("LicenseRef-ours") };
    assert_eq!(published(&restricted), "PRJ-29");
    let (why, how) = (said(&[("fr", "Trop peu de gens.")]), said(&[("fr", "Écrire au service.")]));
    let why = pb::Dataset { restriction: why, ..restricted.clone() };
    let how = pb::Dataset { access_procedure: how, ..restricted };
    assert!([&why, &how].iter().all(|half| published(half) == "PRJ-29"));
    assert_eq!(published(&pb::Dataset { access_procedure: how.access_procedure, ..why }), "");
}

#[test]
fn what_an_entry_lacks_is_said_before_it_is_published() {
    let bare = pb::Dataset {
        territories: Vec::new(),
        recommendations: Vec::new(),
        access_right: String::new(),
        contains_personal_data: None,
        distributions: Vec::new(),
        ..draft("")
    };
    let lacks = |draft: &pb::Dataset| {
        gaps(&dataset(draft)).into_iter().map(|gap| gap.field).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(lacks(&bare), "access_right contains_personal_data territories recommendations");
    assert_eq!(published(&bare), "DATASET_FIELDS");
    let public = pb::Dataset { distributions: Vec::new(), ..draft("") };
    assert_eq!(lacks(&public), "distributions");
    assert_eq!(lacks(&pb::Dataset { access_right: "NON_PUBLIC".to_owned(), ..public }), "");
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = pb::Dataset {
        title: None,
        publisher: "town".to_owned(),
        contact_point: Some(pb::ContactPoint {
            display_name: "awa@example.org".to_owned(),
            uri: "http://example.org".to_owned(),
        }),
        themes: vec!["TECH".to_owned(), "POLITICS".to_owned()],
        keywords: vec!["wifi".to_owned(), " ".to_owned()],
        temporal: Some(DateRange { start_date: day(2026, 2, 1), end_date: day(2026, 1, 1) }),
        frequency: "OFTEN".to_owned(),
        access_right: "OPEN".to_owned(),
        project: "projects/".to_owned(),
        distributions: vec![pb::Distribution {
            access_url: "ftp://example.org".to_owned(),
            media_type: "csv".to_owned(),
            licence: "Licence Ouverte".to_owned(),
            byte_size: -1,
            sha256: "abc".to_owned(),
            modified_date: day(2026, 2, 30),
            ..Default::default()
        }],
        ..draft("")
    };
    let fields = "dataset.title dataset.publisher dataset.contact_point.display_name dataset.contact_point.uri dataset.themes[1] \
                  dataset.keywords[1] dataset.temporal.end_date dataset.frequency dataset.access_right dataset.project \
                  dataset.distributions[0].access_url dataset.distributions[0].media_type dataset.distributions[0].licence \
                  dataset.distributions[0].byte_size dataset.distributions[0].sha256 dataset.distributions[0].modified_date";
    assert_eq!(told(create("wifi", &wrong, &reporter())), fields);
    let spelled = dataset(&draft("cc-by-4.0"));
    assert_eq!(spelled.distributions[0].licence, "CC-BY-4.0", "as the list writes it");
}

#[test]
fn an_entry_is_published_anew_by_each_change_and_withdrawn_with_a_reason() {
    let mut entry = dataset(&draft("etalab-2.0"));
    assert_eq!(
        (entry.state(), awaiting(State::Draft), awaiting(State::Published)),
        (State::Draft, "PARTNER", "NOBODY")
    );
    update(&mut entry, &draft("ODbL-1.0"), &reporter()).unwrap();
    assert_eq!(entry.published_number, 0, "a draft is only written");
    publish(&mut entry, &reporter()).unwrap();
    assert_eq!((entry.published_number, entry.publish_time), (1, Some(reporter().now)));
    assert_eq!(told(publish(&mut entry, &reporter())), "STATE");
    update(&mut entry, &draft("ODbL-1.0"), &reporter()).unwrap();
    assert_eq!(entry.published_number, 1, "nothing changed");
    assert_eq!(told(update(&mut entry.clone(), &draft("CC-BY-NC-4.0"), &reporter())), "PRJ-26");
    update(&mut entry, &draft("etalab-2.0"), &reporter()).unwrap();
    assert_eq!(entry.published_number, 2);
    let given_away = pb::Dataset { publisher: "partners/other".to_owned(), ..draft("etalab-2.0") };
    assert_eq!(told(update(&mut entry.clone(), &given_away, &reporter())), "FORBIDDEN");
    let silent = Call { reason: String::new(), ..reporter() };
    assert_eq!(told(withdraw(&mut entry.clone(), &silent)), "reason");
    withdraw(&mut entry, &reporter()).unwrap();
    assert_eq!((entry.state(), entry.state_reason.as_str()), (State::Withdrawn, "Parce que."));
    assert_eq!(told(update(&mut entry.clone(), &draft("ODbL-1.0"), &reporter())), "STATE");
    withdraw(&mut dataset(&draft("etalab-2.0")), &reporter()).unwrap(); // what was only announced can be given up
}

#[test]
fn entries_are_written_by_those_who_act_for_their_publisher() {
    let entry = dataset(&draft("etalab-2.0"));
    for role in [Role::PartnerAdmin, Role::Reporter, Role::Integration] {
        assert_eq!(told(publish(&mut entry.clone(), &call(person(&[], &[(PUBLISHER, role)])))), "");
    }
    assert_eq!(told(publish(&mut entry.clone(), &call(person(&[Role::Coordinator], &[])))), "");
    for other in
        [person(&[], &[(PUBLISHER, Role::Trainer)]), person(&[], &[("partners/other", Role::PartnerAdmin)])]
    {
        assert_eq!(told(publish(&mut entry.clone(), &call(other.clone()))), "FORBIDDEN");
        assert_eq!(looks_in(&other, &entry), other.belongs_to(PUBLISHER));
    }
    let told = LIFECYCLE.explain(&entry, &person(&[], &[(PUBLISHER, Role::Reporter)]), Micros(0));
    let allowed: Vec<_> = told.iter().filter(|one| one.allowed).map(|one| one.method.as_str()).collect();
    assert_eq!(allowed, ["PublishDataset", "WithdrawDataset"]);
}

#[test]
fn a_partner_documents_its_own_reuse_and_the_publisher_those_of_others() {
    let mut entry = dataset(&draft("etalab-2.0"));
    let reuse = |partner: &str, uri: &str| pb::Reuse {
        title: "Carte".to_owned(),
        uri: uri.to_owned(),
        partner: partner.to_owned(),
        kind: Made::Service.into(),
        ..Default::default()
    };
    let other = call(person(&[], &[("partners/other", Role::Reporter)]));
    let map = reuse("partners/other", "https://carte.example.org");
    assert_eq!(told(add_reuse(&mut entry, &map, &other)), "STATE", "of what is published only");
    publish(&mut entry, &reporter()).unwrap();
    add_reuse(&mut entry, &map, &other).unwrap();
    assert_eq!((entry.reuses.len(), entry.published_number), (1, 1), "others do not publish it anew");
    assert_eq!(entry.reuses[0].document_time, Some(other.now.to_timestamp()));
    assert_eq!(told(add_reuse(&mut entry, &map, &other)), "EXISTS");
    let abroad = reuse("", "https://press.example.org");
    assert_eq!(told(add_reuse(&mut entry, &abroad, &other)), "FORBIDDEN");
    assert_eq!(
        told(add_reuse(&mut entry, &reuse("partners/third", "https://x.example.org"), &other)),
        "FORBIDDEN"
    );
    add_reuse(&mut entry, &abroad, &reporter()).unwrap();
    let wrong = told(add_reuse(&mut entry, &pb::Reuse::default(), &reporter()));
    assert_eq!(wrong, "reuse.title reuse.uri reuse.kind");
    let from_the_public = pb::Reuse {
        participation: "participations/one".to_owned(),
        ..reuse("partners/other", "https://y.example.org")
    };
    assert_eq!(
        told(add_reuse(&mut entry, &from_the_public, &other)),
        "FORBIDDEN",
        "its publisher heard the public"
    );
    add_reuse(&mut entry, &from_the_public, &reporter()).unwrap();
    assert_eq!(entry.reuses.last().unwrap().participation, "participations/one");
}

/// An entry that meets every check.
fn whole() -> pb::Dataset {
    pb::Dataset {
        title: said(&[("fr", "Bornes wifi"), ("en", "Wifi spots")]),
        description: said(&[("fr", "Où se connecter."), ("en", "Where to connect.")]),
        contact_point: Some(pb::ContactPoint {
            display_name: "Service données".to_owned(),
            uri: "https://example.org/contact".to_owned(),
        }),
        themes: vec!["TECH".to_owned()],
        keywords: ["wifi", "accès", "ville"].map(str::to_owned).to_vec(),
        temporal: Some(DateRange { start_date: day(2026, 1, 1), end_date: None }),
        frequency: "MONTHLY".to_owned(),
        provenance: said(&[("fr", "Relevés du service technique.")]),
        data_dictionary: "https://example.org/dictionnaire".to_owned(),
        distributions: vec![pb::Distribution {
            download_url: "https://data.example.org/wifi.csv".to_owned(),
            byte_size: 12_345,
            sha256: "ab".repeat(32),
            modified_date: day(2026, 2, 10),
            conforms_to: "https://schema.data.gouv.fr/x".to_owned(),
            ..file("etalab-2.0")
        }],
        ..draft("")
    }
}

/// An entry as it is read on the first of March.
fn read(draft: &pb::Dataset) -> Model {
    let mut entry = dataset(draft);
    entry.around = super::row::Around { today: Day::parse("2026-03-01"), coded: true };
    publish(&mut entry, &reporter()).unwrap();
    entry
}

#[test]
fn prj_30_twenty_checks_of_five_points_make_the_score() {
    assert_eq!(score(&read(&whole())), 100);
    let bare = read(&draft("etalab-2.0"));
    let met: Vec<String> =
        checks(&bare).into_iter().filter(|check| check.met).map(|check| check.code).collect();
    assert_eq!(
        met,
        [
            "F_PERSISTENT_ID",
            "F_TERRITORY",
            "A_ACCESS_URL",
            "A_ACCESS_RIGHT",
            "I_MEDIA_TYPE",
            "I_NON_PROPRIETARY",
            "I_REFERENCE_CODES",
            "R_OPEN_LICENCE",
        ]
    );
    assert_eq!(score(&bare), 40);
    assert!(checks(&bare).iter().all(|check| check.met == check.message.is_empty()), "what to do is said");
    assert!(["F_", "A_", "I_", "R_"].iter().all(|l| CHECKS.iter().filter(|c| c.starts_with(l)).count() == 5));
}

#[test]
fn prj_30_each_check_fails_for_its_own_reason() {
    type Spoil = fn(&mut Model);
    let spoils: [(&str, Spoil); 20] = [
        ("F_PERSISTENT_ID", |entry| entry.published_number = 0),
        ("F_TWO_LANGUAGES", |entry| drop(entry.description.translations.remove("en"))),
        ("F_KEYWORDS", |entry| drop(entry.keywords.0.pop())),
        ("F_THEME", |entry| entry.themes.0.clear()),
        ("F_TERRITORY", |entry| entry.territories.0.clear()),
        ("A_ACCESS_URL", |entry| entry.distributions[0].access_url.clear()),
        ("A_DOWNLOAD_URL", |entry| entry.distributions[0].download_url.clear()),
        ("A_CONTACT_POINT", |entry| entry.contact_point = Default::default()),
        ("A_ACCESS_RIGHT", |entry| entry.access_right.clear()),
        ("A_CHECKSUM", |entry| entry.distributions[0].sha256.clear()),
        ("I_MEDIA_TYPE", |entry| "application/x-ours".clone_into(&mut entry.distributions[0].media_type)),
        ("I_NON_PROPRIETARY", |entry| {
            "application/vnd.ms-excel".clone_into(&mut entry.distributions[0].media_type);
        }),
        ("I_CONFORMS_TO", |entry| entry.distributions[0].conforms_to.clear()),
        ("I_REFERENCE_CODES", |entry| entry.around.coded = false),
        ("I_DATA_DICTIONARY", |entry| entry.data_dictionary.clear()),
        ("R_OPEN_LICENCE", |entry| "CC-BY-NC-4.0".clone_into(&mut entry.distributions[0].licence)),
        ("R_PROVENANCE", |entry| entry.provenance = Default::default()),
        ("R_FREQUENCY", |entry| entry.frequency.clear()),
        ("R_UP_TO_DATE", |entry| entry.around.today = Day::parse("2026-03-14")),
        ("R_TEMPORAL_COVERAGE", |entry| entry.temporal_start = None),
    ];
    assert_eq!(spoils.map(|(code, _)| code), CHECKS);
    for (code, spoil) in spoils {
        let mut entry = read(&whole());
        spoil(&mut entry);
        let failed: Vec<String> =
            checks(&entry).into_iter().filter(|check| !check.met).map(|check| check.code).collect();
        assert!(failed.iter().any(|failed| failed == code), "{code}: {failed:?}");
        // One thing that is missing may be the ground of another check.
        assert!(failed.len() <= 2, "{code}: {failed:?}");
    }
    let mut last_day = read(&whole());
    last_day.around.today = Day::parse("2026-03-13");
    assert_eq!(score(&last_day), 100, "a month has 31 days");
    let mut seldom = read(&pb::Dataset { frequency: "IRREG".to_owned(), ..whole() });
    seldom.around.today = Day::parse("2030-01-01");
    assert_eq!(score(&seldom), 100, "no day was promised");
}

#[test]
fn a_summary_counts_what_is_open_and_gives_the_mean_exactly() {
    let restricted = pb::Dataset {
        access_right: "RESTRICTED".to_owned(),
        restriction: said(&[("fr", "Réservé.")]),
        access_procedure: said(&[("fr", "Demander.")]),
        ..whole()
    };
    let mut high = read(&pb::Dataset { high_value: true, ..whole() });
    high.reuses.push(pb::Reuse::default());
    let told = summarize(&[high, read(&draft("etalab-2.0")), read(&draft("ODbL-1.0")), read(&restricted)]);
    let mean = told.mean_fair_score.unwrap();
    assert_eq!((told.published, told.open, told.high_value, told.reuses, told.publishers), (4, 3, 1, 1, 1));
    assert_eq!((mean.numerator.as_str(), mean.denominator.as_str()), ("180", "3"));
    assert_eq!(summarize(&[]).mean_fair_score.unwrap().denominator, "0", "nothing is no mean");
}

#[test]
fn an_entry_is_told_in_the_words_of_dcat() {
    let mut entry = read(&pb::Dataset { high_value: true, ..whole() });
    entry.reuses.push(pb::Reuse { uri: "https://carte.example.org".to_owned(), ..Default::default() });
    let base = "https://ensemble.example.org";
    let (partners, territories) = (HashMap::new(), HashMap::new());
    let around = Around { base, partners: &partners, territories: &territories };
    let text = format!(
        "{}{}{}",
        catalogue::start(base, "etalab-2.0"),
        catalogue::entry(&entry, &around),
        catalogue::END
    );
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let [registry, entry] = told["@graph"].as_array().unwrap().as_slice() else { panic!("{text}") };
    assert_eq!(registry["dct:license"]["@id"], "https://spdx.org/licenses/etalab-2.0");
    assert_eq!(entry["inCatalogue"]["@id"], registry["@id"]);
    assert_eq!(entry["@id"], "https://ensemble.example.org/datasets/wifi");
    assert_eq!(
        entry["dct:accessRights"]["@id"],
        "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    );
    assert_eq!(entry["dct:temporal"]["dcat:startDate"]["@value"], "2026-01-01");
    assert_eq!(entry["dcat:keyword"][1]["@language"], "fr");
    let given = &entry["dcat:distribution"][0];
    assert_eq!(given["dcat:byteSize"]["@value"], "12345");
    assert_eq!(given["spdx:checksum"]["spdx:checksumValue"]["@value"], "ab".repeat(32));
    assert_eq!(entry["dct:isReferencedBy"][0]["@id"], "https://carte.example.org");
    assert!(entry.get("dct:rights").is_none(), "what nobody said is left out");
}
