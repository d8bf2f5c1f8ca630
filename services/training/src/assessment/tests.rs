use std::sync::Arc;

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::{Day, Micros};
use proto::training as pb;
use proto::training::assessment::{Instrument, Phase};
use proto::training::enrolment::State;
use proto::training::session::State as Session;

use super::gain::{Pairs, pairs};
use super::row::Model;
use super::rules::{assesses, create, is_same};
use crate::alignment::tests::digcomp;
use crate::enrolment::tests::enrolment;
use crate::participant::tests::learner;
use crate::programme::tests::{OTHER, PROVIDER, admin, person, told};
use crate::session;

fn draft(phase: Phase, date: &str) -> pb::Assessment {
    pb::Assessment {
        phase: phase.into(),
        instrument: Instrument::Test.into(),
        assess_date: Day::parse(date).map(Day::to_date),
        levels: vec![pb::AssessedLevel { alignment: Some(digcomp("1.2")), level: 3 }],
        ..Default::default()
    }
}

pub(crate) fn made(phase: Phase, date: &str, state: Session, of: State) -> chassis::Result<Model> {
    let session = session::tests::session(state);
    let now = Call { now: Micros::parse("2027-12-01T00:00:00Z").unwrap(), ..admin(PROVIDER) };
    create(&session, &enrolment(of, state), "a", &draft(phase, date), &now)
}

#[test]
fn trn_16_a_follow_up_is_three_to_twelve_months_after_the_end() {
    // The session of the tests ends on 8 April 2026.
    for (date, expected) in
        [("2026-07-07", "TRN-16"), ("2026-07-08", ""), ("2027-04-08", ""), ("2027-04-09", "TRN-16")]
    {
        assert_eq!(told(made(Phase::FollowUp, date, Session::Closed, State::Completed)), expected, "{date}");
    }
    for (state, expected) in
        [(Session::Open, ""), (Session::Completed, ""), (Session::Closed, "ASSESSMENT_TIME")]
    {
        assert_eq!(told(made(Phase::Post, "2026-04-08", state, State::Confirmed)), expected, "{state:?}");
    }
    assert_eq!(told(made(Phase::Pre, "2026-03-08", Session::Open, State::Waitlisted)), "ASSESSMENT_TIME");
}

#[test]
fn whoever_teaches_assesses_and_people_say_of_themselves() {
    let of = enrolment(State::Confirmed, Session::InProgress);
    let teacher = Caller { subject: "users/t".to_owned(), ..person(&[], &[(OTHER, Role::Trainer)]) };
    for (caller, tests, says) in [
        (teacher, true, true),
        ((*admin(PROVIDER).caller).clone(), true, true),
        ((*learner("users/awa").caller).clone(), false, true),
        ((*learner("users/eve").caller).clone(), false, false),
        ((*admin(OTHER).caller).clone(), false, false),
    ] {
        assert_eq!(assesses(&caller, &of, Instrument::Test), tests, "{caller:?}");
        assert_eq!(assesses(&caller, &of, Instrument::Self_), says, "{caller:?}");
    }
}

#[test]
fn trn_15_a_gain_is_of_matched_pairs_alone() {
    use Instrument::{Self_, Test};
    use Phase::{FollowUp, Post, Pre};
    let assessed = |who: &str, phase: Phase, instrument: Instrument, version: &str, level: i32| {
        let mut made = made(Post, "2026-04-08", Session::Completed, State::Confirmed).unwrap();
        made.enrolment = who.to_owned();
        (made.phase, made.instrument) = (phase.into(), instrument.into());
        let mut alignment = digcomp("1.2");
        alignment.framework_version = version.to_owned();
        made.levels = vec![pb::AssessedLevel { alignment: Some(alignment), level }].into();
        made
    };
    let all = [
        assessed("a", Pre, Test, "3.0", 2),
        assessed("a", Post, Test, "3.0", 5),
        assessed("b", Pre, Test, "3.0", 3),
        assessed("b", Post, Test, "3.0", 3),
        assessed("c", Pre, Test, "3.0", 1),  // no second time
        assessed("d", Post, Test, "3.0", 8), // no first time
        assessed("e", Pre, Self_, "3.0", 1), // by another instrument
        assessed("e", Post, Test, "3.0", 8),
        assessed("f", Pre, Test, "2.2", 1), // by another version
        assessed("f", Post, Test, "3.0", 8),
        assessed("g", Pre, Test, "3.0", 1),
        assessed("g", FollowUp, Test, "3.0", 8), // not at the end
    ];
    let found: Vec<_> = pairs(&all).into_values().collect();
    assert_eq!(found, [Pairs { people: 2, before: 5, after: 8 }]);
    // What they say of themselves too is not counted a second time.
    let own = [assessed("a", Pre, Self_, "3.0", 1), assessed("a", Post, Self_, "3.0", 8)];
    let both: Vec<_> = own.into_iter().chain(all.iter().cloned()).collect();
    let found: Vec<_> = pairs(&both).into_values().collect();
    assert_eq!(found, [Pairs { people: 2, before: 5, after: 8 }]);
    assert!(pairs(&all[4..]).is_empty());
}

#[test]
fn every_wrong_field_is_named() {
    let session = session::tests::session(Session::InProgress);
    let of = Arc::new(enrolment(State::Confirmed, Session::InProgress));
    let wrong = |draft: &pb::Assessment| told(create(&session, &of, "A", draft, &admin(PROVIDER)));
    assert_eq!(
        wrong(&pb::Assessment::default()),
        "assessment_id assessment.phase assessment.instrument assessment.assess_date assessment.levels"
    );
    let level = |level: i32| pb::AssessedLevel { alignment: Some(digcomp("1.2")), level };
    let odd = pb::Assessment {
        levels: vec![level(9), level(1), level(1), pb::AssessedLevel::default()],
        ..draft(Phase::Pre, "2030-01-01")
    };
    assert_eq!(
        wrong(&odd),
        "assessment_id assessment.assess_date assessment.levels[0].level assessment.levels[3].alignment assessment.levels[1]"
    );
}

#[test]
fn trn_14_one_by_others_and_one_of_their_own_in_each_phase() {
    use Instrument::{Observation, Self_, Test};
    let of = |phase: Phase, instrument: Instrument| {
        let mut made = made(Phase::Post, "2026-04-08", Session::Completed, State::Confirmed).unwrap();
        (made.phase, made.instrument) = (phase.into(), instrument.into());
        made
    };
    let test = of(Phase::Post, Test);
    assert!(is_same(&test, &of(Phase::Post, Test)) && is_same(&test, &of(Phase::Post, Observation)));
    assert!(!is_same(&test, &of(Phase::Pre, Test)));
    assert!(!is_same(&test, &of(Phase::Post, Self_)), "what they say of themselves hinders nobody");
    assert!(is_same(&of(Phase::Post, Self_), &of(Phase::Post, Self_)));
}

#[test]
fn trn_14_one_of_somebody_else_is_in_nobodys_way() {
    let made = made(Phase::Post, "2026-04-08", Session::Completed, State::Confirmed).unwrap();
    let other = Model { enrolment: format!("{}2", made.enrolment), ..made.clone() };
    assert!(!is_same(&made, &other) && is_same(&made, &made.clone()));
}

#[test]
fn trn_14_levels_are_from_0_to_8() {
    let session = session::tests::session(Session::InProgress);
    let of = enrolment(State::Confirmed, Session::InProgress);
    let field = "assessment.levels[0].level";
    for (level, expected) in [(-1, field), (0, ""), (8, ""), (9, field)] {
        let levels = vec![pb::AssessedLevel { alignment: Some(digcomp("1.2")), level }];
        let draft = pb::Assessment { levels, ..draft(Phase::Pre, "2026-03-01") };
        assert_eq!(told(create(&session, &of, "a", &draft, &admin(PROVIDER))), expected, "{level}");
    }
}

#[test]
fn trn_14_nothing_is_assessed_on_a_day_that_has_not_begun_where_the_session_is() {
    let session = session::tests::session(Session::InProgress);
    let of = enrolment(State::Confirmed, Session::InProgress);
    // In Paris it is the first of March already.
    let now = Call { now: Micros::parse("2026-02-28T23:30:00Z").unwrap(), ..admin(PROVIDER) };
    for (date, expected) in [("2026-02-28", ""), ("2026-03-01", ""), ("2026-03-02", "assessment.assess_date")]
    {
        assert_eq!(told(create(&session, &of, "a", &draft(Phase::Pre, date), &now)), expected, "{date}");
    }
}

#[test]
fn trn_14_those_who_take_part_are_assessed_while_the_session_is_under_way() {
    for (state, expected) in [
        (State::Confirmed, ""),
        (State::Completed, ""),
        (State::NotCompleted, ""),
        (State::Pending, "ASSESSMENT_TIME"),
        (State::Declined, "ASSESSMENT_TIME"),
        (State::Cancelled, "ASSESSMENT_TIME"),
        (State::Withdrawn, "ASSESSMENT_TIME"),
        (State::NoShow, "ASSESSMENT_TIME"),
    ] {
        assert_eq!(told(made(Phase::Post, "2026-04-08", Session::Completed, state)), expected, "{state:?}");
    }
    for (state, expected) in [
        (Session::Planned, "ASSESSMENT_TIME"),
        (Session::InProgress, ""),
        (Session::Cancelled, "ASSESSMENT_TIME"),
    ] {
        assert_eq!(told(made(Phase::Pre, "2026-04-01", state, State::Confirmed)), expected, "{state:?}");
    }
}

#[test]
fn trn_16_the_months_are_counted_from_the_day_of_the_end_where_the_session_was() {
    let mut session = session::tests::session(Session::Closed);
    // In Paris it is the ninth already.
    session.end_time = Micros::parse("2026-04-08T22:30:00Z").unwrap();
    let of = enrolment(State::Completed, Session::Closed);
    let now = Call { now: Micros::parse("2027-12-01T00:00:00Z").unwrap(), ..admin(PROVIDER) };
    for (date, expected) in
        [("2026-07-08", "TRN-16"), ("2026-07-09", ""), ("2027-04-09", ""), ("2027-04-10", "TRN-16")]
    {
        let draft = draft(Phase::FollowUp, date);
        assert_eq!(told(create(&session, &of, "a", &draft, &now)), expected, "{date}");
    }
}
