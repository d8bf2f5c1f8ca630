//! A partnership at the terminal: what waits for its members, the page of it, and its deadlines in a calendar.

use std::collections::BTreeSet;

use proto::partners::agreement::RenewalMode;

use super::{Shell, told};
use crate::caller::done;
use crate::partners::agreement::{activate, agreement, drafted, propose, signed, three_sectors};
use crate::partners::commitment::pledged;

#[test]
fn its_members_see_what_waits_and_the_coordinator_what_ends() {
    told(async |network| {
        let formed = three_sectors(network).await;
        let member = Shell::of(&formed.members[0].1);
        let day = |shell: &Shell, language: &str| shell.done(&["status", "--lang", language]);
        let name = drafted(&formed, agreement(&formed, RenewalMode::Tacit, (-10, 25))).await;
        assert!(!day(&member, "en").contains("waiting for your signature"));
        done(propose(&formed, &name).await);
        for (language, title) in [
            ("en", "Agreements waiting for your signature (1)"),
            ("fr", "Accords en attente de votre signature (1)"),
        ] {
            let told = day(&member, language);
            assert!(
                told.contains(title)
                    && told.contains(&format!(
                        "ensemble agreement sign {name} --partner {} --file",
                        formed.members[0].0
                    )),
                "{told}"
            );
        }
        signed(&formed, &name).await;
        activate(&formed).await;
        let pledge = pledged(&formed, 100_000).await;
        for (language, titles) in [
            (
                "en",
                [
                    "Commitments that wait for you (1)",
                    "Agreements that end within 180 days, 1 of them within 30 (1)",
                    "25 days left · renews itself",
                ],
            ),
            (
                "fr",
                [
                    "Engagements qui vous attendent (1)",
                    "Accords qui prennent fin sous 180 jours, dont 1 sous 30 (1)",
                    "reste 25 jours · se renouvelle tacitement",
                ],
            ),
        ] {
            let told = day(&member, language);
            assert!(!told.contains("signature"), "{told}");
            for title in titles {
                assert!(told.contains(title), "{title}:\n{told}");
            }
            assert!(told.contains(&format!("ensemble commitment show {pledge}")), "{told}");
        }
        let coordinator = Shell::of(&network.coordinator().await);
        let whole: serde_json::Value =
            serde_json::from_str(&coordinator.done(&["status", "-o", "json"])).unwrap();
        let sections = whole["sections"].as_array().unwrap();
        let ends = sections.iter().find(|section| section["name"] == "agreementsExpiring").unwrap();
        assert!(ends["count"].as_u64().unwrap() >= 1, "{ends}");

        // The page of it, for whoever reads and prints.
        let page = |language: &str| member.done(&["partnership", "show", &formed.name, "--lang", language]);
        for (language, parts) in [
            (
                "en",
                [
                    "Members (3)",
                    "Agreements (1)",
                    "In force  25",
                    "What each brings (1)",
                    "Funding",
                    "1,000.00 EUR",
                ],
            ),
            (
                "fr",
                [
                    "Membres (3)",
                    "Accords (1)",
                    "En vigueur  25",
                    "Ce que chacun apporte (1)",
                    "Financement",
                    "1 000,00 EUR",
                ],
            ),
        ] {
            let told = page(language);
            for part in parts {
                let spaced = told.replace(['\u{202f}', '\u{a0}'], " ");
                assert!(spaced.contains(part), "{part}:\n{told}");
            }
            assert!(!told.contains('\t'), "a page is laid out, also in a pipe:\n{told}");
        }
        let plain: serde_json::Value =
            serde_json::from_str(&member.done(&["partnership", "show", &formed.name, "-o", "json"])).unwrap();
        assert_eq!(plain["name"], formed.name.as_str());

        // Its deadlines, as events that stay the same when they are read again.
        let calendar = |language: &str| member.done(&["calendar", "--lang", language]);
        let (first, again) = (calendar("en"), calendar("fr"));
        let ids = |calendar: &str| -> BTreeSet<String> {
            calendar
                .replace("\r\n ", "")
                .lines()
                .filter(|line| line.starts_with("UID:"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(ids(&first), ids(&again));
        assert_eq!(ids(&first).len(), 2, "the end, and the last day to give notice:\n{first}");
        let unfolded = first.replace("\r\n ", "");
        assert!(
            unfolded.starts_with("BEGIN:VCALENDAR\r\n") && unfolded.contains("\r\nVERSION:2.0\r\n"),
            "{first}"
        );
        assert!(
            unfolded.contains("SUMMARY:Agreement ends: ") && again.contains("SUMMARY:Fin de l'accord"),
            "{first}"
        );
        assert!(unfolded.contains(&format!("ensemble agreement show {name}")), "{first}");
        assert!(first.split("\r\n").all(|line| line.len() <= 75), "RFC 5545, 3.1:\n{first}");
        assert!(!unfolded.contains("DTEND"), "a whole day has no end of its own: RFC 5545, 3.6.1:\n{first}");
        let of_all = coordinator.done(&["calendar", "all.ics"]);
        assert_eq!(of_all, "");
        let of_all = std::fs::read_to_string(coordinator.home.join("all.ics")).unwrap();
        assert!(ids(&of_all).is_superset(&ids(&first)));
        let facts: serde_json::Value =
            serde_json::from_str(&member.done(&["calendar", "-o", "json"])).unwrap();
        assert_eq!(facts[0]["name"], name.as_str());
    });
}
