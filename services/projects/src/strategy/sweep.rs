//! What the calendar does to strategies, written down so that an event tells it. What is read says the same without it
//! ([`rules::settle`]); lists have it run first when it is due, so that filters agree with what is shown.

use chassis::database::{Outcome, Unit};
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;
use sea_orm::entity::prelude::*;

use super::facts::Calendar;
use super::row::{Entity, Model};
use super::{rules, store};
use crate::settings::{Agreed, Settings};

/// Looks at the calendar, until the process drains.
pub(crate) async fn run(context: Context, settings: Settings) {
    let look = || async { once(&context, &*settings.own().await?).await };
    chassis::sweep::hourly("looking at strategies", look).await;
}

/// Looks at the calendar now if something is due.
pub(crate) async fn catch_up(context: &Context, agreed: &Agreed) -> Result<()> {
    let Some(today) = agreed.zone.day(context.clock.now()) else { return Ok(()) };
    let due = Entity::find().filter(store::due(today)).one(context.database.reader()).await?;
    if due.is_some() { once(context, agreed).await } else { Ok(()) }
}

async fn once(context: &Context, agreed: &Agreed) -> Result<()> {
    let (call, calendar) = (Call::own("projects", &context.clock), Calendar::from(agreed));
    let work = context.database.write("projects", move |unit| {
        let call = call.clone();
        async move {
            let changed = all(unit, &call, calendar).await?;
            Ok(if changed { Outcome::Keep(()) } else { Outcome::Discard(()) })
        }
        .boxed()
    });
    work.await
}

async fn all(unit: &mut Unit<'_>, call: &Call, calendar: Calendar) -> Result<bool> {
    let Some(today) = calendar.zone.day(unit.now) else { return Ok(false) };
    let mut changed = false;
    for row in Entity::find().filter(store::due(today)).all(unit.txn).await? {
        let now = unit.now;
        let rule = |row: &mut Model| {
            rules::settle(row, calendar, now);
            Ok(())
        };
        changed |= chassis::store::apply(unit, call, row, rule).await?.1;
    }
    Ok(changed)
}
