//! What projects must know of partners: which leads have left the network (PAR-1). Merges rewrite nothing (BEY-1).

use chassis::database::Unit;
use chassis::error::Result;
use chassis::follow::Follow;
use chassis::{Call, Context};
use futures::FutureExt as _;
use proto::common::Event;

use super::store;

const ARCHIVED: Follow = Follow { service: "projects", peer: "partners", filter: "to_state = \"ARCHIVED\"" };

/// Follows partners until the process drains.
pub(crate) fn start(context: &Context) -> Result<()> {
    let clock = context.clock.clone();
    ARCHIVED.start(context, move |unit, event| {
        let call = Call::own("projects", &clock);
        async move { mark(unit, &call, event).await }.boxed()
    })
}

/// Marks the projects that the archived partner leads and that are not over.
pub(crate) async fn mark(unit: &mut Unit<'_>, call: &Call, event: &Event) -> Result<()> {
    if event.to_state != "ARCHIVED" {
        return Ok(());
    }
    for project in store::led_by(unit.txn, &event.subject).await? {
        chassis::store::apply(unit, call, project, |project| {
            project.lead_archived = true;
            Ok(())
        })
        .await?;
    }
    Ok(())
}
