//! The table `assessment`, facing its message.

use std::sync::Arc;

use chassis::column::{Coded, Day, Micros, PackedList};
use chassis::filter::Field;
use proto::training as pb;
use proto::training::assessment::{Instrument, Phase};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use crate::enrolment;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub session: String,
    pub enrolment: String,
    pub phase: Coded<Phase>,
    pub instrument: Coded<Instrument>,
    pub assess_date: Day,
    pub levels: PackedList<pb::AssessedLevel>,
    /// Whose it is; told, kept nowhere.
    #[sea_orm(ignore)]
    pub whose: Option<Arc<enrolment::row::Model>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Assessment {
    fn from(assessment: Model) -> Self {
        Self {
            etag: chassis::store::etag(assessment.revision),
            name: assessment.name,
            uid: assessment.uid,
            create_time: Some(assessment.create_time.to_timestamp()),
            update_time: Some(assessment.update_time.to_timestamp()),
            revision: assessment.revision,
            enrolment: assessment.enrolment,
            phase: assessment.phase.number(),
            instrument: assessment.instrument.number(),
            assess_date: Some(assessment.assess_date.to_date()),
            levels: assessment.levels.into_inner(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Assessment);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::text("enrolment"),
        Field::enumeration("phase", "ensemble.training.v1.Assessment.Phase"),
        Field::enumeration("instrument", "ensemble.training.v1.Assessment.Instrument"),
        Field::date("assess_date"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.whose.as_ref().map_or("", |whose| chassis::Row::owner(&**whose))
    }

    fn public(&self) -> bool {
        false
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }
}
