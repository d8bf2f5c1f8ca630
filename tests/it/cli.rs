//! The command, as people and scripts use it: what it writes where, and the exit codes they rely on.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::binaries::{binary, folder};
use crate::caller::{Caller, done};
use crate::harness::{Network, Store, Topology};
use crate::sample;

/// What a run of the command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// The command in an empty home, at a network, perhaps in someone's name.
struct Shell {
    home: std::path::PathBuf,
    server: String,
    token: Option<String>,
}

impl Shell {
    fn at(network: &Network) -> Self {
        Self { home: folder("home"), server: network.address("partners"), token: None }
    }

    fn of(caller: &Caller) -> Self {
        let request = caller.who.sign(tonic::Request::new(()));
        let bearer = request.metadata().get("authorization").unwrap().to_str().unwrap();
        Self { token: Some(bearer.trim_start_matches("Bearer ").to_owned()), ..Self::at(caller.network) }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.fed(arguments, "")
    }

    fn fed(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(binary("ensemble"));
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("ENSEMBLE_CONFIG_DIR", &self.home)
            .env("LANG", "C.UTF-8");
        command.env("ENSEMBLE_SERVER", &self.server).current_dir(&self.home).args(arguments);
        if let Some(token) = &self.token {
            command.env("ENSEMBLE_TOKEN", token);
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said =
            Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(
            !said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'),
            "escape sequences in a pipe: {arguments:?}"
        );
        said
    }

    /// What it wrote on standard output, having done it.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
        said.out
    }

    /// What it wrote on standard error, having failed with this code and written no data.
    #[track_caller]
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{arguments:?}: {}", said.err);
        said.err
    }
}

/// The commands need one network; the other arrangements are for what they call.
fn told(story: impl AsyncFnOnce(&'static Network)) {
    let network = Network::shared(Topology::Together, Store::Sqlite).unwrap();
    crate::harness::tell(network, story(network));
}

#[test]
fn exit_codes_are_what_the_manual_says() {
    told(async |network| {
        let coordinator = network.coordinator().await;
        let (known, stranger, nobody) =
            (Shell::of(&coordinator), Shell::of(&network.outsider().await), Shell::at(network));
        let active = network.active_partner().await.name;
        let table: [(&Shell, i32, &[&str]); 12] = [
            (&nobody, 0, &["code-list", "show", "COLLEGE", "-o", "none"]),
            (&nobody, 2, &["partner", "fly"]),
            (&nobody, 2, &["partner", "list", "--nothing"]),
            (&nobody, 3, &["partner", "show", "partners/nobody"]),
            (&nobody, 4, &["partner", "approve", &active]),
            (&stranger, 4, &["partner", "approve", &active]),
            (&stranger, 4, &["user", "list"]),
            (&known, 5, &["partner", "approve", &active]),
            (&known, 6, &["partner", "create", "--title", "en=X"]),
            (&known, 2, &["partner", "list", "--filter", "nothing = 1"]),
            (&known, 3, &["partner", "show", "partners/nobody"]),
            (&known, 0, &["partner", "show", &active, "-o", "none"]),
        ];
        for (shell, code, arguments) in table {
            let said = shell.run(arguments);
            assert_eq!(said.code, code, "{arguments:?}: {}{}", said.out, said.err);
        }
        let away = Shell { server: "http://127.0.0.1:1".to_owned(), ..Shell::at(network) };
        away.fails(7, &["partner", "list", "--timeout", "2"]);
    });
}

#[test]
fn a_coordinator_registers_approves_and_archives() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let (word, identifier) = (sample::word(), sample::identifier());
        let title = format!("fr=Fédération {word}");
        let identifiers = format!("{}={}", identifier.scheme, identifier.value);
        let create = [
            "partner",
            "create",
            "--title",
            &title,
            "--college",
            "CIVIL_SOCIETY",
            "--sector",
            "CIVIL",
            "--iati-type-code",
            "22",
            "--country-code",
            "FR",
            "--identifiers",
            &identifiers,
            "-o",
            "name",
        ];
        let name = shell.done(&create).trim().to_owned();
        assert!(name.starts_with("partners/"), "{name}");
        // The same again is refused, with whom to use.
        let refused = shell.fails(5, &create);
        assert!(refused.contains(&name) && refused.contains("ALREADY_EXISTS"), "{refused}");

        shell.done(&["partner", "approve", &name]);
        let shown: serde_json::Value =
            serde_json::from_str(&shell.done(&["partner", "show", &name, "-o", "json"])).unwrap();
        assert_eq!(shown["name"], name.as_str());
        let list = shell.done(&[
            "partner",
            "search",
            &format!("federation {word}"),
            "-o",
            "csv",
            "--fields",
            "name,state",
        ]);
        assert_eq!(
            list.lines().map(str::trim_end).collect::<Vec<_>>(),
            ["name,state".to_owned(), format!("{name},ACTIVE")]
        );
        let names = shell.done(&["partner", "list", "--filter", &format!("name = \"{name}\""), "-o", "name"]);
        assert_eq!(names.trim(), name);
        let lines =
            shell.done(&["partner", "list", "--filter", &format!("name = \"{name}\""), "-o", "jsonl"]);
        assert_eq!(lines.lines().count(), 1);
        serde_json::from_str::<serde_json::Value>(lines.trim()).unwrap();

        let rehearsal = shell.run(&["partner", "archive", &name, "--yes", "--dry-run", "--exit-code"]);
        assert_eq!(rehearsal.code, 8, "{}", rehearsal.err);
        shell.done(&["partner", "archive", &name, "--yes"]);
        let again: serde_json::Value =
            serde_json::from_str(&shell.done(&["partner", "show", &name, "-o", "json"])).unwrap();
        assert!(again.to_string().contains("ARCHIVED"));
    });
}

#[test]
fn errors_speak_to_people_in_their_language_and_to_programs_in_json() {
    told(async |network| {
        let shell = Shell::at(network);
        let hide = |text: String| {
            text.lines()
                .filter(|line| {
                    !line.trim_start().starts_with("request") && !line.trim_start().starts_with("requête")
                })
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!(hide(shell.fails(3, &["partner", "show", "partners/nobody"])), @"error: partners/nobody does not exist  [NOT_FOUND]");
        insta::assert_snapshot!(hide(shell.fails(3, &["partner", "show", "partners/nobody", "--lang", "fr"])), @"erreur : partners/nobody n'existe pas  [NOT_FOUND]");
        let told = shell.fails(3, &["partner", "show", "partners/nobody", "-o", "json"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(
            (&told["error"]["code"], &told["error"]["exitCode"]),
            (&serde_json::json!("NOT_FOUND"), &serde_json::json!(3))
        );
    });
}

#[test]
fn any_method_can_be_called() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let me = shell.done(&["api", "TokenService/GetCurrentPrincipal", "-d", "{}"]);
        let me: serde_json::Value = serde_json::from_str(&me).unwrap();
        assert_eq!(me["subject"], network.coordinator().await.name.as_str());
        shell.fails(2, &["api", "PartnerService/ListPartners", "-d", r#"{"nope":1}"#]);
        assert_eq!(shell.run(&["api", "NoService/Nothing", "-d", "{}"]).code, 2);
    });
}

#[test]
fn people_sign_in_with_a_token_or_a_key_from_standard_input() {
    told(async |network| {
        let partner = network.home_partner().await;
        let machine = network.integration(&partner, &["*.read"]).await;
        let key = machine
            .who
            .sign(tonic::Request::new(()))
            .metadata()
            .get("x-api-key")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let shell = Shell::at(network);
        let said = shell.fed(&["auth", "login", "--with-token"], &format!("{key}\n"));
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(!said.out.contains(&key) && !said.err.contains(&key), "a secret is never shown");
        let me: serde_json::Value =
            serde_json::from_str(&shell.done(&["api", "TokenService/GetCurrentPrincipal", "-d", "{}"]))
                .unwrap();
        assert_eq!(me["subject"], machine.name.as_str());
        for entry in std::fs::read_dir(&shell.home).unwrap() {
            use std::os::unix::fs::PermissionsExt as _;
            let entry = entry.unwrap();
            let secret = entry.path().is_file()
                && std::fs::read_to_string(entry.path()).unwrap_or_default().contains(&key);
            assert!(
                !secret || entry.metadata().unwrap().permissions().mode() & 0o077 == 0,
                "{} is open to others",
                entry.path().display()
            );
        }
        let wrong = Shell::at(network).fed(&["auth", "login", "--with-token"], "nonsense\n");
        assert_eq!(wrong.code, 4, "{}", wrong.err);
    });
}

#[test]
fn a_file_is_imported_and_rehearsed() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await.again().await);
        let file =
            crate::binaries::root().join("../shared/data/iati-activities/acf-spain-philippines-2018.xml");
        if !file.exists() {
            return;
        }
        let file = file.to_str().unwrap();
        let said = shell.run(&["import", "iati", file, "--dry-run"]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        let report: serde_json::Value =
            serde_json::from_str(&shell.done(&["import", "iati", file, "-o", "json"])).unwrap();
        assert!(report.to_string().contains("project"), "{report}");
        let again = shell.run(&["import", "iati", file]);
        assert_eq!(again.code, 0, "{}", again.err);
        let counts: Vec<Vec<&str>> =
            again.out.lines().map(|line| line.split_whitespace().collect()).collect();
        assert!(
            counts.contains(&vec!["partner", "0", "0", "5", "0"])
                && counts.contains(&vec!["project", "0", "0", "6", "0"]),
            "{}",
            again.out
        );
        assert_eq!(shell.run(&["import", "iati", "no-such-file.xml"]).code, 1);
    });
}

#[test]
fn a_watcher_sees_what_happens() {
    told(async |network| {
        let coordinator = network.coordinator().await;
        let mut command = Command::new(binary("ensemble"));
        let shell = Shell::of(&coordinator);
        command
            .env_clear()
            .env("HOME", &shell.home)
            .env("ENSEMBLE_CONFIG_DIR", &shell.home)
            .env("ENSEMBLE_TOKEN", shell.token.as_ref().unwrap());
        command.env("ENSEMBLE_SERVER", &shell.server).args([
            "watch",
            "partners",
            "--from-beginning",
            "-o",
            "jsonl",
        ]);
        let watcher = crate::binaries::Running::start(&mut command, &["{"]);
        assert!(watcher.said("{").contains("partners/"), "{}", watcher.said("{"));
        done(coordinator.partners().list_partners(proto::partners::ListPartnersRequest::default()).await);
    });
}

#[test]
fn help_is_whole_and_completions_are_offered() {
    told(async |network| {
        let shell = Shell::at(network);
        assert!(shell.done(&["help", "exit-codes"]).contains("130"));
        for which in ["bash", "zsh", "fish"] {
            assert!(shell.done(&["completion", which]).contains("ensemble"));
        }
        assert!(shell.done(&["man"]).contains("ensemble"));
        assert!(shell.done(&["version"]).contains("0.0.0"));
    });
}
