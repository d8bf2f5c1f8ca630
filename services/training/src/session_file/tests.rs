use chassis::say::Language;
use proto::training as pb;
use proto::training::enrolment::State;
use proto::training::session::State as Session;
use proto::training::{AttendanceStatus, Mode, SpreadsheetFormat};
use sheet::form::Row;
use sheet::{Limits, Problems};

use super::attend::{self, Attendance, Said};
use super::people::{Entry, Ground, People, is, read};
use super::receive::{Filled, Sent};
use super::send::{self, How};
use super::words::{Came, Who, statuses};
use crate::enrolment::row::Model as Enrolment;
use crate::enrolment::tests::enrolment;
use crate::programme::tests::PROVIDER;
use crate::session::row::Model;
use crate::session::tests::session;

mod cells;

const HEADINGS: &str =
    "Prénom;Nom;Courriel;Téléphone;Langue;Informé le;Place;Handicap;Consentement explicite;Sexe;Session";

fn filled<S: Sent>(file: &[u8]) -> Filled<S::Column> {
    let listed = S::FORM.read(&sheet::read(file, &Limits::default()).unwrap(), S::unknown()).unwrap();
    let rows: Vec<Row<S::Column>> = listed.rows.iter().filter(|row| S::says(row)).cloned().collect();
    Filled { listed, rows, language: Language::Fr }
}

fn people(session: &Model, partners: &[&str], lines: &[&str]) -> (Vec<Entry>, Vec<String>) {
    let file = format!("{HEADINGS}\n{}\n", lines.join("\n"));
    let filled = filled::<People>(file.as_bytes());
    let partners = partners.iter().map(|partner| (*partner).to_owned()).collect();
    let ground = Ground { session, partners, named: String::new() };
    let mut problems = Problems::default();
    let entries = read(&filled, &ground, &mut problems).into_iter().map(|(_, entry)| entry).collect();
    (entries, told(&problems))
}

fn told(problems: &Problems) -> Vec<String> {
    let told = problems.0.iter().map(|problem| {
        assert!(problem.found.is_empty(), "what stands there may be personal: {problem:?}");
        let place = problem.place.as_ref().map(sheet::Place::shown).unwrap_or_default();
        format!("{place} {}", problem.code)
    });
    told.collect()
}

#[test]
fn a_row_is_a_person_without_an_account_and_their_enrolment() {
    let session = session(Session::Open);
    let (entries, wrong) =
        people(&session, &[PROVIDER], &["Awa;Diop;awa@example.org;;;31/01/2026;;;;Femmes;"]);
    assert!(wrong.is_empty(), "{wrong:?}");
    let [Entry { person, enrolment }] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!(
        (person.given_name.as_str(), person.partner.as_str(), person.user.as_str()),
        ("Awa", PROVIDER, "")
    );
    assert_eq!(person.language_code, "fr", "that of the session");
    let told = chassis::column::Micros::parse("2026-01-30T23:00:00Z").unwrap().to_timestamp();
    assert_eq!(person.information_notice_time, Some(told), "from the beginning of that day in Paris");
    assert_eq!(enrolment.mode(), Mode::Onsite, "the session offers nothing else");
    assert_eq!(enrolment.demographics.as_ref().unwrap().sex, "FEMALE");
}

#[test]
fn gdp_1_a_disability_needs_consent_in_its_own_column_and_notice_is_needed() {
    let session = session(Session::Open);
    let read = |line: &str| people(&session, &[PROVIDER], &[line]);
    let (entries, _) = read("Awa;Diop;;;;2026-01-31;;En situation de handicap;oui;;");
    let said = entries[0].enrolment.demographics.clone().unwrap();
    assert!(said.disability == "YES" && said.disability_consent);
    let (entries, _) = read("Awa;Diop;;;;2026-01-31;;En situation de handicap;non;;");
    assert!(
        !entries[0].enrolment.demographics.as_ref().unwrap().disability_consent,
        "the rule refuses it: GDP-1"
    );
    assert_eq!(read("Awa;Diop;;;;;;;;;").1, ["F2 CELL_EMPTY"]);
    assert_eq!(read("Awa;Diop;;;;hier;;;;;").1, ["F2 DATE_INVALID"]);
}

#[test]
fn what_is_wrong_names_its_cell_and_repeats_nothing_personal() {
    let mut hybrid = session(Session::Open);
    hybrid.mode = Mode::Hybrid.into();
    let lines = [
        ";;;;;2026-01-31;Sur place;;;;",
        "Awa;Diop;;;;2026-01-31;;;;;",
        "Ada;Ba;;;;2026-01-31;au fond;Peut-être;x;y;",
    ];
    let (entries, wrong) = people(&hybrid, &[PROVIDER], &lines);
    assert!(entries.is_empty());
    let expected = [
        "A2 CELL_EMPTY",
        "B2 CELL_EMPTY",
        "G3 CELL_EMPTY",
        "J4 CHOICE_UNKNOWN",
        "H4 CHOICE_UNKNOWN",
        "I4 CHOICE_UNKNOWN",
        "G4 CHOICE_UNKNOWN",
    ];
    assert_eq!(wrong, expected);
    let several = people(&hybrid, &[PROVIDER, "partners/b"], &["Awa;Diop;;;;2026-01-31;Sur place;;;;"]);
    assert_eq!(several.1, ["A2 PARTNER_UNKNOWN"], "in whose name?");
}

#[test]
fn people_are_told_apart_by_what_is_known_of_them() {
    let session = session(Session::Open);
    let at = |lines: &[&str]| people(&session, &[PROVIDER], lines).1;
    assert_eq!(
        at(&["Awa;Diop;a@b.org;;;2026-01-31;;;;;", "AWA;diop;A@B.org;;;2026-01-31;;;;;"]),
        ["A3 ROW_TWICE"]
    );
    assert_eq!(at(&["Awa;Diop;a@b.org;;;2026-01-31;;;;;", "Awa;Diop;c@d.org;;;2026-01-31;;;;;"]).len(), 0);
    assert_eq!(at(&["Awa;Diop;;33 1;;2026-01-31;;;;;", "Awa;Diop;;33-1;;2026-01-31;;;;;"]), ["A3 ROW_TWICE"]);
    assert_eq!(at(&["Awa;Diop;;33 1;;2026-01-31;;;;;", "Awa;Diop;;33-2;;2026-01-31;;;;;"]).len(), 0);
    let known = crate::participant::tests::participant("awa", PROVIDER);
    let says = |given: &str, email: &str, partner: &str| pb::Participant {
        given_name: given.to_owned(),
        family_name: "DIOP".to_owned(),
        email: email.to_owned(),
        partner: partner.to_owned(),
        ..Default::default()
    };
    assert!(is(&known, &says("awa", "", PROVIDER)) && is(&known, &says("Awa", "AWA@example.org", PROVIDER)));
    assert!(
        !is(&known, &says("Awa", "other@example.org", PROVIDER)) && !is(&known, &says("Ada", "", PROVIDER))
    );
    assert!(!is(&known, &says("Awa", "", "partners/other")), "whom others entered is nobody here");
}

fn seated() -> Enrolment {
    enrolment(State::Confirmed, Session::InProgress)
}

fn attended(person: &Enrolment, line: &str) -> (Option<pb::AttendanceEntry>, Vec<String>) {
    let file = format!(
        "Identifiant de la rencontre;Personne;Présence;Minutes;Inscription;Connu avant\n{}\n",
        line.replace('@', &person.name)
    );
    let filled = filled::<Attendance>(file.as_bytes());
    let mut problems = Problems::default();
    let row = &filled.rows[0];
    let known = (row.words(Came::Enrolment) == person.name).then_some(person);
    let said = attend::read(&filled, row, &statuses(), known, &mut problems);
    let entry = match said {
        Some(Said::New(entry)) => Some(entry),
        Some(Said::Same) | None => None,
    };
    (entry, told(&problems))
}

#[test]
fn attendance_is_read_from_a_row_and_what_is_wrong_names_its_cell() {
    let person = seated();
    let (entry, wrong) = attended(&person, "m1;Awa;présent en partie;45;@;|");
    assert!(wrong.is_empty(), "{wrong:?}");
    let entry = entry.unwrap();
    assert_eq!((entry.status(), entry.minutes), (AttendanceStatus::Partial, Some(45)));
    assert_eq!(attended(&person, "m1;Awa;peut-être;;@;|").1, ["C2 CHOICE_UNKNOWN"]);
    assert_eq!(attended(&person, "m1;Awa;;45;@;|").1, ["C2 CELL_EMPTY"]);
    assert_eq!(attended(&person, "m1;Awa;Présent;1,5;@;|").1, ["D2 NUMBER_INVALID"]);
    assert_eq!(attended(&person, "m1;Awa;Présent;;someone;|").1, ["B2 ENROLMENT_UNKNOWN"]);
}

#[test]
fn what_others_wrote_down_meanwhile_is_not_written_over() {
    let came = |status: AttendanceStatus, minutes| pb::MeetingAttendance {
        meeting_id: "m1".to_owned(),
        status: status.into(),
        minutes,
    };
    let with = |status, minutes| {
        let mut person = seated();
        person.attendance = vec![came(status, minutes)].into();
        person
    };
    let present = with(AttendanceStatus::Present, 120);
    let issued = attend::remembered(present.attendance.first());
    let absent = with(AttendanceStatus::Absent, 0);
    let line = |status: &str, minutes: &str| format!("m1;Awa;{status};{minutes};@;{issued}");
    assert_eq!(attended(&present, &line("Présent", "120")), (None, Vec::new()), "as it is");
    assert!(attended(&present, &line("Absent", "")).0.is_some(), "corrected");
    assert_eq!(attended(&absent, &line("Présent", "120")), (None, Vec::new()), "not touched here");
    assert_eq!(attended(&absent, &line("Absent", "")), (None, Vec::new()), "said by both");
    assert_eq!(attended(&absent, &line("Excusé", "")).1, ["C2 CHANGED_MEANWHILE"]);
    assert_eq!(attended(&absent, "m1;Awa;Présent;;@;|").1, ["C2 CHANGED_MEANWHILE"]);
    assert!(
        attended(&absent, "m1;Awa;Présent;;@;").0.is_some(),
        "a sheet that remembers nothing is taken as it is"
    );
}

#[test]
fn templates_are_read_back_in_both_languages_and_kinds() {
    let mut session = session(Session::InProgress);
    for (index, meeting) in session.meetings.iter_mut().enumerate() {
        meeting.meeting_id = format!("m{}", index + 1);
    }
    for language in [Language::En, Language::Fr] {
        for format in [SpreadsheetFormat::Xlsx, SpreadsheetFormat::Csv] {
            let how = How { language, format };
            let made = send::people(&session, PROVIDER, how).unwrap();
            let list = filled::<People>(&made.file);
            assert!(list.rows.is_empty() && list.listed.ignored.is_empty(), "{:?}", list.listed);
            let first = &list.listed.rows[0];
            assert_eq!(
                (first.words(Who::Session), first.words(Who::Partner)),
                (session.name.clone(), PROVIDER.to_owned())
            );
            let person = seated();
            let made = send::attendance(&session, std::slice::from_ref(&person), how).unwrap();
            let sheet = filled::<Attendance>(&made.file);
            assert!(sheet.rows.is_empty(), "nothing is known, so nothing is said");
            let rows = &sheet.listed.rows;
            assert_eq!(rows.len(), 2, "a row for each meeting");
            assert_eq!(
                (rows[1].words(Came::Meeting).as_str(), rows[1].words(Came::Before).as_str()),
                ("m2", "|")
            );
            assert_eq!(rows[0].words(Came::When), "2026-04-01 10:00–12:00");
            assert_eq!(rows[0].words(Came::Enrolment), person.name);
        }
    }
}
