//! What the verbs of a project ask for, and what a new baseline changes.

use std::collections::{BTreeSet, HashMap};

use chassis::clock::Zone;
use proto::partners::{commitment, partnership};

use super::*;
use crate::project::carrier::Carrier;
use crate::project::facts::{Need, Promise};

fn submit(change: impl Fn(&mut Model)) -> &'static str {
    let mut project = project();
    change(&mut project);
    rule(take("SubmitProject", &mut project, &lead()))
}

#[test]
fn prj_11_a_project_answers_a_qualified_need() {
    let with = |states: &[need::State]| {
        submit(|project| {
            let need = |state: &need::State| Need { state: *state, ..project.facts.needs[0].clone() };
            project.facts.needs = states.iter().map(need).collect();
        })
    };
    assert_eq!(with(&[need::State::Qualified]), "");
    assert_eq!(with(&[need::State::Proposed, need::State::Qualified]), "", "one is enough");
    for none in [&[][..], &[need::State::Proposed], &[need::State::Rejected], &[need::State::Resolved]] {
        assert_eq!(with(none), "PRJ-11", "{none:?}");
    }
}

#[test]
fn prj_11_each_need_is_of_its_territories_or_of_one_around_or_within() {
    let far = |project: &mut Model| {
        let elsewhere = Need {
            name: "territories/paris/needs/n".to_owned(),
            near: false,
            ..project.facts.needs[0].clone()
        };
        project.facts.needs.push(elsewhere);
    };
    assert_eq!(submit(far), "PRJ-11");
}

#[test]
fn prj_12_an_output_and_an_outcome_go_from_a_baseline_to_the_end() {
    let change = |change: fn(&mut Vec<Promise>)| submit(|project| change(&mut project.facts.promises));
    assert_eq!(change(|_| ()), "");
    assert_eq!(change(|promises| promises.truncate(1)), "PRJ-12", "no outcome");
    assert_eq!(change(|promises| drop(promises.remove(0))), "PRJ-12", "no output");
    assert_eq!(
        change(|promises| promises[1].result_level = "3".to_owned()),
        "PRJ-12",
        "an impact is no outcome"
    );
    assert_eq!(change(|promises| promises[0].has_baseline = false), "PRJ-12");
    assert_eq!(change(|promises| promises[0].last_target = None), "PRJ-12");
    assert_eq!(
        change(|promises| promises[1].last_target = Day::parse("2026-12-31")),
        "PRJ-12",
        "it ends a day later"
    );
    assert_eq!(change(|promises| promises[1].last_target = Day::parse("2027-06-30")), "");
    let open_end = submit(|project| {
        project.planned_end = None;
        project.facts.promises[0].last_target = Day::parse("2020-01-01");
    });
    assert_eq!(open_end, "", "where the end is not known, any target is");
}

#[test]
fn prj_13_all_six_are_answered_and_two_always_apply() {
    let submit = |safeguards: Vec<pb::Safeguard>| {
        let mut project = Model { safeguards: safeguards.into(), ..project() };
        rule(take("SubmitProject", &mut project, &lead()))
    };
    let all = || SAFEGUARDS.map(|code| answer(code, Status::Met, "")).to_vec();
    let with = |code: &str, status, why: &str| {
        let mut all = all();
        all.retain(|safeguard| safeguard.code != code);
        all.push(answer(code, status, why));
        all
    };
    let because = "no digital tool is used in this part of the work";
    assert_eq!(submit(all()), "");
    assert_eq!(submit(all()[1..].to_vec()), "PRJ-13");
    assert_eq!(submit(with("AFFORDABILITY", Status::Unspecified, because)), "PRJ-13");
    assert_eq!(submit(with("AFFORDABILITY", Status::NotApplicable, "it is free")), "PRJ-13");
    assert_eq!(submit(with("AFFORDABILITY", Status::NotApplicable, because)), "");
    assert_eq!(submit(with("AFFORDABILITY", Status::Planned, "")), "");
    for always in ALWAYS {
        assert_eq!(submit(with(always, Status::NotApplicable, because)), "PRJ-13", "{always}");
    }
}

#[test]
fn prj_13_nothing_promised_is_left_when_the_work_ends() {
    let mut project = in_state(State::Active);
    project.safeguards.0[2].status = Status::Planned.into();
    assert_eq!(rule(take("CompleteProject", &mut project.clone(), &lead())), "PRJ-13");
    project.safeguards.0[2].status = Status::Met.into();
    assert_eq!(rule(take("CompleteProject", &mut project, &lead())), "");
}

#[test]
fn prj_14_lead_that_has_left_cannot_begin() {
    let mut project = in_state(State::Approved);
    project.lead_archived = true;
    assert_eq!(rule(start(&mut project.clone(), None, &lead())), "PRJ-14");
    project.lead_archived = false;
    start(&mut project, None, &lead()).unwrap();
    assert_eq!((project.state.get(), project.actual_start), (State::Active, Day::parse("2026-11-23")));
}

#[test]
fn prj_16_needs_and_territories_of_an_approved_project_are_frozen() {
    for state in [State::Approved, State::Active, State::Suspended, State::Completed] {
        let needs = pb::Project { needs: vec!["territories/lyon/needs/other".to_owned()], ..draft() };
        let territories = pb::Project { territories: vec!["territories/paris".to_owned()], ..draft() };
        assert_eq!(rule(update(&mut in_state(state), &needs, &lead())), "PRJ-16");
        assert_eq!(rule(update(&mut in_state(state), &territories, &coordinator())), "PRJ-16");
        let title = pb::Project { title: text("Another title"), ..draft() };
        assert_eq!(rule(update(&mut in_state(state), &title, &lead())), "");
    }
    for state in [State::Draft, State::Returned] {
        let needs = pb::Project { needs: Vec::new(), ..draft() };
        assert_eq!(rule(update(&mut in_state(state), &needs, &lead())), "");
    }
    for state in [State::Submitted, State::Closed, State::Cancelled] {
        assert_eq!(rule(update(&mut in_state(state), &draft(), &lead())), "STATE");
    }
}

#[test]
fn prj_14_several_partners_name_their_partnership() {
    let begin = |partnership: &str, others: &[&str]| {
        let mut project = in_state(State::Approved);
        let part =
            |partner: &&str| pb::Participant { partner: (*partner).to_owned(), iati_role: "4".to_owned() };
        project.participants = others.iter().map(part).collect::<Vec<_>>().into();
        partnership.clone_into(&mut project.partnership);
        rule(start(&mut project, None, &lead()))
    };
    assert_eq!(begin("", &[HELPER]), "PRJ-14");
    assert_eq!(begin("partnerships/together", &[HELPER]), "");
    assert_eq!(begin("", &[]), "");
    assert_eq!(begin("", &[LEAD]), "", "the lead in another role is not another partner");
}

/// What carries the draft of these tests.
fn carrier() -> Carrier {
    let parties = [LEAD, HELPER, "partners/funder"].map(str::to_owned);
    Carrier {
        partnership: Some(partnership::State::Active),
        in_force: vec![parties.into()],
        ..Carrier::default()
    }
}

fn carried(carrier: &Carrier) -> &'static str {
    rule(may_be_carried(&in_state(State::Approved), carrier))
}

#[test]
fn prj_14_the_partnership_is_at_work() {
    assert_eq!(carried(&carrier()), "");
    for state in [None, Some(partnership::State::Forming), Some(partnership::State::Closed)] {
        assert_eq!(carried(&Carrier { partnership: state, ..carrier() }), "PRJ-14");
    }
    let mut alone = in_state(State::Approved);
    alone.participants = Vec::new().into();
    assert_eq!(rule(may_be_carried(&alone, &Carrier::default())), "", "nobody needs a partnership alone");
}

#[test]
fn prj_14_one_agreement_in_force_binds_all_who_implement() {
    assert_eq!(carried(&Carrier { in_force: Vec::new(), ..carrier() }), "PRJ-14");
    let each_alone = [LEAD, HELPER].map(|partner| BTreeSet::from([partner.to_owned()])).to_vec();
    let refused = may_be_carried(&in_state(State::Approved), &Carrier { in_force: each_alone, ..carrier() });
    let Err(Error::Refused { rule: "PRJ-14", why, .. }) = refused else { panic!("{refused:?}") };
    assert!(why.en.contains(&format!("{HELPER} must sign")), "{}", why.en);
    // A funder is bound by what it pledges.
    let mut funded = in_state(State::Approved);
    funded
        .participants
        .0
        .push(pb::Participant { partner: "partners/bank".to_owned(), iati_role: "1".to_owned() });
    assert_eq!(rule(may_be_carried(&funded, &carrier())), "");
    // Whoever was merged since is who took its place (BEY-1).
    let before = BTreeSet::from([LEAD, "partners/helper-before"].map(str::to_owned));
    let survivors = HashMap::from([("partners/helper-before".to_owned(), HELPER.to_owned())]);
    assert_eq!(carried(&Carrier { in_force: vec![before.clone()], survivors, ..carrier() }), "");
    assert_eq!(carried(&Carrier { in_force: vec![before], ..carrier() }), "PRJ-14");
}

#[test]
fn prj_14_what_the_budget_draws_on_is_confirmed() {
    const PLEDGE: &str = "partnerships/together/commitments/money";
    let mut project = in_state(State::Approved);
    project.budget_lines =
        vec![pb::BudgetLine { commitment: PLEDGE.to_owned(), ..Default::default() }].into();
    let with = |state| Carrier { commitments: HashMap::from([(PLEDGE.to_owned(), state)]), ..carrier() };
    for state in [commitment::State::Confirmed, commitment::State::Fulfilled] {
        assert_eq!(rule(may_be_carried(&project, &with(state))), "");
    }
    for state in [commitment::State::Pledged, commitment::State::Cancelled, commitment::State::Defaulted] {
        assert_eq!(rule(may_be_carried(&project, &with(state))), "PRJ-14");
    }
    assert_eq!(rule(may_be_carried(&project, &carrier())), "PRJ-14", "one that nobody knows");
    project.participants = Vec::new().into();
    assert_eq!(rule(may_be_carried(&project, &carrier())), "PRJ-14", "also for a project of one");
}

#[test]
fn prj_15_a_project_is_closed_once_its_final_report_is_accepted() {
    let mut project = in_state(State::Completed);
    project.facts.needs[0].state = need::State::Resolved;
    project.facts.final_report = false;
    assert_eq!(rule(close(&mut project.clone(), "", &coordinator())), "PRJ-15");
    project.facts.final_report = true;
    assert_eq!(rule(close(&mut project, "", &coordinator())), "");
}

#[test]
fn prj_15_a_project_with_parts_is_closed_once_they_are_over() {
    let mut programme = in_state(State::Completed);
    programme.facts = Facts { parts: 2, open_parts: 1, ..Facts::default() };
    assert_eq!(rule(close(&mut programme.clone(), "", &coordinator())), "PRJ-15");
    programme.facts.open_parts = 0;
    assert_eq!(rule(close(&mut programme, "", &coordinator())), "", "it does not report itself");
}

#[test]
fn prj_15_what_was_announced_is_published_or_withdrawn_first() {
    let mut project = in_state(State::Completed);
    project.facts.needs[0].state = need::State::Resolved;
    project.facts.announced = vec!["datasets/d1".to_owned()];
    assert_eq!(rule(close(&mut project.clone(), "a note", &coordinator())), "PRJ-15");
    project.facts.announced.clear();
    assert_eq!(rule(close(&mut project, "", &coordinator())), "");
}

#[test]
fn prj_15_needs_left_open_are_left_with_a_word() {
    let closed = |state: need::State, note: &str| {
        let mut project = in_state(State::Completed);
        project.facts.needs[0].state = state;
        let result = rule(close(&mut project, note, &coordinator()));
        (result, project.closing_note)
    };
    let note = "the town goes on";
    assert_eq!(closed(need::State::Qualified, "").0, "PRJ-15");
    assert_eq!(closed(need::State::Proposed, "").0, "PRJ-15");
    assert_eq!(closed(need::State::Qualified, note), ("", note.to_owned()));
    assert_eq!(closed(need::State::Resolved, "").0, "");
    assert_eq!(closed(need::State::Rejected, "").0, "", "it says itself why");
}

fn anew(change: impl Fn(&mut pb::RebaselineProjectRequest)) -> (Model, &'static str) {
    let mut request = pb::RebaselineProjectRequest {
        project: Some(pb::Project {
            territories: vec!["territories/paris".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    change(&mut request);
    let mut project = Model { baseline_number: 1, ..in_state(State::Active) };
    let result = rebaseline(&mut project, &request, &Call { reason: "the town grew".to_owned(), ..lead() });
    (project, rule(result))
}

#[test]
fn prj_16_a_new_baseline_says_why_and_leaves_the_project_where_it_stands() {
    let (project, result) = anew(|_| ());
    assert_eq!((result, project.state.get(), project.baseline_number), ("", State::Active, 2));
    assert_eq!(project.territories.0, ["territories/paris"]);
    assert_eq!(project.baseline_reason, "the town grew");
    let mut silent = in_state(State::Active);
    assert_eq!(rule(rebaseline(&mut silent, &pb::RebaselineProjectRequest::default(), &lead())), "INVALID");
    for state in [State::Approved, State::Suspended] {
        let call = Call { reason: "why".to_owned(), ..coordinator() };
        assert_eq!(
            rule(rebaseline(&mut in_state(state), &pb::RebaselineProjectRequest::default(), &call)),
            ""
        );
    }
    for state in [State::Draft, State::Submitted, State::Completed, State::Closed, State::Cancelled] {
        let call = Call { reason: "why".to_owned(), ..lead() };
        assert_eq!(
            rule(rebaseline(&mut in_state(state), &pb::RebaselineProjectRequest::default(), &call)),
            "STATE"
        );
    }
    let helper = by(caller(HELPER, Role::PartnerAdmin));
    assert_eq!(rule(rebaseline(&mut in_state(State::Active), &Default::default(), &helper)), "PERMISSION");
}

#[test]
fn prj_16_a_new_baseline_changes_nothing_else() {
    let title = anew(|request| request.project.as_mut().unwrap().title = text("Another"));
    assert_eq!(title.1, "INVALID");
    let masked = |paths: &[&str]| {
        anew(|request| {
            let paths = paths.iter().map(|path| (*path).to_owned()).collect();
            request.update_mask.get_or_insert_default().paths = paths;
        })
    };
    assert_eq!(masked(&["title"]).1, "INVALID");
    assert_eq!(masked(&["*"]).1, "INVALID");
    let (project, result) = masked(&["needs", "planned_period.end_date"]);
    assert_eq!(result, "INVALID", "a period ends");
    assert_eq!(project.territories.0, ["territories/lyon"], "it was not named");
    let (project, result) = masked(&["needs"]);
    assert_eq!((result, project.needs.len()), ("", 0), "what is named and not said is cleared");
}

#[test]
fn prj_16_the_first_baseline_is_set_by_the_approval() {
    let mut project = in_state(State::Submitted);
    review(&mut project, Decision::Approve, &coordinator()).unwrap();
    assert_eq!(project.baseline_number, 1);
}

#[test]
fn bey_5_a_review_is_due_where_days_end_in_the_network() {
    let paris = Zone::parse("", "Europe/Paris").unwrap();
    let late = Micros(NOW.0 + 11 * 3600 * 1_000_000 + 1_800_000_000); // 23:30 in Greenwich, 00:30 in Paris
    assert_eq!(days_from(paris, late, 15), Day::parse("2026-12-09"));
    assert_eq!(days_from(Zone::UTC, late, 15), Day::parse("2026-12-08"));
    let mut project = project();
    submit_until(&mut project, Day::parse("2026-12-09"));
    assert_eq!(pb::Project::from(project.clone()).review_due_date, Some(date(2026, 12, 9)));
    review(&mut project, Decision::Approve, &coordinator()).unwrap();
    assert_eq!(pb::Project::from(project).review_due_date, None, "nobody is waited for");
}

fn submit_until(project: &mut Model, day: Option<Day>) {
    super::submit(project, day, &lead()).unwrap();
}

#[test]
fn a_budget_line_keeps_its_id_and_no_id_comes_back() {
    let line = |minor_units: i64, line_id: &str| pb::BudgetLine {
        source: LEAD.to_owned(),
        amount: Some(Money { currency_code: "EUR".to_owned(), minor_units }),
        kind: pb::budget_line::Kind::Opex.into(),
        line_id: line_id.to_owned(),
        ..Default::default()
    };
    let ids =
        |project: &Model| project.budget_lines.iter().map(|line| line.line_id.clone()).collect::<Vec<_>>();
    let mut project = project();
    assert_eq!(ids(&project), ["l1"]);
    let mut to = |lines: Vec<pb::BudgetLine>| {
        let result = rule(update(&mut project, &pb::Project { budget_lines: lines, ..draft() }, &lead()));
        (result, ids(&project))
    };
    assert_eq!(to(vec![line(5, ""), line(100_000, "")]).1, ["l2", "l1"], "the same line is recognised");
    assert_eq!(to(vec![line(100_000, "")]).1, ["l1"]);
    assert_eq!(
        to(vec![line(7, "staff"), line(8, ""), line(100_001, "l1")]).1,
        ["staff", "l3", "l1"],
        "l2 was another"
    );
    assert_eq!(to(vec![line(7, ""), line(7, "")]).1, ["staff", "l4"], "two alike are two");
    assert_eq!(to(vec![line(1, "x"), line(2, "x")]).0, "INVALID");
    assert_eq!(to(vec![line(1, "L 1")]).0, "INVALID");
}
