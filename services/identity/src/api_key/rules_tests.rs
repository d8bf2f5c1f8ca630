use chassis::auth::Role;
use chassis::column::Strings;
use testing::{self, NOW, person};

use super::*;

fn call(partner: &str) -> Call {
    testing::call(person(&[], &[(partner, Role::PartnerAdmin)]))
}

fn account() -> Account {
    Account {
        name: "partners/p/serviceAccounts/a".to_owned(),
        uid: String::new(),
        revision: 1,
        create_time: NOW,
        update_time: NOW,
        partner: "partners/p".to_owned(),
        display_name: "sync".to_owned(),
        scopes: Strings::default(),
        disabled: false,
        delete_time: None,
    }
}

fn key(days: i64) -> (Model, String) {
    let (key_id, whole) = make().unwrap();
    let expire = Some(Micros(NOW.0 + days * DAY));
    (create(&account(), "", expire, (&key_id, &whole), &call("partners/p")).unwrap(), whole)
}

#[test]
fn a_key_is_spelt_as_said() {
    let (key_id, whole) = make().unwrap();
    assert_eq!((whole.len(), read(&whole)), (51, Some(key_id.as_str())));
    assert!(whole.starts_with(&format!("ens_{key_id}_")));
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of CRC-32");
}

#[test]
fn a_misspelt_key_is_refused_before_anyone_is_asked() {
    let (_, whole) = make().unwrap();
    for place in 4..whole.len() {
        let mut wrong = whole.clone().into_bytes();
        wrong[place] = if wrong[place] == b'a' { b'b' } else { b'a' };
        assert_eq!(read(&String::from_utf8(wrong).unwrap()), None, "place {place}");
    }
    for garbage in
        ["", "ens_", &whole[..50], &format!("{whole}0"), &whole.replace("ens_", "abc_"), &"é".repeat(30)]
    {
        assert_eq!(read(garbage), None, "{garbage}");
    }
}

#[test]
fn idn_2_a_key_is_kept_as_a_hash_and_never_shown_again() {
    let (key, whole) = key(30);
    assert!(is_this(&key, &whole));
    assert!(!is_this(&key, &whole.replace(&whole[13..14], "")));
    assert!(!format!("{key:?}").contains(&whole[13..45]), "the row has no secret");
    let message = proto::identity::ApiKey::from(key);
    assert_eq!(message.secret, "");
    assert_eq!(message.prefix, whole[..12]);
}

#[test]
fn a_key_works_for_a_year_at_most() {
    let make = |expire| create(&account(), "", expire, ("x", "y"), &call("partners/p"));
    assert!(make(None).is_err());
    assert!(make(Some(NOW)).is_err());
    assert!(make(Some(Micros(NOW.0 + 367 * DAY))).is_err());
    assert!(make(Some(Micros(NOW.0 + 365 * DAY))).is_ok());
    let (key, _) = key(1);
    assert!(opens(&key, NOW) && !opens(&key, key.expire_time));
}

#[test]
fn idn_4_a_revoked_key_opens_nothing() {
    let (mut key, _) = key(30);
    assert!(matches!(revoke(&mut key, &call("partners/q")), Err(Error::Forbidden { .. })));
    revoke(&mut key, &call("partners/p")).unwrap();
    assert!(!opens(&key, NOW));
    assert!(matches!(revoke(&mut key, &call("partners/p")), Err(Error::Refused { .. })));
}

#[test]
fn a_former_key_works_beside_its_successor_for_seven_days_at_most() {
    let (mut former, _) = key(30);
    let next = successor(&former, &account(), ("x", "y"), &call("partners/p")).unwrap();
    assert_eq!(next.expire_time.0 - NOW.0, 30 * DAY);
    retire(&mut former, overlap(3600).unwrap(), NOW);
    assert!(opens(&former, NOW) && !opens(&former, Micros(NOW.0 + 3600 * SECOND)));
    retire(&mut former, overlap(0).unwrap(), NOW);
    assert!(!opens(&former, NOW));
    assert!(overlap(OVERLAP).is_ok() && overlap(OVERLAP + 1).is_err() && overlap(-1).is_err());
    assert!(matches!(
        successor(&former, &account(), ("x", "y"), &call("partners/p")),
        Err(Error::Refused { .. })
    ));
}

#[test]
fn a_machine_account_that_was_ended_gets_no_key() {
    let ended = Account { delete_time: Some(NOW), ..account() };
    let expire = Some(Micros(NOW.0 + DAY));
    assert!(matches!(
        create(&ended, "", expire, ("x", "y"), &call("partners/p")),
        Err(Error::Refused { .. })
    ));
    assert!(matches!(
        create(&account(), "", expire, ("x", "y"), &call("partners/q")),
        Err(Error::Forbidden { .. })
    ));
}
