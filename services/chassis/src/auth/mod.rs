//! Who is calling, and what they may do.

mod claims;
mod methods;
mod trust;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use claims::{AUDIENCE, Claims, Kind, LIFETIME, PartnerClaim, TOKEN_TYPE};
pub use methods::{Method, method};
pub use proto::auth::Role;
pub use trust::{Trust, verify};

use crate::error::{Error, Result};
use crate::wire::Conversation;

/// Who is calling. Made by the gate from a good token; without a token it is nobody, who may read what is public.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// `users/{user}`, `partners/{partner}/serviceAccounts/{service_account}`; empty for nobody.
    pub subject: String,
    /// A person, a machine, or nobody.
    pub kind: Kind,
    /// Roles in the whole network.
    pub network_roles: Vec<Role>,
    /// Roles in partners, by the partner's name.
    pub partners: BTreeMap<String, Membership>,
    /// What a machine may do.
    pub scopes: Vec<String>,
    /// The session: ended sessions' tokens are refused.
    pub session: String,
    /// When the token was issued, in seconds since 1970.
    pub issued: i64,
    /// When the token ends, in seconds since 1970.
    pub expires: i64,
    /// The token itself, to ask a peer on the caller's behalf.
    pub token: Token,
}

/// An access token, never shown.
#[derive(Clone, Default)]
pub struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

/// What a caller is in one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The roles held.
    pub roles: Vec<Role>,
    /// `PUBLIC`, `PRIVATE` or `CIVIL`; empty until the partner is approved.
    pub sector: String,
    /// The partner is suspended: its members only read (SEP-2).
    pub suspended: bool,
}

impl Caller {
    /// Who sent a request.
    pub fn of<T>(request: &tonic::Request<T>) -> Arc<Self> {
        request.extensions().get::<Arc<Self>>().cloned().unwrap_or_default()
    }

    /// A service acting of its own accord.
    pub(crate) fn service(name: &str) -> Self {
        Self { subject: format!("services/{name}"), kind: Kind::Service, ..Self::default() }
    }

    /// Nobody: a call without a token.
    pub fn is_nobody(&self) -> bool {
        self.kind == Kind::Nobody
    }

    /// Holds a role in the whole network.
    pub fn is(&self, role: Role) -> bool {
        self.network_roles.contains(&role)
    }

    /// Sees everything that is not personal: coordinators and reviewers.
    pub fn oversees(&self) -> bool {
        self.is(Role::Coordinator) || self.is(Role::Reviewer)
    }

    /// Belongs to a partner, whatever the role.
    pub fn belongs_to(&self, partner: &str) -> bool {
        self.partners.contains_key(partner)
    }

    /// Holds one of these roles in a partner that is not suspended (SEP-2).
    pub fn has_in(&self, partner: &str, roles: &[Role]) -> bool {
        self.partners.get(partner).is_some_and(|membership| {
            !membership.suspended && membership.roles.iter().any(|role| roles.contains(role))
        })
    }

    /// May write in a partner's name: its administrators, reporters and machines.
    pub fn acts_for(&self, partner: &str) -> bool {
        self.has_in(partner, &[Role::PartnerAdmin, Role::Reporter, Role::Integration])
    }

    /// Administers a partner.
    pub fn administers(&self, partner: &str) -> bool {
        self.has_in(partner, &[Role::PartnerAdmin])
    }

    /// Refuses unless `may`, in the words that say the same whether the resource exists or not (AIP-211).
    ///
    /// # Errors
    /// `PERMISSION_DENIED`.
    pub fn must(&self, may: bool, resource: &str) -> Result<()> {
        if may { Ok(()) } else { Err(self.refusal(resource)) }
    }

    /// What a missing resource looks like to this caller: only those who may know learn that it is missing.
    pub fn not_found(&self, resource: &str) -> Error {
        if self.oversees() || self.kind == Kind::Service {
            Error::not_found(resource)
        } else {
            self.refusal(resource)
        }
    }

    fn refusal(&self, resource: &str) -> Error {
        if self.is_nobody() {
            return Error::Unauthenticated;
        }
        let method = Conversation::current().method;
        let permission = methods::method(method).map_or("", |method| method.permission);
        Error::forbidden(permission, resource)
    }

    /// The gate's question: may this caller try the method at all?
    ///
    /// # Errors
    /// UNAUTHENTICATED for nobody, `PERMISSION_DENIED` for somebody else.
    pub fn may_try(&self, method: &Method) -> Result<()> {
        let allowed = match self.kind {
            _ if method.public => true,
            Kind::Nobody => return Err(Error::Unauthenticated),
            Kind::Service => false,
            Kind::Integration => {
                method.roles.contains(&Role::Integration) && self.in_scope(method.permission)
            }
            Kind::User => {
                method.signed_in || method.roles.iter().any(|role| self.holds(*role, method.mutates))
            }
        };
        if allowed { Ok(()) } else { Err(Error::forbidden(method.permission, method.resource)) }
    }

    fn holds(&self, role: Role, to_write: bool) -> bool {
        role == Role::Learner
            || self.is(role)
            || self
                .partners
                .values()
                .any(|membership| membership.roles.contains(&role) && !(to_write && membership.suspended))
    }

    /// A scope covers a permission literally, by its beginning (`projects.*`), or by its verb (`*.read`).
    fn in_scope(&self, permission: &str) -> bool {
        self.scopes.iter().any(|scope| match scope.split_once('*') {
            Some((start, end)) => {
                permission.len() >= start.len() + end.len()
                    && permission.starts_with(start)
                    && permission.ends_with(end)
            }
            None => scope == permission,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(partner: &str, role: Role, suspended: bool) -> Caller {
        let membership = Membership { roles: vec![role], sector: String::new(), suspended };
        let partners = [(partner.to_owned(), membership)].into();
        Caller { subject: "users/a".to_owned(), kind: Kind::User, partners, ..Caller::default() }
    }

    fn machine(scopes: &[&str]) -> Caller {
        Caller {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            kind: Kind::Integration,
            ..person("organisations/a", Role::Integration, false)
        }
    }

    fn open_to(roles: &[Role], permission: &'static str) -> Method {
        Method {
            path: "x.X/Do",
            permission,
            resource: "X",
            public: false,
            signed_in: false,
            roles: roles.to_vec(),
            mutates: true,
            longest: std::time::Duration::ZERO,
            opens_session: false,
        }
    }

    #[test]
    fn a_method_without_a_word_on_access_is_denied_to_everyone() {
        let method = open_to(&[], "");
        assert!(matches!(Caller::default().may_try(&method), Err(Error::Unauthenticated)));
        for caller in [person("organisations/a", Role::PartnerAdmin, false), machine(&["*"])] {
            assert!(matches!(caller.may_try(&method), Err(Error::Forbidden { .. })));
        }
    }

    #[test]
    fn sep_2_a_role_in_a_suspended_partner_opens_no_write() {
        let method = open_to(&[Role::PartnerAdmin], "a.b.write");
        assert!(person("organisations/a", Role::PartnerAdmin, false).may_try(&method).is_ok());
        assert!(person("organisations/a", Role::PartnerAdmin, true).may_try(&method).is_err());
        let reading = Method { mutates: false, ..open_to(&[Role::PartnerAdmin], "a.b.read") };
        assert!(person("organisations/a", Role::PartnerAdmin, true).may_try(&reading).is_ok());
        assert!(!person("organisations/a", Role::PartnerAdmin, true).acts_for("organisations/a"));
    }

    #[test]
    fn sep_3_a_coordinator_acts_for_no_partner() {
        let coordinator = Caller {
            network_roles: vec![Role::Coordinator, Role::Reviewer],
            ..person("organisations/a", Role::Trainer, false)
        };
        for partner in ["organisations/a", "organisations/b"] {
            assert!(!coordinator.acts_for(partner) && !coordinator.administers(partner), "{partner}");
        }
    }

    #[test]
    fn a_machine_needs_the_role_and_a_scope() {
        let method = open_to(&[Role::Integration], "projects.report.submit");
        for scopes in [&["projects.report.submit"][..], &["projects.*"], &["*.submit"], &["x", "*"]] {
            assert!(machine(scopes).may_try(&method).is_ok(), "{scopes:?}");
        }
        for scopes in [&[][..], &["projects.report.read"], &["partners.*"], &["*.read"], &["projects.report"]]
        {
            assert!(machine(scopes).may_try(&method).is_err(), "{scopes:?}");
        }
        assert!(machine(&["*"]).may_try(&open_to(&[Role::Coordinator], "a.b.approve")).is_err());
    }

    #[test]
    fn who_may_not_know_learns_nothing_from_a_missing_resource() {
        let coordinator = Caller {
            network_roles: vec![Role::Coordinator],
            ..person("organisations/a", Role::Reporter, false)
        };
        assert!(matches!(coordinator.not_found("x/1"), Error::NotFound { .. }));
        let other = person("organisations/a", Role::Reporter, false);
        assert!(matches!(other.not_found("x/1"), Error::Forbidden { .. }));
        assert!(matches!(Caller::default().not_found("x/1"), Error::Unauthenticated));
    }

    #[test]
    fn a_caller_is_never_printed_with_its_token() {
        let caller = Caller { token: Token("canary".to_owned()), ..Caller::default() };
        assert!(!format!("{caller:?}").contains("canary"));
    }
}
