//! Identity alone, over the wire: from the first invitation to the end of a session.

#![expect(clippy::unwrap_used, reason = "a story that breaks off has failed")]

use chassis::Config;
use chassis::serve::Running;
use clap::Parser as _;
use proto::auth::Role;
use proto::identity::issue_token_request::Grant;
use proto::identity::membership_service_client::MembershipServiceClient;
use proto::identity::service_account_service_client::ServiceAccountServiceClient;
use proto::identity::token_service_client::TokenServiceClient;
use proto::identity::user_service_client::UserServiceClient;
use proto::identity::{
    ActivateUserRequest, ApiKey, ChangePasswordRequest, CreateApiKeyRequest, CreateMembershipRequest,
    CreateServiceAccountRequest, CreateUserRequest, DeleteMembershipRequest, EraseUserRequest,
    ExportUserDataRequest, GetCurrentPrincipalRequest, GetUserRequest, IntrospectTokenRequest,
    IssueTokenRequest, ListMembershipsRequest, ListRevocationsRequest, Membership, PasswordGrant, Principal,
    RefreshTokenRequest, RevokeApiKeyRequest, RotateApiKeyRequest, RotateSigningKeyRequest, ServiceAccount,
    SuspendUserRequest, TokenPair, UpdateUserRequest, User,
};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

const PASSWORD: &str = "five geese over a harbour";

struct House {
    running: Running,
    channel: Channel,
    home: tempfile::TempDir,
}

impl House {
    async fn open(more: &[&str]) -> Self {
        Self::with(more, &[identity::SERVICE]).await
    }

    async fn with(more: &[&str], services: &'static [chassis::Service]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (database, keys) =
            (format!("sqlite://{}/identity.db", home.path().display()), home.path().join("keys"));
        let keys = keys.to_str().unwrap().to_owned();
        let mut flags =
            vec!["identity", "--listen", "127.0.0.1:0", "--database-url", &database, "--keys", &keys];
        flags.extend(more);
        let running = chassis::start(Config::parse_from(flags), services).await.unwrap();
        let channel = Channel::from_shared(running.address.clone()).unwrap().connect().await.unwrap();
        Self { running, channel, home }
    }

    fn users(&self) -> UserServiceClient<Channel> {
        UserServiceClient::new(self.channel.clone())
    }

    fn tokens(&self) -> TokenServiceClient<Channel> {
        TokenServiceClient::new(self.channel.clone())
    }

    fn memberships(&self) -> MembershipServiceClient<Channel> {
        MembershipServiceClient::new(self.channel.clone())
    }

    fn machines(&self) -> ServiceAccountServiceClient<Channel> {
        ServiceAccountServiceClient::new(self.channel.clone())
    }

    async fn activate(&self, code: &str) -> User {
        let request = ActivateUserRequest {
            invitation_code: code.to_owned(),
            password: PASSWORD.to_owned(),
            ..Default::default()
        };
        self.users().activate_user(request).await.unwrap().into_inner()
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<TokenPair, Status> {
        let grant = Grant::Password(PasswordGrant { email: email.to_owned(), password: password.to_owned() });
        Ok(self.tokens().issue_token(IssueTokenRequest { grant: Some(grant) }).await?.into_inner())
    }

    async fn with_key(&self, key: &str) -> Result<TokenPair, Status> {
        let grant = Some(Grant::ApiKey(key.to_owned()));
        Ok(self.tokens().issue_token(IssueTokenRequest { grant }).await?.into_inner())
    }

    /// The first coordinator, signed in.
    async fn coordinator(&self) -> String {
        let line = self.running.news.first().cloned().unwrap_or_default();
        let code = line.strip_prefix("invitation for the first coordinator: ").unwrap_or_default();
        let user = self.activate(code).await;
        self.sign_in(&user.email, PASSWORD).await.unwrap().access_token
    }

    /// A person, invited, activated and signed in.
    async fn person(&self, boss: &str, email: &str) -> (User, TokenPair) {
        let user = User { email: email.to_owned(), language_code: "fr".to_owned(), ..User::default() };
        let request = CreateUserRequest { user: Some(user), ..Default::default() };
        let invited = self.users().create_user(by(boss, request)).await.unwrap().into_inner();
        let user = self.activate(&invited.invitation_code).await;
        let pair = self.sign_in(email, PASSWORD).await.unwrap();
        (user, pair)
    }

    async fn principal(&self, token: &str) -> Result<Principal, Status> {
        Ok(self.tokens().get_current_principal(by(token, GetCurrentPrincipalRequest {})).await?.into_inner())
    }

    async fn give(&self, boss: &str, user: &str, role: Role) -> Result<Membership, Status> {
        let membership = Membership { user: user.to_owned(), role: role.into(), ..Membership::default() };
        let request = CreateMembershipRequest {
            parent: "partners/p".to_owned(),
            membership: Some(membership),
            ..Default::default()
        };
        Ok(self.memberships().create_membership(by(boss, request)).await?.into_inner())
    }

    async fn renew(&self, refresh_token: &str) -> Result<TokenPair, Status> {
        let request = RefreshTokenRequest { refresh_token: refresh_token.to_owned() };
        Ok(self.tokens().refresh_token(request).await?.into_inner())
    }

    /// Waits until a token is refused everywhere: the gate asks every two seconds.
    async fn until_void(&self, token: &str) {
        let begun = std::time::Instant::now();
        while self.principal(token).await.is_ok() {
            assert!(begun.elapsed().as_secs() < 10, "a void token is still believed");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}

fn by<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

fn code<T: std::fmt::Debug>(answer: Result<T, Status>) -> Code {
    answer.map_or_else(|status| status.code(), |_| Code::Ok)
}

#[tokio::test]
async fn the_first_coordinator_comes_in_and_invites() {
    let house = House::open(&[]).await;
    let waiting = house.home.path().join("keys/first-invitation");
    assert!(waiting.is_file());
    let boss = house.coordinator().await;
    assert!(!waiting.exists(), "used");
    let principal = house.principal(&boss).await.unwrap();
    assert_eq!(principal.network_roles, [i32::from(Role::Coordinator)]);

    let (ada, pair) = house.person(&boss, "Ada@Example.org").await;
    assert!(house.sign_in("ada@example.ORG", PASSWORD).await.is_ok());
    let get = |name: &str| GetUserRequest { name: name.to_owned() };
    let me = house.users().get_user(by(&pair.access_token, get("users/me"))).await.unwrap().into_inner();
    assert_eq!((&me.name, me.email.as_str()), (&ada.name, "Ada@Example.org"));
    assert!(me.allowed_actions.iter().any(|action| action.method == "EraseUser" && action.allowed));
    let other = house.users().get_user(by(&pair.access_token, get(&principal.subject))).await;
    assert_eq!(code(other), Code::PermissionDenied);

    let twice =
        User { email: "ADA@example.org".to_owned(), language_code: "en".to_owned(), ..User::default() };
    let request = CreateUserRequest { user: Some(twice), ..Default::default() };
    assert_eq!(code(house.users().create_user(by(&boss, request)).await), Code::AlreadyExists);
}

#[tokio::test]
async fn idn_2_an_invitation_code_is_in_one_answer_only() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let user =
        User { email: "ada@example.org".to_owned(), language_code: "en".to_owned(), ..User::default() };
    let request_id = uuid::Uuid::new_v4().to_string();
    let request = CreateUserRequest { user: Some(user), request_id, ..Default::default() };
    let first = house.users().create_user(by(&boss, request.clone())).await.unwrap().into_inner();
    let again = house.users().create_user(by(&boss, request)).await.unwrap().into_inner();
    assert_eq!(first.name, again.name);
    assert!(!first.invitation_code.is_empty() && again.invitation_code.is_empty());
}

#[tokio::test]
async fn idn_7_a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let house = House::open(&[]).await;
    house.coordinator().await;
    let known = house.sign_in("coordinator@localhost", "wrong").await.unwrap_err();
    let unknown = house.sign_in("nobody@localhost", "wrong").await.unwrap_err();
    assert_eq!((known.code(), known.message()), (unknown.code(), unknown.message()));
    assert_eq!(known.code(), Code::Unauthenticated);
    let known = house.sign_in("coordinator@localhost", PASSWORD).await.unwrap_err();
    let unknown = house.sign_in("nobody@localhost", PASSWORD).await.unwrap_err();
    assert_eq!((known.code(), known.message()), (unknown.code(), unknown.message()), "locked alike");
    assert_eq!(known.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn idn_3_a_refresh_token_is_used_once() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (_, pair) = house.person(&boss, "ada@example.org").await;
    let second = house.renew(&pair.refresh_token).await.unwrap();
    let third = house.renew(&second.refresh_token).await.unwrap();
    assert_eq!(code(house.renew(&pair.refresh_token).await), Code::Unauthenticated);
    assert_eq!(code(house.renew(&third.refresh_token).await), Code::Unauthenticated, "the family has ended");
    house.until_void(&third.access_token).await;
}

#[tokio::test]
async fn idn_4_suspending_ends_every_session() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (ada, pair) = house.person(&boss, "ada@example.org").await;
    let request =
        SuspendUserRequest { name: ada.name, reason: "left the network".to_owned(), ..Default::default() };
    house.users().suspend_user(by(&boss, request)).await.unwrap();
    house.until_void(&pair.access_token).await;
    assert_eq!(code(house.renew(&pair.refresh_token).await), Code::Unauthenticated);
    assert_eq!(code(house.sign_in("ada@example.org", PASSWORD).await), Code::Unauthenticated);
}

#[tokio::test]
async fn roles_hold_at_once_and_the_session_goes_on() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (ada, pair) = house.person(&boss, "ada@example.org").await;
    let membership = house.give(&boss, &ada.name, Role::Reporter).await.unwrap();
    assert_eq!(code(house.give(&boss, &ada.name, Role::Reporter).await), Code::AlreadyExists);
    house.until_void(&pair.access_token).await;
    let pair = house.renew(&pair.refresh_token).await.unwrap();
    let principal = house.principal(&pair.access_token).await.unwrap();
    assert_eq!(principal.partner_roles[0].roles, [i32::from(Role::Reporter)]);

    let list = ListMembershipsRequest { parent: "partners/-".to_owned(), ..Default::default() };
    let own = house.memberships().list_memberships(by(&pair.access_token, list)).await.unwrap().into_inner();
    assert_eq!(own.memberships.len(), 1);
    let request = DeleteMembershipRequest { name: membership.name, ..Default::default() };
    let ended =
        house.memberships().delete_membership(by(&pair.access_token, request)).await.unwrap().into_inner();
    assert!(ended.revoke_time.is_some());
    house.until_void(&pair.access_token).await;
}

#[tokio::test]
async fn machines_get_keys_that_are_exchanged_for_tokens() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (ada, pair) = house.person(&boss, "ada@example.org").await;
    house.give(&boss, &ada.name, Role::PartnerAdmin).await.unwrap();
    let admin = house.renew(&pair.refresh_token).await.unwrap().access_token;
    let service_account = Some(ServiceAccount {
        display_name: "sync".to_owned(),
        scopes: vec!["*.read".to_owned()],
        ..Default::default()
    });
    let request = CreateServiceAccountRequest {
        parent: "partners/p".to_owned(),
        service_account,
        ..Default::default()
    };
    let account = house.machines().create_service_account(by(&admin, request)).await.unwrap().into_inner();
    let expire_time = std::time::SystemTime::now() + std::time::Duration::from_secs(86_400);
    let api_key = Some(ApiKey { expire_time: Some(expire_time.into()), ..Default::default() });
    let request = CreateApiKeyRequest { parent: account.name.clone(), api_key, ..Default::default() };
    let key = house.machines().create_api_key(by(&admin, request)).await.unwrap().into_inner();
    assert!(key.secret.starts_with(&key.prefix));

    let token = house.with_key(&key.secret).await.unwrap();
    assert!(token.refresh_token.is_empty());
    let principal = house.principal(&token.access_token).await.unwrap();
    assert_eq!((principal.subject.as_str(), principal.kind.as_str()), (account.name.as_str(), "INTEGRATION"));
    assert_eq!(code(house.with_key(&format!("{}x", &key.secret[..50])).await), Code::Unauthenticated);

    let request = RotateApiKeyRequest { name: key.name.clone(), overlap_seconds: 3600, ..Default::default() };
    let next = house.machines().rotate_api_key(by(&admin, request)).await.unwrap().into_inner();
    assert!(house.with_key(&key.secret).await.is_ok() && house.with_key(&next.secret).await.is_ok());
    let request = RevokeApiKeyRequest { name: key.name, ..Default::default() };
    house.machines().revoke_api_key(by(&admin, request)).await.unwrap();
    assert_eq!(code(house.with_key(&key.secret).await), Code::Unauthenticated);
    house.until_void(&token.access_token).await;
}

#[tokio::test]
async fn idn_6_an_erased_person_is_gone_and_the_trail_stays() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (ada, pair) = house.person(&boss, "ada@example.org").await;
    house.give(&boss, &ada.name, Role::PartnerAdmin).await.unwrap();
    let pair = house.renew(&pair.refresh_token).await.unwrap();
    let export = ExportUserDataRequest { name: "users/me".to_owned() };
    let copy =
        house.users().export_user_data(by(&pair.access_token, export)).await.unwrap().into_inner().json;
    assert!(copy.contains("ada@example.org") && copy.contains("PARTNER_ADMIN") && !copy.contains("argon2"));

    let request = EraseUserRequest { name: "users/me".to_owned(), ..Default::default() };
    let erased = house.users().erase_user(by(&pair.access_token, request)).await.unwrap().into_inner();
    assert_eq!((erased.email.as_str(), erased.state), ("", i32::from(proto::identity::user::State::Erased)));
    house.until_void(&pair.access_token).await;
    let request = EraseUserRequest { name: ada.name.clone(), ..Default::default() };
    assert!(house.users().erase_user(by(&boss, request)).await.is_ok(), "twice is once");

    let mut events = proto::identity::event_service_client::EventServiceClient::new(house.channel.clone());
    let lines =
        events.list_audit_events(by(&boss, proto::common::ListAuditEventsRequest::default())).await.unwrap();
    let lines = lines.into_inner().audit_events;
    assert!(lines.iter().all(|line| line.principal != ada.name));
    assert!(lines.iter().any(|line| line.principal == "users/erased" && line.method.ends_with("EraseUser")));
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (_, here) = house.person(&boss, "ada@example.org").await;
    let there = house.sign_in("ada@example.org", PASSWORD).await.unwrap();
    let request_id = uuid::Uuid::new_v4().to_string();
    let request = ChangePasswordRequest {
        name: "users/me".to_owned(),
        current_password: PASSWORD.to_owned(),
        new_password: "seven owls under a bridge".to_owned(),
        request_id,
        ..Default::default()
    };
    house.users().change_password(by(&here.access_token, request.clone())).await.unwrap();
    house.users().change_password(by(&here.access_token, request)).await.unwrap();
    assert_eq!(code(house.renew(&there.refresh_token).await), Code::Unauthenticated);
    assert!(house.renew(&here.refresh_token).await.is_ok());
    assert!(house.sign_in("ada@example.org", "seven owls under a bridge").await.is_ok());
}

#[tokio::test]
async fn signing_keys_rotate_with_overlap() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let rotate = |compromised| RotateSigningKeyRequest { compromised, ..Default::default() };
    let set = house.tokens().rotate_signing_key(by(&boss, rotate(false))).await.unwrap().into_inner();
    assert_eq!(set.json.matches("\"kid\"").count(), 2);
    assert!(house.principal(&boss).await.is_ok());
    let again = house.sign_in("coordinator@localhost", PASSWORD).await.unwrap();
    let judged = IntrospectTokenRequest { access_token: again.access_token };
    assert!(house.tokens().introspect_token(by(&boss, judged)).await.unwrap().into_inner().active);
    let set = house.tokens().rotate_signing_key(by(&boss, rotate(true))).await.unwrap().into_inner();
    assert_eq!(set.json.matches("\"kid\"").count(), 1, "the former keys are withdrawn at once");
    assert!(house.sign_in("coordinator@localhost", PASSWORD).await.is_ok());
    let revocations = house.tokens().list_revocations(ListRevocationsRequest {}).await.unwrap().into_inner();
    assert!(revocations.revocations.is_empty());
}

#[tokio::test]
async fn people_change_themselves_and_coordinators_their_roles() {
    let house = House::open(&[]).await;
    let boss = house.coordinator().await;
    let (ada, pair) = house.person(&boss, "ada@example.org").await;
    let update = |user: User, path: &str| UpdateUserRequest {
        user: Some(user),
        update_mask: Some(prost_types::FieldMask { paths: vec![path.to_owned()] }),
        ..Default::default()
    };
    let renamed = User { name: "users/me".to_owned(), given_name: "Ada".to_owned(), ..User::default() };
    let answer =
        house.users().update_user(by(&pair.access_token, update(renamed, "given_name"))).await.unwrap();
    assert_eq!(answer.into_inner().given_name, "Ada");
    let raised = User { name: ada.name, network_roles: vec![Role::Reviewer.into()], ..User::default() };
    let denied =
        house.users().update_user(by(&pair.access_token, update(raised.clone(), "network_roles"))).await;
    assert_eq!(code(denied), Code::PermissionDenied);
    house.users().update_user(by(&boss, update(raised, "network_roles"))).await.unwrap();
    house.until_void(&pair.access_token).await;
    let pair = house.renew(&pair.refresh_token).await.unwrap();
    assert_eq!(house.principal(&pair.access_token).await.unwrap().network_roles, [i32::from(Role::Reviewer)]);
}

/// A partners service that only tells of partners.
mod partners {
    use std::sync::OnceLock;

    use chassis::change::About;
    use chassis::database::Outcome;
    use chassis::{Call, Context, Service};
    use futures::FutureExt as _;
    use proto::partners::Partner;
    use proto::partners::partner::{Sector, State};

    static CONTEXT: OnceLock<Context> = OnceLock::new();

    pub(super) const SERVICE: Service = Service {
        name: "partners",
        migrations: Vec::new,
        mount: |context, _| {
            CONTEXT.get_or_init(|| context.clone());
            async { Ok(()) }.boxed()
        },
    };

    pub(super) async fn tell(state: State, revision: i32) {
        let context = CONTEXT.get().unwrap();
        let partner = Partner {
            name: "partners/p".to_owned(),
            state: state.into(),
            sector: Sector::Civil.into(),
            revision,
            ..Partner::default()
        };
        let call = Call::own("partners", &context.clock);
        let told = context.database.write("partners", move |unit| {
            let about = About {
                resource: "partners/p",
                revision,
                states: ("", ""),
                owner: "partners/p",
                public: true,
            };
            unit.record(&call, about, &partner);
            async { Ok(Outcome::Keep(())) }.boxed()
        });
        told.await.unwrap();
    }
}

#[tokio::test]
async fn sep_2_and_idn_1_what_partners_tell_reaches_tokens_and_rules() {
    use proto::partners::partner::State;
    let house = House::with(&[], &[identity::SERVICE, partners::SERVICE]).await;
    let boss = house.coordinator().await;
    let (ada, first) = house.person(&boss, "ada@example.org").await;
    let membership = house.give(&boss, &ada.name, Role::PartnerAdmin).await.unwrap();
    house.until_void(&first.access_token).await;
    let before = house.renew(&first.refresh_token).await.unwrap();
    assert_eq!(house.principal(&before.access_token).await.unwrap().partner_roles[0].sector, "");

    partners::tell(State::Active, 1).await;
    house.until_void(&before.access_token).await;
    let active = house.renew(&before.refresh_token).await.unwrap();
    let roles = house.principal(&active.access_token).await.unwrap().partner_roles.remove(0);
    assert_eq!((roles.sector.as_str(), roles.suspended), ("CIVIL", false));
    let request = DeleteMembershipRequest { name: membership.name.clone(), ..Default::default() };
    let kept = house.memberships().delete_membership(by(&boss, request.clone())).await;
    assert_eq!(code(kept), Code::FailedPrecondition, "the last administrator of an active partner stays");

    partners::tell(State::Suspended, 2).await;
    house.until_void(&active.access_token).await;
    let suspended = house.renew(&active.refresh_token).await.unwrap();
    assert!(house.principal(&suspended.access_token).await.unwrap().partner_roles[0].suspended);
    let denied = house.give(&suspended.access_token, &ada.name, Role::Trainer).await;
    assert_eq!(code(denied), Code::PermissionDenied, "members of a suspended partner only read");

    partners::tell(State::Active, 3).await;
    house.until_void(&suspended.access_token).await;
    let request = EraseUserRequest { name: ada.name, ..Default::default() };
    house.users().erase_user(by(&boss, request)).await.unwrap();
    let mut events = proto::identity::event_service_client::EventServiceClient::new(house.channel.clone());
    let asked = proto::common::ListAuditEventsRequest {
        filter: "resource = \"partners/p\"".to_owned(),
        ..Default::default()
    };
    let lines = events.list_audit_events(by(&boss, asked)).await.unwrap().into_inner().audit_events;
    assert_eq!(lines[0].to_state, "NEEDS_ADMIN", "an erasure goes through, and the partner is flagged");
}

#[tokio::test]
async fn people_of_another_issuer_come_in_by_issuer_and_subject() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let home = tempfile::tempdir().unwrap();
    let pair = Ed25519KeyPair::generate().unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let file = home.path().join("jwks.json");
    let set =
        serde_json::json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "x": x}]});
    std::fs::write(&file, set.to_string()).unwrap();
    let configured = format!("https://idp.example.org=ensemble={}", file.display());
    let house = House::open(&["--oidc", &configured]).await;
    house.coordinator().await;
    let token = |subject: &str, issuer: &str| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let claims = serde_json::json!({
            "iss": issuer, "aud": "ensemble", "sub": subject, "iat": now, "exp": now + 300,
            "email": "coordinator@localhost", "email_verified": true,
        });
        let header = serde_json::json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"});
        let said = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(said.as_bytes()).as_ref());
        IssueTokenRequest { grant: Some(Grant::ExternalToken(format!("{said}.{signature}"))) }
    };
    let mut subjects = Vec::new();
    for subject in ["42", "42", "43"] {
        let pair =
            house.tokens().issue_token(token(subject, "https://idp.example.org")).await.unwrap().into_inner();
        let principal = house.principal(&pair.access_token).await.unwrap();
        assert!(principal.network_roles.is_empty(), "an address makes nobody coordinator");
        assert!(house.renew(&pair.refresh_token).await.is_ok());
        subjects.push(principal.subject);
    }
    assert!(subjects[0] == subjects[1] && subjects[1] != subjects[2]);
    let foreign = house.tokens().issue_token(token("42", "https://evil.example.org")).await;
    assert_eq!(code(foreign), Code::Unauthenticated);
}
