//! The spreadsheets that were taken as reports.

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
        let file = [c.text("receipt").primary_key().to_owned(), c.text("report"), c.long("receive_time")];
        manager.create_table(table_of("report_file", file)).await
    }
}
