use super::*;

const START: Micros = Micros(1_000 * DAY);

fn after(seconds: i64) -> Micros {
    Micros(START.0 + seconds * SECOND)
}

fn session() -> (Model, String) {
    begin("s1".to_owned(), "users/ada", &[7; 32], &[9; 32], START)
}

fn show(session: &mut Model, token: &str, seconds: i64) -> Verdict {
    renew(session, &read(token).unwrap(), after(seconds))
}

fn renewed(session: &mut Model, token: &str, seconds: i64) -> String {
    match show(session, token, seconds) {
        Verdict::Renewed(token) => token,
        other => panic!("{other:?}"),
    }
}

#[test]
fn idn_3_a_refresh_token_works_once_and_gives_its_successor() {
    let (mut session, first) = session();
    let second = renewed(&mut session, &first, 60);
    let third = renewed(&mut session, &second, 120);
    assert!(first != second && second != third);
    assert_eq!(show(&mut session, &first, 180), Verdict::Reused);
    assert_eq!(show(&mut session, &third, 181), Verdict::Refused, "reuse ends the family");
    assert!(session.void_time.is_some(), "its access tokens are void too");
}

#[test]
fn idn_3_a_lost_answer_may_be_asked_for_once_within_ten_seconds() {
    let (mut session, first) = session();
    let second = renewed(&mut session, &first, 60);
    assert_eq!(renewed(&mut session, &first, 70), second, "the same successor");
    assert_eq!(show(&mut session, &first, 70), Verdict::Reused, "once only");

    let (mut session, first) = self::session();
    renewed(&mut session, &first, 60);
    assert_eq!(show(&mut session, &first, 71), Verdict::Reused, "ten seconds only");

    let (mut session, first) = self::session();
    let second = renewed(&mut session, &first, 60);
    renewed(&mut session, &second, 61);
    assert_eq!(show(&mut session, &first, 62), Verdict::Reused, "of the token just before only");
}

#[test]
fn idn_3_a_race_leaves_one_family_or_none() {
    let (mut session, first) = session();
    let verdicts: Vec<Verdict> = (0..32).map(|_| show(&mut session, &first, 60)).collect();
    let given: std::collections::BTreeSet<&String> = verdicts
        .iter()
        .filter_map(|verdict| if let Verdict::Renewed(token) = verdict { Some(token) } else { None })
        .collect();
    assert_eq!(given.len(), 1, "never two live tokens");
    assert!(!is_live(&session, after(60)), "and thirty-two who show it are thieves");
}

#[test]
fn a_session_ends_when_idle_for_14_days_and_after_90_days_at_most() {
    let (mut idle, first) = session();
    assert_eq!(show(&mut idle, &first, 14 * 86_400), Verdict::Refused);
    let (mut session, mut token) = session();
    for day in (10..90).step_by(10) {
        token = renewed(&mut session, &token, day * 86_400);
    }
    assert_eq!(refresh_end(&session), after(90 * 86_400));
    assert_eq!(show(&mut session, &token, 90 * 86_400), Verdict::Refused);
}

#[test]
fn a_token_that_was_never_given_changes_nothing() {
    let (mut session, first) = session();
    let second = renewed(&mut session, &first, 60);
    let before = session.clone();
    let forged = |generation: i64| Shown { session: "s1".to_owned(), generation, secret: vec![1; 32] };
    for generation in [0, 1, 2, -1, i64::MIN, i64::MAX] {
        assert_eq!(renew(&mut session, &forged(generation), after(61)), Verdict::Refused);
    }
    // A stolen token does not give its successor without the salt, nor does another generation's number help.
    let moved = Shown { generation: 1, ..read(&first).unwrap() };
    assert_eq!(renew(&mut session, &moved, after(61)), Verdict::Refused);
    assert_eq!(session, before);
    renewed(&mut session, &second, 62);
}

#[test]
fn what_is_kept_gives_no_token() {
    let (session, first) = session();
    let secret = read(&first).unwrap().secret;
    assert_ne!(session.hash, secret);
    assert_ne!(next(&session.salt, &session.hash), next(&session.salt, &secret));
}

#[test]
fn garbage_is_no_refresh_token() {
    for garbage in [
        "",
        "ensr",
        "ensr_s1_0",
        "ensr_s1_x_AAAA",
        "ensr_s1_0_AAAA",
        "ensr_s\0_0_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
        "eyJhbGciOiJub25lIn0.e30.",
        &"_".repeat(300),
    ] {
        assert_eq!(read(garbage), None, "{garbage}");
    }
}

#[test]
fn a_new_token_is_issued_after_all_that_is_void() {
    assert_eq!(issue_time(None, Micros(5_500_000)), Micros(5_000_000));
    assert_eq!(issue_time(Some(Micros(5_200_000)), Micros(5_500_000)), Micros(6_000_000));
    assert_eq!(issue_time(Some(Micros(1_000_000)), Micros(5_500_000)), Micros(5_000_000));
}
