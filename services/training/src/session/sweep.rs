//! What the clock does to sessions, written down so that an event tells it: both say the same (`clock::settle`). Lists have it
//! run first when something is due, so that filters agree with what is shown.

use chassis::database::{Outcome, Unit};
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;

use super::row::Model;
use super::{rules, store};

/// Looks at the clock, until the process drains.
pub(crate) async fn run(context: Context) {
    chassis::sweep::hourly("looking at sessions", || once(&context)).await;
}

/// Looks at the clock now if something is due.
pub(crate) async fn catch_up(context: &Context) -> Result<()> {
    let due = store::due(context.database.reader(), context.clock.now(), Some(1)).await?;
    if due.is_empty() { Ok(()) } else { once(context).await }
}

async fn once(context: &Context) -> Result<()> {
    let call = Call::own("training", &context.clock);
    let work = context.database.write("training", move |unit| {
        let call = call.clone();
        async move {
            let changed = all(unit, &call).await?;
            Ok(if changed { Outcome::Keep(()) } else { Outcome::Discard(()) })
        }
        .boxed()
    });
    work.await
}

async fn all(unit: &mut Unit<'_>, call: &Call) -> Result<bool> {
    let now = unit.now;
    let mut changed = false;
    for row in store::due(unit.txn, now, None).await? {
        let rule = |row: &mut Model| {
            rules::settle(row, now);
            Ok(())
        };
        changed |= chassis::store::apply(unit, call, row, rule).await?.1;
    }
    Ok(changed)
}
