//! Who people are is forgotten once nobody needs it any more (domain §8): so many months after the last of their sessions was
//! closed, or after they were entered when they never took part.

use chassis::column::{Coded, Micros};
use chassis::database::Outcome;
use chassis::error::{Error, Result};
use chassis::{Call, Context};
use chrono::{DateTime, Months};
use futures::FutureExt as _;
use proto::training::participant::State;
use proto::training::session::State as Session;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, ExprTrait as _, QuerySelect as _};

use super::row::{COLUMN, Entity, Model};
use super::store;
use peers::settings::Settings;

/// People forgotten in one transaction, at most.
const MOST: u64 = 200;

/// Forgets whoever is to be forgotten, until the process drains.
pub(crate) async fn run(context: Context, settings: Settings) {
    chassis::sweep::hourly("forgetting whom nobody needs", || once(&context, &settings)).await;
}

async fn once(context: &Context, settings: &Settings) -> Result<()> {
    let months = settings.current().await?.participant_retention_months;
    let before = months_before(context.clock.now(), months)?;
    loop {
        let due = due(context.database.reader(), before).await?;
        if due.is_empty() {
            return Ok(());
        }
        let own = Call::own("training", &context.clock);
        let work = context.database.write("training", move |unit| {
            let (own, due) = (own.clone(), due.clone());
            async move {
                for row in due {
                    store::retire(unit, &own, row).await?;
                }
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        work.await?;
    }
}

fn months_before(now: Micros, months: i32) -> Result<Micros> {
    let instant = DateTime::from_timestamp_micros(now.0);
    let before = instant.and_then(|instant| instant.checked_sub_months(Months::new(months.unsigned_abs())));
    before.map(|before| Micros(before.timestamp_micros())).ok_or_else(|| Error::internal("no such month"))
}

/// People of whom nothing is going on since then: no session that is not closed, or was closed later.
async fn due(db: &impl ConnectionTrait, before: Micros) -> Result<Vec<Model>, DbErr> {
    let over = [Session::Closed, Session::Cancelled].map(|state| state as i32);
    let going_on = Query::select()
        .column(("enrolment", "participant"))
        .from("enrolment")
        .inner_join(
            "training_session",
            Expr::col(("training_session", "name")).equals(("enrolment", "session")),
        )
        .and_where(
            Expr::col(("training_session", "state")).is_not_in(over).or(Expr::col((
                "training_session",
                "state_time",
            ))
            .gte(before)),
        )
        .to_owned();
    Entity::find()
        .filter(COLUMN.state.eq(Coded::from(State::Active)))
        .filter(COLUMN.create_time.lt(before))
        .filter(COLUMN.name.not_in_subquery(going_on))
        .limit(MOST)
        .all(db)
        .await
}
