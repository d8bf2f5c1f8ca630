//! What may become of a machine account. Pure.

use chassis::auth::{Caller, Role};
use chassis::column::Strings;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, name, say, text};
use proto::identity as pb;

use super::row::Model;

/// The pattern of names.
pub(crate) const PATTERN: &str = "partners/{partner}/serviceAccounts/{service_account}";
/// The pattern of parents.
pub(crate) const PARENT: &str = "partners/{partner}";
const MOST_SCOPES: usize = 50;

/// Reads a partner's machine accounts: coordinators, and its administrators, also while it is suspended.
pub(crate) fn sees(caller: &Caller, partner: &str) -> bool {
    let administers = |one: &chassis::auth::Membership| one.roles.contains(&Role::PartnerAdmin);
    caller.is(Role::Coordinator) || caller.partners.get(partner).is_some_and(administers)
}

/// Makes and changes them: the partner's administrators.
pub(crate) fn manages(caller: &Caller, account: &Model) -> bool {
    caller.administers(&account.partner)
}

/// Ends them and their keys: the partner's administrators, and coordinators.
pub(crate) fn ends(caller: &Caller, partner: &str) -> bool {
    caller.is(Role::Coordinator) || caller.administers(partner)
}

/// A new machine account.
///
/// # Errors
/// `PERMISSION_DENIED`; `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn create(parent: &str, id: &str, draft: &pb::ServiceAccount, call: &Call) -> Result<Model> {
    name::check_reference("parent", PARENT, parent)?;
    call.caller.must(call.caller.administers(parent), parent)?;
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "service_account_id", id, 'a')?;
    let mut account = Model {
        name: format!("{parent}/serviceAccounts/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        partner: parent.to_owned(),
        display_name: String::new(),
        scopes: Strings::default(),
        disabled: false,
        delete_time: None,
    };
    wrong.check(fill(&mut account, draft))?;
    wrong.finish()?;
    Ok(account)
}

/// Takes the new values of a draft.
///
/// # Errors
/// `FAILED_PRECONDITION` when it was ended; `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn update(account: &mut Model, draft: &pb::ServiceAccount, _: &Call) -> Result<()> {
    live(account)?;
    fill(account, draft)
}

/// Ends it.
///
/// # Errors
/// `FAILED_PRECONDITION` when it was ended before.
pub(crate) fn end(account: &mut Model, call: &Call) -> Result<()> {
    call.caller.must(ends(&call.caller, &account.partner), &account.name)?;
    live(account)?;
    account.delete_time = Some(call.now);
    Ok(())
}

/// Refuses when it was ended.
///
/// # Errors
/// `FAILED_PRECONDITION`.
pub(crate) fn live(account: &Model) -> Result<()> {
    match account.delete_time {
        None => Ok(()),
        Some(_) => Err(Error::refused(
            "STATE",
            say!("the machine account was ended", "le compte machine a pris fin"),
        )),
    }
}

/// Its keys open something now.
pub(crate) fn is_open(account: &Model) -> bool {
    account.delete_time.is_none() && !account.disabled
}

fn fill(account: &mut Model, draft: &pb::ServiceAccount) -> Result<()> {
    let mut wrong = Violations::default();
    let display_name = wrong.check(text::plain("service_account.display_name", &draft.display_name, 200))?;
    account.display_name = display_name.unwrap_or_default();
    wrong.require("service_account.display_name", !draft.display_name.trim().is_empty());
    wrong.require("service_account.scopes", !draft.scopes.is_empty());
    if draft.scopes.len() > MOST_SCOPES {
        wrong.add("service_account.scopes", say!("at most {MOST_SCOPES}", "{MOST_SCOPES} au plus"));
    }
    for (index, scope) in draft.scopes.iter().enumerate().filter(|(_, scope)| !is_scope(scope)) {
        let shown: String = scope.chars().filter(|c| !c.is_control()).take(80).collect();
        wrong.add(
            format!("service_account.scopes[{index}]"),
            say!(
                "\"{shown}\": expected a permission like partners.partner.update, its beginning (projects.*) or its verb (*.read)",
                "« {shown} » : permission attendue, comme partners.partner.update, son début (projects.*) ou son verbe (*.read)"
            ),
        );
    }
    let mut scopes = draft.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    account.scopes = Strings(scopes);
    account.disabled = draft.disabled;
    wrong.finish()
}

/// `service.noun.verb`, `service.*`, `service.noun.*`, `*.verb`: never everything.
fn is_scope(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split('.').collect();
    let word = |part: &&str| {
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    match parts[..] {
        ["*", verb] => word(&verb),
        [service, "*"] => word(&service),
        [service, noun, verb] => word(&service) && word(&noun) && (verb == "*" || word(&verb)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use testing::{call, person, suspended};

    use super::*;

    fn admin() -> Caller {
        person(&[], &[("partners/p", Role::PartnerAdmin)])
    }

    fn draft(scopes: &[&str]) -> pb::ServiceAccount {
        pb::ServiceAccount {
            display_name: "sync".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..pb::ServiceAccount::default()
        }
    }

    #[test]
    fn scopes_are_permissions_or_parts_of_them() {
        for good in [
            "partners.partner.update",
            "projects.*",
            "projects.project.*",
            "*.read",
            "identity.service_account.key",
        ] {
            assert!(is_scope(good), "{good}");
        }
        for wrong in [
            "",
            "*",
            "*.*",
            "*.*.read",
            "partners",
            "Partners.*",
            "partners.*.read",
            "a.b.c.d",
            "p..read",
            ".read",
            "partners.partner.up date",
        ] {
            assert!(!is_scope(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_a_partners_administrator_makes_its_machines() {
        assert!(create("partners/p", "", &draft(&["*.read"]), &call(admin())).is_ok());
        assert!(matches!(
            create("partners/q", "", &draft(&["*.read"]), &call(admin())),
            Err(Error::Forbidden { .. })
        ));
        assert!(create("partners/p", "", &draft(&[]), &call(admin())).is_err());
    }

    #[test]
    fn sep_2_a_suspended_partner_makes_no_machines_but_sees_them() {
        let call = call(suspended(admin()));
        assert!(matches!(create("partners/p", "", &draft(&["*.read"]), &call), Err(Error::Forbidden { .. })));
        assert!(sees(&call.caller, "partners/p"));
    }

    #[test]
    fn what_was_ended_does_not_change() {
        let mut account = create("partners/p", "", &draft(&["*.read"]), &call(admin())).unwrap();
        assert!(is_open(&account));
        end(&mut account, &call(admin())).unwrap();
        assert!(!is_open(&account));
        assert!(matches!(
            update(&mut account, &draft(&["projects.*"]), &call(admin())),
            Err(Error::Refused { .. })
        ));
        assert!(matches!(end(&mut account, &call(admin())), Err(Error::Refused { .. })));
    }
}
