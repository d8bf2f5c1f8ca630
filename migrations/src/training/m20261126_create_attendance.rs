//! Who came to which meeting, and what is left of a session once it is closed.

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
        let attendance = [
            c.text("enrolment"),
            c.text("meeting_id"),
            c.text("session"),
            c.integer("status"),
            c.integer("minutes"),
        ];
        let once = key(&["enrolment", "meeting_id"]);
        manager
            .create_table(table_of("attendance", attendance).primary_key(&mut once.clone()).to_owned())
            .await?;
        manager.create_index(index("attendance", &["session"])).await?;
        let statistics =
            [c.text("session").primary_key().to_owned(), c.bytes("full_figures"), c.bytes("public_figures")];
        manager.create_table(table_of("session_statistics", statistics)).await
    }
}
