//! The certificate: what someone completed, signed, so that anyone can check it.

mod document;
mod issue;
mod keyring;
pub mod row;
pub(crate) mod rpc;
pub mod rules;
pub(crate) mod store;
mod sweep;
mod verify;

use chassis::Context;
use chassis::error::Result;
use chassis::seal::Seals;

use keyring::Keyring;

/// What certificates are made with: keys, seals, and what their public addresses begin with.
#[derive(Clone, Debug)]
pub(crate) struct Office {
    keyring: Keyring,
    seals: Seals,
    base: String,
}

impl Office {
    /// Over the keys directory.
    ///
    /// # Errors
    /// When `--public-url` is no https address, or secrets may be read by others.
    pub(crate) async fn open(context: &Context) -> Result<Self> {
        let (keyring, seals) = (Keyring::open(context).await?, Seals::open(&context.config)?);
        Ok(Self { keyring, seals, base: context.config.public_url().to_owned() })
    }

    /// The public address of a resource.
    fn address(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// What was signed of a certificate, if it was not deleted.
    ///
    /// # Errors
    /// INTERNAL when the key that seals it is lost.
    pub(crate) fn signed(&self, certificate: &row::Model) -> Result<String> {
        if certificate.sealed.is_empty() {
            return Ok(String::new());
        }
        let text = self.seals.unseal(&certificate.name, &certificate.sealed)?;
        String::from_utf8(text).map_err(chassis::Error::internal)
    }
}

#[cfg(test)]
mod tests;
