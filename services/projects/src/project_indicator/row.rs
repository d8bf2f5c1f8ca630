//! The table `project_indicator`, facing its message.

use chassis::column::{Coded, Day, Micros, Packed, PackedList};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::value;
use proto::common::{DateRange, LocalizedText, Origin};
use proto::projects as pb;
use proto::projects::project::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::course::{Course, Step};
use super::rules;
use crate::indicator;
use crate::measure::Meaning;
use crate::project::rules::HIDDEN;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project_indicator")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub project: String,
    /// Of the project; it never changes.
    pub lead_partner: String,
    /// Empty of those found without a counterpart in the library.
    pub indicator: String,
    pub as_found: Packed<pb::IndicatorAsFound>,
    pub result_level: String,
    pub result_title: Packed<LocalizedText>,
    pub baseline: Packed<pb::Baseline>,
    pub targets: PackedList<pb::Target>,
    /// The baseline has a value.
    pub has_baseline: bool,
    /// The last day of the last target.
    pub last_target: Option<Day>,
    pub origin: Coded<Origin>,
    /// The version of the indicator, whose meaning its values have; told by the library.
    #[sea_orm(ignore)]
    pub indicator_version: i32,
    /// What other rows say of it.
    #[sea_orm(ignore)]
    pub told: Told,
}

impl ActiveModelBehavior for ActiveModel {}

/// What other rows say of a project's indicator; kept nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The indicator of the library.
    pub library: Option<Box<indicator::row::Model>>,
    /// Where the project stands, and where it came from.
    pub project: Option<(State, Origin)>,
    /// The accepted values that count, oldest first.
    pub actuals: Vec<Step>,
}

impl Model {
    /// What it asks of values.
    pub fn meaning(&self) -> Meaning {
        match &self.told.library {
            Some(library) => library.meaning(),
            // A share that comes without its parts is a number.
            None => Meaning {
                measure: self.as_found.measure.clone(),
                ratio: false,
                beyond_whole: false,
                dimensions: Vec::new(),
                mode: pb::indicator::DisaggregationMode::Parallel,
            },
        }
    }

    /// Less is better.
    pub fn descending(&self) -> bool {
        self.told.library.as_ref().map_or(self.as_found.descending, |library| library.descending)
    }

    /// What was promised, and what happened.
    pub fn course(&self) -> Course {
        let library = self.told.library.as_ref();
        Course {
            // Figures as found stand for themselves: nobody said that they add up.
            time: library
                .map_or(pb::indicator::TimeAggregation::Latest, |library| library.time_aggregation.get()),
            qualitative: self.meaning().is_qualitative(),
            descending: self.descending(),
            baseline: self.baseline.value.clone(),
            targets: self.targets.iter().filter_map(step).collect(),
            actuals: self.told.actuals.clone(),
        }
    }
}

/// A target with its days; nothing of one that was found without.
fn step(target: &pb::Target) -> Option<Step> {
    let (start, end) = rules::days(target)?;
    Some(Step { start, end, value: target.value.clone()? })
}

impl From<Model> for pb::ProjectIndicator {
    fn from(indicator: Model) -> Self {
        let (course, gaps) = (indicator.course(), rules::gaps(&indicator));
        let (measure, descending) = (indicator.meaning().measure, indicator.descending());
        let latest = course.latest();
        let (title, unit) = match indicator.told.library {
            Some(library) => (Some(library.title.into_inner()), library.unit),
            None => (indicator.as_found.title.clone(), String::new()),
        };
        Self {
            etag: chassis::store::etag(indicator.revision),
            latest_actual: latest.map(|latest| latest.value.clone()),
            latest_actual_period: latest.map(|latest| DateRange {
                start_date: Some(latest.start.to_date()),
                end_date: Some(latest.end.to_date()),
            }),
            achievement: course.achievement().and_then(rules::shown).map(value::decimal_value),
            gaps: gaps.iter().map(chassis::gap::Gap::message).collect(),
            title,
            unit,
            measure,
            descending,
            name: indicator.name,
            uid: indicator.uid,
            create_time: Some(indicator.create_time.to_timestamp()),
            update_time: Some(indicator.update_time.to_timestamp()),
            revision: indicator.revision,
            indicator: indicator.indicator,
            as_found: indicator.as_found.set(),
            result_level: indicator.result_level,
            result_title: Some(indicator.result_title.into_inner()),
            baseline: indicator.baseline.set(),
            targets: indicator.targets.into_inner(),
            indicator_version: indicator.indicator_version,
            origin: indicator.origin.number(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::ProjectIndicator);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::text("indicator"),
        Field::text("result_level"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.lead_partner
    }

    fn public(&self) -> bool {
        self.told.project.is_some_and(|(state, _)| !HIDDEN.contains(&state))
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}
