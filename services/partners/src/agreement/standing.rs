//! What its agreements say of a partnership on a day (PAR-3, PAR-7).

use std::collections::{BTreeSet, HashMap};

use chassis::column::{Coded, Day};
use proto::partners::agreement::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait};

use super::row::{COLUMN, Entity};
pub use crate::partnership::facts::Standing;

/// Those in force on a day: what two columns say, whatever the clock shows.
pub(crate) fn in_force_on(day: Day) -> Condition {
    Condition::all().add(COLUMN.in_force.lte(day)).add(COLUMN.last.gte(day))
}

/// The names of the partnerships that have an agreement in force on a day.
pub(crate) fn partnerships_in_force(day: Day) -> SelectStatement {
    Query::select()
        .column(("agreement", "partnership"))
        .from("agreement")
        .cond_where(in_force_on(day))
        .to_owned()
}

/// What the agreements of each of these partnerships say of it on a day.
///
/// # Errors
/// Only the database's.
pub async fn standing(
    db: &impl ConnectionTrait,
    partnerships: &[String],
    today: Day,
) -> Result<HashMap<String, Standing>, DbErr> {
    let mut found: HashMap<String, Standing> = HashMap::new();
    for some in partnerships.chunks(1000) {
        let these = COLUMN.partnership.is_in(some.iter().map(String::as_str));
        let running = Entity::find().filter(in_force_on(today)).filter(these.clone()).all(db).await?;
        for agreement in &running {
            let standing = found.entry(agreement.partnership.clone()).or_default();
            standing.in_force = true;
            standing.covers.extend(agreement.parties.iter().map(|party| party.partner.clone()));
            if standing.end < agreement.last {
                standing.end = agreement.last;
                standing.terminating = agreement.ending == State::Terminated;
            }
        }
        let names: BTreeSet<&str> = running.iter().map(|agreement| agreement.name.as_str()).collect();
        let open = [State::Draft, State::PendingSignature, State::Signed].map(Coded::from);
        let prepared = Query::select()
            .columns([("agreement", "partnership"), ("agreement", "predecessor")])
            .from("agreement")
            .and_where(these)
            .and_where(COLUMN.predecessor.ne(""))
            .and_where(COLUMN.state.is_in(open))
            .to_owned();
        for row in db.query_all(&prepared).await? {
            let predecessor: String = row.try_get("", "predecessor")?;
            if names.contains(predecessor.as_str()) {
                found.entry(row.try_get("", "partnership")?).or_default().successor_prepared = true;
            }
        }
    }
    Ok(found)
}
