//! The settings on disk: there from the first start; and the day it is in the network.

use chassis::clock::Zone;
use chassis::column::{Day, Micros};
use chassis::database::{Database, Outcome};
use chassis::error::Result;
use chassis::{Call, store};
use futures::FutureExt as _;
use proto::partners as pb;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::row::{Entity, Model};
use super::rules;

/// Writes what a network begins with, unless it is there. Replicas that start together write it once.
pub(crate) async fn begin(database: &Database) -> Result<()> {
    let call = Call::own("partners", database.clock());
    let work = database.write("partners", move |unit| {
        let call = call.clone();
        async move {
            if store::find::<Model>(unit, rules::NAME).await?.is_some() {
                return Ok(Outcome::Discard(()));
            }
            let (_, uid) = chassis::name::new_id('n');
            store::insert(unit, &call, &rules::defaults(uid, unit.now)).await?;
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    work.await
}

/// What the network has agreed on.
pub(crate) async fn agreed(db: &impl ConnectionTrait) -> Result<pb::NetworkSettings, DbErr> {
    let row = Entity::find_by_id(rules::NAME).one(db).await?;
    Ok(row.map(|row| row.agreed.into_inner()).unwrap_or_default())
}

/// The day of an instant, where the network's days begin and end.
pub(crate) async fn today(db: &impl ConnectionTrait, now: Micros) -> Result<Option<Day>, DbErr> {
    Ok(day(&agreed(db).await?, now))
}

/// The day of an instant in the time zone that was agreed on.
pub(crate) fn day(agreed: &pb::NetworkSettings, now: Micros) -> Option<Day> {
    let zone = Zone::parse("time_zone", &agreed.time_zone).unwrap_or(Zone::UTC);
    zone.day(now)
}
