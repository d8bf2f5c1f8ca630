//! A network taken over from what organisations have published: all real files, on both databases alike.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proto::common::import_problem::Severity;
use proto::common::import_request::Piece;
use proto::common::{ImportOptions, ImportReport, ImportRequest};
use proto::partners as partners_pb;
use proto::projects as pb;
use tonic::{Code, Response, Status};

use crate::binaries::root;
use crate::caller::{Caller, done};
use crate::harness::{Network, Store};
use crate::sample;

/// The real files of a folder; none where the shared data is not at hand, which is a failure where `CI` is set.
pub(super) fn files(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("../shared/data").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
        eprintln!("SKIPPED for want of {}", folder.display());
        return Vec::new();
    };
    let is_data = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".xml")
            || name.ends_with(".gz")
            || (name.ends_with(".csv") && folder.ends_with("territories"))
            || (name.ends_with(".json") && folder.ends_with("iati-publishers"))
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(is_data).collect();
    files.sort();
    files
}

pub(super) fn pieces(file: &Path, options: ImportOptions) -> Vec<ImportRequest> {
    let file_name = file.file_name().unwrap().to_string_lossy().into_owned();
    content(&std::fs::read(file).unwrap(), ImportOptions { file_name, ..options })
}

/// A file of these bytes, as it is sent.
pub(crate) fn content(bytes: &[u8], options: ImportOptions) -> Vec<ImportRequest> {
    let first = ImportRequest { piece: Some(Piece::Options(options)) };
    let chunks =
        bytes.chunks(1 << 20).map(|chunk| ImportRequest { piece: Some(Piece::Chunk(chunk.to_vec())) });
    std::iter::once(first).chain(chunks).collect()
}

/// Imports a file of organisations or publishers.
async fn organisations(
    caller: &Caller,
    file: &Path,
    options: ImportOptions,
) -> Result<Response<ImportReport>, Status> {
    caller.partners().import_organisations(tokio_stream::iter(pieces(file, options))).await
}

/// Imports a file of activities.
pub(super) async fn activities(
    caller: &Caller,
    file: &Path,
    options: ImportOptions,
) -> Result<Response<ImportReport>, Status> {
    caller.projects().import_activities(tokio_stream::iter(pieces(file, options))).await
}

pub(super) fn partial() -> ImportOptions {
    ImportOptions { partial: true, ..Default::default() }
}

/// Of a report: per noun created, updated, unchanged, refused; and how many problems there were.
pub(crate) fn counted(report: &ImportReport) -> String {
    let counts = report.counts.iter().map(|count| {
        format!("{} {}/{}/{}/{}", count.noun, count.created, count.updated, count.unchanged, count.refused)
    });
    let problems = report.problems.len() + usize::try_from(report.problems_left_off).unwrap();
    format!("{} problems {problems}", counts.collect::<Vec<_>>().join(", "))
}

/// All files, one after another; what each brought.
async fn everything(coordinator: &Caller) -> BTreeMap<String, String> {
    let mut brought = BTreeMap::new();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    for file in files("iati-publishers").into_iter().chain(files("iati-organisations")) {
        brought.insert(name(&file), counted(&done(organisations(coordinator, &file, partial()).await)));
    }
    for file in files("iati-activities") {
        let report = done(activities(coordinator, &file, partial()).await);
        for problem in report.problems.iter().filter(|problem| problem.severity() == Severity::Blocks) {
            let placed = !problem.location.is_empty() || problem.code == "DUPLICATE_IDENTIFIER"; // that is of a whole record
            assert!(
                placed && problem.line > 0 && !problem.message.is_empty() && !problem.record.is_empty(),
                "{problem:?}"
            );
        }
        brought.insert(name(&file), counted(&report));
    }
    brought
}

/// Everything that can be listed: names are made anew in each network, so what stands for them is compared.
pub(super) async fn all(coordinator: &Caller) -> (Vec<String>, Vec<String>) {
    let mut partners = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let request = partners_pb::ListPartnersRequest { page_size: 1000, page_token, ..Default::default() };
        let page = done(coordinator.partners().list_partners(request).await);
        for partner in page.partners {
            let title = partner.title.clone().unwrap_or_default();
            let ids: Vec<String> =
                partner.identifiers.iter().map(|id| format!("{}:{}", id.scheme, id.value)).collect();
            let essence = format!(
                "{} {:?} {ids:?} {} {} {}",
                title.default_language_code,
                title.translations.values().map(|one| &one.text).collect::<Vec<_>>(),
                partner.country_code,
                partner.iati_type_code,
                partner.sector,
            );
            partners.insert(partner.name, essence);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let mut listed = Vec::new();
    loop {
        let request = pb::ListProjectsRequest { page_size: 1000, page_token, ..Default::default() };
        let page = done(coordinator.projects().list_projects(request).await);
        listed.extend(page.projects);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let request = partners_pb::ListPartnershipsRequest { page_size: 1000, ..Default::default() };
    let partnerships = done(coordinator.partnerships().list_partnerships(request).await).partnerships;
    let carried: BTreeMap<String, String> =
        partnerships.into_iter().map(|carrier| (carrier.name, carrier.external_reference)).collect();
    // Lists leave out what is large.
    let mut whole = Vec::with_capacity(listed.len());
    for some in listed.chunks(100) {
        let names = some.iter().map(|project| project.name.clone()).collect();
        let found = coordinator.projects().batch_get_projects(pb::BatchGetProjectsRequest { names }).await;
        whole.extend(done(found).projects);
    }
    let heavy = |project: &pb::Project| {
        project.sectors.len() + project.locations.len() + project.documents.len() + project.transactions.len()
    };
    assert!(
        listed.iter().all(|project| heavy(project) == 0) && whole.iter().any(|project| heavy(project) > 0)
    );
    let listed = whole;
    let known: BTreeMap<String, String> =
        listed.iter().map(|project| (project.name.clone(), project.iati_identifier.clone())).collect();
    let mut projects: Vec<String> = Vec::new();
    for project in listed {
        let takes_part: Vec<String> = project
            .participants
            .iter()
            .map(|one| format!("{} {}", one.iati_role, partners[&one.partner]))
            .collect();
        let same = pb::Project {
            name: String::new(),
            uid: String::new(),
            etag: String::new(),
            create_time: None,
            update_time: None,
            awaiting_since: None,
            lead_partner: partners.get(&project.lead_partner).cloned().unwrap_or_default(),
            parent_project: known.get(&project.parent_project).cloned().unwrap_or_default(),
            partnership: carried.get(&project.partnership).cloned().unwrap_or_default(),
            participants: Vec::new(),
            transactions: project.transactions.iter().map(|one| nameless(one, &partners)).collect(),
            ..project
        };
        projects.push(format!("{same:?} {takes_part:?}"));
    }
    projects.sort_unstable();
    let mut partners: Vec<String> = partners.into_values().collect();
    partners.sort_unstable();
    (partners, projects)
}

/// A transaction, with what its partners are in the place of what they are called.
fn nameless(one: &pb::ProjectTransaction, partners: &BTreeMap<String, String>) -> pb::ProjectTransaction {
    let mut one = one.clone();
    for party in [&mut one.provider, &mut one.receiver].into_iter().flatten() {
        party.partner = partners.get(&party.partner).cloned().unwrap_or_default();
    }
    one
}

async fn taken_over(network: &'static Network) -> (BTreeMap<String, String>, Vec<String>, Vec<String>) {
    let coordinator = network.coordinator().await.again().await;
    let brought = everything(&coordinator).await;
    let (partners, projects) = all(&coordinator).await;
    // Once more: nothing is new, nothing changes.
    let again = everything(&coordinator.again().await).await;
    for (file, counts) in &again {
        for noun in counts.split(", ") {
            let fresh: Vec<&str> = noun.split(' ').nth(1).unwrap_or("0/0").split('/').take(2).collect();
            assert_eq!(fresh, ["0", "0"], "{file}: {counts}");
        }
    }
    let coordinator = coordinator.again().await;
    assert_eq!(all(&coordinator).await, (partners.clone(), projects.clone()), "les_18");
    (brought, partners, projects)
}

#[test]
fn les_18_all_real_files_import_alike_into_both_databases_and_twice_is_once() {
    let mut told = Vec::new();
    for store in [Store::Sqlite, Store::Postgres] {
        if files("iati-activities").is_empty()
            || (store == Store::Postgres && crate::postgres::Cluster::shared().is_none())
        {
            continue;
        }
        let network = match store {
            Store::Sqlite => Network::together(store, &[]),
            Store::Postgres => Network::apart(store),
        };
        let cell = std::sync::Mutex::new(None);
        crate::harness::tell(network, async { *cell.lock().unwrap() = Some(taken_over(network).await) });
        told.extend(cell.into_inner().unwrap());
    }
    for (brought, partners, projects) in &told {
        assert!(
            partners.len() > 2000 && projects.len() > 1000,
            "{} partners, {} projects: {brought:#?}",
            partners.len(),
            projects.len()
        );
    }
    if let [sqlite, postgres] = &told[..] {
        assert_eq!(sqlite.0, postgres.0, "what each file brought");
        let differ = |one: &[String], other: &[String]| {
            let (one, other) = one.iter().zip(other).find(|(one, other)| one != other)?;
            let at = one.chars().zip(other.chars()).position(|(one, other)| one != other).unwrap_or_default();
            let around =
                |text: &String| text.chars().skip(at.saturating_sub(200)).take(400).collect::<String>();
            Some(format!("{}\n{}", around(one), around(other)))
        };
        assert_eq!(differ(&sqlite.1, &postgres.1), None);
        assert_eq!(differ(&sqlite.2, &postgres.2), None);
        assert_eq!((sqlite.1.len(), sqlite.2.len()), (postgres.1.len(), postgres.2.len()));
        insta::assert_debug_snapshot!("what_each_file_brings", (&sqlite.0, sqlite.1.len(), sqlite.2.len()));
    }
}

fn real(name: &str) -> Option<PathBuf> {
    files("iati-activities")
        .into_iter()
        .find(|file| file.file_name().unwrap().to_string_lossy().starts_with(name))
}

async fn an_import_is_rehearsed_and_whole(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (Some(sound), Some(unsound)) = (real("acf"), real("belgium")) else { return };
    // Other stories of this network import other files meanwhile.
    let of_the_unsound = async || {
        let filter = "iati_identifier = \"XM-DAC-2-10-3267\"".to_owned();
        let request = pb::ListProjectsRequest { filter, ..Default::default() };
        done(coordinator.projects().list_projects(request).await).projects.len()
    };
    let rehearsal = ImportOptions { validate_only: true, ..Default::default() };
    let report = done(activities(&coordinator, &sound, rehearsal.clone()).await);
    assert!(
        !report.committed
            && report
                .counts
                .iter()
                .any(|count| count.noun == "project" && count.created + count.unchanged == 6)
    );
    // All or nothing, unless it is said otherwise.
    let report = done(activities(&coordinator, &unsound, ImportOptions::default()).await);
    assert!(
        !report.committed && report.problems.iter().any(|problem| problem.severity() == Severity::Blocks),
        "{}",
        counted(&report)
    );
    assert_eq!(of_the_unsound().await, 0, "nothing was written");

    let request_id = sample::request_id();
    let once = ImportOptions { request_id: request_id.clone(), ..Default::default() };
    let first = done(activities(&coordinator, &sound, once.clone()).await);
    let again = done(activities(&coordinator, &sound, once.clone()).await);
    assert_eq!(first, again, "the same import sent twice answers the same");
    let other = activities(&coordinator, &unsound, once).await;
    crate::caller::expect(Code::InvalidArgument, "REQUEST_ID_REUSED", other);
    let outsider = network.partner_admin(&network.home_partner().await).await;
    crate::caller::expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        activities(&outsider, &sound, rehearsal).await,
    );
}

async fn bey_8_an_imported_project_says_what_it_lacks(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let Some(file) = real("acf") else { return };
    done(activities(&coordinator, &file, ImportOptions::default()).await);
    let request = pb::ListProjectsRequest {
        page_size: 1,
        filter: "origin = IMPORTED AND state = ACTIVE".to_owned(),
        ..Default::default()
    };
    let list = done(coordinator.projects().list_projects(request).await);
    let Some(project) = list.projects.first() else { return };
    let gaps: Vec<&str> = project.gaps.iter().map(|gap| gap.field.as_str()).collect();
    assert!(gaps.contains(&"safeguards") && gaps.contains(&"needs"), "{gaps:?}");
    let seen =
        done(coordinator.projects().get_project(pb::GetProjectRequest { name: project.name.clone() }).await);
    assert!(
        seen.allowed_actions.iter().any(|action| action.method == "SuspendProject" && action.allowed),
        "giving up asks for nothing"
    );
    let suspend = pb::SuspendProjectRequest {
        name: project.name.clone(),
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    done(coordinator.projects().suspend_project(suspend).await);
    let resume = pb::ResumeProjectRequest {
        name: project.name.clone(),
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    crate::caller::expect(
        Code::FailedPrecondition,
        "BEY_8",
        coordinator.projects().resume_project(resume).await,
    );
}

/// The file is on its way when the server is killed; afterwards there is all of it or nothing.
async fn killed_during_an_import(network: &'static Network) {
    let Some(file) = real("caf") else { return };
    let coordinator = network.coordinator().await;
    let mut counts = Vec::new();
    for moment in [40, 120, 250, 400, 700] {
        let options = ImportOptions { partial: true, request_id: sample::request_id(), ..Default::default() };
        let going = activities(&coordinator, &file, options);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(moment), going).await;
        network.crash("projects");
        let request = pb::ListProjectsRequest { page_size: 1000, ..Default::default() };
        counts.push(done(coordinator.projects().list_projects(request).await).projects.len());
    }
    let report = done(activities(&coordinator, &file, partial()).await);
    let request = pb::ListProjectsRequest { page_size: 1000, ..Default::default() };
    let whole = done(coordinator.projects().list_projects(request).await).projects.len();
    assert!(whole > 0 && report.committed);
    assert!(
        counts.iter().all(|count| *count == 0 || *count == whole),
        "a part of a file: {counts:?} of {whole}"
    );
}

#[test]
fn r4_an_import_that_is_killed_leaves_all_or_nothing_on_sqlite() {
    let network = Network::apart(Store::Sqlite);
    crate::harness::tell(network, killed_during_an_import(network));
}

#[test]
fn r4_an_import_that_is_killed_leaves_all_or_nothing_on_postgres() {
    if crate::postgres::Cluster::shared().is_some() {
        let network = Network::apart(Store::Postgres);
        crate::harness::tell(network, killed_during_an_import(network));
    }
}

told_everywhere!(an_import_is_rehearsed_and_whole, bey_8_an_imported_project_says_what_it_lacks);
