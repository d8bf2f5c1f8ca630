//! Partnerships and agreements that a network lists in a spreadsheet, taken over as found.

use proto::common::import_problem::Severity;
use proto::common::{ImportOptions, ImportReport};
use proto::partners as pb;
use tonic::{Code, Response, Status};

use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::import::{content, counted};
use crate::sample;

const HEADINGS: &str = "Partnership;Lead;Other members;Kind of agreement;Start;End;Signed on;Document;SHA-256;Notice (days);Reference";

async fn import(by: &Caller, file: &[u8], options: ImportOptions) -> Result<Response<ImportReport>, Status> {
    let options = ImportOptions { file_name: "agreements.csv".to_owned(), ..options };
    by.imports().import_agreements(tokio_stream::iter(content(file, options))).await
}

async fn taken(by: &Caller, lines: &[String]) -> ImportReport {
    let file = format!("{HEADINGS}\n{}\n", lines.join("\n"));
    done(import(by, file.as_bytes(), ImportOptions::default()).await)
}

async fn partnership(by: &Caller, lead: &str) -> Vec<pb::Partnership> {
    let filter = format!("lead_partner = \"{lead}\"");
    let request = pb::ListPartnershipsRequest { filter, ..Default::default() };
    done(by.partnerships().list_partnerships(request).await).partnerships
}

async fn agreements(by: &Caller, partnership: &str) -> Vec<pb::Agreement> {
    let request = pb::ListAgreementsRequest { parent: partnership.to_owned(), ..Default::default() };
    done(by.agreements().list_agreements(request).await).agreements
}

/// What is wrong, by its cell.
fn blocks(report: &ImportReport) -> Vec<String> {
    let wrong = report.problems.iter().filter(|problem| problem.severity() == Severity::Blocks);
    wrong.map(|problem| format!("{} {}", problem.location, problem.code)).collect()
}

/// Partners are told by name, identifier or title; twice is once; a cell that changes changes that alone.
async fn bey_8_listed_agreements_are_taken_over_and_twice_is_once(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (lead, member) = (network.active_partner().await, network.active_partner().await);
    let title = member.title.as_ref().unwrap().translations.values().next().unwrap().text.clone();
    let word = sample::word();
    let line = |end: &str, notice: &str| {
        format!(
            "Partnership {word};{};{title};MOU;2025-01-01;{end};2024-12-01;https://example.org/{word}.pdf;{};{notice};{word}-1",
            lead.name,
            "ab".repeat(32)
        )
    };
    let second = format!(
        "partnership {word};{};{title} (funder);Letter of intent;2099-01-01;2099-12-31;;;;;",
        lead.name
    );
    let report = taken(&coordinator, &[line("2098-12-31", "30"), second.clone()]).await;
    assert_eq!(
        counted(&report),
        "partnership 1/0/0/0, agreement 2/0/0/0 problems 0",
        "{:?}",
        report.problems
    );
    let [found] = partnership(&coordinator, &lead.name).await.try_into().unwrap();
    assert_eq!((found.state(), found.members.len()), (pb::partnership::State::Active, 2));
    let mut known = agreements(&coordinator, &found.name).await;
    known.sort_by_key(pb::Agreement::state);
    let states: Vec<_> = known.iter().map(pb::Agreement::state).collect();
    assert_eq!(states, [pb::agreement::State::Draft, pb::agreement::State::InForce]);
    assert_eq!(
        (known[1].notice_days, known[1].parties[1].partner.as_str()),
        (Some(30), member.name.as_str())
    );

    let again = taken(&coordinator, &[line("2098-12-31", "30"), second.clone()]).await;
    assert_eq!(counted(&again), "partnership 0/0/1/0, agreement 0/0/2/0 problems 0");
    let changed = taken(&coordinator, &[line("2098-12-31", "45"), second]).await;
    assert_eq!(counted(&changed), "partnership 0/0/1/0, agreement 0/1/1/0 problems 0");
    let told: Vec<String> = changed
        .changes
        .iter()
        .map(|one| format!("{} {} > {}", one.location, one.before, one.after))
        .collect();
    assert_eq!(told, ["J2 30 > 45"]);
    assert_eq!(changed.changes[0].resource, known[1].name);
}

/// One bad cell, and nothing is written; each is named, with what to do and who may be meant.
async fn bey_8_a_file_with_a_bad_cell_writes_nothing(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await.speaking("fr");
    let lead = network.active_partner().await;
    let title = lead.title.as_ref().unwrap().translations.values().next().unwrap().text.clone();
    let wrong = format!("{}x", &title[..title.len() - 1]);
    let lines = [
        format!(
            "Partenariat A;{};{};MOU;2025-01-01;2098-12-31;2024-12-01;;;;",
            lead.name,
            network.home_partner().await
        ),
        format!("Partenariat B;{wrong};partners/nobody;Traité;hier;2020-12-31;;http://example.org/a;zz;400;"),
        format!(
            "Partenariat C;{};{};MOU;2025-01-01;2020-12-31;;http://example.org/a;zz;400;",
            lead.name,
            network.home_partner().await
        ),
    ];
    let report = taken(&coordinator, &lines).await;
    assert!(!report.committed && partnership(&coordinator, &lead.name).await.is_empty());
    let told = blocks(&report);
    for cell in ["B3 PARTNER_UNKNOWN", "C3 PARTNER_UNKNOWN", "D3 CHOICE_UNKNOWN", "E3 DATE_INVALID"] {
        assert!(told.contains(&cell.to_owned()), "{cell}: {told:?}");
    }
    for cell in ["F4 INVALID_FIELD", "H4 INVALID_FIELD", "I4 INVALID_FIELD", "J4 INVALID_FIELD"] {
        assert!(told.contains(&cell.to_owned()), "{cell}: {told:?}");
    }
    let unknown = report.problems.iter().find(|problem| problem.location == "B3").unwrap();
    assert!(unknown.message.contains(&lead.name), "it suggests who may be meant: {}", unknown.message);
    assert!(unknown.message.contains("enregistrez-la"), "{}", unknown.message);
    let nothing = import(&coordinator, b"a;b\n1;2\n", ImportOptions::default()).await;
    expect(Code::InvalidArgument, "HEADINGS_MISSING", nothing);
}

/// The template, filled in, comes back; its cells are named by its sheet.
async fn bey_8_the_template_is_filled_in_and_taken(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await.speaking("fr");
    let request = pb::GetAgreementsTemplateRequest {};
    let mut pieces = done(coordinator.imports().get_agreements_template(request).await);
    let mut file = Vec::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        file.extend(piece.chunk);
    }
    let read = sheet::read(&file, &sheet::Limits::default()).unwrap();
    let page = read.sheet("Accords").unwrap();
    let head = "Partenariat".to_owned();
    let heading = page.cells().find(|(.., value)| value.words().starts_with("Partnership")).unwrap();
    assert!(heading.2.words().contains(&head), "{:?}", heading.2);
    let lead = network.active_partner().await.name;
    let cells = |end: &str| {
        let mut book = sheet::Book::default();
        let heads = [
            "Partnership / Partenariat",
            "Lead / Chef de file",
            "Other members",
            "Kind of agreement / Nature de l'accord",
            "Début",
            "Fin",
            "Signé le",
        ];
        let line = |words: &[&str]| sheet::Line {
            slots: words.iter().map(|word| sheet::Slot::text(sheet::Style::Plain, *word)).collect(),
            height: 0,
        };
        let said = ["Un partenariat", &lead, "", "Convention de subvention", "2025-01-01", end, "31/12/2024"];
        let lines = vec![line(&["À reprendre"]), line(&heads), line(&said)];
        book.pages.push(sheet::Page { name: "Accords".to_owned(), lines, ..Default::default() });
        book.write().unwrap()
    };
    let alone = done(import(&coordinator, &cells("2025-12-31"), ImportOptions::default()).await);
    assert_eq!(blocks(&alone), ["Accords!C3 INVALID_FIELD"], "an agreement has two parties at least");
    let wrong = done(import(&coordinator, &cells("32/12/2025"), ImportOptions::default()).await);
    assert!(blocks(&wrong).contains(&"Accords!F3 DATE_INVALID".to_owned()), "{:?}", wrong.problems);
}

told_everywhere!(
    bey_8_listed_agreements_are_taken_over_and_twice_is_once,
    bey_8_a_file_with_a_bad_cell_writes_nothing,
    bey_8_the_template_is_filled_in_and_taken,
);
