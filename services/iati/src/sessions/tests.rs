use super::{Item, Session, read};
use crate::item::Limits;
use crate::problem::Severity;

/// The sessions of a file, and what is wrong with the file itself.
fn all(file: &[u8]) -> (Vec<Session>, Vec<(&'static str, u32)>) {
    let (mut sessions, mut problems) = (Vec::new(), Vec::new());
    read(file, Limits::default(), |item| {
        match item {
            Item::Session(session) => sessions.push(*session),
            Item::FileProblem(problem) => problems.push((problem.code, problem.line)),
        }
        true
    });
    (sessions, problems)
}

/// A sound session in which these fields are said last.
fn session(fields: &str) -> Session {
    let sound = r#""id": "s", "title": "T", "organiser": "O", "start": "2022-03-08 9:00:00 -0500", "end": "2022-03-08T10:00:00-05:00""#;
    let (mut sessions, problems) = all(format!("[\n{{{sound},\n{fields}}}]").as_bytes());
    assert_eq!((sessions.len(), problems.len()), (1, 0), "{problems:?}");
    sessions.remove(0)
}

fn wrong(fields: &str) -> Vec<(Severity, &'static str, String, u32)> {
    let told = |problem: crate::Problem| {
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.en != problem.fr);
        assert_eq!(problem.record, if fields.contains(r#""id""#) { "" } else { "s" });
        (problem.severity, problem.code, problem.location, problem.line)
    };
    session(fields).problems.into_iter().map(told).collect()
}

#[test]
fn what_is_wrong_is_told_by_its_place_in_the_json() {
    use Severity::{Blocks, Doubtful};
    let one = |severity, code, path: &str| vec![(severity, code, path.to_owned(), 3)];
    assert_eq!(wrong(r#""platform": null"#), []);
    assert_eq!(wrong(r#""id": " ""#), one(Blocks, "FIELD_MISSING", "0/id"));
    assert_eq!(wrong(r#""title": 3"#), one(Blocks, "TEXT_INVALID", "0/title"));
    assert_eq!(wrong(r#""organiser": """#), one(Blocks, "ORGANISER_MISSING", "0/organiser"));
    assert_eq!(wrong(r#""organiser": null, "host": "H""#), []);
    assert_eq!(wrong(r#""start": "2022-03-08 09:00:00""#), one(Blocks, "TIME_WITHOUT_OFFSET", "0/start"));
    assert_eq!(wrong(r#""start": "8 March""#), one(Blocks, "TIME_INVALID", "0/start"));
    assert_eq!(wrong(r#""start": "2022-02-30 09:00:00 -0500""#), one(Blocks, "TIME_INVALID", "0/start"));
    assert_eq!(wrong(r#""end": "2022-03-08 10:00:00""#), one(Doubtful, "TIME_WITHOUT_OFFSET", "0/end"));
    assert_eq!(wrong(r#""end": 10"#), one(Doubtful, "TEXT_INVALID", "0/end"));
    assert_eq!(wrong(r#""end": "2022-03-08 8:00:00 -0500""#), one(Doubtful, "END_BEFORE_START", "0/end"));
    assert_eq!(wrong(r#""topics": "design""#), one(Doubtful, "LIST_INVALID", "0/topics"));
    assert_eq!(wrong(r#""topics": ["design", 3]"#), one(Doubtful, "TEXT_INVALID", "0/topics/1"));
    let (sessions, _) = all(br#"[7, {"id": "B"}]"#);
    assert!(sessions.iter().all(Session::is_blocked));
}

#[test]
fn a_moment_is_the_one_of_its_own_clock() {
    let read = session(r#""topics": ["design", " "]"#);
    assert_eq!(read.start.unwrap().to_rfc3339(), "2022-03-08T09:00:00-05:00");
    assert_eq!(read.end.unwrap().to_rfc3339(), "2022-03-08T10:00:00-05:00");
    assert_eq!(read.topics, ["design"]);
    assert!(session(r#""end": "2022-03-08 8:00:00 -0500""#).end.is_none(), "it would end before it begins");
}

#[test]
fn a_file_that_is_no_list_of_sessions_is_refused_by_its_line() {
    for (file, code, line) in [
        (r#"{"id": "A"}"#, "PACKAGE_UNKNOWN", 1),
        ("[]", "PACKAGE_EMPTY", 1),
        ("[{\"id\": \"A\"},\n{\"id\"", "JSON_CUT_SHORT", 2),
    ] {
        assert_eq!(all(file.as_bytes()).1, [(code, line)], "{file}");
    }
}

/// All of the real ones are read, and each says what the file says.
#[test]
fn real_sessions_are_read_whole() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/digitalgov-training/digitalgov-events-2017-2022.json"
    );
    let Ok(bytes) = std::fs::read(file) else {
        assert!(std::env::var_os("CI").is_none(), "the real sessions are missing");
        eprintln!("SKIPPED for want of {file}");
        return;
    };
    let (sessions, problems) = all(&bytes);
    assert_eq!((sessions.len(), problems.len()), (302, 0), "{problems:?}");
    let count = |of: &dyn Fn(&Session) -> bool| sessions.iter().filter(|one| of(one)).count();
    assert_eq!(count(&|one| one.is_blocked()), 0);
    assert_eq!(count(&|one| one.platform.is_empty()), 190);
    assert_eq!(count(&|one| one.host.is_empty()), 18);
    assert_eq!(count(&|one| one.recording.is_empty()), 104);
    let wrong: Vec<_> = sessions.iter().flat_map(|one| &one.problems).collect();
    let told: Vec<_> = wrong.iter().map(|one| (one.code, one.record.as_str())).collect();
    assert_eq!(told, [("TIME_WITHOUT_OFFSET", "2019-11-04-foundations-agile-i")]);
    // In New York a summer's clock would show -0400: what is said is kept, not what was meant.
    let summer = sessions.iter().find(|one| one.id.starts_with("2018-06-08-funding")).unwrap();
    assert_eq!(summer.start.unwrap().to_rfc3339(), "2018-06-08T10:00:00-05:00");
}
