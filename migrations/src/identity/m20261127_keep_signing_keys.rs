//! Keys that sign no more are kept, so that what they signed for ever can be checked; but for those that others know.

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
        let mut compromised = Columns::of(manager).flag("compromised").default(false).to_owned();
        let table = Table::alter().table(Alias::new("signing_key")).add_column(&mut compromised).to_owned();
        manager.alter_table(table).await
    }
}
