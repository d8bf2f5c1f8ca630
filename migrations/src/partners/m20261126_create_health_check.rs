//! Health checks of partnerships, and what each member answered: apart, since it is nobody else's to read.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let health_check = [
            c.integer("state"),
            c.long("state_time"),
            c.text("partnership"),
            c.text("as_of"),
            c.text("open_until"),
            c.text("close_day").null().to_owned(),
            c.text("members"),
            c.integer("response_count"),
            c.bytes("results"),
            c.bytes("actions"),
            c.bytes("replies"),
        ];
        manager.create_table(c.resources("health_check", health_check)).await?;
        manager.create_index(index("health_check", &["partnership", "state"])).await?;
        manager.create_index(index("health_check", &["as_of", "name"])).await?;
        let response = [c.text("health_check"), c.text("partner"), c.bytes("response")];
        let mut once = key(&["health_check", "partner"]);
        let response = table_of("health_check_response", response).primary_key(&mut once).to_owned();
        manager.create_table(response).await?;
        manager.create_index(index("health_check_response", &["partner"])).await
    }
}
