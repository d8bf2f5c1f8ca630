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

    let second = shell.run(&["demo", "--exit", "--lang", "fr"]);
    assert_eq!(second.code, 0, "{}{}", second.out, second.err);
    for noun in ["partner", "project"] {
        assert_eq!((sum(&second.out, noun, 1), sum(&second.out, noun, 2)), (0, 0), "{noun}: {}", second.out);
        assert!(sum(&second.out, noun, 3) > 0, "{noun}: {}", second.out);
    }
    assert!(second.err.contains("À essayer, dans un second terminal"), "{}", second.err);
    assert_eq!(shell.done(&["context", "ls", "-o", "name"]), "demo\n");
}
