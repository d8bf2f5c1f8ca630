//! A list in each format that `-o` names: for people, for spreadsheets, for programs.

use super::{Shell, the_same_each_time, told};
use crate::caller::done;
use crate::sample;

#[test]
fn a_list_is_written_in_each_format() {
    told(async |network| {
        let coordinator = network.coordinator().await;
        let partner = proto::partners::Partner {
            title: Some(sample::texts(&[("en", "Wells; \"for\" All"), ("fr", "Des puits pour tous")])),
            acronym: "=WELL".to_owned(),
            identifiers: Vec::new(),
            ..sample::partner()
        };
        let name = done(coordinator.partners().create_partner(sample::create(partner)).await).name;
        let shell = Shell::of(&coordinator);
        let filter = format!("name = \"{name}\"");
        let list = |more: &[&str]| {
            the_same_each_time(&shell.done(&[&["partner", "list", "--filter", &filter], more].concat()))
        };
        let fields = ["--fields", "name,title,acronym,state"];
        let some = |more: &[&str]| list(&[&fields, more].concat());
        insta::assert_snapshot!(list(&[]).replace('\t', " | "), @r#"
        NAME | TITLE | STATE | SECTOR | COUNTRY_CODE
        partners/… | Wells; "for" All | PENDING | CIVIL | FR
        "#);
        insta::assert_snapshot!(list(&["--no-header", "--lang", "fr"]).replace('\t', " | "), @"partners/… | Des puits pour tous | PENDING | CIVIL | FR");
        insta::assert_snapshot!(list(&["-o", "wide"]).lines().next().unwrap().replace('\t', " | "), @"NAME | TITLE | STATE | SECTOR | COUNTRY_CODE | ACRONYM | COLLEGE | IATI_TYPE_CODE | IDENTIFIERS | ORIGIN | WEBSITE | UPDATE_TIME");
        insta::assert_snapshot!(some(&["-o", "json"]), @r#"
        [
          {
            "name": "partners/…",
            "state": "STATE_PENDING",
            "title": {
              "defaultLanguageCode": "en",
              "translations": {
                "en": {
                  "text": "Wells; \"for\" All",
                  "origin": "ORIGIN_ORIGINAL"
                },
                "fr": {
                  "text": "Des puits pour tous",
                  "origin": "ORIGIN_HUMAN"
                }
              },
              "displayText": "Wells; \"for\" All",
              "displayLanguageCode": "en"
            },
            "acronym": "=WELL"
          }
        ]
        "#);
        insta::assert_snapshot!(some(&["-o", "jsonl"]), @r#"{"name":"partners/…","state":"STATE_PENDING","title":{"defaultLanguageCode":"en","translations":{"en":{"text":"Wells; \"for\" All","origin":"ORIGIN_ORIGINAL"},"fr":{"text":"Des puits pour tous","origin":"ORIGIN_HUMAN"}},"displayText":"Wells; \"for\" All","displayLanguageCode":"en"},"acronym":"=WELL"}"#);
        insta::assert_snapshot!(some(&["-o", "yaml"]), @r#"
        - name: partners/…
          state: STATE_PENDING
          title:
            defaultLanguageCode: en
            translations:
              en:
                text: Wells; "for" All
                origin: ORIGIN_ORIGINAL
              fr:
                text: Des puits pour tous
                origin: ORIGIN_HUMAN
            displayText: Wells; "for" All
            displayLanguageCode: en
          acronym: =WELL
        "#);
        insta::assert_snapshot!(some(&["-o", "csv"]).replace('\r', ""), @r#"
        name,title,acronym,state
        partners/…,"Wells; ""for"" All",'=WELL,PENDING
        "#);
        insta::assert_snapshot!(some(&["-o", "csv", "--csv-style", "excel-fr", "--lang", "fr"]).replace('\r', "").replace('\u{feff}', "BOM "), @r"
        BOM name;title;acronym;state
        partners/…;Des puits pour tous;'=WELL;PENDING
        ");
        insta::assert_snapshot!(list(&["-o", "name"]), @"partners/…");
        assert_eq!(list(&["-o", "none"]), "");

        // Quiet is about narration: what was asked for is written all the same.
        for format in ["table", "wide", "json", "jsonl", "yaml", "csv", "name"] {
            assert_eq!(list(&["-o", format, "-q"]), list(&["-o", format]), "{format}");
        }
        let edit = ["partner", "edit", &name, "--acronym", "WELLS"];
        let said = shell.run(&[&edit[..], &["--quiet"]].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        assert!(said.out.contains("WELLS"), "what changed is data: {}", said.out);

        let told = shell.fails(2, &["partner", "list", "--fields", "name,titel"]);
        assert!(told.contains("titel") && told.contains("title"), "{told}");
        assert_eq!(
            shell.done(&["partner", "show", &name, "--fields", "acronym", "-o", "jsonl"]),
            "{\"acronym\":\"WELLS\"}\n"
        );
    });
}

#[test]
fn facts_obey_the_same_flags() {
    let shell = Shell::alone();
    shell.done(&["context", "add", "prod", "--server", "https://ensemble.example.org"]);
    assert_eq!(
        shell.done(&["context", "ls", "--fields", "server", "--no-header"]),
        "https://ensemble.example.org\n"
    );
    assert_eq!(
        shell.done(&["context", "show", "--fields", "name,protected", "-o", "jsonl"]),
        "{\"name\":\"prod\",\"protected\":false}\n"
    );
    let told = shell.fails(2, &["context", "ls", "--fields", "sever"]);
    assert!(told.contains("sever") && told.contains("server"), "{told}");
    assert_eq!(shell.done(&["version", "-q"]), shell.done(&["version"]));
}
