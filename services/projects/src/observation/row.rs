//! The table `observation`, facing its message.

use chassis::column::{Day, Micros, Packed, PackedList};
use chassis::database::Unit;
use chassis::filter::Field;
use proto::common::DateRange;
use proto::projects as pb;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "observation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub territory: String,
    /// The authority of its territory, which follows the territory's.
    pub authority: String,
    pub indicator: String,
    pub period_start: Day,
    pub period_end: Day,
    pub value: Packed<pb::IndicatorValue>,
    pub cells: PackedList<pb::Cell>,
    pub source: String,
    pub dataset: String,
    pub provisional: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Observation {
    fn from(observation: Model) -> Self {
        Self {
            etag: chassis::store::etag(observation.revision),
            gaps: rules::gaps(&observation.cells),
            period: Some(DateRange {
                start_date: Some(observation.period_start.to_date()),
                end_date: Some(observation.period_end.to_date()),
            }),
            name: observation.name,
            uid: observation.uid,
            create_time: Some(observation.create_time.to_timestamp()),
            update_time: Some(observation.update_time.to_timestamp()),
            revision: observation.revision,
            indicator: observation.indicator,
            value: Some(observation.value.into_inner()),
            cells: observation.cells.into_inner(),
            source: observation.source,
            dataset: observation.dataset,
            provisional: observation.provisional,
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Observation);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::text("indicator"),
        Field::text("source"),
        Field::boolean("provisional"),
        Field::date("period.start_date").column("period_start"),
        Field::date("period.end_date").column("period_end"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.authority
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}
