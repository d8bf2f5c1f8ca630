//! Promises that every command keeps, walked from the tree.

use clap::Command;

use super::*;

fn leaves<'a>(command: &'a Command, path: String, found: &mut Vec<(String, &'a Command)>) {
    for child in command.get_subcommands() {
        let path = format!("{path} {}", child.get_name());
        if child.get_subcommands().next().is_none() || child.get_arguments().any(|arg| arg.is_positional()) {
            found.push((path.clone(), child));
        }
        leaves(child, path, found);
    }
}

fn tree_in(language: Language) -> Command {
    let mut root = tree::build(&contract::nouns(proto::pool()), language);
    root.build();
    root
}

#[test]
fn the_tree_holds_together_in_both_languages() {
    for language in [Language::En, Language::Fr] {
        tree::build(&contract::nouns(proto::pool()), language).debug_assert();
    }
}

#[test]
fn every_command_has_words_in_both_languages_an_example_and_an_output() {
    let (english, french) = (tree_in(Language::En), tree_in(Language::Fr));
    let (mut en, mut fr) = (Vec::new(), Vec::new());
    leaves(&english, "ensemble".to_owned(), &mut en);
    leaves(&french, "ensemble".to_owned(), &mut fr);
    assert!(en.len() > 60, "only {} commands", en.len());
    assert_eq!(en.len(), fr.len());
    for ((path, english), (_, french)) in en.iter().zip(&fr) {
        let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about(english).is_empty(), "{path}: no words");
        assert_ne!(about(english), about(french), "{path}: not in French");
        assert!(english.get_arguments().any(|arg| arg.get_id() == "output"), "{path}: no -o");
        if english.get_subcommands().next().is_none() {
            let after = english.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("ensemble "), "{path}: no example");
        }
    }
}

#[test]
fn every_example_is_understood() {
    let root = tree_in(Language::En);
    let mut found = Vec::new();
    leaves(&root, "ensemble".to_owned(), &mut found);
    for (path, command) in found {
        let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().map(str::trim).filter(|line| line.starts_with("ensemble ")) {
            let line = line.split([';', '>', '<']).next().unwrap().trim();
            let outcome = root.clone().try_get_matches_from(words(line));
            if let Err(error) = outcome {
                panic!("{path}: {line}\n{error}");
            }
        }
    }
}

/// As a shell splits a line.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, letter) => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A message of ours in a field, which no cell shows as one value.
fn inner(field: &prost_reflect::FieldDescriptor) -> Option<prost_reflect::MessageDescriptor> {
    let kind = field.kind().as_message().cloned()?;
    let ours = kind.full_name().starts_with("ensemble.");
    (ours && !print::cell::ONE_LINERS.contains(&kind.name())).then_some(kind)
}

fn unsaid(kind: &prost_reflect::MessageDescriptor) -> impl Iterator<Item = String> {
    let silent = |field: &prost_reflect::FieldDescriptor| contract::comment_of_field(field).fr.is_none();
    kind.fields().filter(silent).map(|field| field.full_name().to_owned()).collect::<Vec<_>>().into_iter()
}

#[test]
fn what_people_read_of_the_contract_is_in_french_too() {
    let mut missing = Vec::new();
    for noun in contract::nouns(proto::pool()) {
        let about = tree::build(std::slice::from_ref(&noun), Language::Fr);
        let about = about.find_subcommand(&noun.singular).unwrap().get_about().unwrap().to_string();
        if about == contract::summary(&contract::comment_of_message(&noun.resource).en) {
            missing.push(noun.resource.full_name().to_owned());
        }
        for field in noun.resource.fields() {
            if contract::comment_of_field(&field).fr.is_none()
                && flags::well_known_label(field.name()).is_none()
            {
                missing.push(field.full_name().to_owned());
            }
        }
        // What pages show line by line.
        for inside in
            noun.resource.fields().filter(|field| !field.is_list()).filter_map(|field| inner(&field))
        {
            missing.extend(unsaid(&inside));
        }
        for verb in &noun.verbs {
            if contract::comment_of_method(&verb.method).fr.is_none() {
                missing.push(verb.method.full_name().to_owned());
            }
            for flag in flags::flags(&noun, verb) {
                if contract::comment_of_field(&flag.field).fr.is_none() {
                    missing.push(flag.field.full_name().to_owned());
                }
            }
        }
    }
    let summary = contract::method("ResultService/SummarizeProjects").unwrap().output();
    missing.extend(unsaid(&summary));
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "no `// FR:` line: {missing:#?}");
}

#[test]
fn verbs_are_read_from_the_names_of_methods() {
    let nouns = contract::nouns(proto::pool());
    let verbs = |noun: &str| {
        let noun = nouns.iter().find(|known| known.singular == noun).unwrap();
        noun.verbs.iter().map(|verb| verb.word.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        verbs("partner"),
        "create show list search edit approve reject suspend reinstate archive merge unmerge duplicates"
    );
    assert_eq!(
        verbs("project"),
        "create show list edit submit review start suspend resume complete close cancel rebaseline"
    );
    assert_eq!(
        verbs("user"),
        "create reissue-invitation activate show list edit change-password suspend reinstate erase export-data"
    );
    assert_eq!(verbs("membership"), "create show list delete");
    assert_eq!(verbs("service-account"), "create show list edit delete");
    assert_eq!(verbs("api-key"), "create list rotate revoke");
    assert_eq!(verbs("code-list"), "list show");
}

#[test]
fn flags_become_fields_of_the_request() {
    let nouns = contract::nouns(proto::pool());
    let root = tree::build(&nouns, Language::Fr);
    let line = "ensemble partner create --title \"en=Dakar city hall\" --title \"Mairie de Dakar\" --sector public --identifiers SIREN=552100554 \
                --country-code SN --contact email=a@example.org,phone=1 --territories territories/a --territories territories/b";
    let matches = root.try_get_matches_from(words(line)).unwrap();
    let noun = nouns.iter().find(|noun| noun.singular == "partner").unwrap();
    let verb = noun.verb(contract::Manner::Create).unwrap();
    let mut partner = prost_reflect::DynamicMessage::new(noun.resource.clone());
    let of_resource: Vec<_> = flags::flags(noun, verb).into_iter().filter(|flag| flag.of_resource).collect();
    let set = flags::fill(&of_resource, innermost(&matches), &mut partner, None, Language::Fr).unwrap();
    assert_eq!(set, ["title", "sector", "identifiers", "country_code", "territories", "contact"]);
    insta::assert_snapshot!(serde_json::to_string(&print::json::Ordered(&partner)).unwrap(), @r#"{"title":{"defaultLanguageCode":"en","translations":{"en":{"text":"Dakar city hall"},"fr":{"text":"Mairie de Dakar"}}},"sector":"SECTOR_PUBLIC","identifiers":[{"scheme":"SIREN","value":"552100554"}],"countryCode":"SN","territories":["territories/a","territories/b"],"contact":{"email":"a@example.org","phone":"1"}}"#);
}

#[test]
fn what_is_typed_wrong_is_told_in_the_language() {
    let root = tree_in(Language::Fr);
    let tell = |line: &str| {
        let error = root.clone().try_get_matches_from(words(line)).unwrap_err();
        match help::explain(&error, Language::Fr, false) {
            help::Asked::Wrong(fault) => (fault.exit, fault.message.clone()),
            help::Asked::Help(text, code) => (code, text),
        }
    };
    assert_eq!(tell("ensemble parner list"), (2, "il n'y a pas de commande parner".to_owned()));
    assert_eq!(tell("ensemble partner list --colour"), (2, "--colour n'est pas connu ici".to_owned()));
    assert_eq!(tell("ensemble partner list --limit"), (2, "--limit <N> demande une valeur".to_owned()));
    let (code, help) = tell("ensemble partner --help");
    assert_eq!(code, 0);
    for english in ["Usage:", "Print help", "Commands:", "[default", "possible values"] {
        assert!(!help.contains(english), "{english} in\n{help}");
    }
}

#[test]
fn a_noun_is_named_by_its_name_its_id_or_its_title() {
    let pattern = "partners/{partner}";
    assert_eq!(contract::complete(pattern, "kaolack").as_deref(), Some("partners/kaolack"));
    assert_eq!(contract::complete(pattern, "partners/kaolack").as_deref(), Some("partners/kaolack"));
    assert_eq!(contract::complete(pattern, "projects/kaolack"), None);
    assert_eq!(contract::complete(pattern, "Mairie de Kaolack"), None);
}

#[test]
fn what_is_sent_as_a_file_is_a_verb_of_its_noun() {
    let nouns = contract::nouns(proto::pool());
    let report = nouns.iter().find(|noun| noun.singular == "report").unwrap();
    let verb = |word: &str| report.verbs.iter().find(|verb| verb.word == word).unwrap();
    let submit = verb("submit");
    assert_eq!((submit.method.name(), submit.manner), ("SubmitReport", contract::Manner::Act));
    assert_eq!(submit.file.as_ref().unwrap().name(), "SubmitReportFile");
    assert_eq!(
        (verb("check").method.name(), verb("check").manner),
        ("CheckReportFile", contract::Manner::Import)
    );
    assert_eq!(
        (verb("template").method.name(), verb("template").manner),
        ("GetReportTemplate", contract::Manner::Fetch)
    );
    let root = tree_in(Language::Fr);
    for line in [
        "ensemble report template mediatheque --period 2025-s1 -O - --lang fr",
        "ensemble report check rapport.xlsx --problems 10",
        "ensemble report submit rapport.xlsx --partial --dry-run",
    ] {
        assert!(root.clone().try_get_matches_from(words(line)).is_ok(), "{line}");
    }
    assert!(
        root.try_get_matches_from(words("ensemble report check rapport.xlsx --dry-run")).is_err(),
        "it always is"
    );
}

#[test]
fn an_agreement_is_signed_by_its_file_and_found_by_its_end() {
    let nouns = contract::nouns(proto::pool());
    let noun = nouns.iter().find(|noun| noun.singular == "agreement").unwrap();
    let filled = |word: &str, line: &str| {
        let root = tree::build(&nouns, Language::Fr);
        let matches = root.try_get_matches_from(words(line)).unwrap();
        let verb = noun.verbs.iter().find(|verb| verb.word == word).unwrap();
        let mut request = prost_reflect::DynamicMessage::new(verb.method.input());
        flags::fill(&flags::flags(noun, verb), innermost(&matches), &mut request, None, Language::Fr)
            .unwrap();
        serde_json::to_string(&print::json::Ordered(&request)).unwrap()
    };
    for days in ["--expiring 90d", "--expiring 90j", "--expiring-within-days 90"] {
        assert_eq!(
            filled("list", &format!("ensemble agreement list {days}")),
            r#"{"expiringWithinDays":90}"#
        );
    }
    assert_eq!(
        filled(
            "compare",
            "ensemble agreement compare partnerships/p/agreements/a partnerships/p/agreements/b"
        ),
        r#"{"other":"partnerships/p/agreements/b"}"#
    );
    let root = tree_in(Language::En);
    let sign = "ensemble agreement sign partnerships/p/agreements/a --partner partners/p";
    let understood = |rest: &str| root.clone().try_get_matches_from(words(&format!("{sign} {rest}"))).is_ok();
    assert!(understood("--file text.pdf") && understood("--document-sha256 00"));
    assert!(!understood("") && !understood("--file text.pdf --document-sha256 00"));
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("text.pdf");
    std::fs::write(&path, "abc").unwrap();
    assert_eq!(
        flags::sha256(path.to_str().unwrap(), Language::En).unwrap(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn a_page_has_items_and_a_summary_is_shown_whole() {
    let items = |response: &str| {
        let response = proto::pool().get_message_by_name(response).unwrap();
        contract::items(&response).map(|field| field.name().to_owned())
    };
    assert_eq!(items("ensemble.partners.v1.ListPartnershipsResponse").as_deref(), Some("partnerships"));
    assert_eq!(items("ensemble.partners.v1.SummarizePartnershipsResponse"), None);
}
