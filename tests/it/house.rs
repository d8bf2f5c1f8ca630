//! The rules of the house (house.md §4.3), read off the sources: what a line may touch, by the file it stands in.

use std::path::PathBuf;
use std::process::Command;

use crate::binaries::{folder, root};

/// A source file is split before it has more lines.
const LONGEST: usize = 450;

/// By the name of a file of a noun: the words it never says.
const SILENCE: &[(&str, &[&str])] = &[
    ("rpc.rs", &["sea_orm"]),
    ("rules.rs", PURE),
    ("duplicate.rs", PURE),
    ("as_found.rs", PURE),
    ("store.rs", &["tonic"]),
    ("row.rs", &["tonic"]),
];
const PURE: &[&str] = &["async", "await", "tonic", "sea_orm", "Utc::now", "SystemTime"];

/// What the network is about: the chassis carries all of it and knows none of it.
const NOUNS: &[&str] =
    &["partner", "project", "agreement", "partnership", "commitment", "territory", "training"];

/// The chassis' files that may say a noun, and why.
const MAY_SAY: &[(&str, &str)] = &[
    (
        "auth/",
        "a token says which partners its bearer belongs to: that is how every service tells whose a resource is",
    ),
    ("store.rs", "a resource belongs to a partner or to a person: `Row::owner`"),
    (
        "watch.rs",
        "an event is shown to the partner it belongs to, the administrators of a partner read its audit trail",
    ),
    ("lifecycle.rs", "nobody decides on a resource of their own partner (SEP-1)"),
];

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn name(&self) -> &str {
        self.path.file_name().unwrap().to_str().unwrap()
    }

    fn shown(&self) -> String {
        self.path.strip_prefix(root()).unwrap().display().to_string()
    }

    /// The code before the file's own tests, without comments and the contents of strings.
    fn code(&self) -> String {
        let until = self.text.find("\n#[cfg(test)]").unwrap_or(self.text.len());
        spoken(&self.text[..until])
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source { text: std::fs::read_to_string(&path).unwrap(), path });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Code without its comments and without what stands between quotes.
fn spoken(text: &str) -> String {
    let mut code = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '/' if characters.peek() == Some(&'/') => {
                characters.by_ref().find(|next| *next == '\n');
                code.push('\n');
            }
            '"' => {
                while let Some(next) = characters.next() {
                    match next {
                        '\\' => drop(characters.next()),
                        '"' => break,
                        '\n' => code.push('\n'),
                        _ => {}
                    }
                }
                code.push_str("\"\"");
            }
            '\'' if characters.peek() == Some(&'"') => drop(characters.next()),
            other => code.push(other),
        }
    }
    code
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric() && character != '_' && character != ':')
        .flat_map(|path| std::iter::once(path).chain(path.split("::")))
}

/// The services: every crate that is one.
fn services() -> Vec<String> {
    let all = std::fs::read_dir(root().join("services")).unwrap();
    let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut services: Vec<String> =
        names.filter(|name| root().join(format!("services/{name}/src/main.rs")).exists()).collect();
    services.sort();
    services
}

#[track_caller]
fn none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn a_line_touches_what_its_file_may() {
    let mut broken = Vec::new();
    for service in services() {
        for source in sources(&format!("services/{service}/src")) {
            let Some((_, silence)) = SILENCE.iter().find(|(name, _)| *name == source.name()) else {
                continue;
            };
            for (number, line) in source.code().lines().enumerate() {
                broken.extend(
                    silence
                        .iter()
                        .filter(|word| words(line).any(|said| said == **word))
                        .map(|word| format!("{}:{}: says `{word}`", source.shown(), number + 1)),
                );
            }
        }
    }
    none(&broken);
}

#[test]
fn every_noun_has_its_files() {
    let mut broken = Vec::new();
    for service in services() {
        for source in
            sources(&format!("services/{service}/src")).iter().filter(|source| source.name() == "row.rs")
        {
            let folder = source.path.parent().unwrap();
            for file in ["rules.rs", "store.rs"] {
                let speaks = folder.join("rpc.rs").exists();
                if speaks && file == "rules.rs" && !folder.join(file).exists() {
                    broken.push(format!("{} has no {file}", folder.strip_prefix(root()).unwrap().display()));
                }
            }
        }
    }
    none(&broken);
}

#[test]
fn the_chassis_knows_no_noun() {
    let mut broken = Vec::new();
    for source in sources("services/chassis/src") {
        let shown = source.shown();
        let inside = shown.trim_start_matches("services/chassis/src/");
        if source.name() == "tests.rs" || MAY_SAY.iter().any(|(file, _)| inside.starts_with(file)) {
            continue;
        }
        for (number, line) in source.code().lines().enumerate() {
            for noun in NOUNS {
                let says = words(line).any(|word| {
                    let word = word.to_lowercase();
                    word.split('_').any(|part| part == *noun || part == format!("{noun}s"))
                });
                if says {
                    broken.push(format!("{shown}:{}: says `{noun}`", number + 1));
                }
            }
        }
    }
    none(&broken);
}

#[test]
fn no_two_services_own_a_table() {
    let mut owners = std::collections::BTreeMap::new();
    let mut broken = Vec::new();
    for source in sources("migrations/src") {
        let made = ["resources(", "table_of("].into_iter().flat_map(|call| source.text.split(call).skip(1));
        for table in made.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()) {
            if let Some(other) = owners.insert(table.to_owned(), source.shown()) {
                broken.push(format!("{table}: made by {other} and by {}", source.shown()));
            }
        }
    }
    none(&broken);
    assert!(owners.len() > 50, "the tables have been found");
}

#[test]
fn no_service_knows_another_services_crate() {
    let services = services();
    let mut broken = Vec::new();
    for service in &services {
        let manifest =
            std::fs::read_to_string(root().join(format!("services/{service}/Cargo.toml"))).unwrap();
        for line in manifest.lines() {
            let dependency = line.split(['.', ' ', '=']).next().unwrap();
            if services.iter().any(|other| other != service && other == dependency) {
                broken.push(format!("services/{service}/Cargo.toml: depends on `{dependency}`"));
            }
        }
    }
    let known = std::fs::read_to_string(root().join("services/chassis/Cargo.toml")).unwrap();
    let knows = |service: &&String| known.lines().any(|line| line.starts_with(&format!("{service}.")));
    broken.extend(
        services
            .iter()
            .filter(knows)
            .map(|service| format!("services/chassis/Cargo.toml: depends on `{service}`")),
    );
    none(&broken);
}

#[test]
fn no_story_waits_by_the_clock() {
    let waits = ["sl", "eep("].concat();
    let named = |source: &Source| {
        let lines: Vec<String> = source.code().lines().map(str::to_owned).collect();
        let found = lines.iter().enumerate().filter(|(_, line)| line.contains(&waits));
        found.map(|(number, _)| format!("{}:{}: waits", source.shown(), number + 1)).collect::<Vec<_>>()
    };
    none(&sources("tests/it").iter().flat_map(named).collect::<Vec<_>>());
}

#[test]
fn a_file_is_read_in_one_go() {
    let folders = ["services", "clients", "migrations/src", "proto/src", "tests/it"];
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > LONGEST).then(|| format!("{}: {lines} lines, more than {LONGEST}", source.shown()))
    };
    none(
        &folders
            .iter()
            .flat_map(|folder| sources(folder))
            .filter_map(|source| long(&source))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let folders = ["services", "clients", "migrations/src", "proto/src", "tests/it"];
    let silent = |source: &Source| {
        let opens = source.text.trim_start().starts_with("//!") || source.name().ends_with("tests.rs");
        (!opens).then(|| format!("{}: does not open with `//!`", source.shown()))
    };
    none(
        &folders
            .iter()
            .flat_map(|folder| sources(folder))
            .filter_map(|source| silent(&source))
            .collect::<Vec<_>>(),
    );
}

/// The names of the faults that the product can be given.
fn mutants() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("services/chassis/src/mutant.rs")).unwrap();
    let list = text.split_once("enum Mutant {").unwrap().1.split_once("\n}").unwrap().0;
    spoken(list).split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn each_mutant_stands_in_one_place_and_has_its_story() {
    let product: Vec<Source> = ["services", "clients", "migrations/src", "proto/src"]
        .iter()
        .flat_map(|folder| sources(folder))
        .collect();
    let elsewhere = || product.iter().filter(|source| source.name() != "mutant.rs");
    let stories: String = sources("tests/it/reliability").into_iter().map(|source| source.text).collect();
    let mut broken = Vec::new();
    for mutant in mutants() {
        let uses = elsewhere()
            .map(|source| source.code().matches(&format!("Mutant::{mutant}")).count())
            .sum::<usize>();
        let asked = elsewhere()
            .map(|source| source.code().matches(&format!("mutant::lives(Mutant::{mutant})")).count())
            .sum::<usize>();
        if (uses, asked) != (1, 1) {
            broken.push(format!("{mutant}: named {uses} times, asked for {asked} times: once is right"));
        }
        if !stories.contains(&format!("mutated(\"{mutant}\"")) {
            broken.push(format!("{mutant}: no story of tests/it/reliability notices it"));
        }
    }
    let told = |source: &&Source| source.text.contains("ENSEMBLE_MUTANT");
    broken
        .extend(elsewhere().filter(told).map(|source| format!("{}: reads ENSEMBLE_MUTANT", source.shown())));
    none(&broken);
    assert!(mutants().len() >= 5, "{:?}", mutants());
}

/// Compiles the choice of a fault with a proof that there is none; answers what the compiler said when it refused.
fn compiled_as(debug_assertions: bool) -> Result<(), String> {
    let folder = folder("mutant");
    let module = root().join("services/chassis/src/mutant.rs");
    let proofs = mutants()
        .into_iter()
        .map(|name| format!("const _: () = assert!(!mutant::lives(mutant::Mutant::{name}));\n"));
    let text = format!("#[path = {module:?}]\nmod mutant;\n{}", proofs.collect::<String>());
    std::fs::write(folder.join("proof.rs"), text).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "proof.rs"]);
    rustc.arg(format!("-Cdebug-assertions={debug_assertions}")).current_dir(&folder);
    let output = rustc.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[test]
fn a_release_has_no_mutants() {
    compiled_as(false).unwrap_or_else(|said| panic!("{said}"));
    let refused = compiled_as(true).expect_err("with debug assertions there is a choice");
    assert!(refused.contains("E0015"), "not for being no constant:\n{refused}");
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("debug-assertions"), "only the profile dev has debug assertions");
}

#[test]
fn the_checks_notice_a_broken_rule() {
    let code = spoken("use sea_orm::Set; // tonic\nlet a = \"tonic\";\nfn f() { Utc::now() }\n");
    assert!(words(&code).any(|word| word == "sea_orm"));
    assert!(!words(&code).any(|word| word == "tonic"), "comments and strings are not code");
    assert!(words(&code).any(|word| word == "Utc::now"));
}
