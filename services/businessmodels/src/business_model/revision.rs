//! The table `business_model_revision`: a model as it was published at one time (BM-6), facing its message.

use chassis::column::{Micros, Packed};
use chassis::filter::Field;
use proto::businessmodels as pb;
use sea_orm::entity::prelude::*;

/// The pattern of names.
pub const PATTERN: &str = "businessModels/{business_model}/businessModelRevisions/{business_model_revision}";

/// The name of a model's revision.
pub fn name(model: &str, number: i32) -> String {
    format!("{model}/businessModelRevisions/r{number}")
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "business_model_revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub business_model: String,
    pub number: i32,
    pub content: Packed<pb::BusinessModel>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::BusinessModelRevision {
    fn from(revision: Model) -> Self {
        Self {
            name: revision.name,
            uid: revision.uid,
            create_time: Some(revision.create_time.to_timestamp()),
            update_time: Some(revision.update_time.to_timestamp()),
            revision: revision.revision,
            number: revision.number,
            business_model: Some(revision.content.into_inner()),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::BusinessModelRevision);

    const SERVICE: &'static str = "businessmodels";
    const FIELDS: &'static [Field] =
        &[Field::text("name"), Field::integer("number"), Field::time("create_time")];

    fn owner(&self) -> &str {
        &self.content.owner_partner
    }

    fn public(&self) -> bool {
        true
    }
}
