//! Reports by spreadsheet: made, filled in, checked, sent, and sent again.

use proto::auth::Role;
use proto::common::import_problem::Severity;
use proto::common::import_request::Piece;
use proto::common::{ImportCount, ImportOptions, ImportRequest};
use proto::projects as pb;
use proto::projects::get_report_template_request::Format;
use proto::projects::report::State;
use sheet::{Limits, Value, Workbook};
use tonic::{Code, Response, Status};

use super::reporting::{Reporting, accept, change, give_back, halves, number, read, reporting, value};
use super::{lead, reporter};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

pub(crate) const VALUE: u32 = 7;

async fn template(caller: &Caller, project: &str, period: &str, format: Format) -> Vec<u8> {
    let request = pb::GetReportTemplateRequest {
        parent: project.to_owned(),
        reporting_period: period.to_owned(),
        language_code: "fr".to_owned(),
        format: format.into(),
    };
    let mut pieces = done(caller.reports().get_report_template(request).await);
    let (mut file, mut names) = (Vec::new(), Vec::new());
    while let Some(piece) = pieces.message().await.unwrap() {
        names.push(piece.file_name);
        file.extend(piece.chunk);
    }
    assert!(names[0].starts_with("rapport-") && names[1..].iter().all(String::is_empty), "{names:?}");
    file
}

/// Types into a spreadsheet, as a program would keep it.
pub(crate) fn filled(file: &[u8], typed: &[sheet::Typed<'_>]) -> Vec<u8> {
    sheet::typed(file, typed).unwrap()
}

fn open(file: &[u8]) -> Workbook {
    sheet::read(file, &Limits::default()).unwrap()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn pieces(file: &[u8], options: ImportOptions) -> Vec<ImportRequest> {
    let options = ImportOptions { file_name: "rapport.xlsx".to_owned(), ..options };
    let chunks = file.chunks(100_000).map(|chunk| Piece::Chunk(chunk.to_vec()));
    let pieces = std::iter::once(Piece::Options(options)).chain(chunks);
    pieces.map(|piece| ImportRequest { piece: Some(piece) }).collect()
}

type Answer = Result<Response<pb::ReportFileResult>, Status>;

async fn check(caller: &Caller, file: &[u8]) -> Answer {
    let pieces = pieces(file, ImportOptions::default());
    caller.reports().check_report_file(tokio_stream::iter(pieces)).await
}

async fn send(caller: &Caller, file: &[u8], options: ImportOptions) -> Answer {
    caller.reports().submit_report_file(tokio_stream::iter(pieces(file, options))).await
}

fn partial() -> ImportOptions {
    ImportOptions { partial: true, ..ImportOptions::default() }
}

pub(crate) fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap()
}

fn count(result: &pb::ReportFileResult) -> (i32, i32, i32, i32) {
    let ImportCount { created, updated, unchanged, refused, .. } =
        result.import_report.as_ref().unwrap().counts[0];
    (created, updated, unchanged, refused)
}

async fn reports(caller: &Caller, project: &str) -> Vec<pb::Report> {
    let request = pb::ListReportsRequest { parent: project.to_owned(), ..Default::default() };
    done(caller.reports().list_reports(request).await).reports
}

/// All that a review asks for (200 of each were promised until then), typed into the template of a period.
pub(crate) fn whole(reporting: &Reporting, people: i64, devices: i64) -> Vec<(&str, &str, u32, Value)> {
    vec![
        ("Rapport", id(&reporting.people), VALUE, Value::Number(people.into())),
        ("Rapport", id(&reporting.devices), VALUE, Value::Number(devices.into())),
        ("Récit", "narrative.progress", 2, text("Nous avons aidé.")),
        ("Récit", "evidence.1", 2, text("Enquête")),
        ("Récit", "evidence.1", 3, text("https://example.org/enquete.pdf")),
    ]
}

async fn a_report_goes_round_by_spreadsheet(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (writer, reviewer) = (reporter(network, &partner).await.speaking("fr"), network.reviewer().await);
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let made = template(&writer, &reporting.project, &period, Format::Xlsx).await;

    // Not all of it is right at first.
    let mut typed = whole(&reporting, 200, 200);
    typed[0].3 = text("une centaine");
    typed.pop();
    let wrong = filled(&made, &typed);
    let checked = done(check(&writer, &wrong).await);
    assert_eq!((count(&checked), checked.import_report.as_ref().unwrap().committed), ((1, 0, 0, 1), false));
    let codes: Vec<_> = checked.groups.iter().map(|group| (group.code.as_str(), group.severity())).collect();
    assert!(codes.contains(&("NUMBER_EXPECTED", Severity::Blocks)), "{codes:?}");
    assert!(codes.contains(&("FIELD_INVALID", Severity::Blocks)), "evidence without its address: {codes:?}");
    let problems = &checked.import_report.as_ref().unwrap().problems;
    let number = problems.iter().find(|problem| problem.code == "NUMBER_EXPECTED").unwrap();
    assert_eq!((number.location.as_str(), number.found.as_str()), ("Rapport!H4", "une centaine"));
    assert!(number.message.contains("chiffres"), "in the caller's language: {}", number.message);
    let noted = open(&checked.corrected_file);
    assert_eq!(noted.sheet("À corriger").unwrap().get(1, 0).map(Value::words).as_deref(), Some("Rapport!H4"));
    let sent = done(send(&writer, &wrong, ImportOptions::default()).await);
    assert_eq!(
        (sent.receipt.as_str(), sent.report.is_none()),
        ("", true),
        "what does not pass the check is not taken"
    );
    assert!(reports(&writer, &reporting.project).await.is_empty(), "nothing was saved");

    // The noted file is corrected and sent.
    let right = filled(&checked.corrected_file, &whole(&reporting, 200, 200));
    let checked = done(check(&writer, &right).await);
    assert_eq!((count(&checked), checked.groups.as_slice()), ((2, 0, 0, 0), &[][..]));
    assert!(reports(&writer, &reporting.project).await.is_empty(), "a check saves nothing");
    let options = ImportOptions { request_id: uuid::Uuid::new_v4().to_string(), ..ImportOptions::default() };
    let sent = done(send(&writer, &right, options.clone()).await);
    let report = sent.report.as_ref().unwrap();
    assert_eq!((report.state(), count(&sent)), (State::Submitted, (2, 0, 0, 0)));
    assert!(
        sent.import_report.as_ref().unwrap().committed && sent.receipt.starts_with("R-"),
        "{}",
        sent.receipt
    );
    assert_eq!(checked.changes, sent.changes, "the check said what happens");
    let again = done(send(&writer, &right, options).await);
    assert_eq!(again, sent, "the same request is done once");
    let again = done(send(&writer, &right, ImportOptions::default()).await);
    assert!(again.already_received && again.changes.is_empty());
    assert_eq!((again.received_time, count(&again)), (sent.received_time, (0, 0, 0, 0)));
    let [only] = reports(&writer, &reporting.project).await.try_into().unwrap();
    assert_eq!((only.revision, only.submitter.as_str()), (report.revision, writer.name.as_str()));

    // It is returned, changed by another spreadsheet, and accepted.
    done(reviewer.reports().review_report(give_back(&only.name, "Vraiment ?")).await);
    let made = template(&writer, &reporting.project, &period, Format::Xlsx).await;
    let better = filled(&made, &[("Rapport", id(&reporting.people), VALUE, Value::Number(201.into()))]);
    let sent = done(send(&writer, &better, ImportOptions::default()).await);
    assert_eq!((count(&sent), sent.report.unwrap().state()), ((0, 1, 1, 0), State::Submitted));
    let accepted = done(reviewer.reports().review_report(accept(&only.name)).await);
    assert_eq!(accepted.values[0].actual, Some(super::reporting::number("201")));
    let refused = send(&writer, &filled(&made, &whole(&reporting, 1, 1)), ImportOptions::default()).await;
    expect(Code::FailedPrecondition, "STATE", refused);
}

async fn what_is_sound_is_saved_as_a_draft_when_asked_for(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let writer = reporter(network, &partner).await;
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let made = template(&writer, &reporting.project, &period, Format::Xlsx).await;
    let mut typed = whole(&reporting, 200, 200);
    typed[0].3 = text("1,234");
    let file = filled(&made, &typed);
    let sent = done(send(&writer, &file, partial()).await);
    assert_eq!((count(&sent), sent.receipt.as_str()), ((1, 0, 0, 1), ""));
    assert!(sent.import_report.unwrap().committed);
    let report = read(&writer, &sent.report.unwrap().name).await;
    assert_eq!(report.state(), State::Draft);
    assert_eq!(report.values, [value(&reporting.devices, "200")], "only what is sound");
    let sent =
        done(send(&writer, &filled(&file, &whole(&reporting, 200, 200)), ImportOptions::default()).await);
    assert_eq!((count(&sent), sent.report.unwrap().state()), ((1, 0, 1, 0), State::Submitted));
}

async fn what_a_colleague_changed_meanwhile_is_not_overwritten(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let writer = reporter(network, &partner).await;
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let draft = reporting.create(reporting.draft(&period, "10", "20"));
    let begun = done(admin.reports().create_report(draft).await);
    let made = template(&writer, &reporting.project, &period, Format::Xlsx).await;
    let values = vec![value(&reporting.people, "11"), value(&reporting.devices, "20")];
    done(admin.reports().update_report(change(pb::Report { values, ..begun.clone() }, &["values"])).await);
    let file = filled(
        &made,
        &[
            ("Rapport", id(&reporting.people), VALUE, Value::Number(12.into())),
            ("Rapport", id(&reporting.devices), VALUE, Value::Number(21.into())),
        ],
    );
    let sent = done(send(&writer, &file, ImportOptions::default()).await);
    let [conflict] = sent.conflicts.as_slice() else { panic!("{:?}", sent.conflicts) };
    assert_eq!(
        (&conflict.template_value, &conflict.current_value, &conflict.file_value),
        (&Some(number("10")), &Some(number("11")), &Some(number("12")))
    );
    assert_eq!((conflict.location.as_str(), count(&sent)), ("Rapport!H4", (0, 1, 0, 1)));
    assert!(!sent.corrected_file.is_empty());
    let now = read(&writer, &begun.name).await;
    assert_eq!(
        (now.state(), now.values[1].actual.clone()),
        (State::Draft, Some(number("20"))),
        "nothing was saved"
    );
}

async fn a_table_for_programs_goes_round_too(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let writer = reporter(network, &partner).await;
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let made = template(&writer, &reporting.project, &period, Format::Csv).await;
    let table = String::from_utf8(made).unwrap();
    assert!(table.starts_with("\u{feff}key;indicator;"), "as French spreadsheet programs open it");
    let people = id(&reporting.people);
    let typed = table.lines().map(|line| {
        let mut cells: Vec<&str> = line.split(';').collect();
        match cells[0] {
            key if key == people => cells[8] = "12,5",
            "narrative.progress" => cells[8] = "Nous avons aidé.",
            _ => {}
        }
        cells.join(";")
    });
    let typed = typed.collect::<Vec<_>>().join("\r\n");
    let sent = done(send(&writer, typed.as_bytes(), partial()).await);
    let report = sent.report.unwrap();
    assert_eq!(
        (report.state(), report.values.len()),
        (State::Draft, 1),
        "devices are due too: {:?}",
        sent.groups
    );
    assert_eq!(report.values[0].actual, Some(number("12.5")));
    assert_eq!(sent.groups[0].code, "VALUE_MISSING");
    assert!(!open(&sent.corrected_file).sheets.is_empty(), "as XLSX, with notes");
}

async fn a_spreadsheet_is_for_those_who_report(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (other, stranger) = lead(network).await;
    assert_ne!(partner, other);
    let writer = reporter(network, &partner).await;
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let made = template(&writer, &reporting.project, &period, Format::Xlsx).await;
    let file = filled(&made, &whole(&reporting, 200, 200));
    let request = pb::GetReportTemplateRequest {
        parent: reporting.project.clone(),
        reporting_period: period.clone(),
        ..Default::default()
    };
    let asked = stranger.reports().get_report_template(request.clone()).await.map(|_| Response::new(()));
    expect(Code::PermissionDenied, "PERMISSION_DENIED", asked);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", check(&stranger, &file).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", send(&stranger, &file, partial()).await);
    let coordinator = network.coordinator().await;
    done(coordinator.reports().get_report_template(request.clone()).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", send(&coordinator, &file, partial()).await);
    let trainer = network.colleague(&partner, Role::Trainer).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", send(&trainer, &file, partial()).await);
    let unknown =
        pb::GetReportTemplateRequest { reporting_period: "reportingPeriods/none".to_owned(), ..request };
    let refused = writer.reports().get_report_template(unknown).await.map(|_| Response::new(()));
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["reporting_period"]);
}

async fn what_is_no_report_is_refused_before_it_is_opened(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let writer = reporter(network, &partner).await;
    for (file, reason) in [
        (b"PK\x03\x04 broken".to_vec(), "FILE_DAMAGED"),
        (b"\xD0\xCF\x11\xE0 old".to_vec(), "FILE_UNKNOWN"),
        (b"name;value\nAwa;1\n".to_vec(), "TEMPLATE_UNKNOWN"),
        (Vec::new(), "TEMPLATE_UNKNOWN"),
    ] {
        let refusal = expect(Code::InvalidArgument, reason, check(&writer, &file).await);
        assert_eq!(refusal.fields, ["file"]);
    }
    let large = vec![b'a'; (10 << 20) + 1];
    expect(Code::ResourceExhausted, "TOO_LARGE", check(&writer, &large).await);
    let said = check(&writer.speaking("fr"), b"a;b\n").await.unwrap_err();
    assert!(crate::caller::Refusal::of(&said).message.contains("modèle"));
}

told_everywhere!(
    a_report_goes_round_by_spreadsheet,
    what_is_sound_is_saved_as_a_draft_when_asked_for,
    what_a_colleague_changed_meanwhile_is_not_overwritten,
    a_table_for_programs_goes_round_too,
    a_spreadsheet_is_for_those_who_report,
    what_is_no_report_is_refused_before_it_is_opened,
);
