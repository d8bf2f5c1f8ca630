//! What reviewers decide, and what a correction changes.

use proto::projects::review_report_request::Decision;

use super::super::verdict::*;
use super::*;

fn decide(report: &mut Model, decision: Decision, comment: &str, call: &Call) -> String {
    let verdict = Verdict { decision, comment: comment.to_owned(), comments: Vec::new() };
    rule(review(report, &verdict, &ground(), call))
}

fn accepted() -> Model {
    let mut report = submitted();
    assert_eq!(decide(&mut report, Decision::Accept, "", &overseer(Role::Reviewer)), "");
    report
}

#[test]
fn an_accepted_report_is_sealed_and_counts_from_then_on() {
    let report = accepted();
    assert!(report.is_sealed());
    assert_eq!((report.accept_time, awaiting(report.state.get())), (Some(NOW), "NOBODY"));
    assert_eq!(report.submitter, "users/reporter", "LES-9");
}

#[test]
fn les_9_whoever_decides_takes_nothing_from_whoever_wrote_it() {
    let mut report = submitted();
    decide(&mut report, Decision::Return, "More, please.", &overseer(Role::Coordinator));
    assert_eq!(report.submitter, "users/reporter");
    assert_eq!(report.review_comments[0].reviewer, "users/coordinator");
}

#[test]
fn a_return_says_why_and_gives_days_even_past_the_lock_date() {
    assert_eq!(decide(&mut submitted(), Decision::Return, "", &overseer(Role::Reviewer)), "comment");
    assert_eq!(decide(&mut submitted(), Decision::Unspecified, "", &overseer(Role::Reviewer)), "decision");
    let mut report = submitted();
    let call = Call { now: at("2026-07-30T12:00:00Z"), ..overseer(Role::Reviewer) };
    assert_eq!(decide(&mut report, Decision::Return, "Why so many?", &call), "");
    assert_eq!((report.state.get(), report.grace_until), (State::Returned, Some(day("2026-08-09"))));
    assert_eq!(report.returned_values, report.values.0);
    let within = Call { now: at("2026-08-09T21:59:59Z"), ..reporter() };
    let after = Call { now: at("2026-08-09T22:00:00Z"), ..reporter() };
    assert_eq!(rule(submit(&mut report.clone(), &ground(), &after)), "PRJ-25");
    assert_eq!(rule(submit(&mut report, &ground(), &within)), "");
    assert_eq!(
        (report.submit_time, report.punctuality.get()),
        (Some(NOW), Punctuality::OnTime),
        "as sent first"
    );
}

#[test]
fn comments_are_of_figures_of_the_project() {
    let of = |project_indicator: &str, text: &str| {
        let comment = pb::ReviewComment {
            project_indicator: project_indicator.to_owned(),
            text: text.to_owned(),
            ..Default::default()
        };
        let verdict = Verdict { decision: Decision::Return, comments: vec![comment], ..Default::default() };
        rule(review(&mut submitted(), &verdict, &ground(), &overseer(Role::Reviewer)))
    };
    assert_eq!(of("projects/p/projectIndicators/i", "Twice last year's?"), "");
    assert_eq!(of("projects/p/projectIndicators/x", "Why?"), "comments[0].project_indicator");
    assert_eq!(of("", " "), "comments[0].text");
}

#[test]
fn sep_1_nobody_decides_on_a_report_of_a_project_that_their_partner_has_a_part_in() {
    for partner in [LEAD, HELPER] {
        let mut call = overseer(Role::Coordinator);
        Arc::make_mut(&mut call.caller).partners = person(&[], &[(partner, Role::Trainer)]).partners;
        assert_eq!(decide(&mut submitted(), Decision::Accept, "", &call), "SEP-1", "{partner}");
    }
    assert_eq!(decide(&mut submitted(), Decision::Accept, "", &reporter()), "PERMISSION");
}

#[test]
fn bey_4_a_correction_says_all_that_the_report_said_and_why_it_is_made() {
    let accepted = accepted();
    let call = Call { reason: "Counted twice.".to_owned(), ..caller(LEAD, Role::PartnerAdmin) };
    let draft = correct(&accepted, &call).unwrap();
    assert_eq!((draft.corrects.as_str(), draft.correction), (accepted.name.as_str(), 1));
    assert_eq!((draft.state.get(), &draft.values), (State::Draft, &accepted.values));
    assert_eq!((draft.accept_time, draft.submit_time), (None, None));
    assert_eq!(rule(correct(&accepted, &Call { reason: String::new(), ..call.clone() })), "reason");
    assert_eq!(rule(correct(&submitted(), &call)), "STATE");
    let reporter = Call { reason: "No.".to_owned(), ..reporter() };
    assert_eq!(
        rule(correct(&accepted, &reporter)),
        "PERMISSION",
        "a reporter does not reopen what is sealed"
    );
}

#[test]
fn bey_4_a_correction_is_taken_when_its_period_is_long_over() {
    let accepted = accepted();
    let ground = Ground { accepted: vec![accepted.clone()], ..ground() };
    let call = Call { reason: "Counted twice.".to_owned(), ..overseer(Role::Coordinator) };
    let mut draft = correct(&accepted, &call).unwrap();
    let years_later = Call { now: at("2028-01-01T12:00:00Z"), ..reporter() };
    assert_eq!(rule(submit(&mut draft, &ground, &years_later)), "");
    assert_eq!(draft.punctuality.get(), Punctuality::OnTime, "as punctual as what it corrects");
}

#[test]
fn bey_4_the_old_report_counts_until_the_new_one_does_and_the_difference_is_told() {
    let mut old = accepted();
    let call = Call { reason: "Counted twice.".to_owned(), ..overseer(Role::Coordinator) };
    let ground = Ground { accepted: vec![old.clone()], ..ground() };
    let mut new = correct(&old, &call).unwrap();
    update(&mut new, &pb::Report { values: vec![value("90.5")], ..draft() }, &ground).unwrap();
    submit(&mut new, &ground, &reporter()).unwrap();
    assert_eq!(old.supersede_time, None);
    let later = Call { now: at("2026-07-06T12:00:00Z"), ..overseer(Role::Reviewer) };
    let verdict = Verdict { decision: Decision::Accept, ..Default::default() };
    review(&mut new, &verdict, &ground, &later).unwrap();
    supersede(&mut old, &new);
    assert_eq!((old.state.get(), &old.corrected_by), (State::Superseded, &new.name));
    assert_eq!(
        (old.supersede_time, new.accept_time),
        (Some(later.now), Some(later.now)),
        "at the same instant"
    );
    let [restated] = new.restatements.as_slice() else { panic!("{:?}", new.restatements) };
    assert_eq!((&restated.old_value, &restated.new_value), (&Some(number("95")), &Some(number("90.5"))));
    assert_eq!(restated.difference.as_ref().unwrap().value, "-4.5");
}

#[test]
fn bey_9_a_restatement_tells_zero_from_nothing() {
    let (mut old, mut new) = (accepted(), accepted());
    old.values[0].actual = None;
    new.values[0].actual = Some(number("0"));
    restate(&mut new, &old);
    let [restated] = new.restatements.as_slice() else { panic!("{:?}", new.restatements) };
    assert_eq!((&restated.old_value, &restated.new_value), (&None, &Some(number("0"))));
    assert_eq!(restated.difference, None, "nothing less nothing is no number");
}

#[test]
fn les_11_what_the_project_loses_afterwards_stays_in_what_was_accepted() {
    let sealed = accepted();
    let mut ground = ground();
    ground.promises.clear();
    ground.project.territories.clear();
    let told: pb::Report = sealed.clone().into();
    assert_eq!(told.values, [value("95")], "the report says what it said");
    assert_eq!(rule(update(&mut sealed.clone(), &draft(), &ground)), "STATE");
}

#[test]
fn bey_8_a_report_as_found_counts_although_no_guard_would_have_let_it_pass() {
    let days = (day("2019-01-01"), day("2019-12-31"));
    let mut found = blank(&the_project(), "r", uuid::Uuid::nil(), days, NOW);
    found.values = vec![value("0")].into();
    let found = as_found(found, NOW);
    assert_eq!((found.state.get(), found.accept_time), (State::Accepted, Some(NOW)));
    assert_eq!(found.overall_rating, Rating::NotRated);
    assert_eq!(found.origin.get(), proto::common::Origin::Imported);
}

#[test]
fn a_draft_is_given_up_until_someone_has_reviewed_it() {
    let given_up = |report: &Model, call: &Call| rule(may_be_deleted(report, &call.caller));
    let correction = correct(
        &accepted(),
        &Call { reason: "Counted twice.".to_owned(), ..caller(LEAD, Role::PartnerAdmin) },
    )
    .unwrap();
    for (by, draft, begun) in [
        (reporter(), "", ""),
        (caller(LEAD, Role::Integration), "", ""),
        (overseer(Role::Coordinator), "PERMISSION", ""),
        (overseer(Role::Reviewer), "PERMISSION", "PERMISSION"),
        (caller(HELPER, Role::PartnerAdmin), "PERMISSION", "PERMISSION"),
    ] {
        assert_eq!(
            (given_up(&report(), &by), given_up(&correction, &by)),
            (draft.to_owned(), begun.to_owned())
        );
    }
    for kept in [submitted(), accepted()] {
        assert_eq!(given_up(&kept, &reporter()), "STATE");
    }
    let mut returned = submitted();
    decide(&mut returned, Decision::Return, "More, please.", &overseer(Role::Reviewer));
    assert_eq!(given_up(&returned, &reporter()), "STATE");
    submit(&mut returned, &ground(), &reporter()).unwrap();
    recall(&mut returned, &reporter()).unwrap();
    assert_eq!((returned.state.get(), given_up(&returned, &reporter())), (State::Draft, "STATE".to_owned()));
}
