//! What is known of a project beyond its row, which lists leave out; and how much of its record was read when a project was
//! imported, so that what is read since is taken from the same record at the next import.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let detail = [
            c.text("project").primary_key().to_owned(),
            c.bytes("sectors"),
            c.bytes("tags"),
            c.bytes("locations"),
            c.bytes("documents"),
            c.bytes("transactions"),
        ];
        manager.create_table(table_of("project_detail", detail)).await?;
        let mut reading = c.integer("reading").default(0).to_owned();
        let table = Table::alter().table(Alias::new("project_source")).add_column(&mut reading).to_owned();
        manager.alter_table(table).await
    }
}
