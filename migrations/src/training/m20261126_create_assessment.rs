//! What people can do before a session, after it, and months later.

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
            c.text("session"),
            c.text("enrolment"),
            c.integer("phase"),
            c.integer("instrument"),
            c.text("assess_date"),
            c.bytes("levels"),
        ];
        manager.create_table(c.resources("assessment", assessment)).await?;
        let once = index("assessment", &["enrolment", "phase"]).unique().to_owned();
        manager.create_index(once).await?;
        manager.create_index(index("assessment", &["session", "name"])).await
    }
}
