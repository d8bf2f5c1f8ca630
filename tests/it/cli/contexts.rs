//! Servers by short names: kept, chosen, mistyped and forgotten; and what the command does when nothing is typed.

use super::{Shell, told};

/// Two contexts, of which the first is selected.
fn with_two() -> Shell {
    let shell = Shell::alone();
    let prod = [
        "context",
        "add",
        "prod",
        "--server",
        "https://ensemble.example.org/",
        "--lang",
        "fr",
        "--protected",
    ];
    shell.done(&prod);
    shell.done(&["context", "add", "local", "--server", "http://127.0.0.1:50051"]);
    shell
}

#[test]
fn contexts_are_added_listed_shown_selected_and_removed() {
    let shell = Shell::alone();
    let nothing = shell.run(&["context", "ls", "--lang", "en"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
    assert!(nothing.err.contains("ensemble context add"), "{}", nothing.err);
    assert_eq!(shell.done(&["context", "ls", "-o", "json"]).trim(), "[]");

    let shell = with_two();
    insta::assert_snapshot!(shell.done(&["context", "ls", "--lang", "en"]).replace('\t', " | "), @r"
    NAME | SERVER | LANG | PROTECTED | CURRENT
    local | http://127.0.0.1:50051 |  | false | false
    prod | https://ensemble.example.org | fr | true | true
    ");
    insta::assert_snapshot!(shell.done(&["context", "show", "-o", "json"]), @r#"
    {
      "current": true,
      "lang": "fr",
      "name": "prod",
      "protected": true,
      "server": "https://ensemble.example.org"
    }
    "#);
    insta::assert_snapshot!(shell.done(&["context", "show", "local", "-o", "yaml"]), @r"
    current: false
    lang: null
    name: local
    protected: false
    server: http://127.0.0.1:50051
    ");
    insta::assert_snapshot!(shell.done(&["context", "ls", "--fields", "name,current", "-o", "csv"]).replace('\r', ""), @r"
    name,current
    local,false
    prod,true
    ");

    let said = shell.run(&["context", "select", "local"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert_eq!(shell.done(&["context", "show", "-o", "name"]), "local\n");
    shell.done(&["ctx", "-"]);
    assert_eq!(shell.done(&["context", "show", "-o", "name"]), "prod\n");

    shell.done(&["context", "rm", "prod"]);
    assert_eq!(shell.done(&["context", "ls", "-o", "name"]), "local\n");
    let one: serde_json::Value = serde_json::from_str(&shell.done(&["context", "ls", "-o", "json"])).unwrap();
    assert_eq!(one.as_array().map(Vec::len), Some(1), "a list of one is a list: {one}");
    shell.fails(2, &["context", "show"]); // the selected one is gone
    shell.done(&["ctx", "-"]);
    assert_eq!(shell.done(&["context", "show", "-o", "name"]), "local\n");
    shell.done(&["context", "remove", "local"]);
    shell.fails(2, &["ctx", "-"]);
}

#[test]
fn a_context_that_there_is_not_is_refused_and_the_known_ones_named() {
    let shell = with_two();
    insta::assert_snapshot!(shell.fails(2, &["context", "select", "prdo", "--lang", "en"]), @r"
    error: there is no context prdo
      what to do: contexts: local, prod; add one: ensemble context add
    ");
    insta::assert_snapshot!(shell.fails(2, &["partner", "list", "--context", "prdo", "--lang", "fr"]), @r"
    erreur : il n'y a pas de contexte prdo
      que faire : contextes : local, prod ; en ajouter : ensemble context add
    ");
    for wrong in
        [&["context", "rm", "prdo"][..], &["context", "show", "prdo"], &["context", "validate", "prdo"]]
    {
        let told = shell.fails(2, wrong);
        assert!(told.contains("prdo") && told.contains("local, prod"), "{wrong:?}: {told}");
    }
    for wrong in [
        &["context", "add", "a/b", "--server", "https://example.org"][..],
        &["context", "add", "-", "--server", "https://example.org"],
        &["context", "add", "other"],
        &["context", "add", "other", "--server", "ensemble.example.org"],
    ] {
        shell.fails(2, wrong);
    }
    assert_eq!(shell.done(&["context", "ls", "-o", "name"]), "local\nprod\n", "nothing was added or removed");
}

#[test]
fn alone_the_command_is_the_status_of_the_context_or_else_its_help() {
    let shell = Shell::alone();
    let said = shell.run(&[]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("ensemble help") && said.out.contains("partner"), "{}", said.out);

    told(async |network| {
        let coordinator = Shell { server: None, ..Shell::of(&network.coordinator().await) };
        coordinator.done(&["context", "add", "here", "--server", &network.address("partners")]);
        let (alone, status) = (coordinator.run(&[]), coordinator.run(&["status"]));
        assert_eq!((alone.code, &alone.err), (0, &status.err), "the same words as ensemble status");
        assert!(alone.err.contains("users/"), "{}", alone.err);
    });
}

#[test]
fn a_protected_context_wants_a_yes() {
    told(async |network| {
        let shell = Shell { server: None, ..Shell::of(&network.coordinator().await) };
        shell.done(&["context", "add", "prod", "--protected", "--server", &network.address("partners")]);
        let partner = network.active_partner().await.name;
        let refused = shell.fails(2, &["partner", "archive", &partner]);
        assert!(refused.contains("context=prod") && refused.contains("--yes"), "{refused}");
        shell.done(&["partner", "archive", &partner, "--yes"]);
    });
}
