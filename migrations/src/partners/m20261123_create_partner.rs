//! Partners, the keys by which they are recognised, and the words by which they are found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

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
        let partner = [
            c.integer("state"),
            c.text("state_reason"),
            c.bytes("title"),
            c.text("acronym"),
            c.text("college"),
            c.integer("sector"),
            c.text("iati_type_code"),
            c.bytes("identifiers"),
            c.text("country_code"),
            c.text("territories"),
            c.text("authority_territory"),
            c.text("website"),
            c.bytes("description"),
            c.text("competences"),
            c.bytes("contact"),
            c.integer("origin"),
            c.text("merged_into"),
            c.text("created_by"),
        ];
        manager.create_table(c.resources("partner", partner)).await?;
        manager.create_index(index("partner", &["state", "name"])).await?;
        manager.create_index(index("partner", &["create_time", "name"])).await?;
        manager.create_index(index("partner", &["country_code", "name"])).await?;
        // Of merged partners alone: nearly all are not, so that SQLite would take it for the best index of every list.
        let merged = Expr::col("merged_into").ne("");
        manager.create_index(index("partner", &["merged_into"]).and_where(merged).to_owned()).await?;
        let partner_key = [c.text("kind"), c.text("value"), c.text("partner")];
        let once = key(&["kind", "value", "partner"]);
        manager
            .create_table(table_of("partner_key", partner_key).primary_key(&mut once.clone()).to_owned())
            .await?;
        manager.create_index(index("partner_key", &["partner"])).await?;
        let search = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CREATE TABLE partner_search (name text COLLATE \"C\" PRIMARY KEY, words tsvector NOT NULL);
                 CREATE INDEX partner_search_words ON partner_search USING gin (words)"
            }
            _ => "CREATE VIRTUAL TABLE partner_search USING fts5 (name UNINDEXED, words, prefix = '2 3')",
        };
        manager.get_connection().execute_unprepared(search).await?;
        Ok(())
    }
}
