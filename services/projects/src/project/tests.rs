//! What may become of a project, rule by rule.

mod guards;

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use chassis::error::Error;
use proto::Date;
use proto::common::{DateRange, LocalizedText, Money, Origin};
use proto::projects as pb;
use proto::projects::need;
use proto::projects::project::State;
use proto::projects::review_project_request::Decision;
use proto::projects::safeguard::Status;
use testing::{call, fields, person, rule, said};

use super::facts::{self, Facts};
use super::guards::*;
use super::lifecycle::*;
use super::row::Model;
use super::rules::*;

const LEAD: &str = "partners/lead";
const HELPER: &str = "partners/helper";
/// 2026-11-23T12:00:00Z.
const NOW: Micros = Micros(1_795_435_200_000_000);

fn text(text: &str) -> Option<LocalizedText> {
    Some(said(&[("en", text)]))
}

fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

fn answer(code: &str, status: Status, justification: &str) -> pb::Safeguard {
    pb::Safeguard {
        code: code.to_owned(),
        status: status.into(),
        justification: justification.to_owned(),
        evidence: None,
    }
}

fn draft() -> pb::Project {
    pb::Project {
        title: text("Libraries that help"),
        summary: text("Human help with digital services"),
        lead_partner: LEAD.to_owned(),
        participants: vec![pb::Participant { partner: HELPER.to_owned(), iati_role: "4".to_owned() }],
        partnership: "partnerships/together".to_owned(),
        territories: vec!["territories/lyon".to_owned()],
        needs: vec!["territories/lyon/needs/help".to_owned()],
        recommendations: vec!["recommendations/idt-5".to_owned()],
        sdg_targets: vec!["11.3".to_owned()],
        planned_period: Some(DateRange {
            start_date: Some(date(2026, 1, 1)),
            end_date: Some(date(2027, 1, 1)),
        }),
        budget_lines: vec![pb::BudgetLine {
            source: LEAD.to_owned(),
            amount: Some(Money { currency_code: "EUR".to_owned(), minor_units: 100_000 }),
            kind: pb::budget_line::Kind::Opex.into(),
            ..Default::default()
        }],
        theory_of_change: Some(pb::TheoryOfChange {
            problem: "nobody helps".to_owned(),
            activities: "someone helps".to_owned(),
            assumptions: Vec::new(),
            risks: vec![pb::Risk {
                text: "nobody comes".to_owned(),
                likelihood: 2,
                impact: 5,
                mitigation: String::new(),
            }],
        }),
        safeguards: SAFEGUARDS.map(|code| answer(code, Status::Met, "")).to_vec(),
        ..Default::default()
    }
}

fn caller(partner: &str, role: Role) -> Caller {
    person(&[], &[(partner, role)])
}

fn overseer_of_all(role: Role) -> Caller {
    person(&[role], &[])
}

fn by(caller: Caller) -> Call {
    Call { now: NOW, ..call(caller) }
}

fn lead() -> Call {
    by(caller(LEAD, Role::PartnerAdmin))
}

fn coordinator() -> Call {
    by(overseer_of_all(Role::Coordinator))
}

/// What others say of a project that lacks nothing.
fn whole() -> Facts {
    let need = |name: &str| facts::Need { name: name.to_owned(), state: need::State::Qualified, near: true };
    let promise = |level: &str| facts::Promise {
        result_level: level.to_owned(),
        has_baseline: true,
        last_target: Day::parse("2027-01-01"),
    };
    Facts {
        needs: vec![need("territories/lyon/needs/help")],
        promises: vec![promise("1"), promise("2")],
        final_report: true,
        ..Facts::default()
    }
}

fn project() -> Model {
    Model { facts: whole(), ..create("", &draft(), &lead()).unwrap() }
}

fn in_state(state: State) -> Model {
    Model { state: state.into(), ..project() }
}

fn imported(state: State) -> Model {
    let mut project = blank("j", uuid::Uuid::nil(), NOW);
    project.origin = Origin::Imported.into();
    project.lead_partner = LEAD.to_owned();
    project.state = state.into();
    project.title = text("As found").unwrap().into();
    project
}

fn wrong(change: impl Fn(&mut pb::Project)) -> Vec<String> {
    let mut draft = draft();
    change(&mut draft);
    fields(create("", &draft, &lead()))
}

#[test]
fn a_draft_is_made_of_what_was_asked() {
    let project = project();
    assert!(project.name.starts_with("projects/j") && project.state == State::Draft);
    let message: pb::Project = project.into();
    assert_eq!(message.budget, [Money { currency_code: "EUR".to_owned(), minor_units: 100_000 }]);
    assert_eq!((message.awaiting.as_str(), message.gaps.len()), ("PARTNER", 0));
}

#[test]
fn every_wrong_field_is_named() {
    let all = wrong(|draft| {
        *draft = pb::Project { lead_partner: LEAD.to_owned(), ..Default::default() };
        draft.participants =
            vec![pb::Participant { partner: "partners/P".to_owned(), iati_role: "5".to_owned() }];
        draft.parent_project = "projects/".to_owned();
        draft.recommendations = vec!["recommendations/IDT-9".to_owned()];
        draft.sdg_targets = vec!["11.99".to_owned()];
        draft.business_model = "businessModels/b@0".to_owned();
        draft.safeguards = vec![answer("COFFEE", Status::Met, "")];
        draft.country_codes = vec!["FRANCE".to_owned()];
        draft.budget_lines = vec![pb::BudgetLine::default()];
        draft.theory_of_change =
            Some(pb::TheoryOfChange { risks: vec![pb::Risk::default()], ..Default::default() });
        draft.digital_solution =
            Some(pb::DigitalSolution { repository: "ftp://x".to_owned(), ..Default::default() });
    });
    let named = [
        "title",
        "summary",
        "participants[0].partner",
        "participants[0].iati_role",
        "recommendations[0]",
        "sdg_targets[0]",
        "business_model",
        "planned_period",
        "budget_lines[0].source",
        "budget_lines[0].amount",
        "budget_lines[0].kind",
        "theory_of_change.problem",
        "theory_of_change.activities",
        "theory_of_change.risks[0].text",
        "theory_of_change.risks[0].likelihood",
        "theory_of_change.risks[0].impact",
        "safeguards[0].code",
        "parent_project",
        "digital_solution.repository",
        "country_codes[0]",
    ];
    assert_eq!(all, named.map(|field| format!("project.{field}")));
}

#[test]
fn a_list_names_nothing_twice_and_a_period_ends_after_it_began() {
    assert_eq!(
        wrong(|draft| draft.safeguards.push(answer("PRIVACY", Status::Met, ""))),
        ["project.safeguards[6]"]
    );
    assert_eq!(wrong(|draft| draft.needs.push(draft.needs[0].clone())), ["project.needs[1]"]);
    assert_eq!(
        wrong(|draft| draft.participants.push(draft.participants[0].clone())),
        ["project.participants[1]"]
    );
    let backwards = DateRange { start_date: Some(date(2027, 1, 1)), end_date: Some(date(2026, 1, 1)) };
    assert_eq!(wrong(|draft| draft.planned_period = Some(backwards)), ["project.planned_period.end_date"]);
    let open = DateRange { start_date: Some(date(2027, 1, 1)), end_date: None };
    assert_eq!(wrong(|draft| draft.planned_period = Some(open)), ["project.planned_period.end_date"]);
}

#[test]
fn a_project_is_not_part_of_itself() {
    let mut project = project();
    let itself = pb::Project { parent_project: project.name.clone(), ..draft() };
    assert_eq!(rule(update(&mut project, &itself, &lead())), "INVALID");
}

#[test]
fn sep_1_nobody_reviews_a_project_their_partner_has_a_part_in() {
    let review_by = |partner: &str| {
        let mut reviewer = caller(partner, Role::Reporter);
        reviewer.network_roles = vec![Role::Reviewer];
        rule(review(&mut in_state(State::Submitted), Decision::Approve, &by(reviewer)))
    };
    assert_eq!(review_by(LEAD), "SEP-1");
    assert_eq!(review_by(HELPER), "SEP-1");
    assert_eq!(review_by("partners/other"), "");
    assert_eq!(rule(review(&mut in_state(State::Submitted), Decision::Approve, &lead())), "PERMISSION");
}

#[test]
fn a_review_approves_or_returns_with_a_comment() {
    let reviewer = || by(overseer_of_all(Role::Reviewer));
    let mut project = in_state(State::Submitted);
    assert_eq!(rule(review(&mut project.clone(), Decision::Return, &reviewer())), "INVALID");
    assert_eq!(rule(review(&mut project.clone(), Decision::Unspecified, &reviewer())), "INVALID");
    let call = Call { reason: "who pays?".to_owned(), ..reviewer() };
    review(&mut project, Decision::Return, &call).unwrap();
    assert_eq!((project.state.get(), project.state_reason.as_str()), (State::Returned, "who pays?"));
    assert_eq!(rule(review(&mut in_state(State::Submitted), Decision::Approve, &reviewer())), "");
    assert_eq!(rule(review(&mut in_state(State::Draft), Decision::Approve, &reviewer())), "STATE");
}

#[test]
fn bey_5_awaiting_says_whose_turn_it_is() {
    let who = |state: State| pb::Project::from(in_state(state)).awaiting;
    assert_eq!((who(State::Submitted).as_str(), who(State::Completed).as_str()), ("REVIEWER", "COORDINATOR"));
    for state in [State::Draft, State::Returned, State::Approved, State::Active] {
        assert_eq!(who(state), "PARTNER", "{state:?}");
    }
    for state in [State::Suspended, State::Closed, State::Cancelled] {
        assert_eq!(who(state), "NOBODY", "{state:?}");
    }
    let mut project = project();
    take("SubmitProject", &mut project, &Call { now: Micros(NOW.0 + 5), ..lead() }).unwrap();
    assert_eq!(pb::Project::from(project).awaiting_since, Some(Micros(NOW.0 + 5).to_timestamp()));
}

#[test]
fn bey_7_each_verb_says_whether_it_is_allowed_and_why_not() {
    let verdicts = |project: &Model, call: &Call| -> Vec<(String, String)> {
        let actions = LIFECYCLE.explain(project, &call.caller, NOW);
        actions.into_iter().map(|action| (action.method, action.reason)).collect()
    };
    let of = |verdicts: &[(String, String)], method: &str| {
        verdicts.iter().find(|(known, _)| known == method).map(|(_, reason)| reason.clone()).unwrap()
    };
    let draft = verdicts(&project(), &lead());
    assert_eq!(draft.len(), 9, "each verb once");
    assert_eq!(
        (of(&draft, "SubmitProject"), of(&draft, "StartProject")),
        (String::new(), "STATE".to_owned())
    );
    assert_eq!(
        (of(&draft, "ReviewProject"), of(&draft, "CloseProject")),
        ("PERMISSION".to_owned(), "PERMISSION".to_owned())
    );
    let found = verdicts(&imported(State::Active), &lead());
    assert_eq!(
        (of(&found, "CompleteProject"), of(&found, "SuspendProject")),
        ("BEY-8".to_owned(), String::new())
    );
}

#[test]
fn bey_8_what_was_found_lacks_what_the_rules_ask_for() {
    let fields = |project: &Model| gaps(project).iter().map(|gap| gap.field).collect::<Vec<_>>();
    let all = [
        "summary",
        "planned_period",
        "territories",
        "needs",
        "project_indicators",
        "recommendations",
        "theory_of_change",
        "safeguards",
    ];
    let mut project = imported(State::Active);
    assert_eq!(fields(&project), all);
    assert_eq!(fields(&imported(State::Closed)), Vec::<&str>::new());
    assert_eq!(rule(take("CompleteProject", &mut project.clone(), &lead())), "BEY-8");
    assert_eq!(rule(take("CancelProject", &mut project.clone(), &coordinator())), "");
    // Filled in one go, also what PRJ-16 freezes in projects that were approved here.
    update(&mut project, &draft(), &lead()).unwrap();
    assert_eq!(fields(&project), ["project_indicators"]);
    project.facts = whole();
    assert_eq!(fields(&project), Vec::<&str>::new());
    assert_eq!(rule(take("CompleteProject", &mut project.clone(), &lead())), "");
    let others = pb::Project { needs: vec!["territories/lyon/needs/other".to_owned()], ..draft() };
    assert_eq!(rule(update(&mut project, &others, &lead())), "PRJ-16");
}

#[test]
fn bey_8_what_was_found_and_sent_back_is_not_looked_at_again() {
    let mut project = imported(State::Active);
    project.iati_identifier = "X".repeat(600);
    project.planned_end = Day::parse("2020-01-01");
    project.budget_lines = vec![pb::BudgetLine {
        amount: Some(Money { currency_code: "EUR".to_owned(), minor_units: -5 }),
        ..Default::default()
    }]
    .into();
    let mut message: pb::Project = project.clone().into();
    message.territories = vec!["territories/lyon".to_owned()];
    update(&mut project, &message, &coordinator()).unwrap();
    assert_eq!(project.territories.0, ["territories/lyon"]);
    assert!(gaps(&project).iter().any(|gap| gap.field == "budget_lines"), "nobody pays that line yet");
}

#[test]
fn actual_days_are_not_in_the_future_nor_out_of_order() {
    let tomorrow = date(2026, 11, 24);
    assert_eq!(rule(start(&mut in_state(State::Approved), Some(&tomorrow), &lead())), "INVALID");
    let mut project = in_state(State::Approved);
    start(&mut project, Some(&date(2026, 11, 1)), &lead()).unwrap();
    assert_eq!(rule(complete(&mut project.clone(), Some(&date(2026, 10, 31)), &lead())), "INVALID");
    assert_eq!(rule(complete(&mut project.clone(), Some(&tomorrow), &lead())), "INVALID");
    complete(&mut project, None, &lead()).unwrap();
    assert_eq!(project.actual_end, Day::parse("2026-11-23"));
}

#[test]
fn the_whole_life_of_a_project() {
    let mut project = project();
    take("SubmitProject", &mut project, &lead()).unwrap();
    review(&mut project, Decision::Approve, &coordinator()).unwrap();
    start(&mut project, None, &lead()).unwrap();
    take("SuspendProject", &mut project, &coordinator()).unwrap();
    take("ResumeProject", &mut project, &lead()).unwrap();
    complete(&mut project, None, &lead()).unwrap();
    project.facts.needs[0].state = need::State::Resolved;
    assert_eq!(rule(take("CloseProject", &mut project.clone(), &lead())), "PERMISSION");
    take("CloseProject", &mut project, &coordinator()).unwrap();
    assert_eq!(rule(take("CancelProject", &mut project, &coordinator())), "STATE");
}

#[test]
fn before_approval_only_those_concerned_see_a_project() {
    for state in [State::Draft, State::Submitted, State::Returned] {
        let project = in_state(state);
        assert!(
            !sees(&Caller::default(), &project)
                && !sees(&caller("partners/other", Role::PartnerAdmin), &project)
        );
        assert!(
            sees(&caller(LEAD, Role::Learner), &project) && sees(&caller(HELPER, Role::Reporter), &project)
        );
        assert!(sees(&overseer_of_all(Role::Reviewer), &project));
    }
    assert!(sees(&Caller::default(), &in_state(State::Approved)));
}
