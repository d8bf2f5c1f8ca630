//! What could be wrong between here and the server.

use super::{Shell, told};

/// Of each check, its verdict.
fn verdicts(told: &str) -> Vec<(String, String)> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(told).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["name"]), text(&row["verdict"]))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(check, verdict)| ((*check).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_doctor_finds_nothing_wrong_with_a_healthy_server() {
    told(async |network| {
        let shell = Shell::of(&network.coordinator().await);
        let well =
            [("configuration", "ok"), ("context", "ok"), ("tls", "ok"), ("server", "ok"), ("session", "ok")];
        let found = verdicts(&shell.done(&["doctor", "-o", "json"]));
        assert_eq!(found.into_iter().filter(|(check, _)| check != "clock").collect::<Vec<_>>(), pairs(&well));
        // Without a session it is to be looked at, not wrong.
        let found = verdicts(&Shell::at(network).done(&["doctor", "-o", "json"]));
        assert_eq!(found.last(), pairs(&[("session", "doubtful")]).last());
        let told = Shell::at(network).done(&["doctor", "--lang", "fr"]);
        assert!(told.contains("ensemble auth login") && told.contains("à voir"), "{told}");
    });
}

#[test]
fn without_a_server_a_doctor_says_so_and_what_to_do() {
    let shell = Shell { server: Some("http://127.0.0.1:1".to_owned()), ..Shell::alone() };
    for (language, words) in [("en", ["wrong", "ensemble serve"]), ("fr", ["mauvais", "ensemble serve"])] {
        let said = shell.run(&["doctor", "--lang", language]);
        assert_eq!(said.code, 7, "{}{}", said.out, said.err);
        assert!(words.iter().all(|word| said.out.contains(word)), "{}", said.out);
    }
    let said = shell.run(&["doctor", "-o", "json"]);
    assert_eq!(said.code, 7);
    assert!(verdicts(&said.out).contains(&("server".to_owned(), "wrong".to_owned())), "{}", said.out);
}
