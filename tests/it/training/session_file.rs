//! Stories of lists of people and of attendance sheets: fetched, filled in, checked, sent, and sent again.

use proto::common::import_problem::Severity;
use proto::common::{FileChunk, ImportOptions};
use proto::training as pb;
use proto::training::enrolment::State;
use tonic::{Code, Response, Status, Streaming};

use super::enrolment::{listed, read};
use super::session::school;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::import::{content, counted};

type Answered = Result<Response<pb::SessionFileResult>, Status>;

/// A file that came in pieces.
async fn whole(mut pieces: Streaming<FileChunk>) -> Vec<u8> {
    let mut file = Vec::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        file.extend(piece.chunk);
    }
    file
}

async fn list(by: &Caller, session: &str) -> Vec<u8> {
    let request = pb::GetEnrolmentTemplateRequest {
        name: session.to_owned(),
        format: pb::SpreadsheetFormat::Csv.into(),
        language_code: "en".to_owned(),
        ..Default::default()
    };
    whole(done(by.session_files().get_enrolment_template(request).await)).await
}

async fn attendance(by: &Caller, session: &str) -> Vec<u8> {
    let request = pb::GetAttendanceTemplateRequest {
        name: session.to_owned(),
        format: pb::SpreadsheetFormat::Csv.into(),
        language_code: "en".to_owned(),
    };
    whole(done(by.session_files().get_attendance_template(request).await)).await
}

fn options() -> ImportOptions {
    ImportOptions { file_name: "people.csv".to_owned(), ..Default::default() }
}

async fn check(by: &Caller, file: &[u8]) -> pb::SessionFileResult {
    done(by.session_files().check_enrolment_file(tokio_stream::iter(content(file, options()))).await)
}

async fn submit(by: &Caller, file: &[u8]) -> Answered {
    by.session_files().submit_enrolment_file(tokio_stream::iter(content(file, options()))).await
}

async fn attend(by: &Caller, file: &[u8]) -> Answered {
    by.session_files().submit_attendance_file(tokio_stream::iter(content(file, options()))).await
}

/// The template with these people in it: what it remembers of its session stands in its first row.
fn filled(template: &[u8], people: &[String]) -> Vec<u8> {
    let text = String::from_utf8(template.to_vec()).unwrap();
    let mut lines = text.lines();
    let (heads, first) = (lines.next().unwrap(), lines.next().unwrap());
    let remembered: Vec<&str> = first.rsplitn(3, ',').collect();
    let rest = format!("{},{}", remembered[1], remembered[0]);
    let rows: Vec<String> = people
        .iter()
        .enumerate()
        .map(|(index, person)| format!("{person},{}", if index == 0 { rest.as_str() } else { "," }))
        .collect();
    format!("{heads}\n{}\n", rows.join("\n")).into_bytes()
}

/// Given name, family name, e-mail and the rest up to the status.
fn person(word: &str, index: usize, more: &str) -> String {
    format!("Awa{index}{word},Diop{word},{index}{word}@example.org,,,2026-01-05,,{more}")
}

/// All of a list are enrolled in the order of its rows, as seats are; sent twice, nobody is enrolled twice.
async fn trn_8_a_list_is_enrolled_once_in_the_order_of_its_rows(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(pb::Session { waitlist_limit: 2, ..school.draft(2) }).await;
    let (admin, word) = (school.admin.again().await, crate::sample::word());
    let template = list(&admin, &session.name).await;
    let needs = format!("needs{word}");
    let people: Vec<String> = (0..4)
        .map(|index| {
            person(&word, index, &format!("{},Women,,Yes,Yes,", if index == 0 { needs.as_str() } else { "" }))
        })
        .collect();
    let file = filled(&template, &people);
    let told = check(&admin, &file).await;
    let report = told.import_report.clone().unwrap();
    assert_eq!(counted(&report), "enrolment 4/0/0/0 problems 0", "{:?}", report.problems);
    assert!(!report.committed && told.rows.iter().all(|row| row.enrolment.is_empty()));
    assert!(listed(&admin, &session.name, "").await.is_empty(), "a check writes nothing");

    let sent = done(submit(&admin, &file).await);
    assert!(sent.import_report.as_ref().unwrap().committed && sent.corrected_file.is_empty());
    let got: Vec<_> =
        sent.rows.iter().map(|row| (row.location.as_str(), row.state(), row.waitlist_position)).collect();
    let expected = [
        ("A2", State::Confirmed, 0),
        ("A3", State::Confirmed, 0),
        ("A4", State::Waitlisted, 1),
        ("A5", State::Waitlisted, 2),
    ];
    assert_eq!(got, expected);
    let first = done(read(&admin, &sent.rows[0].enrolment).await);
    assert_eq!(first.special_needs, needs);
    let said = first.demographics.unwrap();
    assert_eq!(
        (said.sex.as_str(), said.disability.as_str(), said.disability_consent),
        ("FEMALE", "YES", true)
    );

    let again = done(submit(&admin, &file).await);
    assert_eq!(counted(again.import_report.as_ref().unwrap()), "enrolment 0/0/4/0 problems 0");
    let places = |result: &pb::SessionFileResult| {
        result.rows.iter().map(|row| (row.enrolment.clone(), row.waitlist_position)).collect::<Vec<_>>()
    };
    assert_eq!(places(&again), places(&sent), "each keeps what it got");
    assert!(again.rows.iter().all(|row| row.already_enrolled));
    assert_eq!(listed(&admin, &session.name, "").await.len(), 4);

    // One more than there is room for: nobody of the file is enrolled, and the sender is told at which cell.
    let more: Vec<String> = people.iter().cloned().chain([person(&word, 4, ",,,,,")]).collect();
    let full = done(submit(&admin, &filled(&template, &more)).await);
    let problem = &full.import_report.as_ref().unwrap().problems[0];
    assert_eq!((problem.location.as_str(), problem.code.as_str()), ("A6", "SESSION_FULL"));
    assert_eq!(listed(&admin, &session.name, "").await.len(), 4);
}

/// One bad cell, and nobody is entered or enrolled; the file comes back with what to do, and says nothing personal elsewhere.
async fn a_list_with_a_bad_cell_enrols_nobody(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(school.draft(5)).await;
    let (admin, word) = (school.admin.again().await.speaking("fr"), crate::sample::word());
    let template = list(&admin, &session.name).await;
    let people = [
        person(&word, 0, ",,,,,"),
        format!("Ada,Ba{word},canary{word},,,,au fond,,,,,,"),
        format!("Eva,Ba{word},,,,2999-01-01,,,,,,,"),
        format!("Ida,Ba{word},,,,2026-01-05,,,,,YES,No,"),
    ];
    let result = done(submit(&admin, &filled(&template, &people)).await);
    let report = result.import_report.unwrap();
    assert!(!report.committed && listed(&admin, &session.name, "").await.is_empty());
    let told: Vec<String> =
        report.problems.iter().map(|problem| format!("{} {}", problem.location, problem.code)).collect();
    assert_eq!(told, ["F3 CELL_EMPTY", "G3 CHOICE_UNKNOWN", "F4 FIELD_INVALID", "K5 FIELD_INVALID"]);
    assert!(
        report
            .problems
            .iter()
            .all(|problem| problem.severity() == Severity::Blocks && problem.found.is_empty())
    );
    assert!(report.problems[0].message.contains("RGPD"), "{:?}", report.problems[0]);
    let noted = sheet::read(&result.corrected_file, &sheet::Limits::default()).unwrap();
    assert!(noted.sheet("À corriger").is_some(), "{:?}", noted.sheets.len());
    let entered = done(admin.participants().list_participants(pb::ListParticipantsRequest::default()).await);
    assert!(entered.participants.is_empty(), "nobody was entered");
    super::nothing_says(network, &[&format!("canary{word}"), &format!("Ba{word}")]).await;

    let stranger = network.partner_admin(&network.active_partner().await.name).await;
    let theirs = done(submit(&stranger, &filled(&template, &people[..1])).await);
    assert_eq!(theirs.import_report.unwrap().problems[0].code, "PARTNER_UNKNOWN", "in the name of others");
    let file = filled(&template, &people[..1]);
    let whole = ImportOptions { partial: true, ..options() };
    let partial =
        admin.session_files().submit_enrolment_file(tokio_stream::iter(content(&file, whole))).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", partial).fields, ["options.partial"]);
    let none = submit(&admin, b"a,b\n1,2\n").await;
    expect(Code::InvalidArgument, "HEADINGS_MISSING", none);
    let nowhere = submit(&admin, format!("Prénom,Nom\nAwa,Ba{word}\n").as_bytes()).await;
    expect(Code::InvalidArgument, "TEMPLATE_UNKNOWN", nowhere);
}

/// A day of a trainer: the sheet is filled in without a network and sent, again after a cut, and never over what others wrote.
async fn trn_13_attendance_is_written_down_by_spreadsheet(network: &'static Network) {
    let school = school(network).await;
    let (opened, people) = school.crowd(3, 3).await;
    for person in &people {
        done(super::enrolment::enrol(&school.admin, &opened.name, person).await);
    }
    let outsider = network.partner_admin(&network.active_partner().await.name).await;
    network.later(11);
    let (admin, teacher) = (school.admin.again().await, school.teacher.again().await);
    let template = attendance(&teacher, &opened.name).await;
    let text = String::from_utf8(template).unwrap();
    assert_eq!(text.lines().count(), 7, "three people, two meetings: {text}");
    // The third and fourth columns hold what is to be filled in.
    let fill = |text: &str, meeting: &str, what: &[&str]| {
        let mut what = what.iter();
        let lines = text.lines().map(|line| match line.starts_with(meeting) {
            true => {
                let mut cells: Vec<&str> = line.split(',').collect();
                let said = what.next().unwrap().split(',').collect::<Vec<_>>();
                (cells[3], cells[4]) = (said[0], said[1]);
                cells.join(",")
            }
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n").into_bytes()
    };
    let wrong = done(attend(&teacher, &fill(&text, "m1", &["Present,", "In part,", "Absent,5"])).await);
    let report = wrong.import_report.unwrap();
    let told: Vec<String> =
        report.problems.iter().map(|problem| format!("{} {}", problem.location, problem.code)).collect();
    assert_eq!(told, ["E3 FIELD_INVALID", "E4 FIELD_INVALID"]);
    let mut seated = listed(&admin, &opened.name, "").await;
    assert!(seated.iter().all(|one| one.attendance.is_empty()), "nothing half written");

    let file = fill(&text, "m1", &["Present,", "In part,45", "Absent,"]);
    let checked =
        teacher.session_files().check_attendance_file(tokio_stream::iter(content(&file, options()))).await;
    let counts = |result: pb::SessionFileResult| counted(&result.import_report.unwrap());
    assert_eq!(counts(done(checked)), "attendance 3/0/0/0 problems 0");
    assert!(listed(&admin, &opened.name, "").await.iter().all(|one| one.attendance.is_empty()));
    assert_eq!(counts(done(attend(&teacher, &file).await)), "attendance 3/0/0/0 problems 0");
    assert_eq!(counts(done(attend(&teacher, &file).await)), "attendance 0/0/3/0 problems 0", "after a cut");
    seated = listed(&admin, &opened.name, "").await;
    let mut minutes: Vec<i32> = seated.iter().map(|one| one.attendance[0].minutes).collect();
    minutes.sort_unstable();
    assert_eq!(minutes, [0, 45, 120]);

    // What is known comes prefilled; whoever corrects it by another way is not written over.
    let known = String::from_utf8(attendance(&teacher, &opened.name).await).unwrap();
    assert!(known.contains("Present,120,") && known.contains("In part,45,"), "{known}");
    let all = fill(&known, "m1", &["Present,", "Present,", "Present,"]);
    let late = seated.iter().find(|one| one.attendance[0].minutes == 45).unwrap();
    let entry = super::attendance::entry(&late.name, pb::AttendanceStatus::Excused, None);
    done(super::attendance::record(&admin, &opened.name, "m1", vec![entry]).await);
    let conflict = done(attend(&teacher, &all).await).import_report.unwrap();
    assert_eq!((conflict.problems.len(), conflict.problems[0].code.as_str()), (1, "CHANGED_MEANWHILE"));
    let early = done(attend(&teacher, &fill(&text, "m2", &["Present,", ",", ","])).await);
    assert_eq!(early.import_report.unwrap().problems[0].location, "B5", "it has not begun");
    expect(Code::PermissionDenied, "PERMISSION_DENIED", attend(&outsider.again().await, &file).await);
}

told_everywhere!(
    trn_8_a_list_is_enrolled_once_in_the_order_of_its_rows,
    a_list_with_a_bad_cell_enrols_nobody,
);

told_alone!(trn_13_attendance_is_written_down_by_spreadsheet);
