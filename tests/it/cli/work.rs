//! A day's work: registering, importing, signing in, watching.

use super::{Shell, told};
use crate::binaries::{Running, root};
use crate::caller::done;
use crate::harness::eventually;
use crate::sample;

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
        use std::os::unix::fs::PermissionsExt as _;
        let kept =
            std::fs::read_dir(shell.home.join("credentials")).unwrap().map(|entry| entry.unwrap().path());
        let kept: Vec<_> =
            kept.filter(|path| std::fs::read_to_string(path).unwrap().contains(&key)).collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        let mode = std::fs::metadata(&kept[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is open to others", kept[0].display());
        let said = shell.run(&["auth", "logout"]);
        assert_eq!((said.code, kept[0].exists()), (0, false), "{}", said.err);
        let wrong = Shell::at(network).fed(&["auth", "login", "--with-token"], "nonsense\n");
        assert_eq!(wrong.code, 4, "{}", wrong.err);
    });
}

#[test]
fn a_file_is_imported_and_rehearsed() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await.again().await);
        let file = root().join("clients/cli/sample/acf-spain-philippines-2018.xml.gz");
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
fn a_watcher_sees_what_happens_and_goes_on_where_it_stopped() {
    told(async |network| {
        let coordinator = network.coordinator().await;
        let shell = Shell::of(&coordinator);
        let name = done(coordinator.partners().create_partner(sample::create(sample::partner())).await).name;
        let filter = format!("subject = \"{name}\"");
        let watch =
            ["watch", "partners", "--from-beginning", "--resume-token-file", "place", "--filter", &filter];
        let start =
            |format| Running::start(&mut shell.command(&[&watch[..], &["-o", format]].concat()), &["{"]);
        let watcher = start("jsonl");
        assert!(watcher.said("{").contains("PartnerService/CreatePartner"), "{}", watcher.said("{"));
        eventually(10, "the place is kept", async || shell.home.join("place").exists()).await;
        drop(watcher);
        let approve = proto::partners::ApprovePartnerRequest { name, ..Default::default() };
        done(coordinator.partners().approve_partner(approve).await);
        let watcher = start("json"); // a stream has no end to close an array at: it is lines too
        assert!(watcher.said("{").contains("PartnerService/ApprovePartner"), "{}", watcher.said("{"));
    });
}
