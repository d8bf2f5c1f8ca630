//! The whole tree of commands, as the binary tells it: help in both languages, completions, manual pages.

use std::collections::BTreeSet;
use std::process::Command;

use super::Shell;

/// The commands that a help lists under its heading.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let names = lines.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  "));
    names
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Every command with an end to it, by its words.
fn leaves(shell: &Shell, words: &[String], found: &mut Vec<Vec<String>>) {
    let asked: Vec<&str> = ["help"].into_iter().chain(words.iter().map(String::as_str)).collect();
    let inner = listed(&shell.done(&asked), "Commands:");
    if inner.is_empty() {
        found.push(words.to_vec());
    }
    for word in inner {
        leaves(shell, &[words, &[word]].concat(), found);
    }
}

#[test]
fn every_command_has_help_in_both_languages_with_an_example() {
    let shell = Shell::alone();
    let mut found = Vec::new();
    leaves(&shell, &[], &mut found);
    assert!(found.len() > 60, "only {} commands: {found:?}", found.len());
    let told: BTreeSet<String> = found.iter().map(|words| words.join(" ")).collect();
    for known in [
        "partner list",
        "project review",
        "auth login",
        "context select",
        "import",
        "watch",
        "demo",
        "doctor",
    ] {
        assert!(
            told.contains(known) || told.iter().any(|words| words.starts_with(&format!("{known} "))),
            "no {known}"
        );
    }
    for words in &found {
        let help = |language: &str| {
            let words = words.iter().map(String::as_str);
            shell.done(&words.chain(["--help", "--lang", language]).collect::<Vec<_>>())
        };
        let (en, fr) = (help("en"), help("fr"));
        let line = format!("  ensemble {}", words.join(" "));
        for (help, title, about) in [(&en, "Examples:", "Usage:"), (&fr, "Exemples :", "Utilisation :")] {
            let example = help.split_once(title).unwrap_or_else(|| panic!("{words:?}: no {title}\n{help}")).1;
            assert!(example.contains(&line), "{words:?}: {example}");
            assert!(help.contains(about), "{words:?}: {help}");
        }
        assert_ne!(en.lines().next(), fr.lines().next(), "{words:?}: not in French");
        for english in
            ["Usage:", "Examples:", "Commands:", "Print help", "[default", "possible values", "[env"]
        {
            assert!(!fr.contains(english), "{words:?}: {english} in\n{fr}");
        }
    }
}

#[test]
fn completions_are_scripts_that_know_the_nouns() {
    let shell = Shell::alone();
    for which in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = shell.done(&["completion", which]);
        assert!(
            ["partner", "approve", "--lang"].iter().all(|word| script.contains(word.trim_start_matches('-'))),
            "{which}"
        );
        assert_eq!(shell.done(&["completion", which, "-q"]), script, "{which}");
    }
    std::fs::write(shell.home.join("bash"), shell.done(&["completion", "bash"])).unwrap();
    assert!(Command::new("bash").arg("-n").arg(shell.home.join("bash")).status().unwrap().success());
    shell.fails(2, &["completion", "tcsh"]);
}

#[test]
fn the_manual_is_one_page_or_a_page_for_each_command() {
    let shell = Shell::alone();
    let page = shell.done(&["man"]);
    assert!(page.contains(".TH ensemble") && page.contains(".SH NAME"), "{page}");
    let french = shell.done(&["man", "--lang", "fr"]);
    assert!(french.contains("registre"), "{french}");
    let said = shell.run(&["man", "--out", "man1"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    let pages: BTreeSet<String> = std::fs::read_dir(shell.home.join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for known in ["ensemble.1", "ensemble-partner.1", "ensemble-partner-approve.1", "ensemble-context-add.1"]
    {
        assert!(pages.contains(known), "{known}: {pages:?}");
    }
}

#[test]
fn topics_and_error_codes_are_explained() {
    let shell = Shell::alone();
    for topic in ["exit-codes", "environment", "formatting", "names", "accessibility"] {
        let (en, fr) = (shell.done(&["help", topic]), shell.done(&["help", topic, "--lang", "fr"]));
        assert!(!en.is_empty() && en != fr, "{topic}");
    }
    let codes = shell.done(&["help", "exit-codes"]);
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"] {
        assert!(codes.lines().any(|line| line.split_whitespace().next() == Some(code)), "{code}: {codes}");
    }
    assert!(shell.done(&["error", "lookup", "ETAG_MISMATCH"]).contains("show it again"));
    assert!(shell.done(&["error", "lookup", "etag_mismatch", "--lang", "fr"]).contains("affichez-la"));
    shell.fails(3, &["error", "lookup", "NO_SUCH_CODE"]);
    assert!(shell.done(&["version"]).contains("0.0.0"));
}
