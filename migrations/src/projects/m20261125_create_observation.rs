//! What was measured in territories.

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
        let observation = [
            c.text("territory"),
            c.text("authority"),
            c.text("indicator"),
            c.text("period_start"),
            c.text("period_end"),
            c.bytes("value"),
            c.bytes("cells"),
            c.text("source"),
            c.text("dataset"),
            c.flag("provisional"),
        ];
        manager.create_table(c.resources("observation", observation)).await?;
        manager.create_index(index("observation", &["territory", "indicator"])).await?;
        manager.create_index(index("observation", &["indicator", "name"])).await
    }
}
