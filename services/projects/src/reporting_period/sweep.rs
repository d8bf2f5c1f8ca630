//! What the clock does to reporting periods, written down so that an event tells it: both say the same (`rules::state`).

use std::sync::Arc;
use std::time::Duration;

use chassis::database::{Outcome, Unit};
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;
use tokio::sync::Notify;

use super::{rules, store};
use crate::obligation;
use crate::settings::{Agreed, Settings};

/// Often enough for a day to begin and end within the hour.
const EVERY: Duration = Duration::from_secs(3600);
/// The settings may not be there yet.
const AGAIN: Duration = Duration::from_secs(5);

/// Looks at the clock, and whenever a coordinator moved a period, until the process drains.
pub(crate) async fn run(context: Context, settings: Settings, moved: Arc<Notify>) {
    loop {
        let pause = match once(&context, &settings).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::debug!(%error, "the periods were not looked at, will try again");
                AGAIN
            }
        };
        // Either may come first.
        let _ = tokio::time::timeout(pause, moved.notified()).await;
    }
}

async fn once(context: &Context, settings: &Settings) -> Result<()> {
    let agreed = settings.own().await?;
    let call = Call::own("projects", &context.clock);
    let work = context.database.write("projects", move |unit| {
        let (call, agreed) = (call.clone(), Arc::clone(&agreed));
        async move {
            let changed = periods(unit, &call, &agreed).await? | dormant(unit, &call, &agreed).await?;
            Ok(if changed { Outcome::Keep(()) } else { Outcome::Discard(()) })
        }
        .boxed()
    });
    work.await
}

/// The periods that the clock opened or closed.
async fn periods(unit: &mut Unit<'_>, call: &Call, agreed: &Agreed) -> Result<bool> {
    let (zone, now) = (agreed.zone, unit.now);
    let mut changed = false;
    for period in store::unfinished(unit.txn).await? {
        let rule = |period: &mut _| {
            rules::settle(period, zone, now);
            Ok(())
        };
        changed |= chassis::store::apply(unit, call, period, rule).await?.1;
    }
    Ok(changed)
}

/// The projects that fell asleep, or woke up (PRJ-24).
async fn dormant(unit: &mut Unit<'_>, call: &Call, agreed: &Agreed) -> Result<bool> {
    let facts =
        obligation::store::facts(unit.txn, obligation::store::Scope::All, obligation::store::any()).await?;
    let dormant = obligation::rules::dormant(&facts, agreed, unit.now);
    let is_dormant = |name: &str| dormant.contains(name);
    let other = facts.projects.iter().filter(|project| project.dormant != is_dormant(&project.name));
    let other: Vec<&str> = other.map(|project| project.name.as_str()).collect();
    if other.is_empty() {
        return Ok(false);
    }
    for project in obligation::store::named(unit.txn, other).await? {
        let asleep = is_dormant(&project.name);
        let rule = |project: &mut crate::project::row::Model| {
            project.dormant = asleep;
            Ok(())
        };
        chassis::store::apply(unit, call, project, rule).await?;
    }
    Ok(true)
}
