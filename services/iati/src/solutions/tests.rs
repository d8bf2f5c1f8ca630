use super::{Item, Solution, read};
use crate::item::Limits;
use crate::problem::Severity;

/// The solutions of a file, and what is wrong with the file itself.
fn all(file: &[u8], limits: Limits) -> (Vec<Solution>, Vec<(&'static str, u32)>) {
    let (mut solutions, mut problems) = (Vec::new(), Vec::new());
    read(file, limits, |item| {
        match item {
            Item::Solution(solution) => solutions.push(*solution),
            Item::FileProblem(problem) => problems.push((problem.code, problem.line)),
        }
        true
    });
    (solutions, problems)
}

/// What is wrong with a solution in which these fields are said last.
fn wrong(fields: &str) -> Vec<(Severity, &'static str, String, u32)> {
    let sound = r#""slug": "a-map", "name": "A map", "description": "D", "organizations": [{"name": "A", "org_type": "owner"}]"#;
    let (mut solutions, problems) = all(format!("[\n{{{sound},\n{fields}}}]").as_bytes(), Limits::default());
    assert_eq!((solutions.len(), problems.len()), (1, 0), "{problems:?}");
    let told = |problem: crate::Problem| {
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.en != problem.fr);
        (problem.severity, problem.code, problem.location, problem.line)
    };
    solutions.remove(0).problems.into_iter().map(told).collect()
}

#[test]
fn what_is_wrong_is_told_by_its_place_in_the_json() {
    use Severity::{Blocks, Doubtful};
    let place = |path: &str| path.to_owned();
    assert_eq!(wrong(r#""stage": "DPG""#), []);
    assert_eq!(wrong(r#""name": 3"#), [(Blocks, "TEXT_INVALID", place("0/name"), 3)]);
    assert_eq!(wrong(r#""name": " ""#), [(Blocks, "FIELD_MISSING", place("0/name"), 3)]);
    assert_eq!(wrong(r#""description": """#), [(Doubtful, "FIELD_MISSING", place("0/description"), 3)]);
    assert_eq!(wrong(r#""license": "MIT""#), [(Doubtful, "LIST_INVALID", place("0/license"), 3)]);
    assert_eq!(
        wrong("\"SDGs\": [{\"SDGNumber\": 3},\n{\"SDGNumber\": 18}]"),
        [(Doubtful, "GOAL_UNKNOWN", place("0/SDGs/1"), 4)]
    );
    assert_eq!(
        wrong(r#""organizations": [{"name": "", "org_type": "owner"}]"#),
        [
            (Doubtful, "ORGANISATION_UNKNOWN", place("0/organizations/0"), 3),
            (Blocks, "OWNER_MISSING", place("0/organizations"), 3)
        ]
    );
    let (solutions, _) = all(br#"[7, {"name": "B"}]"#, Limits::default());
    assert!(solutions.iter().all(Solution::is_blocked));
    assert_eq!(solutions[1].id, "B");
}

#[test]
fn a_file_that_is_no_list_of_solutions_is_refused_by_its_line() {
    for (file, code, line) in [
        (r#"{"name": "A"}"#, "PACKAGE_UNKNOWN", 1),
        ("[]", "PACKAGE_EMPTY", 1),
        ("[{\"name\": \"A\"},\n{\"name\"", "JSON_CUT_SHORT", 2),
        ("[{\"name\": \"A\"}\n] x", "JSON_MALFORMED", 2),
    ] {
        assert_eq!(all(file.as_bytes(), Limits::default()).1, [(code, line)], "{file}");
    }
    let small = Limits { record: 40, records: 1, ..Limits::default() };
    let long = format!("[{{\"name\": \"{}\"}}]", "A".repeat(9000));
    assert_eq!(all(long.as_bytes(), small).1, [("RECORD_TOO_LARGE", 1)]);
    let two = br#"[{"name": "A"}, {"name": "B"}]"#;
    assert_eq!(all(two, small).1, [("TOO_MANY_RECORDS", 1)]);
}

/// All of the real ones are read, and each says what the file says.
#[test]
fn real_solutions_are_read_whole() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/digital-public-goods/digital-public-goods.json"
    );
    let Ok(bytes) = std::fs::read(file) else {
        assert!(std::env::var_os("CI").is_none(), "the real solutions are missing");
        return;
    };
    let (solutions, problems) = all(&bytes, Limits::default());
    assert_eq!((solutions.len(), problems.len()), (193, 0), "{problems:?}");
    let count = |number: &dyn Fn(&Solution) -> usize| solutions.iter().map(number).sum::<usize>();
    assert_eq!(count(&|one| one.goals.len()), 500);
    assert_eq!(count(&|one| one.organisations.len()), 227);
    assert_eq!(count(&|one| one.licences.len()), 212);
    assert_eq!(count(&|one| usize::from(one.is_blocked())), 0);
}
