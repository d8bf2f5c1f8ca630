use chassis::auth::{Caller, Role};
use chassis::lifecycle::Stateful as _;
use chassis::{Call, Told as _};
use proto::training as pb;
use proto::training::Mode;
use proto::training::trainer::State;

use super::row::Model;
use super::rules::{awaiting, create, describes, knows, take, take_for_a_reason};
use crate::alignment::tests::digcomp;
use crate::programme::tests::{OTHER, PROVIDER, admin, call, person, said, told};

pub(crate) fn draft() -> pb::Trainer {
    pb::Trainer {
        user: "users/trainer".to_owned(),
        partner: PROVIDER.to_owned(),
        competences: vec![digcomp("1.2")],
        languages: vec!["fr".to_owned()],
        modes: vec![Mode::Onsite.into()],
        bio: said("Dix ans d'ateliers."),
        available: true,
        ..Default::default()
    }
}

pub(crate) fn trainer(id: &str, state: State) -> Model {
    let draft = pb::Trainer { user: format!("users/{id}"), ..draft() };
    Model { state: state.into(), ..create(id, &draft, &admin(PROVIDER)).unwrap() }
}

fn themselves() -> Caller {
    Caller { subject: "users/t".to_owned(), ..person(&[], &[(PROVIDER, Role::Trainer)]) }
}

#[test]
fn sep_1_a_coordinator_approves_trainers_of_others() {
    let coordinator = call(person(&[Role::Coordinator], &[]));
    let own = call(person(&[Role::Coordinator], &[(PROVIDER, Role::Reporter)]));
    let approve = |by: &Call| told(take("ApproveTrainer", &mut trainer("t", State::Pending), by));
    assert_eq!(approve(&coordinator), "");
    assert_eq!(approve(&own), "SEP-1");
    assert_eq!(approve(&admin(PROVIDER)), "PERMISSION");
    let mut approved = trainer("t", State::Approved);
    let silent = Call { reason: String::new(), ..coordinator.clone() };
    assert_eq!(told(take_for_a_reason("SuspendTrainer", &mut approved.clone(), &silent)), "reason");
    take_for_a_reason("SuspendTrainer", &mut approved, &coordinator).unwrap();
    assert_eq!(approved.state_reason, "Parce que.");
    take("ReinstateTrainer", &mut approved, &coordinator).unwrap();
    assert_eq!((approved.state(), approved.state_reason.as_str()), (State::Approved, ""));
    take_for_a_reason("RetireTrainer", &mut approved, &admin(PROVIDER)).unwrap();
    assert_eq!(told(take("ApproveTrainer", &mut approved, &coordinator)), "STATE");
    assert_eq!(awaiting(&trainer("t", State::Pending)), "COORDINATOR");
    assert_eq!(awaiting(&approved), "NOBODY");
}

#[test]
fn trn_6_who_is_in_the_pool_is_seen_by_all_and_known_to_few() {
    let shown = |state: State, caller: &Caller| {
        let trainer = trainer("t", state);
        trainer.seen_by(caller).then(|| !trainer.shown_to(caller).user.is_empty())
    };
    let other = person(&[], &[(OTHER, Role::PartnerAdmin)]);
    for (caller, approved, pending) in [
        (Caller::default(), Some(false), None),
        (other, Some(false), None),
        (person(&[Role::Reviewer], &[]), Some(false), Some(false)),
        (person(&[Role::Coordinator], &[]), Some(true), Some(true)),
        (person(&[], &[(PROVIDER, Role::Reporter)]), Some(true), Some(true)),
        (themselves(), Some(true), Some(true)),
    ] {
        assert_eq!(shown(State::Approved, &caller), approved, "{caller:?}");
        assert_eq!(shown(State::Pending, &caller), pending, "{caller:?}");
    }
    let nameless = Model { user: String::new(), ..trainer("t", State::Approved) };
    assert!(!knows(&Caller::default(), &nameless), "nobody is nobody's account");
}

#[test]
fn what_is_said_of_a_trainer_they_and_their_administrators_say() {
    let trainer = trainer("t", State::Approved);
    for (caller, may) in [
        (themselves(), true),
        (person(&[], &[(PROVIDER, Role::PartnerAdmin)]), true),
        (person(&[], &[(PROVIDER, Role::Trainer)]), false),
        (person(&[Role::Coordinator], &[]), false),
    ] {
        assert_eq!(describes(&caller, &trainer), may, "{caller:?}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    assert_eq!(
        told(create("T", &pb::Trainer::default(), &admin(PROVIDER))),
        "trainer_id trainer.user trainer.partner trainer.competences trainer.languages"
    );
    let odd = pb::Trainer {
        user: "partners/x".to_owned(),
        competences: vec![digcomp("7.7")],
        languages: vec!["?".to_owned()],
        modes: vec![1, 1, 9],
        territories: vec!["Kaolack".to_owned()],
        ..draft()
    };
    assert_eq!(
        told(create("t", &odd, &admin(PROVIDER))),
        "trainer.user trainer.competences[0].target_code trainer.languages[0] trainer.modes[1] trainer.modes[2] \
         trainer.territories[0]"
    );
}
