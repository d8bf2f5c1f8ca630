//! Activities that others are part of, with a memorandum among their documents: partnerships too, as found.

use proto::common::ImportOptions;
use proto::partners as partners_pb;
use proto::projects as pb;

use super::import::{content, counted, files};
use crate::caller::{Caller, done};
use crate::harness::Network;
use crate::sample;

async fn partnership(by: &Caller, reference: &str) -> Option<partners_pb::Partnership> {
    let filter = format!("external_reference = \"{reference}\"");
    let request = partners_pb::ListPartnershipsRequest { filter, ..Default::default() };
    done(by.partnerships().list_partnerships(request).await).partnerships.pop()
}

async fn agreements(by: &Caller, partnership: &str) -> Vec<partners_pb::Agreement> {
    let request = partners_pb::ListAgreementsRequest { parent: partnership.to_owned(), ..Default::default() };
    done(by.agreements().list_agreements(request).await).agreements
}

async fn project(by: &Caller, identifier: &str) -> pb::Project {
    let filter = format!("iati_identifier = \"{identifier}\"");
    let request = pb::ListProjectsRequest { filter, ..Default::default() };
    done(by.projects().list_projects(request).await).projects.remove(0)
}

async fn import(by: &Caller, file: &str, options: ImportOptions) -> proto::common::ImportReport {
    let options = ImportOptions { file_name: "activities.xml".to_owned(), ..options };
    done(by.projects().import_activities(tokio_stream::iter(content(file.as_bytes(), options))).await)
}

/// In the shapes of the standard's annotated example: a parent with its memorandum, and two activities that are part of it.
fn family(word: &str) -> String {
    let org = |element: &str, name: &str, rest: &str| {
        format!("<{element} type=\"22\" {rest}><narrative>{name} {word}</narrative></{element}>")
    };
    let one = |id: &str, hierarchy: u8, rest: &str| {
        format!(
            r#"<iati-activity hierarchy="{hierarchy}" xml:lang="en" default-currency="EUR"><iati-identifier>XM-{word}-{id}</iati-identifier>
            {}<title><narrative>Activity {id}</narrative></title><description type="1"><narrative>What it is.</narrative></description>
            {}{}{}<activity-status code="2"/><activity-date iso-date="2024-01-01" type="2"/><activity-date iso-date="2098-12-31" type="3"/>{rest}</iati-activity>"#,
            org("reporting-org", "Agency", &format!("ref=\"XM-{word}\"")),
            org("participating-org", "Agency", &format!("role=\"2\" ref=\"XM-{word}\"")),
            org("participating-org", "Foundation", "role=\"1\""),
            org("participating-org", "City", "role=\"4\""),
        )
    };
    let memorandum = r#"<document-link format="application/pdf" url="https://example.org/mou.pdf"><title><narrative>Memorandum</narrative></title><category code="A09"/></document-link>"#;
    let parts =
        ["1", "2"].map(|id| format!("<related-activity ref=\"XM-{word}-{id}\" type=\"2\"/>")).concat();
    let part_of = format!("<related-activity ref=\"XM-{word}-P\" type=\"1\"/>");
    format!(
        "<iati-activities version=\"2.03\">{}{}{}</iati-activities>",
        one("P", 1, &(memorandum.to_owned() + &parts)),
        one("1", 2, &part_of),
        one("2", 2, &part_of)
    )
}

async fn bey_8_a_parent_activity_with_a_memorandum_is_a_partnership_too(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let word = sample::word();
    let file = family(&word);
    let rehearsed = ImportOptions { validate_only: true, ..Default::default() };
    let would = import(&coordinator, &file, rehearsed).await;
    let report = import(&coordinator, &file, ImportOptions::default()).await;
    assert!(report.committed, "{:?}", report.problems);
    assert!(counted(&report).contains("partnership 1/0/0/0, agreement 1/0/0/0"), "{}", counted(&report));
    assert_eq!(counted(&would), counted(&report), "it was foretold");
    let found = partnership(&coordinator, &format!("XM-{word}-P")).await.unwrap();
    assert_eq!((found.state(), found.members.len()), (partners_pb::partnership::State::Active, 3));
    let [memorandum] = agreements(&coordinator, &found.name).await.try_into().unwrap();
    assert_eq!(
        (memorandum.kind(), memorandum.state(), memorandum.parties.len()),
        (partners_pb::agreement::Kind::Mou, partners_pb::agreement::State::InForce, 3)
    );
    assert_eq!(memorandum.document.unwrap().title, "Memorandum");
    for id in ["P", "1", "2"] {
        assert_eq!(project(&coordinator, &format!("XM-{word}-{id}")).await.partnership, found.name, "{id}");
    }
    let again = import(&coordinator, &file, ImportOptions::default()).await;
    assert!(again.counts.iter().all(|count| (count.created, count.updated) == (0, 0)), "{:?}", again.counts);
}

/// Nine real parents of one file, of four publishers, show an agreement.
async fn bey_8_real_parents_are_partnerships(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let file =
        files("iati-activities").into_iter().find(|file| file.ends_with("multi-publisher-covid19.xml"));
    let Some(file) = file else { return };
    let partial = ImportOptions { partial: true, ..Default::default() };
    let report = done(super::import::activities(&coordinator, &file, partial).await);
    let count =
        |noun: &str| report.counts.iter().find(|count| count.noun == noun).cloned().unwrap_or_default();
    assert_eq!((count("partnership").refused, count("agreement").refused), (0, 0));
    assert!(count("partnership").created > 1, "{:?}", report.counts);
    let found = partnership(&coordinator, "GB-GOV-1-301150").await.unwrap();
    assert!(!agreements(&coordinator, &found.name).await.is_empty());
    let part = project(&coordinator, "GB-GOV-1-301150-101").await;
    assert_eq!(part.partnership, found.name);
    assert!(found.gaps.iter().any(|gap| gap.field == "governance"), "{:?}", found.gaps);
}

told_everywhere!(bey_8_a_parent_activity_with_a_memorandum_is_a_partnership_too);
told_alone!(bey_8_real_parents_are_partnerships);
