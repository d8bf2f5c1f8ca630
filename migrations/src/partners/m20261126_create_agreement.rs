//! What partners agree on, and who the parties are.

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
        let day = |name| c.text(name).null().to_owned();
        let agreement = [
            c.integer("state"),
            c.text("state_reason"),
            c.long("turn_time"),
            c.text("partnership"),
            c.integer("kind"),
            c.flag("legally_binding"),
            c.bytes("parties"),
            day("period_start"),
            day("period_end"),
            day("signed_end"),
            c.bytes("document"),
            c.bytes("translations"),
            c.integer("notice_days"),
            c.integer("renewal_mode"),
            c.integer("max_tacit_renewals"),
            day("review_due"),
            c.bytes("contents"),
            c.text("external_reference"),
            c.text("predecessor"),
            c.integer("succession_kind"),
            c.integer("lineage_number"),
            c.integer("tacit_renewals"),
            c.bytes("renewal_notice"),
            c.bytes("termination"),
            day("superseded"),
            day("in_force"),
            day("last"),
            c.integer("ending"),
            c.integer("reminded"),
            c.integer("origin"),
        ];
        manager.create_table(c.resources("agreement", agreement)).await?;
        manager.create_index(index("agreement", &["partnership", "name"])).await?;
        manager.create_index(index("agreement", &["state", "name"])).await?;
        manager.create_index(index("agreement", &["create_time", "name"])).await?;
        manager.create_index(index("agreement", &["period_end", "name"])).await?;
        manager.create_index(index("agreement", &["last", "in_force"])).await?;
        manager.create_index(index("agreement", &["predecessor"])).await?;
        // Not unique here: whoever writes is told which agreement has a reference, rather than that the database refuses it.
        let referred = Expr::col("external_reference").ne("");
        manager
            .create_index(index("agreement", &["external_reference"]).and_where(referred).to_owned())
            .await?;
        let columns = [c.text("agreement"), c.text("partner"), c.flag("waiting")];
        let party = table_of("agreement_party", columns)
            .primary_key(&mut key(&["agreement", "partner"]).clone())
            .to_owned();
        manager.create_table(party).await?;
        manager.create_index(index("agreement_party", &["partner"])).await?;
        // Whose signature is waited for.
        let view = "CREATE VIEW agreement_waiting AS
            SELECT agreement, partner FROM agreement_party WHERE waiting";
        manager.get_connection().execute_unprepared(view).await.map(drop)
    }
}
