use proto::common::LocalizedText;
use testing::{because, fields, person, refused, said};

use super::super::describe::{DIVIDE_DIMENSIONS, TARGET_GROUPS};
use super::*;

const RAISER: &str = "partners/raiser";
const AUTHORITY: &str = "partners/authority";

fn text(text: &str) -> LocalizedText {
    said(&[("fr", text)])
}

fn draft() -> pb::Need {
    pb::Need {
        title: Some(text("Un lieu où être aidé")),
        description: Some(text("Les démarches ne se font plus qu'en ligne.")),
        target_groups: vec!["SENIORS".to_owned()],
        raised_by: RAISER.to_owned(),
        ..pb::Need::default()
    }
}

fn coordinator() -> Caller {
    person(&[Role::Coordinator], &[])
}

fn call(caller: Caller) -> Call {
    because("Parce que.", caller)
}

fn need(state: State) -> Model {
    let need = create("territories/paris", "n1", &draft(), &call(coordinator())).unwrap();
    Model { state: state.into(), authority: AUTHORITY.to_owned(), ..need }
}

fn shown() -> Evidence {
    Evidence {
        title: "Enquête".to_owned(),
        uri: "https://example.org/enquete".to_owned(),
        ..Default::default()
    }
}

fn day(text: &str) -> Option<Day> {
    Day::parse(text)
}

/// Each verb, done by someone.
fn verbs(by: &Caller) -> Vec<(State, Result<()>)> {
    let call = call(by.clone());
    let (mut proposed, mut rejected, mut qualified) =
        (need(State::Proposed), need(State::Proposed), need(State::Qualified));
    vec![
        (State::Qualified, qualify(&mut proposed, 2, &call)),
        (State::Rejected, reject(&mut rejected, &call)),
        (State::Resolved, resolve(&mut qualified, Outcome::Obsolete, &[], &[], &call)),
    ]
}

#[test]
fn a_need_is_judged_by_overseers_and_the_authority_of_its_territory() {
    for judge in
        [coordinator(), person(&[Role::Reviewer], &[]), person(&[], &[(AUTHORITY, Role::PartnerAdmin)])]
    {
        assert!(verbs(&judge).iter().all(|(_, done)| done.is_ok()));
    }
    for other in [
        person(&[], &[(AUTHORITY, Role::Reporter)]),
        person(&[], &[("partners/other", Role::PartnerAdmin)]),
        person(&[], &[(RAISER, Role::PartnerAdmin)]),
    ] {
        assert!(verbs(&other).iter().all(|(_, done)| matches!(done, Err(Error::Forbidden { .. }))));
    }
}

#[test]
fn sep_1_nobody_judges_a_need_that_their_partner_raised() {
    for judge in [
        person(&[Role::Coordinator], &[(RAISER, Role::Trainer)]),
        person(&[Role::Reviewer], &[(RAISER, Role::Reporter)]),
        person(&[], &[(AUTHORITY, Role::PartnerAdmin), (RAISER, Role::Reporter)]),
    ] {
        for (_, done) in verbs(&judge) {
            refused("SEP-1", done);
        }
    }
}

#[test]
fn a_need_moves_by_its_verbs_alone() {
    let call = call(coordinator());
    for state in [State::Proposed, State::Qualified, State::Resolved, State::Rejected] {
        if state != State::Proposed {
            refused("STATE", qualify(&mut need(state), 1, &call));
            refused("STATE", reject(&mut need(state), &call));
        }
        if state != State::Qualified {
            refused("STATE", resolve(&mut need(state), Outcome::Obsolete, &[], &[], &call));
        }
    }
    let mut qualified = need(State::Proposed);
    qualify(&mut qualified, 4, &call).unwrap();
    assert_eq!(
        (qualified.state.get(), qualified.priority, qualified.state_time),
        (State::Qualified, 4, call.now)
    );
    for priority in [0, 5, -1] {
        assert_eq!(fields(qualify(&mut need(State::Proposed), priority, &call)), ["priority"]);
    }
}

#[test]
fn prj_5_a_need_is_met_when_a_project_under_way_has_shown_it() {
    let call = call(coordinator());
    let met = |accepted: &[Accepted]| {
        resolve(&mut need(State::Qualified), Outcome::Met, &[shown()], accepted, &call)
    };
    let accepted = |start| Accepted { report: Micros(1_764_000_000_000_000), start };
    refused("PRJ-5", met(&[]));
    refused("PRJ-5", met(&[accepted(day("2025-11-25"))]));
    met(&[accepted(day("2025-11-25")), accepted(day("2025-11-24"))]).unwrap();
    met(&[accepted(None)]).unwrap();
    let unshown = resolve(&mut need(State::Qualified), Outcome::Met, &[], &[accepted(None)], &call);
    assert_eq!(fields(unshown), ["evidence"]);
    // What has lapsed asks for no report, and for a reason.
    resolve(&mut need(State::Qualified), Outcome::Obsolete, &[], &[], &call).unwrap();
    let unsaid = Call { reason: String::new(), ..call.clone() };
    assert_eq!(
        fields(resolve(&mut need(State::Qualified), Outcome::Obsolete, &[], &[], &unsaid)),
        ["reason"]
    );
    assert_eq!(
        fields(resolve(&mut need(State::Qualified), Outcome::Unspecified, &[], &[], &unsaid)),
        ["outcome"]
    );
}

#[test]
fn prj_7_a_need_that_is_turned_down_keeps_its_reason() {
    let call = call(coordinator());
    let mut turned_down = need(State::Proposed);
    let unsaid = Call { reason: String::new(), ..call.clone() };
    assert_eq!(fields(reject(&mut turned_down.clone(), &unsaid)), ["reason"]);
    reject(&mut turned_down, &call).unwrap();
    let message = pb::Need::from(turned_down.clone());
    assert_eq!((message.state(), message.state_reason.as_str()), (State::Rejected, "Parce que."));
    refused("STATE", update(&mut turned_down, &draft(), &call));
}

#[test]
fn what_was_qualified_is_changed_by_those_who_qualify() {
    let edited = pb::Need { target_groups: vec!["ALL".to_owned()], ..draft() };
    let raiser = call(person(&[], &[(RAISER, Role::Reporter)]));
    update(&mut need(State::Proposed), &edited, &raiser).unwrap();
    refused("STATE", update(&mut need(State::Qualified), &edited, &raiser));
    let authority = call(person(&[], &[(AUTHORITY, Role::PartnerAdmin)]));
    update(&mut need(State::Qualified), &edited, &authority).unwrap();
    assert!(
        may_update(&raiser.caller, &need(State::Proposed))
            && may_update(&authority.caller, &need(State::Proposed))
    );
    assert!(!may_update(&person(&[], &[("partners/other", Role::PartnerAdmin)]), &need(State::Proposed)));
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = pb::Need {
        title: None,
        divide_dimensions: vec!["DEVICES".to_owned(), "DEVICES".to_owned(), "x".to_owned()],
        target_groups: vec!["EVERYBODY".to_owned()],
        affected_population: Some(pb::AffectedPopulation::default()),
        raised_by: "partners/".to_owned(),
        evidence: vec![Evidence { uri: "http://example.org".to_owned(), ..shown() }],
        ..draft()
    };
    let named = fields(create("territories/paris", "N1", &wrong, &call(coordinator())));
    assert_eq!(
        named,
        [
            "need_id",
            "need.raised_by",
            "need.title",
            "need.divide_dimensions[1]",
            "need.divide_dimensions[2]",
            "need.target_groups[0]",
            "need.affected_population.estimate",
            "need.evidence[0].uri",
        ]
    );
    let named = fields(create(
        "territories/paris",
        "",
        &pb::Need { raised_by: RAISER.to_owned(), ..Default::default() },
        &call(coordinator()),
    ));
    assert_eq!(named, ["need.title", "need.description", "need.target_groups"]);
    let all = pb::Need {
        divide_dimensions: DIVIDE_DIMENSIONS.map(str::to_owned).to_vec(),
        target_groups: TARGET_GROUPS.map(str::to_owned).to_vec(),
        ..draft()
    };
    create("territories/paris", "", &all, &call(coordinator())).unwrap();
}

#[test]
fn bey_5_7_a_need_says_whose_turn_it_is_and_what_may_be_done() {
    assert_eq!(awaiting(State::Proposed), "REVIEWER");
    for state in [State::Qualified, State::Resolved, State::Rejected] {
        assert_eq!(awaiting(state), "NOBODY");
    }
    let raiser = person(&[Role::Coordinator], &[(RAISER, Role::PartnerAdmin)]);
    let actions = LIFECYCLE.explain(&need(State::Proposed), &raiser, Micros(0));
    let told: Vec<_> =
        actions.iter().map(|action| (action.method.as_str(), action.reason.as_str())).collect();
    assert_eq!(told, [("QualifyNeed", "SEP-1"), ("ResolveNeed", "SEP-1"), ("RejectNeed", "SEP-1")]);
    let actions = LIFECYCLE.explain(&need(State::Proposed), &coordinator(), Micros(0));
    let allowed: Vec<_> =
        actions.iter().filter(|action| action.allowed).map(|action| action.method.as_str()).collect();
    assert_eq!(allowed, ["QualifyNeed", "RejectNeed"]);
}
