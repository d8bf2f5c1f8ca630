//! The table `programme_revision`: a programme as it was published at one time (TRN-2), facing its message.

use chassis::column::{Micros, Packed};
use chassis::filter::Field;
use proto::training as pb;
use sea_orm::entity::prelude::*;

/// The pattern of names.
pub const PATTERN: &str = "programmes/{programme}/programmeRevisions/{programme_revision}";

/// The name of a programme's revision.
pub fn name(programme: &str, number: i32) -> String {
    format!("{programme}/programmeRevisions/r{number}")
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub programme: String,
    pub number: i32,
    pub content: Packed<pb::Programme>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::ProgrammeRevision {
    fn from(revision: Model) -> Self {
        Self {
            name: revision.name,
            uid: revision.uid,
            create_time: Some(revision.create_time.to_timestamp()),
            update_time: Some(revision.update_time.to_timestamp()),
            revision: revision.revision,
            number: revision.number,
            programme: Some(revision.content.into_inner()),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::ProgrammeRevision);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] =
        &[Field::text("name"), Field::integer("number"), Field::time("create_time")];

    fn owner(&self) -> &str {
        self.content.providers.first().map_or("", String::as_str)
    }

    fn public(&self) -> bool {
        true
    }
}
