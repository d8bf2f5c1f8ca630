//! The table `project_detail`: what is known of a project that lists leave out, because it is large.

use std::collections::HashMap;

use chassis::column::PackedList;
use chassis::error::Result;
use proto::projects as pb;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, Iterable as _};

use super::row;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project_detail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project: String,
    pub sectors: PackedList<pb::ProjectSector>,
    pub tags: PackedList<pb::ProjectTag>,
    pub locations: PackedList<pb::ProjectLocation>,
    pub documents: PackedList<pb::ProjectDocument>,
    pub transactions: PackedList<pb::ProjectTransaction>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What is known of a project that lists leave out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// What it is about.
    pub sectors: Vec<pb::ProjectSector>,
    /// What else it is about.
    pub tags: Vec<pb::ProjectTag>,
    /// Where exactly it acts.
    pub locations: Vec<pb::ProjectLocation>,
    /// What was published about it.
    pub documents: Vec<pb::ProjectDocument>,
    /// Money that came in and went out.
    pub transactions: Vec<pb::ProjectTransaction>,
}

impl From<Model> for Details {
    fn from(row: Model) -> Self {
        Self {
            sectors: row.sectors.into_inner(),
            tags: row.tags.into_inner(),
            locations: row.locations.into_inner(),
            documents: row.documents.into_inner(),
            transactions: row.transactions.into_inner(),
        }
    }
}

/// Projects in one statement, at most: their details are large.
const CHUNK: usize = 500;

/// Adds to projects what is known of them beyond their rows.
pub(crate) async fn complete(projects: &mut [row::Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    for chunk in projects.chunks_mut(CHUNK) {
        let names: Vec<&str> = chunk.iter().map(|project| project.name.as_str()).collect();
        let rows = Entity::find().filter(COLUMN.project.is_in(names)).all(db).await?;
        let mut known: HashMap<String, Details> =
            rows.into_iter().map(|row| (row.project.clone(), row.into())).collect();
        for project in chunk {
            project.details = known.remove(&project.name).unwrap_or_default();
        }
    }
    Ok(())
}

/// Keeps what is known of projects, in the place of what was.
pub(crate) async fn save<'a>(
    db: &impl ConnectionTrait,
    projects: impl IntoIterator<Item = &'a row::Model>,
) -> Result<()> {
    let pack = |project: &row::Model| {
        let Details { sectors, tags, locations, documents, transactions } = project.details.clone();
        Model {
            project: project.name.clone(),
            sectors: sectors.into(),
            tags: tags.into(),
            locations: locations.into(),
            documents: documents.into(),
            transactions: transactions.into(),
        }
    };
    let rows: Vec<ActiveModel> =
        projects.into_iter().map(|project| pack(project).into_active_model()).collect();
    for chunk in rows.chunks(CHUNK) {
        let rest = Column::iter().filter(|column| !matches!(column, Column::Project));
        let newer = OnConflict::column(Column::Project).update_columns(rest).to_owned();
        Entity::insert_many(chunk.to_vec()).on_conflict(newer).exec_without_returning(db).await?;
    }
    Ok(())
}
