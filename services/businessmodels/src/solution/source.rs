//! The table `business_model_source`: the record that an imported model came from, verbatim, and what it said in the words of a
//! business model: so that what people change here is told from what changes there.

use std::collections::HashMap;

use chassis::column::{Micros, Packed};
use chassis::error::Result;
use proto::businessmodels::BusinessModel;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "business_model_source")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub business_model: String,
    pub file_name: String,
    /// The record as it was published (JSON): it holds also what no field of a model takes.
    pub record: Vec<u8>,
    pub said: Packed<BusinessModel>,
    /// When that was taken over.
    pub time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was said of these models.
pub(super) async fn of(db: &impl ConnectionTrait, names: &[&str]) -> Result<HashMap<String, Model>> {
    let mut found = HashMap::new();
    for some in names.chunks(1000) {
        let some = COLUMN.business_model.is_in(some.iter().copied());
        let rows = Entity::find().filter(some).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.business_model.clone(), row)));
    }
    Ok(found)
}

/// Remembers what is said of models now.
pub(super) async fn keep(db: &impl ConnectionTrait, said: Vec<Model>) -> Result<()> {
    for some in said.chunks(500) {
        let newer = OnConflict::column(Column::BusinessModel)
            .update_columns([Column::FileName, Column::Record, Column::Said, Column::Time])
            .to_owned();
        let rows = some.iter().map(|row| row.clone().into_active_model());
        Entity::insert_many(rows).on_conflict(newer).exec_without_returning(db).await?;
    }
    Ok(())
}
