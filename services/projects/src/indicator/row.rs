//! The table `indicator`, facing its message.

use chassis::Told;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::projects as pb;
use proto::projects::indicator::{
    CountingBasis, DisaggregationMode, EntityAggregation, Source, State, TimeAggregation,
};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;
use crate::measure::Meaning;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    pub state_reason: String,
    pub code: String,
    pub title: Packed<LocalizedText>,
    pub definition: Packed<LocalizedText>,
    pub measure: String,
    pub unit: String,
    pub descending: bool,
    pub time_aggregation: Coded<TimeAggregation>,
    pub entity_aggregation: Coded<EntityAggregation>,
    pub counting_basis: Coded<CountingBasis>,
    pub dimensions: Strings,
    pub disaggregation_mode: Coded<DisaggregationMode>,
    pub source: Coded<Source>,
    pub beyond_whole: bool,
    pub references: PackedList<pb::IndicatorReference>,
    pub recommendations: Strings,
    pub version: i32,
    pub successor: String,
    /// An accepted report uses it; told by the reports, kept nowhere.
    #[sea_orm(ignore)]
    pub in_use: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What it asks of values.
    pub fn meaning(&self) -> Meaning {
        Meaning {
            measure: self.measure.clone(),
            ratio: self.entity_aggregation == EntityAggregation::Ratio,
            beyond_whole: self.beyond_whole,
            dimensions: self.dimensions.0.clone(),
            mode: self.disaggregation_mode.get(),
        }
    }
}

impl From<Model> for pb::Indicator {
    fn from(indicator: Model) -> Self {
        Self {
            etag: chassis::store::etag(indicator.revision),
            name: indicator.name,
            uid: indicator.uid,
            create_time: Some(indicator.create_time.to_timestamp()),
            update_time: Some(indicator.update_time.to_timestamp()),
            revision: indicator.revision,
            state: indicator.state.number(),
            code: indicator.code,
            title: Some(indicator.title.into_inner()),
            definition: Some(indicator.definition.into_inner()),
            measure: indicator.measure,
            unit: indicator.unit,
            descending: indicator.descending,
            time_aggregation: indicator.time_aggregation.number(),
            entity_aggregation: indicator.entity_aggregation.number(),
            counting_basis: indicator.counting_basis.number(),
            dimensions: indicator.dimensions.into_inner(),
            disaggregation_mode: indicator.disaggregation_mode.number(),
            source: indicator.source.number(),
            beyond_whole: indicator.beyond_whole,
            references: indicator.references.into_inner(),
            recommendations: indicator.recommendations.into_inner(),
            version: indicator.version,
            successor: indicator.successor,
            in_use: indicator.in_use,
            state_reason: indicator.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Indicator, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Indicator.State"),
        Field::text("code"),
        Field::text("measure"),
        Field::enumeration("source", "ensemble.projects.v1.Indicator.Source"),
        Field::texts("dimensions", "dimensions"),
        Field::texts("recommendations", "recommendations"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    /// The library is the network's.
    fn owner(&self) -> &str {
        ""
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "brouillon";
        Active: "in use", "en usage";
        Deprecated: "deprecated", "abandonné";
    });

    fn parties(&self) -> Vec<&str> {
        Vec::new()
    }
}
