//! Seats of sessions that are drawn from commitments.

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
        let commitment = c.text("commitment").default("").to_owned();
        let seats = c.integer("commitment_seats").default(0).to_owned();
        for mut column in [commitment, seats] {
            let table =
                Table::alter().table(Alias::new("training_session")).add_column(&mut column).to_owned();
            manager.alter_table(table).await?;
        }
        manager.create_index(index("training_session", &["commitment", "state"])).await
    }
}
