//! What goes wrong: the exit codes that scripts rely on, and what people and programs are told.

use super::{Shell, told};

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
        let away = Shell { server: Some("http://127.0.0.1:1".to_owned()), ..Shell::at(network) };
        away.fails(7, &["partner", "list", "--timeout", "2"]);
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
