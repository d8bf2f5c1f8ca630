//! The table `capacity_assessment`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::capacity_assessment::{Method, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "capacity_assessment")]
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
    pub state_reason: String,
    pub subject: String,
    pub partner: String,
    pub level: Coded<CapacityLevel>,
    pub assessment_date: Day,
    pub method: Coded<Method>,
    pub ratings: PackedList<pb::CapacityRating>,
    pub priorities: Strings,
    pub previous: String,
    /// What it is compared with; told, kept nowhere.
    #[sea_orm(ignore)]
    pub before: Option<Arc<Model>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::CapacityAssessment {
    fn from(assessment: Model) -> Self {
        let ratings = rules::told(&assessment);
        Self {
            etag: chassis::store::etag(assessment.revision),
            awaiting: rules::awaiting(&assessment).to_owned(),
            awaiting_since: Some(assessment.state_time.to_timestamp()),
            name: assessment.name,
            uid: assessment.uid,
            create_time: Some(assessment.create_time.to_timestamp()),
            update_time: Some(assessment.update_time.to_timestamp()),
            revision: assessment.revision,
            state: assessment.state.number(),
            subject: assessment.subject,
            partner: assessment.partner,
            level: assessment.level.number(),
            assessment_date: Some(assessment.assessment_date.to_date()),
            method: assessment.method.number(),
            ratings,
            priorities: assessment.priorities.into_inner(),
            previous: assessment.previous,
            state_reason: assessment.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::CapacityAssessment, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.CapacityAssessment.State"),
        Field::text("subject"),
        Field::text("partner"),
        Field::enumeration("level", "ensemble.training.v1.CapacityLevel"),
        Field::enumeration("method", "ensemble.training.v1.CapacityAssessment.Method"),
        Field::date("assessment_date"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        rules::is_public(self)
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

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::is_public(self) || caller.oversees() || caller.belongs_to(&self.partner)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en préparation";
        Submitted: "submitted", "soumis";
        Validated: "validated", "validé";
    });
}
