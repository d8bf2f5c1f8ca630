//! What partners bring to partnerships, and whose turn it is with each.

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
        let commitment = [
            c.integer("state"),
            c.text("state_reason"),
            c.integer("turn"),
            c.long("turn_time"),
            c.text("partnership"),
            c.text("partner"),
            c.text("recipient"),
            c.text("resource_type"),
            c.integer("nature"),
            c.bytes("description"),
            c.text("unit"),
            c.text("currency"),
            c.text("pledged"),
            c.text("recorded"),
            c.text("confirmed"),
            c.text("waived"),
            c.bytes("estimate"),
            c.text("period_start").null().to_owned(),
            c.text("period_end").null().to_owned(),
            c.text("agreement"),
            c.bytes("allocations"),
            c.text("projects"),
            c.bytes("deliveries"),
            c.text("waive_reason"),
            c.text("variance_reason"),
            c.integer("origin"),
            c.text("external_reference"),
        ];
        manager.create_table(c.resources("commitment", commitment)).await?;
        manager.create_index(index("commitment", &["partnership", "name"])).await?;
        manager.create_index(index("commitment", &["partner", "name"])).await?;
        manager.create_index(index("commitment", &["state", "name"])).await?;
        manager.create_index(index("commitment", &["create_time", "name"])).await?;
        manager.create_index(index("commitment", &["period_end", "name"])).await?;
        // Not unique here: whoever writes is told which commitment has a reference, rather than that the database refuses it.
        let referred = Expr::col("external_reference").ne("");
        manager
            .create_index(index("commitment", &["external_reference"]).and_where(referred).to_owned())
            .await?;
        // `turn` is 0 nobody's, 1 the giver's, 2 the receiver's, 3 the lead's (`commitment::parts::Turn`). Nobody answers what
        // they give themselves: a coordinator does.
        let view = "CREATE VIEW commitment_turn AS
            SELECT commitment, CASE WHEN partner <> '' THEN 'PARTNER' WHEN turn = 0 THEN 'NOBODY' ELSE 'COORDINATOR' END
                AS awaiting, partner
            FROM (
                SELECT commitment.name AS commitment, commitment.turn AS turn, CASE
                    WHEN commitment.turn = 1 THEN commitment.partner
                    WHEN commitment.turn = 2 AND commitment.recipient <> '' AND commitment.recipient <> commitment.partner
                        THEN commitment.recipient
                    WHEN commitment.turn = 2 AND commitment.recipient = '' AND partnership.lead_partner <> commitment.partner
                        THEN partnership.lead_partner
                    WHEN commitment.turn = 3 AND partnership.lead_partner <> commitment.partner
                        THEN partnership.lead_partner
                    ELSE '' END AS partner
                FROM commitment INNER JOIN partnership ON partnership.name = commitment.partnership
            ) AS turns";
        manager.get_connection().execute_unprepared(view).await.map(drop)
    }
}
