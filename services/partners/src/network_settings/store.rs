//! The settings on disk: there from the first start.

use chassis::database::{Database, Outcome};
use chassis::error::Result;
use chassis::{Call, store};
use futures::FutureExt as _;

use super::row::Model;
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
