//! Whom each organisation that takes part means, kept with the record that a project came from: for writing it again.

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
        let mut participants = Columns::of(manager).text("participants");
        participants.default("[]");
        let table = Table::alter().table("project_source").add_column(&mut participants).to_owned();
        manager.alter_table(table).await
    }
}
