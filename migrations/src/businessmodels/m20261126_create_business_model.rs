//! Business models, what was published of them, and the words that they are found by.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, create_words, index};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let model = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.bytes("title"),
            c.bytes("summary"),
            c.text("owner_partner"),
            c.text("contributors"),
            c.text("territories"),
            c.text("needs"),
            c.text("recommendations"),
            c.integer("maturity"),
            c.bytes("canvas"),
            c.bytes("costs"),
            c.bytes("revenues"),
            c.bytes("finance"),
            c.bytes("contract"),
            c.integer("data_regime"),
            c.text("data_justification"),
            c.text("licence"),
            c.bytes("evidence"),
            c.text("sdg_goals"),
            c.text("country_codes"),
            c.text("website"),
            c.text("derived_from"),
            c.integer("published_number"),
            c.long("publish_time").null().to_owned(),
            c.text("review_due").null().to_owned(),
            c.integer("origin"),
            c.text("external_reference"),
        ];
        manager.create_table(c.resources("business_model", model)).await?;
        manager.create_index(index("business_model", &["owner_partner", "name"])).await?;
        manager.create_index(index("business_model", &["state", "name"])).await?;
        manager.create_index(index("business_model", &["external_reference"])).await?;
        let revision = [c.text("business_model"), c.integer("number"), c.bytes("content")];
        manager.create_table(c.resources("business_model_revision", revision)).await?;
        let once = index("business_model_revision", &["business_model", "number"]).unique().to_owned();
        manager.create_index(once).await?;
        create_words(manager, "business_model_search").await
    }
}
