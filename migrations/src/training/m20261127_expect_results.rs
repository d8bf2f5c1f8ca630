//! The indicators of projects in which the effect of training is expected.

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
        let c = Columns::of(manager);
        for table in ["programme", "training_session"] {
            let mut indicators = c.text("project_indicators").default("[]").to_owned();
            let table = Table::alter().table(Alias::new(table)).add_column(&mut indicators).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
