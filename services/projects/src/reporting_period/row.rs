//! The table `reporting_period`, facing its message.

use chassis::column::{Coded, Day, Micros, Packed};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::Stateful;
use proto::common::{DateRange, LocalizedText};
use proto::projects as pb;
use proto::projects::reporting_period::{Cycle, State};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reporting_period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// Where it stood when it was last looked at; the clock may have moved it since (`rules::state`).
    pub state: Coded<State>,
    /// Where a coordinator put it; not said while the clock alone decides.
    pub by_hand: Coded<State>,
    pub state_reason: String,
    pub cycle: Coded<Cycle>,
    /// What is reported on.
    pub start: Day,
    pub end: Day,
    /// From when reports are taken.
    pub open: Day,
    /// Until when they are on time.
    pub due: Day,
    /// Until when they are taken.
    pub lock: Day,
    pub title: Packed<LocalizedText>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::ReportingPeriod {
    fn from(period: Model) -> Self {
        Self {
            etag: chassis::store::etag(period.revision),
            name: period.name,
            uid: period.uid,
            create_time: Some(period.create_time.to_timestamp()),
            update_time: Some(period.update_time.to_timestamp()),
            revision: period.revision,
            state: period.state.number(),
            cycle: period.cycle.number(),
            period: Some(DateRange {
                start_date: Some(period.start.to_date()),
                end_date: Some(period.end.to_date()),
            }),
            open_date: Some(period.open.to_date()),
            due_date: Some(period.due.to_date()),
            lock_date: Some(period.lock.to_date()),
            state_reason: period.state_reason,
            allowed_actions: Vec::new(),
            title: Some(period.title.into_inner()),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::ReportingPeriod, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("cycle", "ensemble.projects.v1.ReportingPeriod.Cycle"),
        Field::date("open_date").column("open"),
        Field::date("due_date").column("due"),
        Field::date("lock_date").column("lock"),
        Field::date("period.start_date").column("start"),
        Field::date("period.end_date").column("end"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &'static str {
        ""
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Scheduled: "not open yet", "prévue";
        Open: "open", "ouverte";
        Closed: "closed", "fermée";
    });

    fn parties(&self) -> Vec<&str> {
        Vec::new()
    }
}
