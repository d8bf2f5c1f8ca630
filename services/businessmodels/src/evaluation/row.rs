//! The table `evaluation`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, PackedList, Strings};
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::businessmodels as pb;
use proto::businessmodels::evaluation::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluation")]
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
    pub business_model: String,
    pub evaluator_partner: String,
    pub business_model_revision: String,
    pub scores: PackedList<pb::Score>,
    pub conflicts_declared: String,
    /// The partners that make the model.
    #[sea_orm(ignore)]
    pub makers: Strings,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Evaluation {
    fn from(evaluation: Model) -> Self {
        Self {
            etag: chassis::store::etag(evaluation.revision),
            awaiting: rules::awaiting(&evaluation).to_owned(),
            awaiting_since: Some(evaluation.state_time.to_timestamp()),
            name: evaluation.name,
            uid: evaluation.uid,
            create_time: Some(evaluation.create_time.to_timestamp()),
            update_time: Some(evaluation.update_time.to_timestamp()),
            revision: evaluation.revision,
            state: evaluation.state.number(),
            evaluator_partner: evaluation.evaluator_partner,
            business_model_revision: evaluation.business_model_revision,
            scores: evaluation.scores.into_inner(),
            conflicts_declared: evaluation.conflicts_declared,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Evaluation, state);

    const SERVICE: &'static str = "businessmodels";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.businessmodels.v1.Evaluation.State"),
        Field::text("evaluator_partner"),
        Field::text("business_model_revision"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.evaluator_partner
    }

    fn public(&self) -> bool {
        self.state == State::Submitted
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.state == State::Submitted || caller.oversees() || caller.belongs_to(&self.evaluator_partner)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en préparation";
        Submitted: "submitted", "soumise";
    });
}
