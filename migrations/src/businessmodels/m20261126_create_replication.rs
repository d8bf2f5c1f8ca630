//! Models that are adopted elsewhere, and what independent partners think of them.

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
        let replication = [
            c.integer("state"),
            c.long("state_time"),
            c.text("business_model"),
            c.text("source_revision"),
            c.text("source_partner"),
            c.text("adopter_partner"),
            c.text("territory"),
            c.text("needs"),
            c.integer("source_role"),
            c.bytes("context_gaps"),
            c.text("derived_business_model"),
            c.text("project"),
            c.bytes("outcome"),
            c.bytes("evidence"),
            c.bytes("lessons"),
        ];
        manager.create_table(c.resources("replication", replication)).await?;
        for columns in [
            &["business_model", "name"][..],
            &["derived_business_model", "name"],
            &["adopter_partner", "name"],
        ] {
            manager.create_index(index("replication", columns)).await?;
        }
        let evaluation = [
            c.integer("state"),
            c.long("state_time"),
            c.text("business_model"),
            c.text("evaluator_partner"),
            c.text("business_model_revision"),
            c.bytes("scores"),
            c.text("conflicts_declared"),
        ];
        manager.create_table(c.resources("evaluation", evaluation)).await?;
        manager.create_index(index("evaluation", &["business_model", "name"])).await?;
        let once = index("evaluation", &["business_model_revision", "evaluator_partner"]).unique().to_owned();
        manager.create_index(once).await
    }
}
