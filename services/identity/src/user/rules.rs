//! What may become of a user. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::{Micros, Strings, short_name};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say, text};
use proto::identity as pb;

use super::row::{Model, State};
use crate::secret;

/// The pattern of names.
pub(crate) const PATTERN: &str = "users/{user}";
/// Oneself.
pub(crate) const ME: &str = "users/me";
/// Whoever was erased (IDN-6).
pub(crate) const ERASED: &str = "users/erased";
/// An invitation stands for so long, in microseconds.
const INVITATION: i64 = 14 * 24 * 3600 * 1_000_000;

/// The verbs of a user (domain §2).
pub(crate) const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ActivateUser", &[State::Invited], State::Active, oneself),
    Transition::new("ReissueInvitation", &[State::Invited], State::Invited, coordinator),
    Transition::new("SuspendUser", &[State::Active], State::Suspended, another_coordinator),
    Transition::new("ReinstateUser", &[State::Suspended], State::Active, another_coordinator),
    Transition::new("EraseUser", &[State::Invited, State::Active, State::Suspended], State::Erased, sees),
]);

fn oneself(caller: &Caller, user: &Model) -> bool {
    caller.subject == user.name
}

fn another_coordinator(caller: &Caller, user: &Model) -> bool {
    coordinator(caller, user) && !oneself(caller, user)
}

/// Who may read a user, all of it: the person, and coordinators.
pub(crate) fn sees(caller: &Caller, user: &Model) -> bool {
    knows(caller, &user.name)
}

/// As [`sees`], by the user's name.
pub(crate) fn knows(caller: &Caller, name: &str) -> bool {
    caller.subject == name || caller.is(Role::Coordinator)
}

/// The user that a request names; `users/me` is the caller.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is no name of a user; `PERMISSION_DENIED` when the caller may not know.
pub(crate) fn resolve(name: &str, caller: &Caller) -> Result<String> {
    if name == ME {
        return Ok(caller.subject.clone());
    }
    caller.must(caller.is(Role::Coordinator) || caller.subject == name, name)?;
    name::check_reference("name", PATTERN, name)?;
    Ok(name.to_owned())
}

/// May sign in now.
pub(crate) fn may_sign_in(user: &Model) -> bool {
    user.state == State::Active
}

/// The address as it is looked for: the same whatever its case (LES-21).
pub(crate) fn fold(email: &str) -> String {
    email.trim().chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect()
}

/// An address to sign in with, as written and as looked for.
///
/// # Errors
/// `INVALID_ARGUMENT` on `email`, which never repeats the address.
pub(crate) fn email(email: &str) -> Result<(String, String)> {
    let written = text::plain("email", email, 254)?;
    let good = written.split_once('@').is_some_and(|(local, domain)| {
        let clean = |part: &str| {
            !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
        };
        local.len() <= 64
            && clean(local)
            && clean(domain)
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if !good {
        return Err(Error::invalid(
            "email",
            say!("expected an address like ada@example.org", "adresse attendue, comme ada@example.org"),
        ));
    }
    let folded = fold(&written);
    Ok((written, folded))
}

/// A user without anything yet.
pub(crate) fn blank(id: &str, now: Micros) -> Model {
    let (made, uid) = name::new_id('u');
    let id = if id.is_empty() { &made } else { id };
    Model {
        name: format!("users/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Invited.into(),
        email: String::new(),
        email_key: None,
        given_name: String::new(),
        family_name: String::new(),
        language_code: "en".to_owned(),
        network_roles: Strings::default(),
        last_sign_in_time: None,
        password: String::new(),
        invitation: None,
        invitation_expire_time: None,
    }
}

/// A person to invite. Only coordinators give network roles.
///
/// # Errors
/// `PERMISSION_DENIED`; `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn create(id: &str, draft: &pb::User, call: &Call) -> Result<Model> {
    call.caller.must(draft.network_roles.is_empty() || call.caller.is(Role::Coordinator), PATTERN)?;
    let mut wrong = Violations::default();
    if !id.is_empty() {
        wrong.check(name::check_id("user_id", id))?;
        if [ME, ERASED].contains(&format!("users/{id}").as_str()) {
            wrong.add(
                "user_id",
                say!(
                    "{id} has a meaning of its own: choose another id",
                    "{id} a un sens particulier : choisissez un autre identifiant"
                ),
            );
        }
    }
    let mut user = blank(id, call.now);
    wrong.check(fill(&mut user, draft).map_err(|error| error.under("user")))?;
    wrong.finish()?;
    Ok(user)
}

/// Opens an invitation, in place of the one before.
pub(crate) fn invite(user: &mut Model, code: &str, now: Micros) {
    user.invitation = Some(secret::code_hash(code));
    user.invitation_expire_time = Some(Micros(now.0 + INVITATION));
}

/// Changes oneself; or, as coordinator, a person's network roles.
///
/// # Errors
/// `PERMISSION_DENIED` for fields that are not the caller's to change; `FAILED_PRECONDITION` when a coordinator would give up
/// their own role, which someone else must do; `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn update(user: &mut Model, draft: &pb::User, call: &Call) -> Result<()> {
    let before = user.clone();
    if user.state == State::Erased {
        return Err(Error::refused("STATE", say!("the account was erased", "le compte a été effacé")));
    }
    fill(user, draft).map_err(|error| error.under("user"))?;
    let personal = |user: &Model| {
        (user.email.clone(), user.given_name.clone(), user.family_name.clone(), user.language_code.clone())
    };
    let own = oneself(&call.caller, &before);
    call.caller.must(own || personal(&before) == personal(user), &before.name)?;
    let same_roles = before.network_roles == user.network_roles;
    call.caller.must(same_roles || call.caller.is(Role::Coordinator), &before.name)?;
    let gives_up = before.roles().contains(&Role::Coordinator) && !user.roles().contains(&Role::Coordinator);
    if own && gives_up {
        return Err(Error::refused(
            "SEP-1",
            say!(
                "another coordinator must take the role from you, so that the network keeps one",
                "un autre coordinateur doit vous retirer ce rôle, pour que le réseau en garde un"
            ),
        ));
    }
    Ok(())
}

fn fill(user: &mut Model, draft: &pb::User) -> Result<()> {
    let mut wrong = Violations::default();
    // A person of an external issuer has no address, and need not get one.
    let needed = !draft.email.is_empty() || user.email_key.is_some() || user.state == State::Invited;
    if needed && let Some((written, folded)) = wrong.check(email(&draft.email))? {
        (user.email, user.email_key) = (written, Some(folded));
    }
    user.given_name = wrong.check(text::plain("given_name", &draft.given_name, 200))?.unwrap_or_default();
    user.family_name = wrong.check(text::plain("family_name", &draft.family_name, 200))?.unwrap_or_default();
    user.language_code =
        wrong.check(text::language("language_code", &draft.language_code))?.unwrap_or_default();
    let mut roles = Vec::new();
    for role in &draft.network_roles {
        match Role::try_from(*role) {
            Ok(role @ (Role::Coordinator | Role::Reviewer)) => {
                roles.push(short_name(role.as_str_name(), "ROLE_").to_owned());
            }
            _ => wrong.add(
                "network_roles",
                say!(
                    "expected COORDINATOR or REVIEWER: other roles are held in a partner",
                    "COORDINATOR ou REVIEWER attendu : les autres rôles se tiennent dans une organisation"
                ),
            ),
        }
    }
    roles.sort_unstable();
    roles.dedup();
    user.network_roles = Strings(roles);
    wrong.finish()
}

/// Accepts an invitation.
///
/// # Errors
/// `FAILED_PRECONDITION` unless the user is invited.
pub(crate) fn activate(user: &mut Model, password: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("ActivateUser", user, call)?;
    user.password = password.to_owned();
    (user.invitation, user.invitation_expire_time) = (None, None);
    Ok(())
}

/// The one answer to an invitation code that does not open an account, whatever the reason.
pub(crate) fn no_invitation() -> Error {
    Error::Rejected {
        reason: "INVITATION_INVALID",
        why: say!(
            "the invitation code is wrong, was used, or is too old: ask for a new one",
            "le code d'invitation est faux, a déjà servi ou est trop ancien : demandez-en un nouveau"
        ),
    }
}

/// The invitation still stands.
pub(crate) fn invitation_holds(user: &Model, now: Micros) -> bool {
    user.state == State::Invited && user.invitation_expire_time.is_some_and(|end| now < end)
}

/// Erases a person: nothing personal is left. Erasing twice changes nothing (GDP-4).
///
/// # Errors
/// `PERMISSION_DENIED` unless it is oneself, or the caller is a coordinator.
pub(crate) fn erase(user: &mut Model, call: &Call) -> Result<()> {
    call.caller.must(sees(&call.caller, user), &user.name)?;
    if user.state == State::Erased {
        return Ok(());
    }
    LIFECYCLE.take("EraseUser", user, call)?;
    let kept = Model { language_code: String::new(), state: user.state, ..blank("", call.now) };
    *user = Model {
        name: user.name.clone(),
        uid: user.uid.clone(),
        revision: user.revision,
        create_time: user.create_time,
        update_time: user.update_time,
        ..kept
    };
    Ok(())
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
