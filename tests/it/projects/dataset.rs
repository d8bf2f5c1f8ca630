//! Stories of datasets: licences that hold, revisions that stay, and a catalogue for everyone.

use proto::auth::Role;
use proto::common::{Evidence, FileChunk};
use proto::partners as partners_pb;
use proto::projects as pb;
use proto::projects::dataset::State;
use proto::projects::reuse::Kind;
use serde_json::{Value, json};
use tonic::Code;

use super::participation;
use super::territory::{municipality, public_partner};
use super::{close, lead, moved, report_finally};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answered = Result<tonic::Response<pb::Dataset>, tonic::Status>;

/// What the addresses of the networks under test begin with.
const BASE: &str = "https://ensemble.invalid";

fn file(licence: &str) -> pb::Distribution {
    pb::Distribution {
        access_url: "https://data.example.org/wifi".to_owned(),
        media_type: "text/csv".to_owned(),
        licence: licence.to_owned(),
        ..Default::default()
    }
}

/// An entry that could be published, about a town of its own.
pub(super) async fn draft(network: &'static Network, publisher: &str, licence: &str) -> pb::Dataset {
    pb::Dataset {
        title: Some(sample::text("fr", &format!("Bornes {}", sample::word()))),
        description: Some(sample::text("fr", "Où se connecter.")),
        publisher: publisher.to_owned(),
        territories: vec![municipality(network, "").await.name],
        access_right: "PUBLIC".to_owned(),
        contains_personal_data: Some(false),
        recommendations: vec!["recommendations/idt-3".to_owned()],
        distributions: vec![file(licence)],
        ..Default::default()
    }
}

pub(super) async fn create(by: &Caller, dataset: pb::Dataset) -> Answered {
    let request = pb::CreateDatasetRequest { dataset: Some(dataset), ..Default::default() };
    by.datasets().create_dataset(request).await
}

pub(super) async fn publish(by: &Caller, name: &str) -> Answered {
    by.datasets()
        .publish_dataset(pb::PublishDatasetRequest { name: name.to_owned(), ..Default::default() })
        .await
}

async fn withdraw(by: &Caller, name: &str) -> Answered {
    let request = pb::WithdrawDatasetRequest {
        name: name.to_owned(),
        reason: "Nobody keeps it up.".to_owned(),
        ..Default::default()
    };
    by.datasets().withdraw_dataset(request).await
}

async fn read(by: &Caller, name: &str) -> Answered {
    by.datasets().get_dataset(pb::GetDatasetRequest { name: name.to_owned() }).await
}

async fn change(by: &Caller, dataset: pb::Dataset, paths: &[&str]) -> Answered {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateDatasetRequest {
        dataset: Some(pb::Dataset { etag: String::new(), ..dataset }),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    by.datasets().update_dataset(request).await
}

async fn listed(by: &Caller, filter: &str) -> Vec<String> {
    let request =
        pb::ListDatasetsRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    let page = done(by.datasets().list_datasets(request).await);
    page.datasets.into_iter().map(|dataset| dataset.name).collect()
}

/// The entries of a catalogue as nobody in particular reads it.
async fn catalogue(network: &'static Network, request: pb::ExportCatalogueRequest) -> Vec<Value> {
    let mut pieces = done(network.anonymous().datasets().export_catalogue(request).await);
    let mut file = Vec::new();
    while let Some(FileChunk { file_name, mime_type, chunk }) = pieces.message().await.unwrap() {
        assert_eq!(file_name.is_empty(), mime_type.is_empty());
        file.extend(chunk);
    }
    let told: Value = serde_json::from_slice(&file).unwrap();
    let mut graph = told["@graph"].as_array().unwrap().clone();
    let registry = graph.remove(0);
    assert_eq!(
        (&registry["@type"], &registry["@id"]),
        (&json!("dcat:Catalog"), &json!(format!("{BASE}/datasets")))
    );
    graph
}

fn named(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["dct:identifier"].as_str().unwrap()).collect()
}

/// The acceptance test of recommendation 3 (domain §10).
async fn prj_27_a_french_municipality_publishes_under_etalab(network: &'static Network) {
    let town = public_partner(network).await;
    let reporter = network.colleague(&town, Role::Reporter).await;
    let nobody = network.anonymous();
    let made = done(create(&reporter, draft(network, &town, "CC-BY-4.0").await).await);
    assert_eq!((made.state(), made.awaiting.as_str(), made.gaps.len()), (State::Draft, "PARTNER", 0));
    expect(Code::NotFound, "NOT_FOUND", read(&nobody, &made.name).await);
    let refused = expect(Code::FailedPrecondition, "PRJ_27", publish(&reporter, &made.name).await);
    assert_eq!(refused.facts["field"], "distributions[0].licence");

    let etalab = pb::Dataset { distributions: vec![file("etalab-2.0")], ..made.clone() };
    done(change(&reporter, etalab.clone(), &["distributions"]).await);
    let published = done(publish(&reporter, &made.name).await);
    assert_eq!((published.state(), published.fair_score), (State::Published, 35));
    assert_eq!(published.published_revision, format!("{}/datasetRevisions/r1", made.name));
    assert_eq!(done(read(&nobody, &made.name).await).title, made.title);

    // What is published changes only within the rules, and what it was stays readable.
    let again = pb::Dataset { distributions: vec![file("CC-BY-4.0")], ..etalab.clone() };
    expect(Code::FailedPrecondition, "PRJ_27", change(&reporter, again.clone(), &["distributions"]).await);
    let shown = Evidence {
        title: "Homologation".to_owned(),
        uri: "https://example.org/decret.pdf".to_owned(),
        ..Default::default()
    };
    let homologated = pb::Dataset { licence_homologation: Some(shown), ..again };
    let second =
        done(change(&reporter, homologated.clone(), &["distributions", "licence_homologation"]).await);
    assert_eq!(second.published_revision, format!("{}/datasetRevisions/r2", made.name));
    let same = done(change(&reporter, homologated, &["distributions"]).await);
    assert_eq!((&same.published_revision, &same.etag), (&second.published_revision, &second.etag));
    let revision = async |number: i32| {
        let name = format!("{}/datasetRevisions/r{number}", made.name);
        let request = pb::GetDatasetRevisionRequest { name };
        done(nobody.datasets().get_dataset_revision(request).await).dataset.unwrap()
    };
    assert_eq!(revision(1).await.distributions[0].licence, "etalab-2.0");
    assert_eq!(revision(2).await.distributions[0].licence, "CC-BY-4.0");
    assert_eq!(revision(1).await.fair_score, 35);
    let request = pb::ListDatasetRevisionsRequest {
        parent: made.name.clone(),
        order_by: "number desc".to_owned(),
        ..Default::default()
    };
    let revisions = done(nobody.datasets().list_dataset_revisions(request).await).dataset_revisions;
    assert_eq!(revisions.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2, 1]);

    let over = done(withdraw(&reporter, &made.name).await);
    assert_eq!((over.state(), over.state_reason.as_str()), (State::Withdrawn, "Nobody keeps it up."));
    assert_eq!(done(read(&nobody, &made.name).await).state(), State::Withdrawn, "it stays readable");
    assert!(!named(&catalogue(network, Default::default()).await).contains(&made.name.as_str()));
}

async fn prj_26_28_29_licences_and_access_fit_together(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let made = done(create(&admin, draft(network, &partner, "CC-BY-NC-4.0").await).await);
    expect(Code::FailedPrecondition, "PRJ_26", publish(&admin, &made.name).await);
    let told = done(read(&admin.speaking("fr"), &made.name).await);
    let action = &told.allowed_actions[0];
    assert_eq!(
        (action.method.as_str(), action.allowed, action.reason.as_str()),
        ("PublishDataset", false, "PRJ-26")
    );
    assert!(action.message.contains("n'est pas une licence ouverte"), "{}", action.message);
    let personal = pb::Dataset {
        distributions: vec![file("CC-BY-4.0")],
        contains_personal_data: Some(true),
        ..made.clone()
    };
    done(change(&admin, personal, &["distributions", "contains_personal_data"]).await);
    expect(Code::FailedPrecondition, "PRJ_26", publish(&admin, &made.name).await);
    let restricted = pb::Dataset { access_right: "RESTRICTED".to_owned(), ..made.clone() };
    let told = done(change(&admin, restricted.clone(), &["access_right"]).await);
    assert_eq!(told.gaps.iter().map(|gap| gap.rule.as_str()).collect::<Vec<_>>(), ["PRJ-29", "PRJ-29"]);
    expect(Code::FailedPrecondition, "PRJ_29", publish(&admin, &made.name).await);
    let said = pb::Dataset {
        restriction: Some(sample::text("fr", "Des personnes s'y reconnaîtraient.")),
        access_procedure: Some(sample::text("fr", "Écrire au service.")),
        ..restricted
    };
    done(change(&admin, said, &["restriction", "access_procedure"]).await);
    done(publish(&admin, &made.name).await);

    let share_alike = pb::Dataset { high_value: true, ..draft(network, &partner, "ODbL-1.0").await };
    let share_alike = done(create(&admin, share_alike).await);
    expect(Code::FailedPrecondition, "PRJ_28", publish(&admin, &share_alike.name).await);
}

/// Who may, and what an entry names.
async fn an_entry_is_its_publishers_and_names_what_there_is(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let (other, stranger) = lead(network).await;
    let entry = draft(network, &partner, "CC-BY-4.0").await;
    let machine = network.integration(&partner, &["projects.dataset.*"]).await;
    for allowed in [&admin, &machine, &network.coordinator().await] {
        done(create(allowed, entry.clone()).await);
    }
    for refused in [&stranger, &network.colleague(&partner, Role::Trainer).await, &network.outsider().await] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", create(refused, entry.clone()).await);
    }
    expect(Code::Unauthenticated, "UNAUTHENTICATED", create(&network.anonymous(), entry.clone()).await);
    let own = format!("publisher = \"{partner}\"");
    assert_eq!(listed(&admin, &own).await.len(), 3);
    assert!(listed(&stranger, &own).await.is_empty() && listed(&network.anonymous(), &own).await.is_empty());

    let nowhere = pb::Dataset { territories: vec!["territories/nowhere".to_owned()], ..entry.clone() };
    expect(Code::InvalidArgument, "INVALID_FIELD", create(&admin, nowhere).await);
    let unknown = pb::Dataset { recommendations: vec!["recommendations/none".to_owned()], ..entry.clone() };
    let unknown = done(create(&admin, unknown).await);
    expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", publish(&admin, &unknown.name).await);
    // Nobody holds up another partner's project by announcing data for it.
    let project = moved(network, &other, &[]).await.name;
    let announced = pb::Dataset { project: project.clone(), ..entry.clone() };
    expect(Code::InvalidArgument, "INVALID_FIELD", create(&admin, announced).await);
    let theirs = pb::Dataset { project, publisher: other, ..entry };
    done(create(&stranger, theirs).await);
}

async fn prj_15_a_project_is_closed_after_the_data_that_it_announced(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let coordinator = network.coordinator().await;
    let way = ["SubmitProject", "ReviewProject", "StartProject", "CompleteProject"];
    let project = moved(network, &partner, &way).await.name;
    report_finally(network, &partner, &project).await;
    let entry = pb::Dataset { project: project.clone(), ..draft(network, &partner, "CC-BY-4.0").await };
    let (one, other) = (done(create(&admin, entry.clone()).await), done(create(&admin, entry).await));
    let refused = expect(Code::FailedPrecondition, "PRJ_15", close(&coordinator, &project, "Fini.").await);
    assert!(
        refused.message.contains(&one.name) && refused.message.contains(&other.name),
        "{}",
        refused.message
    );
    done(publish(&admin, &one.name).await);
    expect(Code::FailedPrecondition, "PRJ_15", close(&coordinator, &project, "Fini.").await);
    done(withdraw(&admin, &other.name).await);
    done(close(&coordinator, &project, "Fini.").await);
    assert_eq!(listed(&network.anonymous(), &format!("project = \"{project}\"")).await, [one.name]);
}

async fn a_catalogue_is_for_everyone_and_says_what_is_reused(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let (other, stranger) = lead(network).await;
    let entry = draft(network, &partner, "CC-BY-4.0").await;
    let town = entry.territories[0].clone();
    let one = done(publish(&admin, &done(create(&admin, entry.clone()).await).name).await);
    let elsewhere = draft(network, &partner, "CC0-1.0").await;
    let two = done(publish(&admin, &done(create(&admin, elsewhere).await).name).await);
    done(create(&admin, entry).await);
    let of = |territory: &str, publisher: &str| pb::ExportCatalogueRequest {
        territory: territory.to_owned(),
        publisher: publisher.to_owned(),
        ..Default::default()
    };
    let entries = catalogue(network, of("", &partner)).await;
    assert_eq!(named(&entries), [one.name.as_str(), two.name.as_str()], "what is published, by name");
    assert_eq!(named(&catalogue(network, of(&town, "")).await), [one.name.as_str()]);
    let name = entries[0]["dct:publisher"]["foaf:name"][0]["@value"].as_str().unwrap();
    assert!(name.starts_with("Partner "), "{name}");
    assert_eq!(entries[0]["@id"], format!("{BASE}/{}", one.name));

    let reuse = |partner: &str| pb::AddReuseRequest {
        name: one.name.clone(),
        reuse: Some(pb::Reuse {
            title: "Carte des bornes".to_owned(),
            uri: format!("https://carte.example.org/{}", sample::word()),
            partner: partner.to_owned(),
            kind: Kind::Visualisation.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let said = done(stranger.datasets().add_reuse(reuse(&other)).await);
    assert_eq!((said.reuses.len(), &said.published_revision), (1, &one.published_revision));
    let refused = stranger.datasets().add_reuse(reuse("")).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    done(admin.datasets().add_reuse(reuse("")).await);

    let summary = async |territory: &str| {
        let request = pb::SummarizeDatasetsRequest {
            recommendation: "recommendations/idt-3".to_owned(),
            territory: territory.to_owned(),
            publisher: partner.clone(),
        };
        done(network.anonymous().datasets().summarize_datasets(request).await)
    };
    let all = summary("").await;
    let mean = all.mean_fair_score.unwrap();
    assert_eq!((all.published, all.open, all.reuses, all.publishers), (2, 2, 2, 1));
    let sum = done(read(&admin, &one.name).await).fair_score + done(read(&admin, &two.name).await).fair_score;
    assert_eq!((mean.numerator, mean.denominator), (sum.to_string(), "2".to_owned()));
    assert_eq!(summary(&town).await.published, 1);
}

/// What the rules know of the codes of others is what the code lists tell.
async fn the_codes_of_datasets_are_those_of_the_lists(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let list = async |list: &str| -> Vec<partners_pb::Code> {
        let request = partners_pb::GetCodeListRequest { name: format!("codeLists/{list}") };
        done(network.anonymous().code_lists().get_code_list(request).await).codes
    };
    let codes = |list: Vec<partners_pb::Code>| list.into_iter().map(|code| code.code).collect::<Vec<_>>();
    let fact = |code: &partners_pb::Code, name: &str| code.attributes.get(name).cloned().unwrap_or_default();
    let entry = draft(network, &partner, "CC-BY-4.0").await;

    let themes = list("data-theme").await;
    let all = pb::Dataset { themes: codes(themes.clone()), ..entry.clone() };
    let all = done(publish(&admin, &done(create(&admin, all).await).name).await);
    let request = pb::ExportCatalogueRequest { publisher: partner.clone(), ..Default::default() };
    let told = catalogue(network, request).await;
    let told = told.iter().find(|told| told["dct:identifier"] == all.name.as_str()).unwrap();
    for (theme, told) in themes.iter().zip(told["dcat:theme"].as_array().unwrap()) {
        let title = theme.title.clone().unwrap();
        assert_eq!(told["skos:prefLabel"][0]["@value"], title.en);
        assert_eq!(told["skos:prefLabel"][1]["@value"], title.fr);
    }
    let checks: Vec<String> = all.fair_checks.iter().map(|check| check.code.clone()).collect();
    assert_eq!(checks, codes(list("fair-check").await));

    let rehearsed = async |dataset: pb::Dataset| {
        let request =
            pb::CreateDatasetRequest { dataset: Some(dataset), validate_only: true, ..Default::default() };
        done(admin.datasets().create_dataset(request).await)
    };
    for access_right in codes(list("access-right").await) {
        rehearsed(pb::Dataset { access_right, ..entry.clone() }).await;
    }
    for format in codes(list("non-proprietary-format").await) {
        let given = pb::Distribution { media_type: format.clone(), ..file("CC-BY-4.0") };
        let told = rehearsed(pb::Dataset { distributions: vec![given], ..entry.clone() }).await;
        let met = |code: &str| told.fair_checks.iter().any(|check| check.code == code && check.met);
        assert!(met("I_NON_PROPRIETARY") && met("I_MEDIA_TYPE"), "{format}");
    }
    // A file of so many days ago keeps to its frequency, and one of a day more does not.
    for frequency in list("frequency").await {
        let up_to_date = async |days: i64| {
            let modified_date = super::reporting::in_days(-days);
            let given = pb::Distribution { modified_date, ..file("CC-BY-4.0") };
            let dataset = pb::Dataset {
                frequency: frequency.code.clone(),
                distributions: vec![given],
                ..entry.clone()
            };
            let told = rehearsed(dataset).await;
            told.fair_checks.iter().any(|check| check.code == "R_UP_TO_DATE" && check.met)
        };
        match fact(&frequency, "days").parse::<i64>() {
            // Midnight may pass meanwhile.
            Ok(days) => {
                assert!(up_to_date(days - 1).await && !up_to_date(days + 1).await, "{}", frequency.code);
            }
            Err(_) => assert!(up_to_date(36_500).await, "{}", frequency.code),
        }
    }
    for licence in list("licence").await {
        let made = done(
            create(&admin, pb::Dataset { distributions: vec![file(&licence.code)], ..entry.clone() }).await,
        );
        assert_eq!(fact(&licence, "open"), "true");
        done(publish(&admin, &made.name).await);
        let high = change(&admin, pb::Dataset { high_value: true, ..made }, &["high_value"]).await;
        assert_eq!(high.is_ok(), fact(&licence, "share_alike") == "false", "{}", licence.code);
    }
    let town = public_partner(network).await;
    let mayor = network.partner_admin(&town).await;
    for licence in list("licence").await {
        let entry = pb::Dataset {
            publisher: town.clone(),
            distributions: vec![file(&licence.code)],
            ..entry.clone()
        };
        let made = done(create(&mayor, entry).await);
        let published = publish(&mayor, &made.name).await;
        assert_eq!(published.is_ok(), fact(&licence, "fr_public_allowed") == "true", "{}", licence.code);
    }
}

/// What people say of data is its publisher's to answer, once it is published and until it is withdrawn.
async fn people_say_what_they_think_of_published_data(network: &'static Network) {
    let town = public_partner(network).await;
    let reporter = network.colleague(&town, Role::Reporter).await;
    let member = network.partner_admin(&network.home_partner().await).await;
    let made = done(create(&reporter, draft(network, &town, "etalab-2.0").await).await).name;
    let says = |subject: &str| pb::CreateParticipationRequest {
        participation: Some(participation::says(subject, pb::participation::Kind::Proposal)),
        request_id: sample::request_id(),
        ..Default::default()
    };
    let early = member.participations().create_participation(says(&made)).await;
    let early = expect(Code::InvalidArgument, "INVALID_FIELD", early);
    assert_eq!(early.fields, ["participation.subject"]);
    done(publish(&reporter, &made).await);
    let said = done(member.participations().create_participation(says(&made)).await);
    assert_eq!((said.subject.as_str(), said.subject_owner.as_str()), (made.as_str(), town.as_str()));
    let decide = pb::moderate_participation_request::Decision::Publish;
    let reason = pb::participation::Reason::Unspecified;
    done(participation::moderate(&network.partner_admin(&town).await, &said.name, decide, reason).await);
    done(participation::answer(&network.partner_admin(&town).await, &said.name).await);
    done(withdraw(&reporter, &made).await);
    let late = member.participations().create_participation(says(&made)).await;
    expect(Code::FailedPrecondition, "STATE", late);
}

told_everywhere!(
    people_say_what_they_think_of_published_data,
    prj_27_a_french_municipality_publishes_under_etalab,
    prj_26_28_29_licences_and_access_fit_together,
    an_entry_is_its_publishers_and_names_what_there_is,
    prj_15_a_project_is_closed_after_the_data_that_it_announced,
    a_catalogue_is_for_everyone_and_says_what_is_reused,
    the_codes_of_datasets_are_those_of_the_lists,
);
