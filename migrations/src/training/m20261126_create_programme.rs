//! Programmes, and what was published of them.

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
        let programme = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.bytes("title"),
            c.bytes("description"),
            c.text("providers"),
            c.text("learning_opportunity_type"),
            c.integer("capacity_level"),
            c.text("audience"),
            c.bytes("prerequisites"),
            c.bytes("outcomes"),
            c.text("target_codes"),
            c.integer("workload_hours"),
            c.text("languages"),
            c.bytes("price"),
            c.bytes("materials"),
            c.bytes("completion_rule"),
            c.bytes("certificate"),
            c.text("recommendations"),
            c.integer("published_number"),
            c.long("publish_time").null().to_owned(),
        ];
        manager.create_table(c.resources("programme", programme)).await?;
        manager.create_index(index("programme", &["state", "name"])).await?;
        manager.create_index(index("programme", &["create_time", "name"])).await?;
        let revision = [c.text("programme"), c.integer("number"), c.bytes("content")];
        manager.create_table(c.resources("programme_revision", revision)).await?;
        let once = index("programme_revision", &["programme", "number"]).unique().to_owned();
        manager.create_index(once).await
    }
}
