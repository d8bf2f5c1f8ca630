use chassis::error::Error;
use testing::{self, person};

use super::*;

fn caller(subject: &str, roles: &[Role]) -> Caller {
    Caller { subject: subject.to_owned(), ..person(roles, &[]) }
}

fn call(subject: &str, roles: &[Role]) -> Call {
    testing::call(caller(subject, roles))
}

fn boss() -> Call {
    call("users/boss", &[Role::Coordinator])
}

fn draft(email: &str) -> pb::User {
    pb::User {
        email: email.to_owned(),
        given_name: "Ada".to_owned(),
        language_code: "en".to_owned(),
        ..pb::User::default()
    }
}

fn ada() -> Model {
    let mut ada = create("ada", &draft("Ada@Example.org"), &boss()).unwrap();
    ada.state = State::Active.into();
    ada.password = "$argon2id$".to_owned();
    ada
}

#[test]
fn les_21_an_address_is_the_same_whatever_its_case() {
    let (one, other) =
        (create("", &draft("Ada@Example.ORG "), &boss()), create("", &draft("ada@example.org"), &boss()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.email_key, other.email_key);
    assert_eq!(one.email, "Ada@Example.ORG", "and is kept as it was written");
    assert_eq!(fold("ÉLODIE@exemple.FR"), fold("élodie@exemple.fr"));
}

#[test]
fn an_address_has_one_at_sign_and_nothing_strange() {
    for wrong in ["", "ada", "@x.org", "ada@", "a@b@c", "a da@x.org", "ada@.org", "ada@x.org."] {
        let refused = create("", &draft(wrong), &boss());
        let Err(Error::Invalid { fields, .. }) = refused else { panic!("{wrong:?} was taken") };
        assert_eq!(fields[0].field, "user.email");
        assert_eq!(
            fields[0].why.en, "expected an address like ada@example.org",
            "an address is never repeated (GDP-5)"
        );
    }
}

#[test]
fn only_coordinators_give_network_roles() {
    let wanted = pb::User { network_roles: vec![Role::Reviewer.into()], ..draft("a@x.org") };
    assert!(create("", &wanted, &boss()).is_ok());
    assert!(matches!(create("", &wanted, &call("users/admin", &[])), Err(Error::Forbidden { .. })));
    let mut ada = ada();
    assert!(matches!(update(&mut ada, &wanted, &call("users/ada", &[])), Err(Error::Forbidden { .. })));
    let wrong = pb::User { network_roles: vec![Role::PartnerAdmin.into()], ..draft("a@x.org") };
    assert!(matches!(create("", &wrong, &boss()), Err(Error::Invalid { .. })));
}

#[test]
fn a_coordinator_changes_roles_and_nothing_personal() {
    let mut user = ada();
    let message = pb::User::from(user.clone());
    update(&mut user, &pb::User { network_roles: vec![Role::Reviewer.into()], ..message.clone() }, &boss())
        .unwrap();
    assert_eq!(user.roles(), [Role::Reviewer]);
    let renamed = pb::User { given_name: "Eve".to_owned(), ..message };
    assert!(matches!(update(&mut user, &renamed, &boss()), Err(Error::Forbidden { .. })));
    assert!(update(&mut ada(), &renamed, &call("users/ada", &[])).is_ok());
}

#[test]
fn a_coordinator_does_not_give_up_the_role_alone() {
    let mut boss_row = ada();
    boss_row.network_roles = Strings(vec!["COORDINATOR".to_owned()]);
    let without = pb::User { network_roles: Vec::new(), ..pb::User::from(boss_row.clone()) };
    let own = call("users/ada", &[Role::Coordinator]);
    assert!(matches!(update(&mut boss_row.clone(), &without, &own), Err(Error::Refused { .. })));
    assert!(update(&mut boss_row, &without, &boss()).is_ok());
}

#[test]
fn reserved_ids_are_not_given() {
    assert!(create("me", &draft("a@x.org"), &boss()).is_err());
    assert!(create("erased", &draft("a@x.org"), &boss()).is_err());
}

#[test]
fn an_invitation_opens_once_and_for_14_days() {
    let mut user = create("", &draft("a@x.org"), &boss()).unwrap();
    invite(&mut user, "ABCD-EFGH", Micros(0));
    assert!(invitation_holds(&user, Micros(INVITATION - 1)));
    assert!(!invitation_holds(&user, Micros(INVITATION)));
    let own = call(&user.name.clone(), &[]);
    activate(&mut user, "hash", &own).unwrap();
    assert_eq!(
        (user.state.get(), user.password.as_str(), user.invitation.is_some()),
        (State::Active, "hash", false)
    );
    assert!(!invitation_holds(&user, Micros(0)));
}

#[test]
fn idn_6_erasing_leaves_nothing_personal() {
    let mut user = ada();
    user.network_roles = Strings(vec!["REVIEWER".to_owned()]);
    user.last_sign_in_time = Some(Micros(1));
    invite(&mut user, "CODE", Micros(0));
    let before = user.clone();
    assert!(matches!(erase(&mut user, &call("users/eve", &[])), Err(Error::Forbidden { .. })));
    erase(&mut user, &call("users/ada", &[])).unwrap();
    assert_eq!((&user.name, &user.uid, user.state.get()), (&before.name, &before.uid, State::Erased));
    let left = format!("{user:?}").to_lowercase();
    for personal in ["ada@", "example.org", "\"ada\"", "argon2", "reviewer"] {
        assert!(!left.contains(personal), "{personal} is left in {left}");
    }
    assert!(user.email_key.is_none() && user.invitation.is_none() && user.last_sign_in_time.is_none());
    let erased = user.clone();
    erase(&mut user, &boss()).unwrap();
    assert_eq!(user, erased, "erasing twice changes nothing");
}

#[test]
fn idn_4_only_the_active_sign_in() {
    let mut user = ada();
    assert!(may_sign_in(&user));
    LIFECYCLE.take("SuspendUser", &mut user, &boss()).unwrap();
    assert!(!may_sign_in(&user));
    LIFECYCLE.take("ReinstateUser", &mut user, &boss()).unwrap();
    assert!(may_sign_in(&user));
    assert!(matches!(
        LIFECYCLE.take("SuspendUser", &mut user, &call("users/ada", &[Role::Coordinator])),
        Err(Error::Forbidden { .. })
    ));
    assert!(matches!(
        LIFECYCLE.take("ReinstateUser", &mut user, &boss()),
        Err(Error::Refused { rule: "STATE", .. })
    ));
}

#[test]
fn only_oneself_and_coordinators_know_a_user() {
    assert_eq!(resolve("users/me", &caller("users/ada", &[])).unwrap(), "users/ada");
    assert!(resolve("users/ada", &caller("users/ada", &[])).is_ok());
    assert!(matches!(
        resolve("users/ada", &caller("users/eve", &[Role::Reviewer])),
        Err(Error::Forbidden { .. })
    ));
    assert!(resolve("users/ada", &caller("users/boss", &[Role::Coordinator])).is_ok());
}

#[test]
fn events_carry_nothing_personal() {
    let mut message = pb::User::from(ada());
    proto::Private::redact(&mut message);
    let left = format!("{message:?}").to_lowercase();
    assert!(!left.contains("example.org") && !left.contains("\"ada\""), "{left}");
}
