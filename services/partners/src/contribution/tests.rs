use chassis::auth::Role;
use chassis::column::Micros;
use proto::partners as pb;
use proto::partners::contribution::State;
use proto::partners::triage_contribution_request::Decision;
use testing::{fields, person, rule, said};

use super::row::Model;
use super::rules::{LIFECYCLE, create, may_contribute, sees, triage, update, withdraw};
use crate::working_group::tests::{LEAD, MEMBER, admin, call, coordinator};

fn draft() -> pb::Contribution {
    pb::Contribution {
        partner: MEMBER.to_owned(),
        title: Some(said(&[("fr", "Ouvrir les données")])),
        body: Some(said(&[("fr", "Nous le faisons depuis 2020.")])),
        ..Default::default()
    }
}

fn contribution(state: State) -> Model {
    let made = create("workingGroups/g", "c", &draft(), &coordinator()).unwrap();
    Model { state: state.into(), leads: vec![LEAD.to_owned()], ..made }
}

#[test]
fn sep_1_nobody_triages_what_their_own_partner_brought() {
    let own = call(person(&[Role::Coordinator], &[(MEMBER, Role::Reporter)]));
    let triaged = |by: &_| triage(&mut contribution(State::Submitted), Decision::Integrate, by);
    assert_eq!(rule(triaged(&own)), "SEP-1");
    for by in [coordinator(), admin(LEAD)] {
        assert_eq!(rule(triaged(&by)), "");
    }
    for by in
        [admin(MEMBER), call(person(&[Role::Reviewer], &[])), call(person(&[], &[(LEAD, Role::Reporter)]))]
    {
        assert!(triaged(&by).is_err(), "{:?}", by.caller);
    }
    let actions = LIFECYCLE.explain(&contribution(State::Submitted), &own.caller, Micros(0));
    let told: Vec<_> =
        actions.iter().map(|action| (action.method.as_str(), action.reason.as_str())).collect();
    assert_eq!(told, [("TriageContribution", "SEP-1"), ("WithdrawContribution", "")], "bey_7");
}

#[test]
fn a_contribution_is_declined_for_a_reason() {
    let silent = chassis::Call { reason: String::new(), ..coordinator() };
    let triaged = |decision, by: &_| {
        let mut row = contribution(State::Submitted);
        triage(&mut row, decision, by).map(|()| (row.state.get(), row.state_reason))
    };
    assert_eq!(fields(triaged(Decision::Decline, &silent)), ["reason"]);
    assert_eq!(fields(triaged(Decision::Unspecified, &silent)), ["decision"]);
    assert_eq!(triaged(Decision::Integrate, &silent).unwrap(), (State::Integrated, String::new()));
    assert_eq!(
        triaged(Decision::Decline, &coordinator()).unwrap(),
        (State::Declined, "Parce que.".to_owned())
    );
}

#[test]
fn what_was_answered_is_neither_changed_nor_taken_back() {
    for state in [State::Integrated, State::Declined, State::Withdrawn] {
        assert_eq!(rule(update(&mut contribution(state), &draft(), &admin(MEMBER))), "STATE");
        assert_eq!(rule(withdraw(&mut contribution(state), &admin(MEMBER))), "STATE");
        assert_eq!(rule(triage(&mut contribution(state), Decision::Integrate, &coordinator())), "STATE");
    }
    let mut row = contribution(State::Submitted);
    update(&mut row, &draft(), &admin(MEMBER)).unwrap();
    withdraw(&mut row, &admin(MEMBER)).unwrap();
    assert_eq!(row.state, State::Withdrawn);
}

#[test]
fn what_waits_is_seen_by_its_partner_and_by_those_it_is_for() {
    let nobody = chassis::auth::Caller::default();
    for (state, public) in [
        (State::Submitted, false),
        (State::Withdrawn, false),
        (State::Integrated, true),
        (State::Declined, true),
    ] {
        let row = contribution(state);
        assert_eq!(sees(&nobody, &row), public, "{state:?}");
        assert_eq!(sees(&admin("partners/other").caller, &row), public, "{state:?}");
        for by in [admin(MEMBER), admin(LEAD), coordinator(), call(person(&[Role::Reviewer], &[]))] {
            assert!(sees(&by.caller, &row), "{state:?}");
        }
    }
}

#[test]
fn partners_contribute_for_themselves() {
    assert!(may_contribute(&admin(MEMBER).caller, MEMBER));
    assert!(may_contribute(&person(&[], &[(MEMBER, Role::Reporter)]), MEMBER));
    assert!(!may_contribute(&coordinator().caller, MEMBER));
    assert!(!may_contribute(&person(&[], &[(MEMBER, Role::Trainer)]), MEMBER));
    let empty = create("workingGroups/g", "", &pb::Contribution::default(), &coordinator());
    assert_eq!(fields(empty), ["contribution.partner", "contribution.title", "contribution.body"]);
}
