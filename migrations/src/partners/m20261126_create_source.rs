//! What the source of an imported resource last said of it.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let source = table_of("source", [c.text("name"), c.bytes("said"), c.long("time")])
            .primary_key(&mut key(&["name"]).clone())
            .to_owned();
        manager.create_table(source).await
    }
}
