//! Other `OpenID` Connect issuers whose people may sign in (S3): their tokens are judged here and exchanged for ours.

mod keys;
mod token;

use chassis::column::Micros;
use chassis::config::{Config, Oidc};
use chassis::error::{Error, Result};
use chassis::say;

use keys::Source;

/// A person, as another issuer knows them: by (issuer, subject) and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) language_code: String,
}

/// The issuers that are believed.
pub(crate) struct Issuers(Vec<Issuer>);

struct Issuer {
    name: String,
    audience: String,
    keys: Source,
}

impl Issuers {
    /// Those configured.
    ///
    /// # Errors
    /// INTERNAL when an address is neither a file nor https.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let authority = chassis::serve::authority(config)?;
        let one = |oidc: &Oidc| {
            Ok(Issuer {
                name: oidc.issuer.clone(),
                audience: oidc.audience.clone(),
                keys: Source::new(&oidc.jwks, authority.as_deref())?,
            })
        };
        config.oidc.iter().map(one).collect::<Result<_>>().map(Self)
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// UNAUTHENTICATED whatever is wrong with it; UNAVAILABLE when its issuer's keys were never had.
    pub(crate) async fn verify(&self, token: &str, now: Micros) -> Result<Person> {
        let header = token::header(token).ok_or_else(refused)?;
        let claimed = token::claimed_issuer(token).ok_or_else(refused)?;
        let issuer = self.0.iter().find(|issuer| issuer.name == claimed).ok_or_else(refused)?;
        let key = issuer.keys.find(&header.kid).await?.ok_or_else(refused)?;
        token::verify(token, &header, &key, (&issuer.name, &issuer.audience), now.0 / 1_000_000)
            .ok_or_else(refused)
    }
}

/// The one answer to a token of another issuer that is not good, whatever the reason.
fn refused() -> Error {
    Error::Rejected {
        reason: "EXTERNAL_TOKEN_INVALID",
        why: say!(
            "the other issuer's token is not good here: sign in there again",
            "le jeton de l'autre émetteur n'est pas valable ici : reconnectez-vous chez lui"
        ),
    }
}
