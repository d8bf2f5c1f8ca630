//! The library of indicators.

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
        let indicator = [
            c.integer("state"),
            c.text("state_reason"),
            c.text("code"),
            c.bytes("title"),
            c.bytes("definition"),
            c.text("measure"),
            c.text("unit"),
            c.flag("descending"),
            c.integer("time_aggregation"),
            c.integer("entity_aggregation"),
            c.integer("counting_basis"),
            c.text("dimensions"),
            c.integer("disaggregation_mode"),
            c.integer("source"),
            c.flag("beyond_whole"),
            c.bytes("references"),
            c.text("recommendations"),
            c.integer("version"),
            c.text("successor"),
        ];
        manager.create_table(c.resources("indicator", indicator)).await?;
        // Unique: writers take turns, and the store looks before it writes.
        manager.create_index(index("indicator", &["code"])).await?;
        manager.create_index(index("indicator", &["state", "name"])).await
    }
}
