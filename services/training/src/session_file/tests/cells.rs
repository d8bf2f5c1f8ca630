//! Each refusal names the cell that it comes from, and a file says one session.

use chassis::auth::Role;
use chassis::error::{Error, Result};
use chassis::say;

use super::*;
use crate::enrolment::attendance::record;
use crate::enrolment::rules::{Counts, enrol};
use crate::participant::tests::participant;
use crate::programme::tests::{OTHER, admin, person, told as refused};
use crate::session::rules::begun;
use crate::session_file::people::{self, Whom, enrolling, recognise};
use crate::session_file::receive::session_of;

/// All that a list of people may say, from A to O.
const WHOLE: &str = "Prénom;Nom;Courriel;Téléphone;Langue;Informé le;Place;Besoins particuliers;Sexe;Âge;Handicap;\
                     Consentement explicite;Situation;Organisation;Session";

fn whole(lines: &[&str]) -> Filled<Who> {
    filled::<People>(format!("{WHOLE}\n{}\n", lines.join("\n")).as_bytes())
}

fn read_of(filled: &Filled<Who>, partners: &[&str], named: &str) -> (Vec<Entry>, Vec<String>) {
    let session = session(Session::Open);
    let partners = partners.iter().map(|partner| (*partner).to_owned()).collect();
    let ground = Ground { session: &session, partners, named: named.to_owned() };
    let mut problems = Problems::default();
    let entries = read(filled, &ground, &mut problems).into_iter().map(|(_, entry)| entry).collect();
    (entries, told(&problems))
}

/// The cells of the first row at which a refusal is told, where it is one of cells.
fn blamed<C: Copy + Ord, T>(filled: &Filled<C>, refusal: Result<T>, origin: fn(&str) -> C) -> Vec<String> {
    let mut problems = Problems::default();
    let Err(refusal) = refusal else { unreachable!("it is refused") };
    filled.blame(&mut problems, &filled.rows[0], refusal, origin).unwrap();
    told(&problems)
}

#[test]
fn trn_8_what_a_list_asks_for_is_refused_at_the_cells_it_comes_from() {
    let long = "x".repeat(2001);
    let line =
        format!("{long};{long};canary;canary;français;2999-01-01;;{long};;;En situation de handicap;;;;");
    let filled = whole(&[&line]);
    let (entries, wrong) = read_of(&filled, &[PROVIDER], "");
    assert!(wrong.is_empty(), "{wrong:?}");
    let made = crate::participant::rules::create("", &entries[0].person, &admin(PROVIDER));
    let mut cells = blamed(&filled, made, people::origin);
    cells.dedup();
    assert_eq!(cells, ["A2", "B2", "C2", "D2", "E2", "F2"].map(|cell| format!("{cell} FIELD_INVALID")));
    let draft = pb::Enrolment { participant: "participants/p".to_owned(), ..entries[0].enrolment.clone() };
    let made = enrol(&session(Session::Open), "", &draft, &Counts::default(), &admin(PROVIDER));
    assert_eq!(blamed(&filled, made, people::origin), ["H2 FIELD_INVALID", "K2 FIELD_INVALID"]);
    for (field, cell) in [
        ("enrolment.mode", "G2"),
        ("enrolment.demographics.sex", "I2"),
        ("enrolment.demographics.age_band", "J2"),
        ("enrolment.demographics.status", "M2"),
        ("participant.partner", "N2"),
    ] {
        let refusal: Result<()> = Err(Error::invalid(field, say!("no", "non")));
        assert_eq!(blamed(&filled, refusal, people::origin), [format!("{cell} FIELD_INVALID")], "{field}");
    }
}

#[test]
fn trn_9_a_full_session_is_told_at_the_row_and_what_no_cell_causes_is_no_problem_of_one() {
    let filled = whole(&["Awa;Diop;;;;2026-01-31;;;;;;;;;"]);
    let full =
        || Error::Exhausted { reason: "SESSION_FULL", why: say!("full", "complet"), retry_after: None };
    assert_eq!(blamed(&filled, Err::<(), _>(full()), people::origin), ["A2 SESSION_FULL"]);
    let slow = Error::Exhausted { reason: "RATE", why: say!("slow", "lent"), retry_after: None };
    for other in [Error::refused("STATE", say!("no", "non")), slow] {
        let mut problems = Problems::default();
        assert!(filled.blame(&mut problems, &filled.rows[0], other, people::origin).is_err());
        assert!(problems.0.is_empty(), "{problems:?}");
    }
}

#[test]
fn trn_8_a_person_who_may_be_several_is_nobody_until_they_are_told_apart() {
    let known = [participant("a", PROVIDER), participant("b", PROVIDER)].map(|mut person| {
        person.email = format!("{}@example.org", person.name.replace('/', "."));
        person.phone.clear();
        person
    });
    let whom = |line: &str| {
        let filled = whole(&[line]);
        let (entries, _) = read_of(&filled, &[PROVIDER], "");
        let mut problems = Problems::default();
        let whom = recognise(&filled, &filled.rows[0], &entries[0].person, &known, &mut problems);
        (whom, told(&problems))
    };
    assert_eq!(whom("Awa;Diop;;;;2026-01-31;;;;;;;;;"), (None, vec!["A2 PERSON_AMBIGUOUS".to_owned()]));
    let one = whom("Awa;Diop;participants.b@example.org;;;2026-01-31;;;;;;;;;");
    assert_eq!(one, (Some(Whom::Known("participants/b".to_owned())), Vec::new()));
    let new = whom("Awa;Diop;c@example.org;;;2026-01-31;;;;;;;;;");
    assert_eq!(new, (Some(Whom::New), Vec::new()));
}

#[test]
fn trn_8_people_of_different_families_are_different_people() {
    let filled = whole(&["Awa;Diop;;;;2026-01-31;;;;;;;;;", "Awa;Ba;;;;2026-01-31;;;;;;;;;"]);
    let (entries, wrong) = read_of(&filled, &[PROVIDER], "");
    assert_eq!((entries.len(), wrong), (2, Vec::new()));
    let known = participant("awa", PROVIDER);
    assert!(is(&known, &entries[0].person) && !is(&known, &entries[1].person));
}

#[test]
fn trn_8_people_are_enrolled_in_the_name_of_an_organisation_of_ones_own() {
    let by = |line: &str, partners: &[&str], named: &str| {
        let (entries, wrong) = read_of(&whole(&[line]), partners, named);
        let partners: Vec<_> = entries.into_iter().map(|entry| entry.person.partner).collect();
        if wrong.is_empty() { partners } else { wrong }
    };
    let silent = "Awa;Diop;;;;2026-01-31;;;;;;;;;";
    let says = |partner: &str| format!("Awa;Diop;;;;2026-01-31;;;;;;;;{partner};");
    let two = [PROVIDER, "partners/b"];
    assert_eq!(by(silent, &two, ""), ["N2 PARTNER_UNKNOWN"], "in whose name?");
    assert_eq!(by(silent, &two, "partners/b"), ["partners/b"], "another row says it");
    assert_eq!(by(&says(PROVIDER), &two, "partners/b"), [PROVIDER]);
    assert_eq!(by(&says(OTHER), &two, ""), ["N2 PARTNER_UNKNOWN"]);
    assert_eq!(by(&says(OTHER), &[PROVIDER], ""), ["N2 PARTNER_UNKNOWN"]);
    assert_eq!(by(silent, &[PROVIDER], OTHER), ["N2 PARTNER_UNKNOWN"]);
    assert_eq!(by(silent, &[], ""), ["N2 PARTNER_UNKNOWN"]);
    for (role, may) in [
        (Role::PartnerAdmin, true),
        (Role::Integration, true),
        (Role::Trainer, false),
        (Role::Reporter, false),
    ] {
        assert_eq!(!enrolling(&person(&[], &[(PROVIDER, role)])).is_empty(), may, "{role:?}");
    }
}

#[test]
fn gdp_6_age_is_chosen_from_bands_and_what_is_not_said_is_left_empty() {
    let at = |line: &str| read_of(&whole(&[line]), &[PROVIDER], "").1;
    assert_eq!(at("Awa;Diop;;;;2026-01-31;;;;1990;;;;;"), ["J2 CHOICE_UNKNOWN"]);
    assert_eq!(at("Awa;Diop;;;;2026-01-31;;;;;;;au loin;;"), ["M2 CHOICE_UNKNOWN"]);
    assert_eq!(at("Awa;Diop;;;;2026-01-31;;;NOT_STATED;;;;;;"), ["I2 CHOICE_UNKNOWN"]);
    let (entries, wrong) =
        read_of(&whole(&["Awa;Diop;;;;2026-01-31;;;;25_39;;;Retraité;;"]), &[PROVIDER], "");
    assert_eq!(wrong, ["M2 CHOICE_UNKNOWN"], "not so called");
    assert!(entries.is_empty());
    let (entries, _) =
        read_of(&whole(&["Awa;Diop;;;;2026-01-31;;;;25_39;;;À la retraite;;"]), &[PROVIDER], "");
    let said = entries[0].enrolment.demographics.clone().unwrap();
    assert_eq!((said.age_band.as_str(), said.status.as_str()), ("25_39", "RETIRED"));
}

#[test]
fn gdp_1_a_day_that_may_be_two_is_asked_again() {
    let mut filled = whole(&["Awa;Diop;;;;03/04/2026;;;;;;;;;"]);
    assert_eq!(read_of(&filled, &[PROVIDER], "").1, [""; 0], "the third of April in French");
    filled.language = Language::En;
    assert_eq!(read_of(&filled, &[PROVIDER], "").1, ["F2 DATE_INVALID"]);
}

#[test]
fn trn_13_what_is_wrong_with_attendance_is_told_at_the_cells_it_comes_from() {
    let with = |line: &str, person: &Enrolment| {
        let file = format!(
            "Identifiant de la rencontre;Rencontre;Personne;Présence;Minutes;Inscription;Connu avant\n{line};{};|\n",
            person.name
        );
        let filled = filled::<Attendance>(file.as_bytes());
        let mut problems = Problems::default();
        let said = attend::read(&filled, &filled.rows[0], &statuses(), Some(person), &mut problems);
        let Some(Said::New(entry)) = said else { unreachable!("{problems:?}") };
        let session = person.known.session.clone().unwrap();
        let now = chassis::column::Micros::parse("2026-04-02T00:00:00Z").unwrap();
        let written = begun(&session, &filled.rows[0].words(Came::Meeting), now)
            .and_then(|meeting| record(&mut person.clone(), &meeting, "", &entry));
        blamed(&filled, written, attend::origin)
    };
    let seated = seated();
    assert_eq!(with("m1;;Awa;Présent;121", &seated), ["E2 FIELD_INVALID"]);
    assert_eq!(with("m1;;Awa;Présent en partie;", &seated), ["E2 FIELD_INVALID"]);
    assert_eq!(with("m1;;Awa;Absent;-5", &seated), ["E2 FIELD_INVALID"]);
    assert_eq!(with("m2;;Awa;Présent;", &seated), ["B2 FIELD_INVALID"], "it has not begun");
    let queued = enrolment(State::Waitlisted, Session::InProgress);
    assert_eq!(with("m1;;Awa;Présent;", &queued), ["C2 FIELD_INVALID"], "nobody who has a seat");
    let file = "Identifiant de la rencontre;Présence;Inscription\nm1;Présent;e\n";
    let refusal: Result<()> = Err(Error::invalid(".status", say!("no", "non")));
    assert_eq!(blamed(&filled::<Attendance>(file.as_bytes()), refusal, attend::origin), ["B2 FIELD_INVALID"]);
}

#[test]
fn trn_13_minutes_that_are_no_number_of_them_are_not_taken_for_the_whole_meeting() {
    let person = seated();
    for minutes in ["1,5", "beaucoup", "99999999999"] {
        let told = attended(&person, &format!("m1;Awa;Présent;{minutes};@;|"));
        assert_eq!(told, (None, vec!["D2 NUMBER_INVALID".to_owned()]), "{minutes}");
    }
}

#[test]
fn trn_13_other_minutes_are_another_attendance() {
    let came = |status: AttendanceStatus, minutes| {
        let came = pb::MeetingAttendance { meeting_id: "m1".to_owned(), status: status.into(), minutes };
        Enrolment { attendance: vec![came].into(), ..seated() }
    };
    let present = came(AttendanceStatus::Present, 120);
    let issued = attend::remembered(present.attendance.first());
    let line = |minutes: &str| format!("m1;Awa;Présent;{minutes};@;{issued}");
    let (entry, wrong) = attended(&present, &line("100"));
    assert_eq!((entry.and_then(|entry| entry.minutes), wrong), (Some(100), Vec::new()), "corrected");
    // Whoever left the cell of the minutes empty has touched nothing either.
    let absent = came(AttendanceStatus::Absent, 0);
    assert_eq!(attended(&absent, &line("")), (None, Vec::new()), "not touched here");
    assert_eq!(attended(&absent, &line("90")).1, ["C2 CHANGED_MEANWHILE"]);
}

#[test]
fn trn_8_a_file_is_of_one_session_that_any_of_its_rows_may_say() {
    let of = |sessions: &[&str]| {
        let lines: Vec<String> =
            sessions.iter().map(|session| format!("Awa;Diop;;;;2026-01-31;;;;;;;;;{session}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        session_of::<People>(&whole(&lines).listed)
    };
    let (one, other) = ("programmes/p/sessions/s", "programmes/p/sessions/t");
    assert_eq!(of(&["", one, "", one]).unwrap(), one);
    let Err(Error::Invalid { fields, .. }) = of(&[one, "", other]) else { unreachable!("of two sessions") };
    assert_eq!(fields[0].field, "file");
    assert!(fields[0].why.in_language(Language::En).contains("O4"), "{:?}", fields[0].why);
    assert!(matches!(of(&["", ""]), Err(Error::Invalid { reason: "TEMPLATE_UNKNOWN", .. })));
    assert_eq!(refused(of(&["programmes/p"])), "file", "no session");
}
