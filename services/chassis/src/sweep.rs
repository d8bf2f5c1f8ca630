//! What services do by themselves, once an hour.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::interval;

use crate::column::Micros;
use crate::database::Outcome;
use crate::error::Result;
use crate::idempotency;
use crate::serve::Context;

/// Often enough for a day to begin and end within the hour.
const EVERY: Duration = Duration::from_secs(3600);
/// After it failed: what it asks for may not be there yet.
const AGAIN: Duration = Duration::from_secs(5);

/// Does something now and once an hour, until the process drains; what failed is tried again soon.
pub async fn hourly<F: Future<Output = Result<()>>>(what: &'static str, work: impl Fn() -> F) {
    let mut tick = interval(EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = work().await {
            tracing::warn!(what, %error, "not done, will be tried again");
            tick.reset_after(AGAIN);
        }
    }
}

/// Lets SQLite see what its tables have come to hold: of all services that share the file, once.
pub(crate) async fn statistics(context: Context, service: &'static str) {
    let look = || {
        context.database.write(service, |unit| {
            unit.gather_in_rounds();
            async { Ok(Outcome::Keep(())) }.boxed()
        })
    };
    hourly("gathering statistics", look).await;
}

/// Forgets request ids that are older than a day.
pub(crate) async fn requests(context: Context, service: &'static str) {
    let forget = || async {
        let before = Micros(context.clock.now().0 - idempotency::WINDOW);
        let forgotten = context.database.write(service, move |unit| {
            async move {
                idempotency::forget(unit.txn, service, before).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        forgotten.await
    };
    hourly("forgetting old request ids", forget).await;
}
