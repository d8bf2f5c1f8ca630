//! Who may give and end a role in a partner. Pure.

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, name, say};
use proto::identity as pb;

use super::row::{Model, Role};

/// The pattern of names.
pub(crate) const PATTERN: &str = "partners/{partner}/memberships/{membership}";
/// The pattern of parents.
pub(crate) const PARENT: &str = "partners/{partner}";
const USER: &str = "users/{user}";
/// The roles held in a partner.
const ROLES: [Role; 3] = [Role::PartnerAdmin, Role::Reporter, Role::Trainer];

/// Gives and ends roles in a partner: coordinators, and its administrators.
pub(crate) fn manages(caller: &Caller, partner: &str) -> bool {
    caller.is(Role::Coordinator) || caller.administers(partner)
}

/// Lists the members of a partner: coordinators, and its members.
pub(crate) fn sees_members(caller: &Caller, partner: &str) -> bool {
    caller.is(Role::Coordinator) || caller.belongs_to(partner)
}

/// Reads a membership: whoever lists its partner's, and the person whose it is.
pub(crate) fn sees(caller: &Caller, membership: &Model) -> bool {
    sees_members(caller, &membership.partner) || caller.subject == membership.user
}

/// A role for a person.
///
/// # Errors
/// `PERMISSION_DENIED`; `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn create(parent: &str, id: &str, draft: &pb::Membership, call: &Call) -> Result<Model> {
    name::check_reference("parent", PARENT, parent)?;
    call.caller.must(manages(&call.caller, parent), parent)?;
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "membership_id", id, 'm')?;
    match draft.user.as_str() {
        "" => wrong.require("membership.user", false),
        user => drop(wrong.check(name::check_reference("membership.user", USER, user))?),
    }
    let role = Role::try_from(draft.role).unwrap_or_default();
    if !ROLES.contains(&role) {
        wrong.add(
            "membership.role",
            say!("expected PARTNER_ADMIN, REPORTER or TRAINER", "PARTNER_ADMIN, REPORTER ou TRAINER attendu"),
        );
    }
    wrong.finish()?;
    let id = &id;
    Ok(Model {
        name: format!("{parent}/memberships/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        partner: parent.to_owned(),
        user: draft.user.clone(),
        role: Coded::from(role),
        grant_time: call.now,
        revoke_time: None,
        granted_by: call.caller.subject.clone(),
    })
}

/// Ends a membership: `others` is how many other administrators its partner has, `active` whether it takes part.
///
/// # Errors
/// `PERMISSION_DENIED`; `FAILED_PRECONDITION` when it ended before, or citing IDN-1 for the last administrator.
pub(crate) fn end(membership: &mut Model, call: &Call, others: u64, active: bool) -> Result<()> {
    let own = call.caller.subject == membership.user;
    call.caller.must(own || manages(&call.caller, &membership.partner), &membership.name)?;
    if membership.revoke_time.is_some() {
        return Err(Error::refused("STATE", say!("it has ended already", "elle a déjà pris fin")));
    }
    if active && others == 0 && membership.role == Role::PartnerAdmin {
        return Err(Error::refused(
            "IDN-1",
            say!(
                "the last administrator of an active partner stays until another is named",
                "le dernier administrateur d'une organisation active reste tant qu'un autre n'est pas nommé"
            ),
        ));
    }
    membership.revoke_time = Some(call.now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use testing::{NOW, call, person, suspended};

    use super::*;

    fn member(role: Role) -> Caller {
        person(&[], &[("partners/p", role)])
    }

    fn admin() -> Call {
        call(member(Role::PartnerAdmin))
    }

    fn ada(caller: Caller) -> Call {
        call(Caller { subject: "users/ada".to_owned(), ..caller })
    }

    fn draft(role: Role) -> pb::Membership {
        pb::Membership { user: "users/ada".to_owned(), role: role.into(), ..pb::Membership::default() }
    }

    fn held(role: Role) -> Model {
        create("partners/p", "m", &draft(role), &admin()).unwrap()
    }

    #[test]
    fn idn_1_the_last_administrator_of_an_active_partner_stays() {
        let refused = end(&mut held(Role::PartnerAdmin), &admin(), 0, true);
        assert!(matches!(refused, Err(Error::Refused { rule: "IDN-1", .. })));
        let own = ada(member(Role::PartnerAdmin));
        assert!(matches!(
            end(&mut held(Role::PartnerAdmin), &own, 0, true),
            Err(Error::Refused { rule: "IDN-1", .. })
        ));
    }

    #[test]
    fn idn_1_another_administrator_or_another_role_may_go() {
        for (role, others, active) in
            [(Role::PartnerAdmin, 1, true), (Role::PartnerAdmin, 0, false), (Role::Reporter, 0, true)]
        {
            let mut membership = held(role);
            end(&mut membership, &admin(), others, active).unwrap();
            assert_eq!(membership.revoke_time, Some(NOW));
            assert!(matches!(
                end(&mut membership, &admin(), others, active),
                Err(Error::Refused { rule: "STATE", .. })
            ));
        }
    }

    #[test]
    fn a_membership_is_given_by_coordinators_and_the_partners_administrators() {
        let may = |call: &Call| create("partners/p", "", &draft(Role::Reporter), call);
        assert!(may(&admin()).is_ok());
        assert!(may(&call(person(&[Role::Coordinator], &[]))).is_ok());
        assert!(matches!(may(&call(member(Role::Reporter))), Err(Error::Forbidden { .. })));
        assert!(matches!(
            create("partners/q", "", &draft(Role::Reporter), &admin()),
            Err(Error::Forbidden { .. })
        ));
    }

    #[test]
    fn sep_2_a_suspended_partners_administrator_gives_nothing() {
        let suspended = call(suspended(member(Role::PartnerAdmin)));
        assert!(matches!(
            create("partners/p", "", &draft(Role::Reporter), &suspended),
            Err(Error::Forbidden { .. })
        ));
        assert!(sees_members(&suspended.caller, "partners/p"), "but reads on");
    }

    #[test]
    fn only_partner_roles_are_held_in_a_partner() {
        for role in [Role::Unspecified, Role::Coordinator, Role::Reviewer, Role::Learner, Role::Integration] {
            assert!(
                matches!(create("partners/p", "", &draft(role), &admin()), Err(Error::Invalid { .. })),
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_stranger_neither_reads_nor_ends_a_membership() {
        let stranger = call(person(&[Role::Reviewer], &[]));
        assert!(!sees(&stranger.caller, &held(Role::Reporter)));
        assert!(matches!(end(&mut held(Role::Reporter), &stranger, 5, false), Err(Error::Forbidden { .. })));
        let own = ada(person(&[], &[]));
        assert!(
            sees(&own.caller, &held(Role::Reporter)) && end(&mut held(Role::Reporter), &own, 0, true).is_ok()
        );
    }
}
