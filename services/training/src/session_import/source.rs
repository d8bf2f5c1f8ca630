//! The table `session_source`: the record that an imported session and its programme came from, verbatim, and what it said in the
//! words of each: so that what people change here is told from what changes there.

use std::collections::HashMap;

use chassis::column::{Micros, Packed};
use chassis::error::Result;
use proto::training::{Programme, Session};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session_source")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session: String,
    pub programme: String,
    pub file_name: String,
    /// The record as it was published (JSON): it holds also what no field takes.
    pub record: Vec<u8>,
    pub said_of_programme: Packed<Programme>,
    pub said_of_session: Packed<Session>,
    /// When that was taken over.
    pub time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was said of these sessions.
pub(super) async fn of(db: &impl ConnectionTrait, sessions: &[&str]) -> Result<HashMap<String, Model>> {
    let mut found = HashMap::new();
    for some in sessions.chunks(1000) {
        let rows = Entity::find().filter(COLUMN.session.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.session.clone(), row)));
    }
    Ok(found)
}

/// Remembers what is said of sessions now.
pub(super) async fn keep(db: &impl ConnectionTrait, said: Vec<Model>) -> Result<()> {
    for some in said.chunks(500) {
        let newer = OnConflict::column(Column::Session)
            .update_columns([
                Column::FileName,
                Column::Record,
                Column::SaidOfProgramme,
                Column::SaidOfSession,
                Column::Time,
            ])
            .to_owned();
        let rows = some.iter().map(|row| row.clone().into_active_model());
        Entity::insert_many(rows).on_conflict(newer).exec_without_returning(db).await?;
    }
    Ok(())
}
