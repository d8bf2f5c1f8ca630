//! A report by spreadsheet, as whoever writes it does it: fetched, filled in, checked, corrected, sent.

use proto::auth::Role;

use super::{Shell, told};
use crate::projects::report_file::{VALUE, filled, id, text, whole};
use crate::projects::reporting::{halves, reporting};

#[test]
fn a_report_is_fetched_checked_corrected_and_sent() {
    told(async |network| {
        let partner = network.active_partner().await.name;
        let shell = Shell::of(&network.colleague(&partner, Role::Reporter).await);
        let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
        let write = |file: &str, content: &[u8]| std::fs::write(shell.home.join(file), content).unwrap();
        let read = |file: &str| std::fs::read(shell.home.join(file)).unwrap();

        let template = ["report", "template", id(&reporting.project), "--period", &period, "--lang", "fr"];
        let said = shell.run(&template);
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
        let file = format!("rapport-{}-{}.xlsx", id(&reporting.project), id(&period));
        assert!(said.err.contains(&file), "where it is: {}", said.err);
        assert_ne!(shell.run(&template).code, 0, "a file that is there is not written over");
        shell.done(&[&template[..], &["--out", "again.xlsx"]].concat());
        assert!(read("again.xlsx").starts_with(b"PK") && read(&file).starts_with(b"PK"));

        let mut typed = whole(&reporting, 200, 200);
        typed[0].3 = text("beaucoup");
        write("rapport.xlsx", &filled(&read(&file), &typed));
        let said = shell.run(&["report", "check", "rapport.xlsx", "--lang", "fr"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for words in [
            "rapport.xlsx : rien n'a été enregistré",
            "à corriger NUMBER_EXPECTED (1)",
            "Rapport!H4",
            "Votre fichier, avec des notes aux cellules : rapport-à-corriger.xlsx",
            "→ corrigez, puis : ensemble report check rapport-à-corriger.xlsx",
        ] {
            assert!(said.out.contains(words), "{words}: {}", said.out);
        }
        let said = shell.run(&["report", "submit", "rapport.xlsx", "--lang", "fr"]);
        assert_eq!(said.code, 6, "nothing is taken that does not pass the check: {}", said.out);

        let number = sheet::Value::Number(200.into());
        let right =
            filled(&read("rapport-à-corriger.xlsx"), &[("Rapport", id(&reporting.people), VALUE, number)]);
        write("rapport.xlsx", &right);
        let checked = shell.done(&["report", "check", "rapport.xlsx", "--lang", "en"]);
        assert!(checked.starts_with("rapport.xlsx: checked; nothing has been saved"), "{checked}");
        assert!(checked.contains("→ send it: ensemble report submit rapport.xlsx"), "{checked}");
        let sent = shell.done(&["report", "submit", "rapport.xlsx", "--lang", "fr"]);
        assert!(
            sent.starts_with("rapport.xlsx : soumis à la relecture") && sent.contains("Reçu n° R-"),
            "{sent}"
        );
        let name = sent.rsplit_once("ensemble report show ").unwrap().1.trim().to_owned();
        assert!(shell.done(&["report", "show", &name, "-o", "json"]).contains("STATE_SUBMITTED"));
        let again = shell.done(&["report", "submit", "rapport.xlsx", "--lang", "fr"]);
        assert!(again.contains("déjà reçu le") && again.contains("rien n'a été enregistré"), "{again}");
        // What is no file is a name, as of every other verb.
        shell.done(&["report", "recall", &name]);
        shell.done(&["report", "submit", &name]);
    });
}
