//! What projects promise, by indicator.

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
        let project_indicator = [
            c.text("project"),
            c.text("lead_partner"),
            c.text("indicator"),
            c.bytes("as_found"),
            c.text("result_level"),
            c.bytes("result_title"),
            c.bytes("baseline"),
            c.bytes("targets"),
            c.flag("has_baseline"),
            c.text("last_target").null().to_owned(),
            c.integer("origin"),
        ];
        manager.create_table(c.resources("project_indicator", project_indicator)).await?;
        for columns in [["project", "name"], ["indicator", "name"], ["create_time", "name"]] {
            manager.create_index(index("project_indicator", &columns)).await?;
        }
        Ok(())
    }
}
