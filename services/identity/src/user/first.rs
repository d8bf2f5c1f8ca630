//! The first coordinator of a new network: invited at the first start, by whoever starts it.

use std::path::PathBuf;

use chassis::Context;
use chassis::column::Strings;
use chassis::database::Outcome;
use chassis::error::Result;
use chassis::{Call, Error};
use futures::FutureExt as _;

use super::{rules, store};
use crate::secret;

const SERVICE: &str = "identity";
/// Where the code waits, in the keys directory, until it is used.
const FILE: &str = "first-invitation";

/// Invites the first coordinator when there is no user at all, or when nobody accepted while the invitation stood.
///
/// Replicas that start together make one: who comes second finds a user.
///
/// # Errors
/// When the configured address is none, or of the disk, or the database.
pub(crate) async fn invite(context: &Context) -> Result<()> {
    if store::first(context.database.reader()).await?.is_some_and(|waiting| !waiting.lapsed) {
        return Ok(());
    }
    let code = secret::code()?;
    let (email, email_key) = rules::email(&context.config.coordinator)?;
    // On disk before it counts: a code that was lost on the way would leave nobody to come in.
    let draft = path(context, &format!("{FILE}-{}", secret::hex(&secret::random::<4>()?)));
    chassis::private::write_private(&draft, &format!("{code}\n"))?;
    let (call, given) = (Call::own(SERVICE, &context.clock), code.clone());
    let invited = context.database.write(SERVICE, move |unit| {
        let (call, code) = (call.clone(), given.clone());
        let (email, email_key) = (email.clone(), email_key.clone());
        async move {
            match store::first(unit.txn).await? {
                Some(waiting) if !waiting.lapsed => return Ok(Outcome::Discard(false)),
                Some(waiting) => {
                    let now = unit.now;
                    let renew = |user: &mut super::row::Model| {
                        rules::invite(user, &code, now);
                        Ok(())
                    };
                    chassis::store::apply(unit, &call, waiting.user, renew).await?;
                }
                None => {
                    let mut user = rules::blank("", unit.now);
                    (user.email, user.email_key) = (email, Some(email_key));
                    user.network_roles = Strings(vec!["COORDINATOR".to_owned()]);
                    rules::invite(&mut user, &code, unit.now);
                    store::add(unit, &call, user).await?;
                }
            }
            Ok(Outcome::Keep(true))
        }
        .boxed()
    });
    match invited.await {
        Ok(true) => {
            std::fs::rename(&draft, path(context, FILE)).map_err(Error::internal)?;
            context.announce(format!("invitation for the first coordinator: {code}"));
            Ok(())
        }
        other => {
            let _ = std::fs::remove_file(&draft);
            other.map(drop)
        }
    }
}

/// Forgets the code on disk once it was used.
pub(crate) fn used(context: &Context, code: &str) {
    let file = path(context, FILE);
    let waiting = std::fs::read_to_string(&file).unwrap_or_default();
    if !waiting.is_empty() && secret::code_hash(&waiting) == secret::code_hash(code) {
        let _ = std::fs::remove_file(file);
    }
}

fn path(context: &Context, name: &str) -> PathBuf {
    context.config.keys.join(name)
}
