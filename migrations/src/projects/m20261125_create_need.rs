//! What the people of territories need.

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
        let need = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("territory"),
            c.text("authority"),
            c.text("raised_by"),
            c.bytes("title"),
            c.bytes("description"),
            c.text("divide_dimensions"),
            c.text("target_groups"),
            c.bytes("affected_population"),
            c.integer("priority"),
            c.bytes("evidence"),
            c.integer("outcome"),
            c.bytes("outcome_evidence"),
        ];
        manager.create_table(c.resources("need", need)).await?;
        for columns in
            [["territory", "name"], ["state", "name"], ["raised_by", "name"], ["create_time", "name"]]
        {
            manager.create_index(index("need", &columns)).await?;
        }
        Ok(())
    }
}
