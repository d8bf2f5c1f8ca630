//! The people and machines of a network under test, and the partners that they belong to.

use proto::auth::Role;

use super::{Network, in_days};
use crate::caller::{Caller, Who, done};

impl Network {
    /// Nobody: a caller without an account.
    pub(crate) fn anonymous(&'static self) -> Caller {
        Caller::new(self, "", Who::nobody())
    }

    /// The coordinator, who accepted the invitation of the first start.
    pub(crate) async fn coordinator(&'static self) -> Caller {
        self.once("coordinator", async {
            let code = self.invitation.clone();
            self.activated("coordinator@localhost".to_owned(), code).await
        })
        .await
    }

    /// A person of that name, made and signed in when first asked for; also anything else that has a name.
    pub(crate) async fn once(&'static self, name: &str, make: impl Future<Output = Caller>) -> Caller {
        let cell = self.people.lock().unwrap().entry(name.to_owned()).or_default().clone();
        let mut known = cell.lock().await;
        let caller = match known.take() {
            None => make.await,
            Some(caller) if caller.is_worn() => caller.again().await,
            Some(caller) => caller,
        };
        known.insert(caller).clone()
    }

    /// Accepts an invitation and signs in.
    async fn activated(&'static self, email: String, invitation_code: String) -> Caller {
        let password = format!("correct horse {}", crate::sample::word());
        let request = proto::identity::ActivateUserRequest {
            invitation_code,
            password: password.clone(),
            ..Default::default()
        };
        let user = done(self.anonymous().users().activate_user(request).await);
        let nobody = Caller::new(self, user.name, Who::nobody());
        Caller { account: Some((email, password)), ..nobody }.again().await
    }

    /// Signs in with a password.
    pub(crate) async fn sign_in(&'static self, email: &str, password: &str) -> proto::identity::TokenPair {
        let grant = proto::identity::PasswordGrant { email: email.to_owned(), password: password.to_owned() };
        let grant = Some(proto::identity::issue_token_request::Grant::Password(grant));
        done(self.anonymous().tokens().issue_token(proto::identity::IssueTokenRequest { grant }).await)
    }

    /// An invited person: the address, the name and the code.
    pub(crate) async fn invited(&'static self, network_roles: &[Role]) -> (String, String, String) {
        let email = format!("{}@example.org", crate::sample::word());
        let user = proto::identity::User {
            email: email.clone(),
            language_code: "en".to_owned(),
            network_roles: network_roles.iter().map(|role| (*role).into()).collect(),
            ..Default::default()
        };
        let request = proto::identity::CreateUserRequest { user: Some(user), ..Default::default() };
        let user = done(self.coordinator().await.users().create_user(request).await);
        (email, user.name, user.invitation_code)
    }

    /// A new person with these roles in the network, signed in.
    pub(crate) async fn person(&'static self, network_roles: &[Role]) -> Caller {
        let (email, _, code) = self.invited(network_roles).await;
        self.activated(email, code).await
    }

    /// A new person with a role in a partner, signed in.
    pub(crate) async fn member(&'static self, partner: &str, role: Role) -> Caller {
        let (email, name, code) = self.invited(&[]).await;
        let membership = proto::identity::Membership { user: name, role: role.into(), ..Default::default() };
        let request = proto::identity::CreateMembershipRequest {
            parent: partner.to_owned(),
            membership: Some(membership),
            ..Default::default()
        };
        let coordinator = self.coordinator().await;
        done(coordinator.memberships().create_membership(request).await);
        let member = self.activated(email, code).await;
        let asked = proto::partners::GetPartnerRequest { name: partner.to_owned() };
        match done(coordinator.partners().get_partner(asked).await).state() {
            proto::partners::partner::State::Pending => member,
            _ => member.within(partner).await,
        }
    }

    /// The reviewer of this network.
    pub(crate) async fn reviewer(&'static self) -> Caller {
        self.once("reviewer", self.person(&[Role::Reviewer])).await
    }

    /// Someone with an account and no role.
    pub(crate) async fn outsider(&'static self) -> Caller {
        self.once("outsider", self.person(&[])).await
    }

    /// The administrator of a partner, the same at each call.
    pub(crate) async fn partner_admin(&'static self, partner: &str) -> Caller {
        self.once(&format!("admin of {partner}"), self.member(partner, Role::PartnerAdmin)).await
    }

    /// Someone with another role in a partner, the same at each call.
    pub(crate) async fn colleague(&'static self, partner: &str, role: Role) -> Caller {
        self.once(&format!("{role:?} of {partner}"), self.member(partner, role)).await
    }

    /// A machine account of a partner with a key of its own.
    pub(crate) async fn integration(&'static self, partner: &str, scopes: &[&str]) -> Caller {
        let admin = self.partner_admin(partner).await;
        let account = proto::identity::ServiceAccount {
            display_name: "A machine".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Default::default()
        };
        let request = proto::identity::CreateServiceAccountRequest {
            parent: partner.to_owned(),
            service_account: Some(account),
            ..Default::default()
        };
        let account = done(admin.accounts().create_service_account(request).await);
        let key = proto::identity::ApiKey { expire_time: Some(in_days(30)), ..Default::default() };
        let request = proto::identity::CreateApiKeyRequest {
            parent: account.name.clone(),
            api_key: Some(key),
            ..Default::default()
        };
        let key = done(admin.accounts().create_api_key(request).await);
        Caller::new(self, account.name, Who::key(&key.secret))
    }

    /// A new partner that takes part.
    pub(crate) async fn active_partner(&'static self) -> proto::partners::Partner {
        let coordinator = self.coordinator().await;
        let made = done(
            coordinator.partners().create_partner(crate::sample::create(crate::sample::partner())).await,
        );
        let request = proto::partners::ApprovePartnerRequest { name: made.name, ..Default::default() };
        done(coordinator.partners().approve_partner(request).await)
    }

    /// A partner that all stories of this network share: nobody changes its state.
    pub(crate) async fn home_partner(&'static self) -> String {
        self.once("home partner", async {
            Caller::new(self, self.active_partner().await.name, Who::nobody())
        })
        .await
        .name
    }
}
