//! Keys that are believed no more.

use sea_orm_migration::prelude::*;

use crate::columns::Columns;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut time = Columns::of(manager).long("compromise_time").null().to_owned();
        let table = Table::alter().table(Alias::new("issuer_key")).add_column(&mut time).to_owned();
        manager.alter_table(table).await
    }
}
