//! When partners report.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let period = [
            c.integer("state"),
            c.integer("by_hand"),
            c.text("state_reason"),
            c.integer("cycle"),
            c.text("start"),
            c.text("end"),
            c.text("open"),
            c.text("due"),
            c.text("lock"),
            c.bytes("title"),
        ];
        manager.create_table(c.resources("reporting_period", period)).await?;
        manager.create_index(index("reporting_period", &["cycle", "start"])).await?;
        manager.create_index(index("reporting_period", &["due", "name"])).await
    }
}
