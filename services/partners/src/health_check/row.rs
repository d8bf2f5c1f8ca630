//! The table `health_check`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::partners as pb;
use proto::partners::health_check::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::results::{self, Block};
use super::rules::{self, Sight};
use crate::partnership;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "health_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub partnership: String,
    pub as_of: Day,
    pub open_until: Day,
    pub close_day: Option<Day>,
    /// Who is asked: members on the day that it looks at, observers aside.
    pub members: Strings,
    pub response_count: i32,
    /// What was answered together, once it is closed.
    pub results: PackedList<pb::HealthCheckBlock>,
    pub actions: PackedList<pb::HealthCheckAction>,
    pub replies: PackedList<pb::HealthCheckReply>,
    /// What each member answered, by the member's name; lists leave it out.
    #[sea_orm(ignore)]
    pub responses: Vec<pb::HealthCheckResponse>,
    /// What others say of it.
    #[sea_orm(ignore)]
    pub facts: Facts,
}

/// What a health check is told before it is shown or moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The partnership, and the day it is there.
    pub partnership: Option<Arc<partnership::row::Model>>,
    /// How many answers it takes to show members what they say together.
    pub min_responses: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// All there is: whoever answers leaves out what the caller may not read.
impl From<Model> for pb::HealthCheck {
    fn from(check: Model) -> Self {
        let summary = match check.state.get() {
            State::Open => results::blocks(&check.responses).iter().map(Block::message).collect(),
            _ => check.results.clone().into_inner(),
        };
        Self {
            etag: chassis::store::etag(check.revision),
            awaiting: rules::awaiting(&check).to_owned(),
            awaiting_since: Some(check.state_time.to_timestamp()),
            name: check.name,
            uid: check.uid,
            create_time: Some(check.create_time.to_timestamp()),
            update_time: Some(check.update_time.to_timestamp()),
            revision: check.revision,
            state: check.state.number(),
            as_of_date: Some(check.as_of.to_date()),
            open_until_date: Some(check.open_until.to_date()),
            close_date: check.close_day.map(Day::to_date),
            members: check.members.into_inner(),
            response_count: check.response_count,
            responses: check.responses,
            summary,
            min_responses: check.facts.min_responses,
            actions: check.actions.into_inner(),
            replies: check.replies.into_inner(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::HealthCheck, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.HealthCheck.State"),
        Field::date("as_of_date").column("as_of"),
        Field::date("open_until_date").column("open_until"),
        Field::date("close_date").column("close_day"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    /// It is the partnership's, whose lead answers for it.
    fn owner(&self) -> &str {
        self.facts.partnership.as_ref().map_or("", |partnership| &partnership.lead_partner)
    }

    /// What is private of it is in no event.
    fn public(&self) -> bool {
        self.facts.partnership.as_ref().is_some_and(|partnership| chassis::Row::public(&**partnership))
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }

    async fn complete(rows: &mut [Self], db: DatabaseExecutor<'_>) -> Result<(), DbErr> {
        super::store::complete(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.facts.partnership.as_ref().is_some_and(|partnership| partnership.seen_by(caller))
    }

    fn shown_to(self, caller: &Caller) -> pb::HealthCheck {
        let sight = rules::sight(caller, &self);
        let mut message: pb::HealthCheck = self.into();
        match sight {
            Sight::All => {}
            Sight::State => message.redact(),
            Sight::Together { results } => {
                message.responses.retain(|response| rules::speaks_for(caller, &response.partner));
                if !results {
                    message.summary.clear();
                }
            }
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Open: "open", "ouvert";
        Closed: "closed", "clos";
    });

    fn parties(&self) -> Vec<&str> {
        self.members.iter().map(String::as_str).collect()
    }
}
