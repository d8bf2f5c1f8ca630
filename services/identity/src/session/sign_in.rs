//! Signing in: with a password, a machine's key, or another issuer's token; and going on with a refresh token.

use std::net::IpAddr;
use std::sync::Arc;

use chassis::auth::{Kind, Trust};
use chassis::clock::Clock;
use chassis::column::Micros;
use chassis::database::{Database, Outcome};
use chassis::error::{Error, Result};
use chassis::{Context, say};
use futures::FutureExt as _;
use proto::auth::Role;
use proto::identity::TokenPair;

use super::claims::{Frame, Who, partner_roles};
use super::row::Model as Session;
use super::rules::Verdict;
use super::{claims, rules, store};
use crate::attempt::Attempts;
use crate::issuer::Issuers;
use crate::keys::Keyring;
use crate::password::Hasher;
use crate::user::row::Model as User;
use crate::{api_key, attempt, facts, membership, user};

const SERVICE: &str = "identity";

/// All that issuing tokens takes.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) keyring: Keyring,
    pub(crate) hasher: Hasher,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) trust: Trust,
    issuers: Arc<Issuers>,
    pub(crate) issuer: String,
}

impl Desk {
    /// Over the process's database, keys and configuration.
    ///
    /// # Errors
    /// INTERNAL when the keys cannot be read or made, or an external issuer's keys make no sense.
    pub(crate) async fn open(context: &Context) -> Result<Self> {
        Ok(Self {
            database: context.database.clone(),
            clock: context.clock.clone(),
            keyring: Keyring::open(context).await?,
            hasher: Hasher::new()?,
            attempts: Arc::new(Attempts::new(context.database.clone())),
            trust: context.trust.clone(),
            issuers: Arc::new(Issuers::new(&context.config)?),
            issuer: context.config.issuer.clone(),
        })
    }

    /// Signs in with an address and a password.
    ///
    /// # Errors
    /// UNAUTHENTICATED, alike for a wrong password, an unknown address and an account that may not sign in (IDN-7);
    /// `RESOURCE_EXHAUSTED` after too many failures.
    pub(crate) async fn with_password(
        &self,
        email: &str,
        password: &str,
        from: Option<IpAddr>,
    ) -> Result<TokenPair> {
        self.attempts.admit(from)?;
        let address = user::rules::fold(email);
        let turn = self.attempts.turn(&address).await?;
        let user =
            user::store::by_email(self.database.reader(), &address).await?.filter(user::rules::may_sign_in);
        let hash = user.as_ref().map(|user| user.password.as_str());
        let right = self.hasher.verify(hash, password).await?;
        let session = match user.filter(|_| right) {
            Some(user) => self.begin(&user.name, address).await?,
            None => None,
        };
        match session {
            Some((session, token)) => self.pair(&session, token).await,
            None => {
                self.attempts.failed_from(from);
                self.attempts.failed(turn).await?;
                tracing::info!("a sign-in failed");
                Err(wrong())
            }
        }
    }

    /// Signs in with another issuer's token; the first time, makes the account.
    ///
    /// # Errors
    /// UNAUTHENTICATED whatever is wrong with the token; UNAVAILABLE when the issuer's keys cannot be had.
    pub(crate) async fn with_external(&self, token: &str, from: Option<IpAddr>) -> Result<TokenPair> {
        self.attempts.admit(from)?;
        let verified = self.issuers.verify(token, self.clock.now()).await;
        let person = verified.inspect_err(|_| self.attempts.failed_from(from))?;
        let user = user::store::linked(&self.database, person, &self.clock).await?;
        let (session, token) = self.begin(&user.name, String::new()).await?.ok_or_else(wrong)?;
        self.pair(&session, token).await
    }

    /// Exchanges a machine's key for an access token.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the key is not good; a misspelt one never reaches the database.
    pub(crate) async fn with_api_key(&self, key: &str, from: Option<IpAddr>) -> Result<TokenPair> {
        self.attempts.admit(from)?;
        let refused = || {
            self.attempts.failed_from(from);
            api_key::rules::refused()
        };
        let key_id = api_key::rules::read(key).ok_or_else(refused)?.to_owned();
        let used = api_key::store::use_key(&self.database, key_id, key).await?;
        let (key, account) = used.ok_or_else(refused)?;
        let facts = facts::store::of(self.database.reader(), [account.partner.clone()]).await?;
        let who = Who {
            subject: account.name,
            kind: Kind::Integration,
            network_roles: Vec::new(),
            partner_roles: partner_roles(&[(account.partner, Role::Integration)], &facts),
            scopes: account.scopes.into_inner(),
        };
        let frame = self.frame(api_key::rules::session(&key.uid), key.token_time, key.expire_time);
        let claims = claims::of(who, frame);
        Ok(TokenPair {
            access_token: self.keyring.token(&claims).await?,
            expire_time: Some(Micros(claims.exp * 1_000_000).to_timestamp()),
            ..TokenPair::default()
        })
    }

    /// Renews a session.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the token was used before (the session ends), is not ours, or the session is over (IDN-3).
    pub(crate) async fn renew(&self, token: &str, from: Option<IpAddr>) -> Result<TokenPair> {
        self.attempts.admit(from)?;
        let refused = || {
            self.attempts.failed_from(from);
            rules::refused()
        };
        let shown = rules::read(token).ok_or_else(refused)?;
        // What was never given must not cost a write.
        let known = store::find(self.database.reader(), &shown.session).await?;
        known.filter(|session| rules::is_genuine(session, &shown)).ok_or_else(refused)?;
        match store::renew(&self.database, shown).await? {
            (Verdict::Renewed(token), Some(session)) => self.pair(&session, token).await,
            (Verdict::Reused, Some(session)) => {
                tracing::warn!(
                    user = session.user,
                    session = session.id,
                    "a refresh token was used twice: its session ends"
                );
                Err(rules::refused())
            }
            _ => Err(rules::refused()),
        }
    }

    /// Ends the session of a refresh token; whatever else is shown changes nothing.
    ///
    /// # Errors
    /// Only the database's.
    pub(crate) async fn end(&self, token: &str) -> Result<()> {
        let Some(shown) = rules::read(token) else { return Ok(()) };
        match store::find(self.database.reader(), &shown.session).await? {
            Some(session) if rules::is_genuine(&session, &shown) => {
                store::end(&self.database, &session.id).await
            }
            _ => Ok(()),
        }
    }

    /// Opens a session, unless the user may not sign in after all.
    async fn begin(&self, user: &str, address: String) -> Result<Option<(Session, String)>> {
        let user = user.to_owned();
        let begun = self
            .database
            .write(SERVICE, move |unit| {
                let (user, address) = (user.clone(), address.clone());
                async move {
                    let Some(found) =
                        chassis::store::find::<User>(unit, &user).await?.filter(user::rules::may_sign_in)
                    else {
                        return Ok(Outcome::Discard(None));
                    };
                    user::store::signed_in(unit, &found.name).await?;
                    if !address.is_empty() {
                        attempt::forget(unit, &address).await?;
                    }
                    Ok(Outcome::Keep(Some(store::begin(unit, &found.name).await?)))
                }
                .boxed()
            })
            .await?;
        if let Some((session, _)) = &begun {
            tracing::info!(user = session.user, session = session.id, "signed in");
        }
        Ok(begun)
    }

    /// The tokens of a session. What the user may do is read after the session says when its token is issued: a change
    /// in between makes the token void.
    async fn pair(&self, session: &Session, refresh_token: String) -> Result<TokenPair> {
        let reader = self.database.reader();
        let user: User = user::store::find(reader, &session.user)
            .await?
            .filter(user::rules::may_sign_in)
            .ok_or_else(wrong)?;
        let held = membership::store::held(reader, &user.name).await?;
        let facts = facts::store::of(reader, held.iter().map(|(partner, _)| partner.clone())).await?;
        let who = Who {
            subject: user.name,
            kind: Kind::User,
            network_roles: user.network_roles.into_inner(),
            partner_roles: partner_roles(&held, &facts),
            scopes: Vec::new(),
        };
        let refresh_end = rules::refresh_end(session);
        let claims = claims::of(who, self.frame(session.id.clone(), session.token_time, refresh_end));
        Ok(TokenPair {
            access_token: self.keyring.token(&claims).await?,
            expire_time: Some(Micros(claims.exp * 1_000_000).to_timestamp()),
            refresh_token,
            refresh_expire_time: Some(refresh_end.to_timestamp()),
        })
    }

    fn frame(&self, session: String, issued: Micros, end: Micros) -> Frame<'_> {
        Frame { issuer: &self.issuer, session, issued, now: self.clock.now(), end }
    }
}

/// The one answer to a sign-in that fails, whatever the reason (IDN-7).
pub(crate) fn wrong() -> Error {
    Error::Rejected {
        reason: "SIGN_IN_FAILED",
        why: say!(
            "the address or the password is wrong, or the account may not sign in",
            "l'adresse ou le mot de passe est faux, ou le compte ne peut pas se connecter"
        ),
    }
}
