//! A network of one's own in one command, from an empty folder; and the same again.

use super::Shell;

#[test]
fn a_demo_begins_in_an_empty_folder_and_may_be_run_again() {
    let shell = Shell::alone();
    let first = shell.run(&["demo", "--exit"]);
    assert_eq!(first.code, 0, "{}{}", first.out, first.err);
    assert!(
        first.err.contains("the coordinator") && first.err.contains("Try, in a second terminal"),
        "{}",
        first.err
    );
    // What each file brought: noun, new, changed, unchanged, refused.
    let counts = |out: &str| -> Vec<Vec<String>> {
        let words = out.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        words
            .filter(|words| words.len() == 5 && words[1..].iter().all(|word| word.parse::<u32>().is_ok()))
            .collect()
    };
    let sum = |out: &str, noun: &str, column: usize| -> u32 {
        counts(out).iter().filter(|row| row[0] == noun).map(|row| row[column].parse::<u32>().unwrap()).sum()
    };
    assert!(sum(&first.out, "partner", 1) > 1_900, "{}", first.out);
    assert!(sum(&first.out, "project", 1) > 600, "{}", first.out);
    // The story of one partner: each step is a command, and what was returned does not count.
    let steps = |err: &str| {
        err.lines().filter(|line| line.starts_with("$ ensemble ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let taken =
        |steps: &[String], words: &str| steps.iter().filter(|step| step[11..].starts_with(words)).count();
    let told = steps(&first.err);
    for (words, times) in [
        ("report submit", 2),
        ("report review projects/", 2),
        ("project review", 1),
        ("need qualify", 1),
        ("agreement propose", 2),
        ("agreement sign", 6),
        ("partnership activate", 1),
        ("commitment confirm ", 2),
        ("commitment confirm-delivery", 2),
        ("health-check submit-response", 3),
        ("health-check close", 1),
        ("agreement renew", 1),
        ("session open", 1),
        ("import participants", 1),
        ("strategy open-consultation", 1),
        ("participation create", 2),
        ("participation moderate", 2),
        ("participation answer", 2),
        ("participation convert", 1),
    ] {
        assert_eq!(taken(&told, words), times, "{words}: {told:#?}");
    }
    let total =
        |out: &str| out.lines().find(|line| line.starts_with("indicators/idt-i01\t\t")).map(str::to_owned);
    assert!(total(&first.out).unwrap().starts_with("indicators/idt-i01\t\t100\t"), "{}", first.out);
    assert!(first.out.contains("FEMALE\t62") && first.out.contains("added up"), "{}", first.out);
    // The three sectors, from the proposal to what takes its place.
    for line in ["Tripartite\t", "Agreements (2)", "What each brings (2)"] {
        assert!(first.out.replace("  ", "\t").contains(line), "{line}: {}", first.out);
    }
    let calendar = std::fs::read_to_string(shell.home.join("ensemble-demo/deadlines.ics")).unwrap();
    assert!(calendar.contains("SUMMARY:Agreement ends: "), "{calendar}");
    // Four people on a list, and three seats.
    assert!(first.out.contains("A5\tWaitlisted\t1\t"), "{}", first.out);
    let session = std::fs::read_to_string(shell.home.join("ensemble-demo/session.ics")).unwrap();
    assert_eq!(session.matches("TZID=Europe/Paris").count(), 4, "{session}");
    for secret in ["people.json", "coordinator.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode =
            std::fs::metadata(shell.home.join("ensemble-demo").join(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{secret} is open to others");
    }

    let second = shell.run(&["demo", "--exit", "--lang", "fr"]);
    assert_eq!(second.code, 0, "{}{}", second.out, second.err);
    for noun in ["partner", "project"] {
        assert_eq!((sum(&second.out, noun, 1), sum(&second.out, noun, 2)), (0, 0), "{noun}: {}", second.out);
        assert!(sum(&second.out, noun, 3) > 0, "{noun}: {}", second.out);
    }
    assert!(second.err.contains("À essayer, dans un second terminal"), "{}", second.err);
    let again = steps(&second.err);
    for words in [
        "partner create",
        "need ",
        "project create",
        "report submit",
        "report review",
        "reporting-period",
        "partnership create",
        "partnership activate",
        "agreement ",
        "commitment ",
        "health-check ",
        "programme ",
        "trainer ",
        "session ",
        "import participants",
    ] {
        assert_eq!(taken(&again, words), 0, "{words} is done twice: {again:#?}");
    }
    assert_eq!(total(&second.out), total(&first.out));
    assert_eq!(shell.done(&["context", "ls", "-o", "name"]), "demo\n");
}
