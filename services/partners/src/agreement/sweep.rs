//! What the calendar does to agreements, written down so that an event tells it; and their reminders (PAR-14). What is read says
//! the same without it ([`clock::settle`]); lists have it run first when it is due, so that filters agree with what is shown.

use chassis::column::Coded;
use chassis::database::{Outcome, Unit};
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;
use proto::partners::agreement::State;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use super::clock;
use super::row::{COLUMN, Entity, Model};
use crate::network_settings;

/// Looks at the calendar, until the process drains.
pub(crate) async fn run(context: Context) {
    chassis::sweep::hourly("looking at agreements", || once(&context)).await;
}

/// Looks at the calendar now if something is due.
pub(crate) async fn catch_up(context: &Context) -> Result<()> {
    let db = context.database.reader();
    let agreed = network_settings::store::agreed(db).await?;
    let Some(today) = network_settings::store::day(&agreed, context.clock.now()) else { return Ok(()) };
    let mut running = Condition::any().add(COLUMN.last.lt(today)).add(COLUMN.period_end.lt(today));
    for days in &agreed.agreement_reminder_days {
        let unsaid = Condition::any().add(COLUMN.reminded.eq(0)).add(COLUMN.reminded.gt(*days));
        let soon = clock::later(today, *days).map(|until| COLUMN.period_end.lte(until));
        let ending = COLUMN.ending.eq(Coded::from(State::Expired));
        running = running.add(Condition::all().add_option(soon).add(ending).add(unsaid));
    }
    let begun =
        Condition::all().add(COLUMN.state.eq(Coded::from(State::Signed))).add(COLUMN.in_force.lte(today));
    let running = Condition::all().add(COLUMN.state.eq(Coded::from(State::InForce))).add(running);
    let due = Entity::find().filter(Condition::any().add(begun).add(running)).one(db).await?;
    if due.is_some() { once(context).await } else { Ok(()) }
}

async fn once(context: &Context) -> Result<()> {
    let call = Call::own("partners", &context.clock);
    let work = context.database.write("partners", move |unit| {
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
    let agreed = network_settings::store::agreed(unit.txn).await?;
    let Some(today) = network_settings::store::day(&agreed, unit.now) else { return Ok(false) };
    let open = [State::Signed, State::InForce].map(Coded::from);
    let mut changed = false;
    for row in Entity::find().filter(COLUMN.state.is_in(open)).all(unit.txn).await? {
        let rule = |row: &mut Model| {
            clock::settle(row, today);
            clock::remind(row, today, &agreed.agreement_reminder_days);
            Ok(())
        };
        changed |= chassis::store::apply(unit, call, row, rule).await?.1;
    }
    Ok(changed)
}
