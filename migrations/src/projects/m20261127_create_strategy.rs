//! The digital strategies of territories.

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
        let strategy = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("territory"),
            c.text("owner"),
            c.bytes("title"),
            c.text("period_start"),
            c.text("period_end"),
            c.text("needs"),
            c.bytes("objectives"),
            c.bytes("governance"),
            c.bytes("inclusion_policy"),
            c.bytes("data_policy"),
            c.bytes("procurement_policy"),
            c.text("predecessor"),
            c.text("successor"),
            c.text("superseded").null().to_owned(),
            c.text("consultation_start").null().to_owned(),
            c.text("consultation_end").null().to_owned(),
            c.text("channels"),
            c.text("adopted").null().to_owned(),
            c.bytes("deliberation"),
        ];
        manager.create_table(c.resources("strategy", strategy)).await?;
        for columns in
            [["territory", "owner"], ["state", "name"], ["owner", "name"], ["consultation_end", "name"]]
        {
            manager.create_index(index("strategy", &columns)).await?;
        }
        Ok(())
    }
}
