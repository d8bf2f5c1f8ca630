//! Partnerships, and which partners are or were their members.

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
        let partnership = [
            c.integer("state"),
            c.text("state_reason"),
            c.long("turn_time"),
            c.bytes("title"),
            c.integer("kind"),
            c.bytes("vision"),
            c.text("lead_partner"),
            c.bytes("members"),
            c.text("territories"),
            c.text("needs"),
            c.text("recommendations"),
            c.text("sdg_targets"),
            c.bytes("governance"),
            c.text("proposed_lead"),
            c.bytes("close_summary"),
            c.integer("origin"),
            c.text("external_reference"),
        ];
        manager.create_table(c.resources("partnership", partnership)).await?;
        manager.create_index(index("partnership", &["state", "name"])).await?;
        manager.create_index(index("partnership", &["create_time", "name"])).await?;
        manager.create_index(index("partnership", &["lead_partner"])).await?;
        let referred = Expr::col("external_reference").ne("");
        // Not unique: the write that finds another with the same reference names it (`follow`), inside its transaction.
        let reference = index("partnership", &["external_reference"]).and_where(referred).to_owned();
        manager.create_index(reference).await?;
        let once = key(&["partnership", "partner"]);
        let member = table_of("partnership_member", [c.text("partnership"), c.text("partner")])
            .primary_key(&mut once.clone())
            .to_owned();
        manager.create_table(member).await?;
        manager.create_index(index("partnership_member", &["partner"])).await
    }
}
