//! What organisations and territories can do, and want to be able to do.

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
        let assessment = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("subject"),
            c.text("partner"),
            c.integer("level"),
            c.text("assessment_date"),
            c.integer("method"),
            c.bytes("ratings"),
            c.text("priorities"),
            c.text("previous"),
        ];
        manager.create_table(c.resources("capacity_assessment", assessment)).await?;
        manager.create_index(index("capacity_assessment", &["partner", "name"])).await?;
        manager.create_index(index("capacity_assessment", &["subject", "state", "assessment_date"])).await
    }
}
