//! What the clock does to certificates, written down so that an event tells it: both say the same (`rules::settle`). Lists have
//! it run first when something is due, so that filters agree with what is shown.

use chassis::database::{Outcome, Unit};
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;

use super::row::Model;
use super::{rules, store};

/// Looks at the clock, until the process drains.
pub(crate) async fn run(context: Context) {
    chassis::sweep::hourly("looking at certificates", || catch_up(&context)).await;
}

/// Looks at the clock now if something is due.
pub(crate) async fn catch_up(context: &Context) -> Result<()> {
    if store::due(context.database.reader(), context.clock.now(), Some(1)).await?.is_empty() {
        return Ok(());
    }
    let call = Call::own("training", &context.clock);
    let work = context.database.write("training", move |unit| {
        let call = call.clone();
        async move { Ok(Outcome::Keep(all(unit, &call).await?)) }.boxed()
    });
    work.await
}

async fn all(unit: &mut Unit<'_>, call: &Call) -> Result<()> {
    let now = unit.now;
    let mut rows = store::due(unit.txn, now, None).await?;
    // What was signed is read with them, so that it stays.
    store::complete(&mut rows, &unit.txn.into()).await?;
    for row in rows {
        let rule = |row: &mut Model| {
            rules::settle(row, now);
            Ok(())
        };
        chassis::store::apply(unit, call, row, rule).await?;
    }
    Ok(())
}
