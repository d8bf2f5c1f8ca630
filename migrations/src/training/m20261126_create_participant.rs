//! The people who learn, without a history of what is personal about them.

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
        let participant = [
            c.integer("state"),
            c.text("user"),
            c.text("partner"),
            c.text("given_name"),
            c.text("family_name"),
            c.text("email"),
            c.text("phone"),
            c.text("language_code"),
            c.long("information_notice_time"),
            c.long("erase_time").null().to_owned(),
        ];
        manager.create_table(c.resources("participant", participant)).await?;
        manager.create_index(index("participant", &["user"])).await?;
        manager.create_index(index("participant", &["partner", "name"])).await
    }
}
