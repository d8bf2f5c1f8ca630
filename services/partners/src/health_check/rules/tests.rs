use std::sync::Arc;

use chassis::lifecycle::Stateful as _;
use chassis::{Row as _, Told as _};
use proto::Private as _;
use proto::partners::PartnershipMember;
use testing::{self, day, person};
use uuid::Uuid;

use super::super::results::tests::response;
use super::super::row::Facts;
use super::*;

const MEMBERS: [&str; 5] = ["partners/a", "partners/b", "partners/c", "partners/d", "partners/o"];

/// Led by `a`; `d` joined late, `o` looks on.
fn partnership() -> partnership::row::Model {
    let mut row = partnership::rules::blank("p", Uuid::nil(), Micros(0));
    let member = |(index, partner): (usize, &&str)| PartnershipMember {
        partner: (*partner).to_owned(),
        role: [Part::Lead, Part::Partner, Part::Funder, Part::Partner, Part::Observer][index].into(),
        join_date: Some(day(if index == 3 { "2026-11-20" } else { "2026-01-01" }).into()),
        ..Default::default()
    };
    row.members = MEMBERS.iter().enumerate().map(member).collect::<Vec<_>>().into();
    row.lead_partner = MEMBERS[0].to_owned();
    row.state = proto::partners::partnership::State::Active.into();
    row.facts.today = Some(day("2026-11-26"));
    row
}

fn call(partner: &str, roles: &[Role], network: &[Role]) -> Call {
    let partners: Vec<_> = roles.iter().map(|role| (partner, *role)).collect();
    testing::call(person(network, &partners))
}

fn admin(partner: &str) -> Call {
    call(partner, &[Role::PartnerAdmin], &[])
}

fn coordinator() -> Call {
    call("partners/x", &[], &[Role::Coordinator])
}

fn opened(as_of: &str) -> Model {
    let draft = pb::HealthCheck {
        as_of_date: Some(day(as_of).into()),
        open_until_date: Some(day("2026-12-10").into()),
        ..Default::default()
    };
    let mut check = create("partnerships/p", "h", &draft, day("2026-11-26"), &admin("partners/a")).unwrap();
    ask(&mut check, &partnership(), &admin("partners/a")).unwrap();
    check.facts = Facts { partnership: Some(Arc::new(partnership())), min_responses: 3 };
    check
}

fn answer(check: &mut Model, partner: &str, scores: [i32; 4]) -> Result<()> {
    let pb::HealthCheckResponse { scores, .. } = response(partner, scores);
    let request =
        pb::SubmitHealthCheckResponseRequest { partner: partner.to_owned(), scores, ..Default::default() };
    submit(check, &request, &call(partner, &[Role::Reporter], &[]))
}

fn action(owner: &str, due: &str) -> pb::HealthCheckAction {
    pb::HealthCheckAction {
        text: "Meet each month.".to_owned(),
        owner: owner.to_owned(),
        due_date: Some(day(due).into()),
        ..Default::default()
    }
}

fn rule<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Error::Forbidden { .. }) => "FORBIDDEN",
        other => testing::rule(other),
    }
}

#[test]
fn par_20_who_was_a_member_on_the_day_answers_once_and_may_say_it_anew() {
    assert_eq!(opened("2026-11-01").members.0, MEMBERS[..3], "neither who joined later nor who looks on");
    let mut check = opened("2026-11-26");
    assert_eq!(check.members.0, MEMBERS[..4]);
    answer(&mut check, "partners/b", [1, 1, 1, 1]).unwrap();
    answer(&mut check, "partners/a", [2, 2, 2, 2]).unwrap();
    answer(&mut check, "partners/b", [5, 5, 5, 5]).unwrap();
    let scores: Vec<_> =
        check.responses.iter().map(|one| (one.partner.as_str(), one.scores[0].score)).collect();
    assert_eq!((scores, check.response_count), (vec![("partners/a", 2), ("partners/b", 5)], 2));
    assert_eq!(rule(answer(&mut check, "partners/o", [1, 1, 1, 1])), "PAR-20");
    // Nobody answers for another member, and no machine answers.
    let mut request = pb::SubmitHealthCheckResponseRequest {
        partner: "partners/c".to_owned(),
        scores: response("", [3, 3, 3, 3]).scores,
        ..Default::default()
    };
    assert_eq!(rule(submit(&mut check, &request, &admin("partners/b"))), "FORBIDDEN");
    assert_eq!(rule(submit(&mut check, &request, &coordinator())), "FORBIDDEN");
    assert_eq!(
        rule(submit(&mut check, &request, &call("partners/c", &[Role::Integration], &[]))),
        "FORBIDDEN"
    );
    request.scores[3].score = 6;
    request.scores.pop();
    match submit(&mut check, &request, &admin("partners/c")) {
        Err(Error::Invalid { fields, .. }) => {
            let fields: Vec<_> = fields.iter().map(|wrong| wrong.field.as_str()).collect();
            assert_eq!(fields, ["scores[3].score", "scores"]);
        }
        other => panic!("{other:?}"),
    }
    close(&mut check, &[action("partners/a", "2026-12-24")], &coordinator()).unwrap();
    assert_eq!(rule(answer(&mut check, "partners/b", [4, 4, 4, 4])), "STATE");
}

#[test]
fn par_21_two_members_and_half_of_them_have_answered() {
    let mut check = opened("2026-11-26");
    check.members.0.push("partners/e".to_owned()); // five: it takes three
    let actions = [action("partners/a", "2026-12-24")];
    for partner in ["partners/a", "partners/b"] {
        answer(&mut check, partner, [4, 4, 4, 4]).unwrap();
        assert_eq!(rule(close(&mut check.clone(), &actions, &admin("partners/a"))), "PAR-21");
    }
    answer(&mut check, "partners/c", [4, 4, 4, 4]).unwrap();
    assert_eq!(rule(close(&mut check.clone(), &actions, &admin("partners/b"))), "FORBIDDEN");
    close(&mut check, &actions, &admin("partners/a")).unwrap();
    let mut two = opened("2026-11-26");
    two.members.0.truncate(2);
    answer(&mut two, "partners/a", [4, 4, 4, 4]).unwrap();
    assert_eq!(rule(close(&mut two, &actions, &coordinator())), "PAR-21", "half, and two at least");
}

#[test]
fn par_22_members_see_what_they_said_together_once_closed_and_when_they_are_enough() {
    let seen = |check: &Model, call: &Call| check.clone().shown_to(&call.caller);
    let mut check = opened("2026-11-26");
    for partner in ["partners/a", "partners/b", "partners/c"] {
        answer(&mut check, partner, [4, 4, 4, 5]).unwrap();
        // Before it is closed two looks would tell the answer between them.
        for other in [admin("partners/a"), call("partners/x", &[], &[Role::Reviewer])] {
            assert!(seen(&check, &other).summary.is_empty());
        }
    }
    assert_eq!(seen(&check, &coordinator()).summary.len(), 4);
    assert_eq!(seen(&check, &coordinator()).responses.len(), 3);
    let own = seen(&check, &admin("partners/b")).responses;
    assert_eq!(own.iter().map(|one| one.partner.as_str()).collect::<Vec<_>>(), ["partners/b"]);
    assert!(seen(&check, &call("partners/b", &[Role::Trainer], &[])).responses.is_empty());
    close(&mut check, &[action("partners/a", "2026-12-24")], &coordinator()).unwrap();
    let together = seen(&check, &admin("partners/o"));
    assert_eq!((together.summary.len(), together.responses.len()), (4, 0), "who looks on sees it too");
    let public = seen(&check, &call("partners/x", &[Role::PartnerAdmin], &[]));
    let mut redacted: pb::HealthCheck = check.clone().into();
    redacted.redact();
    assert_eq!(public, redacted);
    assert!(public.summary.is_empty() && public.members.is_empty() && public.actions.is_empty());
    // With a stricter setting, or fewer answers, members see nothing of it.
    check.facts.min_responses = 4;
    assert!(seen(&check, &admin("partners/a")).summary.is_empty());
    assert_eq!(seen(&check, &coordinator()).summary.len(), 4);
}

#[test]
fn par_23_who_is_far_apart_or_discontent_does_something_about_it() {
    let answered = |all: [[i32; 4]; 4]| {
        let mut check = opened("2026-11-26");
        for (partner, scores) in MEMBERS.iter().zip(all) {
            answer(&mut check, partner, scores).unwrap();
        }
        check
    };
    let well = [4, 4, 4, 4];
    assert_eq!(rule(close(&mut answered([well; 4]), &[], &admin("partners/a"))), "done");
    for bad in
        [[[5, 4, 4, 4], [2, 4, 4, 4], well, well], [[4, 4, 2, 4], [4, 4, 3, 4], [4, 4, 3, 4], [4, 4, 3, 4]]]
    {
        let mut check = answered(bad);
        assert_eq!(rule(close(&mut check.clone(), &[], &admin("partners/a"))), "PAR-23");
        assert_eq!(rule(close(&mut check.clone(), &[], &coordinator())), "PAR-23");
        close(&mut check, &[action("partners/b", "2026-12-24")], &admin("partners/a")).unwrap();
        assert_eq!((check.actions[0].id.as_str(), check.close_day), ("a1", Some(day("2026-11-26"))));
    }
    for wrong in [action("partners/x", "2026-12-24"), action("partners/b", "2026-11-25"), Default::default()]
    {
        assert_eq!(rule(close(&mut answered([well; 4]), &[wrong], &coordinator())), "INVALID");
    }
}

#[test]
fn par_22_a_refusal_to_close_tells_nothing_of_answers_that_are_not_seen() {
    // Whether one more member is content or not, who leads hears the same: nothing can be told from trying to close.
    for second in [[5, 5, 5, 5], [1, 1, 1, 1]] {
        let mut check = opened("2026-11-26");
        answer(&mut check, "partners/b", [5, 5, 5, 5]).unwrap();
        answer(&mut check, "partners/c", second).unwrap();
        let refused = close(&mut check.clone(), &[], &admin("partners/a"));
        let Err(Error::Refused { rule, why, .. }) = refused else { panic!("{refused:?}") };
        assert!(rule == "PAR-23" && why.en.contains("too few"), "{}", why.en);
    }
    let mut check = opened("2026-11-26");
    answer(&mut check, "partners/b", [5, 5, 5, 5]).unwrap();
    answer(&mut check, "partners/c", [5, 5, 5, 5]).unwrap();
    assert_eq!(rule(close(&mut check, &[], &coordinator())), "done", "who sees all needs no such care");
}

#[test]
fn par_22_a_rehearsal_of_closing_shows_nothing() {
    let mut check = opened("2026-11-26");
    for partner in &MEMBERS[..4] {
        answer(&mut check, partner, [4, 4, 4, 4]).unwrap();
    }
    for (by, blocks) in [(admin("partners/a"), 0), (coordinator(), 4)] {
        let (mut rehearsed, rehearsal) = (check.clone(), Call { validate_only: true, ..by });
        close(&mut rehearsed, &[action("partners/a", "2026-12-24")], &rehearsal).unwrap();
        assert_eq!(rehearsed.shown_to(&rehearsal.caller).summary.len(), blocks);
    }
}

#[test]
fn who_has_left_and_was_not_asked_sees_no_more_than_anyone() {
    let mut left = partnership();
    left.members.0[4].leave_date = Some(day("2026-10-01").into());
    left.members.0[1].leave_date = Some(day("2026-11-25").into());
    let mut check = opened("2026-11-01");
    check.facts.partnership = Some(Arc::new(left));
    assert_eq!(sight(&admin("partners/o").caller, &check), Sight::State);
    assert_eq!(
        sight(&admin("partners/b").caller, &check),
        Sight::Together { results: false },
        "it was asked"
    );
}

#[test]
fn actions_are_followed_up_and_members_reply() {
    let mut check = opened("2026-11-26");
    for partner in &MEMBERS[..3] {
        answer(&mut check, partner, [4, 4, 4, 4]).unwrap();
    }
    assert_eq!(rule(reply(&mut check, "partners/c", "No.", &admin("partners/c"))), "STATE");
    assert_eq!(awaiting(&check), "PARTNER");
    close(&mut check, &[action("partners/b", "2026-12-24")], &admin("partners/a")).unwrap();
    assert_eq!(awaiting(&check), "PARTNER");
    assert_eq!(rule(follow_up(&mut check, "a2", true, "", &admin("partners/b"))), "INVALID");
    assert_eq!(rule(follow_up(&mut check, "a1", true, "", &admin("partners/c"))), "FORBIDDEN");
    follow_up(&mut check, "a1", true, "Met on Monday.", &admin("partners/b")).unwrap();
    assert_eq!((check.actions[0].done, awaiting(&check)), (true, "NOBODY"));
    reply(&mut check, "partners/c", "We see it otherwise.", &admin("partners/c")).unwrap();
    reply(&mut check, "partners/c", "We still do.", &admin("partners/c")).unwrap();
    assert_eq!(check.replies.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["We still do."]);
    assert_eq!(rule(reply(&mut check, "partners/b", "Yes.", &admin("partners/c"))), "FORBIDDEN");
    assert_eq!(rule(reply(&mut check, "partners/b", "", &admin("partners/b"))), "INVALID");
    assert_eq!((check.state(), check.public()), (State::Closed, true));
}
