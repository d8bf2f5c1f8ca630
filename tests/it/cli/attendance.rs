//! The day of a trainer from a terminal: people are enrolled from a list, and who came is written down, by a line or a sheet.

use super::{Shell, told};
use crate::harness::{Network, Store, tell};
use crate::training::session::school;

#[test]
fn people_are_enrolled_from_a_list_and_who_came_is_written_down() {
    // Its clock is moved, for which it begins anew.
    let network = Network::together(Store::Sqlite, &[]);
    tell(network, async {
        let school = school(network).await;
        let session = school.opened(school.draft(1)).await.name;
        let (shell, word) = (Shell::of(&school.admin.again().await), crate::sample::word());
        let template = ["import", "participants", "--session", &session, "--template", "list.csv"];
        let said = shell.run(&template);
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
        let list = std::fs::read_to_string(shell.home.join("list.csv")).unwrap();
        let (heads, first) = list.lines().next().zip(list.lines().nth(1)).unwrap();
        let rest = first.trim_start_matches(',');
        let write = |informed: &str| {
            let rows = format!(
                "{heads}\nAwa,Diop{word},,,,{informed},,,,,,,,{rest}\nAda,Ba{word},,,,2026-01-05,,,,,,,,,\n"
            );
            std::fs::write(shell.home.join("people.csv"), rows).unwrap();
        };
        write("soon");
        let said = shell.run(&["import", "participants", "people.csv", "--yes"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for words in [
            "people.csv: nothing has been saved",
            "to correct DATE_INVALID (1)",
            "F2",
            "people-to-correct.xlsx",
        ] {
            assert!(said.out.contains(words), "{words}: {}", said.out);
        }
        write("2026-01-05");
        let french = shell.done(&["import", "participants", "people.csv", "--dry-run", "--lang", "fr"]);
        for words in [
            "people.csv : vérifié ; rien n'a été enregistré",
            "Confirmée",
            "En liste d'attente",
            "→ envoyez-le",
        ] {
            assert!(french.contains(words), "{words}: {french}");
        }
        let said = shell.run(&["import", "participants", "people.csv"]);
        assert_ne!(said.code, 0, "nobody is there to confirm: {}", said.out);
        let sent = shell.done(&["import", "participants", "people.csv", "--yes"]);
        assert!(sent.contains("people.csv: saved"), "{sent}");
        let again = shell.done(&["import", "participants", "people.csv", "--yes"]);
        assert!(again.contains("already enrolled"), "{again}");

        let day = shell.done(&["attendance", "show", &session]);
        assert!(
            day.contains("open to enrolments") && day.contains("→ ensemble attendance template"),
            "{day}"
        );
        network.later(11);
        let shell = Shell { home: shell.home.clone(), ..Shell::of(&school.teacher.again().await) };
        let day = shell.done(&["attendance", "show", &session, "--lang", "fr"]);
        assert!(day.contains(&format!("Rien n'est inscrit pour m1 de : Awa Diop{word}")), "{day}");
        assert!(
            day.contains(&format!("→ ensemble attendance record {session} --meeting m1 --others present")),
            "{day}"
        );
        let awa = format!("Awa Diop{word}=45");
        let said = shell.run(&["attendance", "record", &session, "--meeting", "m1", "--partial", &awa]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("m1: 1 written down, 0 known already"), "{}", said.err);
        let again = shell.run(&["attendance", "record", &session, "--meeting", "m1", "--partial", &awa]);
        assert!(again.err.contains("0 written down, 1 known already"), "{}", again.err);
        assert!(shell.run(&["attendance", "record", &session, "--present", "Nobody"]).err.contains("Nobody"));
        assert_ne!(shell.run(&["attendance", "record", &session]).code, 0, "of whom?");

        shell.done(&["attendance", "template", &session, "--out", "came.csv"]);
        let sheet = std::fs::read_to_string(shell.home.join("came.csv")).unwrap();
        assert!(sheet.contains("In part,45,"), "{sheet}");
        std::fs::write(shell.home.join("came.csv"), sheet.replacen("In part,45,", "Present,,", 1)).unwrap();
        let checked = shell.done(&["attendance", "check", "came.csv"]);
        assert!(checked.contains("→ send it: ensemble attendance submit came.csv"), "{checked}");
        let sent = shell.done(&["attendance", "submit", "came.csv"]);
        assert!(sent.contains("came.csv: saved") && sent.contains("→ ensemble attendance show"), "{sent}");
    });
}

#[test]
fn a_trainer_whose_partner_does_not_provide_the_session_is_told_their_day() {
    // Its clock is moved, for which it begins anew.
    let network = Network::together(Store::Sqlite, &[]);
    tell(network, async {
        let mut school = school(network).await;
        let lender = network.active_partner().await.name;
        let (trainer, lent) = crate::training::trainer::approved(network, &lender).await;
        school.trainer = trainer.name;
        let (session, people) = school.crowd(2, 1).await;
        crate::caller::done(
            crate::training::enrolment::enrol(&school.admin, &session.name, &people[0]).await,
        );
        let day = Shell::of(&lent.again().await).done(&["status"]);
        for words in ["Sessions that you teach (1)", &format!("→ ensemble attendance show {}", session.name)]
        {
            assert!(day.contains(words), "{words}: {day}");
        }
        assert!(!day.contains("attendance is missing"), "it has not begun: {day}");
        network.later(11);
        let shell = Shell::of(&lent.again().await);
        let day = shell.done(&["status", "--lang", "fr"]);
        for words in ["Sessions que vous animez (1)", "Sessions sans présence inscrite (1)"] {
            assert!(day.contains(words), "{words}: {day}");
        }
        let others = Shell::of(&school.teacher.again().await).done(&["status"]);
        assert!(!others.contains("Sessions that you teach"), "a colleague teaches nothing: {others}");
        shell.done(&["attendance", "record", &session.name, "--others", "present"]);
        assert!(!shell.done(&["status"]).contains("attendance is missing"));
    });
}

#[test]
fn a_session_is_a_calendar_that_follows_it() {
    told(async |network| {
        let school = school(network).await;
        let mut draft = school.draft(1);
        draft.meetings[0].venue =
            Some(proto::training::Venue { display_name: "Médiathèque".to_owned(), ..Default::default() });
        let session = school.opened(draft).await;
        let shell = Shell::of(&school.admin);
        let file = shell.done(&["calendar", "--session", &session.name]);
        let uid = format!("UID:{}-m1@ensemble\r\n", session.uid);
        let sequence = |file: &str| {
            let line = file.lines().find_map(|line| line.strip_prefix("SEQUENCE:")).unwrap().to_owned();
            line.trim().parse::<u32>().unwrap()
        };
        assert_eq!(file.matches("BEGIN:VEVENT").count(), 2);
        for line in
            [uid.as_str(), "STATUS:CONFIRMED\r\n", "TZID:Europe/Paris\r\n", "LOCATION:Médiathèque\r\n"]
        {
            assert!(file.contains(line), "{line}: {file}");
        }
        let request = proto::training::RescheduleSessionRequest {
            name: session.name.clone(),
            meetings: vec![crate::training::session::meeting(12, 0)],
            reason: "The room is taken.".to_owned(),
            ..Default::default()
        };
        crate::caller::done(school.admin.sessions().reschedule_session(request).await);
        let moved = shell.done(&["calendar", "--session", &session.name]);
        assert!(moved.contains(&uid) && sequence(&moved) > sequence(&file), "{moved}");
        crate::caller::done(crate::training::session::cancel(&school.admin, &session.name).await);
        let cancelled = shell.done(&["calendar", "--session", &session.name]);
        assert!(cancelled.contains(&uid) && cancelled.contains("STATUS:CANCELLED\r\n"), "{cancelled}");
        assert!(sequence(&cancelled) > sequence(&moved));
    });
}
