//! What every service tidies up by itself.

use std::time::Duration;

use futures::FutureExt as _;

use crate::column::Micros;
use crate::database::Outcome;
use crate::idempotency;
use crate::serve::Context;

/// Forgets request ids that are older than a day, once an hour.
pub(crate) async fn requests(context: Context, service: &'static str) {
    let mut tick = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tick.tick().await;
        let before = Micros(context.clock.now().0 - idempotency::WINDOW);
        let forgotten = context.database.write(service, move |unit| {
            async move {
                idempotency::forget(unit.txn, service, before).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(service, %error, "old request ids were not forgotten");
        }
    }
}
