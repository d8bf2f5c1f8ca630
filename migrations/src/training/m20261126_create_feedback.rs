//! What people thought of sessions: how often each answer was given, and, apart from it and only until a session is closed, which
//! tokens were used and what they are made with.

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
        let secret = [c.text("session").primary_key().to_owned(), c.bytes("sealed")];
        manager.create_table(table_of("feedback_secret", secret)).await?;
        let used = table_of("feedback_used", [c.text("session"), c.text("mark")])
            .primary_key(&mut key(&["session", "mark"]))
            .to_owned();
        manager.create_table(used).await?;
        let columns = [c.text("session"), c.integer("item"), c.integer("score"), c.integer("people")];
        let count = table_of("feedback_count", columns)
            .primary_key(&mut key(&["session", "item", "score"]))
            .to_owned();
        manager.create_table(count).await
    }
}
