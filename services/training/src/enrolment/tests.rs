use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::Error;
use chassis::{Call, Told as _};
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use proto::training::review_enrolment_request::Decision;
use proto::training::session::State as Session;

use super::row::{Known, Model};
use super::rules::*;
use crate::participant::tests::{learner, participant};
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, told};
use crate::session;

const EMPLOYER: &str = "partners/employer";

pub(crate) fn draft() -> pb::Enrolment {
    pb::Enrolment {
        participant: "participants/awa".to_owned(),
        mode: Mode::Onsite.into(),
        special_needs: "Une place près de la porte".to_owned(),
        ..Default::default()
    }
}

fn counts(confirmed: i32, waiting: i32) -> Counts {
    let onsite = |onsite| Kinds { onsite, online: 0 };
    Counts { confirmed: onsite(confirmed), waiting: onsite(waiting), pending: Kinds::default() }
}

/// A session of 10 seats in a room and 5 places in the queue.
fn of(state: Session) -> session::row::Model {
    session::tests::session(state)
}

/// Where someone goes: a state, or why not.
fn goes(session: &session::row::Model, counts: &Counts, now: &Call) -> String {
    match enrol(session, "e", &draft(), counts, now) {
        Ok(made) => made.state.as_str_name().trim_start_matches("STATE_").to_owned(),
        Err(Error::Exhausted { reason, .. }) => reason.to_owned(),
        Err(other) => told::<()>(Err(other)),
    }
}

pub(crate) fn enrolment(state: State, of_state: Session) -> Model {
    let made = enrol(&of(Session::Open), "e", &draft(), &counts(0, 0), &learner("users/awa")).unwrap();
    let known = Known {
        session: Some(Arc::new(of(of_state))),
        participant: Some(Arc::new(participant("awa", ""))),
        position: i32::from(state == State::Waitlisted),
        ..Known::default()
    };
    Model { state: state.into(), known, ..made }
}

/// Someone without an account, whom their employer entered.
fn entered() -> Model {
    let mut made = enrolment(State::Confirmed, Session::Open);
    made.known.participant = Some(Arc::new(participant("p", EMPLOYER)));
    Model { enrolled_by: "users/boss".to_owned(), ..made }
}

#[test]
fn trn_9_a_seat_then_the_queue_then_nothing() {
    let awa = learner("users/awa");
    for (confirmed, waiting, expected) in [
        (0, 0, "CONFIRMED"),
        (9, 0, "CONFIRMED"),
        (10, 0, "WAITLISTED"),
        (10, 4, "WAITLISTED"),
        (10, 5, "SESSION_FULL"),
        (9, 1, "WAITLISTED"), // nobody passes who waits
        (11, 0, "WAITLISTED"),
    ] {
        assert_eq!(
            goes(&of(Session::Open), &counts(confirmed, waiting), &awa),
            expected,
            "{confirmed} {waiting}"
        );
    }
    let no_queue = session::row::Model { waitlist_limit: 0, ..of(Session::Open) };
    assert_eq!(goes(&no_queue, &counts(10, 0), &awa), "SESSION_FULL");
    let decided = session::row::Model { approval_required: true, ..of(Session::Open) };
    assert_eq!(goes(&decided, &counts(10, 5), &awa), "PENDING");
}

#[test]
fn trn_10_whoever_waits_holds_no_seat() {
    let offer = offer(&of(Session::Open), Mode::Onsite);
    assert_eq!(free(offer, counts(7, 5).confirmed.of(Mode::Onsite)), 3, "the queue takes none");
    let mut pending = counts(9, 0);
    pending.pending.onsite = 40;
    assert_eq!(place(offer, &pending, Mode::Onsite), Place::Seat, "nor does who waits for an answer");
    let online = super::rules::offer(&of(Session::Open), Mode::Online);
    assert_eq!(place(online, &pending, Mode::Online), Place::Queue, "of each kind by itself");
}

#[test]
fn people_enrol_while_the_session_takes_them() {
    for state in
        [Session::Planned, Session::InProgress, Session::Completed, Session::Cancelled, Session::Closed]
    {
        assert_eq!(goes(&of(state), &counts(0, 0), &learner("users/awa")), "ENROLMENT_PERIOD", "{state:?}");
    }
    let late = Call { now: Micros::parse("2026-03-26T12:00:00Z").unwrap(), ..learner("users/awa") };
    assert_eq!(goes(&of(Session::Open), &counts(0, 0), &late), "ENROLMENT_PERIOD");
}

#[test]
fn a_person_is_enrolled_by_themselves_or_by_those_who_entered_them() {
    let (oneself, theirs) = (participant("awa", ""), participant("p", EMPLOYER));
    for (caller, awa, employed) in [
        ((*learner("users/awa").caller).clone(), true, false),
        ((*learner("users/eve").caller).clone(), false, false),
        (person(&[], &[(EMPLOYER, Role::PartnerAdmin)]), false, true),
        (person(&[], &[(EMPLOYER, Role::Integration)]), false, true),
        (person(&[], &[(EMPLOYER, Role::Reporter)]), false, false),
        (person(&[], &[(PROVIDER, Role::PartnerAdmin)]), false, false),
        (person(&[Role::Coordinator], &[]), true, true),
        (Caller::default(), false, false),
    ] {
        assert_eq!(
            (may_enrol(&caller, &oneself), may_enrol(&caller, &theirs)),
            (awa, employed),
            "{caller:?}"
        );
    }
}

#[test]
fn who_takes_part_is_told_to_those_whom_it_concerns() {
    let demographics = pb::Demographics { sex: "FEMALE".to_owned(), ..Default::default() };
    let entered = Model { demographics: demographics.into(), ..entered() };
    let teacher = Caller { subject: "users/t".to_owned(), ..person(&[], &[(OTHER, Role::Trainer)]) };
    for (caller, concerned, theirs) in [
        (person(&[], &[(EMPLOYER, Role::Reporter)]), true, true),
        (person(&[], &[(PROVIDER, Role::PartnerAdmin)]), true, false),
        (teacher, true, false),
        (person(&[Role::Coordinator], &[]), true, false),
        (person(&[Role::Reviewer], &[]), false, false),
        (person(&[], &[(OTHER, Role::PartnerAdmin)]), false, false),
        (Caller::default(), false, false),
    ] {
        assert_eq!(entered.seen_by(&caller), concerned, "{caller:?}");
        let shown = entered.clone().shown_to(&caller);
        assert_eq!(shown.participant_display_name == "Awa Diop", concerned, "{caller:?}");
        assert_eq!(!shown.special_needs.is_empty(), concerned, "{caller:?}");
        assert_eq!(shown.demographics.is_some(), theirs, "{caller:?}");
    }
}

#[test]
fn gdp_1_a_disability_is_kept_with_explicit_consent_alone() {
    let said = |disability: &str, disability_consent: bool| {
        let demographics = Some(pb::Demographics {
            disability: disability.to_owned(),
            disability_consent,
            ..Default::default()
        });
        let draft = pb::Enrolment { demographics, ..draft() };
        enrol(&of(Session::Open), "e", &draft, &counts(0, 0), &learner("users/awa"))
    };
    assert_eq!(told(said("YES", false)), "enrolment.demographics.disability");
    assert_eq!(
        told(said("NO", false)),
        "enrolment.demographics.disability",
        "that one has none says as much"
    );
    assert_eq!(told(said("YES", true)), "");
    for unsaid in ["", "NOT_STATED"] {
        let made = said(unsaid, true).unwrap();
        assert!(!made.demographics.disability_consent, "consent to nothing is not kept");
    }
    let born = pb::Demographics { age_band: "1960-05-01".to_owned(), ..Default::default() };
    let draft = pb::Enrolment { demographics: Some(born), ..draft() };
    let refused = enrol(&of(Session::Open), "e", &draft, &counts(0, 0), &learner("users/awa"));
    assert_eq!(told(refused), "enrolment.demographics.age_band", "gdp_6: a band, never a date of birth");
}

#[test]
fn a_provider_answers_what_waits_as_seats_allow() {
    let answer = |decision: Decision, counts: Counts, by: &Call| {
        let mut pending = enrolment(State::Pending, Session::Open);
        let outcome = review(&mut pending, decision, &counts, by);
        match outcome {
            Err(Error::Exhausted { reason, .. }) => reason.to_owned(),
            Err(other) => told::<()>(Err(other)),
            Ok(()) => pending.state.as_str_name().trim_start_matches("STATE_").to_owned(),
        }
    };
    let by = admin(PROVIDER);
    assert_eq!(answer(Decision::Approve, counts(9, 0), &by), "CONFIRMED");
    assert_eq!(answer(Decision::Approve, counts(10, 0), &by), "WAITLISTED");
    assert_eq!(answer(Decision::Approve, counts(10, 5), &by), "SESSION_FULL");
    assert_eq!(answer(Decision::Decline, counts(0, 0), &by), "DECLINED");
    assert_eq!(answer(Decision::Unspecified, counts(0, 0), &by), "decision");
    assert_eq!(answer(Decision::Decline, counts(0, 0), &Call { reason: String::new(), ..by }), "reason");
    assert_eq!(answer(Decision::Approve, counts(0, 0), &admin(OTHER)), "PERMISSION");
    let mut seated = enrolment(State::Confirmed, Session::Open);
    assert_eq!(told(review(&mut seated, Decision::Approve, &counts(0, 0), &admin(PROVIDER))), "STATE");
}

#[test]
fn trn_9_a_free_seat_goes_to_the_first_in_the_queue() {
    let promoted = |position: i32, confirmed: i32, state: Session, by: &Call| {
        let mut waiting = enrolment(State::Waitlisted, state);
        let mut session = of(state);
        session.known.counts = counts(confirmed, 3);
        waiting.known = Known { session: Some(Arc::new(session)), position, ..waiting.known };
        told(promote(&mut waiting, by))
    };
    let by = admin(PROVIDER);
    assert_eq!(promoted(1, 9, Session::Open, &by), "");
    assert_eq!(promoted(1, 9, Session::InProgress, &by), "", "someone did not come");
    assert_eq!(promoted(1, 10, Session::Open, &by), "TRN-9", "no seat is free");
    assert_eq!(promoted(2, 9, Session::Open, &by), "TRN-9", "someone came before");
    assert_eq!(promoted(1, 9, Session::Completed, &by), "TRN-9");
    assert_eq!(promoted(1, 9, Session::Open, &learner("users/awa")), "PERMISSION");
}

#[test]
fn a_seat_is_given_up_before_the_session_and_left_after_it_began() {
    let awa = learner("users/awa");
    for state in LIVE {
        assert_eq!(told(cancel(&mut enrolment(state, Session::Open), &awa)), "", "{state:?}");
    }
    for state in [Session::InProgress, Session::Completed] {
        assert_eq!(told(cancel(&mut enrolment(State::Confirmed, state), &awa)), "ENROLMENT_BEGUN");
        assert_eq!(told(withdraw(&mut enrolment(State::Confirmed, state), &awa)), "");
    }
    assert_eq!(told(withdraw(&mut enrolment(State::Confirmed, Session::Open), &awa)), "ENROLMENT_BEGUN");
    assert_eq!(told(cancel(&mut enrolment(State::Cancelled, Session::Open), &awa)), "STATE");
    let boss = call(Caller { subject: "users/boss".to_owned(), ..person(&[], &[]) });
    for (by, may) in
        [(admin(EMPLOYER), true), (boss, true), (admin(PROVIDER), false), (learner("users/eve"), false)]
    {
        assert_eq!(cancel(&mut entered(), &by).is_ok(), may, "{:?}", by.caller);
    }
    let mut begun = entered();
    begun.known.session = Some(Arc::new(of(Session::InProgress)));
    assert_eq!(told(withdraw(&mut begun.clone(), &admin(PROVIDER))), "");
    assert_eq!(told(withdraw(&mut begun.clone(), &admin(EMPLOYER))), "PERMISSION");
    assert_eq!(without(&begun), State::Withdrawn, "who is erased once it has begun has left");
    assert_eq!(without(&entered()), State::Cancelled);
}

#[test]
fn the_kind_of_seat_stays() {
    let mut seated = enrolment(State::Confirmed, Session::Open);
    let mut hybrid = of(Session::Open);
    hybrid.mode = Mode::Hybrid.into();
    seated.known.session = Some(Arc::new(hybrid));
    let online = pb::Enrolment { mode: Mode::Online.into(), ..draft() };
    assert_eq!(told(update(&mut seated.clone(), &online, &learner("users/awa"))), "ENROLMENT_MODE");
    let less = pb::Enrolment { special_needs: String::new(), ..draft() };
    assert_eq!(told(update(&mut seated, &less, &learner("users/awa"))), "");
    assert_eq!(
        told(update(&mut enrolment(State::Cancelled, Session::Open), &less, &learner("users/awa"))),
        "STATE"
    );
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = |draft: pb::Enrolment| {
        told(enrol(&of(Session::Open), "E", &draft, &counts(0, 0), &learner("users/awa")))
    };
    assert_eq!(wrong(pb::Enrolment::default()), "enrolment_id enrolment.participant enrolment.mode");
    let demographics = pb::Demographics {
        sex: "X".to_owned(),
        disability: "MAYBE".to_owned(),
        status: "IDLE".to_owned(),
        territory: "Kaolack".to_owned(),
        ..Default::default()
    };
    let odd = pb::Enrolment {
        participant: "users/awa".to_owned(),
        mode: Mode::Online.into(),
        demographics: Some(demographics),
        ..draft()
    };
    assert_eq!(
        wrong(odd),
        "enrolment_id enrolment.participant enrolment.mode enrolment.demographics.sex enrolment.demographics.disability \
         enrolment.demographics.status enrolment.demographics.disability enrolment.demographics.territory"
    );
}

#[test]
fn trn_8_whoever_has_left_may_come_again() {
    assert_eq!(LIVE, [State::Pending, State::Waitlisted, State::Confirmed]);
}

#[test]
fn trn_11_a_seat_is_freed_by_whoever_leaves_it_however() {
    assert_eq!(without(&enrolment(State::Confirmed, Session::Open)), State::Cancelled);
    assert_eq!(without(&enrolment(State::Confirmed, Session::InProgress)), State::Withdrawn);
    assert_eq!(without(&enrolment(State::Waitlisted, Session::InProgress)), State::Cancelled);
    let mut waiting = enrolment(State::Waitlisted, Session::Open);
    moved(&mut waiting, State::Confirmed, "", Micros(7));
    assert_eq!((waiting.state.get(), waiting.state_time), (State::Confirmed, Micros(7)));
    assert!(!LIVE.contains(&State::Cancelled) && !LIVE.contains(&State::Withdrawn), "what is left is free");
}

#[test]
fn gdp_6_age_is_a_band_and_no_birth_date() {
    let of = |age_band: &str| {
        let said = pb::Demographics { age_band: age_band.to_owned(), ..Default::default() };
        let draft = pb::Enrolment { demographics: Some(said), ..draft() };
        enrol(&of(Session::Open), "e", &draft, &counts(0, 0), &learner("users/awa"))
    };
    assert!(of("25_39").is_ok() && of("").is_ok());
    for birth in ["1990-05-01", "36", "1990"] {
        let Err(Error::Invalid { fields, .. }) = of(birth) else { unreachable!("{birth} is refused") };
        assert_eq!(fields[0].field, "enrolment.demographics.age_band");
    }
}
