//! The table `source`: what the source of an imported resource last said of it, so that what people change here is told from
//! what changes there.

use std::collections::HashMap;

use chassis::column::Micros;
use chassis::error::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    /// The name of the resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The message that a source's draft was, as bytes.
    pub said: Vec<u8>,
    /// When that was taken over.
    pub time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was said of these resources.
pub(crate) async fn of(db: &impl ConnectionTrait, names: &[&str]) -> Result<HashMap<String, Vec<u8>>> {
    let mut found = HashMap::new();
    for some in names.chunks(1000) {
        let rows = Entity::find().filter(COLUMN.name.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.name, row.said)));
    }
    Ok(found)
}

/// Remembers what is said of resources now.
pub(crate) async fn keep(
    db: &impl ConnectionTrait,
    said: Vec<(String, Vec<u8>)>,
    time: Micros,
) -> Result<()> {
    for some in said.chunks(1000) {
        let newer = OnConflict::column(Column::Name).update_columns([Column::Said, Column::Time]).to_owned();
        let rows = some
            .iter()
            .map(|(name, said)| Model { name: name.clone(), said: said.clone(), time }.into_active_model());
        Entity::insert_many(rows).on_conflict(newer).exec_without_returning(db).await?;
    }
    Ok(())
}
