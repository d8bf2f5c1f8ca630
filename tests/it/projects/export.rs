//! What is exported is valid, says all that was found, and comes back as it went (LES-18).

use std::path::{Path, PathBuf};
use std::process::Command;

use proto::common::{FileChunk, ImportOptions, ImportReport};
use proto::projects as pb;
use tonic::Code;

use super::import::{activities, all, counted, files, partial};
use crate::binaries::{folder, root};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, Store};

/// A file as the service writes it.
async fn exported(caller: &Caller, request: pb::ExportActivitiesRequest) -> String {
    let mut pieces = done(caller.projects().export_activities(request).await);
    let mut file = Vec::new();
    let mut first = true;
    while let Some(FileChunk { file_name, mime_type, chunk }) = pieces.message().await.unwrap() {
        assert_eq!(first, !file_name.is_empty() && mime_type == "application/xml");
        assert!(chunk.len() <= 1 << 20);
        first = false;
        file.extend(chunk);
    }
    String::from_utf8(file).unwrap()
}

fn only(filter: &str) -> pb::ExportActivitiesRequest {
    pb::ExportActivitiesRequest { filter: filter.to_owned(), ..Default::default() }
}

/// What two exports share: everything but when they were made.
fn records(file: &str) -> &str {
    file.split_once("generated-datetime=").and_then(|(_, rest)| rest.split_once('>')).unwrap().1
}

fn saved(name: &str, text: &str) -> PathBuf {
    let path = folder("export").join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Whether the official schema accepts a file; true without a validator, which is a failure where `CI` is set.
fn is_valid(file: &Path) -> bool {
    let schema = root().join("../shared/data/iati-schemas/iati-activities-schema.xsd");
    let mut validator = Command::new("xmllint");
    let said = validator.args(["--huge", "--nonet", "--noout", "--schema"]).arg(schema).arg(file).output();
    match said {
        Ok(said) => {
            let told = String::from_utf8_lossy(&said.stderr);
            if !said.status.success() {
                eprintln!("{}", told.lines().take(5).collect::<Vec<_>>().join("\n"));
            }
            said.status.success()
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "xmllint is missing: {error}");
            eprintln!("SKIPPED for want of xmllint");
            true
        }
    }
}

/// Nothing new, nothing changed.
fn quiet(report: &ImportReport) -> bool {
    report.counts.iter().all(|count| count.created == 0 && count.updated == 0)
}

/// Files that keep to the schema, and those that do not.
fn sound_and_not() -> (Vec<PathBuf>, Vec<PathBuf>) {
    files("iati-activities").into_iter().partition(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        !name.starts_with("belgium") && !name.starts_with("multi")
    })
}

async fn les_18_what_is_exported_comes_back_as_it_went(network: &'static Network, empty: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (sound, unsound) = sound_and_not();
    for file in &sound {
        assert!(done(activities(&coordinator, file, ImportOptions::default()).await).committed);
    }
    let file = saved("sound.xml", &exported(&coordinator, only("")).await);
    assert!(is_valid(&file), "what came from valid files is valid");
    for file in &unsound {
        done(activities(&coordinator, file, partial()).await);
    }
    let coordinator = coordinator.again().await;
    let whole = exported(&coordinator, only("")).await;
    assert!(!whole.contains("<contact-info"), "people are left out unless asked for");
    let request = pb::ExportActivitiesRequest { include_contacts: true, ..only("") };
    let with_contacts = exported(&coordinator, request).await;
    assert!(with_contacts.contains("<contact-info"));
    // Into the same network: nothing is new, nothing changes, and whom to write to is still known.
    let before = all(&coordinator).await;
    let file = saved("whole.xml", &whole);
    let report = done(activities(&coordinator, &file, partial()).await);
    assert!(quiet(&report), "les_18: {}", counted(&report));
    let coordinator = coordinator.again().await;
    assert_eq!(all(&coordinator).await, before);
    let request = pb::ExportActivitiesRequest { include_contacts: true, ..only("") };
    assert_eq!(records(&exported(&coordinator, request).await), records(&with_contacts));
    // Into an empty one: the same projects, and the same file again.
    let elsewhere = empty.coordinator().await.again().await;
    let report = done(activities(&elsewhere, &file, partial()).await);
    assert!(report.committed, "{}", counted(&report));
    let elsewhere = elsewhere.again().await;
    let there = all(&elsewhere).await;
    let differ = before.1.iter().zip(&there.1).find(|(here, there)| here != there);
    assert_eq!(differ, None, "les_18");
    assert_eq!(before.1.len(), there.1.len());
    let mut here: Vec<&str> = records(&whole).split("\n<iati-activity").collect();
    let again = exported(&elsewhere, only("")).await;
    let mut there: Vec<&str> = records(&again).split("\n<iati-activity").collect();
    // Names are made anew in each network, and with them the order.
    here.sort_unstable();
    there.sort_unstable();
    assert!(here == there, "the same records");
}

#[test]
fn les_18_all_real_files_come_back_as_they_went() {
    for store in [Store::Sqlite, Store::Postgres] {
        if files("iati-activities").is_empty()
            || (store == Store::Postgres && crate::postgres::Cluster::shared().is_none())
        {
            continue;
        }
        let (network, empty) = match store {
            Store::Sqlite => (Network::together(store, &[]), Network::together(store, &[])),
            Store::Postgres => (Network::apart(store), Network::together(store, &[])),
        };
        crate::harness::tell(network, les_18_what_is_exported_comes_back_as_it_went(network, empty));
    }
}

fn sector(code: &str, percentage: &str) -> pb::ProjectSector {
    let [vocabulary, code, percentage] = ["1", code, percentage].map(str::to_owned);
    pb::ProjectSector { vocabulary, code, percentage, ..Default::default() }
}

async fn what_is_registered_here_is_exported_valid_and_only_to_those_who_see_it(network: &'static Network) {
    let (partner, admin) = super::lead(network).await;
    let project = pb::Project {
        country_codes: vec!["FR".to_owned()],
        sdg_targets: vec!["11.1".to_owned()],
        sectors: vec![sector("43030", "60"), sector("22040", "40")],
        documents: vec![pb::ProjectDocument {
            title: Some(crate::sample::text("en", "Plan")),
            uri: "https://example.org/plan.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            category_codes: vec!["A09".to_owned()],
            ..Default::default()
        }],
        locations: vec![pb::ProjectLocation {
            point: Some(pb::LocationPoint { latitude: 48.85, longitude: 2.35 }),
            ..Default::default()
        }],
        ..super::draft(&partner)
    };
    let wrong = pb::Project {
        sectors: vec![sector("43030", "60"), sector("43030", "30"), sector("x", "")],
        ..project.clone()
    };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        admin.projects().create_project(super::create(wrong)).await,
    );
    for field in ["sectors[2].code", "sectors[1].code", "sectors"] {
        assert!(refusal.fields.contains(&format!("project.{field}")), "{field}: {refusal:?}");
    }
    let project = done(admin.projects().create_project(super::create(project)).await);
    let filter = format!("name = \"{}\"", project.name);
    let written = exported(&admin, only(&filter)).await;
    let file = saved("registered.xml", &written);
    assert!(is_valid(&file), "{written}");
    assert!(written.contains("code=\"11.1\""), "{written}");
    for part in
        ["<sector code=\"22040\" vocabulary=\"1\" percentage=\"40\"/>", "plan.pdf", "<pos>48.85 2.35</pos>"]
    {
        assert!(written.contains(part), "{part}: {written}");
    }
    // Lists leave them out; the project shows them, and a change of something else keeps them.
    let request = pb::ListProjectsRequest { filter: filter.clone(), ..Default::default() };
    assert!(done(admin.projects().list_projects(request).await).projects[0].sectors.is_empty());
    let retitled = pb::Project { title: Some(crate::sample::text("fr", "Autrement")), ..project.clone() };
    let request = pb::UpdateProjectRequest {
        project: Some(pb::Project { etag: String::new(), ..retitled }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["title".to_owned()] }),
        ..Default::default()
    };
    let project = pb::Project {
        sectors: project.sectors.clone(),
        ..done(admin.projects().update_project(request).await)
    };
    let shown =
        done(admin.projects().get_project(pb::GetProjectRequest { name: project.name.clone() }).await);
    assert_eq!((&shown.sectors, shown.documents.len(), shown.locations.len()), (&project.sectors, 1, 1));
    // A draft is not for everyone.
    let anyone = exported(&Caller::new(network, "", crate::caller::Who::nobody()), only(&filter)).await;
    assert!(!anyone.contains("<iati-activity "), "{anyone}");
    // Nor does its own file change it, or make a second one.
    let coordinator = network.coordinator().await.again().await;
    let report = done(activities(&coordinator, &file, ImportOptions::default()).await);
    assert!(quiet(&report), "{}", counted(&report));
    // Only what a partner leads, on request.
    let by =
        |publisher: &str| pb::ExportActivitiesRequest { publisher: publisher.to_owned(), ..only(&filter) };
    assert!(exported(&admin, by(&partner)).await.contains("<iati-activity "));
    let other = network.active_partner().await.name;
    assert!(!exported(&admin, by(&other)).await.contains("<iati-activity "));
    expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        admin.projects().export_activities(by("x")).await.map(|_| tonic::Response::new(())),
    );
    expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        admin.projects().export_activities(only("nothing = 1")).await.map(|_| tonic::Response::new(())),
    );
}

told_everywhere!(what_is_registered_here_is_exported_valid_and_only_to_those_who_see_it);
