//! Partnerships taken over from the command line: grants that funders publish, and agreements that a network lists.

use super::{Shell, told};
use crate::sample;

#[test]
fn grants_are_imported_and_told_of() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let (word, number) = (sample::word(), uuid::Uuid::new_v4().as_u128() % 900_000_000 + 1_000_000);
        let file = |amount: &str| {
            format!(
                r#"{{"grants": [{{"id": "360G-{word}", "title": "A grant", "currency": "GBP", "amountAwarded": {amount},
                "awardDate": "2025-01-31", "recipientOrganization": [{{"id": "GB-CHC-{number}", "name": "Charity {word}"}}],
                "fundingOrganization": [{{"id": "GB-COH-{number}", "name": "Funder {word}"}}]}}]}}"#
            )
        };
        let write = |amount: &str| std::fs::write(shell.home.join("grants.json"), file(amount)).unwrap();
        write("1500.50");
        let would = shell.done(&["import", "grants", "grants.json", "--dry-run"]);
        assert!(would.contains("checked, nothing written"), "{would}");
        let did = shell.done(&["import", "grants", "grants.json"]);
        assert!(
            did.contains("grants.json: imported") && did.contains("ensemble partnership summarize"),
            "{did}"
        );
        write("1600");
        let changed = shell.done(&["import", "grants", "grants.json", "--lang", "fr"]);
        assert!(
            changed.contains("1500.50 GBP → 1600.00 GBP") && changed.contains("Changements (1)"),
            "{changed}"
        );
        let json = shell.done(&["import", "grants", "grants.json", "-o", "json"]);
        assert!(json.contains("\"unchanged\": 1") && !json.contains("\"updated\": 1"), "{json}");
        write("1600.005");
        let said = shell.run(&["import", "grants", "grants.json"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for told in
            ["not imported", "blocks AMOUNT_TOO_FINE", "grants/0/amountAwarded", "1600.005", "--partial"]
        {
            assert!(said.out.contains(told), "{told}: {}", said.out);
        }
    });
}

#[test]
fn sessions_are_imported_and_told_of() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await.again().await);
        let word = sample::word();
        let write = |title: &str, start: &str| {
            let file = format!(
                r#"[{{"id": "{word}", "title": "{title}", "organiser": "City {word}", "start": "{start}",
                "end": "2022-03-08 15:00:00 -0500", "language": "en"}}]"#
            );
            std::fs::write(shell.home.join("events.json"), file).unwrap();
        };
        write("Plain language", "2022-03-08 14:00:00 -0500");
        let would = shell.done(&["import", "sessions", "events.json", "--dry-run"]);
        assert!(would.contains("checked, nothing written"), "{would}");
        let did = shell.done(&["import", "sessions", "events.json"]);
        let next = "→ ensemble session list --filter 'origin = IMPORTED'";
        assert!(did.contains("events.json: imported") && did.contains(next), "{did}");
        write("Plainer language", "2022-03-08 14:00:00 -0500");
        let changed = shell.done(&["import", "sessions", "events.json", "--lang", "fr"]);
        assert!(changed.contains("Titre : Plain language → Plainer language"), "{changed}");
        let filter = format!("external_reference = \"{word}\"");
        let name = shell.done(&["session", "list", "--filter", &filter, "-o", "name"]);
        let page = shell.done(&["session", "show", name.trim()]);
        for words in ["Plainer language", "Etc/GMT+5", "Still missing", "- capacity: "] {
            assert!(page.contains(words), "{words}: {page}");
        }
        write("Plain language", "2022-03-08 14:00:00");
        let said = shell.run(&["import", "sessions", "events.json"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for told in ["not imported", "blocks TIME_WITHOUT_OFFSET", "0/start", "--partial"] {
            assert!(said.out.contains(told), "{told}: {}", said.out);
        }
    });
}

#[test]
fn listed_agreements_are_checked_confirmed_and_imported() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        shell.done(&["import", "partnerships", "--template", "template.xlsx"]);
        let template = std::fs::read(shell.home.join("template.xlsx")).unwrap();
        assert!(sheet::read(&template, &sheet::Limits::default()).unwrap().sheet("Agreements").is_some());
        let (lead, member) = (network.active_partner().await.name, network.active_partner().await.name);
        let write = |member: &str, end: &str| {
            let line = format!("{};{lead};{member};MOU;2025-01-01;{end};2024-12-01", sample::word());
            let head = "Partnership;Lead;Other members;Kind of agreement;Start;End;Signed on";
            std::fs::write(shell.home.join("agreements.csv"), format!("{head}\n{line}\n")).unwrap();
        };
        write("partners/nobody", "tomorrow");
        let said = shell.run(&["import", "partnerships", "agreements.csv", "--yes"]);
        assert_eq!(said.code, 6, "{}{}", said.out, said.err);
        for told in ["blocks PARTNER_UNKNOWN", "C2", "blocks DATE_INVALID", "F2 \"tomorrow\""] {
            assert!(said.out.contains(told), "{told}: {}", said.out);
        }
        write(&member, "2098-12-31");
        let only = shell.done(&["import", "partnerships", "agreements.csv", "--check"]);
        assert!(only.contains("checked, nothing written") && !only.contains("imported"), "{only}");
        let unconfirmed = shell.run(&["import", "partnerships", "agreements.csv"]);
        assert!(
            unconfirmed.code == 2 && unconfirmed.err.contains("--yes"),
            "{}{}",
            unconfirmed.out,
            unconfirmed.err
        );
        let did = shell.done(&["import", "partnerships", "agreements.csv", "--yes"]);
        assert!(did.contains("agreements.csv: imported"), "{did}");
        let again = shell.done(&["import", "partnerships", "agreements.csv", "--lang", "fr"]);
        assert!(
            again.contains("vérifié, rien d'écrit") && !again.contains("importé"),
            "nothing is left to confirm: {again}"
        );
    });
}
