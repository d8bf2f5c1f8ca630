//! What identity does when it starts, and of its own accord afterwards.

use std::time::Duration;

use chassis::Context;
use chassis::error::Result;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tonic::service::RoutesBuilder;

use crate::keys::Keyring;
use crate::session::sign_in::Desk;
use crate::{attempt, facts, membership, service_account, session, user};

/// What lapsed is tidied up so often.
const TIDY: Duration = Duration::from_secs(3600);
/// Another replica's rotation is answered so soon, long before its key signs.
const TEND: Duration = Duration::from_secs(60);

/// Puts identity's nouns behind the gate.
pub(crate) fn mount<'a>(context: &'a Context, routes: &'a mut RoutesBuilder) -> BoxFuture<'a, Result<()>> {
    async move {
        let desk = Desk::open(context).await?;
        user::first::invite(context).await?;
        facts::follow(context)?;
        context.spawn(tend(desk.keyring.clone()));
        context.spawn(tidy(context.clone(), desk.keyring.clone()));
        routes
            .add_service(user::rpc::service(context, desk.clone()))
            .add_service(membership::rpc::service(context))
            .add_service(service_account::rpc::service(context))
            .add_service(session::rpc::service(desk));
        Ok(())
    }
    .boxed()
}

async fn tend(keyring: Keyring) {
    let mut tick = tokio::time::interval(TEND);
    loop {
        tick.tick().await;
        if let Err(error) = keyring.tend().await {
            tracing::error!(%error, "the signing keys could not be looked after");
        }
    }
}

async fn tidy(context: Context, keyring: Keyring) {
    let mut tick = tokio::time::interval(TIDY);
    loop {
        tick.tick().await;
        let tidied = async {
            session::store::sweep(&context.database).await?;
            user::store::sweep(&context.database).await?;
            attempt::sweep(&context.database).await?;
            keyring.sweep().await
        };
        if let Err(error) = tidied.await {
            tracing::warn!(%error, "what lapsed was not tidied up");
        }
    }
}
