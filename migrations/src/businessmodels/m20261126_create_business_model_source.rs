//! What imported business models came from.

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
        let source = [
            c.text("business_model"),
            c.text("file_name"),
            c.bytes("record"),
            c.bytes("said"),
            c.long("time"),
        ];
        let mut table = table_of("business_model_source", source);
        manager.create_table(table.primary_key(&mut key(&["business_model"])).to_owned()).await
    }
}
