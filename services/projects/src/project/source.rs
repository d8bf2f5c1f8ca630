//! The table `project_source`: the record that an imported project came from, verbatim, for a later export.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};

use chassis::column::{Micros, Strings};
use chassis::error::{Error, Result};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, Iterable as _, QuerySelect as _};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project: String,
    pub file_name: String,
    /// Of the record as published: an equal one changes nothing.
    pub sha256: Vec<u8>,
    /// The record, deflated.
    pub record: Vec<u8>,
    /// `prefix=address`, declared around the record.
    pub namespaces: Strings,
    pub default_language: String,
    pub default_currency: String,
    /// The identifier of the activity that it says it is part of.
    pub parent_identifier: String,
    /// When it was taken over.
    pub time: Micros,
    /// Whom each `participating-org` means, in file order; empty of records that came before this was kept.
    pub participants: Strings,
    /// How much of the record was read: [`READING`] then.
    pub reading: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// How much of a record is read; one more whenever a project takes over more of it. What was read less is read again at the
/// next import, although the record is the same.
pub(crate) const READING: i32 = 1;

/// A record is refused beyond so many bytes when it is read back; the reader's own limit is the same.
const LARGEST: u64 = 16 << 20;

/// Packs a record.
///
/// # Errors
/// None, as long as there is memory.
pub(crate) fn deflate(record: &str) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(record.len() / 4), Compression::default());
    encoder.write_all(record.as_bytes()).map_err(Error::internal)?;
    encoder.finish().map_err(Error::internal)
}

/// Unpacks a record.
///
/// # Errors
/// When it is not one that [`deflate`] packed.
pub(crate) fn inflate(record: &[u8]) -> Result<String> {
    let mut text = String::new();
    DeflateDecoder::new(record).take(LARGEST).read_to_string(&mut text).map_err(Error::internal)?;
    Ok(text)
}

/// The hash of the record of each project, and how much of it was read.
pub(crate) async fn hashes(
    db: &impl ConnectionTrait,
    projects: &[&str],
) -> Result<HashMap<String, (Vec<u8>, i32)>> {
    let rows = Entity::find()
        .filter(COLUMN.project.is_in(projects.iter().copied()))
        .select_only()
        .columns([Column::Project, Column::Sha256, Column::Reading])
        .into_tuple::<(String, Vec<u8>, i32)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(project, sha256, reading)| (project, (sha256, reading))).collect())
}

/// The record that a project came from, verbatim.
pub(crate) async fn record(db: &impl ConnectionTrait, project: &str) -> Result<Option<String>> {
    let found = Entity::find_by_id(project.to_owned()).one(db).await?;
    found.map(|found| inflate(&found.record)).transpose()
}

/// A record that a project came from, unpacked.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) raw: String,
    /// Prefixes declared around it.
    pub(crate) namespaces: Vec<(String, String)>,
    /// Whom each `participating-org` means.
    pub(crate) participants: Vec<String>,
    /// When it was taken over.
    pub(crate) time: Micros,
}

impl Source {
    /// Unpacks a row.
    ///
    /// # Errors
    /// When its record is not one that [`deflate`] packed.
    pub(crate) fn unpack(row: Model) -> Result<Self> {
        let pair = |declared: String| {
            declared.split_once('=').map(|(prefix, address)| (prefix.to_owned(), address.to_owned()))
        };
        Ok(Self {
            raw: inflate(&row.record)?,
            namespaces: row.namespaces.into_inner().into_iter().filter_map(pair).collect(),
            participants: row.participants.into_inner(),
            time: row.time,
        })
    }
}

/// The records that projects came from, by project, still packed.
pub(crate) async fn of(db: &impl ConnectionTrait, projects: &[&str]) -> Result<HashMap<String, Model>> {
    let rows = Entity::find().filter(COLUMN.project.is_in(projects.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.project.clone(), row)).collect())
}

/// Keeps records, in the place of those before.
pub(crate) async fn save(db: &impl ConnectionTrait, records: Vec<Model>) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let rest = Column::iter().filter(|column| !matches!(column, Column::Project));
    let newer = OnConflict::column(Column::Project).update_columns(rest).to_owned();
    let rows = records.into_iter().map(Model::into_active_model);
    Entity::insert_many(rows).on_conflict(newer).exec_without_returning(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let record = "<iati-activity>é</iati-activity>".repeat(100);
        let packed = deflate(&record).unwrap();
        assert!(packed.len() < record.len() / 4);
        assert_eq!(inflate(&packed).unwrap(), record);
    }
}
